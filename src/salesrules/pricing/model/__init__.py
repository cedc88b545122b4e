"""The nouns of the room: lines, quotations, uses of promotions, and the benefits that these give."""

from __future__ import annotations

from salesrules.pricing.model.lines import Buyer, PromotionUse, Quotation, QuotedDiscount, SalesLine, uses_of
from salesrules.pricing.model.results import Gift, GrantedBenefit, GrantedBenefits

__all__ = [
    "Buyer",
    "Gift",
    "GrantedBenefit",
    "GrantedBenefits",
    "PromotionUse",
    "Quotation",
    "QuotedDiscount",
    "SalesLine",
    "uses_of",
]
