"""The exact payout curve of a rate table: what a running measure has earned in all, piece by straight piece."""

from __future__ import annotations

import bisect
from decimal import Decimal
from typing import Self

import attrs

from salesrules.commissions.model.tiers import Segment, TierShare
from salesrules.commissions.policy.modes import RateMode
from salesrules.core import EXACT, BandTable, Rate, Side, as_decimal, as_tuple

__all__ = ["PayoutCurve"]

_ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class PayoutCurve:
    """F: measure → pay, piecewise linear and exact; a credit is paid F(after) − F(before).

    Below the first bound the first segment goes on, so that a measure below zero pays below zero.

    >>> from salesrules.core import Band
    >>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("2%")), Band(start=100, value=Rate.parse("4%"))))
    >>> curve = PayoutCurve.of(tiers, RateMode.MARGINAL)
    >>> curve.at(Decimal(150))
    Decimal('4.00')
    """

    mode: RateMode
    segments: tuple[Segment, ...] = attrs.field(converter=as_tuple)
    _keys: tuple[tuple[Decimal, int], ...] = attrs.field(converter=as_tuple, alias="keys", repr=False)

    @classmethod
    def of(cls, tiers: BandTable[Rate], mode: RateMode, scale: Decimal = Decimal(1)) -> Self:
        """Make the curve of a table whose bounds are multiplied by `scale` (a quota, for bounds of attainment)."""
        segments: list[Segment] = []
        keys: list[tuple[Decimal, int]] = []
        base = _ZERO
        for index, band in enumerate(tiers.bands):
            lower, upper = tiers.limits(index)
            start = EXACT.multiply(as_decimal(lower or 0), scale)
            end = None if upper is None else EXACT.multiply(as_decimal(upper), scale)
            slope = band.value.value
            if mode is RateMode.WHOLE_AMOUNT:
                base = EXACT.multiply(slope, start)
            segments.append(Segment(tier=index, start=start, end=end, base=base, slope=slope))
            keys.append((start, int((band.side or tiers.side) is Side.UPPER)))
            if end is not None:
                base = EXACT.add(base, EXACT.multiply(slope, EXACT.subtract(end, start)))
        return cls(mode=mode, segments=segments, keys=keys[1:])

    def tier_at(self, measure: Decimal) -> int:
        """The position of the segment that owns a measure."""
        return bisect.bisect_right(self._keys, (measure, 0))

    def at(self, measure: Decimal) -> Decimal:
        """What a running measure has earned in all, exactly."""
        segment = self.segments[self.tier_at(measure)]
        return EXACT.add(segment.base, EXACT.multiply(segment.slope, EXACT.subtract(measure, segment.start)))

    def pieces(self, before: Decimal, after: Decimal) -> tuple[TierShare, ...]:
        """How a move of the measure falls across the tiers; the pieces' `earned` sum to F(after) − F(before)."""
        if self.mode is RateMode.WHOLE_AMOUNT:
            return self._whole_pieces(before, after)
        low, high, sign = (before, after, 1) if before <= after else (after, before, -1)
        found = []
        for segment in self.segments[self.tier_at(low) : self.tier_at(high) + 1]:
            floor = low if segment.tier == 0 else max(low, segment.start)
            ceiling = high if segment.end is None else min(high, segment.end)
            if floor < ceiling:
                found.append(self._share(segment, EXACT.multiply(EXACT.subtract(ceiling, floor), Decimal(sign))))
        # a move of nothing still stands in a tier, so that its line leads back to a rate
        return tuple(found) or (self._share(self.segments[self.tier_at(before)], _ZERO),)

    def _whole_pieces(self, before: Decimal, after: Decimal) -> tuple[TierShare, ...]:
        """Within one tier the move alone; across tiers all is taken back at the old rate and paid at the new one."""
        old, new = self.segments[self.tier_at(before)], self.segments[self.tier_at(after)]
        if old is new:
            return (self._share(new, EXACT.subtract(after, before)),)
        gone = (self._share(old, before.copy_negate(), whole=True),) if before else ()
        return (*gone, self._share(new, after, whole=True))

    @staticmethod
    def _share(segment: Segment, measure: Decimal, *, whole: bool = False) -> TierShare:
        return TierShare(
            tier=segment.tier,
            lower=segment.start if segment.tier else None,
            upper=segment.end,
            measure=measure,
            rate=segment.slope,
            earned=EXACT.multiply(segment.slope, measure),
            whole=whole,
        )
