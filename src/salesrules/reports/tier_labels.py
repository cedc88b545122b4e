"""What stands above each piece of a curve: a rate, an amount for each unit, or the amount that its tier pays."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesrules.commissions import CurveUnit, RateMode, Segment
from salesrules.core import Exact, minus, plus, times
from salesrules.reports.content import PlanCurve
from salesrules.reports.words import Words

__all__ = ["tier_labels", "write_measure", "write_pay"]

_ZERO = Decimal(0)


def write_measure(curve: PlanCurve, value: Exact, words: Words) -> str:
    """A measure: attainment as a per cent, else a number."""
    return words.rate(value) if curve.proof.measured_in is CurveUnit.QUOTA else words.number(value)


def write_pay(curve: PlanCurve, value: Exact, words: Words) -> str:
    """Pay: money as a number, shares of a quota or a target as a per cent."""
    unit = curve.proof.paid_in
    is_number = unit is CurveUnit.MONEY or (unit is CurveUnit.QUOTA and curve.is_in_units)
    return words.number(value) if is_number else words.rate(value)


def tier_labels(curve: PlanCurve, words: Words) -> tuple[str, ...]:
    """The label of each segment of a curve, in order."""
    segments, mode = curve.proof.curve.segments, curve.mode
    if mode is not None and mode.pays_amounts:
        return tuple(_amount(curve, index, words) for index in range(len(segments)))
    return tuple(_rate(curve, segment, words) for segment in segments)


def _amount(curve: PlanCurve, index: int, words: Words) -> str:
    """What a tier pays (`fixed`), between which amounts it pays, or what it adds to the tiers before it."""
    segments = curve.proof.curve.segments
    segment = segments[index]
    start = segment.base
    end = start if segment.end is None else segment.at(segment.end)

    def pay(value: Exact) -> str:
        return write_pay(curve, value, words)

    match curve.mode:
        case RateMode.FIXED | RateMode.INTERPOLATED_AMOUNT:
            return pay(start) if start == end else words.say("from_to", start=pay(start), end=pay(end))
        case RateMode.PROPORTIONAL_AMOUNT:
            added = minus(end, start)
        case _:
            before = segments[index - 1] if index else None
            added = minus(end, _ZERO if before is None else before.at(segment.start))
    return f"+{pay(added)}" if added > 0 else pay(added)


def _rate(curve: PlanCurve, segment: Segment, words: Words) -> str:
    """The rate at which a segment pays; both bounds' rates where it lies between them."""
    if not segment.curvature:
        return _per_unit(curve, words)(segment.slope)
    # x·r(x) = base + slope·d + curvature·d², of which the curvature is how much the rate grows per unit
    low = minus(segment.slope, times(segment.curvature, segment.start))
    width = minus(_ZERO if segment.end is None else segment.end, segment.start)
    high = plus(low, times(segment.curvature, width))
    write = _per_unit(curve, words)
    return words.say("from_to", start=write(low), end=write(high))


def _per_unit(curve: PlanCurve, words: Words) -> Callable[[Exact], str]:
    """How pay for one more unit is written: as a rate where pay and measure are of one kind, else as an amount."""
    measured_in, paid_in = curve.proof.measured_in, curve.proof.paid_in
    if measured_in is CurveUnit.UNITS or (paid_in is CurveUnit.QUOTA and curve.is_in_units):
        return lambda value: words.say("per_unit", pay=write_pay(curve, value, words))
    if measured_in is CurveUnit.QUOTA and paid_in is CurveUnit.MONEY:
        return lambda value: words.say("per_quota", pay=write_pay(curve, value, words))
    return words.rate
