"""The nouns of commissions: facts, credits, results."""

from salesrules.commissions.model.changes import PayChange
from salesrules.commissions.model.credits import DIRECT, SalesCredit, override_role
from salesrules.commissions.model.events import AppraisalScore, OpeningHold, OpeningUse, PayEvent
from salesrules.commissions.model.facts import CommissionFacts, OpeningBalance, Payee, Transaction, TransactionKind
from salesrules.commissions.model.modifiers import Adjustment, AdjustmentKind, AdjustmentPart
from salesrules.commissions.model.statements import (
    BalanceEntry,
    BalanceKind,
    CapUse,
    CommissionRun,
    Measurement,
    Restatement,
    RestatementCause,
    Reversal,
    Segment,
    Statement,
    StatementLine,
    TierShare,
)

__all__ = [
    "DIRECT",
    "Adjustment",
    "AdjustmentKind",
    "AdjustmentPart",
    "AppraisalScore",
    "BalanceEntry",
    "BalanceKind",
    "CapUse",
    "CommissionFacts",
    "CommissionRun",
    "Measurement",
    "OpeningBalance",
    "OpeningHold",
    "OpeningUse",
    "PayChange",
    "PayEvent",
    "Payee",
    "Restatement",
    "RestatementCause",
    "Reversal",
    "SalesCredit",
    "Segment",
    "Statement",
    "StatementLine",
    "TierShare",
    "Transaction",
    "TransactionKind",
    "override_role",
]
