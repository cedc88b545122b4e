"""Prices: what a product costs whom from when, the lowest price allowed, and who may give a discount."""

from __future__ import annotations

import attrs

from salesrules.core import BandTable, DateRange, InvalidValue, Money, Rate, Side, as_tuple, is_named

__all__ = ["DiscountPolicy", "PricePoint", "PriceRow", "QuotationPolicy"]


@attrs.frozen(kw_only=True)
class PricePoint:
    """The list price of one piece and the floor under it; raises `InvalidValue` where the floor is above the list."""

    list: Money
    floor: Money

    def __attrs_post_init__(self) -> None:
        if self.list.amount <= 0:
            raise InvalidValue("list", self.list, "give more than zero")
        if self.floor.currency != self.list.currency or not 0 <= self.floor.amount <= self.list.amount:
            raise InvalidValue("floor", self.floor, f"give zero or more, in the currency and not above {self.list}")


@attrs.frozen(kw_only=True)
class PriceRow:
    """The price of a product from when until when, by quantity, for some customer types (empty: for all others).

    `breaks` bands the quantity of a line; all its prices are in one currency, else `InvalidValue` is raised.
    """

    id: str = attrs.field(validator=is_named)
    product: str = attrs.field(validator=is_named)
    customer_types: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    effective: DateRange
    breaks: BandTable[PricePoint]

    def __attrs_post_init__(self) -> None:
        for index, band in enumerate(self.breaks.bands):
            if band.value.list.currency != self.currency:
                raise InvalidValue(f"breaks.bands[{index}].value", band.value.list, f"give prices in {self.currency}")

    @property
    def currency(self) -> str:
        """The currency of its prices."""
        return self.breaks.bands[0].value.list.currency


@attrs.frozen(kw_only=True)
class DiscountPolicy:
    """Who may go below the list price: anybody up to `free`, then whoever has authority for `act`.

    `side` owns a discount of exactly `free`: `upper`, anybody may give it; `lower`, not. Below the floor it takes
    authority for `floor_act`, whose rate is how far the price is below the floor; without such an act nobody may.
    """

    id: str = attrs.field(validator=is_named)
    free: Rate = attrs.field(default=Rate(0))
    side: Side = attrs.field(default=Side.UPPER, converter=Side)
    act: str = "price.discount"
    floor_act: str | None = "price.below_floor"

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.free.value <= 1:
            raise InvalidValue("free", str(self.free), "give a rate from 0% to 100%")


@attrs.frozen(kw_only=True)
class QuotationPolicy:
    """What a quotation must keep to: `maximum_days`, the longest validity in calendar days (`None`: any)."""

    id: str = attrs.field(validator=is_named)
    maximum_days: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.maximum_days is not None and self.maximum_days < 1:
            raise InvalidValue("maximum_days", self.maximum_days, "give at least one day, or nothing for no limit")
