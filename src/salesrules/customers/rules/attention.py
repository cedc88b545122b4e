"""Attention: how often customers are visited by their class, and followed up by their need and willingness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import attrs

from salesrules.core import (
    CountsTime,
    Decision,
    InvalidValue,
    PolicyReference,
    Reason,
    check_instant,
    demand,
    is_before,
)
from salesrules.customers import reasons as codes
from salesrules.customers.model import Customer, VisitSchedule, VisitStatus
from salesrules.customers.policy import AttentionLevel, CustomerPolicy, FollowUpCell
from salesrules.customers.rules.life import decide_by

__all__ = ["calculate_follow_up", "calculate_visits", "check_follow_up", "check_visits", "find_attention_level"]


def find_attention_level(customer: Customer, policy: CustomerPolicy) -> AttentionLevel | None:
    """The level of attention for the class of a customer; `None` where no level is for it."""
    levels = demand(policy.attention, "customers.attention")
    return next((level for level in levels if customer.customer_class in level.classes), None)


def calculate_visits(
    customer: Customer,
    last: datetime,
    policy: CustomerPolicy,
    as_of: datetime,
    working_time: CountsTime | None = None,
) -> VisitSchedule:
    """When the next visit after the last one (or after the customer was won) is due, and from when on overdue.

    Raises `InvalidValue` where no level is for the customer's class, and where `last` lies after `as_of`.
    """
    level = find_attention_level(customer, policy)
    if level is None:
        raise InvalidValue("customer_class", customer.customer_class, "no level of attention is for this class; add it")
    return _schedule(customer.id, level, last, policy.zone, as_of, working_time)


def check_visits(
    customer: Customer,
    last: datetime,
    policy: CustomerPolicy,
    as_of: datetime,
    working_time: CountsTime | None = None,
) -> Decision:
    """Whether a customer is visited as often as the level says: a warning when the visit is due, denied when overdue.

    `changes_at` is the next instant at which that changes without a visit.
    """
    if find_attention_level(customer, policy) is None:
        found = codes.LEVEL_MISSING(customer=customer.id, customer_class=customer.customer_class, path="customer_class")
        return decide_by(policy, as_of, [found])
    return _judged(calculate_visits(customer, last, policy, as_of, working_time), "AttentionLevel", policy, as_of)


def calculate_follow_up(
    customer: str,
    need: str,
    willingness: str,
    last: datetime,
    policy: CustomerPolicy,
    as_of: datetime,
    working_time: CountsTime | None = None,
) -> VisitSchedule:
    """When a customer with such a need and such a willingness is due to be followed up, and from when on overdue.

    Raises `InvalidValue` where the grid has no such cell, and where `last` lies after `as_of`.
    """
    cell = _cell(need, willingness, policy)
    return _schedule(customer, cell, last, policy.zone, as_of, working_time)


def check_follow_up(
    customer: str,
    need: str,
    willingness: str,
    last: datetime,
    policy: CustomerPolicy,
    as_of: datetime,
    working_time: CountsTime | None = None,
) -> Decision:
    """Whether a customer is followed up as often as need and willingness ask; answers as `check_visits` does."""
    found = calculate_follow_up(customer, need, willingness, last, policy, as_of, working_time)
    return _judged(found, "FollowUpCell", policy, as_of)


def _cell(need: str, willingness: str, policy: CustomerPolicy) -> FollowUpCell:
    cells = demand(policy.follow_ups, "customers.follow_ups")
    for cell in cells:
        if (cell.need, cell.willingness) == (need, willingness):
            return cell
    known = ", ".join(f"{cell.need} and {cell.willingness}" for cell in cells)
    raise InvalidValue("need", f"{need} and {willingness}", f"choose a cell of the grid: {known}")


def _schedule(
    customer: str,
    rule: AttentionLevel | FollowUpCell,
    last: datetime,
    zone: str,
    as_of: datetime,
    working_time: CountsTime | None,
) -> VisitSchedule:
    check_instant("as_of", as_of)
    if is_before(as_of, last):
        raise InvalidValue("last", last, f"give an instant no later than {as_of}")
    due, overdue = (limit.end(last, zone, working_time) for limit in (rule.due, rule.overdue))
    if is_before(as_of, due):
        status = VisitStatus.NOT_DUE
    else:
        status = VisitStatus.DUE if is_before(as_of, overdue) else VisitStatus.OVERDUE
    return VisitSchedule(
        customer=customer, rule=rule.id, last=last.astimezone(UTC), due_at=due, overdue_at=overdue, status=status
    )


def _judged(found: VisitSchedule, kind: str, policy: CustomerPolicy, as_of: datetime) -> Decision:
    decision = decide_by(policy, as_of, _contact_findings(found, PolicyReference(kind, found.rule, "overdue")))
    if not decision.is_allowed and found.status is not VisitStatus.OVERDUE:
        return decision
    changes = {VisitStatus.NOT_DUE: found.due_at, VisitStatus.DUE: found.overdue_at}.get(found.status)
    return attrs.evolve(decision, changes_at=changes)


def _contact_findings(found: VisitSchedule, policy: PolicyReference) -> Iterator[Reason]:
    if found.status is not VisitStatus.NOT_DUE:
        code = codes.CONTACT_DUE if found.status is VisitStatus.DUE else codes.CONTACT_OVERDUE
        yield code(customer=found.customer, last=found.last, overdue_at=found.overdue_at, path="last", policy=policy)
