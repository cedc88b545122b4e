"""What happened: sums by any key, shares, rankings, cumulative shares and roll-ups that tie to the total.

>>> from salesrules.analytics import calculate_shares
>>> [str(share.rounded) for share in calculate_shares({"north": 2, "south": 1, "west": 3})]
['33.33%', '16.67%', '50%']
"""

from salesrules.analytics.model import (
    CumulativeShare,
    CumulativeShares,
    Ranked,
    Ranking,
    RankTies,
    RolledUp,
    RollUp,
    Share,
    Shares,
    Total,
    Totals,
)
from salesrules.analytics.reasons import DOES_NOT_TIE, REASONS
from salesrules.analytics.rules import (
    calculate_cumulative_shares,
    calculate_shares,
    calculate_totals,
    check_tie_out,
    rank,
    roll_up,
)

__all__ = [
    "DOES_NOT_TIE",
    "REASONS",
    "CumulativeShare",
    "CumulativeShares",
    "RankTies",
    "Ranked",
    "Ranking",
    "RollUp",
    "RolledUp",
    "Share",
    "Shares",
    "Total",
    "Totals",
    "calculate_cumulative_shares",
    "calculate_shares",
    "calculate_totals",
    "check_tie_out",
    "rank",
    "roll_up",
]
