"""Caps and floors on a curve: pay held below or above a limit, with a bound where it begins to."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.rules.proofs.elements import (
    Element,
    Outline,
    Polynomial,
    rising_and_falling,
    split_at,
)
from salesrules.commissions.rules.proofs.grid import Grid, exact_root

__all__ = ["Clipped", "clipped"]


class Clipped(NamedTuple):
    """A limited outline, and whether it is exact everywhere or, where the limit begins at a root, on the grid alone."""

    outline: Outline
    is_exact: bool


def clipped(outline: Outline, limit: Fraction, grid: Grid, *, above: bool) -> Clipped:
    """The outline with no pay above the limit, or none below it.

    A root lies between two measures of the grid; from the one to the other a straight line stands in for the curve.
    """
    hold: Callable[[Fraction], Fraction] = (lambda pay: min(pay, limit)) if above else (lambda pay: max(pay, limit))

    def held(element: Element) -> Element:
        pay = element.pay.at(element.sample)
        return element if hold(pay) == pay else element._replace(pay=Polynomial(limit))

    found: Outline = []
    is_exact = True
    for element in rising_and_falling(outline):
        low, high = _crossing(element, limit, grid)
        bounds = sorted({bound for bound in (low, high) if bound is not None and _is_inside(element, bound)})
        parts = [held(part) for part in split_at([element], bounds)]
        if low != high:
            is_exact = False
            parts = [_straight(part, element.pay, hold) if _lies_in(part, low, high) else part for part in parts]
        found += parts
    return Clipped(found, is_exact)


def _crossing(element: Element, limit: Fraction, grid: Grid) -> tuple[Fraction | None, Fraction | None]:
    """Where pay passes the limit inside an interval that only rises or falls: one point twice, or the measures of the
    grid on either side of a root.
    """
    lo, hi, pay, _ = element
    if element.is_point or pay.is_constant:
        return None, None
    if not pay.curvature:
        at = (limit - pay.constant) / pay.slope
        return at, at
    if lo is None or hi is None or (pay.at(lo) < limit) is (pay.at(hi) < limit):
        return None, None  # a parabola of a table has both ends
    vertex = -pay.slope / (2 * pay.curvature)
    square = vertex**2 - (pay.constant - limit) / pay.curvature
    side = 1 if element.sample > vertex else -1
    root = exact_root(square)
    if root is not None:
        return vertex + side * root, vertex + side * root
    near = vertex + side * grid.above_root(square)
    near = grid.down(near) if side > 0 else grid.up(near)
    is_closer = side * (near - vertex) < 0 or (near - vertex) ** 2 < square  # closer to the vertex than the root is
    return (near, near + grid.unit) if is_closer is (side > 0) else (near - grid.unit, near)


def _is_inside(element: Element, x: Fraction) -> bool:
    return (element.lo is None or element.lo < x) and (element.hi is None or x < element.hi)


def _lies_in(part: Element, low: Fraction | None, high: Fraction | None) -> bool:
    sample = part.sample
    return not part.is_point and low is not None and high is not None and low < sample < high


def _straight(part: Element, pay: Polynomial, hold: Callable[[Fraction], Fraction]) -> Element:
    """The line between what is paid at the ends of a part."""
    lo, hi, _, _ = part
    assert lo is not None
    assert hi is not None
    start, end = hold(pay.at(lo)), hold(pay.at(hi))
    slope = (end - start) / (hi - lo)
    return part._replace(pay=Polynomial(start - slope * lo, slope))
