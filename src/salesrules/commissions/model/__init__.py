"""The nouns of commissions: facts, credits, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesrules.commissions.model.changes import (
        PayChange,
    )
    from salesrules.commissions.model.credits import (
        DIRECT,
        CreditPart,
        PendingCredit,
        SalesCredit,
        override_role,
    )
    from salesrules.commissions.model.events import (
        AppraisalScore,
        OpeningHold,
        OpeningMeasure,
        OpeningUse,
        PayEvent,
    )
    from salesrules.commissions.model.facts import (
        CommissionFacts,
        OpeningBalance,
        Payee,
        Payment,
        Split,
        Transaction,
        TransactionKind,
    )
    from salesrules.commissions.model.lines import (
        CapUse,
        Reversal,
        StatementLine,
    )
    from salesrules.commissions.model.measurements import (
        Measurement,
    )
    from salesrules.commissions.model.modifiers import (
        Adjustment,
        AdjustmentKind,
        AdjustmentPart,
    )
    from salesrules.commissions.model.periods import (
        CalculatedVersion,
        CommissionBook,
        DoneCommand,
        PaymentOrder,
        PeriodCommand,
        PeriodRecord,
        PeriodStep,
        PeriodVersion,
    )
    from salesrules.commissions.model.proofs import (
        Cliff,
        CurveProof,
        CurveUnit,
        DeadZone,
        DealGain,
        FlatStretch,
        Incentive,
        IncentiveKind,
        Jump,
        LeftOut,
        LeftOutReason,
        NextThreshold,
        PayBound,
        PlanProof,
        Reached,
        Solution,
        SpanCurve,
        UnreachableReason,
        UnreachableTier,
    )
    from salesrules.commissions.model.statements import (
        BalanceEntry,
        BalanceKind,
        CommissionRun,
        PaymentConversion,
        PoolPart,
        PoolResult,
        PoolShare,
        Restatement,
        RestatementCause,
        Statement,
    )
    from salesrules.commissions.model.tiers import (
        FormulaUse,
        MultipleOf,
        Segment,
        SupportsPieces,
        TableBase,
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
    "CalculatedVersion",
    "CapUse",
    "Cliff",
    "CommissionBook",
    "CommissionFacts",
    "CommissionRun",
    "CreditPart",
    "CurveProof",
    "CurveUnit",
    "DeadZone",
    "DealGain",
    "DoneCommand",
    "FlatStretch",
    "FormulaUse",
    "Incentive",
    "IncentiveKind",
    "Jump",
    "LeftOut",
    "LeftOutReason",
    "Measurement",
    "MultipleOf",
    "NextThreshold",
    "OpeningBalance",
    "OpeningHold",
    "OpeningMeasure",
    "OpeningUse",
    "PayBound",
    "PayChange",
    "PayEvent",
    "Payee",
    "Payment",
    "PaymentConversion",
    "PaymentOrder",
    "PendingCredit",
    "PeriodCommand",
    "PeriodRecord",
    "PeriodStep",
    "PeriodVersion",
    "PlanProof",
    "PoolPart",
    "PoolResult",
    "PoolShare",
    "Reached",
    "Restatement",
    "RestatementCause",
    "Reversal",
    "SalesCredit",
    "Segment",
    "Solution",
    "SpanCurve",
    "Split",
    "Statement",
    "StatementLine",
    "SupportsPieces",
    "TableBase",
    "TierShare",
    "Transaction",
    "TransactionKind",
    "UnreachableReason",
    "UnreachableTier",
    "override_role",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """The nouns load when one is first asked for; a payout curve needs only tiers."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.commissions.model' has no attribute {name!r}")
        from salesrules.commissions.model import (
            changes,
            credits,
            events,
            facts,
            lines,
            measurements,
            modifiers,
            periods,
            proofs,
            statements,
            tiers,
        )

        shelves = (changes, credits, events, facts, lines, measurements, modifiers, periods, proofs, statements, tiers)
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)
