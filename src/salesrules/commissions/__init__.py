"""What selling pays: sales credit, measures, rate tables, caps, draws and statements that explain every cent.

>>> from decimal import Decimal
>>> from salesrules.core import Band, BandTable, Rate
>>> tiers = BandTable(bands=(Band(start=0, value=Rate.parse("5%")), Band(start=200_000, value=Rate.parse("8%"))))
>>> PayoutCurve.of(tiers, RateMode.MARGINAL).at(Decimal(260_000))
Decimal('14800.00')
"""

from typing import TYPE_CHECKING

from salesrules.commissions.policy.modes import RateMode
from salesrules.commissions.rules.curve import PayoutCurve

if TYPE_CHECKING:
    from salesrules.commissions.model import (
        DIRECT,
        Adjustment,
        AdjustmentKind,
        AdjustmentPart,
        AppraisalScore,
        BalanceEntry,
        BalanceKind,
        CalculatedVersion,
        CapUse,
        Cliff,
        CommissionBook,
        CommissionFacts,
        CommissionRun,
        CreditPart,
        CurveProof,
        CurveUnit,
        DeadZone,
        DealGain,
        DoneCommand,
        FlatStretch,
        FormulaUse,
        Incentive,
        IncentiveKind,
        Jump,
        LeftOut,
        LeftOutReason,
        Measurement,
        MultipleOf,
        NextThreshold,
        OpeningBalance,
        OpeningHold,
        OpeningMeasure,
        OpeningUse,
        PayBound,
        PayChange,
        Payee,
        PayEvent,
        Payment,
        PaymentConversion,
        PaymentOrder,
        PendingCredit,
        PeriodCommand,
        PeriodRecord,
        PeriodStep,
        PeriodVersion,
        PlanProof,
        PoolPart,
        PoolResult,
        PoolShare,
        Reached,
        Restatement,
        RestatementCause,
        Reversal,
        SalesCredit,
        Segment,
        Solution,
        SpanCurve,
        Split,
        Statement,
        StatementLine,
        TableBase,
        TierShare,
        Transaction,
        TransactionKind,
        UnreachableReason,
        UnreachableTier,
        override_role,
    )
    from salesrules.commissions.policy import (
        Accumulation,
        AcrossAttribute,
        AcrossComponent,
        AcrossNumber,
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
        FixedTable,
        FormulaTable,
        Gate,
        GridTable,
        Holdback,
        Instalments,
        Kicker,
        LimitSpan,
        Measure,
        ModifierBase,
        Multiplier,
        MultiplierTable,
        Observed,
        OverlayCredit,
        OverrideBase,
        OverrideCredit,
        PaymentDay,
        PerUnitTable,
        Plan,
        PoolMember,
        PoolSplit,
        ProRataClawback,
        Proration,
        RateBasis,
        RateTable,
        Residual,
        ReturnTerms,
        RoundingLevel,
        StatementRounding,
        TableBasis,
        TeamPool,
        Trigger,
        TriggerTerms,
    )
    from salesrules.commissions.ports import PeriodStores
    from salesrules.commissions.rules.adjustment_explanation import explain_adjustment
    from salesrules.commissions.rules.assignments import PlanRun, PlanSpan, plan_runs, plan_spans
    from salesrules.commissions.rules.balances import prorated, settle_balances, share_of_period
    from salesrules.commissions.rules.calculation import calculate_commissions, report_owed, report_statements
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
        report_outside_territory_lines,
        report_pending,
        report_pending_counts,
        report_uncredited,
        report_uncredited_lines,
        report_without_plan,
    )
    from salesrules.commissions.rules.explanation import (
        explain_line,
        explain_measurement,
        explain_payment,
        explain_pool,
        explain_statement,
    )
    from salesrules.commissions.rules.fact_checks import check_facts
    from salesrules.commissions.rules.formula import fold_formula, names_in
    from salesrules.commissions.rules.measures import counts, measure_credit
    from salesrules.commissions.rules.pay_changes import why_changed
    from salesrules.commissions.rules.payout_places import payout_place, payout_places
    from salesrules.commissions.rules.payouts import EarnedOnSale, PayoutRun, PayoutStanding, split_payout
    from salesrules.commissions.rules.policy_checks import check_policy
    from salesrules.commissions.rules.pools import pool_plan, pool_weights, pools_in_order, split_pool
    from salesrules.commissions.rules.proof_findings import report_curve, report_left_out
    from salesrules.commissions.rules.proofs import (
        blended_rate,
        calculate_liability,
        find_next_threshold,
        gain_from_deferring,
        gain_from_holding_returns,
        gain_from_splitting,
        marginal_rate,
        prove_curve,
        prove_plan,
        solve_measure,
    )
    from salesrules.commissions.rules.restatement import restate_commissions
    from salesrules.commissions.rules.table_curves import needed_quota, payout_curve, payout_curves
    from salesrules.commissions.rules.triggers import find_occurrences, safe_day
    from salesrules.commissions.service import (
        close_version,
        find_calculation,
        find_closed_periods,
        find_period,
        pay_version,
        reopen_period,
        save_calculation,
    )
    from salesrules.commissions.workflow import WORKFLOWS, build_period_workflow

__all__ = [
    "DIRECT", "WORKFLOWS", "Accumulation", "AcrossAttribute", "AcrossComponent", "AcrossNumber", "Adjustment",
    "AdjustmentKind", "AdjustmentPart", "AmountTable", "AppraisalScore", "Assignment", "AttainmentTable",
    "BalanceEntry", "BalanceKind", "CalculatedVersion", "Cap", "CapUse", "Clawback", "ClawbackTenure", "Cliff",
    "ClosedPeriod", "ClosingPolicy", "Coefficient", "CommissionBook", "CommissionFacts", "CommissionInputs",
    "CommissionPolicy", "CommissionRun", "Component", "ConversionPolicy", "CreditPart", "CurveProof", "CurveUnit",
    "DeadZone", "DealGain", "Deferral", "DeferredPart", "DirectCredit", "DoneCommand", "Draw", "EarnedOnSale",
    "EarningsCap", "EarningsFloor", "Excess", "Filter", "FixedRate", "FixedTable", "FlatStretch", "FormulaTable",
    "FormulaUse", "Gate", "GridTable", "Holdback", "Incentive", "IncentiveKind", "Instalments", "Jump", "Kicker",
    "LeftOut", "LeftOutReason", "LimitSpan", "Measure", "Measurement", "ModifierBase", "MultipleOf", "Multiplier",
    "MultiplierTable", "NextThreshold", "Observed", "OpeningBalance", "OpeningHold", "OpeningMeasure", "OpeningUse",
    "OverlayCredit", "OverrideBase", "OverrideCredit", "PayBound", "PayChange", "PayEvent", "Payee", "Payment",
    "PaymentConversion", "PaymentDay", "PaymentOrder", "PayoutCurve", "PayoutRun", "PayoutStanding", "PendingCredit",
    "PerUnitTable", "PeriodCommand", "PeriodFacts", "PeriodRecord", "PeriodStep", "PeriodStores", "PeriodVersion",
    "Plan", "PlanProof", "PlanRun", "PlanSpan", "PoolMember", "PoolPart", "PoolResult", "PoolShare", "PoolSplit",
    "ProRataClawback", "Proration", "RateBasis", "RateMode", "RateTable", "Reached", "Residual", "RestatedRun",
    "Restatement", "RestatementCause", "ReturnTerms", "Reversal", "RoundingLevel", "SalesCredit", "Segment",
    "Solution", "SpanCurve", "Split", "Statement", "StatementLine", "StatementRounding", "TableBase", "TableBasis",
    "TeamPool", "TierShare", "Transaction", "TransactionKind", "Trigger", "TriggerTerms", "UnreachableReason",
    "UnreachableTier", "blended_rate", "build_period_workflow", "calculate_commissions", "calculate_liability",
    "check_credit_facts", "check_facts", "check_policy", "close_period", "close_version", "convert_payment", "counts",
    "credit_transactions", "explain_adjustment", "explain_line", "explain_measurement", "explain_payment",
    "explain_pool", "explain_statement", "find_calculation", "find_closed_periods", "find_next_threshold",
    "find_occurrences", "find_period", "fold_formula", "gain_from_deferring", "gain_from_holding_returns",
    "gain_from_splitting", "list_pending", "marginal_rate", "measure_credit", "measure_rates", "names_in",
    "needed_quota", "override_role", "pay_version", "payout_curve", "payout_curves", "payout_place", "payout_places",
    "plan_runs", "plan_spans", "pool_plan", "pool_weights", "pools_in_order", "prorated", "prove_curve", "prove_plan",
    "reopen_period", "report_curve", "report_left_out", "report_outside_territory", "report_outside_territory_lines",
    "report_owed", "report_pending", "report_pending_counts", "report_statements", "report_uncredited",
    "report_uncredited_lines", "report_without_plan", "restate_commissions", "safe_day", "save_calculation",
    "settle_balances", "share_of_period", "solve_measure", "split_payout", "split_pool", "why_changed",
]  # fmt: skip  # one name a line would make the longest module of the house

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """All but the payout curve loads when it is first asked for."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.commissions' has no attribute {name!r}")
        from salesrules.commissions import model, policy, ports, service, workflow
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
            formula,
            measures,
            pay_changes,
            payout_places,
            payouts,
            policy_checks,
            pools,
            proof_findings,
            proofs,
            restatement,
            table_curves,
            triggers,
        )

        shelves = (
            model,
            policy,
            ports,
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
            formula,
            measures,
            pay_changes,
            payout_places,
            payouts,
            policy_checks,
            pools,
            proof_findings,
            proofs,
            restatement,
            table_curves,
            triggers,
            workflow,
            service,
        )
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)


def __dir__() -> list[str]:
    return sorted(__all__)
