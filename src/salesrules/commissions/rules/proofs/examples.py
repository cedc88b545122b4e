"""Examples on the grid: measures near those at which a move gains most."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import SpanCurve
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.pairs import Pair
from salesrules.core import Exact, exact_sum, minus

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
    near = [
        [measure for measure in (grid.down(x), grid.before(x), grid.after(x)) if measure >= least]
        for x in (pair.one, pair.other)
    ]
    best: Example | None = None
    for y, z in itertools.product(*near):
        example = _example(curve, grid, *move(y, z))
        if best is None or example.gain > best.gain:
            best = example
        if best.gain == pair.gain:
            break
    assert best is not None  # the measure after one is never too small
    return best


def _example(curve: SpanCurve, grid: Grid, before: Sequence[Fraction], after: Sequence[Fraction]) -> Example:
    old, new = (tuple(map(grid.decimal, measures)) for measures in (before, after))
    return Example(old, new, minus(exact_sum(map(curve.at, new)), exact_sum(map(curve.at, old))))
