"""What a firm sets about expenses: the section `expenses` of a rulebook."""

from __future__ import annotations

import attrs

from salesrules.core import PolicyLife
from salesrules.expenses.policy.budgets import (
    BudgetControl,
    BudgetPolicy,
    CarryPolicy,
    ControlAction,
    ControlSpan,
    SameField,
    TransferPolicy,
)
from salesrules.expenses.policy.claims import (
    ClaimPolicy,
    DayCount,
    DuplicatePolicy,
    EvidencePolicy,
    ExcessPolicy,
    ExpenseCategory,
    ExpenseLimit,
    LatePolicy,
    LimitPer,
    Precision,
    RateDay,
    Strictness,
)
from salesrules.expenses.policy.reviews import PaymentStep, Refusal, ReviewPolicy, ReviewStep

__all__ = [
    "BudgetControl",
    "BudgetPolicy",
    "CarryPolicy",
    "ClaimPolicy",
    "ControlAction",
    "ControlSpan",
    "DayCount",
    "DuplicatePolicy",
    "EvidencePolicy",
    "ExcessPolicy",
    "ExpenseCategory",
    "ExpenseLimit",
    "ExpensePolicy",
    "LatePolicy",
    "LimitPer",
    "PaymentStep",
    "Precision",
    "RateDay",
    "Refusal",
    "ReviewPolicy",
    "ReviewStep",
    "SameField",
    "Strictness",
    "TransferPolicy",
]


@attrs.frozen(kw_only=True)
class ExpensePolicy:
    """The section `expenses` of a rulebook: budgets, claims and reviews; a firm sets those that it uses."""

    life: PolicyLife
    budgets: BudgetPolicy | None = None
    claims: ClaimPolicy | None = None
    reviews: ReviewPolicy | None = None
