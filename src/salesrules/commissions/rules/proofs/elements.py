"""A curve taken apart for study: points and open intervals in turn, each with the polynomial that pays there.

Numbers are fractions here, so that every step is exact; what leaves the proofs is narrowed to decimals again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

__all__ = [
    "Element",
    "Outline",
    "Polynomial",
    "changed",
    "from_zero",
    "levelled",
    "point",
    "rising_and_falling",
    "split_at",
]

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


def point(x: Fraction, pay: Fraction, tier: int) -> Element:
    """The element of one measure."""
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
            found += [Element(lo, bound, pay, tier), point(bound, pay.at(bound), tier)]
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
