"""Whole numbers in NumPy without a wrap: runs of rows, running sums, and ratios rounded as money is.

Everything works alike on 64 bits and, where a caller asks for it, on Python's own whole numbers (arrays of objects),
which have no bound and take some twenty times as long.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesrules.core import RoundingMode
from salesrules.frames.compiled import LIMIT

__all__ = [
    "Flags",
    "OutOfRange",
    "Places",
    "Runs",
    "Whole",
    "bound_of",
    "guard",
    "is_wide",
    "round_ratio",
    "running",
    "steps_of",
]

#: Whole numbers in 64 bits, or Python's own in an array of objects.
Whole = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


class OutOfRange(ArithmeticError):
    """Rows whose numbers would leave the range in which 64 bits are exact: their places."""

    def __init__(self, rows: Places) -> None:
        super().__init__(f"{len(rows)} rows are out of range")
        self.rows = rows


@attrs.frozen(eq=False, slots=False)
class Runs:
    """Rows in a row that belong together: where each run starts, and how many rows there are in all."""

    starts: Places
    rows: int

    @classmethod
    def of(cls, begins: Flags) -> Runs:
        """The runs whose first rows are marked."""
        return cls(np.flatnonzero(begins), len(begins))

    @cached_property
    def lengths(self) -> Places:
        """How many rows each run has."""
        lengths: Places = np.diff(self.starts, append=self.rows)
        return lengths

    @cached_property
    def longest(self) -> int:
        """How many rows the longest run has."""
        return int(self.lengths.max(initial=0))

    def spread(self, values: Whole) -> Whole:
        """A value of each run on each of its rows."""
        return np.repeat(values, self.lengths)

    def ends(self, values: Whole) -> Whole:
        """The values on the last row of each run."""
        last: Whole = values[self.starts + self.lengths - 1]
        return last


def is_wide(values: Whole) -> bool:
    """Whether the numbers are Python's own."""
    return values.dtype == object


def guard(bad: Flags) -> None:
    """Raise `OutOfRange` for the rows that are marked."""
    if bad.any():
        raise OutOfRange(np.flatnonzero(bad))


def bound_of(values: Whole) -> int:
    """The largest value, above or below zero."""
    return max(int(values.max()), -int(values.min())) if len(values) else 0


def running(values: Whole, runs: Runs, bound: int | None = None) -> Whole:
    """The sum of each run up to each row; `bound` is one that no value passes, where it is known.

    Raises `OutOfRange` before a sum could leave 64 bits.
    """
    if not len(values):
        return values
    if not is_wide(values) and (bound is None or bound * runs.longest > LIMIT):
        bound = bound_of(values)
        if bound > LIMIT:
            guard((values > LIMIT) | (values < -LIMIT))
        if bound * runs.longest > LIMIT:
            largest = np.maximum.reduceat(np.abs(values), runs.starts)
            # A float's error is far below the factor 2 that is left.
            guard(runs.spread(largest.astype(np.float64) * runs.lengths > LIMIT))
    sums = np.cumsum(values)  # may wrap over many runs, but the difference within one of them is exact all the same
    return sums - runs.spread(sums[runs.starts] - values[runs.starts])


def steps_of(totals: Whole, runs: Runs) -> Whole:
    """What each row adds to the running total of its run."""
    steps = np.empty_like(totals)
    np.subtract(totals[1:], totals[:-1], out=steps[1:])
    steps[runs.starts] = totals[runs.starts]
    return steps


def round_ratio(numerator: Whole, denominator: Whole | int, mode: RoundingMode) -> Whole:
    """The whole numbers that ratios round to; denominators are above zero, they and numerators at most twice `LIMIT`.

    >>> round_ratio(np.array([-5, 5, 7]), 2, RoundingMode.HALF_EVEN).tolist()
    [-2, 2, 4]
    """
    if isinstance(denominator, int) and denominator == 1:
        return numerator
    if mode is RoundingMode.HALF_UP and isinstance(denominator, int) and not is_wide(numerator):
        raised: Whole = numerator + denominator // 2
        if denominator % 2 == 0:
            raised += numerator >> 63  # an exact half below zero goes down, away from zero
        raised //= denominator
        return raised
    below: Whole = numerator // denominator
    rest = numerator - below * denominator
    match mode:
        case RoundingMode.FLOOR:
            return below
        case RoundingMode.CEILING:
            up = rest > 0
        case RoundingMode.DOWN:
            up = (rest > 0) & (below < 0)
        case RoundingMode.UP:
            up = (rest > 0) & (below >= 0)
        case _:
            left = denominator - rest
            match mode:
                case RoundingMode.HALF_UP:
                    wins = below >= 0
                case RoundingMode.HALF_DOWN:
                    wins = below < 0
                case _:
                    wins = below % 2 == 1
            up = (rest > left) | ((rest == left) & wins)
    return below + up.astype(np.bool_)
