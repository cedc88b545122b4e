"""The compiled plan: payout curves as scaled integers, with the range in which 64 bits hold them exactly."""

from __future__ import annotations

import attrs

from salesrules import commissions
from salesrules.commissions import Accumulation
from salesrules.core import Rounding, as_tuple

__all__ = ["LIMIT", "CompiledComponent", "CompiledCurve", "CompiledPlan"]

#: No number on the way may be larger, so that neither a sum nor a difference of two of them leaves 64 bits.
LIMIT = 2**61


@attrs.frozen(kw_only=True)
class CompiledCurve:
    """F in whole numbers: pay in units of the rounding is (slope · x + intercept · Q) / scale, or that over Q.

    x is the running measure in its least units; Q the quota in the same units where `by_quota`, else 1. The tier of x
    is the number of `keys` that are not above 2 · floor(x · denominator / Q), plus 1 where that division leaves a rest:
    an even key is a bound owned by the tier above, an odd one by the tier below. `over_quota` marks curves that pay
    shares of an amount, and so divide by Q.
    """

    keys: tuple[int, ...] = attrs.field(converter=as_tuple)
    denominator: int
    slopes: tuple[int, ...] = attrs.field(converter=as_tuple)
    intercepts: tuple[int, ...] = attrs.field(converter=as_tuple)
    scale: int
    by_quota: bool
    over_quota: bool

    def largest(self, quota: int = 1) -> int:
        """The largest measure, above or below zero, that is exact at a quota; below zero where the quota is too large.

        >>> flat = CompiledCurve(keys=(), denominator=1, slopes=[4], intercepts=[0], scale=1, by_quota=False,
        ...                      over_quota=False)
        >>> flat.largest() == LIMIT // 4
        True
        """
        if quota > LIMIT or (self.over_quota and self.scale * quota > LIMIT):
            return -1
        room = LIMIT - max(map(abs, self.intercepts)) * quota
        steepest = max(map(abs, self.slopes))
        return min(LIMIT // (2 * self.denominator), room // steepest if steepest else LIMIT if room >= 0 else -1)

    @property
    def is_representable(self) -> bool:
        """Whether its constants fit at all."""
        constants = (*self.keys, *self.slopes, *self.intercepts, self.denominator, self.scale)
        return max(map(abs, constants)) <= LIMIT


@attrs.frozen(kw_only=True)
class CompiledComponent:
    """A component: whose credits it counts, what it measures in units of 10^-`digits`, over which span, at which curve.

    `quota_measure` is the measure of the quota that it needs, empty where it needs none.
    """

    id: str
    credits: tuple[str, ...] = attrs.field(converter=as_tuple)
    measure: commissions.Measure  # in full, since quotas have a `Measure` too
    digits: int
    accumulate: Accumulation
    curve: CompiledCurve
    quota_measure: str = ""


@attrs.frozen(kw_only=True)
class CompiledPlan:
    """A plan in whole numbers, made by `compile_plan`; `money_digits` are those of the plan's currency."""

    id: str
    currency: str
    money_digits: int
    components: tuple[CompiledComponent, ...] = attrs.field(converter=as_tuple)
    rounding: Rounding
    is_cumulative: bool
