"""The verbs of the room: prices, promotions, quotations, and the lint of the policy."""

from __future__ import annotations

from salesrules.pricing.rules.asking import Authority
from salesrules.pricing.rules.lint import check_policy
from salesrules.pricing.rules.prices import check_price, find_price
from salesrules.pricing.rules.promotions import calculate_benefits
from salesrules.pricing.rules.quotations import check_quotation, find_line_differences

__all__ = [
    "Authority",
    "calculate_benefits",
    "check_policy",
    "check_price",
    "check_quotation",
    "find_line_differences",
    "find_price",
]
