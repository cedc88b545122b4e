"""The verbs of the room: grades, limits, exposure, checks, receivables, and the lint of the policy."""

from __future__ import annotations

from salesrules.credit.rules.accounts import calculate_open_items, check_documents, find_document_faults
from salesrules.credit.rules.ageing import calculate_ageing, calculate_allowance, find_overdue
from salesrules.credit.rules.checks import check_credit
from salesrules.credit.rules.collection import calculate_collection, check_collection
from salesrules.credit.rules.dunning import calculate_dunning, find_next_dunning
from salesrules.credit.rules.exposure import calculate_exposure, calculate_request, calculate_standing
from salesrules.credit.rules.grading import calculate_grade
from salesrules.credit.rules.headroom import calculate_ceiling
from salesrules.credit.rules.limits import calculate_average_sales, calculate_limit
from salesrules.credit.rules.lint import check_policy
from salesrules.credit.rules.postings import check_postings
from salesrules.credit.rules.releases import make_release_request, route_release

__all__ = [
    "calculate_ageing",
    "calculate_allowance",
    "calculate_average_sales",
    "calculate_ceiling",
    "calculate_collection",
    "calculate_dunning",
    "calculate_exposure",
    "calculate_grade",
    "calculate_limit",
    "calculate_open_items",
    "calculate_request",
    "calculate_standing",
    "check_collection",
    "check_credit",
    "check_documents",
    "check_policy",
    "check_postings",
    "find_document_faults",
    "find_next_dunning",
    "find_overdue",
    "make_release_request",
    "route_release",
]
