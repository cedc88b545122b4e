"""What must be true of rate tables beyond the type of each field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from salesrules.commissions.policy import (
    Accumulation,
    AcrossComponent,
    AcrossNumber,
    AmountTable,
    AttainmentTable,
    Component,
    FixedTable,
    FormulaTable,
    GridTable,
    Measure,
    MultiplierTable,
    Observed,
    PerUnitTable,
    RateMode,
    TableBasis,
)
from salesrules.commissions.rules.formula import names_in
from salesrules.commissions.rules.table_curves import needed_quota
from salesrules.core import BandTable, Fault, InvalidValue, Rate, nearest_names

__all__ = ["check_table"]

_SLICES = (RateMode.MARGINAL, RateMode.WHOLE_AMOUNT)
_RATES = (*_SLICES, RateMode.INTERPOLATED_RATE)
_AMOUNTS = tuple(mode for mode in RateMode if mode.pays_amounts)
_MODES: dict[type, tuple[RateMode, ...]] = {
    AmountTable: _RATES,
    AttainmentTable: _RATES,
    FixedTable: _AMOUNTS,
    PerUnitTable: _RATES,
    MultiplierTable: tuple(RateMode),
    GridTable: _SLICES,
}


def check_table(
    component: Component, path: str, currency: str, components: Sequence[Component] = ()
) -> Iterator[Fault]:
    """Every fault of a component's table; `components` are those of its plan, which it may observe."""
    table, place = component.table, f"{path}.table"
    if isinstance(table, FormulaTable):
        try:
            names_in(table.formula)
        except InvalidValue as error:
            problem = "the formula cannot be read"
            yield _fault("formula", f"{place}.formula", problem, error.remedy, error.value)
        return
    allowed = _MODES[type(table)]
    if table.mode not in allowed:
        remedy = f"choose one of {', '.join(mode.value for mode in allowed)}"
        problem = f"a table of kind {table.kind!r} does not pay so"
        yield _fault("table_mode", f"{place}.mode", problem, remedy, table.mode.value)
    yield from _bounds(table.tiers, place)
    if isinstance(table, GridTable):
        yield from _grid(component, table, place, components)
        return
    values: list[Rate | Decimal] = [band.value for band in table.tiers.bands]
    for index, value in enumerate(values):
        what, number = ("a rate", value.value) if isinstance(value, Rate) else ("an amount", value)
        where = f"{place}.tiers.bands[{index}].value"
        if number < 0:
            yield _fault("negative_rate", where, f"{what} is below zero", "give zero or more", str(value))
        elif number and index == len(values) - 1 and table.mode is RateMode.PROPORTIONAL_AMOUNT:
            remedy = "add a last tier with 0, from where nothing more is earned"
            yield _fault("open_tier", where, "a tier that never ends is never filled", remedy, str(value))
    if isinstance(table, PerUnitTable) and component.measure not in (Measure.QUANTITY, Measure.COUNT):
        remedy = "measure 'quantity' or 'count', or state a rate in a table of kind 'amount'"
        problem = "an amount per unit needs units"
        yield _fault("per_unit", f"{path}.measure", problem, remedy, component.measure.value)
    if isinstance(table, MultiplierTable):
        yield from _multiples(table, place, currency)


def _bounds(tiers: BandTable[Any], place: str) -> Iterator[Fault]:
    if tiers.bands[0].start not in (None, Decimal(0)):
        yield _fault(
            "first_tier",
            f"{place}.tiers.bands[0].from",
            "what lies below is not declared",
            "start the first tier at 0, at the rate 0% if nothing is paid there",
            tiers.bands[0].start,
        )
    if tiers.end is not None:
        yield _fault(
            "last_tier",
            f"{place}.tiers.bands[{len(tiers.bands) - 1}].to",
            "what lies above is not declared",
            "leave the last tier open; its rate may be 0%",
            tiers.end,
        )


def _multiples(table: MultiplierTable, place: str, currency: str) -> Iterator[Fault]:
    given = [name for name in ("base_rate", "target", "target_measure") if getattr(table, name)]
    if len(given) != 1:
        problem = "it multiplies nothing" if not given else f"it multiplies {' and '.join(given)}"
        remedy = "give exactly one of base_rate, target and target_measure"
        yield _fault("multiples", place, problem, remedy)
    elif table.base_rate is not None and table.mode.pays_amounts:
        remedy = "give a target, or choose a mode by rates"
        yield _fault("multiples", f"{place}.mode", "a rate is no amount to pay", remedy, table.mode.value)
    elif table.base_rate is None and table.basis is TableBasis.AMOUNT and not table.mode.pays_amounts:
        problem = "a target times attainment needs bounds of attainment"
        yield _fault("multiples", f"{place}.basis", problem, "choose 'attainment'", table.basis.value)
    if table.target is not None and table.target.currency != currency:
        problem = f"the plan pays in {currency}"
        yield _fault("currency", f"{place}.target", problem, "state it in that", str(table.target))


def _grid(component: Component, table: GridTable, place: str, components: Sequence[Component]) -> Iterator[Fault]:
    across = table.across
    wanted = list(table.columns)
    if not isinstance(across, AcrossNumber | AcrossComponent):
        if not wanted:
            yield _fault("columns", f"{place}.tiers.bands[0].value", "it has no columns", "give a rate for each value")
    else:
        wanted = list(dict.fromkeys(band.value for band in across.columns.bands))
    for index, band in enumerate(table.tiers.bands):
        where = f"{place}.tiers.bands[{index}].value"
        if set(band.value) != set(wanted):
            has, remedy = ", ".join(band.value) or "none", f"give a rate for each of {', '.join(wanted)}"
            yield _fault("columns", where, "its columns are not those of the table", remedy, has)
        for column, rate in band.value.items():
            if rate < Rate(0):
                yield _fault("negative_rate", f"{where}.{column}", "a rate is below zero", "give 0% or more", str(rate))
    if isinstance(across, AcrossComponent):
        yield from _observed(component, across, f"{place}.across", components)


def _observed(
    component: Component, across: AcrossComponent, place: str, components: Sequence[Component]
) -> Iterator[Fault]:
    other = next((each for each in components if each.id == across.component), None)
    if other is None or other is component:
        problem = "it observes itself" if other else "the plan has no such component"
        known = [each.id for each in components if each is not component]
        near = nearest_names(across.component, known)
        remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known) or 'none'}"
        yield _fault("unknown_component", f"{place}.component", problem, remedy, across.component)
        return
    if Accumulation.TRANSACTION in (component.accumulate, other.accumulate) or component.accumulate != other.accumulate:
        problem = f"{component.id} accumulates by {component.accumulate.value}, {other.id} by {other.accumulate.value}"
        yield _fault("grid_span", place, problem, "let both accumulate over the same days", across.component)
    if across.observe is Observed.ATTAINMENT and needed_quota(other.table) is None:
        problem = f"component {other.id} pays by amount, so it has no attainment"
        remedy = "observe 'measured', or name a component with a table by attainment"
        yield _fault("no_attainment", f"{place}.observe", problem, remedy, across.observe.value)
    if isinstance(other.table, GridTable) and isinstance(other.table.across, AcrossComponent):
        problem, remedy = f"component {other.id} observes another one itself", "observe one that does not"
        yield _fault("grid_chain", f"{place}.component", problem, remedy, across.component)


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None) -> Fault:
    return Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=value)
