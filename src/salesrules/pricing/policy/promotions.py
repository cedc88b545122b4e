"""Promotions: who gets what benefit, when, up to which limit, at whose cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import attrs

from salesrules.core import (
    BandTable,
    DateRange,
    InvalidValue,
    Money,
    Rate,
    Side,
    WordEnum,
    as_tuple,
    is_named,
)

__all__ = [
    "Benefit",
    "BundledGift",
    "Draw",
    "FreeTrial",
    "JointDiscount",
    "LimitedTimePrice",
    "Points",
    "Prize",
    "Promotion",
    "PromotionLimit",
    "ThresholdGift",
    "VolumeDiscount",
    "VolumeMeasure",
]


class VolumeMeasure(WordEnum):
    """What a volume is counted in: pieces, or the amount at the prices that stand."""

    QUANTITY = "quantity"
    AMOUNT = "amount"


def above_zero(instance: object, attribute: attrs.Attribute[Money], value: Money) -> None:
    """Refuse an amount that is not above zero."""
    if value.amount <= 0:
        raise InvalidValue(attribute.name, value, "give more than zero")


def not_negative(instance: object, attribute: attrs.Attribute[Money], value: Money) -> None:
    """Refuse an amount below zero."""
    if value.amount < 0:
        raise InvalidValue(attribute.name, value, "give zero or more")


def whole_above_zero(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    """Refuse anything but a whole number above zero."""
    if type(value) is not int or value < 1:
        raise InvalidValue(attribute.name, value, "give a whole number above zero")


def share(instance: object, attribute: attrs.Attribute[Rate], value: Rate) -> None:
    """Refuse a rate that is no share of a whole."""
    if not 0 <= value.value <= 1:
        raise InvalidValue(attribute.name, str(value), "give a rate from 0% to 100%")


def _each_share(instance: object, attribute: attrs.Attribute[BandTable[Rate]], value: BandTable[Rate]) -> None:
    for index, band in enumerate(value.bands):
        if not 0 <= band.value.value <= 1:
            raise InvalidValue(f"rates.bands[{index}].value", str(band.value), "give a rate from 0% to 100%")


@attrs.frozen(kw_only=True)
class VolumeDiscount:
    """A rate off all that is eligible, by how much of it there is: `rates` bands its quantity, or its amount."""

    kind: Literal["volume_discount"] = "volume_discount"
    by: VolumeMeasure = attrs.field(converter=VolumeMeasure)
    rates: BandTable[Rate] = attrs.field(validator=_each_share)


@attrs.frozen(kw_only=True)
class ThresholdGift:
    """A gift from an amount on: once, or with `repeats` for every full `threshold`.

    `side` owns an amount of exactly the threshold: `lower` gives the gift, `upper` not. `value` is what one gift costs
    the budget.
    """

    kind: Literal["threshold_gift"] = "threshold_gift"
    threshold: Money = attrs.field(validator=above_zero)
    side: Side = attrs.field(converter=Side)
    gift: str = attrs.field(validator=is_named)
    quantity: int = attrs.field(default=1, validator=whole_above_zero)
    repeats: bool = False
    value: Money = attrs.field(validator=not_negative)


@attrs.frozen(kw_only=True)
class BundledGift:
    """`quantity` pieces of `gift` free for every `buy` pieces bought; `value` is what one piece costs the budget."""

    kind: Literal["bundled_gift"] = "bundled_gift"
    buy: int = attrs.field(validator=whole_above_zero)
    gift: str = attrs.field(validator=is_named)
    quantity: int = attrs.field(default=1, validator=whole_above_zero)
    value: Money = attrs.field(validator=not_negative)


@attrs.frozen(kw_only=True)
class Points:
    """`points` for every full `per` of the amount; `value` is what one point costs the budget."""

    kind: Literal["points"] = "points"
    per: Money = attrs.field(validator=above_zero)
    points: int = attrs.field(validator=whole_above_zero)
    value: Money = attrs.field(validator=not_negative)


@attrs.frozen(kw_only=True)
class LimitedTimePrice:
    """A price per piece that holds while the promotion runs, where it is lower than the one that stands."""

    kind: Literal["limited_time_price"] = "limited_time_price"
    price: Money = attrs.field(validator=not_negative)


@attrs.frozen(kw_only=True)
class Prize:
    """A prize of a draw: how many there are, and what one costs the budget."""

    name: str = attrs.field(validator=is_named)
    count: int = attrs.field(validator=whole_above_zero)
    value: Money = attrs.field(validator=not_negative)


@attrs.frozen(kw_only=True)
class Draw:
    """`chances` in a draw for every full `per` of the amount; who wins, chance says, and no rule here.

    A chance costs the budget its part of the `prizes`, of which `tickets` chances are issued at most.
    """

    kind: Literal["draw"] = "draw"
    per: Money = attrs.field(validator=above_zero)
    chances: int = attrs.field(default=1, validator=whole_above_zero)
    tickets: int = attrs.field(validator=whole_above_zero)
    prizes: tuple[Prize, ...] = attrs.field(converter=as_tuple)

    @property
    def pot(self) -> Money:
        """What all prizes cost together."""
        values = [prize.value * prize.count for prize in self.prizes]
        return sum(values[1:], values[0]) if values else Money.zero(self.per.currency)


@attrs.frozen(kw_only=True)
class FreeTrial:
    """The product for nothing for some calendar days, `quantity` pieces at most; `value` is what one piece costs."""

    kind: Literal["free_trial"] = "free_trial"
    days: int = attrs.field(validator=whole_above_zero)
    quantity: int = attrs.field(default=1, validator=whole_above_zero)
    value: Money = attrs.field(validator=not_negative)


@attrs.frozen(kw_only=True)
class JointDiscount:
    """A rate off what is eligible where every one of `together_with`, a partner's products say, is bought as well."""

    kind: Literal["joint_promotion"] = "joint_promotion"
    together_with: tuple[str, ...] = attrs.field(converter=as_tuple)
    rate: Rate = attrs.field(validator=share)

    def __attrs_post_init__(self) -> None:
        if not self.together_with:
            raise InvalidValue("together_with", self.together_with, "name at least one product")


Benefit = VolumeDiscount | ThresholdGift | BundledGift | Points | LimitedTimePrice | Draw | FreeTrial | JointDiscount

_optional_count = attrs.validators.optional(whole_above_zero)
_optional_money = attrs.validators.optional(above_zero)


@attrs.frozen(kw_only=True)
class PromotionLimit:
    """How often a promotion may be taken, and up to which value in all; `None` sets no limit.

    A benefit that the value leaves room for only in part is cut to it; gifts, points and chances stay whole.
    """

    times: int | None = attrs.field(default=None, validator=_optional_count)
    value: Money | None = attrs.field(default=None, validator=_optional_money)


@attrs.frozen(kw_only=True)
class Promotion:
    """One promotion: its window, the customers and products that it is for, its benefit, limits and cost.

    Empty `customer_types` and `products` mean all. `minimum_quantity` is how much of the products must be bought.
    Where promotions are combined, they apply in `order` (then by id); one that is `alone` never joins others. The
    budget line bears the benefit less the share of `partner`.
    """

    id: str = attrs.field(validator=is_named)
    name: str = ""
    window: DateRange
    customer_types: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    products: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    minimum_quantity: Decimal = Decimal(0)
    benefit: Benefit
    per_customer: PromotionLimit = PromotionLimit()
    total: PromotionLimit = PromotionLimit()
    budget_line: str = attrs.field(validator=is_named)
    partner: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))
    partner_share: Rate = attrs.field(default=Rate(0), validator=share)
    order: int = 0
    alone: bool = False

    def __attrs_post_init__(self) -> None:
        if self.partner is None and self.partner_share.value:
            raise InvalidValue("partner", None, "name the partner who bears the share")
        if self.benefit.kind == "joint_promotion" and self.partner is None:
            raise InvalidValue("partner", None, "a joint promotion names its partner")
