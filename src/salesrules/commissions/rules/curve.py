"""The exact payout curve of a rate table: what a running measure has earned in all, piece by piece."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Self

import attrs

from salesrules.commissions.model.tiers import Segment, TierShare
from salesrules.commissions.policy.modes import RateMode
from salesrules.core import EXACT, BandTable, Exact, InvalidValue, Rate, Side, as_tuple, minus, narrowed, plus, times

__all__ = ["PayoutCurve"]

_ZERO = Decimal(0)
_ONE = Decimal(1)
_fma = EXACT.fma  # looked up once: it is what a line's time goes to
_WHOLE = (RateMode.WHOLE_AMOUNT, RateMode.INTERPOLATED_RATE)


class _Tier(NamedTuple):
    """A tier in the measure's unit: where it starts and ends, its value and that of the next one."""

    start: Exact
    end: Exact | None
    value: Exact
    next_value: Exact


@attrs.frozen(kw_only=True)
class PayoutCurve:
    """F: measure → pay, exact; a credit is paid F(after) − F(before).

    Straight pieces, except where a rate lies between the bounds' rates: there pay is a parabola. Below the first bound
    the first piece goes on, so that a measure below zero pays below zero. By amounts nothing is paid at zero itself.

    >>> from salesrules.core import Band
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=100, value=Rate.parse("4%"))))
    >>> curve = PayoutCurve.of(tiers, RateMode.MARGINAL)
    >>> curve.at(Decimal(150))
    Decimal('4.00')
    """

    mode: RateMode
    segments: tuple[Segment, ...] = attrs.field(converter=as_tuple)
    _keys: tuple[tuple[Exact, int], ...] = attrs.field(converter=as_tuple, alias="keys", repr=False)
    _starts: tuple[Exact, ...] = attrs.field(init=False, eq=False, repr=False)
    _position: Callable[[tuple[Exact, ...], Exact], int] | None = attrs.field(init=False, eq=False, repr=False)
    _lines: tuple[tuple[Decimal, Decimal] | None, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Prepare the common case, several times as fast: all bounds owned alike, and straight decimal pieces."""
        sides = {side for _, side in self._keys}
        object.__setattr__(self, "_starts", tuple(start for start, _ in self._keys))
        find = bisect.bisect_left if sides == {1} else bisect.bisect_right
        object.__setattr__(self, "_position", find if len(sides) < 2 else None)
        object.__setattr__(self, "_lines", tuple(segment.line for segment in self.segments))

    @classmethod
    def of(
        cls,
        tiers: BandTable[Rate] | BandTable[Decimal],
        mode: RateMode,
        scale: Decimal = _ONE,
        unit: Exact = _ONE,
    ) -> Self:
        """Make the curve of a table whose bounds are multiplied by `scale` (a quota, for bounds of attainment) and
        whose values by `unit` (a base rate or a target, for multiples).

        Raises `InvalidValue` where a tier that never ends would have to be filled in proportion.
        """
        made = [
            _Tier(times(_exact(lower or 0), scale), None if upper is None else times(_exact(upper), scale), *values)
            for (lower, upper), values in zip(
                (tiers.limits(index) for index in range(len(tiers.bands))),
                itertools.pairwise([*(times(_number(band.value), unit) for band in tiers.bands), _ZERO]),
                strict=True,
            )
        ]
        segments = list(_segments(made, mode))
        sides = [int((band.side or tiers.side) is Side.UPPER) for band in tiers.bands]
        if len(segments) > len(made):  # what stands before the first tier owns the start itself
            sides = [0, 1, *sides[1:]]
        keys = [(segment.start, side) for segment, side in zip(segments, sides, strict=True)]
        return cls(mode=mode, segments=segments, keys=keys[1:])

    def position_at(self, measure: Exact) -> int:
        """The position of the segment that owns a measure."""
        if self._position is None:
            return bisect.bisect_right(self._keys, (measure, 0))
        return self._position(self._starts, measure)

    def owns_start(self, position: int) -> bool:
        """Whether the segment at a position owns the measure at which it starts; the first one always does."""
        return position == 0 or not self._keys[position - 1][1]

    def tier_at(self, measure: Exact) -> int:
        """The number of the tier that owns a measure, from 0."""
        return self.segments[self.position_at(measure)].tier

    def at(self, measure: Exact) -> Exact:
        """What a running measure has earned in all, exactly."""
        find = self._position
        position = self.position_at(measure) if find is None else find(self._starts, measure)
        line = self._lines[position]
        if line is None or type(measure) is not Decimal:
            return self.segments[position].at(measure)
        return _fma(line[0], measure, line[1])

    def pieces(self, before: Exact, after: Exact) -> tuple[TierShare, ...]:
        """How a move of the measure falls across the tiers; the pieces' `earned` sum to F(after) − F(before)."""
        if before == after:  # still stands in a tier, so that its line leads back to a rate
            return (self._nothing(after),)
        if self.mode in _WHOLE:
            return self._whole_pieces(before, after)
        if self.mode is RateMode.FIXED:
            return self._fixed_pieces(before, after)
        low, high, sign = (before, after, _ONE) if before <= after else (after, before, -_ONE)
        first, last = self.position_at(low), self.position_at(high)
        found = []
        for position in range(first, last + 1):
            segment = self.segments[position]
            if position > first and self.mode is not RateMode.MARGINAL:
                jump = minus(segment.base, self.segments[position - 1].at(segment.start))
                if jump:
                    found.append(_amount(segment, times(jump, sign)))
            floor = low if position == 0 else max(low, segment.start)
            ceiling = high if segment.end is None or position == last else min(high, segment.end)
            if floor < ceiling and (segment.slope or not self.mode.pays_amounts):
                found.append(_share(segment, times(minus(ceiling, floor), sign)))
        return tuple(found) or (self._nothing(after),)

    def _nothing(self, measure: Exact) -> TierShare:
        segment = self.segments[self.position_at(measure)]
        if segment.curvature:
            return attrs.evolve(self._at_rate(segment, measure, _ONE), measure=_ZERO, earned=_ZERO, whole=False)
        return _amount(segment, _ZERO) if self.mode.pays_amounts else _share(segment, _ZERO)

    def _whole_pieces(self, before: Exact, after: Exact) -> tuple[TierShare, ...]:
        """Within one rate the move alone; else all is taken back at the old rate and paid at the new one."""
        old, new = self.segments[self.position_at(before)], self.segments[self.position_at(after)]
        if old is new and not old.curvature:
            return (_share(new, minus(after, before)),)
        gone = (self._at_rate(old, before, -_ONE),) if before else ()
        return (*gone, self._at_rate(new, after, _ONE))

    def _at_rate(self, segment: Segment, measure: Exact, sign: Decimal) -> TierShare:
        """All that was measured, at the rate that holds there."""
        if not segment.curvature:
            return _share(segment, times(measure, sign), whole=True)
        # x·r(x) = base + slope·d + curvature·d², of which the curvature is how much the rate grows per unit
        low = minus(segment.slope, times(segment.curvature, segment.start))
        distance, width = minus(measure, segment.start), minus(segment.end or _ZERO, segment.start)
        return TierShare(
            tier=segment.tier,
            lower=segment.start,
            upper=segment.end,
            measure=times(measure, sign),
            rate=plus(low, times(segment.curvature, distance)),
            earned=times(segment.at(measure), sign),
            whole=True,
            rates=(low, plus(low, times(segment.curvature, width))),
        )

    def _fixed_pieces(self, before: Exact, after: Exact) -> tuple[TierShare, ...]:
        """The old tier's amount taken back and the new one's paid."""
        old, new = self.segments[self.position_at(before)], self.segments[self.position_at(after)]
        if old is new:
            return (_amount(new, _ZERO),)
        gone = (_amount(old, minus(_ZERO, old.base)),) if old.base else ()
        return (*gone, _amount(new, new.base))


def _number(value: Rate | Decimal) -> Decimal:
    return value.value if isinstance(value, Rate) else value


def _exact(bound: Decimal | Fraction | int) -> Exact:
    return narrowed(bound) if isinstance(bound, Fraction) else Decimal(bound)


def _segments(tiers: Sequence[_Tier], mode: RateMode) -> Iterator[Segment]:
    """The pieces of a curve; where nothing is paid before the first tier, or else than in it, one stands before it."""
    first = tiers[0]
    starts_with_jump = bool(first.value) and mode.pays_amounts and mode is not RateMode.PROPORTIONAL_AMOUNT
    if starts_with_jump:
        yield Segment(tier=0, start=first.start, end=first.start, base=_ZERO, slope=_ZERO)
    if mode is RateMode.INTERPOLATED_RATE and first.end is not None:
        paid = times(first.start, first.value)
        yield Segment(tier=0, start=first.start, end=first.start, base=paid, slope=first.value)
    reached: Exact = _ZERO
    for index, tier in enumerate(tiers):
        base: Exact = reached
        slope: Exact = tier.value
        curvature: Exact = _ZERO
        match mode:
            case RateMode.WHOLE_AMOUNT:
                base = times(tier.value, tier.start)
            case RateMode.INTERPOLATED_RATE:
                base, curvature = times(tier.value, tier.start), _growth(tier)
                slope = plus(tier.value, times(curvature, tier.start))
            case RateMode.FIXED:
                base, slope = tier.value, _ZERO
            case RateMode.CUMULATIVE_FIXED:
                base, slope = plus(reached, tier.value), _ZERO
            case RateMode.INTERPOLATED_AMOUNT:
                base, slope = tier.value, _growth(tier)
            case RateMode.PROPORTIONAL_AMOUNT:
                slope = _filled(tier, index)
        segment = Segment(tier=index, start=tier.start, end=tier.end, base=base, slope=slope, curvature=curvature)
        yield segment
        if tier.end is not None:
            reached = segment.at(tier.end)


def _growth(tier: _Tier) -> Exact:
    """How much the value grows per unit until the next tier's; not at all in the last one."""
    if tier.end is None:
        return _ZERO
    return narrowed(Fraction(minus(tier.next_value, tier.value)) / Fraction(minus(tier.end, tier.start)))


def _filled(tier: _Tier, index: int) -> Exact:
    """A tier's amount per unit of its width."""
    if tier.end is not None:
        return narrowed(Fraction(tier.value) / Fraction(minus(tier.end, tier.start)))
    if tier.value:
        raise InvalidValue(f"tiers.bands[{index}].value", tier.value, "a tier without end is never filled; give 0")
    return _ZERO


def _share(segment: Segment, measure: Exact, *, whole: bool = False) -> TierShare:
    return TierShare(
        tier=segment.tier,
        lower=segment.start if segment.tier else None,
        upper=segment.end,
        measure=measure,
        rate=segment.slope,
        earned=times(segment.slope, measure),
        whole=whole,
    )


def _amount(segment: Segment, amount: Exact) -> TierShare:
    return TierShare(
        tier=segment.tier,
        lower=segment.start if segment.tier else None,
        upper=segment.end,
        measure=_ZERO,
        rate=_ZERO,
        earned=amount,
        is_amount=True,
    )
