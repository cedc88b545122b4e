"""Examples on the grid: measures near those at which a move gains most."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import SpanCurve
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.pairs import Pair
from salesrules.core import EXACT, Exact, as_fraction, exact_sum, minus, narrowed

__all__ = ["Example", "nearest_example"]

#: The measures before a move, and those after it, as two chosen ones make them.
Move = Callable[[Fraction, Fraction], tuple[Sequence[Fraction], Sequence[Fraction]]]


class Example(NamedTuple):
    """The measures before and after a move, and what it gains."""

    before: tuple[Decimal, ...]
    after: tuple[Decimal, ...]
    gain: Exact


def nearest_example(curve: SpanCurve, grid: Grid, pair: Pair, move: Move, least: Fraction) -> Example:
    """The best example among the measures of the grid next to a pair, none below the least that may be; the first one
    that gains as much as the pair.
    """
    best: Example | None = None
    for y, z in _near(grid, pair):
        if y >= least and z >= least:
            example = _example(curve, grid, *move(y, z))
            if best is None or example.gain > best.gain:
                best = example
            if best.gain == pair.gain:
                break
    assert best is not None  # the measure after one is never too small
    return best._replace(gain=narrowed(as_fraction(best.gain)))


def _near(grid: Grid, pair: Pair) -> Iterator[tuple[Fraction, Fraction]]:
    """The measures next to a pair: next to each of the two, or next to one and to their sum."""
    ones, others, sums = (
        (grid.down(x), grid.before(x), grid.after(x)) for x in (pair.one, pair.other, pair.one + pair.other)
    )
    yield from itertools.product(ones, others)
    yield from ((y, whole - y) for y, whole in itertools.product(ones, sums))
    yield from ((whole - z, z) for z, whole in itertools.product(others, sums))


def _example(curve: SpanCurve, grid: Grid, before: Sequence[Fraction], after: Sequence[Fraction]) -> Example:
    old, new = (tuple(map(grid.decimal, measures)) for measures in (before, after))
    paid = [exact_sum([_pay(curve, measure) for measure in measures]) for measures in (old, new)]
    return Example(old, new, minus(paid[1], paid[0]))


def _pay(curve: SpanCurve, measure: Decimal) -> Exact:
    """What a measure pays; many are tried, and decimals are several times as fast as fractions."""
    segment = curve.segments[curve.position_at(measure)]
    line = segment.line
    return segment.at(measure) if line is None else EXACT.fma(line[0], measure, line[1])
