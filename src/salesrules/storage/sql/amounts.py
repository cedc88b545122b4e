"""Amounts as whole units of the last digit that an account keeps, which every database holds exactly."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

from salesrules.core import COUNT, LedgerAmount, Money

__all__ = ["CAPACITY", "places_of", "to_amount", "to_units", "unit_of"]

#: What an account can hold, limit or not.
CAPACITY = 10**18 - 1

#: Exact for whatever an account can hold; a caller's own context is left alone.
_WIDE = Context(prec=60, traps=[Inexact])


def unit_of(amount: LedgerAmount) -> str:
    """The currency of money, `"count"` for a count."""
    return amount.currency if isinstance(amount, Money) else COUNT


def places_of(amount: LedgerAmount) -> int:
    """How many digits after the point an amount is written with."""
    exponent = amount.amount.as_tuple().exponent if isinstance(amount, Money) else 0
    return -exponent if isinstance(exponent, int) else 0


def to_units(amount: LedgerAmount, digits: int) -> int:
    """An amount in whole units of the last digit that an account keeps.

    >>> to_units(Money("12.5", "CNY"), 2), to_units(3, 0)
    (1250, 3)
    """
    return int(amount.amount.scaleb(digits, context=_WIDE)) if isinstance(amount, Money) else amount


def to_amount(units: int, unit: str, digits: int) -> LedgerAmount:
    """The amount that so many units of the last digit are.

    >>> to_amount(1250, "CNY", 2)
    Money('12.50', 'CNY')
    """
    return units if unit == COUNT else Money(Decimal(units).scaleb(-digits, context=_WIDE), unit)
