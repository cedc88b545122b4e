"""The nouns of the room: budgets, claims, their files, and what the rules make of them."""

from __future__ import annotations

from salesrules.expenses.model.budgets import (
    BudgetCharge,
    BudgetLine,
    BudgetStatus,
    Commitment,
    PlannedUse,
    Spending,
    Usage,
)
from salesrules.expenses.model.cases import BudgetFacts, ClaimFacts, ClaimFile
from salesrules.expenses.model.claims import Advance, Claim, ClaimLine, Sanction
from salesrules.expenses.model.results import AnalysisRow, BudgetAnalysis, LineAssessment, Settlement
from salesrules.expenses.model.trees import BudgetBook

__all__ = [
    "Advance",
    "AnalysisRow",
    "BudgetAnalysis",
    "BudgetBook",
    "BudgetCharge",
    "BudgetFacts",
    "BudgetLine",
    "BudgetStatus",
    "Claim",
    "ClaimFacts",
    "ClaimFile",
    "ClaimLine",
    "Commitment",
    "LineAssessment",
    "PlannedUse",
    "Sanction",
    "Settlement",
    "Spending",
    "Usage",
]
