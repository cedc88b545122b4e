"""Claims from the pool: who may take a lead out of it, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs

from salesrules.core import (
    Decision,
    InvalidValue,
    PolicyReference,
    Reason,
    check_instant,
    demand,
    is_before,
    local_day,
    local_midnight,
)
from salesrules.leads import reasons as codes
from salesrules.leads.model import Claimant, Lead
from salesrules.leads.policy import LeadPolicy, PoolPolicy
from salesrules.leads.rules.life import decide_by

__all__ = ["check_claim", "check_claim_quota", "find_claim_objections"]


def check_claim(lead: Lead, claimant: Claimant, policy: LeadPolicy, as_of: datetime) -> Decision:
    """Whether somebody may take a lead out of the pool at an instant, with every reason against it.

    Denied for a lead that is not in the pool, within the wait of a former owner (exactly at its end it is allowed),
    within the cool-down of a lead that came into the pool, and beyond the limits of leads owned in all and claimed on
    one local day. `headroom` is how many more may be claimed; `changes_at` the next instant at which another answer is
    given by itself.
    """
    pool = demand(policy.pool, "leads.pool")
    waits = dict(_waits(lead, claimant.person, policy, pool, as_of))
    return _decided(claimant, 1, policy, as_of, find_claim_objections(lead, claimant.person, policy, as_of), waits)


def check_claim_quota(claimant: Claimant, count: int, policy: LeadPolicy, as_of: datetime) -> Decision:
    """Whether somebody may claim so many more leads at once; all or none. Answers as `check_claim` does.

    What is left of the limit is the limit less the leads owned, those that do not count left out.
    """
    if type(count) is not int or count < 1:
        raise InvalidValue("count", count, "claim at least one lead")
    return _decided(claimant, count, policy, as_of, (), {})


def find_claim_objections(lead: Lead, person: str, policy: LeadPolicy, as_of: datetime) -> Iterator[Reason]:
    """What speaks against somebody taking a lead out of the pool, but for the number of their leads."""
    pool = demand(policy.pool, "leads.pool")
    check_instant("as_of", as_of)
    if lead.owner is not None or lead.pooled_at is None:
        yield codes.NOT_IN_POOL(lead=lead.id, owner=lead.owner, path="owner")
    for field, until in _waits(lead, person, policy, pool, as_of):
        code = codes.FORMER_OWNER_WAITS if field == "former_owner_wait" else codes.COOLING_DOWN
        yield code(
            lead=lead.id, person=person, until=until, path=field, policy=PolicyReference("PoolPolicy", pool.id, field)
        )


def _waits(
    lead: Lead, person: str, policy: LeadPolicy, pool: PoolPolicy, as_of: datetime
) -> Iterator[tuple[str, datetime]]:
    """The waits that still run, each with the first instant at which it is over."""
    left = [former.until for former in lead.former if former.owner == person]
    if pool.former_owner_wait is not None and left:
        until = pool.former_owner_wait.end(max(left), policy.zone)
        if is_before(as_of, until):
            yield "former_owner_wait", until
    if pool.cool_down is not None and lead.pooled_at is not None:
        until = pool.cool_down.end(lead.pooled_at, policy.zone)
        if is_before(as_of, until):
            yield "cool_down", until


def _decided(
    claimant: Claimant,
    count: int,
    policy: LeadPolicy,
    as_of: datetime,
    objections: Iterator[Reason] | tuple[Reason, ...],
    waits: dict[str, datetime],
) -> Decision:
    pool = demand(policy.pool, "leads.pool")
    quota = tuple(_quota_findings(claimant, count, pool))
    decision = decide_by(policy, as_of, [*objections, *quota])
    changes = list(waits.values())
    if any(reason.code == codes.DAY_LIMIT.code for reason in quota):
        changes.append(local_midnight(local_day(as_of, policy.zone) + timedelta(days=1), policy.zone))
    return attrs.evolve(
        decision, headroom=_headroom(claimant, pool), changes_at=min(changes) if changes else decision.changes_at
    )


def _left(claimant: Claimant, pool: PoolPolicy) -> tuple[int | None, int | None]:
    """How many more may be owned, and claimed today; below zero where there are too many already."""
    claims = pool.claims
    limit = claimant.owned_limit if claimant.owned_limit is not None else claims.owned if claims else None
    owned = None if limit is None else limit - (claimant.owned - claimant.excluded)
    per_day = None if claims is None or claims.per_day is None else claims.per_day - claimant.claimed_today
    return owned, per_day


def _headroom(claimant: Claimant, pool: PoolPolicy) -> int | None:
    known = [left for left in _left(claimant, pool) if left is not None]
    return max(min(known), 0) if known else None


def _quota_findings(claimant: Claimant, count: int, pool: PoolPolicy) -> Iterator[Reason]:
    owned, per_day = _left(claimant, pool)
    policy_id = pool.claims.id if pool.claims else pool.id
    for code, left, field, path in (
        (codes.OWNED_LIMIT, owned, "owned", "owned"),
        (codes.DAY_LIMIT, per_day, "per_day", "claimed_today"),
    ):
        if left is not None and left < count:
            yield code(
                person=claimant.person,
                asked=count,
                left=max(left, 0),
                path=path,
                policy=PolicyReference("ClaimLimits", policy_id, field),
            )
