"""Leads in storage: claimed from the pool, recalled to it, assigned; counted on the ledger, changed by version.

Each function takes the ports of one unit of work that its caller runs and commits (`salesrules.storage.run_unit`), so
that a lead, its owner's counts and what came of the command are saved together, or not at all. What is counted against
a limit is posted on accounts named by `owned_account`, `claims_account` and `assigned_account`; each command opens
those that it uses, and sets the limit that holds for it: the policy's for a claim, the person's own for an assignment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import attrs

from salesrules.core import (
    AggregateStore,
    ChangeLimit,
    Decision,
    LedgerBatch,
    LedgerCommand,
    LedgerStore,
    LimitLowering,
    OpenAccount,
    Outcome,
    PolicyReference,
    Post,
    Reason,
    Refund,
    UnknownName,
    decide,
    demand,
    describe_purpose,
    find_replay,
    local_day,
    local_midnight,
)
from salesrules.leads import reasons as codes
from salesrules.leads.model import (
    AssignedLead,
    Assignee,
    AssignmentResult,
    AssignmentState,
    FormerOwner,
    Lead,
)
from salesrules.leads.policy import LeadPolicy
from salesrules.leads.rules import (
    assign_leads,
    check_holding,
    decide_by,
    find_claim_objections,
    find_scheme,
)

__all__ = [
    "assign_stored_leads",
    "assigned_account",
    "claim_lead",
    "claims_account",
    "owned_account",
    "recall_lead",
    "recall_leads",
]


def owned_account(person: str) -> str:
    """The account of the leads that somebody owns in all."""
    return f"leads/owned/{person}"


def claims_account(person: str, day: date) -> str:
    """The account of the leads that somebody claims on a day."""
    return f"leads/claims/{person}/{day}"


def assigned_account(person: str, day: date) -> str:
    """The account of the leads that somebody is assigned on a day."""
    return f"leads/assigned/{person}/{day}"


def claim_lead(
    id: str,
    person: str,
    *,
    key: str,
    leads: AggregateStore[Lead],
    ledger: LedgerStore,
    policy: LeadPolicy,
    as_of: datetime,
) -> Decision:
    """Take a lead out of the pool for somebody, where the rules of claims and the limits on the ledger allow it.

    `key` is the client's: the same claim again answers as the first did, and does nothing. A denial changes no lead;
    that of a limit is recorded under its key. Raises `MissingAggregate` for an unknown lead, `IdempotencyConflict`
    where the key came with another lead or person, and `StaleVersion` where somebody else changed the lead meanwhile,
    so that the unit of work is run again.
    """
    stored = leads.get(id)
    lead = stored.value
    purpose = describe_purpose("claim_lead", lead=id, person=person)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None and replayed.is_allowed:
        return decide([])
    found = decide_by(policy, as_of, find_claim_objections(lead, person, policy, as_of))
    if not found.is_allowed:
        return found
    claims = demand(policy.pool, "leads.pool").claims
    day = local_day(as_of, policy.zone)
    counted = {
        owned_account(person): (f"{key}:owned", claims.owned if claims else None),
        claims_account(person, day): (f"{key}:claim", claims.per_day if claims else None),
    }
    denied = _post(key, counted, ledger, as_of, purpose)
    if denied:
        return _limit_denial(person, list(counted), denied, policy, day)
    leads.put(id, _given(lead, person, key, policy, as_of), stored.version)
    return found


def _given(lead: Lead, person: str, key: str, policy: LeadPolicy, as_of: datetime) -> Lead:
    """The lead with a new owner; one that comes out of the pool goes on where its scheme restarts."""
    stage, entered = lead.stage, lead.stage_entered
    if stage == "recycled":
        stage, entered = find_scheme(lead, policy).restart, as_of
    return attrs.evolve(
        lead,
        owner=person,
        owned_since=as_of,
        pooled_at=None,
        claim=key,
        activities=(),
        lock=None,
        stage=stage,
        stage_entered=entered,
    )


def _post(
    key: str, counted: dict[str, tuple[str, int | None]], ledger: LedgerStore, as_of: datetime, purpose: str
) -> tuple[str, ...]:
    """Post one lead on each account, all or none; the accounts that had no room."""
    commands: list[LedgerCommand] = []
    for account, (post, limit) in counted.items():
        _prepare(account, limit, post, ledger, as_of)
        commands.append(Post(key=post, at=as_of, account=account, amount=1))
    decision = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    if decision.is_allowed:
        return ()
    full = tuple(account for account in counted if ledger.headroom(account) == 0)
    return full or tuple(counted)


def _prepare(account: str, limit: int | None, key: str, ledger: LedgerStore, as_of: datetime) -> None:
    """Open an account where there is none yet, and give it the limit that holds now."""
    try:
        known = ledger.account(account)
    except UnknownName:
        opening = OpenAccount(
            key=f"open:{account}", at=as_of, account=account, unit="count", limit=limit, lowering=LimitLowering.BLOCK
        )
        ledger.execute(opening)
        return
    if known.limit != limit:
        ledger.execute(ChangeLimit(key=f"{key}:limit", at=as_of, account=account, limit=limit))


def _limit_denial(person: str, accounts: Sequence[str], full: Iterable[str], policy: LeadPolicy, day: date) -> Decision:
    claims = demand(policy.pool, "leads.pool").claims
    policy_id = claims.id if claims else ""
    owned, per_day = accounts
    reasons: list[Reason] = []
    if owned in full:
        reference = PolicyReference("ClaimLimits", policy_id, "owned")
        reasons.append(codes.OWNED_LIMIT(person=person, asked=1, left=0, path="owned", policy=reference))
    if per_day in full:
        reference = PolicyReference("ClaimLimits", policy_id, "per_day")
        reasons.append(codes.DAY_LIMIT(person=person, asked=1, left=0, path="claimed_today", policy=reference))
    changes = local_midnight(day + timedelta(days=1), policy.zone) if per_day in full else None
    return attrs.evolve(decide(reasons), headroom=0, changes_at=changes)


def recall_lead(
    id: str,
    *,
    key: str,
    leads: AggregateStore[Lead],
    ledger: LedgerStore,
    policy: LeadPolicy,
    as_of: datetime,
) -> Decision:
    """Take a lead back to the pool where the rules of the pool say so; else deny, with the instant at which they will.

    The former owner is noted with the instant, and the owner's count falls by one. A lead that is in the pool already
    stays there, and that is no fault: the same recall may come twice. Raises as `claim_lead` does.
    """
    stored = leads.get(id)
    lead = stored.value
    held = check_holding(lead, policy, as_of)
    if lead.owner is None:
        return held
    if held.outcome is not Outcome.DENY:
        found = decide([codes.NOT_RECALLED(lead=id, until=held.changes_at, path="lead")])
        return attrs.evolve(found, changes_at=held.changes_at)
    if not any(reason.code == codes.RECALLED.code for reason in held.reasons):
        return held
    if lead.claim is not None:
        ledger.execute(Refund(key=f"{key}:{id}:owned", at=as_of, posting=f"{lead.claim}:owned", amount=1))
    pooled = attrs.evolve(
        lead,
        owner=None,
        owned_since=None,
        pooled_at=as_of,
        former=(*lead.former, FormerOwner(owner=lead.owner, until=as_of)),
        activities=(),
        lock=None,
        claim=None,
        stage="recycled",
        stage_entered=as_of,
    )
    leads.put(id, pooled, stored.version)
    return attrs.evolve(held, outcome=Outcome.ALLOW)


def recall_leads(
    ids: Iterable[str],
    *,
    key: str,
    leads: AggregateStore[Lead],
    ledger: LedgerStore,
    policy: LeadPolicy,
    as_of: datetime,
) -> dict[str, Decision]:
    """Recall every one of some leads that the rules of the pool take by an instant, and say what came of each."""
    return {id: recall_lead(id, key=key, leads=leads, ledger=ledger, policy=policy, as_of=as_of) for id in ids}


def assign_stored_leads(
    ids: Iterable[str],
    people: Iterable[Assignee],
    *,
    key: str,
    leads: AggregateStore[Lead],
    ledger: LedgerStore,
    policy: LeadPolicy,
    as_of: datetime,
    salt: str = "",
) -> AssignmentResult:
    """Assign stored leads without an owner to people, whose counts are those of the ledger, and save the new owners.

    Loads and what was taken today are read from the ledger, whatever `people` say; limits are theirs. Where somebody's
    last place was taken meanwhile, the lead goes to the next one. Leads that have an owner are left alone: as assigned
    where this very command gave them, else as unassigned with that reason. Raises as `claim_lead` does.
    """
    day = local_day(as_of, policy.zone)
    stored = {id: leads.get(id) for id in dict.fromkeys(ids)}
    done: list[AssignedLead] = []
    taken: list[tuple[str, Decision]] = []
    free: list[Lead] = []
    for id, versioned in stored.items():
        lead = versioned.value
        before = _given_before(lead, key, ledger)
        if before is not None:
            done.append(AssignedLead(id, before, ""))
        elif lead.owner is None:
            free.append(lead)
        elif lead.claim == f"{key}:{id}:{lead.owner}":
            done.append(AssignedLead(id, lead.owner, ""))
        else:
            found = codes.ALREADY_OWNED(lead=id, owner=lead.owner, path="owner")
            taken.append((id, decide([found])))
    state = AssignmentState(people=[_as_counted(one, ledger, day) for one in people], salt=salt)
    waiting: Sequence[Lead] = free
    unassigned: tuple[tuple[str, Decision], ...] = ()
    by_id = {lead.id: lead for lead in free}
    while waiting:
        result = assign_leads(waiting, state, policy, as_of)
        limits = {one.person: one for one in state.people}
        full: dict[str, int] = {}
        again: list[Lead] = []
        for assigned in result.assigned:
            one, post = limits[assigned.person], f"{key}:{assigned.lead}:{assigned.person}"
            counted = {owned_account(one.person): (f"{post}:owned", one.capacity)}
            if one.day_quota is not None:
                counted[assigned_account(one.person, day)] = (f"{post}:assigned", one.day_quota)
            purpose = _assigning(assigned.lead, one.person)
            if one.person in full or _post(post, counted, ledger, as_of, purpose):
                full.setdefault(one.person, 0)
                again.append(by_id[assigned.lead])
                continue
            given = _given(by_id[assigned.lead], one.person, post, policy, as_of)
            leads.put(assigned.lead, given, stored[assigned.lead].version)
            done.append(assigned)
        state, unassigned, waiting = result.state, (*unassigned, *result.unassigned), again
        if full:
            people_now = [attrs.evolve(one, capacity=0) if one.person in full else one for one in state.people]
            state = attrs.evolve(state, people=people_now)
    return AssignmentResult(assigned=done, unassigned=(*taken, *unassigned), state=state)


def _assigning(lead: str, person: str) -> str:
    return describe_purpose("assign_lead", lead=lead, person=person)


def _given_before(lead: Lead, key: str, ledger: LedgerStore) -> str | None:
    """To whom this very command gave a lead that was taken back since; it gives it to nobody a second time."""
    for owner in dict.fromkeys(former.owner for former in lead.former):
        replayed = find_replay(ledger, f"{key}:{lead.id}:{owner}", _assigning(lead.id, owner))
        if replayed is not None and replayed.is_allowed:
            return owner
    return None


def _as_counted(one: Assignee, ledger: LedgerStore, day: date) -> Assignee:
    """Somebody with the counts of the ledger."""
    load, taken = _used(owned_account(one.person), ledger), _used(assigned_account(one.person, day), ledger)
    return attrs.evolve(one, load=load, taken=taken)


def _used(account: str, ledger: LedgerStore) -> int:
    try:
        return int(ledger.balance(account).used)  # type: ignore[arg-type]  # a count
    except UnknownName:
        return 0
