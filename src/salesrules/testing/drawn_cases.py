"""Plans with credits that sit on the plan's own thresholds, a cent beside them, or anywhere; drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from salesrules.commissions import (
    Accumulation,
    AcrossComponent,
    Cap,
    Component,
    Filter,
    FormulaTable,
    GridTable,
    Measure,
    OpeningMeasure,
    Plan,
    RateMode,
    ReturnTerms,
    RoundingLevel,
    StatementRounding,
    needed_quota,
)
from salesrules.core import Band, BandTable, DateRange, FiscalCalendar, Money, PeriodKind, RoundingMode, Side
from salesrules.quotas import Quota
from salesrules.testing.cases import PAYEE, PlanCase, a_life
from salesrules.testing.chooser import Chooser, SeededChooser
from salesrules.testing.drawn_credits import CreditDrawing
from salesrules.testing.drawn_tables import CATEGORIES, KINDS, TARGET, draw_table, unit_of_measure
from salesrules.testing.literal_spans import civil_span

__all__ = ["draw_case", "seeded_cases"]

_CENT = Decimal("0.01")
_YEAR = date(2020, 1, 1)
_PAY_PERIODS = (PeriodKind.QUARTER, PeriodKind.MONTH, PeriodKind.HALF_YEAR, PeriodKind.YEAR)
_CURRENCIES = ("USD", "USD", "USD", "JPY", "KWD")
_SHARES = (Decimal(1), Decimal(1), Decimal("0.5"), Decimal("0.333"))


def draw_case(
    chooser: Chooser,
    *,
    credits: int,
    kinds: Sequence[str] = tuple(KINDS),
    modes: Sequence[RateMode] = tuple(RateMode),
) -> PlanCase:
    """A plan with one to three components, so many credits at most in 2020, and the quotas and openings needed."""
    pay_period = chooser.pick(_PAY_PERIODS)
    calendar = FiscalCalendar(first_month=chooser.pick((1, 1, 1, 4, 7, 10, 2)))
    plan = _draw_plan(chooser, kinds, modes)
    quotas = _draw_quotas(chooser, plan, calendar.first_month)
    start = calendar.at(pay_period, _YEAR).start
    openings = [opening for component in plan.components for opening in _draw_openings(chooser, component, start)]
    drawing = CreditDrawing(chooser, plan, pay_period, calendar, quotas, openings, chooser.pick(_SHARES))
    return PlanCase(
        plan=plan,
        pay_period=pay_period,
        credits=drawing.draw(_YEAR, credits),
        quotas=quotas,
        openings=openings,
        calendar=calendar,
    )


def _draw_plan(chooser: Chooser, kinds: Sequence[str], modes: Sequence[RateMode]) -> Plan:
    currency = chooser.pick(_CURRENCIES)
    components: list[Component] = []
    for number in range(chooser.pick((1, 1, 1, 2, 3))):
        components.append(_draw_component(chooser, f"part {number + 1}", kinds, modes, currency, components))
    cap = chooser.pick((None, None, Decimal(chooser.number(0, 20_000)) * _CENT))
    return Plan(
        id="plan",
        family="plan",
        name="Plan",
        life=a_life(),
        currency=currency,
        components=components,
        rounding=StatementRounding(
            level=chooser.pick((RoundingLevel.LINE, RoundingLevel.CUMULATIVE)),
            mode=chooser.pick(tuple(RoundingMode)),
            digits=chooser.pick((None, None, None, 0, 1, 4)),
        ),
        returns=chooser.pick(tuple(ReturnTerms)),
        proration="none",
        cap=None if cap is None else Cap(id="cap", amount=Money(cap, currency)),
    )


def _draw_component(
    chooser: Chooser,
    id: str,
    kinds: Sequence[str],
    modes: Sequence[RateMode],
    currency: str,
    others: Sequence[Component],
) -> Component:
    possible: list[tuple[str, RateMode | None]] = [
        (kind, mode) for kind in kinds for mode in KINDS[kind] if mode in modes
    ]
    possible += [("formula", None)] if "formula" in kinds else []
    mode = chooser.pick(list(dict.fromkeys(mode for _, mode in possible)))  # each mode as often as any other
    kind = chooser.pick([kind for kind, its in possible if its is mode])
    measures = (Measure.QUANTITY, Measure.COUNT) if kind == "per_unit" else tuple(Measure)
    measure = chooser.pick(measures)
    accumulate = chooser.pick(tuple(Accumulation))
    observed = None
    if kind == "grid" and others and chooser.pick((True, False)):
        observed, accumulate = _draw_observed(chooser, others[-1], accumulate)
    table = draw_table(chooser, kind, mode, measure, currency=currency, observed=observed)
    filters = [Filter(attribute="category", **{chooser.pick(("one_of", "none_of")): CATEGORIES[:1]})]
    return Component(
        id=id,
        credits=["direct"],
        measure=measure,
        accumulate=accumulate,
        table=table,
        filters=filters if chooser.number(0, 4) == 4 else (),
    )


def _draw_observed(
    chooser: Chooser, other: Component, accumulate: Accumulation
) -> tuple[AcrossComponent | None, Accumulation]:
    """Columns by what another component has measured, or by its attainment; both over the same span."""
    chained = isinstance(other.table, GridTable) and isinstance(other.table.across, AcrossComponent)
    if chained or other.accumulate is Accumulation.TRANSACTION:
        return None, accumulate
    by_quota = needed_quota(other.table) is not None and chooser.pick((True, False))
    bound: Any = Decimal(chooser.number(1, 150)) / 100
    if not by_quota:
        unit = unit_of_measure(other.measure)
        bound = unit * chooser.number(1, 30_000 if unit < 1 else 8)
    bands = [Band(start=None, value="below"), Band(start=bound, value="above")]
    columns = BandTable(bands=bands, side=chooser.pick(tuple(Side)))
    observe = "attainment" if by_quota else "measured"
    return AcrossComponent(component=other.id, observe=observe, columns=columns), other.accumulate


def _draw_quotas(chooser: Chooser, plan: Plan, first_month: int) -> list[Quota]:
    """A quota for each month of the fiscal years that 2020 lies in, for each measure that the plan asks for."""
    wanted: dict[str, bool] = {}
    for component in plan.components:
        measure = needed_quota(component.table)
        if measure is not None:
            wanted[measure] = component.measure in (Measure.AMOUNT, Measure.MARGIN)
        if getattr(component.table, "target_measure", ""):
            wanted[TARGET] = True
    month, _ = civil_span("year", _YEAR, first_month)
    _, end = civil_span("year", date(2020, 12, 31), first_month)
    months = []
    while month < end:
        months.append(civil_span("month", month))
        month = months[-1][1]
    found = []
    for measure, is_money in wanted.items():
        unit = chooser.pick((Decimal(1), _CENT)) if is_money else Decimal(1)
        amount = chooser.number(1, int(300 / unit) if is_money else 6) * unit
        for first, last in months:
            if chooser.number(0, 5) == 5:
                amount += unit
            found.append(
                Quota(
                    id=f"{measure} {first}",
                    holder=PAYEE,
                    span=DateRange(first, last),
                    amount=amount,
                    unit=plan.currency if is_money else "pieces",
                    measure=measure,
                )
            )
    return found


def _draw_openings(chooser: Chooser, component: Component, day: date) -> list[OpeningMeasure]:
    """What a component had measured before the first day, now and then."""
    if component.accumulate is Accumulation.TRANSACTION or chooser.number(0, 3) < 3:
        return []
    unit = unit_of_measure(component.measure)
    measured = unit * chooser.number(0, 30_000 if unit < 1 else 8)
    table, measure, column = component.table, "", ""
    if isinstance(table, GridTable) and not isinstance(table.across, AcrossComponent):
        column = chooser.pick(table.columns)
    if isinstance(table, FormulaTable):
        measure = chooser.pick(("", component.measure.value))
    return [
        OpeningMeasure(payee=PAYEE, day=day, component=component.id, measured=measured, measure=measure, column=column)
    ]


def seeded_cases(
    seed: int,
    plans: int,
    *,
    credits: int = 80,
    kinds: Sequence[str] = tuple(KINDS),
    modes: Sequence[RateMode] = tuple(RateMode),
) -> Iterator[PlanCase]:
    """Cases that are the same whenever the seed is: many plans, with many credits each; for campaigns.

    `kinds` and `modes` say what tables to draw; Hypothesis is not needed.

    >>> [len(case.credits) > 0 for case in seeded_cases(1, plans=2, credits=5)]
    [True, True]
    """
    for number in range(plans):
        yield draw_case(SeededChooser(f"{seed}/{number}"), credits=credits, kinds=kinds, modes=modes)
