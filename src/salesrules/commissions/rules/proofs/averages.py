"""The average rate of a curve, pay by measure: whether it only rises or falls, and how far it goes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from salesrules.commissions.rules.proofs.elements import Element, Outline
from salesrules.commissions.rules.proofs.grid import Grid

__all__ = ["average_falls", "average_rises", "averages"]

_ZERO = Fraction(0)


def average_rises(outline: Outline) -> bool:
    """Whether a larger measure never pays less per unit, so that no measure pays more in parts; for an outline from
    zero on.
    """
    return all(_change(element)[0] >= 0 for element in outline[1:]) and _steps(outline, 1)


def average_falls(outline: Outline) -> bool:
    """Whether a larger measure never pays more per unit, so that no two measures pay more together."""
    return all(_change(element)[1] <= 0 for element in outline[1:]) and _steps(outline, -1)


def _steps(outline: Outline, sign: int) -> bool:
    """Whether pay steps one way alone at every bound above zero."""
    return all(
        sign * before.pay.at(point.lo) <= sign * point.pay.constant <= sign * after.pay.at(point.lo)
        for before, point, after in zip(outline[1:], outline[2:], outline[3:], strict=False)
        if point.is_point and point.lo is not None
    )


def _change(element: Element) -> tuple[Fraction, Fraction]:
    """The least and the most that pay per unit grows in an element, times x²: curvature·x² − constant."""
    lo, hi, (constant, _, curvature), _ = element
    if element.is_point:
        return _ZERO, _ZERO
    if not curvature:
        return -constant, -constant
    ends = [curvature * end * end - constant for end in (lo, hi) if end is not None]
    return min(ends), max(ends)


def averages(outline: Outline, grid: Grid) -> tuple[Fraction, Fraction]:
    """The least and the most that measures from one unit on pay per unit, or come to in the long run."""
    found = [outline[-1].pay.slope]
    for element in outline[1:]:
        found += [element.pay.at(x) / x for x in _turns(element, grid)]
    return min(found), max(found)


def _turns(element: Element, grid: Grid) -> Iterator[Fraction]:
    """Where pay per unit may be largest or smallest in an element: at its ends, and where curvature·x² = constant."""
    lo, hi, (constant, _, curvature), _ = element
    first = max(lo or grid.unit, grid.unit)
    if hi is not None and hi < first:
        return
    yield first
    if hi is not None:
        yield hi
    if curvature and constant / curvature > 0:
        root = grid.above_root(constant / curvature)
        yield from (x for x in (root - grid.unit, root) if first <= x and (hi is None or x <= hi))
