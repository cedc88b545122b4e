"""From a plan to its compiled form, or to all the reasons why there is none yet."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from typing import NamedTuple

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
    payout_curve,
)
from salesrules.core import CurrencyTable, Fault, InvalidDocument, PolicyReference, Reason, Rounding
from salesrules.frames.compiled import CompiledComponent, CompiledCurve, CompiledPlan
from salesrules.frames.reasons import COMPONENT_FEATURE, PLAN_FEATURE, Feature

__all__ = ["compile_plan", "find_refusals"]

_REMEDY = "calculate it with calculate_commissions, which does all of it"


class _Line(NamedTuple):
    """A straight piece: where it starts, in units of the measure or of the quota, and what it pays."""

    start: Fraction
    is_owned: bool
    slope: Fraction
    intercept: Fraction


def find_refusals(plan: Plan, currencies: CurrencyTable | None = None) -> tuple[Reason, ...]:
    """Every feature of a plan that the bulk engine does not do yet; none where it compiles.

    >>> from salesrules.testing import simple_plan
    >>> find_refusals(simple_plan({0: "2%", 100: "4%"}))
    ()
    """
    reasons = [
        PLAN_FEATURE(plan=plan.id, feature=feature.value, policy=PolicyReference("Plan", plan.id, field))
        for feature, field in _of_plan(plan)
    ]
    for component in plan.components:
        policy = PolicyReference("Component", component.id, "")
        features = list(_of_component(component))
        reasons += [COMPONENT_FEATURE(component=component.id, feature=each.value, policy=policy) for each in features]
    if not reasons:
        made = _compiled(plan, CurrencyTable.iso() if currencies is None else currencies)
        reasons = [
            COMPONENT_FEATURE(
                component=each.id,
                feature=Feature.NUMBERS_TOO_FINE.value,
                policy=PolicyReference("Component", each.id, "table"),
            )
            for each in made.components
            if not each.curve.is_representable
        ]
    return tuple(reasons)


def compile_plan(plan: Plan, currencies: CurrencyTable | None = None) -> CompiledPlan:
    """The plan in whole numbers; `currencies` say how many digits money has, by ISO 4217 where they are not given.

    Raises `InvalidDocument` with every feature that cannot be compiled yet.

    >>> from salesrules.testing import simple_plan
    >>> [component] = compile_plan(simple_plan({0: "2%", 100: "4%"})).components
    >>> component.curve.slopes, component.curve.intercepts, component.curve.scale
    ((1, 2), (0, -10000), 50)
    """
    refused = find_refusals(plan, currencies)
    if refused:
        raise InvalidDocument(tuple(_fault(plan, reason) for reason in refused))
    return _compiled(plan, CurrencyTable.iso() if currencies is None else currencies)


def _fault(plan: Plan, reason: Reason) -> Fault:
    feature = str(reason.parameters["feature"])
    component = reason.parameters.get("component")
    places = [each.id for each in plan.components]
    return Fault(
        code=f"frames.{feature}",
        path="plan" if component is None else f"plan.components[{places.index(str(component))}]",
        problem=f"the bulk engine does not do this yet: {feature.replace('_', ' ')}",
        remedy=_REMEDY,
        value=plan.id if component is None else component,
    )


def _of_plan(plan: Plan) -> Iterator[tuple[Feature, str]]:
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
    if plan.rounding.level is RoundingLevel.CUMULATIVE and any(map(_is_over_quota, plan.components)):
        # Each quota is a denominator of its own: only where a statement has one of them does its sum stay whole.
        whole = {Accumulation.TRANSACTION, Accumulation.PERIOD}
        if len(plan.components) > 1 or plan.components[0].accumulate not in whole:
            yield Feature.CUMULATIVE_SHARES_OF_QUOTAS, "rounding"


def _of_component(component: Component) -> Iterator[Feature]:
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


def _is_over_quota(component: Component) -> bool:
    """Whether pay is a share of an amount, so that the quota stands below the line."""
    table = component.table
    if isinstance(table, FormulaTable | GridTable) or needed_quota(table) is None:
        return False
    return table.mode.pays_amounts or (isinstance(table, MultiplierTable) and table.base_rate is None)


def _compiled(plan: Plan, currencies: CurrencyTable) -> CompiledPlan:
    money = currencies.digits(plan.currency)
    digits = money if plan.rounding.digits is None else plan.rounding.digits
    lines = {component.id: _lines(component, _digits(component, money), digits) for component in plan.components}
    scales = {id: lcm(*(each.denominator for line in found for each in line[2:])) for id, found in lines.items()}
    is_cumulative = plan.rounding.level is RoundingLevel.CUMULATIVE
    if is_cumulative:  # lines of several components are added up: they need one scale
        scales = dict.fromkeys(scales, lcm(*scales.values()))
    return CompiledPlan(
        id=plan.id,
        currency=plan.currency,
        money_digits=money,
        components=[
            CompiledComponent(
                id=component.id,
                credits=component.credits,
                measure=component.measure,
                digits=_digits(component, money),
                accumulate=component.accumulate,
                curve=_curve(component, lines[component.id], scales[component.id]),
                quota_measure=needed_quota(component.table) or "",
            )
            for component in plan.components
        ],
        rounding=Rounding(digits=digits, mode=plan.rounding.mode),
        is_cumulative=is_cumulative,
    )


def _digits(component: Component, money: int) -> int:
    """How many digits the measure's least unit has: a cent, or one piece."""
    return 0 if component.measure is Measure.QUANTITY else money


def _lines(component: Component, measured: int, paid: int) -> list[_Line]:
    """The pieces with measures in least units and pay in units of the rounding.

    At a quota of one a measure is attainment; a rate's pay then scales with the quota, a share of an amount does not.
    """
    curve = payout_curve(component.table)
    by_quota = needed_quota(component.table) is not None
    unit, pay = Fraction(10) ** measured, Fraction(10) ** paid
    found = []
    for position, segment in enumerate(curve.segments):
        start, slope = Fraction(segment.start), Fraction(segment.slope)
        intercept = Fraction(segment.base) - slope * start
        over_quota = _is_over_quota(component)
        found.append(
            _Line(
                start if by_quota else start * unit,
                curve.owns_start(position),
                slope * pay if over_quota else slope * pay / unit,
                intercept * pay / unit if by_quota and not over_quota else intercept * pay,
            )
        )
    return found


def _curve(component: Component, lines: list[_Line], scale: int) -> CompiledCurve:
    denominator = lcm(*(line.start.denominator for line in lines[1:]))
    return CompiledCurve(
        keys=[2 * int(line.start * denominator) + (not line.is_owned) for line in lines[1:]],
        denominator=denominator,
        slopes=[int(line.slope * scale) for line in lines],
        intercepts=[int(line.intercept * scale) for line in lines],
        scale=scale,
        by_quota=needed_quota(component.table) is not None,
        over_quota=_is_over_quota(component),
    )
