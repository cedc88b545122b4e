"""Fetch, decide, save: every function takes the ports that it needs, all of one unit of work of its caller.

None begins or commits one. Where a decision does not allow, nothing was changed. Keys are the client's; what a function
asks of the ledger has keys that derive from them, so that a command sent twice has one effect.
"""

from __future__ import annotations

from salesrules.expenses.service.claims import review_claim, save_claim, submit_claim
from salesrules.expenses.service.lines import (
    carry_forward_budget,
    close_budget,
    confirm_budget,
    open_budgets,
    renew_limits,
    transfer_budget,
)
from salesrules.expenses.service.reading import load_book, load_usage
from salesrules.expenses.service.spending import (
    cancel_actual,
    commit_budget,
    refund_budget,
    release_budget,
    reserve_budget,
)

__all__ = [
    "cancel_actual",
    "carry_forward_budget",
    "close_budget",
    "commit_budget",
    "confirm_budget",
    "load_book",
    "load_usage",
    "open_budgets",
    "refund_budget",
    "release_budget",
    "renew_limits",
    "reserve_budget",
    "review_claim",
    "save_claim",
    "submit_claim",
    "transfer_budget",
]
