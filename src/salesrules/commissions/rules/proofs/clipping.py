"""Caps and floors on a curve: pay held below or above a limit, with a bound where it begins to."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.rules.proofs.elements import (
    Element,
    Outline,
    Polynomial,
    changed,
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
    """The outline with no pay above the limit, or none below it."""
    pieces = rising_and_falling(outline)
    found = [_crossing(element, limit, grid) for element in pieces]

    def held(element: Element) -> Polynomial:
        pay = element.pay.at(element.sample)
        is_over = pay > limit if above else pay < limit
        return Polynomial(limit) if is_over else element.pay

    bounds = [bound for crossing in found for bound in crossing.bounds]
    is_exact = not any(crossing.is_root for crossing in found)
    return Clipped(changed(split_at(pieces, bounds), held), is_exact)


class _Crossing(NamedTuple):
    bounds: list[Fraction]
    is_root: bool = False


def _crossing(element: Element, limit: Fraction, grid: Grid) -> _Crossing:
    """Where pay passes the limit inside an interval that only rises or falls: one point, or both measures of the grid
    around a root, so that every measure has the pay of its own side.
    """
    lo, hi, pay, _ = element
    if element.is_point or pay.is_constant:
        return _Crossing([])
    if not pay.curvature:
        bounds = [(limit - pay.constant) / pay.slope]
    elif lo is None or hi is None or (pay.at(lo) < limit) is (pay.at(hi) < limit):
        return _Crossing([])  # a parabola of a table has both ends
    else:
        vertex = -pay.slope / (2 * pay.curvature)
        square = vertex**2 - (pay.constant - limit) / pay.curvature
        side = 1 if element.sample > vertex else -1
        root = exact_root(square)
        if root is not None:
            bounds = [vertex + side * root]
        else:
            near = vertex + side * grid.above_root(square)
            near = grid.down(near) if side > 0 else grid.up(near)
            is_below = side * (near - vertex) < 0 or (near - vertex) ** 2 < square
            is_left = is_below if side > 0 else not is_below
            bounds = [near, near + grid.unit] if is_left else [near - grid.unit, near]
    inside = [bound for bound in bounds if (lo is None or lo < bound) and (hi is None or bound < hi)]
    return _Crossing(inside, is_root=len(bounds) > 1)
