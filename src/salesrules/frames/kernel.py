"""The kernel in NumPy: running measures, tiers, differences and rounding, in 64-bit whole numbers without a wrap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesrules.core import RoundingMode
from salesrules.frames.compiled import LIMIT, CompiledCurve

__all__ = ["Earned", "OutOfRange", "Whole", "earn", "round_ratio", "run_within", "running"]

#: Whole numbers in 64 bits.
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class OutOfRange(ArithmeticError):
    """Rows whose numbers would leave the range in which 64 bits are exact: their places."""

    def __init__(self, rows: npt.NDArray[np.intp]) -> None:
        super().__init__(f"{len(rows)} rows are out of range")
        self.rows = rows


class Earned(NamedTuple):
    """What each row earned: a whole number over another, in units of the rounding."""

    numerator: Whole
    denominator: Whole | int


def running(values: Whole, begins: Flags) -> Whole:
    """The sum of each run up to each row; `begins` marks the first row of a run, the very first row among them.

    Raises `OutOfRange` before a sum could leave 64 bits.
    """
    if not len(values):
        return values
    _refuse((values > LIMIT) | (values < -LIMIT))
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=len(values))
    largest = np.maximum.reduceat(np.abs(values), starts)
    # A sum of n numbers is at most n times the largest; a float's error is far below the factor 2 that is left.
    _refuse(np.repeat(largest.astype(np.float64) * lengths > LIMIT, lengths))
    sums = np.cumsum(values)  # may wrap over many runs, but the difference within one of them is exact all the same
    return sums - np.repeat(sums[starts] - values[starts], lengths)


def earn(curve: CompiledCurve, measures: Whole, begins: Flags, quotas: Whole | None = None) -> Earned:
    """F(after) − F(before) of each row; where `begins` marks every row, each is measured alone.

    Raises `OutOfRange` where a measure is not in the curve's range at its quota.
    """
    after = running(measures, begins)
    before = after - measures
    limits: Whole | int
    if quotas is None:
        limits = curve.largest()
    else:
        distinct, places = np.unique(quotas, return_inverse=True)
        limits = np.array([curve.largest(int(quota)) for quota in distinct], dtype=np.int64)[places]
    _refuse(np.maximum(np.abs(after), np.abs(before)) > limits)
    numerator = _at(curve, after, quotas) - _at(curve, before, quotas)
    return Earned(numerator, curve.scale * quotas if curve.over_quota and quotas is not None else curve.scale)


def _at(curve: CompiledCurve, measures: Whole, quotas: Whole | None) -> Whole:
    """F's numerator: the tier found among whole keys, then its straight line."""
    scaled = measures * curve.denominator
    if quotas is None:
        keys = 2 * scaled
    else:
        quotients, rests = np.divmod(scaled, quotas)
        keys = 2 * quotients + (rests > 0)
    tiers = np.searchsorted(np.array(curve.keys, dtype=np.int64), keys, side="right")
    slopes, intercepts = (np.array(each, dtype=np.int64)[tiers] for each in (curve.slopes, curve.intercepts))
    paid: Whole = slopes * measures + intercepts * (1 if quotas is None else quotas)
    return paid


def round_ratio(numerator: Whole, denominator: Whole | int, mode: RoundingMode) -> Whole:
    """The whole numbers that ratios round to; denominators are above zero and at most `LIMIT`."""
    below, rest = np.divmod(numerator, denominator)
    is_negative = below < 0
    twice = 2 * rest
    match mode:
        case RoundingMode.FLOOR:
            up = np.zeros(len(below), dtype=np.bool_)
        case RoundingMode.CEILING:
            up = rest > 0
        case RoundingMode.DOWN:
            up = (rest > 0) & is_negative
        case RoundingMode.UP:
            up = (rest > 0) & ~is_negative
        case RoundingMode.HALF_UP:
            up = (twice > denominator) | ((twice == denominator) & ~is_negative)
        case RoundingMode.HALF_DOWN:
            up = (twice > denominator) | ((twice == denominator) & is_negative)
        case RoundingMode.HALF_EVEN:
            up = (twice > denominator) | ((twice == denominator) & (below % 2 == 1))
    return below + up


def run_within(numerator: Whole, denominator: Whole | int, begins: Flags, mode: RoundingMode) -> Whole:
    """Each row's rounded running total less the one before it, so that a run's rows sum to its rounded total.

    The denominator is the same throughout a run. Raises `OutOfRange` where a total could leave 64 bits.
    """
    totals = round_ratio(running(numerator, begins), denominator, mode)
    before = np.concatenate(([0], totals[:-1])) if len(totals) else totals
    return totals - np.where(begins, 0, before)


def _refuse(rows: Flags) -> None:
    if rows.any():
        raise OutOfRange(np.flatnonzero(rows))
