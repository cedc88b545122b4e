"""Rounding of statements: each line alone, the running total, or the largest remainders."""

from __future__ import annotations

import numpy as np

from salesrules.core import RoundingMode
from salesrules.frames.kernel.whole import Runs, Whole, round_ratio, running, steps_of

__all__ = ["round_by_remainder", "round_cumulatively"]


def round_cumulatively(
    numerator: Whole, denominator: Whole | int, runs: Runs, mode: RoundingMode, bound: int | None = None
) -> Whole:
    """Each row's rounded running total less the one before it, so that a run's rows sum to its rounded total.

    The denominator is the same throughout a run; `bound` is one that no numerator passes, where it is known. Raises
    `OutOfRange` where a total could leave 64 bits.
    """
    return steps_of(round_ratio(running(numerator, runs, bound), denominator, mode), runs)


def round_by_remainder(numerator: Whole, denominator: Whole | int, runs: Runs, mode: RoundingMode) -> Whole:
    """Each row rounded down, and a unit more for those of a run that lost most, among equals the earlier ones.

    The rows of a run sum to its rounded total. The denominator is the same throughout a run.
    """
    if not len(numerator):
        return numerator
    floors = numerator // denominator
    lost = numerator - floors * denominator
    totals = runs.ends(running(numerator, runs))
    below = denominator if isinstance(denominator, int) else denominator[runs.starts]
    missing = round_ratio(totals, below, mode) - runs.ends(running(floors, runs))
    number = runs.spread(np.arange(len(runs.starts)))
    order = np.lexsort((-lost, number))
    rank = np.empty(len(lost), dtype=np.int64)
    rank[order] = np.arange(len(lost)) - runs.spread(runs.starts)
    return floors + (rank < runs.spread(missing)).astype(np.int64)
