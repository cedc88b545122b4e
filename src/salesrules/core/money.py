"""Money: an exact amount in one currency; sums, products, explicit rounding and allocation without a lost cent."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Self

import attrs

from salesrules.core.allocation import TieOrder, allocate_units
from salesrules.core.currencies import CurrencyTable
from salesrules.core.errors import CurrencyMismatch, InvalidValue, PrecisionExceeded
from salesrules.core.exact import EXACT, exact_product, exact_sum, to_decimal
from salesrules.core.rate import Rate
from salesrules.core.rounding import RoundingMode, round_exactly

__all__ = ["Money", "total"]


def _currency_code(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        raise InvalidValue("currency", value, "give a three-letter code in capitals, such as 'CNY'")


@attrs.frozen(order=False, repr=False)
class Money:
    """An exact amount of one currency.

    Floats, NaN and infinities are refused; arithmetic never rounds; mixed currencies raise `CurrencyMismatch`.

    >>> Money("10.50", "CNY") + Money(2, "CNY")
    Money('12.50', 'CNY')
    """

    amount: Decimal = attrs.field(converter=to_decimal)
    currency: str = attrs.field(validator=_currency_code)

    def _with(self, amount: Decimal) -> Self:
        """The private constructor: an amount that our own arithmetic made needs no check."""
        money = _new(type(self))
        _set_amount(money, amount)
        _set_currency(money, self.currency)
        return money

    def __add__(self, other: Money) -> Self:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        try:
            return self._with(_add(self.amount, other.amount))
        except decimal.Inexact:
            raise PrecisionExceeded("an addition", EXACT.prec) from None

    def __sub__(self, other: Money) -> Self:
        if type(other) is not Money:
            return NotImplemented
        return self + other._with(other.amount.copy_negate())

    def __neg__(self) -> Self:
        return self._with(self.amount.copy_negate() if self.amount else self.amount)

    def __abs__(self) -> Self:
        return self._with(self.amount.copy_abs())

    def __mul__(self, factor: Rate | Decimal | int) -> Self:
        if isinstance(factor, Rate):
            factor = factor.value
        elif isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            return NotImplemented
        return self._with(exact_product(self.amount, to_decimal(factor, "factor")))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        return self._comparable(other) < other.amount

    def __le__(self, other: Money) -> bool:
        return self._comparable(other) <= other.amount

    def __gt__(self, other: Money) -> bool:
        return self._comparable(other) > other.amount

    def __ge__(self, other: Money) -> bool:
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
    def parse(cls, text: str) -> Self:
        """The money that `"CNY 12.50"` or `"12.50 CNY"` stands for; raises `InvalidValue` for anything else."""
        parts = text.split() if isinstance(text, str) else []
        if len(parts) == 2:
            code, amount = parts if parts[0].isalpha() else parts[::-1]
            return cls(amount, code)
        raise InvalidValue("money", text, "write a currency and an amount, such as 'CNY 12.50'")

    @classmethod
    def zero(cls, currency: str) -> Self:
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

    def round(self, mode: RoundingMode, currencies: CurrencyTable, digits: int | None = None) -> Self:
        """This money at the currency's own digits, or at `digits`, by a declared mode."""
        places = currencies.digits(self.currency) if digits is None else digits
        return self._with(round_exactly(self.amount, places, mode))

    def allocate(
        self,
        weights: Sequence[Decimal | Fraction | int],
        currencies: CurrencyTable,
        ties: TieOrder = TieOrder.FIRST,
        digits: int | None = None,
    ) -> tuple[Self, ...]:
        """This money split by weights with the largest remainder; the parts always sum to the whole.

        Raises `InvalidValue` where a weight is negative, all are zero, or the amount has more digits than are split.

        >>> Money("100.00", "USD").allocate([1, 1, 1], CurrencyTable.iso())
        (Money('33.34', 'USD'), Money('33.33', 'USD'), Money('33.33', 'USD'))
        """
        places = currencies.digits(self.currency) if digits is None else digits
        units = self.amount.scaleb(places, context=EXACT)
        if units != units.to_integral_value():
            raise InvalidValue("amount", self, f"round it to {places} digits before allocating it")
        parts = allocate_units(int(units), weights, ties)
        return tuple(self._with(Decimal(part).scaleb(-places, context=EXACT)) for part in parts)


_new = object.__new__
_add = EXACT.add
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
