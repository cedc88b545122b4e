"""What a given move gains: splitting a deal, moving it to the next span, holding back a return."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import DealGain
from salesrules.commissions.rules.proofs.elements import Element, Polynomial, from_zero
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.outline import Curve, outline_of
from salesrules.core import Exact, InvalidValue, minus, narrowed, plus

__all__ = ["gain_from_deferring", "gain_from_holding_returns", "gain_from_splitting"]

_NOTHING = Decimal(0)


def gain_from_splitting(curve: Curve, deal: Decimal, *, digits: int = 2) -> DealGain:
    """The most that booking a deal as two gains where each deal is measured alone, and the parts on the grid.

    Raises `InvalidValue` for a deal that is not above zero and on the grid.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("8%")), Band(start=1000, value=Rate.parse("5%"))))
    >>> found = gain_from_splitting(PayoutCurve.of(tiers, RateMode.MARGINAL), Decimal(1500))
    >>> found.gain, sum(found.parts)
    (Decimal('15'), Decimal('1500.00'))
    """
    grid, whole = Grid(digits), Fraction(deal)
    if whole <= 0 or grid.down(whole) != whole:
        raise InvalidValue("deal", deal, f"give a measure above zero with at most {digits} digits after the point")
    best, part = Fraction(0), None
    paid = Fraction(curve.at(deal))
    for candidate in _parts(curve, whole, grid):
        one, other = narrowed(candidate), narrowed(whole - candidate)
        gain = Fraction(curve.at(one)) + Fraction(curve.at(other)) - paid
        if gain > best:
            best, part = gain, candidate
    parts = [] if part is None else [grid.decimal(part), grid.decimal(whole - part)]
    return DealGain(gain=narrowed(best), parts=parts)


def _parts(curve: Curve, whole: Fraction, grid: Grid) -> list[Fraction]:
    """The parts among which the best one is: on either side of every bound, and where two parabolas together turn.

    Between two of these points both parts pay by one polynomial each, so that the best measure of the grid is one of
    the outermost, or next to where their sum turns.
    """
    pieces = [each for each in from_zero(outline_of(curve)) if not each.is_point]
    bounds = {bound for each in pieces for bound in (each.lo, each.hi) if bound is not None and 0 < bound < whole}
    turns = {Fraction(0), whole, *bounds, *(whole - bound for bound in bounds)}
    ordered = sorted(turns)
    for lo, hi in itertools.pairwise(ordered):
        middle = (lo + hi) / 2
        one, other = (_polynomial_at(pieces, x) for x in (middle, whole - middle))
        curvature = one.curvature + other.curvature
        if curvature < 0:
            # p(y) + q(whole − y): slopes p′(0) − q′(whole) at y = 0
            turns.add(-(one.slope - other.rate_at(whole)) / (2 * curvature))
    near = {measure for turn in turns for measure in (grid.before(turn), grid.down(turn), grid.after(turn))}
    return sorted(measure for measure in near if 0 < measure < whole)


def _polynomial_at(pieces: Sequence[Element], x: Fraction) -> Polynomial:
    """What pays around a measure that is no bound."""
    return pieces[bisect.bisect_left(pieces[:-1], x, key=lambda each: each.hi or x)].pay  # only the last has no end


def gain_from_deferring(curve: Curve, measured: Exact, deal: Exact, next_measured: Exact = _NOTHING) -> Exact:
    """What booking a deal in the next span gains, from where both spans stand without it; below zero where it loses.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> gain_from_deferring(PayoutCurve.of(tiers, RateMode.MARGINAL), Decimal(0), Decimal(300), Decimal(1000))
    Decimal('6.00')
    """
    here = minus(curve.at(plus(measured, deal)), curve.at(measured))
    there = minus(curve.at(plus(next_measured, deal)), curve.at(next_measured))
    return minus(there, here)


def gain_from_holding_returns(curve: Curve, measured: Exact, returned: Exact, next_measured: Exact = _NOTHING) -> Exact:
    """What entering a return in the next span gains under `current_measure`, where both stand without the return.

    Under `original_terms` it gains nothing: a return takes back what its sale was paid, whenever it is entered.

    >>> from salesrules.commissions import PayoutCurve, RateMode
    >>> from salesrules.core import Band, BandTable, Rate
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=1000, value=Rate.parse("4%"))))
    >>> gain_from_holding_returns(PayoutCurve.of(tiers, RateMode.MARGINAL), Decimal(1500), Decimal(200), Decimal(900))
    Decimal('4.00')
    """
    here = minus(curve.at(measured), curve.at(minus(measured, returned)))
    there = minus(curve.at(next_measured), curve.at(minus(next_measured, returned)))
    return minus(here, there)
