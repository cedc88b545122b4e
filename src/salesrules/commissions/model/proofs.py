"""What is proved of a plan: cliffs, dead zones, bounds, tiers that nobody reaches, and moves that pay for themselves.

Measures and pay are exact: decimals, or fractions where no decimal equals them. A curve's measures are money of the
plan's currency, units, or, where no quota was given, shares of the quota (0.6 is 60 %); its pay is money, or a share of
the quota or of the target incentive that was not given.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from decimal import Decimal

import attrs

from salesrules.commissions.model.tiers import Segment
from salesrules.core import EXACT, Exact, Side, WordEnum, as_tuple, minus

__all__ = [
    "Cliff",
    "CurveProof",
    "CurveUnit",
    "DeadZone",
    "DealGain",
    "FlatStretch",
    "Incentive",
    "IncentiveKind",
    "Jump",
    "LeftOut",
    "LeftOutReason",
    "NextThreshold",
    "PayBound",
    "PlanProof",
    "Reached",
    "Solution",
    "SpanCurve",
    "UnreachableReason",
    "UnreachableTier",
]


class CurveUnit(WordEnum):
    """What the numbers of a curve are: money of the plan's currency, units, or shares of a quota or a target."""

    MONEY = "money"
    UNITS = "units"
    QUOTA = "quota"
    TARGET = "target"


def _as_sides(sides: Iterable[Side | str]) -> tuple[Side, ...]:
    return tuple(map(Side, sides))


@attrs.frozen(kw_only=True)
class SpanCurve:
    """What one span (or one deal, where each is measured alone) pays in all, by its measure from zero on.

    It is a table's payout curve with the plan's own modifiers composed into it. `sides` has one entry per bound
    between segments: `lower` where the bound itself belongs to the segment that starts there.
    """

    segments: tuple[Segment, ...] = attrs.field(converter=as_tuple)
    sides: tuple[Side, ...] = attrs.field(converter=_as_sides)
    _keys: tuple[tuple[Exact, int], ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        starts = zip(self.segments[1:], self.sides, strict=True)
        object.__setattr__(self, "_keys", tuple((s.start, int(side is Side.UPPER)) for s, side in starts))

    def position_at(self, measure: Exact) -> int:
        """The position of the segment that owns a measure."""
        return bisect.bisect_right(self._keys, (measure, 0))

    def owns_start(self, position: int) -> bool:
        """Whether the segment at a position owns the measure at which it starts; the first one always does."""
        return position == 0 or self.sides[position - 1] is Side.LOWER

    def at(self, measure: Exact) -> Exact:
        """What a measure pays in all, exactly."""
        return self.segments[self.position_at(measure)].at(measure)


@attrs.frozen(kw_only=True)
class Reached:
    """Where something is reached: the smallest measure on the grid that does, and what it pays.

    `exact` is the exact point, whether or not it lies on the grid; `None` where it is no fraction but a root.
    """

    measure: Decimal
    pay: Exact
    exact: Exact | None

    @property
    def at(self) -> Exact:
        """The exact point, or else the first measure on the grid after it."""
        return self.measure if self.exact is None else self.exact


@attrs.frozen(kw_only=True)
class Cliff:
    """Pay falls at a bound; `returns` is the first measure of the grid that pays as much again, `None` where none does.

    `before` is what the measures below come up to, `after` what pay falls to. `side` is `lower` where the bound itself
    already pays less, `upper` where only what is above it does.
    """

    at: Exact
    side: Side = attrs.field(converter=Side)
    before: Exact
    after: Exact
    returns: Reached | None

    @property
    def returns_at(self) -> Exact | None:
        """Where pay is as much again: the exact point, or the first measure on the grid after a root."""
        return None if self.returns is None else self.returns.at


@attrs.frozen(kw_only=True)
class Jump:
    """Pay rises at a bound, from `before` to `after`; `side` is `lower` where the bound itself already pays more."""

    at: Exact
    side: Side = attrs.field(converter=Side)
    before: Exact
    after: Exact


@attrs.frozen(kw_only=True)
class DeadZone:
    """A longest interval in which every measure pays less than some smaller one does.

    `peak` is what pay comes up to before it, `lowest` the least that is paid (or come down to) within; both ends are
    exact but for a root at the end, in whose place stands the first measure on the grid after it.
    """

    start: Exact
    end: Exact | None
    peak: Exact
    lowest: Exact | None


@attrs.frozen(kw_only=True)
class FlatStretch:
    """A longest interval in which selling more pays nothing more; without `end` it goes on for ever."""

    start: Exact
    end: Exact | None
    pay: Exact


class UnreachableReason(WordEnum):
    """Why a tier pays nobody: no measure that occurs lies in it, or a cap or a gate leaves nothing of what it adds."""

    NO_MEASURE = "no_measure"
    NOTHING_ADDED = "nothing_added"


@attrs.frozen(kw_only=True)
class UnreachableTier:
    """A tier (from 0) that pays nobody."""

    tier: int
    start: Exact
    end: Exact | None
    reason: UnreachableReason = attrs.field(converter=UnreachableReason)


@attrs.frozen(kw_only=True)
class PayBound:
    """The most that a curve pays or comes up to, where it first does, and whether it pays that much there."""

    pay: Exact
    at: Exact
    is_reached: bool


class IncentiveKind(WordEnum):
    """A move that changes what is paid, not what is sold.

    `split_deal`: one deal is booked as two. `join_deals`: two deals are booked as one. `move_deal`: a deal is booked in
    another span than its own. `hold_return`: a return is entered in the next span. `sell_and_return`: something is sold
    only to come back.
    """

    SPLIT_DEAL = "split_deal"
    JOIN_DEALS = "join_deals"
    MOVE_DEAL = "move_deal"
    HOLD_RETURN = "hold_return"
    SELL_AND_RETURN = "sell_and_return"


@attrs.frozen(kw_only=True)
class Incentive:
    """A move that pays, and by how much.

    `gain` is the least number that no single move gains more than (`None`: there is none). Where only limits around it
    are known, `gain` is what some move gains or comes as near to as one likes, and `at_most` what none exceeds.
    `per_unit` is what every further unit gains where moves are repeated or grow without end; zero where that gains
    nothing more. The example's measures lie on the grid: `before` honestly, `after` with the move; `example_gain` is
    what the measures after pay less what those before pay.
    """

    kind: IncentiveKind = attrs.field(converter=IncentiveKind)
    gain: Exact | None
    at_most: Exact | None
    per_unit: Exact
    before: tuple[Decimal, ...] = attrs.field(converter=as_tuple)
    after: tuple[Decimal, ...] = attrs.field(converter=as_tuple)
    example_gain: Exact

    @property
    def is_exact(self) -> bool:
        """Whether the gain is exactly the most that one move gains."""
        return self.gain == self.at_most


@attrs.frozen(kw_only=True)
class CurveProof:
    """What is proved of one curve: of a component, or of one column of a table in two dimensions.

    `digits` are those of the grid on which measures lie; `ruled_out` the moves that never pay, `undecided` those of
    which nothing is proved.
    """

    component: str = ""
    column: str = ""
    curve: SpanCurve
    measured_in: CurveUnit = attrs.field(converter=CurveUnit)
    paid_in: CurveUnit = attrs.field(converter=CurveUnit)
    digits: int
    is_monotone: bool
    bound: PayBound | None
    cliffs: tuple[Cliff, ...] = attrs.field(converter=as_tuple)
    jumps: tuple[Jump, ...] = attrs.field(converter=as_tuple)
    dead_zones: tuple[DeadZone, ...] = attrs.field(converter=as_tuple)
    flat_stretches: tuple[FlatStretch, ...] = attrs.field(converter=as_tuple)
    unreachable_tiers: tuple[UnreachableTier, ...] = attrs.field(default=(), converter=as_tuple)
    incentives: tuple[Incentive, ...] = attrs.field(default=(), converter=as_tuple)
    ruled_out: tuple[IncentiveKind, ...] = attrs.field(default=(), converter=as_tuple)
    undecided: tuple[IncentiveKind, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def is_bounded(self) -> bool:
        """Whether there is a most that the curve pays."""
        return self.bound is not None


class LeftOutReason(WordEnum):
    """Why a part of a plan is in no curve.

    `other_components`: it looks at or changes more than the one component. `other_span`: it counts over another span
    than the component. `not_measured`: it rests on facts beside the measure, such as an appraisal or an event.
    `paid_later`: it says when pay is paid, not how much is earned. `needs_quota`: it is in money, the curve in shares
    of a quota that was not given. `several_measures`: a formula of more than one measure. `not_piecewise`: a formula
    that is no sum of straight pieces. `rounded`: it works on rounded amounts. `after_amount`: it changes some
    components after an amount that belongs to none. `on_grid`: it is composed, but exact only at measures on the grid,
    since it begins to bind at a root.
    """

    OTHER_COMPONENTS = "other_components"
    OTHER_SPAN = "other_span"
    NOT_MEASURED = "not_measured"
    PAID_LATER = "paid_later"
    NEEDS_QUOTA = "needs_quota"
    SEVERAL_MEASURES = "several_measures"
    NOT_PIECEWISE = "not_piecewise"
    ROUNDED = "rounded"
    AFTER_AMOUNT = "after_amount"
    ON_GRID = "on_grid"


@attrs.frozen(kw_only=True)
class LeftOut:
    """A part of a plan that the proof of a component does not speak of: its id, its kind, and why."""

    component: str
    part: str
    kind: str
    reason: LeftOutReason = attrs.field(converter=LeftOutReason)


@attrs.frozen(kw_only=True)
class PlanProof:
    """What is proved of a plan, curve by curve, and what no proof speaks of.

    Proofs speak of exact pay before rounding, over one whole span that starts at zero.
    """

    plan: str
    currency: str
    curves: tuple[CurveProof, ...] = attrs.field(converter=as_tuple)
    left_out: tuple[LeftOut, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Solution:
    """The smallest measure that reaches a pay: `reached` (`None`: never), and how much more that is than `measured`.

    Where it never is, `highest` is the most that larger measures pay or come up to.
    """

    wanted: Exact
    measured: Decimal
    reached: Reached | None
    highest: Exact | None

    @property
    def more(self) -> Decimal | None:
        """How much is still to be sold."""
        return None if self.reached is None else EXACT.subtract(self.reached.measure, self.measured)


@attrs.frozen(kw_only=True)
class NextThreshold:
    """The next bound from where a measure stands, and what reaching it is worth.

    `distance` is how far the bound is, `measure` the first one on the grid that is paid by the next tier; `pay` is
    paid now, `pay_there` at `measure`; `rate` and `rate_there` are what one more unit pays here and from there.
    """

    tier: int
    at: Exact
    side: Side = attrs.field(converter=Side)
    distance: Exact
    measure: Decimal
    pay: Exact
    pay_there: Exact
    rate: Exact
    rate_there: Exact

    @property
    def earned(self) -> Exact:
        """What is earned on the way."""
        return minus(self.pay_there, self.pay)


@attrs.frozen(kw_only=True)
class DealGain:
    """The most that splitting a deal in two gains, and the parts on the grid; zero and no parts where nothing does."""

    gain: Exact
    parts: tuple[Decimal, ...] = attrs.field(converter=as_tuple)
