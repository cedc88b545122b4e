"""The rules of customers: pure functions from facts, policy and time to decisions and values."""

from salesrules.customers.rules.attention import (
    calculate_follow_up,
    calculate_visits,
    check_follow_up,
    check_visits,
    find_attention_level,
)
from salesrules.customers.rules.classes import classify_by_share
from salesrules.customers.rules.duplicates import Match, find_matches, match_keys, normalise
from salesrules.customers.rules.handover import check_handover, plan_handover
from salesrules.customers.rules.lint import check_policy
from salesrules.customers.rules.matrix import classify_key_account
from salesrules.customers.rules.profiles import calculate_completeness, check_profile, find_personal_fields
from salesrules.customers.rules.registration import calculate_protections, check_registration
from salesrules.customers.rules.satisfaction import (
    calculate_repeat_rate,
    calculate_satisfaction,
    check_loyalty,
    check_satisfaction,
)
from salesrules.customers.rules.terms import calculate_due_day, calculate_payable, check_terms, find_terms

__all__ = [
    "Match",
    "calculate_completeness",
    "calculate_due_day",
    "calculate_follow_up",
    "calculate_payable",
    "calculate_protections",
    "calculate_repeat_rate",
    "calculate_satisfaction",
    "calculate_visits",
    "check_follow_up",
    "check_handover",
    "check_loyalty",
    "check_policy",
    "check_profile",
    "check_registration",
    "check_satisfaction",
    "check_terms",
    "check_visits",
    "classify_by_share",
    "classify_key_account",
    "find_attention_level",
    "find_matches",
    "find_personal_fields",
    "find_terms",
    "match_keys",
    "normalise",
    "plan_handover",
]
