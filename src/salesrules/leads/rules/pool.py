"""The public pool: whether a lead goes back to it, why, which rule decided, and when the answer changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

import attrs

from salesrules.core import (
    Decision,
    InvalidValue,
    Outcome,
    Reason,
    check_life,
    decision_of,
    demand,
    local_midnight,
)
from salesrules.leads import reasons as codes
from salesrules.leads.model import Lead
from salesrules.leads.policy import LeadPolicy, PoolLine

__all__ = ["Recall", "check_holding", "find_recall"]

_DAY = timedelta(days=1)
_STEP = timedelta(microseconds=1)
_ENDLESS = datetime.max.replace(tzinfo=UTC)


class Recall(NamedTuple):
    """When a lead goes back to the pool, by which line; `is_locked` says that only a lock delays it until then."""

    at: datetime
    line: PoolLine
    is_locked: bool


def find_recall(lead: Lead, policy: LeadPolicy) -> Recall | None:
    """When a lead that has an owner goes back, if nothing more is done; `None` where no rule ever takes it.

    The instant depends on the facts alone, whenever it is asked for: it is the earliest, over all lines that recall, of
    the later of its own end and those of the keeping lines before it, and no earlier than the end of a lock. Of equal
    instants the line that stands first decides. `at` is the last representable instant where a lock has no end.
    """
    lines = policy.pool_lines
    plan = lines.get(lead.customer_class)
    if plan is None:
        plan = lines.get("", ())
    since = lead.owned_since
    if since is None or lead.is_won or not plan:
        return None
    kept = since
    at, decisive = _ENDLESS, None
    for line in plan:
        end = _end_of(line, lead, since, policy)
        if line.recalls:
            recall = end if end > kept else kept
            if recall < at:
                at, decisive = recall, line
        if line.keeps and end > kept:
            kept = end
    if decisive is None:
        return None
    lock = lead.lock
    if lock is not None:
        until = lock.until or _ENDLESS
        if until > at:
            return Recall(until, decisive, True)
    return Recall(at, decisive, False)


def _end_of(line: PoolLine, lead: Lead, since: datetime, policy: LeadPolicy) -> datetime:
    start = since
    if len(line.starts) > 1:
        other = lead.last_follow_up if line.starts[1] == "last_follow_up" else lead.in_stage_since
        if other is not None and other > start:
            start = other
    try:
        end = _later(line, start, line.days, policy.tzinfo, policy.zone)
        if line.extension_days and lead.activities:
            end = _extended(line, end, lead.activities, since, policy)
    except OverflowError:
        return _ENDLESS
    return end


def _extended(
    line: PoolLine, end: datetime, activities: Sequence[datetime], since: datetime, policy: LeadPolicy
) -> datetime:
    cap = None if line.cap_days is None else _later(line, since, line.cap_days, policy.tzinfo, policy.zone)
    for activity in activities:
        if activity >= end:
            break
        if activity >= since:
            extended = _later(line, activity, line.extension_days, policy.tzinfo, policy.zone)
            if cap is not None and extended > cap:
                extended = cap
            if extended > end:
                end = extended
    return end


def _later(line: PoolLine, start: datetime, days: int, tz: tzinfo, zone: str) -> datetime:
    """The first instant at which so many days since a start are over."""
    if line.is_calendar:
        return local_midnight(start.astimezone(tz).date() + (days + line.is_late) * _DAY, zone)
    return start + days * _DAY + _STEP if line.is_late else start + days * _DAY


def check_holding(lead: Lead, policy: LeadPolicy, as_of: datetime) -> Decision:
    """Whether the owner keeps a lead at an instant: allowed, with a warning shortly before, denied once it goes back.

    The reason names the rule that decides, and the instant at which it takes the lead or took it; `changes_at` is the
    next instant at which another answer is given if nothing more is done, in UTC, `None` where none ever is. A lead
    that is won, or that no rule is for, is kept; one without an owner is in the pool already.

    Raises `InvalidValue` where the rulebook has no pool, and where `as_of` lies before the owner had the lead.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, PolicyLife, TimeLimit
    >>> from salesrules.leads.policy import PoolLimit, PoolPolicy
    >>> idle = PoolLimit(id="idle", kind="no_follow_up", limit=TimeLimit(days=7))
    >>> life = PolicyLife(
    ...     status="in_force", scope="sales", owner="ops", approver="head", effective=DateRange(date(2026, 1, 1))
    ... )
    >>> policy = LeadPolicy(life=life, zone="UTC", pool=PoolPolicy(id="pool", limits=[idle], conflict="strictest"))
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> lead = Lead(id="l1", source="web", kind="firm", captured_at=noon, owner="ana", owned_since=noon)
    >>> decision = check_holding(lead, policy, noon)
    >>> decision.outcome.value, decision.reasons[0].parameters["rule"], str(decision.changes_at)
    ('allow', 'idle', '2026-03-08 12:00:00+00:00')
    """
    if getattr(as_of, "tzinfo", None) is None:
        raise InvalidValue("as_of", as_of, "give an instant with its time zone")
    moment = as_of.astimezone(UTC)
    pool = policy.pool or demand(policy.pool, "leads.pool")
    if not policy.life.is_approved or moment < policy.decides_from or _is_past(moment, policy.decides_until):
        return _undecided(policy, moment)
    since = lead.owned_since
    if since is not None and moment < since:
        raise InvalidValue("as_of", as_of, f"the lead was owned only at {since}; give a later instant")
    recall = find_recall(lead, policy)
    change: datetime | None
    if recall is None:
        outcome, reason, change = Outcome.ALLOW, _kept_freely(lead), None
    else:
        at, line, is_locked = recall
        rule, reference = line.rule, line.policy
        if moment >= at:
            outcome, change = Outcome.DENY, None
            reason = codes.RECALLED(lead=lead.id, owner=lead.owner, rule=rule, at=at, policy=reference)
        elif at == _ENDLESS:
            outcome, change = Outcome.ALLOW, None
            reason = codes.LOCKED(lead=lead.id, owner=lead.owner, rule=rule, until=None, policy=reference)
        else:
            warned = at - pool.warn_days * _DAY
            if moment < warned:
                outcome, change = Outcome.ALLOW, warned
                code = codes.LOCKED if is_locked else codes.KEPT
                reason = code(lead=lead.id, owner=lead.owner, rule=rule, until=at, policy=reference)
            else:
                outcome, change = Outcome.WARN, at
                reason = codes.RECALL_NEAR(lead=lead.id, owner=lead.owner, rule=rule, at=at, policy=reference)
    return _within_life(policy, moment, outcome, reason, change)


def _kept_freely(lead: Lead) -> Reason:
    if lead.owner is None:
        return codes.IN_POOL(lead=lead.id)
    return (
        codes.WON(lead=lead.id) if lead.is_won else codes.NO_POOL_RULE(lead=lead.id, customer_class=lead.customer_class)
    )


def _is_past(moment: datetime, until: datetime | None) -> bool:
    return until is not None and moment >= until


def _undecided(policy: LeadPolicy, moment: datetime) -> Decision:
    """Why a policy decides nothing, and when it will."""
    decision = check_life(policy.life, moment.astimezone(policy.tzinfo).date(), "LeadPolicy")
    waits = policy.life.is_approved and moment < policy.decides_from
    return attrs.evolve(decision, changes_at=policy.decides_from) if waits else decision


def _within_life(
    policy: LeadPolicy, moment: datetime, outcome: Outcome, reason: Reason, change: datetime | None
) -> Decision:
    """The answer with what the policy's own days add to it."""
    reasons: tuple[Reason, ...] = (reason,)
    until, review = policy.decides_until, policy.reviewed_until
    if review is not None:
        if moment >= review:
            overdue = check_life(policy.life, moment.astimezone(policy.tzinfo).date(), "LeadPolicy")
            reasons = (*overdue.reasons, reason)
            outcome = Outcome.WARN if outcome is Outcome.ALLOW else outcome
        elif change is None or review < change:
            change = review
    if until is not None and (change is None or until < change):
        change = until
    return decision_of(outcome, reasons, change)
