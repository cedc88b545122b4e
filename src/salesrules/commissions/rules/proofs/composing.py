"""From a plan to the curves that are proved: each component's table with the plan's own modifiers composed into it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model import CurveUnit, LeftOut, SpanCurve
from salesrules.commissions.policy import (
    Accumulation,
    AttainmentTable,
    Component,
    FormulaTable,
    GridTable,
    Measure,
    MultiplierTable,
    PerUnitTable,
    Plan,
)
from salesrules.commissions.rules.proofs.compiling import NotCompiled, formula_outline
from salesrules.commissions.rules.proofs.elements import Outline
from salesrules.commissions.rules.proofs.fitting import Fit
from salesrules.commissions.rules.proofs.grid import Grid
from salesrules.commissions.rules.proofs.modifying import Composition
from salesrules.commissions.rules.proofs.outline import outline_of, tidy
from salesrules.commissions.rules.table_curves import needed_quota, payout_curve, payout_curves
from salesrules.core import PeriodKind

__all__ = ["ComposedCurve", "compose_plan"]

_ONE = Decimal(1)
#: Shares of a quota are told apart to a ten-thousandth of a per cent.
_SHARE_DIGITS = 6


@attrs.frozen(kw_only=True)
class ComposedCurve:
    """A component's curve (of one column, where its table has them) as its table pays it, and with what modifies it."""

    component: str = ""
    column: str = ""
    table: Outline
    outline: Outline
    curve: SpanCurve
    measured_in: CurveUnit
    paid_in: CurveUnit
    digits: int
    is_modified: bool = False


def compose_plan(
    plan: Plan,
    component: Component,
    quota: Decimal | None,
    target: Decimal | None,
    *,
    digits: int = 2,
    pay_period: PeriodKind | None = None,
) -> tuple[list[ComposedCurve], list[LeftOut]]:
    """The curves of a component, and what of the plan is in none of them; `digits` are those of money.

    Without a quota or a target that a table needs, the curve is in shares of it.
    """
    wanted = needed_quota(component.table)
    is_share = wanted is not None and quota is None
    measured_in = CurveUnit.QUOTA if is_share else CurveUnit.MONEY if _is_money(component) else CurveUnit.UNITS
    try:
        tables = dict(_tables(component, quota, target))
    except NotCompiled as error:
        return [], [LeftOut(component=component.id, part=component.id, kind="formula", reason=error.reason)]
    found: list[ComposedCurve] = []
    left_out: list[LeftOut] = []
    for column, table in tables.items():
        composition = Composition(
            plan=plan,
            fit=Fit(
                component=component,
                components=plan.components,
                measured_in=measured_in,
                paid_in=_paid_in(component, is_share=is_share, target=target),
                spans=_spans(component, pay_period),
            ),
            outline=table,
            grid=Grid(_SHARE_DIGITS if is_share else digits if _is_money(component) else 0),
            scale=Fraction(quota if wanted is not None and quota is not None else 1),
        )
        composition.compose()
        left_out += [each for each in composition.left_out if each not in left_out]
        found.append(
            ComposedCurve(
                component=component.id,
                column=column,
                table=table,
                curve=tidy(composition.outline),
                outline=composition.outline,
                measured_in=measured_in,
                paid_in=composition.fit.paid_in,
                digits=composition.grid.digits,
                is_modified=composition.is_modified,
            )
        )
    return found, left_out


def _spans(component: Component, pay_period: PeriodKind | None) -> frozenset[str]:
    """The names of the span over which a component accumulates; one may be the pay period."""
    own = component.accumulate.value
    if own == Accumulation.PERIOD.value or (pay_period is not None and own == pay_period.value):
        return frozenset({own, Accumulation.PERIOD.value, pay_period.value if pay_period else own})
    return frozenset({own})


def _is_money(component: Component) -> bool:
    return component.measure in (Measure.AMOUNT, Measure.MARGIN)


def _paid_in(component: Component, *, is_share: bool, target: Decimal | None) -> CurveUnit:
    table = component.table
    if isinstance(table, MultiplierTable) and table.base_rate is None:
        return CurveUnit.TARGET if table.target is None and target is None else CurveUnit.MONEY
    of_measure = isinstance(table, AttainmentTable | GridTable | PerUnitTable | MultiplierTable)
    return CurveUnit.QUOTA if is_share and of_measure else CurveUnit.MONEY


def _tables(component: Component, quota: Decimal | None, target: Decimal | None) -> Iterator[tuple[str, Outline]]:
    """The curve of a component's table, or of each of its columns, before anything modifies it."""
    table = component.table
    match table:
        case FormulaTable():
            yield "", formula_outline(table.formula, component.measure, quota)
        case GridTable():
            for column, curve in payout_curves(table, quota or _ONE).items():
                yield column, outline_of(curve)
        case _:
            yield "", outline_of(payout_curve(table, quota or _ONE, target or _ONE))
