"""Which features of a plan each target does not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from salesrules.commissions import (
    Accumulation,
    Component,
    FormulaTable,
    GridTable,
    Measure,
    MultiplierTable,
    Plan,
    RateMode,
    Residual,
    ReturnTerms,
    RoundingLevel,
    needed_quota,
)
from salesrules.frames.reasons import Feature, Target

__all__ = ["adds_up", "features_of", "features_of_component", "is_over_quota"]

#: What engines and SQL leave to the kernel.
_OF_KERNEL_ALONE = frozenset(
    {
        Feature.MODIFIERS,
        Feature.PAYOUTS,
        Feature.CLAWBACKS,
        Feature.MINIMUM_PAYMENT,
        Feature.ROUNDING_BY_TIER,
        Feature.LARGEST_REMAINDER,
        Feature.CUMULATIVE_SHARES_OF_QUOTAS,
        Feature.FORMULA,
        Feature.GRID,
        Feature.NUMBERS_TOO_FINE,
    }
)

#: What each target does not do. What engines and SQL do not do, the kernel does.
_BEYOND: Mapping[Target, frozenset[Feature]] = {
    Target.KERNEL: frozenset({Feature.NUMBERS_TOO_FINE}),
    Target.EXPRESSIONS: _OF_KERNEL_ALONE,
    Target.SQL: _OF_KERNEL_ALONE,
}


def features_of(plan: Plan, target: Target) -> Iterator[tuple[Feature, str]]:
    """The features of a plan beside its components that a target does not do, with the plan's fields."""
    for feature, field in _asked(plan):
        if feature in _BEYOND[target]:
            yield feature, field


def features_of_component(component: Component, target: Target) -> Iterator[Feature]:
    """The features of a component that a target does not do."""
    for feature in _asked_by(component):
        if feature in _BEYOND[target]:
            yield feature


def _asked(plan: Plan) -> Iterator[tuple[Feature, str]]:
    for feature, field in (
        (Feature.CAP, "cap"),
        (Feature.MODIFIERS, "modifiers"),
        (Feature.PAYOUTS, "payouts"),
        (Feature.CLAWBACKS, "clawbacks"),
        (Feature.MINIMUM_PAYMENT, "minimum_payment"),
    ):
        if getattr(plan, field) not in (None, ()):
            yield feature, field
    if plan.returns is ReturnTerms.ORIGINAL_TERMS:
        yield Feature.RETURNS_AT_ORIGINAL_TERMS, "returns"
    if plan.rounding.level is RoundingLevel.TIER:
        yield Feature.ROUNDING_BY_TIER, "rounding"
    if plan.rounding.residual is Residual.LARGEST_REMAINDER:
        yield Feature.LARGEST_REMAINDER, "rounding"
    if adds_up(plan) and any(map(_divides_by_quota, plan.components)):
        # Each quota is a denominator of its own: only where a statement has one of them does its sum stay whole.
        whole = {Accumulation.TRANSACTION, Accumulation.PERIOD}
        if len(plan.components) > 1 or plan.components[0].accumulate not in whole:
            yield Feature.CUMULATIVE_SHARES_OF_QUOTAS, "rounding"


def _asked_by(component: Component) -> Iterator[Feature]:
    table = component.table
    if component.filters:
        yield Feature.FILTERS
    if component.measure is Measure.COUNT:
        yield Feature.COUNT  # a return counts by what has come back of its sale
    match table:
        case FormulaTable():
            yield Feature.FORMULA
        case GridTable():
            yield Feature.GRID
        case _:
            if table.mode is RateMode.INTERPOLATED_RATE:
                yield Feature.INTERPOLATED_RATE
            if isinstance(table, MultiplierTable) and table.target_measure:
                yield Feature.TARGET_OF_PAYEE


def adds_up(plan: Plan) -> bool:
    """Whether what the lines of a statement earn is added up, and so needs one denominator."""
    by_remainder = plan.rounding.residual is Residual.LARGEST_REMAINDER
    by_total = plan.rounding.level is RoundingLevel.CUMULATIVE
    return by_total or by_remainder or plan.cap is not None or bool(plan.modifiers)


def _divides_by_quota(component: Component) -> bool:
    """Whether the quota stands below the line: also where rates lie between those of two shares of it."""
    table = component.table
    bends = not isinstance(table, FormulaTable) and table.mode is RateMode.INTERPOLATED_RATE
    return is_over_quota(component) or (bends and needed_quota(table) is not None)


def is_over_quota(component: Component) -> bool:
    """Whether pay is a share of an amount, so that the quota stands below the line."""
    table = component.table
    if isinstance(table, FormulaTable | GridTable) or needed_quota(table) is None:
        return False
    return table.mode.pays_amounts or (isinstance(table, MultiplierTable) and table.base_rate is None)
