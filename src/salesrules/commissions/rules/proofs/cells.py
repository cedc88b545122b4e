"""One cell of a pair of measures: each of the two and their sum in one piece, and so paid by one polynomial each."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from salesrules.commissions.rules.proofs.pieces import Number, Piece

__all__ = ["best_in_cell"]

_Place = tuple[Number, Number]


def best_in_cell(one: Piece, other: Piece, whole: Piece) -> tuple[Number, Number, Number] | None:
    """The most that one(y) + other(z) − whole(y + z) comes up to in a cell, and where; `None` for an empty cell.

    Straight lines are largest in a corner; a parabola may be where it turns, on an edge or inside.
    """
    if _is_empty(one, other, whole):
        return None
    best: tuple[Number, Number, Number] | None = None
    for y, z in _candidates(one, other, whole):
        if one.holds(y) and other.holds(z) and whole.holds(y + z):
            value = one.at(y) + other.at(z) - whole.at(y + z)
            if best is None or value > best[0]:
                best = value, y, z
    return best


def _is_empty(one: Piece, other: Piece, whole: Piece) -> bool:
    first, last = one.ends[0] + other.ends[0], one.ends[-1] + other.ends[-1]
    is_point = whole.lo == whole.hi
    if first == last:  # two points have one sum
        return whole.lo != first if is_point else not (whole.holds(first) and first not in whole.ends)
    if is_point:
        return not first < whole.lo < last
    return not max(first, whole.lo) < (last if whole.hi is None else min(last, whole.hi))


def _candidates(one: Piece, other: Piece, whole: Piece) -> Iterator[_Place]:
    ys, zs = one.ends, other.ends
    for y in ys:
        for z in zs:
            yield y, z
    for s in whole.ends:
        for y in ys:
            yield y, s - y
        for z in zs:
            yield s - z, z
    if one.curvature or other.curvature or whole.curvature:
        yield from _turns(one, other, whole)


def _turns(one: Piece, other: Piece, whole: Piece) -> Iterator[_Place]:
    """Where the sum turns along each edge of the cell, and inside it."""
    a1, a2, b1, b2, c1, c2 = one.slope, one.curvature, other.slope, other.curvature, whole.slope, whole.curvature
    if b2 != c2:
        yield from ((y, Fraction(c1 + 2 * c2 * y - b1, 2 * (b2 - c2))) for y in one.ends)
    if a2 != c2:
        yield from ((Fraction(c1 + 2 * c2 * z - a1, 2 * (a2 - c2)), z) for z in other.ends)
    if a2 != -b2:
        for s in whole.ends:
            y = Fraction(b1 + 2 * b2 * s - a1, 2 * (a2 + b2))
            yield y, s - y
    determinant = 2 * ((a2 - c2) * (b2 - c2) - c2 * c2)
    if determinant:
        yield (
            Fraction((c1 - a1) * (b2 - c2) + c2 * (c1 - b1), determinant),
            Fraction((c1 - b1) * (a2 - c2) + c2 * (c1 - a1), determinant),
        )
