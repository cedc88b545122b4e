"""Deadlines of leads: what is due, what is overdue, what to warn of, and whom to tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

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
from salesrules.leads import reasons as codes
from salesrules.leads.model import Escalation, Lead, LeadDue
from salesrules.leads.policy import DeadlineSubject, LeadDeadline, LeadPolicy
from salesrules.leads.rules.life import decide_by

__all__ = ["calculate_dues", "check_deadlines", "find_escalation"]


def calculate_dues(lead: Lead, policy: LeadPolicy, working_time: CountsTime | None = None) -> tuple[LeadDue, ...]:
    """What is due about a lead that has an owner and is not won, the earliest first.

    A first contact is due until somebody follows up after the owner got the lead; a contact of an owner before counts
    for nothing. Raises `InvalidValue` where a deadline counts working time and none is given.
    """
    deadlines = demand(policy.deadlines, "leads.deadlines")
    if lead.owned_since is None or lead.is_won:
        return ()
    found = []
    for deadline in deadlines:
        since = None if deadline.stages and lead.stage not in deadline.stages else _since(lead, deadline.subject)
        if since is not None:
            found.append(_due(deadline, since, policy.zone, working_time))
    return tuple(sorted(found, key=lambda due: (due.due_at, due.rule)))


def _since(lead: Lead, subject: DeadlineSubject) -> datetime | None:
    owned, last = lead.owned_since, lead.last_follow_up
    assert owned is not None  # for the type checker: only leads with an owner come here
    contacted = last if last is not None and last >= owned else None
    match subject:
        case DeadlineSubject.FIRST_CONTACT:
            return owned if contacted is None else None
        case DeadlineSubject.FOLLOW_UP:
            return contacted
        case DeadlineSubject.STAGNATION:
            return lead.in_stage_since
        case _:
            return max(owned, lead.in_stage_since, contacted or owned, *lead.activities[-1:])


def _due(deadline: LeadDeadline, since: datetime, zone: str, working_time: CountsTime | None) -> LeadDue:
    due = deadline.limit.end(since, zone, working_time)
    before = timedelta(hours=deadline.warn_hours)
    if deadline.counts_working_time and working_time is not None:
        warn = working_time.add(due, -before).astimezone(UTC)
    else:
        warn = due - before
    return LeadDue(rule=deadline.id, subject=deadline.subject.value, since=since, warn_at=max(warn, since), due_at=due)


def check_deadlines(
    lead: Lead, policy: LeadPolicy, as_of: datetime, working_time: CountsTime | None = None
) -> Decision:
    """Whether everything about a lead is done in time: a warning before it is due, denied once it is overdue.

    `changes_at` is the next instant at which another answer is given if nothing is done. Raises `InvalidValue` where
    `as_of` lies before the owner had the lead, or before its last step or contact.
    """
    check_instant("as_of", as_of)
    dues = calculate_dues(lead, policy, working_time)
    for field in ("owned_since", "last_follow_up", "stage_entered"):
        instant = getattr(lead, field)
        if instant is not None and is_before(as_of, instant):
            raise InvalidValue("as_of", as_of, f"{field} is {instant}; give an instant no earlier")
    decision = decide_by(policy, as_of, _due_findings(lead, dues, as_of))
    changes = [at for due in dues for at in (due.warn_at, due.due_at) if is_before(as_of, at)]
    return attrs.evolve(decision, changes_at=min(changes)) if changes else decision


def _due_findings(lead: Lead, dues: tuple[LeadDue, ...], as_of: datetime) -> Iterator[Reason]:
    for due in dues:
        if is_before(as_of, due.warn_at):
            continue
        code = codes.DEADLINE_NEAR if is_before(as_of, due.due_at) else codes.DEADLINE_MISSED
        yield code(
            lead=lead.id,
            subject=due.subject,
            due=due.due_at,
            path=due.subject,
            policy=PolicyReference("LeadDeadline", due.rule, "limit"),
        )


def find_escalation(
    lead: Lead, policy: LeadPolicy, as_of: datetime, working_time: CountsTime | None = None
) -> Escalation | None:
    """How far a lead without a follow-up has escalated since the last one, or since the owner got it.

    `None` where it has no owner or is won. Each step is reached once its time is over, by its declared count and side.
    """
    steps = demand(policy.escalation, "leads.escalation")
    check_instant("as_of", as_of)
    owned = lead.owned_since
    if owned is None or lead.is_won:
        return None
    since = max(owned, lead.last_follow_up or owned)
    found = Escalation(lead=lead.id, since=since)
    for step in steps:
        at = step.after.end(since, policy.zone, working_time)
        if is_before(as_of, at):
            return attrs.evolve(found, next_at=at)
        found = Escalation(lead=lead.id, since=since, step=step.id, action=step.action, tell=step.tell)
    return found
