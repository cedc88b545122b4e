"""A customer's account: all documents, what stands beside them, and the open items that follow."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import DateRange, Money, as_tuple, is_day, is_named
from salesrules.credit.model.documents import CreditOrder, Delivery, Invoice, Receipt, no_negative_money, positive_money

__all__ = ["Collateral", "CustomerAccount", "OpenItem", "OtherExposure"]


@attrs.frozen(kw_only=True)
class OpenItem:
    """What is still open of an invoice; below zero for a credit note that stands by itself."""

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    amount: Money
    issued: date = attrs.field(validator=is_day)
    due: date = attrs.field(validator=is_day)
    dunning_level: int = 0
    dunned_on: date | None = None
    is_disputed: bool = False


@attrs.frozen(kw_only=True)
class OtherExposure:
    """What we lend beside deliveries: a guarantee, a bill of exchange, an opening debit balance."""

    id: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=no_negative_money)
    effective: DateRange


@attrs.frozen(kw_only=True)
class Collateral:
    """What secures us for some days: a deposit, a guarantee of a bank, a credit insurance."""

    id: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=positive_money)
    effective: DateRange


@attrs.frozen(kw_only=True)
class CustomerAccount:
    """All that a customer's exposure follows from, in any order; each document once.

    `items` are open items of a receivables ledger whose invoices are not among `invoices`.
    """

    customer: str = attrs.field(validator=is_named)
    orders: tuple[CreditOrder, ...] = attrs.field(default=(), converter=as_tuple)
    deliveries: tuple[Delivery, ...] = attrs.field(default=(), converter=as_tuple)
    invoices: tuple[Invoice, ...] = attrs.field(default=(), converter=as_tuple)
    receipts: tuple[Receipt, ...] = attrs.field(default=(), converter=as_tuple)
    items: tuple[OpenItem, ...] = attrs.field(default=(), converter=as_tuple)
    others: tuple[OtherExposure, ...] = attrs.field(default=(), converter=as_tuple)
    collaterals: tuple[Collateral, ...] = attrs.field(default=(), converter=as_tuple)
