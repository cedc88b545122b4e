"""A payout curve as an expression: what a running measure has earned, in units of the rounding times the scale."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import narwhals as nw

from salesrules.frames.compiled import CompiledCurve
from salesrules.frames.expressions.trees import choose

__all__ = ["earned_at", "earned_at_nothing", "is_proportional", "is_unbroken"]


def earned_at(curve: CompiledCurve, measure: str, quota: str = "", target: str = "") -> nw.Expr:
    """F of a column; `quota` and `target` name the columns of what it needs."""
    by = nw.col(quota) if curve.by_quota else None
    earned = _hinged(curve, nw.col(measure), by) if is_unbroken(curve) else _by_tier(curve, nw.col(measure), by)
    return earned * nw.col(target) if curve.by_target else earned


def is_unbroken(curve: CompiledCurve) -> bool:
    """Whether its pieces are few straight lines that meet: then no tier need be found."""
    if curve.squares or len(curve.keys) > _FEW:
        return False
    joints = zip(curve.bounds, pairwise(curve.slopes), pairwise(curve.intercepts), strict=True)
    return all(
        (more - slope) * bound + (higher - intercept) * curve.denominator == 0
        for bound, (slope, more), (intercept, higher) in joints
    )


def is_proportional(curve: CompiledCurve) -> bool:
    """Whether it is one straight line through zero, so that a credit earns the same whenever it comes."""
    return not curve.squares and not any(curve.intercepts) and len(set(curve.slopes)) == 1


#: With more pieces than these a search is faster than adding up what bends at each.
_FEW = 24


def earned_at_nothing(curve: CompiledCurve) -> int:
    """F of zero at a quota (and target) of one."""
    tier = sum(key <= 0 for key in curve.keys)
    return curve.intercepts[tier]


def _hinged(curve: CompiledCurve, measure: nw.Expr, quota: nw.Expr | None) -> nw.Expr:
    """The first line, and from each bound on what the next one pays more or less: no sides, since the lines meet."""
    terms = [_line(curve.slopes[0], curve.intercepts[0], measure, quota)]
    for (slope, steeper), (intercept, higher) in zip(pairwise(curve.slopes), pairwise(curve.intercepts), strict=True):
        bend = steeper - slope
        if (more := _line(bend, higher - intercept, measure, quota)) is not None:
            terms.append((nw.max_horizontal if bend > 0 else nw.min_horizontal)(more, nw.lit(0)))
    return _sum([term for term in terms if term is not None], measure)


def _by_tier(curve: CompiledCurve, measure: nw.Expr, quota: nw.Expr | None) -> nw.Expr:
    """The numbers of the tier that is reached, and with them its line or parabola."""
    squares = _of_tier(curve, curve.squares or [0] * len(curve.slopes), measure, quota)
    slopes = _of_tier(curve, curve.slopes, measure, quota)
    intercepts = _of_tier(curve, curve.intercepts, measure, quota)
    terms = []
    if squares is not None:
        terms.append(squares * measure * measure)
    if slopes is not None:
        terms.append(slopes * measure * quota if squares is not None and quota is not None else slopes * measure)
    if intercepts is not None:
        whole = intercepts if quota is None else intercepts * quota
        terms.append(whole * quota if squares is not None and quota is not None else whole)
    return _sum(terms, measure)


def _of_tier(curve: CompiledCurve, numbers: Sequence[int], measure: nw.Expr, quota: nw.Expr | None) -> nw.Expr | None:
    """The number of the tier that a measure has reached; none where all of them are zero."""
    if not any(numbers):
        return None
    if quota is None:  # whole measures: a bound that the tier below owns is passed by the next whole number
        starts = [-(-key // (2 * curve.denominator)) for key in curve.keys]
        return choose(measure, starts, numbers).cast(nw.Int64)
    return _choose_by_quota(curve, curve.keys, numbers, measure, quota).cast(nw.Int64)


def _choose_by_quota(
    curve: CompiledCurve, keys: Sequence[int], numbers: Sequence[int], measure: nw.Expr, quota: nw.Expr
) -> nw.Expr:
    if all(each == numbers[0] for each in numbers):
        return nw.lit(numbers[0])
    middle = len(keys) // 2
    scaled, bound = measure * curve.denominator, quota * (keys[middle] >> 1)
    reached = scaled > bound if keys[middle] & 1 else scaled >= bound
    above = _choose_by_quota(curve, keys[middle + 1 :], numbers[middle + 1 :], measure, quota)
    below = _choose_by_quota(curve, keys[:middle], numbers[: middle + 1], measure, quota)
    return nw.when(reached).then(above).otherwise(below)


def _line(slope: int, intercept: int, measure: nw.Expr, quota: nw.Expr | None) -> nw.Expr | None:
    rising = None if not slope else measure if slope == 1 else measure * slope
    if not intercept:
        return rising
    level = nw.lit(intercept) if quota is None else quota if intercept == 1 else quota * intercept
    return level if rising is None else rising + level


def _sum(terms: Sequence[nw.Expr], measure: nw.Expr) -> nw.Expr:
    if not terms:
        return measure * 0
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
