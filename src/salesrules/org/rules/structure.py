"""The organisation as of a day, and the questions one asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

import attrs

from salesrules.core import (
    AmbiguousDay,
    Dated,
    DatedValue,
    Fault,
    InvalidDocument,
    UnknownName,
    exact_sum,
    nearest_names,
)
from salesrules.org.model import Organisation, Position, Unit
from salesrules.org.rules.hierarchy import Hierarchy
from salesrules.org.rules.records import DayRecords, select_records
from salesrules.org.rules.rollup import RollUp

__all__ = ["Structure", "resolve_structure"]

T = TypeVar("T")

_MENDING = {
    "org.cycle": ("the units upwards return to where they began", "give one of them a parent outside the cycle"),
    "org.own_parent": ("the unit is its own parent", "give it another parent, or none"),
    "org.orphan": ("the parent unit does not stand on this day", "add it for this day, or move the unit"),
    "org.line_cycle": ("the reporting line returns to where it began", "let one of them report elsewhere"),
    "org.record_twice": ("two records of one id hold on this day", "end the earlier one first"),
    "org.unknown_reference": ("no such record holds on this day", "add it for this day, or name another"),
}


@attrs.frozen(init=False, repr=False, eq=False)
class Structure:
    """An organisation on the day `as_of`, made by `resolve_structure`; every question raises `UnknownName`.

    `units` is the tree of units, `line` the tree of positions by whom they report to. A person's place is that of
    the primary position.
    """

    as_of: date
    units: Hierarchy
    line: Hierarchy
    _organisation: Organisation
    _records: DayRecords
    _people: list[Hierarchy]

    def unit(self, id: str) -> Unit:
        """The record of a unit."""
        return _known("unit", id, self._records.units)

    def position(self, id: str) -> Position:
        """The record of a position."""
        return _known("position", id, self._records.positions)

    @property
    def positions(self) -> Mapping[str, Position]:
        """The positions by id."""
        return MappingProxyType(self._records.positions)

    def units_of_kind(self, kind: str) -> tuple[str, ...]:
        """The units of a kind, such as a function (finance, legal), in the order of the facts."""
        return tuple(unit.id for unit in self._records.units.values() if unit.kind == kind)

    def knows_person(self, person: str) -> bool:
        """Whether there is such a person."""
        return person in self._records.people

    def holders(self, position: str) -> tuple[str, ...]:
        """The people who hold a position, the longest-serving first."""
        self.position(position)
        return tuple(appointment.person for appointment in self._records.holders.get(position, ()))

    def declared_vacancies(self, position: str) -> int:
        """How many seats of a position are declared vacant."""
        self.position(position)
        return self._records.declared.get(position, 0)

    def positions_of(self, person: str) -> tuple[str, ...]:
        """The positions a person holds, primary ones first."""
        _known("person", person, self._records.people)
        held = self._records.held.get(person, ())
        return tuple(appointment.position for appointment in sorted(held, key=lambda held: not held.is_primary))

    def primary_position(self, person: str) -> Position:
        """The position that gives a person their place; raises `MissingDay` or `AmbiguousDay` too."""
        _known("person", person, self._records.people)
        found = [held.position for held in self._records.held.get(person, ()) if held.is_primary]
        if len(found) != 1:
            return self.position(self._primary_over_time(person).at(self.as_of))
        return self._records.positions[found[0]]

    def _primary_over_time(self, person: str) -> Dated[str]:
        return Dated(
            subject=f"primary position of {person}",
            entries=[
                DatedValue(effective=appointment.effective, value=appointment.position)
                for appointment in self._organisation.appointments
                if appointment.person == person and appointment.is_primary
            ],
        )

    def unit_of(self, person: str) -> str:
        """The unit of a person's primary position; raises as `primary_position`."""
        return self.primary_position(person).unit

    def is_absent(self, person: str) -> bool:
        """Whether a person is away."""
        _known("person", person, self._records.people)
        return person in self._records.absent

    def head_position(self, unit: str) -> Position | None:
        """The head position of a unit, `None` where it has none; raises `AmbiguousDay` for several."""
        self.unit(unit)
        found = self._records.heads.get(unit, [])
        if len(found) > 1:
            raise AmbiguousDay(f"head position of {unit}", self.as_of, tuple(found))
        return self._records.positions[found[0]] if found else None

    def head(self, unit: str) -> str | None:
        """The head of a unit, present or not, `None` while it is vacant; raises `AmbiguousDay` for several."""
        position = self.head_position(unit)
        return None if position is None else self._single_holder(position.id)

    def acting_head(self, unit: str) -> str | None:
        """Who acts as head: the head, or a deputy while the head is absent or the position vacant; else `None`."""
        position = self.head_position(unit)
        return None if position is None else self.acting_holder(position.id)

    def acting_holder(self, position: str) -> str | None:
        """Who acts in a position: the holder if present, else the first deputy present, else `None`."""
        holder = self._single_holder(position)
        if holder is not None and holder not in self._records.absent:
            return holder
        return next(iter(self.deputies(position)), None)

    def deputies(self, position: str) -> tuple[str, ...]:
        """The deputies of a position who are present, the first to act first."""
        self.position(position)
        found = self._records.deputies.get(position, ())
        return tuple(deputy.person for deputy in found if deputy.person not in self._records.absent)

    def last_position(self, person: str) -> str | None:
        """The position that somebody who holds none any more held last; `None` where they never held any.

        Of several that ended on one day a primary one counts first.
        """
        _known("person", person, self._records.people)
        ended = [
            (appointment.effective.end, appointment.is_primary, appointment.position)
            for appointment in self._organisation.appointments
            if appointment.person == person
            and appointment.effective.end is not None
            and appointment.effective.end <= self.as_of
        ]
        return max(ended)[2] if ended else None

    def acts_in(self, person: str) -> tuple[str, ...]:
        """The positions in which a person acts as deputy now."""
        _known("person", person, self._records.people)
        return tuple(
            position
            for position, deputies in self._records.deputies.items()
            if any(deputy.person == person for deputy in deputies)
            and person not in self.holders(position)
            and self.acting_holder(position) == person
        )

    def _single_holder(self, position: str) -> str | None:
        found = self.holders(position)
        if len(found) > 1:
            raise AmbiguousDay(f"holder of {position}", self.as_of, found)
        return found[0] if found else None

    def managing_position(self, person: str) -> str | None:
        """The nearest position up the line that somebody else holds; `None` at the top."""
        return self.line.nearest(
            self.primary_position(person).id, lambda above: any(holder != person for holder in self.holders(above))
        )

    def chain(self, person: str, *, acting: bool = False) -> tuple[str, ...]:
        """The managers up the line, nearest first: vacant positions are passed over, nobody appears twice.

        With `acting`, deputies stand in for absent and missing holders, and whoever is absent is passed over.
        """
        found: dict[str, None] = {}
        for position in self.line.chain(self.primary_position(person).id):
            holder = self.acting_holder(position) if acting else self._single_holder(position)
            if holder is not None and holder != person:
                found.setdefault(holder)
        return tuple(found)

    def manager(self, person: str, *, acting: bool = False) -> str | None:
        """The first of `chain`, `None` at the top."""
        return next(iter(self.chain(person, acting=acting)), None)

    def members(self, unit: str, *, whole: bool = False) -> tuple[str, ...]:
        """The people who hold a position in a unit, with `whole` also in all units below, sorted."""
        wanted = set(self.units.subtree(unit) if whole else (self.unit(unit).id,))
        return tuple(
            sorted(
                {
                    appointment.person
                    for position, held in self._records.holders.items()
                    if self._records.positions[position].unit in wanted
                    for appointment in held
                }
            )
        )

    def placed(self) -> Iterator[str]:
        """The people who have a primary position, in the order of the facts."""
        held = self._records.held
        return (id for id in self._records.people if any(entry.is_primary for entry in held.get(id, ())))

    @property
    def people(self) -> Hierarchy:
        """The tree of people by manager, for those who have a primary position; raises `InvalidDocument` on a cycle."""
        if not self._people:
            managers = {person: self.manager(person) for person in self.placed()}
            self._people.append(Hierarchy.from_parents(managers, subject="managers"))
        return self._people[0]

    def direct_reports(self, person: str) -> tuple[str, ...]:
        """The people whose manager is this person, in the order of the facts."""
        return self.people.children(person)

    def peers(self, person: str, *, same_rank: bool = False) -> tuple[str, ...]:
        """The others with the same manager, with `same_rank` only those of the same rank."""
        found = self.people.siblings(person)
        if not same_rank:
            return found
        rank = self.primary_position(person).rank
        return tuple(other for other in found if self.primary_position(other).rank == rank)

    def roll_up_units(self, amounts: Mapping[str, Decimal]) -> RollUp:
        """Amounts per person summed up the tree of units, each in the unit of the primary position; ties to the total.

        Raises `MissingDay` for a person without a place on this day.
        """
        by_unit: dict[str, list[Decimal]] = {}
        for person, amount in amounts.items():
            by_unit.setdefault(self.unit_of(person), []).append(amount)
        return self.units.roll_up({unit: exact_sum(parts) for unit, parts in by_unit.items()})

    def roll_up_managers(self, amounts: Mapping[str, Decimal]) -> RollUp:
        """Amounts per person summed up the tree of managers; ties to the total."""
        return self.people.roll_up(amounts)

    def __repr__(self) -> str:
        return f"<Structure as of {self.as_of}: {len(self.units)} units, {len(self.line)} positions>"


def resolve_structure(organisation: Organisation, as_of: date) -> Structure:
    """The organisation as of a day.

    Raises `InvalidDocument` with every fault that leaves no usable structure: cycles, orphans, unknown references,
    two records of one id. `check_structure` finds these and all others as reasons.

    >>> from salesrules.core import DateRange
    >>> always = DateRange(date(2020, 1, 1))
    >>> sales = Unit(id="sales", kind="division", effective=always)
    >>> resolve_structure(Organisation(units=[sales]), date(2020, 6, 1)).units.root
    'sales'
    """
    records = select_records(organisation, as_of)
    if records.faults:
        raise InvalidDocument(tuple(_as_faults(records)))
    structure = Structure.__new__(Structure)
    for name, value in (
        ("as_of", as_of),
        ("units", Hierarchy.from_parents({unit.id: unit.parent for unit in records.units.values()})),
        ("line", Hierarchy.from_parents(records.line)),
        ("_organisation", organisation),
        ("_records", records),
        ("_people", []),
    ):
        object.__setattr__(structure, name, value)
    return structure


def _as_faults(records: DayRecords) -> Iterator[Fault]:
    for reason in records.faults:
        problem, remedy = _MENDING[reason.code]
        value = ", ".join(_words(reason.parameters.values()))
        yield Fault(
            code=reason.code, path=reason.path, problem=f"{problem}, {records.as_of}", remedy=remedy, value=value
        )


def _words(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        yield " > ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _known(kind: str, id: str, table: Mapping[str, T]) -> T:
    try:
        return table[id]
    except KeyError:
        raise UnknownName(kind, id, nearest_names(id, table)) from None
