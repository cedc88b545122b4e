"""The shape of a curve: where pay falls, where it jumps, where it stands still, and how far it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import Cliff, FlatStretch, Jump, PayBound
from salesrules.commissions.rules.proofs.elements import Element
from salesrules.commissions.rules.proofs.grid import Grid, Height, reach_from
from salesrules.core import Side, narrowed

__all__ = ["find_bound", "find_flat_stretches", "find_steps", "is_monotone"]


class _Step(NamedTuple):
    """A change of pay at a bound: the place of the first element that pays the new amount."""

    place: int
    at: Fraction
    side: Side
    before: Fraction
    after: Fraction


def _steps(elements: Sequence[Element]) -> Iterator[_Step]:
    """Every change at a point: from what comes up to it to what it pays, and from that to what comes after."""
    for place, element in enumerate(elements):
        at = element.lo
        if not element.is_point or at is None:
            continue
        pay = element.pay.constant
        if place and (before := elements[place - 1].pay.at(at)) != pay:
            yield _Step(place, at, Side.LOWER, before, pay)
        if (after := elements[place + 1].pay.at(at)) != pay:
            yield _Step(place + 1, at, Side.UPPER, pay, after)


def is_monotone(elements: Sequence[Element]) -> bool:
    """Whether a larger measure never pays less; the elements only rise, fall or stay."""
    falls = any(not element.is_point and element.pay.rate_at(element.sample) < 0 for element in elements)
    return not falls and all(step.before <= step.after for step in _steps(elements))


def find_steps(elements: Sequence[Element], heights: Sequence[Height], grid: Grid) -> tuple[list[Cliff], list[Jump]]:
    """Every bound at which pay falls, with its return, and every one at which it rises, in order."""
    cliffs: list[Cliff] = []
    jumps: list[Jump] = []
    ahead = _Ahead(heights)
    for step in reversed(list(_steps(elements))):
        ends = {"at": narrowed(step.at), "before": narrowed(step.before), "after": narrowed(step.after)}
        if step.before < step.after:
            jumps.append(Jump(side=step.side, **ends))
            continue
        place = ahead.first_from(step.place, step.before)
        returns = None if place is None else reach_from(elements, place, step.before, grid)
        cliffs.append(Cliff(side=step.side, returns=returns, **ends))
    return cliffs[::-1], jumps[::-1]


class _Ahead:
    """Finds the first element from a place on that reaches a pay; asked from the last place to the first.

    It keeps the elements that come up higher than all between them and the place, nearest last, so that bisection
    finds one.
    """

    def __init__(self, heights: Sequence[Height]) -> None:
        self._heights = heights
        self._next = len(heights) - 1
        self._kept: list[tuple[Height, int]] = []

    def first_from(self, place: int, pay: Fraction) -> int | None:
        """The place of that element, `None` where there is none."""
        while self._next >= place:
            height = self._heights[self._next]
            while self._kept and self._kept[-1][0] <= height:
                self._kept.pop()
            self._kept.append((height, self._next))
            self._next -= 1
        wanted = (False, pay, True)
        low, high = 0, len(self._kept)  # those before `low` reach it, from `high` on none does
        while low < high:
            middle = (low + high) // 2
            if self._kept[middle][0] >= wanted:
                low = middle + 1
            else:
                high = middle
        return self._kept[low - 1][1] if low else None


def find_flat_stretches(elements: Sequence[Element]) -> list[FlatStretch]:
    """Every longest interval in which more pays nothing more."""
    found: list[tuple[Fraction | None, Fraction | None, Fraction]] = []
    for place, element in enumerate(elements):
        lo, hi, pay, _ = element
        if element.is_point or not pay.is_constant:
            continue
        if found:
            start, end, paid = found[-1]
            if end == lo and paid == pay.constant == elements[place - 1].pay.constant:
                found[-1] = (start, hi, paid)
                continue
        found.append((lo, hi, pay.constant))
    return [
        FlatStretch(start=narrowed(start or Fraction(0)), end=None if end is None else narrowed(end), pay=narrowed(pay))
        for start, end, pay in found
    ]


def find_bound(elements: Sequence[Element], heights: Sequence[Height]) -> PayBound | None:
    """The most that is paid or come up to, `None` where there is no such amount."""
    best = max(heights)
    is_unbounded, pay, is_reached = best
    if is_unbounded:
        return None
    at = _place_of(elements[heights.index(best)], pay)
    return PayBound(pay=narrowed(pay), at=narrowed(at), is_reached=is_reached)


def _place_of(element: Element, pay: Fraction) -> Fraction:
    """The end of an element at which it comes up to its highest pay."""
    lo, hi, polynomial, _ = element
    assert lo is not None  # elements from zero on
    return lo if hi is None or polynomial.at(lo) == pay else hi
