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
    Adjustment,
    AdjustmentKind,
    AdjustmentPart,
    AppraisalScore,
    BalanceEntry,
    BalanceKind,
    CapUse,
    CommissionFacts,
    CommissionRun,
    CreditPart,
    Measurement,
    OpeningBalance,
    OpeningHold,
    OpeningUse,
    PayChange,
    Payee,
    PayEvent,
    Payment,
    PaymentConversion,
    PendingCredit,
    PoolPart,
    PoolResult,
    PoolShare,
    Restatement,
    RestatementCause,
    Reversal,
    SalesCredit,
    Segment,
    Split,
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
    Clawback,
    ClawbackTenure,
    ClosingPolicy,
    Coefficient,
    CommissionPolicy,
    Component,
    ConversionPolicy,
    Deferral,
    DeferredPart,
    DirectCredit,
    Draw,
    EarningsCap,
    EarningsFloor,
    Excess,
    Filter,
    FixedRate,
    Gate,
    Holdback,
    Instalments,
    Kicker,
    LimitSpan,
    Measure,
    ModifierBase,
    Multiplier,
    Observed,
    OverlayCredit,
    OverrideBase,
    OverrideCredit,
    PaymentDay,
    Plan,
    PoolMember,
    PoolSplit,
    ProRataClawback,
    Proration,
    RateBasis,
    RateMode,
    ReturnTerms,
    RoundingLevel,
    StatementRounding,
    TeamPool,
    Trigger,
    TriggerTerms,
)
from salesrules.commissions.rules.curve import PayoutCurve

if TYPE_CHECKING:
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
    from salesrules.commissions.workflow import WORKFLOWS, build_period_workflow

__all__ = [
    "DIRECT",
    "WORKFLOWS",
    "Accumulation",
    "Adjustment",
    "AdjustmentKind",
    "AdjustmentPart",
    "AmountTable",
    "AppraisalScore",
    "Assignment",
    "AttainmentTable",
    "BalanceEntry",
    "BalanceKind",
    "Cap",
    "CapUse",
    "Clawback",
    "ClawbackTenure",
    "ClosedPeriod",
    "ClosingPolicy",
    "Coefficient",
    "CommissionFacts",
    "CommissionInputs",
    "CommissionPolicy",
    "CommissionRun",
    "Component",
    "ConversionPolicy",
    "CreditPart",
    "Deferral",
    "DeferredPart",
    "DirectCredit",
    "Draw",
    "EarningsCap",
    "EarningsFloor",
    "Excess",
    "Filter",
    "FixedRate",
    "Gate",
    "Holdback",
    "Instalments",
    "Kicker",
    "LimitSpan",
    "Measure",
    "Measurement",
    "ModifierBase",
    "Multiplier",
    "Observed",
    "OpeningBalance",
    "OpeningHold",
    "OpeningUse",
    "OverlayCredit",
    "OverrideBase",
    "OverrideCredit",
    "PayChange",
    "PayEvent",
    "Payee",
    "Payment",
    "PaymentConversion",
    "PaymentDay",
    "PayoutCurve",
    "PendingCredit",
    "PeriodFacts",
    "Plan",
    "PlanSpan",
    "PoolMember",
    "PoolPart",
    "PoolResult",
    "PoolShare",
    "PoolSplit",
    "ProRataClawback",
    "Proration",
    "RateBasis",
    "RateMode",
    "RestatedRun",
    "Restatement",
    "RestatementCause",
    "ReturnTerms",
    "Reversal",
    "RoundingLevel",
    "SalesCredit",
    "Segment",
    "Split",
    "Statement",
    "StatementLine",
    "StatementRounding",
    "TeamPool",
    "TierShare",
    "Transaction",
    "TransactionKind",
    "Trigger",
    "TriggerTerms",
    "build_period_workflow",
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
    "override_role",
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

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """The rules and the workflow load when one of them is first asked for; a payout curve needs none of them."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.commissions' has no attribute {name!r}")
        from salesrules.commissions import workflow
        from salesrules.commissions.rules import (
            adjustment_explanation,
            assignments,
            balances,
            calculation,
            closing,
            conversions,
            credit_fact_checks,
            crediting,
            explanation,
            fact_checks,
            measures,
            pay_changes,
            payouts,
            policy_checks,
            pools,
            restatement,
            triggers,
        )

        shelves = (
            adjustment_explanation,
            assignments,
            balances,
            calculation,
            closing,
            conversions,
            credit_fact_checks,
            crediting,
            explanation,
            fact_checks,
            measures,
            pay_changes,
            payouts,
            policy_checks,
            pools,
            restatement,
            triggers,
            workflow,
        )
        value = next(vars(shelf)[name] for shelf in shelves if name in vars(shelf))
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
