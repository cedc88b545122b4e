"""The rules of analytics: pure functions from amounts to results."""

from salesrules.analytics.rules.ranking import rank
from salesrules.analytics.rules.rollup import roll_up
from salesrules.analytics.rules.shares import calculate_cumulative_shares, calculate_shares
from salesrules.analytics.rules.totals import calculate_totals, check_tie_out

__all__ = [
    "calculate_cumulative_shares",
    "calculate_shares",
    "calculate_totals",
    "check_tie_out",
    "rank",
    "roll_up",
]
