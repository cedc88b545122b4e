"""A curve taken apart for study: points and open intervals in turn, each with the polynomial that pays there.

Numbers are fractions here, so that every step is exact; what leaves the proofs is narrowed to decimals again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import Segment, SpanCurve
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.core import Side, narrowed

__all__ = [
    "Curve",
    "Element",
    "Outline",
    "Polynomial",
    "as_span_curve",
    "changed",
    "from_zero",
    "levelled",
    "outline_of",
    "rising_and_falling",
    "split_at",
    "tidy",
]

Curve = PayoutCurve | SpanCurve

_ZERO = Fraction(0)


class Polynomial(NamedTuple):
    """constant + slope·x + curvature·x², by the measure itself, not by the distance from a bound."""

    constant: Fraction
    slope: Fraction = _ZERO
    curvature: Fraction = _ZERO

    def at(self, x: Fraction) -> Fraction:
        """The value at a measure."""
        if not self.curvature:
            return self.constant + self.slope * x if self.slope else self.constant
        return self.constant + (self.slope + self.curvature * x) * x

    def rate_at(self, x: Fraction) -> Fraction:
        """What the next unit pays."""
        return self.slope + 2 * self.curvature * x if self.curvature else self.slope

    def scaled(self, factor: Fraction) -> Polynomial:
        """The polynomial times a factor."""
        return Polynomial(self.constant * factor, self.slope * factor, self.curvature * factor)

    def plus(self, constant: Fraction, slope: Fraction = _ZERO) -> Polynomial:
        """The polynomial and a straight line on top."""
        return Polynomial(self.constant + constant, self.slope + slope, self.curvature)

    @property
    def vertex(self) -> Fraction | None:
        """Where a parabola turns; `None` for a straight line."""
        return -self.slope / (2 * self.curvature) if self.curvature else None

    @property
    def is_constant(self) -> bool:
        """Whether the next unit pays nothing, wherever."""
        return not self.slope and not self.curvature


class Element(NamedTuple):
    """A point (`lo` is `hi`) or an open interval, without end where `lo` or `hi` is `None`."""

    lo: Fraction | None
    hi: Fraction | None
    pay: Polynomial
    tier: int

    @property
    def is_point(self) -> bool:
        """Whether it is one measure alone."""
        return self.lo is not None and self.lo == self.hi

    @property
    def sample(self) -> Fraction:
        """Some measure inside."""
        if self.lo is None or self.hi is None:
            return self.lo + 1 if self.lo is not None else self.hi - 1 if self.hi is not None else _ZERO
        return (self.lo + self.hi) / 2


Outline = list[Element]


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
            found.append(_point(hi, Fraction(curve.at(bound)), curve.segments[curve.position_at(bound)].tier))
            lo = hi
    return split_at(found, [_ZERO])


def _polynomial(segment: Segment) -> Polynomial:
    start, base, slope = Fraction(segment.start), Fraction(segment.base), Fraction(segment.slope)
    if not segment.curvature:
        return Polynomial(base - slope * start, slope)
    curvature = Fraction(segment.curvature)
    return Polynomial(base - (slope - curvature * start) * start, slope - 2 * curvature * start, curvature)


def _point(x: Fraction, pay: Fraction, tier: int) -> Element:
    return Element(x, x, Polynomial(pay), tier)


def from_zero(outline: Outline) -> Outline:
    """The part of an outline for measures from zero on; its first element is the point zero."""
    place = next(place for place, element in enumerate(outline) if element.is_point and element.lo == 0)
    return outline[place:]


def split_at(outline: Outline, bounds: Iterable[Fraction]) -> Outline:
    """The outline with a point at each bound (ascending) that lies inside an interval."""
    wanted = iter(bounds)
    bound = next(wanted, None)
    found: Outline = []
    for element in outline:
        lo, hi, pay, tier = element
        while bound is not None and lo is not None and bound <= lo:
            bound = next(wanted, None)
        while bound is not None and (hi is None or bound < hi):
            found += [Element(lo, bound, pay, tier), _point(bound, pay.at(bound), tier)]
            lo, bound = bound, next(wanted, None)
        found.append(Element(lo, hi, pay, tier))
    return found


def rising_and_falling(outline: Outline) -> Outline:
    """The outline with every parabola split where it turns, so that each interval only rises, falls or stays."""
    turns = [(element.pay.vertex, element) for element in outline if element.pay.curvature]
    return split_at(
        outline,
        [
            vertex
            for vertex, (lo, hi, _, _) in turns
            if vertex is not None and (lo is None or lo < vertex) and (hi is None or vertex < hi)
        ],
    )


def levelled(outline: Outline, rate: Fraction) -> Outline:
    """The outline less a rate on the measure, again split where it turns."""
    return rising_and_falling(
        [
            element._replace(pay=element.pay.plus(-rate * element.lo))
            if element.is_point and element.lo is not None
            else element._replace(pay=element.pay.plus(_ZERO, -rate))
            for element in outline
        ]
    )


def changed(outline: Outline, change: Callable[[Element], Polynomial]) -> Outline:
    """The outline with other polynomials; points keep theirs constant."""
    return [element._replace(pay=change(element)) for element in outline]


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
            last, point = found[-2:]
            x = point.lo
            if x is not None and last[2:] == element[2:] and point.pay.constant == element.pay.at(x):
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
