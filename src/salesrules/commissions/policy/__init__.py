"""What a firm sets about commissions: plans, crediting, assignments, the pay period and what happens to a shortfall."""

from __future__ import annotations

import attrs

from salesrules.commissions.policy.balances import Cap, Draw
from salesrules.commissions.policy.closing import ClosingPolicy
from salesrules.commissions.policy.crediting import (
    Assignment,
    DirectCredit,
    OverlayCredit,
    OverrideBase,
    OverrideCredit,
    Trigger,
    TriggerTerms,
)
from salesrules.commissions.policy.currencies import ConversionPolicy, FixedRate, PaymentDay, RateBasis
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
    AmountTable,
    AttainmentTable,
    Component,
    Filter,
    Measure,
    Plan,
    Proration,
    RateMode,
    ReturnTerms,
    RoundingLevel,
    StatementRounding,
)
from salesrules.commissions.policy.pools import PoolMember, PoolSplit, TeamPool
from salesrules.core import PeriodKind, PolicyLife, Rate, as_tuple

__all__ = [
    "Accumulation",
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
    "Gate",
    "Holdback",
    "Instalments",
    "Kicker",
    "LimitSpan",
    "Measure",
    "Modifier",
    "ModifierBase",
    "Multiplier",
    "Observed",
    "OverlayCredit",
    "OverrideBase",
    "OverrideCredit",
    "PaymentDay",
    "Payout",
    "Plan",
    "PoolMember",
    "PoolSplit",
    "ProRataClawback",
    "Proration",
    "RateBasis",
    "RateMode",
    "ReturnTerms",
    "RoundingLevel",
    "StatementRounding",
    "TeamPool",
    "Trigger",
    "TriggerTerms",
]

_WHOLE = Rate(1)
_AT_DAY_RATES = ConversionPolicy()


@attrs.frozen(kw_only=True)
class CommissionPolicy:
    """Every knob of the room.

    `pay_period` is the kind of period for which statements are made. A period that earns less than nothing pays
    nothing and carries the shortfall into the next (`carry_shortfall`), or is charged to the payee at once. Without
    `closing` a closed period stays closed, and what restating takes back is taken from the next pay in full. The splits
    of a sale total at least 100 %, and at most `maximum_split`.
    """

    life: PolicyLife
    pay_period: PeriodKind = attrs.field(converter=PeriodKind)
    carry_shortfall: bool
    plans: tuple[Plan, ...] = attrs.field(converter=as_tuple)
    crediting: tuple[DirectCredit | OverrideCredit | OverlayCredit, ...] = attrs.field(converter=as_tuple)
    assignments: tuple[Assignment, ...] = attrs.field(converter=as_tuple)
    closing: ClosingPolicy | None = None
    maximum_split: Rate = _WHOLE
    pools: tuple[TeamPool, ...] = attrs.field(default=(), converter=as_tuple)
    conversion: ConversionPolicy = _AT_DAY_RATES
