"""Which plan pays a payee on which days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from salesrules.commissions.model import Payee
from salesrules.commissions.policy import Assignment, CommissionPolicy, Plan
from salesrules.core import AmbiguousDay, DateRange

__all__ = ["PlanRun", "PlanSpan", "first_assigned_day", "plan_runs", "plan_spans"]


class PlanSpan(NamedTuple):
    """A plan version and the days of a span on which it pays a payee."""

    span: DateRange
    plan: Plan
    assignment: Assignment


class PlanRun(NamedTuple):
    """A plan version and days in a row on which it pays a payee, whatever the assignments behind them."""

    span: DateRange
    plan: Plan


def first_assigned_day(payee: Payee, policy: CommissionPolicy) -> date | None:
    """The day on which any assignment of the payee begins, `None` where there is none."""
    return min((a.effective.start for a in policy.assignments if _applies(a, payee)), default=None)


def plan_spans(payee: Payee, policy: CommissionPolicy, span: DateRange) -> tuple[PlanSpan, ...]:
    """The plan versions that pay a payee within a span, in order; days without a plan are left out.

    Only versions that were approved decide. An assignment that names the payee goes before one by position.
    Raises `AmbiguousDay` where two plans would pay on one day.
    """
    candidates = [
        (assignment, plan, effective)
        for assignment in policy.assignments
        if _applies(assignment, payee)
        for plan in policy.plans
        if plan.family == assignment.plan and plan.life.is_approved
        for effective in _common((assignment.effective, plan.life.effective, span))
    ]
    found: list[PlanSpan] = []
    for piece in _elementary(span, [effective for _, _, effective in candidates]):
        on_day = [(a, p) for a, p, effective in candidates if piece.start in effective]
        on_day = [(a, p) for a, p in on_day if payee.id in a.payees] or on_day
        if len(on_day) > 1:
            entries = tuple(f"{assignment.id}: {plan.id}" for assignment, plan in on_day)
            raise AmbiguousDay(f"plan of payee {payee.id}", piece.start, entries)
        for assignment, plan in on_day:
            if (
                found
                and found[-1].plan is plan
                and found[-1].assignment is assignment
                and found[-1].span.end == piece.start
            ):
                piece = DateRange(found.pop().span.start, piece.end)
            found.append(PlanSpan(piece, plan, assignment))
    return tuple(found)


def plan_runs(spans: Iterable[PlanSpan]) -> tuple[PlanRun, ...]:
    """Plan spans in order, those of one plan version that follow each other without a gap joined."""
    found: list[PlanRun] = []
    for span, plan, _ in spans:
        if found and found[-1].plan is plan and found[-1].span.end == span.start:
            span = DateRange(found.pop().span.start, span.end)
        found.append(PlanRun(span, plan))
    return tuple(found)


def _applies(assignment: Assignment, payee: Payee) -> bool:
    return payee.id in assignment.payees or payee.position in assignment.positions


def _common(ranges: Iterable[DateRange]) -> tuple[DateRange, ...]:
    first, *others = ranges
    for other in others:
        both = first.intersection(other)
        if both is None:
            return ()
        first = both
    return (first,)


def _elementary(span: DateRange, ranges: list[DateRange]) -> list[DateRange]:
    """The span cut wherever one of the ranges begins or ends."""
    cuts = {span.start} | {r.start for r in ranges} | {r.end for r in ranges if r.end is not None}
    inside = sorted(day for day in cuts if day in span)
    return [DateRange(start, end) for start, end in zip(inside, [*inside[1:], span.end], strict=True)]
