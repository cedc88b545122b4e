"""The records that hold on a day, put in tables by id, with everything that keeps them from being a structure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol, TypeVar

import attrs

from salesrules.core import DateRange, Reason
from salesrules.org import reasons
from salesrules.org.model import Appointment, Deputy, Organisation, Person, Position, Unit, Vacancy
from salesrules.org.rules.hierarchy import find_tree_faults

__all__ = ["Dated", "DayRecords", "select_records"]


class Dated(Protocol):
    """Anything that holds in a range of days."""

    @property
    def effective(self) -> DateRange:
        """The days on which it holds."""
        ...


class _Entry(Protocol):
    @property
    def id(self) -> str: ...


D = TypeVar("D", bound=Dated)
E = TypeVar("E", bound=_Entry)


@attrs.frozen(kw_only=True)
class DayRecords:
    """The records of a day by id; `faults` are errors that leave no usable structure.

    `line` maps each position to the one it reports to; `heads` each unit to its head positions, `holders` each
    position to its appointments in the order of their start, `held` each person to theirs.
    """

    as_of: date
    units: dict[str, Unit]
    positions: dict[str, Position]
    people: dict[str, Person]
    heads: dict[str, list[str]]
    line: dict[str, str | None]
    holders: dict[str, list[Appointment]]
    held: dict[str, list[Appointment]]
    declared: dict[str, int]
    deputies: dict[str, list[Deputy]]
    absent: frozenset[str]
    faults: tuple[Reason, ...]


def select_records(organisation: Organisation, as_of: date) -> DayRecords:
    """The records that hold on a day, however faulty they are."""
    faults: list[Reason] = []
    units = _by_id("unit", "units", _on(organisation.units, as_of), faults)
    positions = _by_id("position", "positions", _on(organisation.positions, as_of), faults)
    people = _by_id("person", "people", list(enumerate(organisation.people)), faults)
    faults += _tree_faults(units, {unit.id: place for place, unit in _on(organisation.units, as_of)})
    heads: dict[str, list[str]] = {}
    for position in positions.values():
        if position.is_head:
            heads.setdefault(position.unit, []).append(position.id)
    for place, position in _on(organisation.positions, as_of):
        faults += _missing(f"positions[{place}].unit", "unit", position.unit, units)
        if position.reports_to is not None:
            faults += _missing(f"positions[{place}].reports_to", "position", position.reports_to, positions)
    line = _line(units, positions, heads)
    for cycle in () if faults else find_tree_faults(line).cycles:
        faults.append(reasons.LINE_CYCLE(positions=cycle))
    holders: dict[str, list[Appointment]] = {}
    held: dict[str, list[Appointment]] = {}
    appointments = sorted(_on(organisation.appointments, as_of), key=lambda pair: (pair[1].effective.start, pair[0]))
    for place, appointment in appointments:
        wrong = [
            *_missing(f"appointments[{place}].position", "position", appointment.position, positions),
            *_missing(f"appointments[{place}].person", "person", appointment.person, people),
        ]
        faults += wrong
        if not wrong:
            holders.setdefault(appointment.position, []).append(appointment)
            held.setdefault(appointment.person, []).append(appointment)
    deputies: dict[str, list[Deputy]] = {}
    for place, deputy in sorted(_on(organisation.deputies, as_of), key=lambda pair: (pair[1].order, pair[0])):
        faults += _missing(f"deputies[{place}].position", "position", deputy.position, positions)
        faults += _missing(f"deputies[{place}].person", "person", deputy.person, people)
        deputies.setdefault(deputy.position, []).append(deputy)
    return DayRecords(
        as_of=as_of,
        units=units,
        positions=positions,
        people=people,
        heads=heads,
        line=line,
        holders=holders,
        held=held,
        declared=_declared(_on(organisation.vacancies, as_of), positions, faults),
        deputies=deputies,
        absent=frozenset(absence.person for _, absence in _on(organisation.absences, as_of)),
        faults=tuple(faults),
    )


def _on(entries: Iterable[D], day: date) -> list[tuple[int, D]]:
    return [(place, entry) for place, entry in enumerate(entries) if day in entry.effective]


def _by_id(kind: str, table: str, entries: list[tuple[int, E]], faults: list[Reason]) -> dict[str, E]:
    found: dict[str, E] = {}
    for place, entry in entries:
        if entry.id in found:
            faults.append(reasons.RECORD_TWICE(kind=kind, id=entry.id, path=f"{table}[{place}].id"))
        found.setdefault(entry.id, entry)
    return found


def _tree_faults(units: dict[str, Unit], places: dict[str, int]) -> Iterator[Reason]:
    found = find_tree_faults({unit.id: unit.parent for unit in units.values()})
    for cycle in found.cycles:
        path = f"units[{places[cycle[0]]}].parent"
        yield reasons.OWN_PARENT(unit=cycle[0], path=path) if len(cycle) == 1 else reasons.CYCLE(units=cycle, path=path)
    for unit, parent in found.orphans:
        yield reasons.ORPHAN(unit=unit, parent=parent, path=f"units[{places[unit]}].parent")


def _missing(path: str, kind: str, id: str, known: Iterable[str]) -> Iterator[Reason]:
    if id not in known:
        yield reasons.UNKNOWN_REFERENCE(kind=kind, id=id, path=path)


def _line(units: dict[str, Unit], positions: dict[str, Position], heads: dict[str, list[str]]) -> dict[str, str | None]:
    """To whom each position reports: as it says itself, else its unit's head, else the nearest head position above.

    Walks are remembered per unit, so that deep trees cost no more than wide ones; a cycle of units ends the walk.
    """
    head_above: dict[str, str | None] = {}

    def above(unit: str | None) -> str | None:
        walked: list[str] = []
        found: str | None = None
        while unit is not None and unit not in head_above:
            head_above[unit] = None
            walked.append(unit)
            parent = units[unit].parent if unit in units else None
            if parent in heads:
                found = heads[parent][0]
                break
            unit = parent
        else:
            found = head_above[unit] if unit is not None else None
        head_above.update(dict.fromkeys(walked, found))
        return found

    line: dict[str, str | None] = {}
    for position in positions.values():
        own = heads.get(position.unit, [])
        if position.reports_to is not None:
            line[position.id] = position.reports_to
        elif own and position.id not in own:
            line[position.id] = own[0]
        else:
            line[position.id] = above(position.unit)
    return line


def _declared(
    vacancies: list[tuple[int, Vacancy]], positions: dict[str, Position], faults: list[Reason]
) -> dict[str, int]:
    declared: dict[str, int] = {}
    for place, vacancy in vacancies:
        faults += _missing(f"vacancies[{place}].position", "position", vacancy.position, positions)
        declared[vacancy.position] = declared.get(vacancy.position, 0) + 1
    return declared
