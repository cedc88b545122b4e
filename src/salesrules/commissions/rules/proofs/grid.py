"""Measures that occur: whole numbers of a unit, such as cents; and where a curve reaches a pay, on that grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import Reached
from salesrules.commissions.rules.proofs.elements import Element
from salesrules.core import EXACT, InvalidValue, narrowed

__all__ = ["Grid", "Height", "exact_root", "first_rise", "highest", "reach_from"]

_ZERO = Fraction(0)

_LARGEST = 12


class Grid:
    """The measures of so many digits after the point; raises `InvalidValue` for more than twelve."""

    __slots__ = ("_per_one", "digits")

    def __init__(self, digits: int) -> None:
        if not 0 <= digits <= _LARGEST:
            raise InvalidValue("digits", digits, f"give a whole number from 0 to {_LARGEST}")
        self.digits = digits
        self._per_one = 10**digits

    @property
    def unit(self) -> Fraction:
        """The distance of two measures."""
        return Fraction(1, self._per_one)

    def down(self, x: Fraction) -> Fraction:
        """The last measure that is not above `x`."""
        return Fraction(math.floor(x * self._per_one), self._per_one)

    def up(self, x: Fraction) -> Fraction:
        """The first measure that is not below `x`."""
        return Fraction(math.ceil(x * self._per_one), self._per_one)

    def after(self, x: Fraction) -> Fraction:
        """The first measure above `x`."""
        return self.down(x) + self.unit

    def before(self, x: Fraction) -> Fraction:
        """The last measure below `x`."""
        return self.up(x) - self.unit

    def first_in(self, element: Element, floor: Fraction) -> Fraction | None:
        """The first measure in an element from `floor` on, which is not below its start; `None` where none is."""
        if element.is_point:
            return floor if self.up(floor) == floor else None
        found = self.after(floor) if floor == element.lo else self.up(floor)
        return found if element.hi is None or found < element.hi else None

    def decimal(self, x: Fraction) -> Decimal:
        """A measure of the grid as a decimal of its digits."""
        return Decimal(int(x * self._per_one)).scaleb(-self.digits, EXACT)

    def above_root(self, radicand: Fraction) -> Fraction:
        """The first measure that is not below the root of a number, by whole numbers alone."""
        scaled = radicand * self._per_one**2
        root = math.isqrt(math.floor(scaled))
        return Fraction(root if Fraction(root * root) == scaled else root + 1, self._per_one)


def exact_root(radicand: Fraction) -> Fraction | None:
    """The root of a number where it is a fraction, else `None`."""
    over, under = math.isqrt(radicand.numerator), math.isqrt(radicand.denominator)
    exact = over * over == radicand.numerator and under * under == radicand.denominator
    return Fraction(over, under) if exact else None


#: Whether there is no bound, how far pay comes up, and whether it is paid.
Height = tuple[bool, Fraction, bool]


def highest(element: Element) -> Height:
    """What an element, rising or falling throughout, comes up to: without bound or not, how far, and whether it pays
    that much anywhere. A pay is reached inside where this is no less than `(False, pay, True)`.
    """
    lo, hi, pay, _ = element
    if pay.is_constant:
        return False, pay.constant, True
    if hi is None and pay.rate_at(element.sample) > 0:
        return True, _ZERO, False
    if lo is None or hi is None:
        return False, pay.at(hi or lo or _ZERO), False
    return False, max(pay.at(lo), pay.at(hi)), False


def first_rise(element: Element, pay: Fraction, grid: Grid) -> tuple[Fraction | None, Fraction]:
    """From where on an element that reaches a pay does: the exact point (`None` where it is no fraction), and a measure
    of the grid or the point itself, whichever measures of the element may start from.
    """
    start, polynomial = element.lo, element.pay
    assert start is not None  # elements are taken from some measure on
    if polynomial.at(start) >= pay:
        return start, start
    if not polynomial.curvature:
        exact = (pay - polynomial.constant) / polynomial.slope
        return exact, exact
    constant, slope, curvature = polynomial
    vertex = -slope / (2 * curvature)
    sign = 1 if curvature > 0 else -1  # it rises behind its vertex, or before it
    square = vertex * vertex - (constant - pay) / curvature
    root = exact_root(square)
    if root is not None:
        return vertex + sign * root, vertex + sign * root
    distance = grid.above_root(square)
    near = grid.up(vertex - distance if sign < 0 else vertex + distance - grid.unit)
    comes_first = near < vertex if sign > 0 else near <= vertex
    falls_short = polynomial.at(near) < pay
    is_before = (falls_short or comes_first) if sign > 0 else (falls_short and comes_first)
    return None, near + grid.unit if is_before else near


def reach_from(elements: Sequence[Element], place: int, pay: Fraction, grid: Grid) -> Reached | None:
    """Where elements in order, from the one at a place on, first pay so much, and on which measure of the grid."""
    exact: Fraction | None = None
    is_found = False
    for element in elements[place:]:
        if highest(element) < (False, pay, True):
            continue
        point, near = first_rise(element, pay, grid)
        if not is_found:
            exact, is_found = point, True
        measure = grid.first_in(element, near)
        if measure is not None and element.pay.at(measure) >= pay:
            paid = narrowed(element.pay.at(measure))
            return Reached(measure=grid.decimal(measure), pay=paid, exact=None if exact is None else narrowed(exact))
    return None
