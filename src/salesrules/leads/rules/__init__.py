"""The rules of leads: pure functions from facts, policy and time to decisions and values."""

from salesrules.leads.rules.assignment import assign_leads, calculate_day_quota, find_skips
from salesrules.leads.rules.claims import check_claim, check_claim_quota, find_claim_objections
from salesrules.leads.rules.deadlines import calculate_dues, check_deadlines, find_escalation
from salesrules.leads.rules.funnel import calculate_funnel, calculate_funnels, to_journey
from salesrules.leads.rules.life import decide_by
from salesrules.leads.rules.lint import check_policy
from salesrules.leads.rules.merging import merge_captures
from salesrules.leads.rules.ownerships import check_lead, check_ownerships, find_owner
from salesrules.leads.rules.pool import Recall, check_holding, find_recall
from salesrules.leads.rules.schemes import find_scheme, find_scheme_of, find_unmet_conditions
from salesrules.leads.rules.scoring import calculate_score, check_opportunity

__all__ = [
    "Recall",
    "assign_leads",
    "calculate_day_quota",
    "calculate_dues",
    "calculate_funnel",
    "calculate_funnels",
    "calculate_score",
    "check_claim",
    "check_claim_quota",
    "check_deadlines",
    "check_holding",
    "check_lead",
    "check_opportunity",
    "check_ownerships",
    "check_policy",
    "decide_by",
    "find_claim_objections",
    "find_escalation",
    "find_owner",
    "find_recall",
    "find_scheme",
    "find_scheme_of",
    "find_skips",
    "find_unmet_conditions",
    "merge_captures",
    "to_journey",
]
