"""From a curve's segments to the outline that proofs study, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from salesrules.commissions.model import Segment, SpanCurve
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.commissions.rules.proofs.elements import Element, Outline, Polynomial, point, split_at
from salesrules.core import Side, narrowed

__all__ = ["Curve", "as_span_curve", "outline_of", "tidy"]

Curve = PayoutCurve | SpanCurve

_ZERO = Fraction(0)


def as_span_curve(curve: Curve) -> SpanCurve:
    """The same curve without the mode of its table."""
    if isinstance(curve, SpanCurve):
        return curve
    sides = [Side.LOWER if curve.owns_start(place) else Side.UPPER for place in range(1, len(curve.segments))]
    return SpanCurve(segments=curve.segments, sides=sides)


def outline_of(curve: Curve) -> Outline:
    """Every point and interval of a curve, over all measures; zero is always a point."""
    found: Outline = []
    lo: Fraction | None = None
    last = len(curve.segments) - 1
    for place, segment in enumerate(curve.segments):
        hi = None if place == last else Fraction(curve.segments[place + 1].start)
        if lo is None or hi is None or lo < hi:
            found.append(Element(lo, hi, _polynomial(segment), segment.tier))
        if hi is not None and hi != lo:
            bound = curve.segments[place + 1].start
            found.append(point(hi, Fraction(curve.at(bound)), curve.segments[curve.position_at(bound)].tier))
            lo = hi
    return split_at(found, [_ZERO])


def _polynomial(segment: Segment) -> Polynomial:
    start, base, slope = Fraction(segment.start), Fraction(segment.base), Fraction(segment.slope)
    if not segment.curvature:
        return Polynomial(base - slope * start, slope)
    curvature = Fraction(segment.curvature)
    return Polynomial(base - (slope - curvature * start) * start, slope - 2 * curvature * start, curvature)


def tidy(outline: Outline) -> SpanCurve:
    """The curve that an outline describes, with no bound where nothing changes."""
    merged = list(_merged(outline))
    segments: list[Segment] = []
    sides: list[Side] = []
    for before, element, after in _neighbours(merged):
        if not element.is_point:
            segments.append(_segment(element))
            continue
        x = element.lo
        assert before is not None  # a curve begins and ends with intervals
        assert after is not None
        assert x is not None
        pay = element.pay.constant
        joins_next, joins_last = pay == after.pay.at(x), pay == before.pay.at(x)
        if joins_next and (element.tier == after.tier or not joins_last):
            sides.append(Side.LOWER)
        elif joins_last:
            sides.append(Side.UPPER)
        else:
            segments.append(_segment(element))
            sides += [Side.LOWER, Side.UPPER]
    return SpanCurve(segments=segments, sides=sides)


def _neighbours(outline: Sequence[Element]) -> Iterator[tuple[Element | None, Element, Element | None]]:
    return zip([None, *outline[:-1]], outline, [*outline[1:], None], strict=True)


def _merged(outline: Outline) -> Outline:
    """Intervals joined over points that change nothing, within a tier."""
    found: Outline = []
    for element in outline:
        if len(found) >= 2 and not element.is_point:
            last, bound = found[-2:]
            x = bound.lo
            if x is not None and last[2:] == element[2:] and bound.pay.constant == element.pay.at(x):
                found[-2:] = [Element(last.lo, element.hi, element.pay, element.tier)]
                continue
        found.append(element)
    return found


def _segment(element: Element) -> Segment:
    lo, hi, pay, tier = element
    start = lo if lo is not None else min(hi, _ZERO) if hi is not None else _ZERO
    return Segment(
        tier=tier,
        start=narrowed(start),
        end=None if hi is None else narrowed(hi),
        base=narrowed(pay.at(start)),
        slope=narrowed(pay.rate_at(start)),
        curvature=narrowed(pay.curvature),
    )
