"""The goal check: specific, measurable, achievable against history, relevant, time-bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from salesrules.core import (
    Decision,
    InvalidValue,
    PolicyReference,
    Rate,
    Reason,
    Severity,
    decide,
    exact_sum,
    to_decimal,
)
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import Goal
from salesrules.quotas.policy import GoalPolicy, GoalVerdict, QuotaPolicy
from salesrules.quotas.rules.life import decide_by, demand

__all__ = ["check_goal", "check_goal_children"]


def check_goal(
    goal: Goal, policy: QuotaPolicy, as_of: date, *, history: Decimal | None = None, parent: Goal | None = None
) -> Decision:
    """Whether a goal is specific, measurable, achievable, relevant and time-bound, with reasons for each criterion.

    `history` is what was reached in the comparable past period, in the goal's unit; `parent` is the goal it serves.
    A criterion that is met gives an information. Denied: no holder, subject or known measure (specific); no amount,
    unit or source of figures (measurable); unrealistic by `policy.goals.growth` (achievable); no parent, or one whose
    measure, unit, span or amount does not hold it (relevant); no closed span, over at the end of `as_of`, or longer
    than `policy.goals.maximum_days` (time-bound). Warned: too low, a stretch, or without history above zero.

    Raises `InvalidValue` where the policy says nothing about goals.

    Source: G. T. Doran, "There's a S.M.A.R.T. way to write management's goals and objectives" (1981).
    """
    return decide_by(policy, as_of, _criteria(goal, demand(policy.goals, "goals"), as_of, history, parent))


def _criteria(
    goal: Goal, policy: GoalPolicy, as_of: date, history: Decimal | None, parent: Goal | None
) -> Iterator[Reason]:
    criteria = {
        "specific": _specific(goal, policy),
        "measurable": _measurable(goal),
        "achievable": _achievable(goal, policy, history),
        "relevant": _relevant(goal, parent),
        "time_bound": _time_bound(goal, policy, as_of),
    }
    for criterion, found in criteria.items():
        yield from list(found) or [codes.GOAL_CRITERION_MET(goal=goal.id, criterion=criterion, path="goal")]


def check_goal_children(parent: Goal, children: Iterable[Goal], *, buffer: Rate | None = None) -> Decision:
    """Whether the children's amounts sum to the parent's: exactly, or up to `buffer` of it above, both ends included.

    Market shares do not add up and are refused. Raises `InvalidValue` for one, for a goal without an amount, and for
    children in another measure or unit.
    """
    given = list(children)
    for goal in (parent, *given):
        if goal.amount is None or goal.is_share:
            raise InvalidValue(f"goals[{goal.id}].amount", goal.amount, "only amounts and quantities add up; give one")
        if (goal.measure, goal.unit) != (parent.measure, parent.unit):
            remedy = f"the goal {parent.id} is in {parent.unit}; give its children in the same measure and unit"
            raise InvalidValue(f"goals[{goal.id}].unit", goal.unit, remedy)
    whole = parent.amount or Decimal(0)
    total = exact_sum(goal.amount or Decimal(0) for goal in given)
    above = buffer.of(whole) if buffer else Decimal(0)
    if 0 <= total - whole <= above:
        return decide([])
    return decide(
        [codes.GOAL_CHILDREN_DIFFER(goal=parent.id, children=total, whole=whole, unit=parent.unit, path="children")]
    )


def _specific(goal: Goal, policy: GoalPolicy) -> Iterator[Reason]:
    for field in ("holder", "subject"):
        if not getattr(goal, field).strip():
            yield codes.GOAL_NOT_SPECIFIC(goal=goal.id, missing=field, path=f"goal.{field}")
    if goal.measure not in policy.measures:
        yield codes.GOAL_NOT_SPECIFIC(
            goal=goal.id, missing="measure", path="goal.measure", policy=_entry(policy, "measures")
        )


def _measurable(goal: Goal) -> Iterator[Reason]:
    if goal.amount is None:
        yield codes.GOAL_NOT_MEASURABLE(goal=goal.id, missing="amount", path="goal.amount")
    for field in ("unit", "measured_by"):
        if not getattr(goal, field).strip():
            yield codes.GOAL_NOT_MEASURABLE(goal=goal.id, missing=field, path=f"goal.{field}")


def _achievable(goal: Goal, policy: GoalPolicy, history: Decimal | None) -> Iterator[Reason]:
    if goal.amount is None:
        yield codes.GOAL_NOT_MEASURABLE(goal=goal.id, missing="amount", path="goal.amount")
        return
    if history is None or to_decimal(history, "history") <= 0:
        yield codes.GOAL_WITHOUT_HISTORY(goal=goal.id, path="history")
        return
    ratio = Fraction(goal.amount) / Fraction(history)
    index = policy.growth.index_at(ratio)
    verdict = policy.growth.bands[index].value
    if verdict is GoalVerdict.ACHIEVABLE:
        return
    lower, upper = policy.growth.limits(index)
    is_low = verdict is GoalVerdict.TOO_LOW
    code = codes.GOAL_TOO_LOW if is_low else codes.GOAL_TOO_HIGH
    yield code(
        goal=goal.id,
        growth=ratio - 1,
        limit=_growth(upper if is_low else lower),
        severity=Severity.ERROR if verdict is GoalVerdict.UNREALISTIC else None,
        path="goal.amount",
        policy=_entry(policy, f"growth.bands[{index}]"),
    )


def _growth(bound: Decimal | Fraction | int | None) -> Fraction | None:
    """A bound of the table as growth: 1.2 is 20 % more; an open end has none."""
    return None if bound is None else Fraction(bound) - 1


def _relevant(goal: Goal, parent: Goal | None) -> Iterator[Reason]:
    if goal.is_top and goal.parent is None:
        return
    if parent is None or goal.parent != parent.id:
        yield codes.GOAL_WITHOUT_PARENT(goal=goal.id, path="goal.parent")
        return
    unserved = {
        "measure": goal.measure != parent.measure,
        "unit": goal.unit != parent.unit,
        "span": goal.span is not None and parent.span is not None and not parent.span.encloses(goal.span),
        "amount": not goal.is_share
        and goal.amount is not None
        and parent.amount is not None
        and goal.amount > parent.amount,
    }
    for field, is_unserved in unserved.items():
        if is_unserved:
            yield codes.GOAL_NOT_SERVING(goal=goal.id, parent=parent.id, field=field, path=f"goal.{field}")


def _time_bound(goal: Goal, policy: GoalPolicy, as_of: date) -> Iterator[Reason]:
    if goal.span is None or goal.span.end is None:
        yield codes.GOAL_NOT_TIME_BOUND(goal=goal.id, path="goal.span")
        return
    if goal.span.end <= as_of:
        yield codes.GOAL_ALREADY_OVER(goal=goal.id, end=goal.span.last, path="goal.span.end")
    if policy.maximum_days is not None and goal.span.days > policy.maximum_days:
        yield codes.GOAL_TOO_LONG(
            goal=goal.id,
            days=goal.span.days,
            limit=policy.maximum_days,
            path="goal.span",
            policy=_entry(policy, "maximum_days"),
        )


def _entry(policy: GoalPolicy, field: str) -> PolicyReference:
    return PolicyReference("GoalPolicy", policy.id, field)
