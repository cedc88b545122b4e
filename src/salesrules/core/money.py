"""Money: an exact amount in one currency; sums, products, explicit rounding and allocation without a lost cent."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn, final

import attrs

from salesrules.core.allocation import TieOrder, allocate_units
from salesrules.core.currencies import CurrencyTable, is_currency
from salesrules.core.errors import CurrencyMismatch, InvalidValue, PrecisionExceeded
from salesrules.core.exact import EXACT, exact_product, exact_sum, to_decimal
from salesrules.core.rate import Rate
from salesrules.core.rounding import RoundingMode, round_exactly

__all__ = ["Money", "total"]


@final
@attrs.frozen(order=False, repr=False)
class Money:
    """An exact amount of one currency; a final class, since its arithmetic makes values without `__init__`.

    Floats, NaN and infinities are refused; arithmetic never rounds; mixed currencies raise `CurrencyMismatch`.

    >>> Money("10.50", "CNY") + Money(2, "CNY")
    Money('12.50', 'CNY')
    """

    amount: Decimal = attrs.field(converter=to_decimal)
    currency: str = attrs.field(validator=is_currency)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("Money is final; hold one in a field instead")

    def _with(self, amount: Decimal) -> Money:
        """The private constructor: an amount that our own arithmetic made needs no check."""
        money = _new(Money)
        _set_amount(money, amount)
        _set_currency(money, self.currency)
        return money

    def with_amount(self, amount: Decimal) -> Money:
        """Another amount of the same currency; raises `InvalidValue` for what is no finite decimal.

        >>> Money.zero("CNY").with_amount(Decimal("2.50"))
        Money('2.50', 'CNY')
        """
        if type(amount) is not Decimal or not amount.is_finite():
            raise InvalidValue("amount", amount, "give a finite Decimal")
        money = _new(Money)  # as `_with` does, without the price of a call
        _set_amount(money, amount)
        _set_currency(money, self.currency)
        return money

    def __add__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        currency = self.currency
        if currency != other.currency:
            raise CurrencyMismatch(currency, other.currency)
        try:
            amount = _add(self.amount, other.amount)
        except decimal.Inexact:
            raise PrecisionExceeded("an addition", EXACT.prec) from None
        money = _new(Money)  # as `_with` does, without the price of a call
        _set_amount(money, amount)
        _set_currency(money, currency)
        return money

    def __sub__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        currency = self.currency
        if currency != other.currency:
            raise CurrencyMismatch(currency, other.currency)
        try:
            amount = _subtract(self.amount, other.amount)
        except decimal.Inexact:
            raise PrecisionExceeded("a subtraction", EXACT.prec) from None
        money = _new(Money)  # as `_with` does, without the price of a call
        _set_amount(money, amount)
        _set_currency(money, currency)
        return money

    def __neg__(self) -> Money:
        return self._with(self.amount.copy_negate() if self.amount else self.amount)

    def __abs__(self) -> Money:
        return self._with(self.amount.copy_abs())

    def __mul__(self, factor: Rate | Decimal | int) -> Money:
        if isinstance(factor, Rate):
            number = factor.value
        elif isinstance(factor, Decimal | int):
            number = to_decimal(factor, "factor")
        else:
            return NotImplemented
        return self._with(exact_product(self.amount, number))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self._comparable(other) < other.amount

    def __le__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self._comparable(other) <= other.amount

    def __gt__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self._comparable(other) > other.amount

    def __ge__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self._comparable(other) >= other.amount

    def _comparable(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return self.amount

    def __repr__(self) -> str:
        return f"Money('{self.amount}', '{self.currency}')"

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"

    @classmethod
    def parse(cls, text: str) -> Money:
        """The money that `"CNY 12.50"` or `"12.50 CNY"` stands for; raises `InvalidValue` for anything else."""
        parts = text.split() if isinstance(text, str) else []
        if len(parts) == 2:
            code, amount = parts if parts[0].isalpha() else parts[::-1]
            return cls(amount, code)
        raise InvalidValue("money", text, "write a currency and an amount, such as 'CNY 12.50'")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in a currency."""
        return cls(Decimal(0), currency)

    def ratio(self, other: Money) -> Fraction:
        """This amount over another of the same currency, as an exact fraction.

        Raises `CurrencyMismatch`, and `InvalidValue` where the other is zero.
        """
        self._comparable(other)
        if not other.amount:
            raise InvalidValue("divisor", other, "a ratio needs an amount other than zero below the line")
        return Fraction(self.amount) / Fraction(other.amount)

    def round(self, mode: RoundingMode, currencies: CurrencyTable, digits: int | None = None) -> Money:
        """This money at the currency's own digits, or at `digits`, by a declared mode."""
        places = currencies.digits(self.currency) if digits is None else digits
        return self._with(round_exactly(self.amount, places, mode))

    def allocate(
        self,
        weights: Sequence[Decimal | Fraction | int],
        currencies: CurrencyTable,
        ties: TieOrder = TieOrder.FIRST,
        digits: int | None = None,
    ) -> tuple[Money, ...]:
        """This money split by weights with the largest remainder; the parts always sum to the whole.

        Raises `InvalidValue` where a weight is negative, all are zero, or the amount has more digits than are split.

        >>> Money("100.00", "USD").allocate([1, 1, 1], CurrencyTable.iso())
        (Money('33.34', 'USD'), Money('33.33', 'USD'), Money('33.33', 'USD'))
        """
        places = _digits_to_split(currencies.digits(self.currency) if digits is None else digits)
        units = self.amount.scaleb(places, context=EXACT)
        if units != units.to_integral_value():
            raise InvalidValue("amount", self, f"round it to {places} digits before allocating it")
        parts = allocate_units(int(units), weights, ties)
        return tuple(self._with(Decimal(part).scaleb(-places, context=EXACT)) for part in parts)


def _digits_to_split(digits: int) -> int:
    if type(digits) is not int or not -12 <= digits <= 12:
        raise InvalidValue("digits", digits, "give a whole number from -12 to 12")
    return digits


_new = object.__new__
_add, _subtract = EXACT.add, EXACT.subtract
_set_amount = Money.__dict__["amount"].__set__
_set_currency = Money.__dict__["currency"].__set__


def total(moneys: Iterable[Money], currency: str | None = None) -> Money:
    """The exact sum of moneys of one currency; `currency` is needed where there may be none.

    Raises `CurrencyMismatch` for mixed currencies and `InvalidValue` for an empty sum without a currency.

    >>> total([Money("1.10", "EUR"), Money("2.20", "EUR")])
    Money('3.30', 'EUR')
    """
    addends = list(moneys)
    found = {money.currency for money in addends}
    if currency is not None:
        found.add(currency)
    if not found:
        raise InvalidValue("currency", None, "an empty sum needs its currency as an argument")
    first, *others = sorted(found)
    if others:
        raise CurrencyMismatch(first, others[0])
    return Money.zero(first)._with(exact_sum([money.amount for money in addends]))
