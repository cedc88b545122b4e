"""Why a plan cannot run in bulk on a target: each feature by name, never silently left out."""

from __future__ import annotations

from salesrules.core import ReasonCode, WordEnum

__all__ = ["REASONS", "Feature", "Target"]


class Target(WordEnum):
    """What runs a compiled plan: NumPy over blocks of rows, expressions of the user's own engine, or SQL as text."""

    KERNEL = "kernel"
    EXPRESSIONS = "expressions"
    SQL = "sql"


class Feature(WordEnum):
    """What a plan can ask for and a target may not do."""

    CAP = "cap"
    MODIFIERS = "modifiers"
    PAYOUTS = "payouts"
    CLAWBACKS = "clawbacks"
    MINIMUM_PAYMENT = "minimum_payment"
    RETURNS_AT_ORIGINAL_TERMS = "returns_at_original_terms"
    ROUNDING_BY_TIER = "rounding_by_tier"
    LARGEST_REMAINDER = "largest_remainder"
    CUMULATIVE_SHARES_OF_QUOTAS = "cumulative_shares_of_quotas"
    FORMULA = "formula"
    GRID = "grid"
    INTERPOLATED_RATE = "interpolated_rate"
    TARGET_OF_PAYEE = "target_of_payee"
    COUNT = "count"
    FILTERS = "filters"
    NUMBERS_TOO_FINE = "numbers_too_fine"


PLAN_FEATURE = ReasonCode("frames.plan_feature", ("plan", "feature"))
COMPONENT_FEATURE = ReasonCode("frames.component_feature", ("component", "feature"))

REASONS = (PLAN_FEATURE, COMPONENT_FEATURE)
