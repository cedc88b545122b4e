"""Sales that come back: what a return takes back from the bottom of a curve less than its sale was paid at the top."""

from __future__ import annotations

from fractions import Fraction

from salesrules.commissions.rules.proofs.elements import (
    Element,
    Outline,
    Polynomial,
    levelled,
    rising_and_falling,
    split_at,
)
from salesrules.commissions.rules.proofs.grid import highest
from salesrules.commissions.rules.proofs.pairs import Pair

__all__ = ["largest_climb", "largest_round_trip"]

_ZERO = Fraction(0)


def largest_climb(outline: Outline, rate: Fraction) -> Pair:
    """How far pay less a rate climbs at most from one measure to a larger one: how far, from where, and over what.

    The outline is one from zero on that in the long run pays no more than the rate.
    """
    best = Pair(_ZERO, _ZERO, _ZERO)
    least, start = outline[0].pay.constant, _ZERO
    for element in levelled(outline, rate):
        for end in (element.lo, element.hi):
            if end is not None:
                value = element.pay.at(end)
                if value < least:
                    least, start = value, end
                elif value - least > best.gain:
                    best = Pair(value - least, start, end - start)
    return best


def largest_round_trip(outline: Outline) -> Pair | None:
    """The most that a sale and a return of the same measure pay together, where each is measured alone; `None` where
    it has no bound. The outline is one over all measures.
    """
    bounds = sorted({abs(element.lo) for element in outline if element.lo is not None})
    whole = split_at(outline, sorted({*bounds, *(-bound for bound in bounds)}))
    zero = next(place for place, element in enumerate(whole) if element.is_point and element.lo == 0)
    sales, returns = whole[zero + 1 :], whole[:zero][::-1]
    both = rising_and_falling([_sum(sale, back) for sale, back in zip(sales, returns, strict=True)])
    best = max(both, key=highest)
    is_unbounded, gain, _ = highest(best)
    if is_unbounded:
        return None
    at = max((end for end in (best.lo, best.hi) if end is not None), key=best.pay.at)
    return Pair(gain, at, at)


def _sum(sale: Element, back: Element) -> Element:
    constant, slope, curvature = back.pay
    pay = sale.pay.plus(constant, -slope)
    return sale._replace(pay=Polynomial(pay.constant, pay.slope, pay.curvature + curvature))
