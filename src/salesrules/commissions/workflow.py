"""The life of a commission period: open, calculated, closed, paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from salesrules.commissions import reasons as codes
from salesrules.commissions.policy import ClosingPolicy, CommissionPolicy
from salesrules.commissions.rules.closing import PeriodFacts
from salesrules.core import (
    Decision,
    PolicyReference,
    Reason,
    Severity,
    Side,
    StateKind,
    Transition,
    WorkflowState,
    WorkflowTable,
    decide,
)

__all__ = ["WORKFLOWS", "build_period_workflow"]


def build_period_workflow(policy: ClosingPolicy | None = None) -> WorkflowTable:
    """The life of a commission period: open, calculated (as often as needed), closed, paid.

    Roles: `administrator` calculates, `controller` closes, `cashier` pays. A closed period is frozen; the controller
    opens it again with `revise`, where `policy` allows it, with one of its reasons; a paid one stays. What is found
    later is restated in the open period. Guards take `PeriodFacts`, the whole `CommissionPolicy` and an instant; an
    instant's own local day counts.

    >>> build_period_workflow().commands_in("closed")
    ('pay', 'revise')
    """
    return WorkflowTable(
        id="commission_period",
        states=[
            WorkflowState(id="open", kind=StateKind.INITIAL),
            WorkflowState(id="calculated"),
            WorkflowState(id="closed", kind=StateKind.PENDING),
            WorkflowState(id="paid", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(
                sources=["open", "calculated"],
                command="calculate",
                target="calculated",
                role="administrator",
                guard=is_calculated,
                is_editing=True,
            ),
            Transition(sources=["calculated"], command="close", target="closed", role="controller", guard=is_closable),
            Transition(sources=["closed"], command="pay", target="paid", role="cashier"),
            Transition(
                sources=["closed"],
                command="revise",
                target="open",
                role="controller",
                reasons=() if policy is None else policy.reopening_reasons,
                guard=is_reopenable,
            ),
        ],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType({"commission_period": build_period_workflow})


def is_calculated(facts: PeriodFacts, policy: CommissionPolicy, as_of: datetime) -> Decision:
    """Whether there is a run of this period."""
    if facts.run is not None and facts.run.run.period == facts.period:
        return decide([])
    return decide([codes.NOT_CALCULATED(period=facts.period.label, path="run")])


def is_closable(facts: PeriodFacts, policy: CommissionPolicy, as_of: datetime) -> Decision:
    """Whether the period is over, follows the last closed one, and its run is free of errors and restates them all."""
    calculated = is_calculated(facts, policy, as_of)
    found = list(calculated.reasons)
    label = facts.period.label
    if as_of.date() < facts.period.end:
        found.append(codes.PERIOD_NOT_OVER(period=label, end=facts.period.end, path="period"))
    last = max(facts.closed, key=lambda each: each.start, default=None)
    if last is not None and last.end != facts.period.start:
        found.append(codes.CLOSED_OUT_OF_ORDER(period=label, after=last, path="closed"))
    if facts.run is not None and calculated.is_allowed:
        missing = tuple(each for each in facts.closed if each not in facts.run.restated)
        if missing:
            found.append(codes.NOT_RESTATED(period=label, missing=missing, path="run.restated"))
        errors = sum(1 for finding in facts.run.run.findings if finding.severity is Severity.ERROR)
        if errors:
            found.append(codes.RUN_HAS_ERRORS(period=label, errors=errors, path="run.findings"))
    return decide(found)


def is_reopenable(facts: PeriodFacts, policy: CommissionPolicy, as_of: datetime) -> Decision:
    """Whether policy lets this period be opened again by now, and no later one is closed."""
    label, closing = facts.period.label, policy.closing
    found: list[Reason] = []
    if closing is None or not closing.days_to_reopen or facts.closed_at is None:
        entry = None if closing is None else PolicyReference("ClosingPolicy", closing.id, "days_to_reopen")
        found.append(codes.REOPENING_NOT_ALLOWED(period=label, path="period", policy=entry))
    else:
        days = closing.days_to_reopen - (1 if closing.side is Side.LOWER else 0)
        last = facts.closed_at.date() + timedelta(days=days)
        if as_of.date() > last:
            entry = PolicyReference("ClosingPolicy", closing.id, "days_to_reopen")
            found.append(codes.REOPENING_TOO_LATE(period=label, last=last, path="closed_at", policy=entry))
    later = [each for each in facts.closed if each.start >= facts.period.end]
    if later:
        found.append(codes.LATER_PERIOD_CLOSED(period=label, later_period=later[0].label, path="closed"))
    return decide(found)
