"""Verbs: review a contract, judge changes, deadlines, renewal and performance."""

from salesrules.contracts.rules.changes import check_change, find_changes, find_misfits, is_material, replace_contract
from salesrules.contracts.rules.deadlines import CountsDays, calculate_due_day, check_deadlines, check_renewal
from salesrules.contracts.rules.lines import calculate_total
from salesrules.contracts.rules.performance import calculate_standings, check_performance
from salesrules.contracts.rules.review import review
from salesrules.contracts.rules.signing import make_request

__all__ = [
    "CountsDays",
    "calculate_due_day",
    "calculate_standings",
    "calculate_total",
    "check_change",
    "check_deadlines",
    "check_performance",
    "check_renewal",
    "find_changes",
    "find_misfits",
    "is_material",
    "make_request",
    "replace_contract",
    "review",
]
