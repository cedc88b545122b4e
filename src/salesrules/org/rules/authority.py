"""Authority: who may decide an act, by a grant to their position or by delegation, and who above could."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import attrs

from salesrules.core import (
    Decision,
    InvalidValue,
    Money,
    Outcome,
    PolicyReference,
    Reason,
    RequiredApproval,
    check_life,
)
from salesrules.org import reasons
from salesrules.org.model import Act, AmountLimit, Delegation, Limit, NoLimit
from salesrules.org.policy import AuthorityGrant, OrgPolicy, Reach
from salesrules.org.rules.limits import find_limit_fault, find_reach_fault, size_of
from salesrules.org.rules.structure import Structure

__all__ = [
    "Asked",
    "Holding",
    "check_authority",
    "delegation_knob",
    "find_authorised_head",
    "find_delegation_fault",
    "find_grants",
    "find_holding",
    "find_limits",
    "is_well_within",
    "is_within_limits",
]


def find_grants(structure: Structure, policy: OrgPolicy, person: str) -> tuple[tuple[AuthorityGrant, str], ...]:
    """The grants a person has on the structure's day, each with the position that gives it.

    Positions held count, and those in which the person acts as deputy.
    """
    positions = (*structure.positions_of(person), *structure.acts_in(person))
    return tuple(
        (grant, position)
        for position in positions
        for grant in policy.authority_grants
        if structure.as_of in grant.effective
        and (grant.position == position or grant.rank == structure.position(position).rank)
    )


def check_authority(
    person: str,
    act: Act,
    structure: Structure,
    policy: OrgPolicy,
    delegations: Sequence[Delegation] = (),
    *,
    as_of: datetime,
) -> Decision:
    """Whether a person may decide an act at an instant, by their own positions or by delegation.

    Allowed, the reason names the position or the chain of delegations, and `changes_at` the first end of its windows.
    Refused, the reasons say what every fitting grant lacks; where a head up the line has the authority the outcome is
    refer and `approvals` names that person. `headroom` is the largest amount that the person's own positions allow for
    such an act (whether that amount itself passes, the side of its limit says).

    The day of `as_of`, in its own time zone, must be the structure's; raises `InvalidValue` otherwise, and
    `UnknownName` for an unknown person.
    """
    _check_day(structure, as_of)
    life = check_life(policy.life, structure.as_of, "OrgPolicy")
    if not life.is_allowed:
        return life
    asked = Asked(kind=act.kind, size=size_of(act), unit=act.unit)
    holding = find_holding(person, asked, structure, policy, delegations, as_of)
    if holding.is_held:
        ends = [delegation.window.end for delegation in holding.chain if delegation.window.end is not None]
        return Decision(
            outcome=life.outcome,
            reasons=(*life.reasons, *holding.reasons),
            headroom=_headroom(person, act, structure, policy),
            changes_at=min(ends, key=lambda end: end.astimezone(UTC), default=None),
        )
    above = find_authorised_head(person, act, structure, policy)
    return Decision(
        outcome=Outcome.DENY if above is None else Outcome.REFER,
        reasons=(*life.reasons, *holding.reasons),
        approvals=() if above is None else (RequiredApproval(approver=above, act=act.kind),),
        headroom=_headroom(person, act, structure, policy),
    )


def find_limits(person: str, kind: str, unit: str | None, structure: Structure, policy: OrgPolicy) -> tuple[Limit, ...]:
    """The limits within which a person may decide acts of a kind in a unit by their own positions; none for nobody.

    Together with `is_within_limits` this is what `check_authority` says of own positions, for who asks about many
    amounts. Nobody has any where the policy does not decide on the structure's day.
    """
    if not structure.knows_person(person) or not check_life(policy.life, structure.as_of, "OrgPolicy").is_allowed:
        return ()
    return tuple(
        grant.limit
        for grant, position in find_grants(structure, policy, person)
        if grant.act == kind and find_reach_fault(unit, reach_of(grant, position, structure), structure.units) is None
    )


def is_within_limits(act: Act, limits: Iterable[Limit], policy: OrgPolicy) -> bool:
    """Whether one of some limits bears the size of an act."""
    size = size_of(act)
    return any(find_limit_fault(size, limit, policy) is None for limit in limits)


def is_well_within(amount: Money | None, limit: Limit) -> bool:
    """Whether an act of an amount is seen to lie within a limit at once: there is none, or the amount is below it.

    What this leaves open (exactly the maximum, other sizes) `is_within_limits` answers.

    >>> is_well_within(Money(9, "CNY"), AmountLimit(maximum=Money(10, "CNY"), side="lower"))
    True
    """
    if isinstance(limit, NoLimit):
        return True
    if amount is None or not isinstance(limit, AmountLimit):
        return False
    most = limit.maximum
    return amount.currency == most.currency and amount.amount < most.amount


def find_authorised_head(person: str, act: Act, structure: Structure, policy: OrgPolicy) -> str | None:
    """The nearest person up the line who has the authority by a position of their own, never the person themselves.

    Deputies stand in for heads who are absent or missing. `None` where nobody above has it.
    """
    asked = Asked(kind=act.kind, size=size_of(act), unit=act.unit)
    chain = structure.chain(person, acting=True)
    return next((above for above in chain if _own(above, asked, structure, policy)[0] is not None), None)


@attrs.frozen(kw_only=True)
class Asked:
    """What authority is sought for: a kind of act, its size and its unit; `any_size` and `any_unit` ask no further."""

    kind: str
    size: Limit | None
    unit: str | None
    any_size: bool = False
    any_unit: bool = False


@attrs.frozen(kw_only=True)
class Holding:
    """Whether somebody has an authority, why or why not, and the delegations that bring it, the last one first."""

    is_held: bool
    reasons: tuple[Reason, ...]
    chain: tuple[Delegation, ...] = ()


def find_holding(
    person: str,
    asked: Asked,
    structure: Structure,
    policy: OrgPolicy,
    delegations: Sequence[Delegation],
    as_of: datetime,
) -> Holding:
    """The authority of a person by their positions, else by the shortest chain of delegations.

    Every delegation of a chain must itself cover what is asked, and its first grantor must have it by a position:
    so nobody gains by delegation what its grantor lacks. Each person is visited once, so a cycle ends the search.
    """
    granted, lacking = _own(person, asked, structure, policy)
    if granted is not None:
        return Holding(is_held=True, reasons=(granted,))
    rule = policy.delegation
    if rule is None or asked.kind in rule.undelegable_acts:
        excluded = _excluded(person, asked.kind, delegations, as_of)
        return Holding(is_held=False, reasons=(*lacking, *excluded))
    active = [entry for entry in delegations if as_of in entry.window and entry.is_for(asked.kind)]
    found: list[Reason] = [*lacking]
    seen = {person}
    queue: deque[tuple[str, tuple[Delegation, ...]]] = deque([(person, ())])
    while queue:
        at, chain = queue.popleft()
        for entry in active:
            if entry.delegate != at or entry.grantor in seen or (chain and not entry.may_be_passed_on):
                continue
            fault = find_delegation_fault(entry, asked, structure, policy)
            if fault is None and len(chain) == rule.maximum_links:
                where = delegation_knob("maximum_links")
                fault = reasons.DELEGATION_TOO_LONG(links=len(chain) + 1, maximum=rule.maximum_links, policy=where)
            if fault is not None:
                found.append(fault)
                continue
            longer = (*chain, entry)
            granted, lacking = _own(entry.grantor, asked, structure, policy)
            if granted is not None:
                people = (*(link.grantor for link in reversed(longer)), person)
                reason = reasons.AUTHORITY_DELEGATED(
                    person=person, grantor=entry.grantor, people=people, act=asked.kind, policy=granted.policy
                )
                return Holding(is_held=True, reasons=(reason,), chain=longer)
            found += lacking
            seen.add(entry.grantor)
            queue.append((entry.grantor, longer))
    return Holding(is_held=False, reasons=tuple(dict.fromkeys(found)))


def _own(person: str, asked: Asked, structure: Structure, policy: OrgPolicy) -> tuple[Reason | None, list[Reason]]:
    """The reason why a person has an authority by a position, or all reasons why not."""
    lacking: list[Reason] = []
    for grant, position in find_grants(structure, policy, person):
        if grant.act != asked.kind:
            continue
        where = PolicyReference("AuthorityGrant", grant.id, "limit")
        fault = None if asked.any_size else find_limit_fault(asked.size, grant.limit, policy, where)
        if fault is None and not asked.any_unit:
            within = reach_of(grant, position, structure)
            fault = find_reach_fault(asked.unit, within, structure.units, attrs.evolve(where, field="reach"))
        if fault is None:
            return reasons.AUTHORITY_GRANTED(person=person, position=position, act=asked.kind, policy=where), []
        lacking.append(fault)
    return None, lacking or [reasons.NO_AUTHORITY(person=person, act=asked.kind)]


def reach_of(grant: AuthorityGrant, position: str, structure: Structure) -> str | None:
    """The unit within which a grant holds for a position, `None` for anywhere."""
    return structure.position(position).unit if grant.reach is Reach.OWN_UNIT else grant.unit


def find_delegation_fault(entry: Delegation, asked: Asked, structure: Structure, policy: OrgPolicy) -> Reason | None:
    """Why the size or the unit of what is asked lies beyond a delegation, `None` where it lies within."""
    fault = None
    if entry.limit is not None and not asked.any_size:
        fault = find_limit_fault(asked.size, entry.limit, policy)
    if fault is None and not asked.any_unit:
        fault = find_reach_fault(asked.unit, entry.unit, structure.units)
    return fault


def delegation_knob(field: str = "") -> PolicyReference:
    """The rule of delegation, or one of its fields, as a reason refers to it."""
    return PolicyReference("OrgPolicy", "", f"delegation.{field}" if field else "delegation")


def _excluded(person: str, kind: str, delegations: Sequence[Delegation], as_of: datetime) -> Iterator[Reason]:
    if any(entry.delegate == person and as_of in entry.window and entry.is_for(kind) for entry in delegations):
        yield reasons.DELEGATION_EXCLUDED(act=kind, policy=delegation_knob("undelegable_acts"))


def _headroom(person: str, act: Act, structure: Structure, policy: OrgPolicy) -> Money | None:
    """The largest amount that a position of the person allows for this act, in its currency; `None` without one."""
    amounts = [
        grant.limit.maximum
        for grant, position in find_grants(structure, policy, person)
        if grant.act == act.kind
        and act.amount is not None
        and isinstance(grant.limit, AmountLimit)
        and grant.limit.maximum.currency == act.amount.currency
        and find_reach_fault(act.unit, reach_of(grant, position, structure), structure.units) is None
    ]
    return max(amounts, key=lambda money: money.amount, default=None)


def _check_day(structure: Structure, as_of: datetime) -> None:
    if as_of.tzinfo is None:
        raise InvalidValue("as_of", as_of, "give an instant with its time zone")
    if as_of.date() != structure.as_of:
        raise InvalidValue("as_of", as_of, f"the structure is that of {structure.as_of}; resolve it for the same day")
