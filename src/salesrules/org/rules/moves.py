"""Two days compared: who joined, left, moved, rose, and why somebody has another manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesrules.core import Reason
from salesrules.org import reasons
from salesrules.org.model import Move, Placement, Reorganisation, Unit, UnitChange
from salesrules.org.policy import OrgPolicy
from salesrules.org.rules.structure import Structure

__all__ = ["compare_structures"]


def compare_structures(before: Structure, after: Structure, policy: OrgPolicy) -> Reorganisation:
    """All that differs between two days, each difference with its reasons.

    A change of manager names its cause: the person's own move, a succession in the managing position, a unit that
    moved, or a line drawn otherwise. The ranks of the policy tell a promotion from a demotion.
    """
    was, now = set(before.placed()), set(after.placed())
    moves = []
    for person in sorted(was | now):
        if person not in was:
            new = _placement(after, person)
            joined = reasons.JOINED(person=person, position=new.position, unit=new.unit)
            moves.append(Move(person=person, before=None, after=new, reasons=(joined,)))
        elif person not in now:
            old = _placement(before, person)
            left = reasons.LEFT(person=person, position=old.position, unit=old.unit)
            moves.append(Move(person=person, before=old, after=None, reasons=(left,)))
        else:
            old, new = _placement(before, person), _placement(after, person)
            found = tuple(_move_reasons(person, old, new, before, after, policy))
            if found:
                moves.append(Move(person=person, before=old, after=new, reasons=found))
    units = tuple(_unit_changes(before, after))
    return Reorganisation(before=before.as_of, after=after.as_of, moves=moves, units=units)


def _placement(structure: Structure, person: str) -> Placement:
    position = structure.primary_position(person)
    return Placement(
        position=position.id,
        unit=position.unit,
        rank=position.rank,
        manager=structure.manager(person),
        others=frozenset(structure.positions_of(person)) - {position.id},
    )


def _move_reasons(
    person: str, old: Placement, new: Placement, before: Structure, after: Structure, policy: OrgPolicy
) -> Iterator[Reason]:
    if old.unit != new.unit:
        yield reasons.TRANSFERRED(person=person, from_unit=old.unit, to_unit=new.unit)
    if old.rank != new.rank:
        yield _rank_reason(person, old.rank, new.rank, policy)
    if old.position != new.position:
        yield reasons.POSITION_CHANGED(person=person, from_position=old.position, to_position=new.position)
    for position in sorted(new.others - old.others - {old.position}):
        yield reasons.POSITION_ADDED(person=person, position=position)
    for position in sorted(old.others - new.others - {new.position}):
        yield reasons.POSITION_DROPPED(person=person, position=position)
    if old.manager != new.manager:
        yield _manager_reason(person, old, new, before, after)


def _rank_reason(person: str, old: str, new: str, policy: OrgPolicy) -> Reason:
    was, now = policy.rank_level(old), policy.rank_level(new)
    if was is None or now is None or was == now:
        code = reasons.RANK_CHANGED
    else:
        code = reasons.PROMOTED if now > was else reasons.DEMOTED
    return code(person=person, from_rank=old, to_rank=new)


def _manager_reason(person: str, old: Placement, new: Placement, before: Structure, after: Structure) -> Reason:
    managers: dict[str, Any] = {"person": person, "from_manager": old.manager, "to_manager": new.manager}
    if old.position != new.position or old.unit != new.unit:
        return reasons.MANAGER_BY_MOVE(**managers)
    was, now = before.managing_position(person), after.managing_position(person)
    line_before, line_after = before.line.chain(old.position), after.line.chain(new.position)
    if was == now:
        return reasons.MANAGER_BY_SUCCESSION(**managers, position=was)
    for unit in (new.unit, *after.units.chain(new.unit)):
        parents = (before.units.parent(unit) if unit in before.units else None, after.units.parent(unit))
        if unit in before.units and parents[0] != parents[1]:
            return reasons.MANAGER_BY_UNIT(**managers, unit=unit, from_parent=parents[0], to_parent=parents[1])
    # The line is the same, and a position in it was filled or fell vacant: the nearer one is where it happened.
    if line_before == line_after:
        nearer = min((position for position in (was, now) if position is not None), key=line_before.index)
        return reasons.MANAGER_BY_SUCCESSION(**managers, position=nearer)
    return reasons.MANAGER_BY_LINE(**managers, from_position=was, to_position=now)


def _unit_changes(before: Structure, after: Structure) -> Iterator[UnitChange]:
    for id in sorted({*before.units, *after.units}):
        if id not in before.units:
            new = after.unit(id)
            opened = reasons.UNIT_OPENED(unit=id, parent=new.parent)
            yield UnitChange(unit=id, before=None, after=new, reasons=(opened,))
        elif id not in after.units:
            old = before.unit(id)
            closed = reasons.UNIT_CLOSED(unit=id, parent=old.parent)
            yield UnitChange(unit=id, before=old, after=None, reasons=(closed,))
        else:
            old, new = before.unit(id), after.unit(id)
            found = tuple(_unit_reasons(old, new, before.head(id), after.head(id)))
            if found:
                yield UnitChange(unit=id, before=old, after=new, reasons=found)


def _unit_reasons(old: Unit, new: Unit, old_head: str | None, new_head: str | None) -> Iterator[Reason]:
    if old.parent != new.parent:
        yield reasons.UNIT_MOVED(unit=new.id, from_parent=old.parent, to_parent=new.parent)
    if old.kind != new.kind:
        yield reasons.UNIT_KIND_CHANGED(unit=new.id, from_kind=old.kind, to_kind=new.kind)
    if old.name != new.name:
        yield reasons.UNIT_RENAMED(unit=new.id, from_name=old.name, to_name=new.name)
    if old_head != new_head:
        yield reasons.HEAD_CHANGED(unit=new.id, from_head=old_head, to_head=new_head)
