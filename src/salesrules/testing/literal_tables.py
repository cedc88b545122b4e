"""The seven ways in which tiers pay, worked out row by row as on paper; nothing here is fast or clever.

Whoever audits a plan can read each function beside the plan's own words. The library's rules compute the same with one
payout curve; nothing of that is used here, so that one can judge the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from salesrules.core import BandTable

__all__ = ["Row", "earned_by", "rows_of", "value_at"]

_ZERO = Fraction(0)


class Row(NamedTuple):
    """A tier as it stands in the table: from where to where, whether it owns its first bound, and its value."""

    start: Fraction
    end: Fraction | None
    owns_start: bool
    value: Any


def rows_of(table: BandTable[Any], scale: Fraction = Fraction(1)) -> list[Row]:
    """Copy the table down, each bound times the quota where bounds are shares of one; an open start counts as zero."""
    starts = [Fraction(band.start or 0) * scale for band in table.bands]
    return [
        Row(start, end, (band.side or table.side) == "lower", band.value)
        for band, start, end in zip(table.bands, starts, [*starts[1:], None], strict=True)
    ]


def reached(rows: Sequence[Row], measure: Fraction) -> int:
    """Go up the table: the last row whose bound is passed, or is met by a row that owns it; below all, the first."""
    found = 0
    for number, row in enumerate(rows):
        if number and (measure > row.start or (measure == row.start and row.owns_start)):
            found = number
    return found


def value_at(rows: Sequence[Row], measure: Fraction) -> Any:
    """The value of the row that owns a measure."""
    return rows[reached(rows, measure)].value


def slices(rows: Sequence[Row], before: Fraction, after: Fraction) -> Fraction:
    """Lay the deal over the tiers: the part of it that lies in each, times that tier's rate.

    What lies below the first bound counts to the first tier. A deal that brings the measure down pays the same less.
    """
    low, high = min(before, after), max(before, after)
    paid = _ZERO
    for number, row in enumerate(rows):
        bottom = low if number == 0 else max(low, row.start)
        top = high if row.end is None else min(high, row.end)
        if top > bottom:
            paid += (top - bottom) * row.value
    return paid if after >= before else -paid


def on_everything(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """Everything that was measured, times the rate of the tier that is reached."""
    return Fraction(measure * value_at(rows, measure))


def on_everything_between(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """Everything that was measured, times the rate that lies between the rates of the two bounds in proportion."""
    return measure * between(rows, measure)


def between(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """Draw a straight line from each bound's value to the next one's; before the first and after the last, flat."""
    for row, above in pairwise(rows):
        if row.start <= measure < above.start:
            way = (measure - row.start) / (above.start - row.start)
            return Fraction(row.value + (above.value - row.value) * way)
    return Fraction(rows[0].value if measure < rows[0].start else rows[-1].value)


def reached_amount(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """The amount of the tier that is reached; nothing as long as nothing is measured."""
    return Fraction(value_at(rows, measure)) if measure > rows[0].start else _ZERO


def reached_amounts(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """The amounts of all tiers up to the one that is reached; nothing as long as nothing is measured."""
    if measure <= rows[0].start:
        return _ZERO
    return sum((Fraction(row.value) for row in rows[: reached(rows, measure) + 1]), _ZERO)


def amount_between(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """The amount that lies between the amounts of the two bounds in proportion.

    Nothing as long as nothing is measured; where the first amount is nothing, the first line goes on below zero.
    """
    if measure > rows[0].start:
        return between(rows, measure)
    if rows[0].value or len(rows) == 1:
        return _ZERO
    return Fraction(rows[1].value) * (measure - rows[0].start) / (rows[1].start - rows[0].start)


def filled_amounts(rows: Sequence[Row], measure: Fraction) -> Fraction:
    """Each tier's amount times the part of the tier that is filled; below the first bound the first tier goes on."""
    paid = _ZERO
    for number, row in enumerate(rows):
        if row.end is not None:
            filled = min(measure, row.end) - row.start
            paid += row.value * (filled if number == 0 else max(filled, _ZERO)) / (row.end - row.start)
    return paid


#: What a measure has earned in all, for each mode but the one that pays slices.
_IN_ALL: Mapping[str, Callable[[Sequence[Row], Fraction], Fraction]] = {
    "whole_amount": on_everything,
    "interpolated_rate": on_everything_between,
    "fixed": reached_amount,
    "cumulative_fixed": reached_amounts,
    "interpolated_amount": amount_between,
    "proportional_amount": filled_amounts,
}


def earned_by(mode: str, rows: Sequence[Row], before: Fraction, after: Fraction) -> Fraction:
    """What a deal earns that brings the measure from one point to another: what is due then less what was due before.

    >>> low, high, bound = Fraction(2, 100), Fraction(4, 100), Fraction(100)
    >>> rows = [Row(Fraction(0), bound, True, low), Row(bound, None, True, high)]
    >>> [earned_by(mode, rows, Fraction(50), Fraction(150)) for mode in ("marginal", "whole_amount")]
    [Fraction(3, 1), Fraction(5, 1)]
    """
    if mode == "marginal":
        return slices(rows, before, after)
    in_all = _IN_ALL[mode]
    return in_all(rows, after) - in_all(rows, before)
