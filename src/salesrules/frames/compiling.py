"""From a plan to its compiled form: payout curves over common denominators, in least units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from salesrules.commissions import (
    AcrossComponent,
    Component,
    FormulaTable,
    GridTable,
    Measure,
    MultiplierTable,
    PayoutCurve,
    Plan,
    needed_quota,
    payout_curve,
    payout_curves,
)
from salesrules.core import CurrencyTable, Fault, InvalidDocument, PolicyReference, Reason, Rounding
from salesrules.frames.compiled import CompiledComponent, CompiledCurve, CompiledPlan
from salesrules.frames.features import adds_up, features_of, features_of_component, is_over_quota
from salesrules.frames.reasons import COMPONENT_FEATURE, PLAN_FEATURE, Feature, Target

__all__ = ["compile_plan", "find_refusals"]

_MONEY = (Measure.AMOUNT, Measure.MARGIN)
_REMEDY = "calculate it with calculate_commissions, which does all of it"


class _Piece(NamedTuple):
    """A piece of a curve by powers of the measure: where it starts, in units of the measure or of the quota."""

    start: Fraction
    is_owned: bool
    square: Fraction
    slope: Fraction
    intercept: Fraction


def find_refusals(
    plan: Plan, currencies: CurrencyTable | None = None, target: Target | str = Target.KERNEL, *, wide: bool = False
) -> tuple[Reason, ...]:
    """Every feature of a plan that a target does not do; none where it does all of it.

    In `wide` numbers, which only the kernel has, nothing is too fine.

    >>> from salesrules.testing import simple_plan
    >>> find_refusals(simple_plan({0: "2%", 100: "4%"}))
    ()
    """
    target = Target(target)
    reasons = [
        PLAN_FEATURE(plan=plan.id, feature=feature.value, policy=PolicyReference("Plan", plan.id, field))
        for feature, field in features_of(plan, target)
    ]
    for component in plan.components:
        policy = PolicyReference("Component", component.id, "")
        features = list(features_of_component(component, target))
        reasons += [COMPONENT_FEATURE(component=component.id, feature=each.value, policy=policy) for each in features]
    if not (reasons or wide):
        made = _compiled(plan, CurrencyTable.iso() if currencies is None else currencies, {})
        reasons = [
            COMPONENT_FEATURE(
                component=each.id,
                feature=Feature.NUMBERS_TOO_FINE.value,
                policy=PolicyReference("Component", each.id, "table"),
            )
            for each in made.components
            if not all(curve.is_representable for curve in each.curves)
        ]
    return tuple(reasons)


def compile_plan(
    plan: Plan,
    currencies: CurrencyTable | None = None,
    *,
    target: Target | str = Target.KERNEL,
    digits: Mapping[Measure, int] | Mapping[str, int] | None = None,
    wide: bool = False,
) -> CompiledPlan:
    """The plan in whole numbers; `currencies` say how many digits money has, by ISO 4217 where they are not given.

    `digits` are those of measures whose least unit is finer than a cent or a piece, as where shares are credited.
    Raises `InvalidDocument` with every feature that the target does not do.

    >>> from salesrules.testing import simple_plan
    >>> [component] = compile_plan(simple_plan({0: "2%", 100: "4%"})).components
    >>> component.curve.slopes, component.curve.intercepts, component.curve.scale
    ((1, 2), (0, -10000), 50)
    """
    refused = find_refusals(plan, currencies, target, wide=wide)
    if refused:
        raise InvalidDocument(tuple(_fault(plan, reason) for reason in refused))
    finer = {Measure(name): number for name, number in (digits or {}).items()}
    return _compiled(plan, CurrencyTable.iso() if currencies is None else currencies, finer)


def _fault(plan: Plan, reason: Reason) -> Fault:
    feature = str(reason.parameters["feature"])
    component = reason.parameters.get("component")
    places = [each.id for each in plan.components]
    return Fault(
        code=f"frames.{feature}",
        path="plan" if component is None else f"plan.components[{places.index(str(component))}]",
        problem=f"the bulk engine does not do this: {feature.replace('_', ' ')}",
        remedy=_REMEDY,
        value=plan.id if component is None else component,
    )


def _compiled(plan: Plan, currencies: CurrencyTable, finer: Mapping[Measure, int]) -> CompiledPlan:
    money = currencies.digits(plan.currency)
    paid = money if plan.rounding.digits is None else plan.rounding.digits
    digits = {measure: _digits(measure, money) for measure in Measure} | dict(finer)
    digits |= dict.fromkeys(_MONEY, max(digits[measure] for measure in _MONEY))  # a margin is a difference of amounts
    pieces = {each.id: _pieces(each, digits[each.measure], paid, digits[Measure.AMOUNT]) for each in plan.components}
    scales = {
        id: lcm(*(number.denominator for found in curves for piece in found for number in piece[2:]))
        for id, curves in pieces.items()
    }
    if adds_up(plan):  # lines of several components are added up, and held against the cap
        cap = 0 if plan.cap is None else Fraction(plan.cap.amount.amount) * 10**paid
        scales = dict.fromkeys(scales, lcm(*scales.values(), Fraction(cap).denominator))
    return CompiledPlan(
        plan=plan,
        money_digits=money,
        digits=digits,
        components=[
            CompiledComponent(
                id=component.id,
                credits=component.credits,
                filters=component.filters,
                measure=component.measure,
                digits=digits[component.measure],
                accumulate=component.accumulate,
                table=component.table,
                curves=[_curve(component, found, scales[component.id]) for found in pieces[component.id]],
                columns=component.table.columns if isinstance(component.table, GridTable) else (),
                formula=component.table.formula if isinstance(component.table, FormulaTable) else "",
                quota_measure=needed_quota(component.table) or "",
                target_measure=component.table.target_measure if isinstance(component.table, MultiplierTable) else "",
            )
            for component in sorted(plan.components, key=_observes)
        ],
        rounding=Rounding(digits=paid, mode=plan.rounding.mode),
    )


def _observes(component: Component) -> bool:
    """Whether another component names the column, so that it has to be measured first."""
    return isinstance(component.table, GridTable) and isinstance(component.table.across, AcrossComponent)


def _digits(measure: Measure, money: int) -> int:
    """How many digits a measure's least unit has: a cent, or one piece."""
    return money if measure in _MONEY else 0


def _curves(component: Component) -> Iterator[PayoutCurve]:
    table = component.table
    if isinstance(table, GridTable):
        yield from payout_curves(table).values()
    elif not isinstance(table, FormulaTable):
        yield payout_curve(table)


def _pieces(component: Component, measured: int, paid: int, money: int) -> list[list[_Piece]]:
    """Each curve's pieces, with measures in least units and pay in units of the rounding.

    At a quota of one a measure is attainment; a rate's pay then scales with the quota, a share of an amount does not.
    """
    by_quota, is_share = needed_quota(component.table) is not None, is_over_quota(component)
    unit, pay = Fraction(10) ** measured, Fraction(10) ** paid
    if isinstance(component.table, MultiplierTable) and component.table.target_measure:
        pay /= Fraction(10) ** money  # the target comes in least units too
    if by_quota:
        whole = pay if is_share else pay / unit
        factors = (whole, whole, whole)
    else:
        factors = (pay / unit**2, pay / unit, pay)
    found = []
    for curve in _curves(component):
        pieces = []
        for position, segment in enumerate(curve.segments):
            start, bend = Fraction(segment.start), Fraction(segment.curvature)
            slope = Fraction(segment.slope) - 2 * bend * start
            intercept = Fraction(segment.base) - Fraction(segment.slope) * start + bend * start**2
            powers = (each * factor for each, factor in zip((bend, slope, intercept), factors, strict=True))
            pieces.append(_Piece(start if by_quota else start * unit, curve.owns_start(position), *powers))
        found.append(pieces)
    return found


def _curve(component: Component, pieces: list[_Piece], scale: int) -> CompiledCurve:
    table = component.table
    assert not isinstance(table, FormulaTable)  # which has no curve
    denominator = lcm(*(piece.start.denominator for piece in pieces[1:]))
    is_bent = any(piece.square for piece in pieces)
    by_quota = needed_quota(table) is not None
    return CompiledCurve(
        mode=table.mode,
        keys=[2 * int(piece.start * denominator) + (not piece.is_owned) for piece in pieces[1:]],
        denominator=denominator,
        squares=[int(piece.square * scale) for piece in pieces] if is_bent else (),
        slopes=[int(piece.slope * scale) for piece in pieces],
        intercepts=[int(piece.intercept * scale) for piece in pieces],
        scale=scale,
        by_quota=by_quota,
        power=(is_bent + is_over_quota(component)) if by_quota else 0,
        by_target=isinstance(table, MultiplierTable) and bool(table.target_measure),
    )
