"""The compiled plan: payout curves as scaled integers, with the range in which 64 bits hold them exactly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import lcm

import attrs

from salesrules import commissions
from salesrules.commissions import Accumulation, RateMode, Residual, ReturnTerms, RoundingLevel
from salesrules.core import Rounding, as_tuple

__all__ = ["LIMIT", "CompiledComponent", "CompiledCurve", "CompiledPlan", "add_curves"]

#: No number on the way may be larger, so that neither a sum nor a difference of two of them leaves 64 bits.
LIMIT = 2**61


@attrs.frozen(kw_only=True, cache_hash=True)
class CompiledCurve:
    """F in whole numbers: what a running measure x of least units has earned, in units of the rounding.

    Straight: (slope · x + intercept · Q) / (scale · Q^power), Q being the quota in the same units where `by_quota`,
    else 1. Where `squares` are given, rates lie between the bounds' rates, and F is
    (square · x² + slope · x · Q + intercept · Q²) / (scale · Q^power). Where `by_target` all of it is multiplied by the
    payee's target incentive in the currency's least units.

    The tier of x is the number of `keys` that are not above 2 · floor(x · denominator / Q), plus 1 where that division
    leaves a rest: an even key is a bound owned by the tier above, an odd one by the tier below. A key is twice the
    bound times `denominator`, so that `bounds` are its halves. `mode` says which pieces a move of the measure has.
    """

    mode: RateMode = attrs.field(converter=RateMode)
    keys: tuple[int, ...] = attrs.field(converter=as_tuple)
    denominator: int
    slopes: tuple[int, ...] = attrs.field(converter=as_tuple)
    intercepts: tuple[int, ...] = attrs.field(converter=as_tuple)
    squares: tuple[int, ...] = attrs.field(default=(), converter=as_tuple)
    scale: int
    by_quota: bool
    power: int = 0
    by_target: bool = False

    @property
    def over_quota(self) -> bool:
        """Whether the quota stands below the line, so that each quota is a denominator of its own."""
        return self.power > 0

    @property
    def is_straight(self) -> bool:
        """Whether each piece is a straight line."""
        return not self.squares

    @property
    def is_flat(self) -> bool:
        """Whether one rate pays everything."""
        return not self.keys and self.is_straight and not any(self.intercepts)

    @property
    def bounds(self) -> tuple[int, ...]:
        """Where the tiers but the first begin, times `denominator`."""
        return tuple(key >> 1 for key in self.keys)

    @cached_property
    def whole_bounds(self) -> tuple[int, ...]:
        """The least whole numbers that the tiers but the first own, times `denominator`."""
        return tuple((key + 1) >> 1 for key in self.keys)

    @cached_property
    def _most(self) -> tuple[int, int, int]:
        """The largest of the squares, slopes and intercepts, above or below zero."""
        square, slope, intercept = (
            max(map(abs, each), default=0) for each in (self.squares, self.slopes, self.intercepts)
        )
        return square, slope, intercept

    def largest(self, quota: int = 1, target: int = 1) -> int:
        """The largest measure, above or below zero, that is exact at a quota and a target; below zero for none.

        >>> flat = CompiledCurve(mode="marginal", keys=(), denominator=1, slopes=[4], intercepts=[0], scale=1,
        ...                      by_quota=False)
        >>> flat.largest() == LIMIT // 4
        True
        """
        factor = abs(target) if self.by_target else 1
        if max(quota, factor) > LIMIT or self.scale * quota**self.power > LIMIT:
            return -1
        low, high = -1, LIMIT // (2 * self.denominator)
        if not self.squares:
            _, steepest, highest = self._most
            room = (LIMIT // factor if factor else LIMIT) - highest * quota
            return min(high, room // steepest if steepest else LIMIT if room >= 0 else -1)
        while low < high:  # each of the three terms grows with the measure
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.bound(middle, quota, target) <= LIMIT else (low, middle - 1)
        return low

    def bound(self, measure: int, quota: int, target: int) -> int:
        """What F's numerator passes nowhere up to a measure, above or below zero, at quotas and targets up to these."""
        square, slope, intercept = self._most
        worth = slope * measure + intercept * quota
        if self.squares:
            worth = square * measure**2 + slope * measure * quota + intercept * quota**2
        return worth * (abs(target) if self.by_target else 1)

    @property
    def is_representable(self) -> bool:
        """Whether its constants fit at all."""
        constants = (*self.keys, *self.slopes, *self.intercepts, *self.squares, self.denominator, self.scale)
        return max(map(abs, constants)) <= LIMIT


def add_curves(curves: Sequence[CompiledCurve]) -> CompiledCurve | None:
    """One straight curve that earns what several earn together from one measure, quota and target.

    `None` where they do not stand over one scale, or where 64 bits do not hold what they add up to.

    >>> one, other = (
    ...     CompiledCurve(mode="marginal", keys=[key], denominator=of, slopes=[0, 3], intercepts=[0, -9], scale=10,
    ...                   by_quota=False)
    ...     for key, of in ((6, 1), (3, 2))
    ... )
    >>> both = add_curves([one, other])
    >>> both.keys, both.denominator, both.slopes, both.intercepts
    ((3, 12), 2, (0, 3, 6), (0, -9, -18))
    """
    first = curves[0]
    alike = ("scale", "power", "by_quota", "by_target")
    if any(
        not each.is_straight or any(getattr(each, name) != getattr(first, name) for name in alike) for each in curves
    ):
        return None
    if len(curves) == 1:
        return first
    denominator = lcm(*(each.denominator for each in curves))
    keys = [[(key >> 1) * (denominator // each.denominator) * 2 + key % 2 for key in each.keys] for each in curves]
    starts = sorted({key for own in keys for key in own})
    tiers = [[0] * len(keys), *([bisect_right(own, start) for own in keys] for start in starts)]
    added = attrs.evolve(
        first,
        keys=starts,
        denominator=denominator,
        slopes=[sum(each.slopes[tier] for each, tier in zip(curves, own, strict=True)) for own in tiers],
        intercepts=[sum(each.intercepts[tier] for each, tier in zip(curves, own, strict=True)) for own in tiers],
    )
    return added if added.is_representable else None


@attrs.frozen(kw_only=True)
class CompiledComponent:
    """A component: whose credits it counts, what it measures in units of 10^-`digits`, over which span, at which curve.

    `curves` is one, or one for each of the table's `columns` where it has two dimensions, or none for a `formula`;
    `table` is the rate table itself. `quota_measure` and `target_measure` are the measures of the quota and the target
    incentive that it needs, empty where it needs none.
    """

    id: str
    credits: tuple[str, ...] = attrs.field(converter=as_tuple)
    filters: tuple[commissions.Filter, ...] = attrs.field(default=(), converter=as_tuple)
    measure: commissions.Measure  # in full, since quotas have a `Measure` too
    digits: int
    accumulate: Accumulation
    table: commissions.RateTable
    curves: tuple[CompiledCurve, ...] = attrs.field(converter=as_tuple)
    columns: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    formula: str = ""
    quota_measure: str = ""
    target_measure: str = ""

    @property
    def curve(self) -> CompiledCurve:
        """The curve of a table in one dimension."""
        [curve] = self.curves
        return curve


@attrs.frozen(kw_only=True)
class CompiledPlan:
    """A plan in whole numbers, made by `compile_plan`; `money_digits` are those of the plan's currency.

    `digits` are those of each measure's least unit. `plan` is the plan itself, for what is no curve: modifiers,
    payouts, cap. `components` stand in the order in which lines are made.
    """

    plan: commissions.Plan
    money_digits: int
    digits: Mapping[commissions.Measure, int]
    components: tuple[CompiledComponent, ...] = attrs.field(converter=as_tuple)
    rounding: Rounding

    @property
    def id(self) -> str:
        """The plan version's id."""
        return self.plan.id

    @property
    def currency(self) -> str:
        """The currency in which it pays."""
        return self.plan.currency

    @property
    def level(self) -> RoundingLevel:
        """Where pay is rounded."""
        return self.plan.rounding.level

    @property
    def is_cumulative(self) -> bool:
        """Whether the running total of a statement is rounded."""
        return self.level is RoundingLevel.CUMULATIVE

    @property
    def is_by_remainder(self) -> bool:
        """Whether what a rounded total leaves over goes to the largest remainders."""
        return self.plan.rounding.residual is Residual.LARGEST_REMAINDER

    @property
    def statement_digits(self) -> int:
        """How many digits statements have: those of the rounding, or more where a kicker pays a finer amount."""
        amounts = [each.amount for each in self.plan.modifiers if isinstance(each, commissions.Kicker) and each.amount]
        places = [-int(amount.amount.normalize().as_tuple().exponent) for amount in amounts if amount.amount]
        return max([self.rounding.digits, *places])

    @property
    def reverses(self) -> bool:
        """Whether a return takes back what its original paid."""
        return self.plan.returns is ReturnTerms.ORIGINAL_TERMS
