"""Rows of plain values, and what is counted of them on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from salesrules.core import InvalidValue

if TYPE_CHECKING:
    from salesrules.commissions import Component

__all__ = ["PlainCredit", "counts", "find_completing", "measure_of", "share_returned"]

_ZERO = Fraction(0)


@attrs.frozen(kw_only=True)
class PlainCredit:
    """One row: what somebody sold, or took back, and which share of it counts for them.

    A return has the id of its sale in `original`, and its amount, cost and quantity are zero or less. All money is in
    the plan's currency. `share` is 1 for the whole.
    """

    id: str
    day: date
    amount: Decimal
    cost: Decimal | None = None
    quantity: Decimal = Decimal(0)
    original: str = ""
    attributes: Mapping[str, str] = attrs.field(factory=dict)
    role: str = "direct"
    share: Decimal = Decimal(1)


def measure_of(measure: str, credit: PlainCredit, completing: Iterable[str] = ()) -> Fraction:
    """What is counted of a credit, times its share.

    A return counts below zero; as a count it is one less where its id is among the `completing`, by which all of a sale
    has come back, else nothing. Raises `InvalidValue` for a margin without cost.
    """
    if measure == "count":
        number = Fraction(-(credit.id in completing) if credit.original else 1)
    elif measure == "quantity":
        number = Fraction(credit.quantity)
    elif measure == "amount":
        number = Fraction(credit.amount)
    elif credit.cost is None:
        raise InvalidValue("cost", None, f"give {credit.id} a cost, so that it has a margin")
    else:
        number = Fraction(credit.amount) - Fraction(credit.cost)
    return number * Fraction(credit.share)


def counts(component: Component, credit: PlainCredit) -> bool:
    """Whether the role is listed, and each filter has the attribute among its words, and not among those shut out."""
    if credit.role not in component.credits:
        return False
    for each in component.filters:
        value = credit.attributes.get(each.attribute)
        if (each.one_of and value not in each.one_of) or value in each.none_of:
            return False
    return True


def share_returned(back: PlainCredit, sales: Mapping[str, PlainCredit]) -> Fraction:
    """The share of its sale that a return takes back: of the amount; of the quantity where the sale was for nothing.

    Raises `InvalidValue` where the sale is not among the credits.
    """
    sale = sales.get(back.original)
    if sale is None:
        raise InvalidValue("original", back.original, f"give {back.id} the id of a sale among the credits")
    if sale.amount:
        return -Fraction(back.amount) / Fraction(sale.amount)
    return -Fraction(back.quantity) / Fraction(sale.quantity) if sale.quantity else Fraction(1)


def find_completing(credits: Iterable[PlainCredit], sales: Mapping[str, PlainCredit]) -> set[str]:
    """The ids of the returns by which the last of their sale has come back, in the order of days and ids."""
    returns = {(credit.day, credit.id): credit for credit in credits if credit.original}
    so_far: dict[str, Fraction] = {}
    found = set()
    for _, back in sorted(returns.items()):
        before = so_far.get(back.original, _ZERO)
        so_far[back.original] = before + share_returned(back, sales)
        if before < 1 <= so_far[back.original]:
            found.add(back.id)
    return found
