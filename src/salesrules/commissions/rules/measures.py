"""What is counted of a sales credit, and whether a component counts it at all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from salesrules.commissions.model import SalesCredit, Transaction, TransactionKind
from salesrules.commissions.policy import Component, Filter, Measure
from salesrules.core import EXACT, ExchangeRates, InvalidValue

__all__ = ["Measured", "counts", "lets_through", "measure_as", "measure_credit", "unit_of"]


class Measured(NamedTuple):
    """A credited measure and the exchange rate that it was converted with (1 without conversion)."""

    value: Decimal
    exchange_rate: Decimal


def unit_of(component: Component, currency: str) -> str:
    """The unit of a component's measure: the plan's currency for money, empty for quantities and counts."""
    return currency if component.measure in (Measure.AMOUNT, Measure.MARGIN) else ""


def counts(component: Component, credit: SalesCredit) -> bool:
    """Whether a component takes a credit: its role is listed and every filter lets its transaction through."""
    return credit.role in component.credits and lets_through(component.filters, credit.transaction)


def lets_through(filters: Sequence[Filter], transaction: Transaction) -> bool:
    """Whether every filter lets a transaction through."""
    return not filters or all(_passes(filter_, transaction) for filter_ in filters)


def _passes(filter_: Filter, transaction: Transaction) -> bool:
    value = transaction.attributes.get(filter_.attribute)
    return (not filter_.one_of or value in filter_.one_of) and value not in filter_.none_of


def measure_credit(component: Component, credit: SalesCredit, currency: str, rates: ExchangeRates) -> Measured:
    """The measure of a credit times its share, in the plan's currency at the rate of the credit's day, exactly.

    A return counts below zero; as a count it is minus one when it completes the return of the whole sale, else nothing.
    A part payment measures its part.

    Raises `InvalidValue` for a margin without cost, `MissingDay` for a missing exchange rate.
    """
    return measure_as(component.measure, credit, currency, rates)


def measure_as(measure: Measure, credit: SalesCredit, currency: str, rates: ExchangeRates) -> Measured:
    """One of a credit's measures, whatever a component counts; otherwise as `measure_credit`."""
    transaction = credit.transaction
    rate = Decimal(1)
    match measure:
        case Measure.QUANTITY:
            value = transaction.quantity
        case Measure.COUNT:
            value = Decimal(1 if transaction.kind is TransactionKind.SALE else -int(credit.completes))
        case _:
            value = transaction.amount.amount
            if measure is Measure.MARGIN:
                if transaction.cost is None:
                    raise InvalidValue("cost", None, f"transaction {transaction.id} needs a cost to have a margin")
                value = EXACT.subtract(value, transaction.cost.amount)
            rate = rates.rate(transaction.amount.currency, currency, credit.rate_day or credit.day)
    if credit.part is not None:
        value = credit.part.of(value)
    return Measured(EXACT.multiply(EXACT.multiply(value, credit.share.value), rate), rate)
