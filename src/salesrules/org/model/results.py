"""Results: findings over time, what a reorganisation changed, and how units are staffed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import DateRange, Derivation, Reason, as_tuple
from salesrules.org.model.organisation import Unit

__all__ = ["DatedFinding", "Move", "Placement", "Reorganisation", "StaffingLine", "UnitChange"]


@attrs.frozen(kw_only=True)
class DatedFinding:
    """A finding and the days on which it stands."""

    effective: DateRange
    reason: Reason


@attrs.frozen(kw_only=True)
class Placement:
    """Where a person stands on a day: the primary position, its unit and rank, the other positions, the manager."""

    position: str
    unit: str
    rank: str
    manager: str | None
    others: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Move:
    """What changed for a person between two days, and why; `before=None` who joined, `after=None` who left."""

    person: str
    before: Placement | None
    after: Placement | None
    reasons: tuple[Reason, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class UnitChange:
    """What changed for a unit between two days."""

    unit: str
    before: Unit | None
    after: Unit | None
    reasons: tuple[Reason, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Reorganisation:
    """All that differs between two days, sorted by id."""

    before: date
    after: date
    moves: tuple[Move, ...] = attrs.field(converter=as_tuple)
    units: tuple[UnitChange, ...] = attrs.field(converter=as_tuple)

    def to_records(self) -> list[Mapping[str, Any]]:
        """One row per reason: what it concerns (`person` or `unit`), the id, the code and its parameters."""
        rows: list[Mapping[str, Any]] = []
        for unit in self.units:
            rows += [_row("unit", unit.unit, reason) for reason in unit.reasons]
        for move in self.moves:
            rows += [_row("person", move.person, reason) for reason in move.reasons]
        return rows


def _row(subject: str, id: str, reason: Reason) -> Mapping[str, Any]:
    return {"subject": subject, "id": id, "code": reason.code, "parameters": dict(reason.parameters)}


@attrs.frozen(kw_only=True)
class StaffingLine:
    """A unit with all below it on a day, in heads.

    `needed` follows from the business volume (`None` without a norm or a volume), `planned` from the head-count plan;
    `free` maps positions with free seats to their number, `declared` is how many of these seats are declared vacant;
    `average_span` is direct reports per person who has any, `None` where nobody has.
    """

    unit: str
    needed: int | None
    planned: int | None
    seats: int
    filled: int
    free: Mapping[str, int]
    declared: int
    average_span: Fraction | None
    norm: str | None = None
    derivation: Derivation | None = None
