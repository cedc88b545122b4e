"""Explicit rounding: a mode and a number of digits, for decimals and fractions alike."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core.errors import InvalidValue, PrecisionExceeded
from salesrules.core.exact import EXACT
from salesrules.core.word_enum import WordEnum

__all__ = ["Rounding", "RoundingMode", "round_exactly"]

#: How far from the point a number can be rounded: as far as numbers reach.
_PLACES = 40
_QUANTA = {digits: Decimal((0, (1,), -digits)) for digits in range(-_PLACES, _PLACES + 1)}
_ROUNDING = decimal.Context(prec=EXACT.prec, Emin=EXACT.Emin, Emax=EXACT.Emax, traps=[decimal.InvalidOperation])
#: Room for the two digits behind the last that decide how a fraction is rounded.
_STICKY = decimal.Context(prec=EXACT.prec + 2, Emin=EXACT.Emin, Emax=EXACT.Emax, traps=[decimal.Inexact])


class RoundingMode(WordEnum):
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
    _quantum: Decimal = attrs.field(init=False, repr=False, eq=False)
    _word: str = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_quantum", _QUANTA[self.digits])
        object.__setattr__(self, "_word", _DECIMAL_MODE[self.mode])

    def __call__(self, value: Decimal | Fraction | int) -> Decimal:
        """The value rounded as declared."""
        if type(value) is Decimal and value.is_finite():
            try:
                rounded = value.quantize(self._quantum, self._word, _ROUNDING)
                return rounded if rounded else rounded.copy_abs()
            except decimal.InvalidOperation:
                pass  # too long, as is said below
        return round_exactly(value, self.digits, self.mode)


def round_exactly(value: Decimal | Fraction | int, digits: int, mode: RoundingMode) -> Decimal:
    """The value at `digits` places, rounded once, from the exact number; never a negative zero.

    Raises `InvalidValue` for digits beyond 40 on either side of the point and for a value that is not a finite, exact
    number, and `PrecisionExceeded` where the result does not fit in 120 digits.

    >>> round_exactly(Fraction(1, 3), 2, RoundingMode.UP)
    Decimal('0.34')
    """
    if type(digits) is not int or digits not in _QUANTA:
        raise InvalidValue("digits", digits, f"give a whole number from -{_PLACES} to {_PLACES}")
    try:
        number = value if type(value) is Decimal and value.is_finite() else _as_decimal(value, digits)
        rounded = number.quantize(_QUANTA[digits], _DECIMAL_MODE[mode], _ROUNDING)  # by place: names double the time
    except (decimal.InvalidOperation, decimal.Inexact):
        raise PrecisionExceeded("a rounded number", EXACT.prec) from None
    return rounded if rounded else rounded.copy_abs()


def _as_decimal(value: Decimal | Fraction | int, digits: int) -> Decimal:
    """A decimal that rounds at `digits` as the value does."""
    if isinstance(value, Decimal):
        if value.is_finite():
            return value
    elif isinstance(value, Fraction):
        return _with_sticky_digit(value, digits + 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise InvalidValue("value", value, "give a finite Decimal, a Fraction or an int")


def _with_sticky_digit(value: Fraction, places: int) -> Decimal:
    """A fraction cut after `places`; one more digit, 1 where something was cut off, keeps it off every tie."""
    scaled = abs(value) * Fraction(10) ** places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    number = Decimal(whole * 10 + bool(rest)).scaleb(-(places + 1), context=_STICKY)
    return number.copy_negate() if value < 0 else number
