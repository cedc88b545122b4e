"""Amounts of a ledger: money, or a count of whole things; each account keeps to one unit."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.core.currencies import CurrencyTable, is_currency_code
from salesrules.core.errors import InvalidValue, UnknownName
from salesrules.core.exact import EXACT
from salesrules.core.money import Money

__all__ = [
    "COUNT",
    "LedgerAmount",
    "capacity_of",
    "floored",
    "is_above",
    "is_amount",
    "is_digits",
    "is_limit",
    "is_unit",
    "minus",
    "places_of",
    "plus",
    "unit_of",
    "usual_digits",
    "zero_of",
]

#: What a ledger counts: money of one currency, or whole things (seats, claims, gifts).
LedgerAmount = Money | int

#: The unit of an account that counts things.
COUNT = "count"

#: In units of the last digit; so that every balance fits the 64-bit integers of databases.
_CAPACITY = 10**18 - 1


def unit_of(amount: LedgerAmount) -> str:
    """The currency of money, `"count"` for a count."""
    return amount.currency if isinstance(amount, Money) else COUNT


def zero_of(unit: str) -> LedgerAmount:
    """Nothing, in a unit."""
    return 0 if unit == COUNT else Money.zero(unit)


def capacity_of(unit: str, digits: int) -> LedgerAmount:
    """The most that an account can hold, limit or not: 10^18 - 1 units of its last digit.

    >>> capacity_of("CNY", 2)
    Money('9999999999999999.99', 'CNY')
    """
    return _CAPACITY if unit == COUNT else Money(Decimal(_CAPACITY).scaleb(-digits, context=EXACT), unit)


def usual_digits(unit: str) -> int:
    """The digits of a currency by ISO 4217, none for anything else; raises `InvalidValue` for other currencies."""
    if not is_currency_code(unit):
        return 0
    try:
        return CurrencyTable.iso().digits(unit)
    except UnknownName:
        raise InvalidValue("digits", None, f"ISO 4217 has no currency {unit}; say how many digits it has") from None


def places_of(amount: LedgerAmount) -> int:
    """How many digits after the point an amount needs.

    >>> places_of(Money("1.50", "CNY")), places_of(Money("150", "CNY")), places_of(3)
    (1, 0, 0)
    """
    if not isinstance(amount, Money):
        return 0
    exponent = amount.amount.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent)  # type: ignore[operator]  # a finite number's exponent is an int, which its stub does not say


def plus(left: LedgerAmount, right: LedgerAmount) -> LedgerAmount:
    """The sum of two amounts of one unit."""
    return left + right  # type: ignore[operator]  # an account has one unit, so both are money or both are counts


def minus(left: LedgerAmount, right: LedgerAmount) -> LedgerAmount:
    """The difference of two amounts of one unit."""
    return left - right  # type: ignore[operator]  # as above


def is_above(left: LedgerAmount, right: LedgerAmount) -> bool:
    """Whether one amount is larger than another of its unit."""
    return left > right  # type: ignore[operator]  # as above


def floored(amount: LedgerAmount) -> LedgerAmount:
    """The amount, or zero where it lies below."""
    return amount if (amount.amount if isinstance(amount, Money) else amount) >= 0 else minus(amount, amount)


def is_amount(instance: object, attribute: attrs.Attribute[LedgerAmount], value: object) -> None:
    """Refuse anything but money or a count above zero: a validator."""
    _check(attribute.name, value, 1, "above zero")


def is_limit(instance: object, attribute: attrs.Attribute[LedgerAmount | None], value: object) -> None:
    """Refuse anything but no limit, or money or a count of zero or more: a validator."""
    if value is not None:
        _check(attribute.name, value, 0, "of zero or more, or None for no limit")


def _check(field: str, value: object, least_count: int, bound: str) -> None:
    if isinstance(value, Money):
        is_within = value.amount > 0 or (value.amount == 0 and not least_count)
    else:
        is_within = type(value) is int and least_count <= value <= _CAPACITY
    if not is_within:
        raise InvalidValue(field, value, f"give money, or a whole number below 10^18, {bound}")


def is_unit(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    """Refuse anything but a currency code or `"count"`: a validator."""
    if value != COUNT and not is_currency_code(value):
        raise InvalidValue(attribute.name, value, "give a currency code such as 'CNY', or 'count'")


def is_digits(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    """Refuse anything but the digits that an amount of the unit may have after the point: a validator."""
    if type(value) is not int or not 0 <= value <= 9:
        raise InvalidValue(attribute.name, value, "give a whole number from 0 to 9")
