"""Histories of owners, and leads whose facts cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from salesrules.core import Decision, InvalidValue, PolicyReference, Reason, check_instant, decide, nearest_names
from salesrules.leads import reasons as codes
from salesrules.leads.model import Lead, LeadOwnership
from salesrules.leads.policy import LEAD_ENDS, LeadPolicy
from salesrules.leads.rules.life import decide_by
from salesrules.leads.rules.schemes import find_scheme

__all__ = ["check_lead", "check_ownerships", "find_owner"]


def check_ownerships(ownerships: Iterable[LeadOwnership]) -> Decision:
    """Whether every lead has one owner at a time, and every ownership ends after it began; all faults at once."""
    return decide(_ownership_findings(sorted(ownerships, key=lambda one: (one.lead, one.since, one.owner))))


def _ownership_findings(ownerships: Iterable[LeadOwnership]) -> Iterator[Reason]:
    last: LeadOwnership | None = None
    for index, one in enumerate(ownerships):
        path = f"ownerships[{one.lead}][{index}]"
        if one.until is not None and one.until <= one.since:
            yield codes.OWNERSHIP_BACKWARDS(
                lead=one.lead, owner=one.owner, since=one.since, until=one.until, path=f"{path}.until"
            )
            continue
        if last is not None and last.lead == one.lead and (last.until is None or one.since < last.until):
            yield codes.OWNERSHIP_OVERLAPS(
                lead=one.lead,
                owner=one.owner,
                other=last.owner,
                since=one.since,
                until=last.until,
                path=f"{path}.since",
            )
        is_new = last is None or last.lead != one.lead
        if is_new or (last is not None and last.until is not None and (one.until is None or one.until > last.until)):
            last = one


def find_owner(lead: str, ownerships: Iterable[LeadOwnership], as_of: datetime) -> str | None:
    """Who owned a lead at an instant, `None` where nobody did; raises `InvalidValue` where several did."""
    check_instant("as_of", as_of)
    moment = as_of.astimezone(UTC)
    found = [one.owner for one in ownerships if one.lead == lead and moment in one]
    if len(found) > 1:
        raise InvalidValue("ownerships", found, f"{lead} has one owner at a time; end all but one")
    return found[0] if found else None


def check_lead(lead: Lead, policy: LeadPolicy, as_of: datetime) -> Decision:
    """Whether the facts of a lead can be: a stage that its scheme has, won only from there on, and no instant ahead.

    All faults at once; raises `InvalidValue` where no scheme is for the lead.
    """
    check_instant("as_of", as_of)
    return decide_by(policy, as_of, _lead_findings(lead, policy, as_of.astimezone(UTC)))


def _lead_findings(lead: Lead, policy: LeadPolicy, moment: datetime) -> Iterator[Reason]:
    scheme = find_scheme(lead, policy)
    stages = [stage.id for stage in scheme.stages]
    where = PolicyReference("HandlingScheme", scheme.id, "stages")
    if lead.stage not in stages and lead.stage not in LEAD_ENDS:
        near = nearest_names(lead.stage, stages)
        yield codes.UNKNOWN_STAGE(lead=lead.id, stage=lead.stage, nearest=near, path="stage", policy=where)
    elif lead.is_won and (lead.stage in LEAD_ENDS or stages.index(lead.stage) < stages.index(scheme.won)):
        yield codes.WON_TOO_EARLY(lead=lead.id, stage=lead.stage, won=scheme.won, path="is_won", policy=where)
    for field, instant, earliest in (
        ("captured_at", lead.captured_at, None),
        ("stage_entered", lead.stage_entered, lead.captured_at),
        ("owned_since", lead.owned_since, lead.captured_at),
        ("pooled_at", lead.pooled_at, lead.captured_at),
        ("last_follow_up", lead.last_follow_up, lead.captured_at),
        *((f"activities[{index}]", instant, lead.captured_at) for index, instant in enumerate(lead.activities)),
    ):
        if instant is not None and instant > moment:
            yield codes.CLOCK_BACKWARDS(lead=lead.id, field=field, instant=instant, bound=moment, path=field)
        elif instant is not None and earliest is not None and instant < earliest:
            yield codes.CLOCK_BACKWARDS(lead=lead.id, field=field, instant=instant, bound=earliest, path=field)
