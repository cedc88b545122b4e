"""What is counted of a sales credit, and whether a component counts it at all."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from salesrules.commissions.model import SalesCredit, TransactionKind
from salesrules.commissions.policy import Component, Filter, Measure
from salesrules.core import EXACT, ExchangeRates, InvalidValue

__all__ = ["Measured", "counts", "measure_credit", "unit_of"]


class Measured(NamedTuple):
    """A credited measure and the exchange rate that it was converted with (1 without conversion)."""

    value: Decimal
    exchange_rate: Decimal


def unit_of(component: Component, currency: str) -> str:
    """The unit of a component's measure: the plan's currency for money, empty for quantities and counts."""
    return currency if component.measure in (Measure.AMOUNT, Measure.MARGIN) else ""


def counts(component: Component, credit: SalesCredit) -> bool:
    """Whether a component takes a credit: its role is listed and every filter lets its transaction through."""
    return credit.role in component.credits and all(_passes(f, credit) for f in component.filters)


def _passes(filter_: Filter, credit: SalesCredit) -> bool:
    value = credit.transaction.attributes.get(filter_.attribute)
    return (not filter_.one_of or value in filter_.one_of) and value not in filter_.none_of


def measure_credit(component: Component, credit: SalesCredit, currency: str, rates: ExchangeRates) -> Measured:
    """The measure of a credit times its share, in the plan's currency at the rate of the credit's day, exactly.

    A return counts below zero; as a count it is minus one, whether it returns all or a part.

    Raises `InvalidValue` for a margin without cost, `MissingDay` for a missing exchange rate.
    """
    transaction = credit.transaction
    rate = Decimal(1)
    match component.measure:
        case Measure.QUANTITY:
            value = transaction.quantity
        case Measure.COUNT:
            value = Decimal(1 if transaction.kind is TransactionKind.SALE else -1)
        case _:
            value = transaction.amount.amount
            if component.measure is Measure.MARGIN:
                if transaction.cost is None:
                    raise InvalidValue("cost", None, f"transaction {transaction.id} needs a cost to have a margin")
                value = EXACT.subtract(value, transaction.cost.amount)
            rate = rates.rate(transaction.amount.currency, currency, credit.day)
    return Measured(EXACT.multiply(EXACT.multiply(value, credit.share.value), rate), rate)
