"""The verbs of the room."""

from __future__ import annotations

from salesrules.quotas.rules.calculation import calculate_quota, calculate_quotas
from salesrules.quotas.rules.ramps import apply_ramps

__all__ = ["apply_ramps", "calculate_quota", "calculate_quotas"]
