"""The nouns of the room: quotas and their revisions, goals, sales plans, and what the rules make of them."""

from __future__ import annotations

from salesrules.quotas.model.quotas import Measure, Quota, QuotaOrigin, QuotaPiece
from salesrules.quotas.model.results import Attainment, HeldQuota, Pace

__all__ = [
    "Attainment",
    "HeldQuota",
    "Measure",
    "Pace",
    "Quota",
    "QuotaOrigin",
    "QuotaPiece",
]
