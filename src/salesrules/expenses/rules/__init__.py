"""The verbs of the room."""

from __future__ import annotations

from salesrules.expenses.rules.amounts import NO_RATES
from salesrules.expenses.rules.analysis import analyse_budgets, calculate_forecast
from salesrules.expenses.rules.approving import (
    find_approval_requests,
    find_asked,
    find_open_approvals,
    route_claim,
)
from salesrules.expenses.rules.budgets import check_allocation, check_confirmation, find_budget_line
from salesrules.expenses.rules.claims import (
    assess_claim,
    calculate_charges,
    calculate_settlement,
    check_claim,
    check_sanctions,
    find_sanction_reasons,
)
from salesrules.expenses.rules.control import check_charges
from salesrules.expenses.rules.gates import Gate, find_gates, line_gate, month_gates
from salesrules.expenses.rules.life import decide_by, demand
from salesrules.expenses.rules.limits import find_limits
from salesrules.expenses.rules.lint import check_policy
from salesrules.expenses.rules.moving import (
    calculate_carry_forward,
    carry_forward,
    check_transfer,
    decide_carry,
    find_forwardable,
    forward_commitments,
    move_amount,
    transfer_amount,
)
from salesrules.expenses.rules.pacing import calculate_elapsed_share, calculate_theoretical_amount
from salesrules.expenses.rules.papers import CountsWorkingDays
from salesrules.expenses.rules.usage import calculate_usage, find_open_commitments

__all__ = [
    "NO_RATES",
    "CountsWorkingDays",
    "Gate",
    "analyse_budgets",
    "assess_claim",
    "calculate_carry_forward",
    "calculate_charges",
    "calculate_elapsed_share",
    "calculate_forecast",
    "calculate_settlement",
    "calculate_theoretical_amount",
    "calculate_usage",
    "carry_forward",
    "check_allocation",
    "check_charges",
    "check_claim",
    "check_confirmation",
    "check_policy",
    "check_sanctions",
    "check_transfer",
    "decide_by",
    "decide_carry",
    "demand",
    "find_approval_requests",
    "find_asked",
    "find_budget_line",
    "find_forwardable",
    "find_gates",
    "find_limits",
    "find_open_approvals",
    "find_open_commitments",
    "find_sanction_reasons",
    "forward_commitments",
    "line_gate",
    "month_gates",
    "move_amount",
    "route_claim",
    "transfer_amount",
]
