"""Plans: what is measured, how a measure pays, and how pay is rounded."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesrules.commissions.policy.balances import Cap
from salesrules.commissions.policy.modifiers import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Kicker,
    ModifierBase,
    Multiplier,
)
from salesrules.commissions.policy.payouts import Clawback, Deferral, Holdback, Instalments, ProRataClawback
from salesrules.commissions.policy.tables import (
    AmountTable,
    AttainmentTable,
    FixedTable,
    FormulaTable,
    GridTable,
    MultiplierTable,
    PerUnitTable,
)
from salesrules.core import (
    Money,
    Parameters,
    PolicyLife,
    RoundingMode,
    WordEnum,
    as_parameters,
    as_tuple,
)

__all__ = [
    "Accumulation",
    "Component",
    "Filter",
    "Measure",
    "Plan",
    "Proration",
    "Residual",
    "ReturnTerms",
    "RoundingLevel",
    "StatementRounding",
]


class Measure(WordEnum):
    """What is counted of a transaction: its amount, its margin (amount less cost), its quantity, or one."""

    AMOUNT = "amount"
    MARGIN = "margin"
    QUANTITY = "quantity"
    COUNT = "count"


class Accumulation(WordEnum):
    """Over what span a measure runs on before it starts again at zero."""

    TRANSACTION = "transaction"
    PERIOD = "period"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class ReturnTerms(WordEnum):
    """What a return takes back.

    `original_terms`: exactly what the original paid, whatever has happened since, also across a closed period.
    `current_measure`: it lowers the running measure of the period in which it is entered, and takes back what the top
    of that measure pays now. With 2 % to 100 and 4 % above, and two sales of 100 of which the first comes back: 2 or 4.
    """

    ORIGINAL_TERMS = "original_terms"
    CURRENT_MEASURE = "current_measure"


class RoundingLevel(WordEnum):
    """Where pay is rounded: each line alone, each tier's part of a line, or the running total of what a plan version
    pays in the statement, so that its lines sum to the rounding of their total.

    A line that a cap cuts, or that a formula pays, has no parts by tier and is rounded as a line.
    """

    LINE = "line"
    TIER = "tier"
    CUMULATIVE = "cumulative"


class Residual(WordEnum):
    """Which lines get the units that are left over where a total is rounded: those at which the running total passes
    a unit, or those that rounding down cost most, among equals the earlier.
    """

    RUNNING = "running"
    LARGEST_REMAINDER = "largest_remainder"


class Proration(WordEnum):
    """Whether caps and draws shrink with the days when a plan holds for part of a period."""

    BY_DAYS = "by_days"
    NONE = "none"


@attrs.frozen(kw_only=True)
class Filter:
    """Which transactions count: those whose `attribute` is one of `one_of`, or none of `none_of`."""

    attribute: str
    one_of: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    none_of: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Component:
    """One way of earning in a plan: whose credits, what is measured, over which span, at which rates.

    `credits` are roles (`direct`, `override_1`, …). A table by attainment needs a quota over the accumulation span.
    """

    id: str
    credits: tuple[str, ...] = attrs.field(converter=as_tuple)
    measure: Measure = attrs.field(converter=Measure)
    accumulate: Accumulation = attrs.field(converter=Accumulation)
    table: AmountTable | AttainmentTable | FixedTable | PerUnitTable | MultiplierTable | FormulaTable | GridTable
    filters: tuple[Filter, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class StatementRounding:
    """Where and how pay is rounded; `digits` only where they differ from the currency's own.

    `residual` says which lines get what a rounded total leaves over.
    """

    level: RoundingLevel = attrs.field(converter=RoundingLevel)
    mode: RoundingMode = attrs.field(converter=RoundingMode)
    digits: int | None = None
    residual: Residual = attrs.field(default=Residual.RUNNING, converter=Residual)


@attrs.frozen(kw_only=True)
class Plan:
    """One version of a compensation plan.

    `family` is the plan's lasting name, which assignments point to; `id` this version; `life` says who approved it and
    on which days it holds. `modifiers` work in their order, `payouts` say when what a component earned is paid (the
    first that names it), `clawbacks` what an event takes back; a period that pays less than `minimum_payment` pays
    nothing and carries the amount. `labels` are the plan's names in other languages, by locale.
    """

    id: str
    family: str
    name: str
    life: PolicyLife
    currency: str
    components: tuple[Component, ...] = attrs.field(converter=as_tuple)
    rounding: StatementRounding
    returns: ReturnTerms = attrs.field(converter=ReturnTerms)
    proration: Proration = attrs.field(converter=Proration)
    cap: Cap | None = None
    modifier_base: ModifierBase = attrs.field(default=ModifierBase.UNROUNDED, converter=ModifierBase)
    modifiers: tuple[Gate | Kicker | Multiplier | Coefficient | EarningsCap | EarningsFloor, ...] = attrs.field(
        default=(), converter=as_tuple
    )
    payouts: tuple[Deferral | Instalments | Holdback, ...] = attrs.field(default=(), converter=as_tuple)
    clawbacks: tuple[Clawback | ProRataClawback, ...] = attrs.field(default=(), converter=as_tuple)
    minimum_payment: Money | None = None
    labels: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)
