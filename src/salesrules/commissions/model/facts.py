"""Facts that commissions are computed from: transactions, payees, opening balances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.commissions.model.events import AppraisalScore, OpeningHold, OpeningMeasure, OpeningUse, PayEvent
from salesrules.core import (
    Dated,
    ExchangeRates,
    InvalidValue,
    Money,
    Parameters,
    Rate,
    WordEnum,
    as_parameters,
    as_tuple,
    to_decimal,
)
from salesrules.org import Hierarchy
from salesrules.quotas import Quota

__all__ = [
    "CommissionFacts",
    "OpeningBalance",
    "Payee",
    "Payment",
    "Split",
    "Transaction",
    "TransactionKind",
]


class TransactionKind(WordEnum):
    """A sale, or goods that came back."""

    SALE = "sale"
    RETURN = "return"


def _currency_or_none(instance: object, attribute: attrs.Attribute[str | None], value: str | None) -> None:
    if value is not None:
        Money.zero(value)


@attrs.frozen(kw_only=True)
class Split:
    """A payee's share of a sale that several sold together."""

    payee: str
    share: Rate


@attrs.frozen(kw_only=True)
class Payment:
    """What a customer paid towards a sale; below zero what was paid back for a return.

    `due` is the day on which a cheque can be cashed, where the payment is one.
    """

    day: date
    amount: Money
    due: date | None = None


@attrs.frozen(kw_only=True)
class Transaction:
    """One line of a sale or return: who sold what, when, for how much.

    `amount`, `quantity` and `cost` are zero or more for a sale and zero or less for a return, which names its
    `original`. `splits` say who sold it together, in place of `payee` alone. `delivered`, `invoiced` and `payments`
    are what crediting rules with such a trigger wait for.
    `attributes` are what plans filter on (category, region, customer); `source` is the place it was read from, which
    makes no difference between transactions.
    """

    id: str
    day: date
    payee: str
    amount: Money
    kind: TransactionKind = attrs.field(default=TransactionKind.SALE, converter=TransactionKind)
    original: str | None = None
    cost: Money | None = None
    quantity: Decimal = attrs.field(default=Decimal(0), converter=to_decimal)
    attributes: Parameters = attrs.field(factory=Parameters, converter=as_parameters)
    source: str = attrs.field(default="", eq=False)
    splits: tuple[Split, ...] = attrs.field(default=(), converter=as_tuple)
    delivered: date | None = None
    invoiced: date | None = None
    payments: tuple[Payment, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        cost = Decimal(0) if self.cost is None else self.cost.amount
        for name, number in (("amount", self.amount.amount), ("quantity", self.quantity), ("cost", cost)):
            if self.kind is TransactionKind.SALE and number < 0:
                raise InvalidValue(name, number, "a sale is zero or more; give what came back the kind 'return'")
            if self.kind is TransactionKind.RETURN and number > 0:
                raise InvalidValue(name, number, "a return is zero or less")
        if self.kind is TransactionKind.SALE and self.original is not None:
            raise InvalidValue("original", self.original, "only a return names an original")
        if self.cost is not None and self.cost.currency != self.amount.currency:
            raise InvalidValue("cost", self.cost, f"give it in the currency of the amount, {self.amount.currency}")
        if self.splits and self.kind is TransactionKind.RETURN:
            raise InvalidValue("splits", self.original, "leave them out; a return follows the splits of its original")


@attrs.frozen(kw_only=True)
class Payee:
    """Somebody who can be paid: position as plans are assigned to, and the territories they work.

    `currency` is what they are paid in, where it differs from that of their plan.
    """

    id: str
    name: str
    position: str = ""
    currency: str | None = attrs.field(default=None, validator=_currency_or_none)
    territories: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class OpeningBalance:
    """What a payee owed (above zero) when computing begins on `day`, in place of what earlier periods would give."""

    payee: str
    day: date
    owed: Money


def _by_id(payees: Any) -> Mapping[str, Payee]:
    found: dict[str, Payee] = {}
    for payee in payees.values() if isinstance(payees, Mapping) else payees:
        if found.setdefault(payee.id, payee) is not payee:
            raise InvalidValue("payees", payee.id, "two payees have this id; give each their own")
    return Parameters(found)


@attrs.frozen(kw_only=True)
class CommissionFacts:
    """Everything that is true, whatever the plan says.

    `hierarchies` tells who reports to whom on which day; `quotas` are those that hold, ramps applied.
    `exchange_rates` are those of days, `average_rates` those of whole periods, each on the days of its period.
    """

    transactions: tuple[Transaction, ...] = attrs.field(converter=as_tuple)
    payees: Mapping[str, Payee] = attrs.field(converter=_by_id)
    hierarchies: Dated[Hierarchy]
    quotas: tuple[Quota, ...] = attrs.field(default=(), converter=as_tuple)
    opening_balances: tuple[OpeningBalance, ...] = attrs.field(default=(), converter=as_tuple)
    exchange_rates: ExchangeRates = attrs.field(factory=ExchangeRates)
    appraisal_scores: tuple[AppraisalScore, ...] = attrs.field(default=(), converter=as_tuple)
    pay_events: tuple[PayEvent, ...] = attrs.field(default=(), converter=as_tuple)
    opening_holds: tuple[OpeningHold, ...] = attrs.field(default=(), converter=as_tuple)
    opening_uses: tuple[OpeningUse, ...] = attrs.field(default=(), converter=as_tuple)
    opening_measures: tuple[OpeningMeasure, ...] = attrs.field(default=(), converter=as_tuple)
    average_rates: ExchangeRates = attrs.field(factory=ExchangeRates)
