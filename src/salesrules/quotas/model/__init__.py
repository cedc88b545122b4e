"""The nouns of the room: quotas and their revisions, goals, sales plans, and what the rules make of them."""

from __future__ import annotations

from salesrules.quotas.model.cases import PlanFacts, QuotaFacts
from salesrules.quotas.model.goals import Goal
from salesrules.quotas.model.plans import (
    MarketAnalysis,
    Milestone,
    PlanGoal,
    PlannedActivity,
    PlannedCost,
    PlannedProduct,
    SalesPlan,
    costs_by_category,
)
from salesrules.quotas.model.quotas import Measure, Quota, QuotaOrigin, QuotaPiece, QuotaRevision
from salesrules.quotas.model.results import Attainment, HeldQuota, Pace, PacePart

__all__ = [
    "Attainment",
    "Goal",
    "HeldQuota",
    "MarketAnalysis",
    "Measure",
    "Milestone",
    "Pace",
    "PacePart",
    "PlanFacts",
    "PlanGoal",
    "PlannedActivity",
    "PlannedCost",
    "PlannedProduct",
    "Quota",
    "QuotaFacts",
    "QuotaOrigin",
    "QuotaPiece",
    "QuotaRevision",
    "SalesPlan",
    "costs_by_category",
]
