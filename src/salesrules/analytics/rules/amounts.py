"""Amounts at the door: moneys of one currency or plain exact numbers, as decimals and their unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from salesrules.core import CurrencyMismatch, InvalidValue, Money, to_decimal

__all__ = ["Amount", "read_amounts", "read_named_amounts", "read_order"]

Amount = Money | Decimal | int


def read_amounts(amounts: Iterable[tuple[str, Amount]]) -> tuple[list[Decimal], str]:
    """The decimals of amounts that come with the field that names them in a fault, and their unit.

    Raises `CurrencyMismatch` for mixed currencies and `InvalidValue` for what is no exact number or where moneys and
    plain numbers meet.
    """
    numbers: list[Decimal] = []
    unit: str | None = None
    for field, amount in amounts:
        if isinstance(amount, Money):
            own, number = amount.currency, amount.amount
        else:
            own, number = "", amount if type(amount) is Decimal and amount.is_finite() else to_decimal(amount, field)
        if unit is None:
            unit = own
        elif own != unit:
            if own and unit:
                raise CurrencyMismatch(unit, own)
            raise InvalidValue(field, amount, "give either moneys of one currency or plain numbers, not both")
        numbers.append(number)
    return numbers, unit or ""


def read_named_amounts(amounts: Mapping[str, Amount]) -> tuple[dict[str, Decimal], str]:
    """The decimals of named amounts, in their order, and their unit; raises as `read_amounts` does."""
    numbers, unit = read_amounts((f"amounts[{key}]", amount) for key, amount in amounts.items())
    return dict(zip(amounts, numbers, strict=True)), unit


def read_order(amounts: Mapping[str, Decimal], order: Iterable[str] | None) -> dict[str, int]:
    """The place of each key among equals: as declared, or in the order of the keys' text.

    Raises `InvalidValue` where a declared order does not name every key exactly once.
    """
    names = sorted(amounts) if order is None else list(order)
    places = {key: place for place, key in enumerate(names)}
    if len(names) != len(amounts) or places.keys() != amounts.keys():
        raise InvalidValue("order", names, "name every key of the amounts exactly once")
    return places
