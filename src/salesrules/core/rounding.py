"""Explicit rounding: a mode and a number of digits, for decimals and fractions alike."""

from __future__ import annotations

import decimal
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import attrs

from salesrules.core.errors import InvalidValue

__all__ = ["Rounding", "RoundingMode", "round_exactly"]

_WIDE = decimal.Context(prec=200, Emin=-999_999, Emax=999_999, traps=[decimal.InvalidOperation])


class RoundingMode(StrEnum):
    """What happens to the digits that are cut off."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    HALF_DOWN = "half_down"
    UP = "up"
    DOWN = "down"
    CEILING = "ceiling"
    FLOOR = "floor"


_DECIMAL_MODE = {mode: f"ROUND_{mode.name}" for mode in RoundingMode}


def _digits_in_range(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if type(value) is not int or not -12 <= value <= 12:
        raise InvalidValue("digits", value, "give a whole number from -12 to 12")


@attrs.frozen(kw_only=True)
class Rounding:
    """A declared rounding: `digits` after the point (negative: before it) and the `mode`.

    >>> Rounding(digits=2, mode=RoundingMode.HALF_UP)(Decimal("2.345"))
    Decimal('2.35')
    """

    digits: int = attrs.field(validator=_digits_in_range)
    mode: RoundingMode = attrs.field(converter=RoundingMode)

    def __call__(self, value: Decimal | Fraction) -> Decimal:
        """The value rounded as declared."""
        return round_exactly(value, self.digits, self.mode)


def round_exactly(value: Decimal | Fraction, digits: int, mode: RoundingMode) -> Decimal:
    """The value at `digits` places, rounded once, from the exact number; never a negative zero.

    >>> round_exactly(Fraction(1, 3), 2, RoundingMode.UP)
    Decimal('0.34')
    """
    if isinstance(value, Fraction):
        value, digits_kept = _decimal_with_sticky_digit(value, digits), digits
    else:
        digits_kept = digits
    rounded = value.quantize(Decimal(1).scaleb(-digits_kept), rounding=_DECIMAL_MODE[mode], context=_WIDE)
    return rounded if rounded else rounded.copy_abs()


def _decimal_with_sticky_digit(value: Fraction, digits: int) -> Decimal:
    """A decimal on the same side of every rounding boundary: cut two digits further, a trailing 1 says "and more"."""
    places = digits + 2
    scaled = abs(value) * Fraction(10) ** places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    number = Decimal(whole * 10 + (1 if rest else 0)).scaleb(-(places + 1), context=_WIDE)
    return number.copy_negate() if value < 0 else number
