"""What a firm sets about commissions: plans, crediting, assignments, the pay period and what happens to a shortfall."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesrules.commissions.policy.balances import (
        Cap,
        Draw,
    )
    from salesrules.commissions.policy.closing import (
        ClosingPolicy,
    )
    from salesrules.commissions.policy.crediting import (
        Assignment,
        DirectCredit,
        OverlayCredit,
        OverrideBase,
        OverrideCredit,
        Trigger,
        TriggerTerms,
    )
    from salesrules.commissions.policy.currencies import (
        ConversionPolicy,
        FixedRate,
        PaymentDay,
        RateBasis,
    )
    from salesrules.commissions.policy.modes import (
        RateMode,
    )
    from salesrules.commissions.policy.modifiers import (
        Coefficient,
        EarningsCap,
        EarningsFloor,
        Excess,
        Gate,
        Kicker,
        LimitSpan,
        Modifier,
        ModifierBase,
        Multiplier,
        Observed,
    )
    from salesrules.commissions.policy.payouts import (
        Clawback,
        ClawbackTenure,
        Deferral,
        DeferredPart,
        Holdback,
        Instalments,
        Payout,
        ProRataClawback,
    )
    from salesrules.commissions.policy.plans import (
        Accumulation,
        Component,
        Filter,
        Measure,
        Plan,
        Proration,
        Residual,
        ReturnTerms,
        RoundingLevel,
        StatementRounding,
    )
    from salesrules.commissions.policy.pools import (
        PoolMember,
        PoolSplit,
        TeamPool,
    )
    from salesrules.commissions.policy.section import (
        CommissionPolicy,
    )
    from salesrules.commissions.policy.tables import (
        AcrossAttribute,
        AcrossComponent,
        AcrossNumber,
        AmountTable,
        AttainmentTable,
        FixedTable,
        FormulaTable,
        GridTable,
        MultiplierTable,
        PerUnitTable,
        RateTable,
        TableBasis,
    )

__all__ = [
    "Accumulation",
    "AcrossAttribute",
    "AcrossComponent",
    "AcrossNumber",
    "AmountTable",
    "Assignment",
    "AttainmentTable",
    "Cap",
    "Clawback",
    "ClawbackTenure",
    "ClosingPolicy",
    "Coefficient",
    "CommissionPolicy",
    "Component",
    "ConversionPolicy",
    "Deferral",
    "DeferredPart",
    "DirectCredit",
    "Draw",
    "EarningsCap",
    "EarningsFloor",
    "Excess",
    "Filter",
    "FixedRate",
    "FixedTable",
    "FormulaTable",
    "Gate",
    "GridTable",
    "Holdback",
    "Instalments",
    "Kicker",
    "LimitSpan",
    "Measure",
    "Modifier",
    "ModifierBase",
    "Multiplier",
    "MultiplierTable",
    "Observed",
    "OverlayCredit",
    "OverrideBase",
    "OverrideCredit",
    "PaymentDay",
    "Payout",
    "PerUnitTable",
    "Plan",
    "PoolMember",
    "PoolSplit",
    "ProRataClawback",
    "Proration",
    "RateBasis",
    "RateMode",
    "RateTable",
    "Residual",
    "ReturnTerms",
    "RoundingLevel",
    "StatementRounding",
    "TableBasis",
    "TeamPool",
    "Trigger",
    "TriggerTerms",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> object:
        """The policies load when one is first asked for; a payout curve needs only its mode."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.commissions.policy' has no attribute {name!r}")
        from salesrules.commissions.policy import (
            balances,
            closing,
            crediting,
            currencies,
            modes,
            modifiers,
            payouts,
            plans,
            pools,
            section,
            tables,
        )

        shelves = (balances, closing, crediting, currencies, modes, modifiers, payouts, plans, pools, section, tables)
        return next(getattr(shelf, name) for shelf in shelves if name in shelf.__all__)
