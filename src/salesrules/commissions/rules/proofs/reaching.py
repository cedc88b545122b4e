"""The inverse of a curve: the smallest measure that reaches a pay, and the next threshold from where one stands."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import NextThreshold, Solution
from salesrules.commissions.rules.proofs.elements import Outline, rising_and_falling, split_at
from salesrules.commissions.rules.proofs.grid import Grid, highest, reach_from
from salesrules.commissions.rules.proofs.outline import Curve, outline_of
from salesrules.commissions.rules.proofs.rates import marginal_rate
from salesrules.core import Exact, Side, minus, narrowed

__all__ = ["find_next_threshold", "solve_measure"]

_NOTHING = Decimal(0)


def solve_measure(curve: Curve, pay: Exact, *, digits: int = 2, measured: Decimal = _NOTHING) -> Solution:
    """The smallest measure on the grid of so many digits, from `measured` on, that pays at least `pay` in all.

    Raises `InvalidValue` for digits that make no grid.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> solution = solve_measure(PayoutCurve.of(tiers, RateMode.MARGINAL), Decimal(25), measured=Decimal(600))
    >>> solution.reached.measure, solution.more
    (Decimal('1125.00'), Decimal('525.00'))
    """
    grid, wanted = Grid(digits), Fraction(pay)
    elements = _from(outline_of(curve), Fraction(measured))
    reached = reach_from(elements, 0, wanted, grid)
    top: Exact | None = None
    if reached is None:
        # Without bound it would be reached, so there is a most.
        top = narrowed(max(highest(element)[1] for element in elements))
    return Solution(wanted=pay, measured=measured, reached=reached, highest=top)


def _from(outline: Outline, start: Fraction) -> Outline:
    """The part of an outline from a measure on, which is its first point; it only rises, falls or stays."""
    cut = rising_and_falling(split_at(outline, [start]))
    place = next(place for place, element in enumerate(cut) if element.is_point and element.lo == start)
    return cut[place:]


def find_next_threshold(curve: Curve, measured: Decimal, *, digits: int = 2) -> NextThreshold | None:
    """The next bound above a measure and what reaching it is worth; `None` where there is none.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> found = find_next_threshold(PayoutCurve.of(tiers, RateMode.WHOLE_AMOUNT), Decimal(900))
    >>> found.distance, found.earned, found.rate_there
    (Decimal('100'), Decimal('22.0000'), Decimal('0.04'))
    """
    grid = Grid(digits)
    place = curve.position_at(measured) + 1
    if place >= len(curve.segments):
        return None
    segment = curve.segments[place]
    at, owns = Fraction(segment.start), curve.owns_start(place)
    measure = grid.decimal(grid.up(at) if owns else grid.after(at))
    return NextThreshold(
        tier=segment.tier,
        at=segment.start,
        side=Side.LOWER if owns else Side.UPPER,
        distance=minus(segment.start, measured),
        measure=measure,
        pay=curve.at(measured),
        pay_there=curve.at(measure),
        rate=marginal_rate(curve, measured),
        rate_there=marginal_rate(curve, measure),
    )
