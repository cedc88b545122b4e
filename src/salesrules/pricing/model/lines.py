"""What is sold and offered: lines, the customer who buys, quotations, and what promotions have given so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import attrs

from salesrules.core import DateRange, InvalidValue, Money, as_tuple, is_day, is_named, to_decimal

__all__ = ["Buyer", "PromotionUse", "Quotation", "QuotedDiscount", "SalesLine"]


def _quantity(value: object) -> Decimal:
    return to_decimal(value, "quantity")


def _above_zero(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    if value <= 0:
        raise InvalidValue(attribute.name, value, "give more than zero")


def _not_negative(instance: object, attribute: attrs.Attribute[Money], value: Money) -> None:
    if value.amount < 0:
        raise InvalidValue(attribute.name, value, "give zero or more")


@attrs.frozen(kw_only=True)
class Buyer:
    """Who buys: the customer, and the type by which prices and promotions go."""

    customer: str = attrs.field(validator=is_named)
    customer_type: str = ""


@attrs.frozen(kw_only=True)
class SalesLine:
    """So many pieces of a product at a price each; `amount` is what the document states for the line, if anything.

    Raises `InvalidValue` for a quantity that is not above zero and for a negative price.
    """

    id: str = attrs.field(validator=is_named)
    product: str = attrs.field(validator=is_named)
    quantity: Decimal = attrs.field(converter=_quantity, validator=_above_zero)
    unit_price: Money = attrs.field(validator=_not_negative)
    amount: Money | None = None

    @property
    def exact_amount(self) -> Money:
        """Quantity times price, before any rounding."""
        return self.unit_price * self.quantity


@attrs.frozen(kw_only=True)
class QuotedDiscount:
    """What a quotation takes off for a promotion: the promotion's id and the amount, zero for a gift or points."""

    promotion: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=_not_negative)


def _closed(instance: object, attribute: attrs.Attribute[DateRange], value: DateRange) -> None:
    if value.end is None:
        raise InvalidValue("validity.end", None, "a quotation is valid until a day; give the day after the last")


@attrs.frozen(kw_only=True)
class Quotation:
    """One version of an offer: its lines, what promotions take off, and the total; valid on the days of `validity`.

    `issued` is the day whose prices it promises. Raises `InvalidValue` for a version below 1, an open validity, and one
    that is over before the day of issue.
    """

    id: str = attrs.field(validator=is_named)
    version: int = 1
    seller: str = attrs.field(validator=is_named)
    buyer: Buyer
    currency: str
    issued: date = attrs.field(validator=is_day)
    validity: DateRange = attrs.field(validator=_closed)
    lines: tuple[SalesLine, ...] = attrs.field(converter=as_tuple)
    discounts: tuple[QuotedDiscount, ...] = attrs.field(default=(), converter=as_tuple)
    total: Money

    def __attrs_post_init__(self) -> None:
        if type(self.version) is not int or self.version < 1:
            raise InvalidValue("version", self.version, "count versions from 1")
        if self.validity.end is not None and self.validity.end <= self.issued:
            raise InvalidValue("validity.end", self.validity.end, f"give a day after the day of issue, {self.issued}")

    @property
    def reference(self) -> str:
        """What an approval names: this version and no other, since another has other prices."""
        return f"{self.id}/{self.version}"


@attrs.frozen(kw_only=True)
class PromotionUse:
    """One earlier use of a promotion: whose, and what it was worth."""

    promotion: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    value: Money = attrs.field(validator=_not_negative)


def uses_of(promotion: str, uses: Iterable[PromotionUse], customer: str | None = None) -> list[PromotionUse]:
    """The uses of one promotion, of all customers or of one."""
    return [use for use in uses if use.promotion == promotion and customer in (None, use.customer)]
