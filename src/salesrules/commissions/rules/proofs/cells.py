"""One cell of a pair of measures: each of the two and their sum in one element, and so paid by one polynomial each."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from salesrules.commissions.rules.proofs.outline import Element

__all__ = ["best_in_cell"]

Place = tuple[Fraction, Fraction]


def best_in_cell(one: Element, other: Element, whole: Element) -> tuple[Fraction, Fraction, Fraction] | None:
    """The most that one(y) + other(z) − whole(y + z) comes up to in a cell, and where; `None` for an empty cell.

    Straight lines are largest in a corner; a parabola may be where it turns, on an edge or inside.
    """
    if _is_empty(one, other, whole):
        return None
    best: tuple[Fraction, Fraction, Fraction] | None = None
    for y, z in _candidates(one, other, whole):
        if _holds(one, y) and _holds(other, z) and _holds(whole, y + z):
            value = one.pay.at(y) + other.pay.at(z) - whole.pay.at(y + z)
            if best is None or value > best[0]:
                best = value, y, z
    return best


def _ends(element: Element) -> list[Fraction]:
    ends = [element.lo] if element.is_point else [element.lo, element.hi]
    return [end for end in ends if end is not None]


def _holds(element: Element, x: Fraction) -> bool:
    """Whether an element, with its ends, holds a measure."""
    return (element.lo is None or element.lo <= x) and (element.hi is None or x <= element.hi)


def _is_empty(one: Element, other: Element, whole: Element) -> bool:
    (low, *_), (other_low, *_) = _ends(one), _ends(other)
    first, last = low + other_low, _ends(one)[-1] + _ends(other)[-1]
    if first == last:  # two points have one sum
        return not (whole.lo == first if whole.is_point else _holds(whole, first) and first not in _ends(whole))
    if whole.is_point:
        return not (whole.lo is not None and first < whole.lo < last)
    floor = first if whole.lo is None else max(first, whole.lo)
    ceiling = last if whole.hi is None else min(last, whole.hi)
    return not floor < ceiling


def _candidates(one: Element, other: Element, whole: Element) -> Iterator[Place]:
    for y in _ends(one):
        yield from ((y, z) for z in _ends(other))
    for s in _ends(whole):
        yield from ((y, s - y) for y in _ends(one))
        yield from ((s - z, z) for z in _ends(other))
    if one.pay.curvature or other.pay.curvature or whole.pay.curvature:
        yield from _turns(one, other, whole)


def _turns(one: Element, other: Element, whole: Element) -> Iterator[Place]:
    """Where the sum turns along each edge of the cell, and inside it."""
    (_, a1, a2), (_, b1, b2), (_, c1, c2) = one.pay, other.pay, whole.pay
    if b2 != c2:
        yield from ((y, (c1 + 2 * c2 * y - b1) / (2 * (b2 - c2))) for y in _ends(one))
    if a2 != c2:
        yield from (((c1 + 2 * c2 * z - a1) / (2 * (a2 - c2)), z) for z in _ends(other))
    if a2 != -b2:
        for s in _ends(whole):
            y = (b1 + 2 * b2 * s - a1) / (2 * (a2 + b2))
            yield y, s - y
    determinant = 2 * ((a2 - c2) * (b2 - c2) - c2 * c2)
    if determinant:
        yield (
            ((c1 - a1) * (b2 - c2) + c2 * (c1 - b1)) / determinant,
            ((c1 - b1) * (a2 - c2) + c2 * (c1 - a1)) / determinant,
        )
