"""A curve in whole numbers: measures and pay counted in units so small that every bound and coefficient is one."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.rules.proofs.elements import Outline, levelled

__all__ = ["Number", "Piece", "Pieces", "whole_pieces"]

#: A whole number, or what lies between two where a parabola turns.
Number = int | Fraction


class Piece(NamedTuple):
    """A point (`lo` is `hi`) or an open interval, and the polynomial that pays there; the last one has no end."""

    lo: int
    hi: int | None
    constant: int
    slope: int
    curvature: int

    def at(self, x: Number) -> Number:
        """The value at a measure, also at the ends."""
        return self.constant + (self.slope + self.curvature * x) * x

    @property
    def ends(self) -> tuple[int, ...]:
        """The ends, one for a point."""
        return (self.lo,) if self.hi is None or self.hi == self.lo else (self.lo, self.hi)

    def holds(self, x: Number) -> bool:
        """Whether a measure lies between the ends or on them."""
        return self.lo <= x and (self.hi is None or x <= self.hi)


class Pieces(NamedTuple):
    """A curve less the rate of its last piece, counted in units so small that every number of it is whole."""

    pieces: list[Piece]
    unit: int
    pay_unit: int


def whole_pieces(outline: Outline) -> Pieces:
    """The pieces of an outline that is one from zero on, for measures above zero."""
    level = levelled(outline[1:], outline[-1].pay.slope)
    unit = math.lcm(*(element.lo.denominator for element in level if element.lo is not None))
    coefficients = [
        (pay.constant, pay.slope / unit, pay.curvature / unit**2 if pay.curvature else pay.curvature)
        for _, _, pay, _ in level
    ]
    pay_unit = math.lcm(*(number.denominator for numbers in coefficients for number in numbers))
    pieces = [
        Piece(
            int((element.lo or 0) * unit),
            None if element.hi is None else int(element.hi * unit),
            *(number.numerator * (pay_unit // number.denominator) for number in numbers),
        )
        for element, numbers in zip(level, coefficients, strict=True)
    ]
    return Pieces(pieces, unit, pay_unit)
