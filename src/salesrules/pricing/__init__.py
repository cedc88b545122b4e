"""Prices: at what price we may sell, what promotions give, and whether a quotation stands.

>>> from datetime import date
>>> from salesrules.core import Band, BandTable, DateRange, Money, PolicyLife, Rate, Rounding
>>> from salesrules.pricing import (
...     Buyer, DiscountPolicy, PricingPolicy, Promotion, QuotationPolicy, SalesLine, VolumeDiscount, calculate_benefits
... )
>>> spring = DateRange(date(2026, 3, 1), date(2026, 6, 1))
>>> rates = BandTable(bands=[Band(start=10, value=Rate.parse("3%")), Band(start=50, value=Rate.parse("5%"))])
>>> policy = PricingPolicy(
...     life=PolicyLife(status="draft", scope="all", owner="sales operations", effective=spring),
...     rounding=Rounding(digits=2, mode="half_up"),
...     discounts=DiscountPolicy(id="discounts"),
...     promotions=[
...         Promotion(
...             id="spring", window=spring, benefit=VolumeDiscount(by="quantity", rates=rates), budget_line="promotion"
...         )
...     ],
...     stacking="best",
...     quotations=QuotationPolicy(id="quotations"),
... )
>>> line = SalesLine(id="1", product="pump", quantity=12, unit_price=Money("99.90", "CNY"))
>>> benefits = calculate_benefits([line], Buyer(customer="c1"), policy, date(2026, 4, 1), currency="CNY")
>>> benefits.discount, benefits.changes_at
(Money('35.96', 'CNY'), datetime.date(2026, 6, 1))
"""

from salesrules.pricing.model import (
    Buyer,
    Gift,
    GrantedBenefit,
    GrantedBenefits,
    PromotionUse,
    Quotation,
    QuotedDiscount,
    SalesLine,
)
from salesrules.pricing.policy import (
    Benefit,
    BundledGift,
    DiscountPolicy,
    Draw,
    FreeTrial,
    JointDiscount,
    LimitedTimePrice,
    Points,
    PricePoint,
    PriceRow,
    PricingPolicy,
    Prize,
    Promotion,
    PromotionLimit,
    QuotationPolicy,
    Stacking,
    ThresholdGift,
    VolumeDiscount,
    VolumeMeasure,
)
from salesrules.pricing.reasons import LABELS, REASONS
from salesrules.pricing.rules import (
    Authority,
    calculate_benefits,
    check_policy,
    check_price,
    check_quotation,
    find_line_differences,
    find_price,
)

__all__ = [
    "LABELS",
    "REASONS",
    "Authority",
    "Benefit",
    "BundledGift",
    "Buyer",
    "DiscountPolicy",
    "Draw",
    "FreeTrial",
    "Gift",
    "GrantedBenefit",
    "GrantedBenefits",
    "JointDiscount",
    "LimitedTimePrice",
    "Points",
    "PricePoint",
    "PriceRow",
    "PricingPolicy",
    "Prize",
    "Promotion",
    "PromotionLimit",
    "PromotionUse",
    "Quotation",
    "QuotationPolicy",
    "QuotedDiscount",
    "SalesLine",
    "Stacking",
    "ThresholdGift",
    "VolumeDiscount",
    "VolumeMeasure",
    "calculate_benefits",
    "check_policy",
    "check_price",
    "check_quotation",
    "find_line_differences",
    "find_price",
]
