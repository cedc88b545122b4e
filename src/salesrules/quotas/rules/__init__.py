"""The verbs of the room."""

from __future__ import annotations

from salesrules.quotas.rules.allocation import split_amount, split_table
from salesrules.quotas.rules.attainment import calculate_attainment, calculate_pace, check_pace
from salesrules.quotas.rules.calculation import calculate_quota, calculate_quotas
from salesrules.quotas.rules.cascade import Tree, allocate_quotas, cascade_amount
from salesrules.quotas.rules.coverage import CountsWorkingDays
from salesrules.quotas.rules.goals import check_goal, check_goal_children
from salesrules.quotas.rules.life import decide_by, demand
from salesrules.quotas.rules.lint import check_policy
from salesrules.quotas.rules.periods import calculate_period_weights, calculate_seasonality, split_periods
from salesrules.quotas.rules.plans import check_child_plans, check_plan, check_plan_agreement, check_plan_progress
from salesrules.quotas.rules.ramps import apply_ramps, check_ramps
from salesrules.quotas.rules.revisions import check_revision, revise_quotas
from salesrules.quotas.rules.shares import calculate_growth_quota, convert_market_share, split_market_share

__all__ = [
    "CountsWorkingDays",
    "Tree",
    "allocate_quotas",
    "apply_ramps",
    "calculate_attainment",
    "calculate_growth_quota",
    "calculate_pace",
    "calculate_period_weights",
    "calculate_quota",
    "calculate_quotas",
    "calculate_seasonality",
    "cascade_amount",
    "check_child_plans",
    "check_goal",
    "check_goal_children",
    "check_pace",
    "check_plan",
    "check_plan_agreement",
    "check_plan_progress",
    "check_policy",
    "check_ramps",
    "check_revision",
    "convert_market_share",
    "decide_by",
    "demand",
    "revise_quotas",
    "split_amount",
    "split_market_share",
    "split_periods",
    "split_table",
]
