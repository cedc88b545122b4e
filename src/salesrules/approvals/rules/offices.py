"""The offices that an approver of a step stands for, before anybody stands in."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import (
    Approver,
    AuthorityApprover,
    FunctionApprover,
    FunctionSeat,
    ManagerApprover,
    PersonApprover,
    PositionApprover,
    RankApprover,
    UnitHeadApprover,
)
from salesrules.approvals.rules.asking import Asking
from salesrules.core import Reason
from salesrules.org import check_authority

__all__ = ["Office", "find_offices"]


@attrs.frozen(kw_only=True)
class Office:
    """A yes to be given: `person` by whom first, `position` from where deputies and the line above are sought.

    `alternatives` are others who may give it just as well.
    """

    id: str
    person: str | None
    position: str | None = None
    alternatives: tuple[str, ...] = ()


@functools.singledispatch
def find_offices(approver: Approver, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    """The offices of an approver, with what had to be said on the way: information, or why there is none."""
    raise TypeError(f"a body votes as a whole; seat it by its own rule: {approver!r}")


@find_offices.register
def _(approver: PositionApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    if approver.position not in asking.structure.positions:
        return (), (codes.APPROVER_UNKNOWN(step=step, kind=approver.kind, name=approver.position),)
    return tuple(_offices_of(approver.position, asking)), ()


@find_offices.register
def _(approver: ManagerApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    return _manager(approver.level, asking)


@find_offices.register
def _(approver: RankApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    structure, policy = asking.structure, asking.directory.policy
    least = None if policy is None else policy.rank_level(approver.rank)
    for position in asking.line:
        rank = structure.position(position).rank
        if rank == approver.rank:
            return tuple(_offices_of(position, asking)), ()
        level = None if policy is None else policy.rank_level(rank)
        if least is not None and level is not None and level > least:
            said = codes.RANK_NOT_IN_LINE(rank=approver.rank, requester=asking.request.requester)
            return tuple(_offices_of(position, asking)), (said,)
    said = codes.RANK_NOT_IN_LINE(rank=approver.rank, requester=asking.request.requester)
    return (Office(id=approver.rank, person=None),), (said,)


@find_offices.register
def _(approver: UnitHeadApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    structure = asking.structure
    start = asking.request.unit or _own_unit(asking)
    if start is not None and start in structure.units:
        for unit in (start, *structure.units.chain(start)):
            wanted = approver.unit_kind is None or structure.unit(unit).kind == approver.unit_kind
            head = structure.head_position(unit) if wanted else None
            if head is not None:
                return tuple(_offices_of(head.id, asking)), ()
    return (), (codes.APPROVER_UNKNOWN(step=step, kind=approver.kind, name=approver.unit_kind or start),)


@find_offices.register
def _(approver: FunctionApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    structure, unknown = asking.structure, codes.APPROVER_UNKNOWN(step=step, kind="function", name=approver.function)
    unit = _nearest_unit(approver.function, asking)
    if unit is None:
        return (), (unknown,)
    head = structure.head_position(unit)
    if approver.seat is FunctionSeat.HEAD:
        return (tuple(_offices_of(head.id, asking)), ()) if head is not None else ((), (unknown,))
    members = structure.members(unit, whole=True)
    position = None if head is None else head.id
    if not members and position is None:
        return (), (unknown,)
    first, *rest = members or (None,)
    return (Office(id=unit, person=first, position=position, alternatives=tuple(filter(None, rest))),), ()


@find_offices.register
def _(approver: PersonApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    structure, person = asking.structure, approver.person
    if not structure.knows_person(person):
        return (), (codes.APPROVER_UNKNOWN(step=step, kind=approver.kind, name=person),)
    held = structure.positions_of(person)
    if held:
        return (Office(id=person, person=person, position=held[0]),), ()
    last = structure.last_position(person)
    if last is None:  # somebody without a place in the tree, such as outside counsel
        return (Office(id=person, person=person),), ()
    said = (codes.APPROVER_LEFT(person=person, position=last),)
    if last not in structure.positions:
        return (Office(id=last, person=None),), said
    return tuple(_offices_of(last, asking)), said


@find_offices.register
def _(approver: AuthorityApprover, asking: Asking, step: str) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    structure, policy = asking.structure, asking.directory.policy
    chain = structure.chain(asking.request.requester, acting=True) if asking.line else ()
    if policy is not None:
        for person in chain:
            if person in asking.request.barred:
                continue
            if check_authority(person, asking.act, structure, policy, as_of=asking.as_of).is_allowed:
                return (Office(id=person, person=person),), ()
    said = codes.NO_AUTHORITY_IN_LINE(act=asking.act.kind, requester=asking.request.requester)
    return (Office(id=approver.kind, person=None),), (said,)


def _offices_of(position: str, asking: Asking) -> Iterator[Office]:
    """The offices of a position: one, or one per holder where it has several."""
    holders = asking.structure.holders(position)
    if len(holders) <= 1:
        yield Office(id=position, person=holders[0] if holders else None, position=position)
        return
    for holder in holders:
        yield Office(id=f"{position}:{holder}", person=holder, position=position)


def _manager(level: int, asking: Asking) -> tuple[tuple[Office, ...], tuple[Reason, ...]]:
    found = list(asking.managers())
    said: tuple[Reason, ...] = ()
    if level > len(found):
        said = (codes.LINE_TOO_SHORT(requester=asking.request.requester, level=level, levels=len(found)),)
    if not found:
        return (Office(id="manager", person=None),), said
    position, holder = found[min(level, len(found)) - 1]
    return (Office(id=position, person=holder, position=position),), said


def _own_unit(asking: Asking) -> str | None:
    structure, person = asking.structure, asking.request.requester
    held = structure.positions_of(person) if structure.knows_person(person) else ()
    return structure.position(held[0]).unit if held else None


def _nearest_unit(kind: str, asking: Asking) -> str | None:
    """The unit of a kind that stands nearest up the tree from the requester's; else the first of the facts."""
    units = asking.structure.units_of_kind(kind)
    own = _own_unit(asking)
    if len(units) > 1 and own is not None:
        for above in (own, *asking.structure.units.chain(own)):
            for unit in units:
                if unit == above or asking.structure.units.parent(unit) == above:
                    return unit
    return next(iter(units), None)
