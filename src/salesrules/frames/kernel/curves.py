"""Payout curves over arrays: what running measures have earned, and the pieces by tier of their moves."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import attrs
import numpy as np

from salesrules.commissions import RateMode
from salesrules.core import RoundingMode
from salesrules.frames.compiled import LIMIT, CompiledCurve
from salesrules.frames.kernel.searching import count_reached
from salesrules.frames.kernel.whole import Flags, Runs, Whole, bound_of, guard, is_wide, round_ratio, running, steps_of

__all__ = ["At", "Earned", "Moves", "earn", "earn_flat", "move", "pay", "pieces", "tiers_of"]

#: Up to so many bounds comparing with each is faster than searching.
_FEW = 16
#: A quotient of whole numbers, the upper one below this, is on the same side of each whole number as the double next to
#: it: what keeps it apart from one is at least the lower number's reciprocal, more than doubles of that size are off.
_EXACT = 2**53


class At(NamedTuple):
    """The quota and the target incentive of each row, where a curve needs them."""

    quota: Whole | None = None
    target: Whole | None = None


@attrs.frozen(eq=False, slots=False)
class Earned:
    """What each row earned: a whole number over another, in units of the rounding.

    `bound` is one that no numerator and no running total passes, where it is known. `reached` is what the rows of each
    of `runs` have earned up to each row, where that is what was worked out.
    """

    _numerator: Whole | None
    denominator: Whole | int
    bound: int | None = None
    reached: Whole | None = None
    runs: Runs | None = None

    @cached_property
    def numerator(self) -> Whole:
        """What each row earned."""
        if self._numerator is not None:
            return self._numerator
        assert self.reached is not None
        assert self.runs is not None
        return steps_of(self.reached, self.runs)


@attrs.frozen(eq=False, slots=False)
class Moves:
    """The running measure up to each row, and by how much the row moves it.

    `bound` is one that it passes nowhere, where it is known.
    """

    after: Whole
    by: Whole
    bound: int | None = None

    @cached_property
    def before(self) -> Whole:
        """The running measure before each row."""
        return self.after - self.by

    @property
    def around(self) -> tuple[Whole, Whole]:
        """The measure before and after."""
        return self.before, self.after


def move(measures: Whole, runs: Runs | None, bound: int | None = None) -> Moves:
    """The running measures; each row alone where there are no runs. Raises `OutOfRange`.

    `bound` is one that no measure passes, where it is known.
    """
    if runs is None:
        return Moves(measures, measures, bound)
    return Moves(running(measures, runs, bound), measures, None if bound is None else bound * runs.longest)


def earn(curve: CompiledCurve, moves: Moves, runs: Runs | None, at: At) -> Earned:
    """F(after) − F(before) of each row; raises `OutOfRange` where a measure is not in the curve's range."""
    bound = check_range(curve, moves, at)
    reached, below = pay(curve, moves.after, at, moves.bound), denominator_of(curve, at)
    twice = None if bound is None else 2 * bound
    if runs is None:
        return Earned(reached - pay(curve, moves.before, at), below, twice)
    # F before a row is F after the row before it
    first = At(*(None if each is None else each[runs.starts] for each in at))
    before = pay(curve, moves.after[runs.starts] - moves.by[runs.starts], first)
    if before.any():
        reached = reached - runs.spread(before)
    return Earned(None, below, twice, reached, runs)


def earn_flat(curve: CompiledCurve, measures: Whole, at: At, largest: int | None = None) -> Earned:
    """What one rate on everything earns, which no running measure changes; raises `OutOfRange` as `earn` does."""
    bound = check_range(curve, Moves(measures, measures, largest), at)
    numerator = measures * curve.slopes[0]
    if at.target is not None and curve.by_target:
        numerator = numerator * at.target
    return Earned(numerator, denominator_of(curve, at), bound)


def denominator_of(curve: CompiledCurve, at: At) -> Whole | int:
    """What F's numerator stands over: below it stands the quota where pay is a share of an amount."""
    if not curve.power or at.quota is None:
        return curve.scale
    denominator: Whole = curve.scale * at.quota**curve.power
    return denominator


def check_range(curve: CompiledCurve, moves: Moves, at: At) -> int | None:
    """A bound that F passes nowhere here, where one is known.

    Raises `OutOfRange` for rows whose measure is not exact in 64 bits at their quota and target.
    """
    if is_wide(moves.after) or not len(moves.after):
        return None
    quota = 1 if at.quota is None else int(at.quota.max())
    target = 1 if at.target is None else bound_of(at.target)
    most = curve.largest(quota, target)
    bound = moves.bound
    if bound is None or bound > most:
        bound = max(bound_of(moves.after), bound_of(moves.before))
    if bound <= most:  # the usual case: the worst of all would fit
        return curve.bound(bound, quota, target)
    ones = np.ones(len(moves.after), dtype=np.int64)
    pairs = np.stack([ones if each is None else each for each in at], axis=1)
    distinct, places = np.unique(pairs, axis=0, return_inverse=True)
    limits = np.array([curve.largest(quota, target) for quota, target in distinct.tolist()], dtype=np.int64)
    guard(np.maximum(np.abs(moves.after), np.abs(moves.before)) > limits[places.reshape(-1)])
    return None


def tiers_of(curve: CompiledCurve, measures: Whole, quotas: Whole | None, bound: int | None = None) -> Whole:
    """The number of the tier that owns each measure, from 0; `bound` is one that no measure passes, where known."""
    if not curve.keys:
        return np.zeros(len(measures), dtype=np.intp)
    scaled = measures if curve.denominator == 1 else measures * curve.denominator
    if is_wide(scaled):
        return np.searchsorted(np.array(curve.keys, dtype=object), _keys_of(curve, scaled, quotas), side="right")
    most = bound_of(measures) if bound is None else bound
    is_exact = quotas is None or most * curve.denominator < _EXACT
    if quotas is None and len(curve.keys) > _FEW:  # what the tier below owns is passed by the next whole number
        return count_reached(curve.whole_bounds, scaled)
    if len(curve.keys) > _FEW or not is_exact:
        return count_reached(curve.keys, _keys_of(curve, scaled, quotas))
    reached = scaled if quotas is None else scaled / quotas
    found = np.zeros(len(measures), dtype=np.int8)
    for key in curve.keys:
        bound = key >> 1
        found += (reached > bound if key % 2 else reached >= bound).view(np.int8)
    return found.astype(np.intp)


def _keys_of(curve: CompiledCurve, scaled: Whole, quotas: Whole | None) -> Whole:
    """What is compared with the keys of a curve."""
    if quotas is None:
        return scaled * 2
    quotients = scaled // quotas
    keys: Whole = quotients * 2
    if any(key % 2 for key in curve.keys):  # only a bound owned from below can tell a rest from none
        keys = keys + (scaled - quotients * quotas > 0)
    return keys


def pay(curve: CompiledCurve, measures: Whole, at: At, bound: int | None = None) -> Whole:
    """F's numerator: the tier found among whole keys, then its line or parabola."""
    tiers = tiers_of(curve, measures, at.quota, bound)
    slope, intercept = (_of(each, tiers, measures) for each in (curve.slopes, curve.intercepts))
    if curve.is_straight:
        paid = slope * measures
        if any(curve.intercepts):
            paid += intercept if at.quota is None else intercept * at.quota
    else:
        quota: Whole | int = 1 if at.quota is None else at.quota
        paid = (_of(curve.squares, tiers, measures) * measures + slope * quota) * measures + intercept * quota * quota
    return paid if at.target is None or not curve.by_target else paid * at.target


def _of(constants: tuple[int, ...], tiers: Whole, like: Whole) -> Whole:
    """The constant of each row's tier."""
    table = _table(constants, like.dtype)
    found: Whole = table if len(table) == 1 else table.take(tiers)
    return found


@lru_cache(256)
def _table(constants: tuple[int, ...], kind: np.dtype[Any]) -> Whole:
    """Constants as an array, one where all are the same."""
    found = np.array(constants if len(set(constants)) > 1 else constants[:1], dtype=kind)
    found.flags.writeable = False
    return found


def pieces(curve: CompiledCurve, moves: Moves, at: At, mode: RoundingMode) -> Whole:
    """What each move earns, each tier's part of it rounded alone.

    As `salesrules.commissions.PayoutCurve.pieces`: by a whole rate and by fixed amounts all is taken back in the old
    tier and paid in the new one; else each tier has its part and the jump at its bound. Raises `OutOfRange`.
    """
    first, last = (tiers_of(curve, each, at.quota) for each in moves.around)
    below = denominator_of(curve, at)
    if curve.mode in (RateMode.WHOLE_AMOUNT, RateMode.INTERPOLATED_RATE, RateMode.FIXED):
        before, after = (pay(curve, each, at) for each in moves.around)
        apart = round_ratio(after, below, mode) + round_ratio(-before, below, mode)
        stays = first == last
        if not curve.is_straight:
            stays = (stays & (_of(curve.squares, last, moves.after) == 0)) | (moves.before == moves.after)
        return np.where(stays, round_ratio(after - before, below, mode), apart)
    return _straight_pieces(curve, moves, at, mode, (first, last))


def _straight_pieces(
    curve: CompiledCurve, moves: Moves, at: At, mode: RoundingMode, tiers: tuple[Whole, Whole]
) -> Whole:
    low, high = np.minimum(*moves.around), np.maximum(*moves.around)
    first, last = np.minimum(*tiers).astype(np.int64), np.maximum(*tiers).astype(np.int64)
    sign = np.where(moves.after >= moves.before, 1, -1).astype(low.dtype)
    quota: Whole | int = 1 if at.quota is None else at.quota
    target: Whole | int = 1 if at.target is None or not curve.by_target else at.target
    fine = curve.denominator  # so that a bound is a whole number
    below = denominator_of(curve, at) * fine
    bounds, slopes, intercepts = (
        np.array(each, dtype=low.dtype) for each in ((0, *curve.bounds), curve.slopes, curve.intercepts)
    )
    _check_pieces(curve, high - low, moves, quota, target)
    found = np.zeros_like(low)
    for step in range(int((last - first).max(initial=0)) + 1):
        rows: Flags = first + step <= last
        tier = np.where(rows, first + step, 0)
        start, slope = bounds[tier] * quota, slopes[tier]
        floor = low * fine if step == 0 else np.maximum(low * fine, start)
        following = bounds[np.minimum(tier + 1, len(bounds) - 1)] * quota
        ceiling = np.where(first + step == last, high * fine, np.minimum(high * fine, following))
        share = round_ratio(sign * slope * target * (ceiling - floor), below, mode)
        found = found + np.where(rows & (floor < ceiling), share, 0)
        if step and curve.mode is not RateMode.MARGINAL:
            old = tier - 1
            jump = (slope - slopes[old]) * start + (intercepts[tier] - intercepts[old]) * quota * fine
            found = found + np.where(rows & (tier > 0), round_ratio(sign * target * jump, below, mode), 0)
    return found


def _check_pieces(curve: CompiledCurve, widths: Whole, moves: Moves, quota: Whole | int, target: Whole | int) -> None:
    if is_wide(widths):
        return
    reach = np.maximum(np.abs(moves.before), np.abs(moves.after)).astype(np.float64) * curve.denominator
    most = max(map(abs, curve.slopes)) * reach + max(map(abs, curve.intercepts)) * np.float64(curve.denominator) * quota
    guard(2 * most * np.abs(target) > LIMIT)
