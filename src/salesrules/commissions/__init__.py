"""What selling pays: sales credit, measures, rate tables, caps, draws and statements that explain every cent.

>>> from decimal import Decimal
>>> from salesrules.core import Band, BandTable, Rate
>>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("5%")), Band(start=200_000, value=Rate.parse("8%"))))
>>> PayoutCurve.of(tiers, RateMode.MARGINAL).at(Decimal(260_000))
Decimal('14800.00')
"""

from typing import TYPE_CHECKING

from salesrules.commissions.model import (
    DIRECT,
    BalanceEntry,
    BalanceKind,
    CapUse,
    CommissionFacts,
    CommissionRun,
    Measurement,
    OpeningBalance,
    PayChange,
    Payee,
    Restatement,
    RestatementCause,
    Reversal,
    SalesCredit,
    Segment,
    Statement,
    StatementLine,
    TierShare,
    Transaction,
    TransactionKind,
    override_role,
)
from salesrules.commissions.policy import (
    Accumulation,
    AmountTable,
    Assignment,
    AttainmentTable,
    Cap,
    ClosingPolicy,
    CommissionPolicy,
    Component,
    DirectCredit,
    Draw,
    Filter,
    Measure,
    OverrideCredit,
    Plan,
    Proration,
    RateMode,
    ReturnTerms,
    RoundingLevel,
    StatementRounding,
)
from salesrules.commissions.rules import (
    ClosedPeriod,
    CommissionInputs,
    PayoutCurve,
    PeriodFacts,
    PlanSpan,
    RestatedRun,
    calculate_commissions,
    check_facts,
    check_policy,
    close_period,
    counts,
    credit_transactions,
    explain_line,
    explain_measurement,
    explain_statement,
    measure_credit,
    plan_spans,
    report_outside_territory,
    report_uncredited,
    restate_commissions,
    settle_balances,
    why_changed,
)

if TYPE_CHECKING:
    from salesrules.commissions.workflow import WORKFLOWS, build_period_workflow

__all__ = [
    "DIRECT",
    "WORKFLOWS",
    "Accumulation",
    "AmountTable",
    "Assignment",
    "AttainmentTable",
    "BalanceEntry",
    "BalanceKind",
    "Cap",
    "CapUse",
    "ClosedPeriod",
    "ClosingPolicy",
    "CommissionFacts",
    "CommissionInputs",
    "CommissionPolicy",
    "CommissionRun",
    "Component",
    "DirectCredit",
    "Draw",
    "Filter",
    "Measure",
    "Measurement",
    "OpeningBalance",
    "OverrideCredit",
    "PayChange",
    "Payee",
    "PayoutCurve",
    "PeriodFacts",
    "Plan",
    "PlanSpan",
    "Proration",
    "RateMode",
    "RestatedRun",
    "Restatement",
    "RestatementCause",
    "ReturnTerms",
    "Reversal",
    "RoundingLevel",
    "SalesCredit",
    "Segment",
    "Statement",
    "StatementLine",
    "StatementRounding",
    "TierShare",
    "Transaction",
    "TransactionKind",
    "build_period_workflow",
    "calculate_commissions",
    "check_facts",
    "check_policy",
    "close_period",
    "counts",
    "credit_transactions",
    "explain_line",
    "explain_measurement",
    "explain_statement",
    "measure_credit",
    "override_role",
    "plan_spans",
    "report_outside_territory",
    "report_uncredited",
    "restate_commissions",
    "settle_balances",
    "why_changed",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """The workflow loads when it is first asked for, since paying needs none."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.commissions' has no attribute {name!r}")
        from salesrules.commissions import workflow

        return getattr(workflow, name)


def __dir__() -> list[str]:
    return sorted(__all__)
