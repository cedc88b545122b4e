"""Exact decimal arithmetic in a context of our own, so that a caller's ambient context cannot change a sum."""

from __future__ import annotations

import decimal
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from salesrules.core.errors import InvalidValue, PrecisionExceeded

__all__ = ["EXACT", "as_decimal", "as_fraction", "exact_product", "exact_sum", "to_decimal"]

#: Inexact is trapped: an operation that would lose a digit raises instead of rounding silently.
EXACT = decimal.Context(
    prec=120,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Inexact],
)

#: Wider than any money of this world; it keeps a hostile '1e999999' from being expanded digit by digit.
_PLACES = 40
_LARGEST = 10**_PLACES
_NUMERAL = re.compile(r"[+-]?[0-9]{1,80}(\.[0-9]{1,80})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def to_decimal(value: object, field: str = "amount") -> Decimal:
    """The finite Decimal that an int, a Decimal or a numeral stands for.

    Raises `InvalidValue` for a float, a bool, NaN, an infinity and anything else.

    >>> to_decimal("12.50")
    Decimal('12.50')
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise InvalidValue(field, value, "give a Decimal, an int or a numeral in a string, never a float or a bool")
    if isinstance(value, str) and not _NUMERAL.fullmatch(value):
        raise InvalidValue(field, value, "give a plain numeral such as '12.50'")
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise InvalidValue(field, "a very long number", f"give a number of at most {_PLACES} digits")
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidValue(field, value, "give a finite number")
    # A finite number's exponent is an int, which its stub does not say.
    if not -_PLACES <= number.adjusted() < _PLACES or number.as_tuple().exponent < -_PLACES:  # type: ignore[operator]
        raise InvalidValue(field, value, f"give a number of at most {_PLACES} digits before and after the point")
    return number


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The exact sum of decimals; zero for none.

    Raises `PrecisionExceeded` where the sum does not fit in 120 digits.
    """
    numbers = list(values)  # a lazy iterable must not run the caller's code inside our context
    with decimal.localcontext(EXACT):
        try:
            return sum(numbers, Decimal(0))
        except decimal.Inexact:
            raise PrecisionExceeded("a sum", EXACT.prec) from None


def exact_product(left: Decimal, right: Decimal) -> Decimal:
    """The exact product of two decimals.

    Raises `PrecisionExceeded` where it does not fit in 120 digits.
    """
    try:
        return EXACT.multiply(left, right)
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
        raise PrecisionExceeded(f"the decimal of {value}", EXACT.prec) from None


def as_fraction(value: Decimal | Fraction | int) -> Fraction:
    """The same number as a fraction."""
    return value if type(value) is Fraction else Fraction(value)
