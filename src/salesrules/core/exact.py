"""Exact decimal arithmetic in a context of our own, so that a caller's ambient context cannot change a sum."""

from __future__ import annotations

import decimal
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import overload

from salesrules.core.errors import InvalidValue, PrecisionExceeded

__all__ = [
    "EXACT",
    "Exact",
    "as_decimal",
    "as_fraction",
    "exact_product",
    "exact_sum",
    "minus",
    "narrowed",
    "plus",
    "read_numeral",
    "times",
    "to_decimal",
]

#: An exact number: a decimal, or a fraction where no decimal equals it.
Exact = Decimal | Fraction

#: Inexact is trapped: an operation that would lose a digit raises instead of rounding silently. The exponents are
#: bounded, so that no chain of products makes a number that takes long to expand.
EXACT = decimal.Context(
    prec=120,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-9_999,
    Emax=9_999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Inexact],
)

_add, _subtract, _multiply = EXACT.add, EXACT.subtract, EXACT.multiply  # looked up once; a call is half as long

#: Wider than any money of this world; it keeps a hostile '1e999999' from being expanded digit by digit.
_PLACES = 40
_LARGEST = 10**_PLACES
#: Refuses every number that is wider than that, and some long ones that are not; what passes stays as it is.
_SHORT = decimal.Context(
    prec=_PLACES + 1,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=0,
    Emax=_PLACES - 1,
    traps=[decimal.InvalidOperation, decimal.Overflow, decimal.Clamped, decimal.Rounded],
)
_shorten = _SHORT.plus
_NUMERAL = re.compile(r"[+-]?[0-9]{1,80}(?:\.[0-9]{1,80})?(?:[eE][+-]?[0-9]{1,3})?")


def to_decimal(value: object, field: str = "amount") -> Decimal:
    """The finite Decimal that an int, a Decimal or a numeral stands for; never a negative zero.

    Raises `InvalidValue` for a float, a bool, NaN, an infinity, more than 40 digits before or after the point, and
    anything else.

    >>> to_decimal("12.50")
    Decimal('12.50')
    """
    if type(value) is Decimal:
        try:
            number = _shorten(value)  # a negative zero becomes a plain one
        except decimal.DecimalException:
            number = value  # too wide, or just long, as is seen below
        else:
            if number.is_finite():
                return number
    elif isinstance(value, str):
        number = read_numeral(value, field)
        if len(value) <= _PLACES and "e" not in value and "E" not in value:  # the common case: too short to be too long
            return number if number else number.copy_abs()
    elif isinstance(value, Decimal):
        number = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= _LARGEST:
            raise InvalidValue(field, "a very long number", f"give a number of at most {_PLACES} digits")
        return Decimal(value)
    else:
        raise InvalidValue(field, value, "give a Decimal, an int or a numeral in a string, never a float or a bool")
    if not number.is_finite():
        raise InvalidValue(field, value, "give a finite number")
    # A finite number's exponent is an int, which its stub does not say.
    if not -_PLACES <= number.adjusted() < _PLACES or number.as_tuple().exponent < -_PLACES:  # type: ignore[operator]
        raise InvalidValue(field, value, f"give a number of at most {_PLACES} digits before and after the point")
    return number if number else number.copy_abs()


def read_numeral(text: str, field: str = "amount") -> Decimal:
    """The Decimal that a numeral of at most 80 digits on either side of the point stands for.

    Raises `InvalidValue` for any other text.
    """
    if not _NUMERAL.fullmatch(text):
        raise InvalidValue(field, text, "give a plain numeral such as '12.50'")
    return Decimal(text)


@overload
def exact_sum(values: Iterable[Decimal]) -> Decimal: ...
@overload
def exact_sum(values: Iterable[Exact]) -> Exact: ...
def exact_sum(values: Iterable[Exact]) -> Exact:
    """The exact sum of exact numbers, a decimal where one equals it; zero for none.

    Raises `PrecisionExceeded` where the sum of decimals does not fit in 120 digits.
    """
    numbers = list(values)  # a lazy iterable must not run the caller's code inside our context
    try:
        with decimal.localcontext(EXACT):
            return sum(numbers, Decimal(0))
    except decimal.Inexact:
        raise PrecisionExceeded("a sum", EXACT.prec) from None
    except TypeError:  # a fraction among them: no decimal adds to it
        return narrowed(sum((Fraction(number) for number in numbers), Fraction(0)))


def exact_product(left: Decimal, right: Decimal) -> Decimal:
    """The exact product of two decimals; never a negative zero.

    Raises `PrecisionExceeded` where it does not fit in 120 digits.
    """
    try:
        product = _multiply(left, right)
        return product if product else product.copy_abs()
    except decimal.Inexact:
        raise PrecisionExceeded("a product", EXACT.prec) from None


def as_decimal(value: Decimal | Fraction | int) -> Decimal:
    """The same number as a decimal; raises `PrecisionExceeded` for a fraction that no decimal equals.

    >>> as_decimal(Fraction(1, 8))
    Decimal('0.125')
    """
    if not isinstance(value, Fraction):
        return Decimal(value)
    try:
        return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    except decimal.Inexact:
        raise PrecisionExceeded("the decimal of a fraction", EXACT.prec) from None


def as_fraction(value: Decimal | Fraction | int) -> Fraction:
    """The same number as a fraction."""
    return value if type(value) is Fraction else Fraction(value)


def narrowed(value: Fraction) -> Exact:
    """The same number as a decimal where one of at most 120 digits equals it, else the fraction.

    >>> narrowed(Fraction(1, 8)), narrowed(Fraction(1, 3))
    (Decimal('0.125'), Fraction(1, 3))
    """
    try:
        return as_decimal(value)
    except PrecisionExceeded:
        return value


@overload
def plus(left: Decimal, right: Decimal) -> Decimal: ...
@overload
def plus(left: Exact, right: Exact) -> Exact: ...
def plus(left: Exact, right: Exact) -> Exact:
    """The exact sum of two exact numbers; a decimal where one equals it.

    >>> plus(Decimal("0.5"), Fraction(1, 3)), plus(Fraction(1, 3), Fraction(2, 3))
    (Fraction(5, 6), Decimal('1'))
    """
    if type(left) is Decimal and type(right) is Decimal:
        return _add(left, right)
    return narrowed(Fraction(left) + Fraction(right))


def minus(left: Exact, right: Exact) -> Exact:
    """The exact difference of two exact numbers; a decimal where one equals it."""
    if type(left) is Decimal and type(right) is Decimal:
        return _subtract(left, right)
    return narrowed(Fraction(left) - Fraction(right))


def times(left: Exact, right: Exact) -> Exact:
    """The exact product of two exact numbers; a decimal where one equals it."""
    if type(left) is Decimal and type(right) is Decimal:
        return _multiply(left, right)
    return narrowed(Fraction(left) * Fraction(right))
