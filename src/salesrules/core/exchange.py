"""Exchange rates as dated facts, and exact conversion at the rate of a day; a missing rate is an error."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Self

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.currencies import is_currency
from salesrules.core.dated import Dated, DatedValue
from salesrules.core.dates import DateRange
from salesrules.core.errors import InvalidValue
from salesrules.core.exact import exact_product, to_decimal
from salesrules.core.money import Money

__all__ = ["ExchangeRate", "ExchangeRates"]


def _rate(value: object) -> Decimal:
    return to_decimal(value, "rate")


def _above_zero(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    if value <= 0:
        raise InvalidValue("rate", value, "give a rate above zero")


@attrs.frozen(kw_only=True)
class ExchangeRate:
    """What one unit of `source` is worth in `target` on the days of `effective`."""

    source: str = attrs.field(validator=is_currency)
    target: str = attrs.field(validator=is_currency)
    effective: DateRange
    rate: Decimal = attrs.field(converter=_rate, validator=_above_zero)


@attrs.frozen(kw_only=True)
class ExchangeRates:
    """Rates looked up by pair and day; a pair is never inverted, since buying and selling rates differ.

    >>> rates = ExchangeRates.of([ExchangeRate(source="EUR", target="USD", effective=DateRange(date(2020, 1, 1)),
    ...                                        rate="1.10")])
    >>> rates.convert(Money("100", "EUR"), "USD", date(2020, 2, 1))
    Money('110.00', 'USD')
    """

    rates: tuple[ExchangeRate, ...] = attrs.field(default=(), converter=as_tuple)
    _by_pair: dict[tuple[str, str], Dated[Decimal]] = attrs.field(init=False, repr=False, eq=False, hash=False)

    def __attrs_post_init__(self) -> None:
        pairs: dict[tuple[str, str], list[DatedValue[Decimal]]] = {}
        for entry in self.rates:
            value = DatedValue(effective=entry.effective, value=entry.rate)
            pairs.setdefault((entry.source, entry.target), []).append(value)
        tables: dict[tuple[str, str], Dated[Decimal]] = {
            pair: Dated(subject=f"exchange rate {pair[0]}/{pair[1]}", entries=v) for pair, v in pairs.items()
        }
        object.__setattr__(self, "_by_pair", tables)

    @classmethod
    def of(cls, rates: Iterable[ExchangeRate]) -> Self:
        """Make the table from its rates."""
        return cls(rates=rates)

    def rate(self, source: str, target: str, day: date) -> Decimal:
        """What one unit of `source` is worth in `target` on a day; 1 within one currency.

        Raises `MissingDay` where there is no rate, `AmbiguousDay` where there are several.
        """
        if source == target:
            return Decimal(1)
        table = self._by_pair.get((source, target))
        return (table or Dated(subject=f"exchange rate {source}/{target}", entries=())).at(day)

    def convert(self, money: Money, target: str, day: date) -> Money:
        """The same worth in another currency, exactly and not rounded; raises as `rate` does."""
        return Money(exact_product(money.amount, self.rate(money.currency, target, day)), target)
