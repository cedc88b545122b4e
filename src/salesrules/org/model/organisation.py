"""Facts: units, positions, people and who holds what, each with its days.

Units and positions come as dated records, so a unit that moves has two: one per parent, with ranges that meet.
"""

from __future__ import annotations

import attrs

from salesrules.core import DateRange, InvalidValue, as_tuple

__all__ = ["Absence", "Appointment", "Deputy", "Organisation", "Person", "Position", "Unit", "Vacancy"]


def _one_or_more(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if type(value) is not int or value < 1:
        raise InvalidValue(attribute.name, value, "give a whole number of one or more")


@attrs.frozen(kw_only=True)
class Unit:
    """A unit of the tree while its record holds; `kind` is the id of a `UnitKind`, `parent=None` a root."""

    id: str
    kind: str
    effective: DateRange
    parent: str | None = None
    name: str = ""


@attrs.frozen(kw_only=True)
class Position:
    """A position in a unit; `rank` is the id of a `Rank`, `seats` how many people may hold it at once.

    It reports to the head of its unit, a head to the head of the unit above, unless `reports_to` names a position.
    """

    id: str
    unit: str
    rank: str
    effective: DateRange
    title: str = ""
    is_head: bool = False
    reports_to: str | None = None
    seats: int = attrs.field(default=1, validator=_one_or_more)


@attrs.frozen(kw_only=True)
class Person:
    """A person."""

    id: str
    name: str = ""


@attrs.frozen(kw_only=True)
class Appointment:
    """A person holds a position; on any day one appointment at most is the primary one."""

    person: str
    position: str
    effective: DateRange
    is_primary: bool = True


@attrs.frozen(kw_only=True)
class Vacancy:
    """A declared vacancy: the position is known to be free on these days."""

    position: str
    effective: DateRange
    note: str = ""


@attrs.frozen(kw_only=True)
class Absence:
    """A person is away on these days."""

    person: str
    effective: DateRange


@attrs.frozen(kw_only=True)
class Deputy:
    """A person who acts in a position while its holder is absent or it is vacant; the lowest `order` acts first."""

    position: str
    person: str
    effective: DateRange
    order: int = attrs.field(default=1, validator=_one_or_more)


@attrs.frozen(kw_only=True)
class Organisation:
    """All facts of an organisation over time; `resolve_structure` reads them as of a day."""

    units: tuple[Unit, ...] = attrs.field(converter=as_tuple)
    positions: tuple[Position, ...] = attrs.field(default=(), converter=as_tuple)
    people: tuple[Person, ...] = attrs.field(default=(), converter=as_tuple)
    appointments: tuple[Appointment, ...] = attrs.field(default=(), converter=as_tuple)
    vacancies: tuple[Vacancy, ...] = attrs.field(default=(), converter=as_tuple)
    absences: tuple[Absence, ...] = attrs.field(default=(), converter=as_tuple)
    deputies: tuple[Deputy, ...] = attrs.field(default=(), converter=as_tuple)
