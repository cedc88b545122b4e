"""The verbs of commissions: crediting, measuring, paying and explaining."""

from salesrules.commissions.rules.adjustment_explanation import explain_adjustment
from salesrules.commissions.rules.assignments import PlanSpan, plan_spans
from salesrules.commissions.rules.balances import settle_balances
from salesrules.commissions.rules.calculation import calculate_commissions
from salesrules.commissions.rules.closing import (
    ClosedPeriod,
    CommissionInputs,
    PeriodFacts,
    RestatedRun,
    close_period,
)
from salesrules.commissions.rules.conversions import convert_payment, measure_rates
from salesrules.commissions.rules.credit_fact_checks import check_credit_facts
from salesrules.commissions.rules.crediting import (
    credit_transactions,
    list_pending,
    report_outside_territory,
    report_pending,
    report_uncredited,
)
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.commissions.rules.explanation import (
    explain_line,
    explain_measurement,
    explain_payment,
    explain_pool,
    explain_statement,
)
from salesrules.commissions.rules.fact_checks import check_facts
from salesrules.commissions.rules.measures import counts, measure_credit
from salesrules.commissions.rules.pay_changes import why_changed
from salesrules.commissions.rules.payouts import split_payout
from salesrules.commissions.rules.policy_checks import check_policy
from salesrules.commissions.rules.pools import split_pool
from salesrules.commissions.rules.restatement import restate_commissions
from salesrules.commissions.rules.triggers import find_occurrences, safe_day

__all__ = [
    "ClosedPeriod",
    "CommissionInputs",
    "PayoutCurve",
    "PeriodFacts",
    "PlanSpan",
    "RestatedRun",
    "calculate_commissions",
    "check_credit_facts",
    "check_facts",
    "check_policy",
    "close_period",
    "convert_payment",
    "counts",
    "credit_transactions",
    "explain_adjustment",
    "explain_line",
    "explain_measurement",
    "explain_payment",
    "explain_pool",
    "explain_statement",
    "find_occurrences",
    "list_pending",
    "measure_credit",
    "measure_rates",
    "plan_spans",
    "report_outside_territory",
    "report_pending",
    "report_uncredited",
    "restate_commissions",
    "safe_day",
    "settle_balances",
    "split_payout",
    "split_pool",
    "why_changed",
]
