"""Results: the route of a request, its steps with the people behind them, and what led to each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from salesrules.approvals.model.steps import ApprovalStep
from salesrules.core import Decision, Money, Reason, as_tuple

__all__ = ["ChosenRow", "Route", "RoutedStep", "Seat", "route_of"]


@attrs.frozen(kw_only=True)
class Seat:
    """One yes that a step needs: the office it belongs to, who fills it, and who else may.

    `others` are those along a chain of delegations who lent their authority and kept it.
    """

    office: str
    person: str
    others: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who may fill the seat, the one expected first."""
        return (self.person, *self.others)


@attrs.frozen(kw_only=True)
class RoutedStep:
    """A step as of a day: its seats, how many must say yes, the trace that tells who stands there and why.

    `faults` say why nobody, or not enough people, can decide it; `until` is the first instant at which a delegation
    in use ends.
    """

    step: ApprovalStep
    seats: tuple[Seat, ...] = attrs.field(converter=as_tuple)
    needed: int
    trace: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    faults: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    until: datetime | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who may decide in this step, each once."""
        return tuple(dict.fromkeys(person for seat in self.seats for person in seat.people))

    def seat_of(self, person: str) -> Seat | None:
        """The seat that a person may fill, `None` where there is none; their own before one they stand in for."""
        own = next((seat for seat in self.seats if seat.person == person), None)
        return own or next((seat for seat in self.seats if person in seat.others), None)


@attrs.frozen(kw_only=True)
class ChosenRow:
    """The row of a matrix that applied, and the band of amounts in it; `None` is open."""

    matrix: str
    row: str
    steps: tuple[str, ...] = attrs.field(converter=as_tuple)
    start: Decimal | None = None
    end: Decimal | None = None


@attrs.frozen(kw_only=True)
class Route:
    """Who must say yes, in which order, and why: `decision` allows where nobody need, refers to the people of the
    steps, or denies where the request fits no row or nobody may decide it.

    `amount` is the amount that chose the band, with what `combined` (ids of requests) added to it; the decision's
    `headroom` is what could still be added without reaching the next band.
    """

    request: str
    decision: Decision
    rows: tuple[ChosenRow, ...] = attrs.field(converter=as_tuple)
    steps: tuple[RoutedStep, ...] = attrs.field(converter=as_tuple)
    amount: Money | None = None
    combined: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    as_of: date

    @property
    def trace(self) -> tuple[Reason, ...]:
        """All that led to the route: the rows, then who stands behind each step."""
        return self.decision.reasons

    @property
    def name(self) -> str:
        """The rows and the steps in one line, as evidence names the route.

        Rows are written `matrix/row`, steps in their order.
        """
        rows = " + ".join(f"{row.matrix}/{row.row}" for row in self.rows)
        return f"{rows}: {' > '.join(step.step.id for step in self.steps) or 'nobody'}"

    def to_records(self) -> list[Mapping[str, Any]]:
        """One row per seat: the step, its place from 1, the office, who is expected, who else may, how many needed."""
        return [
            {
                "place": place,
                "step": routed.step.id,
                "office": seat.office,
                "person": seat.person,
                "others": ", ".join(seat.others),
                "needed": routed.needed,
            }
            for place, routed in enumerate(self.steps, 1)
            for seat in routed.seats
        ]


# Frozen constructors set every field through `object.__setattr__`; the slots' own setters take half the time.
_new = object.__new__
_set_request, _set_decision, _set_rows, _set_steps, _set_amount, _set_combined, _set_as_of = (
    Route.__dict__[field.name].__set__ for field in attrs.fields(Route)
)


def route_of(
    request: str,
    decision: Decision,
    rows: tuple[ChosenRow, ...],
    steps: tuple[RoutedStep, ...],
    amount: Money | None,
    combined: tuple[str, ...],
    as_of: date,
) -> Route:
    """A route of parts that are of the right types already."""
    route = _new(Route)
    _set_request(route, request)
    _set_decision(route, decision)
    _set_rows(route, rows)
    _set_steps(route, steps)
    _set_amount(route, amount)
    _set_combined(route, combined)
    _set_as_of(route, as_of)
    return route
