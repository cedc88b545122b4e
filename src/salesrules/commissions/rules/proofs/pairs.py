"""The largest gain of paying two measures apart, or together: how far F(y) + F(z) − F(y + z) goes, exactly.

A straight line added to F changes nothing of this, so the curve is studied less the rate of its last piece: then it
ends in a constant, and all three measures lie between zero and the last bound, or beyond it. Ranges of pieces are
searched best first, by what they could reach at most; pairs of single pieces are solved exactly.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.rules.proofs.cells import best_in_cell
from salesrules.commissions.rules.proofs.pieces import Number, Piece, Pieces

__all__ = ["Pair", "largest_pair"]


class Pair(NamedTuple):
    """The least number that no pair gains more than, and two measures near which pairs come as close as one likes."""

    gain: Fraction
    one: Fraction
    other: Fraction


def largest_pair(given: Pieces, *, together: bool) -> Pair:
    """The largest gain of two measures above zero, apart or together."""
    pieces = [Piece(*piece[:2], *(-number for number in piece[2:])) for piece in given.pieces]
    gain, one, other = _Search(pieces if together else given.pieces).run()
    return Pair(Fraction(gain) / given.pay_unit, Fraction(one) / given.unit, Fraction(other) / given.unit)


_Found = tuple[Number, Number, Number]
_Block = tuple[int, int, int, int]


class _Search:
    """The pieces (the last one without end and constant), and the most and least that ranges of them pay."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._starts = [piece.lo for piece in pieces]
        self._ends = [piece.hi for piece in pieces if piece.hi is not None]
        values = [[piece.at(end) for end in piece.ends] for piece in pieces]
        self._most = _Ranges([int(max(pair)) for pair in values])
        self._least = _Ranges([-int(min(pair)) for pair in values])

    def run(self) -> _Found:
        """The largest gain and the two measures."""
        best = self._with_last()
        last = len(self._pieces) - 2
        count = itertools.count()
        waiting: list[tuple[int, int, _Block]] = []
        blocks: Iterator[_Block] = iter([(0, last, 0, last)] if last >= 0 else [])
        while True:
            for block in blocks:
                bound = self._bound(block)
                if bound > best[0]:
                    heapq.heappush(waiting, (-bound, next(count), block))
            if not waiting or -waiting[0][0] <= best[0]:
                return best
            _, _, block = heapq.heappop(waiting)
            if block[0] == block[1] and block[2] == block[3]:
                best = self._in_cells(block[0], block[2], best)
            blocks = _halves(block)

    def _with_last(self) -> _Found:
        """The best pair with a measure beyond the last bound: what the other one pays, and the constant cancels."""
        ends = ((piece.at(end), end, self._starts[-1]) for piece in self._pieces for end in piece.ends)
        return max(ends, key=lambda found: found[0])

    def _sums(self, block: _Block) -> tuple[int, int]:
        """The places of the first and the last piece in which sums of a block may lie."""
        first, last, other_first, other_last = block
        low = self._starts[first] + self._starts[other_first]
        high = self._ends[last] + self._ends[other_last]
        return bisect.bisect_left(self._ends, low), bisect.bisect_right(self._starts, high) - 1

    def _bound(self, block: _Block) -> int:
        """What no pair of a block exceeds."""
        first, last, other_first, other_last = block
        most = self._most.largest(first, last) + self._most.largest(other_first, other_last)
        return most + self._least.largest(*self._sums(block))

    def _in_cells(self, one: int, other: int, best: _Found) -> _Found:
        """The best so far, or a better one with its measures in two pieces."""
        low, high = self._sums((one, one, other, other))
        most = self._most.largest(one, one) + self._most.largest(other, other)
        for place in range(low, high + 1):
            if most + self._least.largest(place, place) > best[0]:
                found = best_in_cell(self._pieces[one], self._pieces[other], self._pieces[place])
                if found is not None and found[0] > best[0]:
                    best = found
        return best


class _Ranges:
    """The largest of any range of numbers, from those of all ranges whose lengths are powers of two."""

    def __init__(self, numbers: list[int]) -> None:
        self._levels = [numbers]
        width = 1
        while 2 * width <= len(numbers):
            below = self._levels[-1]
            self._levels.append(list(map(max, below, below[width:])))
            width *= 2

    def largest(self, first: int, last: int) -> int:
        """The largest number from the first place to the last."""
        level = (last - first + 1).bit_length() - 1
        found = self._levels[level]
        return max(found[first], found[last + 1 - (1 << level)])


def _halves(block: _Block) -> Iterator[_Block]:
    """The halves of the longer range of a block, without those whose first measures are all larger than the others;
    none of a single pair.
    """
    first, last, other_first, other_last = block
    if first == last and other_first == other_last:
        return
    if last - first >= other_last - other_first:
        middle = (first + last) // 2
        parts = [(first, middle, other_first, other_last), (middle + 1, last, other_first, other_last)]
    else:
        middle = (other_first + other_last) // 2
        parts = [(first, last, other_first, middle), (first, last, middle + 1, other_last)]
    yield from (part for part in parts if part[0] <= part[3])
