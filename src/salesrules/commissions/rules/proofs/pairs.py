"""The largest gain of paying two measures apart, or together: how far F(y) + F(z) − F(y + z) goes, exactly.

A straight line added to F changes nothing of this, so the curve is studied less the rate of its last piece: then it
ends in a constant, and all three measures lie between zero and the last bound, or beyond it. Ranges of elements are
searched best first, by what they could reach at most; pairs of single elements are solved exactly.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.rules.proofs.cells import best_in_cell
from salesrules.commissions.rules.proofs.outline import Element, Outline, changed, levelled

__all__ = ["Pair", "largest_pair"]


class Pair(NamedTuple):
    """The least number that no pair gains more than, and two measures near which pairs come as close as one likes."""

    gain: Fraction
    one: Fraction
    other: Fraction


def largest_pair(outline: Outline, *, together: bool) -> Pair:
    """The largest gain of two measures above zero, apart or together; the outline is one from zero on."""
    level = levelled(outline[1:], outline[-1].pay.slope)
    sign = Fraction(-1 if together else 1)
    return _Search(changed(level, lambda element: element.pay.scaled(sign))).run()


class _Search:
    """The elements (the last one without end and constant), and the most and least that ranges of them pay."""

    def __init__(self, elements: Outline) -> None:
        self._elements = elements
        self._starts = [element.lo or Fraction(0) for element in elements]
        self._ends = [element.hi for element in elements[:-1] if element.hi is not None]
        values = [_ends_of(element) for element in elements]
        scale = math.lcm(*(number.denominator for pair in values for number in pair))
        self._scale = scale
        self._most = _Ranges([int(max(pair) * scale) for pair in values])
        self._least = _Ranges([-int(min(pair) * scale) for pair in values])

    def run(self) -> Pair:
        best = self._with_last()
        last = len(self._elements) - 2
        count = itertools.count()
        waiting = [(0, next(count), (0, last, 0, last))] if last >= 0 else []
        while waiting:
            bound, _, block = heapq.heappop(waiting)
            if bound and -bound <= best.gain * self._scale:
                break
            if block[0] == block[1] and block[2] == block[3]:
                best = max([best, *self._in_cells(block[0], block[2], best)], key=lambda pair: pair.gain)
                continue
            for part in _halves(block):
                bound = self._bound(part)
                if bound > best.gain * self._scale:
                    heapq.heappush(waiting, (-bound, next(count), part))
        return best

    def _with_last(self) -> Pair:
        """The best pair with a measure beyond the last bound: what the other one pays, and the constant cancels."""
        far = self._starts[-1] + 1
        found = []
        for element in self._elements:
            lo, hi, pay, _ = element
            found += [Pair(pay.at(end), end, far) for end in (lo, hi) if end is not None]
        return max(found, key=lambda pair: pair.gain)

    def _sums(self, block: tuple[int, int, int, int]) -> tuple[int, int]:
        """The places of the first and the last element in which sums of a block may lie."""
        first, last, other_first, other_last = block
        low = self._starts[first] + self._starts[other_first]
        high = self._ends[last] + self._ends[other_last]
        return bisect.bisect_left(self._ends, low), bisect.bisect_right(self._starts, high) - 1

    def _bound(self, block: tuple[int, int, int, int]) -> int:
        """What no pair of a block exceeds, scaled."""
        first, last, other_first, other_last = block
        most = self._most.largest(first, last) + self._most.largest(other_first, other_last)
        return most + self._least.largest(*self._sums(block))

    def _in_cells(self, one: int, other: int, best: Pair) -> Iterator[Pair]:
        low, high = self._sums((one, one, other, other))
        most = self._most.largest(one, one) + self._most.largest(other, other)
        for place in range(low, high + 1):
            if most + self._least.largest(place, place) > best.gain * self._scale:
                found = best_in_cell(self._elements[one], self._elements[other], self._elements[place])
                if found is not None:
                    yield Pair(*found)


class _Ranges:
    """The largest of any range of numbers, from those of all ranges whose lengths are powers of two."""

    def __init__(self, numbers: list[int]) -> None:
        self._levels = [numbers]
        width = 1
        while 2 * width <= len(numbers):
            below = self._levels[-1]
            self._levels.append([max(below[i], below[i + width]) for i in range(len(below) - width)])
            width *= 2

    def largest(self, first: int, last: int) -> int:
        level = (last - first + 1).bit_length() - 1
        found = self._levels[level]
        return max(found[first], found[last + 1 - (1 << level)])


def _ends_of(element: Element) -> tuple[Fraction, Fraction]:
    lo, hi, pay, _ = element
    start = pay.at(lo or Fraction(0))
    return start, start if hi is None else pay.at(hi)


def _halves(block: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    """The halves of the longer range of a block, without those whose first measures are all larger than the others."""
    first, last, other_first, other_last = block
    if last - first >= other_last - other_first:
        middle = (first + last) // 2
        parts = [(first, middle, other_first, other_last), (middle + 1, last, other_first, other_last)]
    else:
        middle = (other_first + other_last) // 2
        parts = [(first, last, other_first, middle), (first, last, middle + 1, other_last)]
    return (part for part in parts if part[0] <= part[3])
