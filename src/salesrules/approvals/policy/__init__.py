"""What a firm sets: its steps, its matrices, and how requests are handled."""

from salesrules.approvals.policy.checks import check_policy
from salesrules.approvals.policy.matrix import (
    AmountCondition,
    ApprovalMatrix,
    ApprovalRow,
    Condition,
    MeasureCondition,
    UnitCondition,
    WhenMissing,
    WordCondition,
)
from salesrules.approvals.policy.section import ApprovalPolicy, ApprovalRule, SameReviewer

__all__ = [
    "AmountCondition",
    "ApprovalMatrix",
    "ApprovalPolicy",
    "ApprovalRow",
    "ApprovalRule",
    "Condition",
    "MeasureCondition",
    "SameReviewer",
    "UnitCondition",
    "WhenMissing",
    "WordCondition",
    "check_policy",
]
