"""The documents that a customer's exposure follows from: orders, deliveries, invoices, receipts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import InvalidValue, Money, WordEnum, as_tuple, is_day, is_named, to_decimal, total

__all__ = [
    "Allocation",
    "BilledLine",
    "CreditOrder",
    "DeliveredLine",
    "Delivery",
    "Invoice",
    "OrderLine",
    "OrderStatus",
    "Receipt",
]


def as_quantity(value: object) -> Decimal:
    """The exact number that a quantity stands for."""
    return to_decimal(value, "quantity")


def above_zero(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    """Refuse a number that is not above zero."""
    if value <= 0:
        raise InvalidValue(
            attribute.name, value, "give more than zero; a return or a credit note is a document of its own"
        )


def positive_money(instance: object, attribute: attrs.Attribute[Money], value: Money) -> None:
    """Refuse an amount that is not above zero."""
    if value.amount <= 0:
        raise InvalidValue(
            attribute.name, value, "give more than zero; a return or a credit note is a document of its own"
        )


def no_negative_money(instance: object, attribute: attrs.Attribute[Money], value: Money) -> None:
    """Refuse an amount below zero."""
    if value.amount < 0:
        raise InvalidValue(attribute.name, value, "give zero or more")


class OrderStatus(WordEnum):
    """Where an order stands; only what is open will still be delivered and billed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class OrderLine:
    """So many pieces at a price each, with taxes where the firm lends them too; neither is below zero."""

    id: str = attrs.field(validator=is_named)
    quantity: Decimal = attrs.field(converter=as_quantity, validator=above_zero)
    unit_price: Money = attrs.field(validator=no_negative_money)


@attrs.frozen(kw_only=True)
class CreditOrder:
    """An order; a copy of another is an order of its own, and says only by `copied_from` where it came from.

    Of a prepaid order nothing is lent before goods leave.
    """

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    lines: tuple[OrderLine, ...] = attrs.field(converter=as_tuple)
    status: OrderStatus = attrs.field(default=OrderStatus.OPEN, converter=OrderStatus)
    is_prepaid: bool = False
    copied_from: str | None = None


@attrs.frozen(kw_only=True)
class DeliveredLine:
    """So many pieces of an order's line."""

    order: str = attrs.field(validator=is_named)
    line: str = attrs.field(validator=is_named)
    quantity: Decimal = attrs.field(converter=as_quantity, validator=above_zero)


@attrs.frozen(kw_only=True)
class Delivery:
    """Goods that left on a day, or with `is_return` came back."""

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    lines: tuple[DeliveredLine, ...] = attrs.field(converter=as_tuple)
    is_return: bool = False


@attrs.frozen(kw_only=True)
class BilledLine:
    """An amount of an invoice, and which pieces of which order's line it bills, if any."""

    amount: Money = attrs.field(validator=no_negative_money)
    order: str | None = None
    line: str | None = None
    quantity: Decimal | None = attrs.field(
        default=None,
        converter=attrs.converters.optional(as_quantity),
        validator=attrs.validators.optional(above_zero),
    )

    def __attrs_post_init__(self) -> None:
        if len({self.order is None, self.line is None, self.quantity is None}) > 1:
            raise InvalidValue("order", self.order, "name order, line and quantity together, or none of them")


@attrs.frozen(kw_only=True)
class Invoice:
    """What is owed from a day on, until `due`; with `is_credit_note` it lessens what is owed, by the same pieces.

    A credit note that `corrects` an invoice lessens that one; else it stands by itself. A `cancelled` invoice counts
    for nothing. Raises `InvalidValue` where there is no line, and `CurrencyMismatch` for lines of two currencies.
    """

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    due: date = attrs.field(validator=is_day)
    lines: tuple[BilledLine, ...] = attrs.field(converter=as_tuple)
    is_credit_note: bool = False
    corrects: str | None = None
    is_cancelled: bool = False
    is_disputed: bool = False
    dunning_level: int = 0
    dunned_on: date | None = None
    amount: Money = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise InvalidValue("lines", self.lines, "an invoice has at least one line")
        if self.due < self.day:
            raise InvalidValue("due", self.due, f"an invoice of {self.day} is due then or later")
        if self.corrects is not None and not self.is_credit_note:
            raise InvalidValue("corrects", self.corrects, "only a credit note corrects an invoice")
        object.__setattr__(self, "amount", total(line.amount for line in self.lines))


@attrs.frozen(kw_only=True)
class Allocation:
    """The part of a receipt that pays an invoice."""

    invoice: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=positive_money)


@attrs.frozen(kw_only=True)
class Receipt:
    """Money that came in on a day; what of it is not allocated is a payment on account.

    A prepayment names its `order`: it lessens what is lent on that order, and never makes room for others. Raises
    `InvalidValue` where more is allocated than came in.
    """

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    amount: Money = attrs.field(validator=positive_money)
    allocations: tuple[Allocation, ...] = attrs.field(default=(), converter=as_tuple)
    order: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.rest.amount < 0:
            raise InvalidValue("allocations", self.rest, "allocate no more than came in")

    @property
    def rest(self) -> Money:
        """What is not allocated: paid on account."""
        return self.amount - total((part.amount for part in self.allocations), self.amount.currency)
