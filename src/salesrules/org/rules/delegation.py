"""Delegation: who acts for whom at an instant, and whether a new delegation may be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from salesrules.core import Decision, Reason, check_life, decide
from salesrules.org import reasons
from salesrules.org.model import Act, ChainEnd, Delegation, DelegationChain
from salesrules.org.policy import DelegationRule, OrgPolicy
from salesrules.org.rules.authority import Asked, delegation_knob, find_delegation_fault, find_grants, find_holding
from salesrules.org.rules.limits import size_of
from salesrules.org.rules.structure import Structure

__all__ = ["check_delegation", "covers_act", "find_delegate"]


def find_delegate(
    person: str, kind: str, delegations: Sequence[Delegation], rule: DelegationRule, *, as_of: datetime
) -> DelegationChain:
    """Who acts for a person in a kind of act at an instant: delegations are followed from one to the next.

    The chain ends where nobody delegates further, at the rule's bound, at a delegation that may not be passed on, or
    before it would return to somebody in it. Of several delegations the one that began first counts, then the lower
    id.

    Source: https://github.com/objectstack-ai/objectstack/pull/3235 (half-open windows, bounded, cycle-safe chains).
    """
    active: dict[str, Delegation] = {}
    for entry in sorted(delegations, key=lambda entry: (entry.window.start.astimezone(UTC), entry.id)):
        if as_of in entry.window and entry.is_for(kind):
            active.setdefault(entry.grantor, entry)
    people, links = [person], list[Delegation]()
    end = ChainEnd.END
    while kind not in rule.undelegable_acts and people[-1] in active:
        link = active[people[-1]]
        if links and not links[-1].may_be_passed_on:
            break
        if len(links) == rule.maximum_links:
            end = ChainEnd.BOUND
            break
        if link.delegate in people:
            end = ChainEnd.CYCLE
            break
        people.append(link.delegate)
        links.append(link)
    return DelegationChain(people=people, delegations=links, end=end)


def covers_act(delegation: Delegation, act: Act, structure: Structure, policy: OrgPolicy) -> bool:
    """Whether a delegation is for an act: its kind, its size within the limit, its unit within the delegation's.

    What its grantor may decide, and when the window is, is asked elsewhere (`check_authority`, `find_delegate`).
    """
    asked = Asked(kind=act.kind, size=size_of(act), unit=act.unit)
    return delegation.is_for(act.kind) and find_delegation_fault(delegation, asked, structure, policy) is None


def check_delegation(
    delegation: Delegation, others: Sequence[Delegation], structure: Structure, policy: OrgPolicy
) -> Decision:
    """Whether a delegation may be made beside others: bounded, without a cycle, and for no more than the grantor has.

    What the grantor has is judged by the structure given (take that of the window's first day) and by the delegations
    that hold at the window's start. Whether they still have it later is judged when it is used (`check_authority`).
    """
    life = check_life(policy.life, structure.as_of, "OrgPolicy")
    if not life.is_allowed:
        return life
    if policy.delegation is None:
        return decide(
            [*life.reasons, reasons.DELEGATION_NOT_ALLOWED(delegation=delegation.id, policy=delegation_knob())]
        )
    meeting = [other for other in others if other.id != delegation.id and other.window.overlaps(delegation.window)]
    found = [*life.reasons, *_people(delegation, structure), *_window(delegation, policy.delegation)]
    found += dict.fromkeys(_chains(delegation, meeting, policy.delegation))
    found += [
        reasons.DELEGATION_OVERLAP(delegation=delegation.id, other=other.id, grantor=other.grantor)
        for other in meeting
        if other.grantor == delegation.grantor and _share_acts(other, delegation)
    ]
    if structure.knows_person(delegation.grantor):
        found += _powers(delegation, meeting, structure, policy)
    return decide(found)


def _people(delegation: Delegation, structure: Structure) -> Iterator[Reason]:
    for person in (delegation.grantor, delegation.delegate):
        if not structure.knows_person(person):
            yield reasons.DELEGATION_UNKNOWN_PERSON(delegation=delegation.id, person=person)


def _window(delegation: Delegation, rule: DelegationRule) -> Iterator[Reason]:
    if rule.maximum_days is not None:
        start, end = delegation.window.start, delegation.window.end
        # Two datetimes of one zone subtract by its clock on the wall, so that a day is a day when the clock changes.
        if end is None or end.astimezone(start.tzinfo) - start > timedelta(days=rule.maximum_days):
            where = delegation_knob("maximum_days")
            yield reasons.DELEGATION_WINDOW_TOO_LONG(
                delegation=delegation.id, maximum_days=rule.maximum_days, policy=where
            )
    for act in delegation.acts:
        if act in rule.undelegable_acts:
            yield reasons.DELEGATION_EXCLUDED(act=act, policy=delegation_knob("undelegable_acts"))


def _share_acts(one: Delegation, other: Delegation) -> bool:
    return not one.acts or not other.acts or not set(one.acts).isdisjoint(other.acts)


def _chains(delegation: Delegation, meeting: Sequence[Delegation], rule: DelegationRule) -> Iterator[Reason]:
    """Cycles and chains beyond the bound, at each instant at which another delegation joins the new one.

    Windows that all meet share the latest of their starts, so no other instant need be looked at.
    """
    window = delegation.window
    for instant in sorted({window.start, *(other.window.start for other in meeting if other.window.start in window)}):
        active = [other for other in meeting if instant in other.window and _share_acts(other, delegation)]
        back = _path(delegation.delegate, delegation.grantor, active)
        if back:
            yield reasons.DELEGATION_CYCLE(people=(delegation.grantor, *back))
            continue
        passed_on = [other for other in active if other.may_be_passed_on]
        links = 1 + _steps(delegation.grantor, [(other.delegate, other.grantor) for other in passed_on], rule)
        if delegation.may_be_passed_on:
            # The last link of a chain need not be one that may be passed on.
            links += _steps(delegation.delegate, [(other.grantor, other.delegate) for other in active], rule)
        if links > rule.maximum_links:
            where = delegation_knob("maximum_links")
            yield reasons.DELEGATION_TOO_LONG(links=links, maximum=rule.maximum_links, policy=where)


def _path(start: str, goal: str, delegations: Sequence[Delegation]) -> tuple[str, ...]:
    """The shortest way along delegations from one person to another, both included; empty where there is none."""
    paths: dict[str, tuple[str, ...]] = {start: (start,)}
    queue = [start]
    for person in queue:  # grows while it is read
        for entry in delegations:
            if entry.grantor == person and entry.delegate not in paths:
                paths[entry.delegate] = (*paths[person], entry.delegate)
                queue.append(entry.delegate)
    return paths.get(goal, ())


def _steps(start: str, links: Sequence[tuple[str, str]], rule: DelegationRule) -> int:
    """How many links can follow each other from a person, counted no further than the bound."""
    reached, steps = {start}, 0
    while steps <= rule.maximum_links:
        reached = {to for at, to in links if at in reached}
        if not reached:
            break
        steps += 1
    return steps


def _powers(
    delegation: Delegation, meeting: Sequence[Delegation], structure: Structure, policy: OrgPolicy
) -> Iterator[Reason]:
    """The acts for which the delegation gives more than its grantor has."""
    grantor, at = delegation.grantor, delegation.window.start
    usable = [other for other in meeting if other.delegate != grantor or other.may_be_passed_on]
    if not delegation.acts:
        receives = any(other.delegate == grantor and at in other.window for other in usable)
        if not receives and not find_grants(structure, policy, grantor):
            yield reasons.DELEGATION_EXCEEDS(delegation=delegation.id, grantor=grantor, act="*")
    for act in delegation.acts:
        asked = Asked(
            kind=act,
            size=delegation.limit,
            unit=delegation.unit,
            any_size=delegation.limit is None,
            any_unit=delegation.unit is None,
        )
        holding = find_holding(grantor, asked, structure, policy, usable, at)
        if not holding.is_held:
            yield reasons.DELEGATION_EXCEEDS(delegation=delegation.id, grantor=grantor, act=act)
