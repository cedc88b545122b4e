"""Examples on the grid: measures near those at which a move gains most."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import SpanCurve
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.core import Exact, exact_sum, minus, narrowed

__all__ = ["Example", "nearest_example"]

#: The measures before a move, and those after it, as two chosen ones make them.
Move = Callable[[Fraction, Fraction], tuple[Sequence[Fraction], Sequence[Fraction]]]


class Example(NamedTuple):
    """The measures before and after a move, and what it gains."""

    before: tuple[Decimal, ...]
    after: tuple[Decimal, ...]
    gain: Exact


def nearest_example(
    curve: SpanCurve, grid: Grid, one: Fraction, other: Fraction, move: Move, least: Fraction
) -> Example:
    """The best example among the measures of the grid next to two given ones, none below the least that may be."""
    near = [
        [measure for measure in (grid.before(x), grid.down(x), grid.after(x)) if measure >= least] for x in (one, other)
    ]
    found = [_example(curve, grid, *move(y, z)) for y, z in itertools.product(*near)]
    return max(found, key=lambda example: example.gain)


def _example(curve: SpanCurve, grid: Grid, before: Sequence[Fraction], after: Sequence[Fraction]) -> Example:
    old, new = (exact_sum([curve.at(narrowed(x)) for x in measures]) for measures in (before, after))
    return Example(tuple(map(grid.decimal, before)), tuple(map(grid.decimal, after)), minus(new, old))
