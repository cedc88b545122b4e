"""What a firm sets about prices: the list, discounts, promotions with their stacking, quotations."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import AmbiguousDay, PolicyLife, Rounding, WordEnum, as_tuple
from salesrules.pricing.policy.prices import DiscountPolicy, PricePoint, PriceRow, QuotationPolicy
from salesrules.pricing.policy.promotions import (
    Benefit,
    BundledGift,
    Draw,
    FreeTrial,
    JointDiscount,
    LimitedTimePrice,
    Points,
    Prize,
    Promotion,
    PromotionLimit,
    ThresholdGift,
    VolumeDiscount,
    VolumeMeasure,
)

__all__ = [
    "Benefit",
    "BundledGift",
    "DiscountPolicy",
    "Draw",
    "FreeTrial",
    "JointDiscount",
    "LimitedTimePrice",
    "Points",
    "PricePoint",
    "PriceRow",
    "PricingPolicy",
    "Prize",
    "Promotion",
    "PromotionLimit",
    "QuotationPolicy",
    "Stacking",
    "ThresholdGift",
    "VolumeDiscount",
    "VolumeMeasure",
]


class Stacking(WordEnum):
    """What happens where several promotions apply to one order.

    `EXCLUSIVE`: the first in order, alone. `BEST`: the one that is worth most to the customer. `COMBINE`: all in
    order, each on what the former ones left.
    """

    EXCLUSIVE = "exclusive"
    BEST = "best"
    COMBINE = "combine"


@attrs.frozen(kw_only=True)
class PricingPolicy:
    """The section `pricing` of a rulebook; `rounding` holds for the amounts of lines and benefits."""

    life: PolicyLife
    rounding: Rounding
    prices: tuple[PriceRow, ...] = attrs.field(default=(), converter=as_tuple)
    discounts: DiscountPolicy
    promotions: tuple[Promotion, ...] = attrs.field(default=(), converter=as_tuple)
    stacking: Stacking = attrs.field(converter=Stacking)
    quotations: QuotationPolicy

    def price_row(self, product: str, customer_type: str, currency: str, day: date) -> PriceRow | None:
        """The row that prices a product on a day: one for the customer type before one for all, `None` without any.

        Raises `AmbiguousDay` where several do.
        """
        current = [
            row for row in self.prices if row.product == product and row.currency == currency and day in row.effective
        ]
        named = [row for row in current if customer_type in row.customer_types]
        found = named or [row for row in current if not row.customer_types]
        if len(found) > 1:
            raise AmbiguousDay(f"pricing.prices of {product}", day, tuple(row.id for row in found))
        return found[0] if found else None
