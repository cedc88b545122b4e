"""Rate tables of every kind and mode, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesrules.commissions import (
    AcrossAttribute,
    AcrossComponent,
    AcrossNumber,
    AmountTable,
    AttainmentTable,
    FixedTable,
    FormulaTable,
    GridTable,
    Measure,
    MultiplierTable,
    PerUnitTable,
    RateMode,
    RateTable,
    TableBasis,
)
from salesrules.core import Band, BandTable, Money, Rate, Side
from salesrules.testing.chooser import Chooser

__all__ = ["CATEGORIES", "KINDS", "TARGET", "draw_table", "unit_of_measure"]

#: The columns by the attribute `category` that a drawn table has.
CATEGORIES = ("bikes", "socks")
#: The measure under which a drawn payee's target incentive is held.
TARGET = "target_incentive"

_CENT, _ONE = Decimal("0.01"), Decimal(1)
_SLICES = (RateMode.MARGINAL, RateMode.WHOLE_AMOUNT)
_RATES = (*_SLICES, RateMode.INTERPOLATED_RATE)
_AMOUNTS = tuple(mode for mode in RateMode if mode.pays_amounts)
_FORMULAS = (
    "amount * 0.1 + max(0, margin - 50) * 0.5",
    "100 + amount * 0.025",
    "min(amount, 500) / 3 - (margin - 20) * 0.01",
    "quantity * 2 + count * 10",
)
_FORMULAS_OF_QUOTA = ("min(1.5, attainment) * 2000", "max(0, attainment - 0.5) * quota * 0.03")

#: The modes that each kind of table can have; a formula has none.
KINDS: Mapping[str, tuple[RateMode, ...]] = {
    "amount": _RATES,
    "attainment": _RATES,
    "fixed": _AMOUNTS,
    "per_unit": _RATES,
    "multiplier": (*_RATES, *_AMOUNTS),
    "grid": _SLICES,
    "formula": (),
}


def unit_of_measure(measure: Measure) -> Decimal:
    """The least step of a measure: a cent, or one piece."""
    return _CENT if measure in (Measure.AMOUNT, Measure.MARGIN) else _ONE


def draw_table(
    chooser: Chooser,
    kind: str,
    mode: RateMode | None,
    measure: Measure,
    *,
    currency: str = "USD",
    observed: AcrossComponent | None = None,
) -> RateTable:
    """A table of a kind and mode for a measure; `observed` names its columns where it has two dimensions."""
    if kind == "formula":
        money = measure in (Measure.AMOUNT, Measure.MARGIN)
        formula = chooser.pick((*_FORMULAS, *_FORMULAS_OF_QUOTA) if money else _FORMULAS)
        return FormulaTable(formula=formula, quota_measure=measure.value)
    assert mode is not None  # for the type checker: only a formula has none
    basis = chooser.pick(tuple(TableBasis))
    given: dict[str, Any] = {"mode": mode, "quota_measure": measure.value}
    if kind == "multiplier":
        given |= _multiples_of(chooser, mode, currency)
        basis = basis if mode.pays_amounts or "base_rate" in given else TableBasis.ATTAINMENT
    if kind in ("amount", "attainment"):
        basis = TableBasis(kind)
    bounds = _bounds(chooser, basis, measure)
    match kind:
        case "amount":
            return AmountTable(mode=mode, tiers=_tiers(chooser, bounds, _rate))
        case "attainment":
            return AttainmentTable(**given, tiers=_tiers(chooser, bounds, _rate))
        case "fixed":
            return FixedTable(**given, basis=basis, tiers=_ending(mode, _tiers(chooser, bounds, _amount), Decimal(0)))
        case "per_unit":
            return PerUnitTable(**given, basis=basis, tiers=_tiers(chooser, bounds, _amount))
        case "multiplier":
            tiers = _ending(mode, _tiers(chooser, bounds, _multiple), Rate(0))
            return MultiplierTable(**given, basis=basis, tiers=tiers)
        case _:
            return _grid(chooser, given | {"basis": basis}, bounds, measure, observed)


def _multiples_of(chooser: Chooser, mode: RateMode, currency: str) -> dict[str, Any]:
    """What a table's multiples are of, among what its mode can pay."""
    possible: list[dict[str, Any]] = [
        {"target": Money(Decimal(chooser.number(1, 100_000)), currency)},
        {"target_measure": TARGET},
    ]
    if not mode.pays_amounts:
        possible.append({"base_rate": Rate(Decimal(chooser.number(1, 500)) / 10_000)})
    return chooser.pick(possible)


def _grid(
    chooser: Chooser,
    given: dict[str, Any],
    bounds: Sequence[Decimal | Fraction | None],
    measure: Measure,
    observed: AcrossComponent | None,
) -> GridTable:
    if observed is not None:
        return _with_columns(chooser, given, bounds, observed, observed.columns)
    if chooser.pick((True, False)):
        across = AcrossAttribute(attribute="category")
        return GridTable(**given, across=across, tiers=_tiers(chooser, bounds, _rates_of(CATEGORIES)))
    attribute = chooser.pick(("", "discount"))
    starts = [Decimal("2.5"), Decimal(10)] if attribute else _bounds(chooser, TableBasis.AMOUNT, measure)[1:]
    names = tuple(f"column {number}" for number in range(len(starts) + 1))
    bands = [Band(start=start, value=name) for start, name in zip([None, *starts], names, strict=True)]
    columns = BandTable(bands=bands, side=chooser.pick(tuple(Side)))
    return _with_columns(chooser, given, bounds, AcrossNumber(attribute=attribute, columns=columns), columns)


def _with_columns(
    chooser: Chooser,
    given: dict[str, Any],
    bounds: Sequence[Decimal | Fraction | None],
    across: AcrossNumber | AcrossComponent,
    columns: BandTable[str],
) -> GridTable:
    names = [band.value for band in columns.bands]
    return GridTable(**given, across=across, tiers=_tiers(chooser, bounds, _rates_of(names)))


def _bounds(chooser: Chooser, basis: TableBasis, measure: Measure) -> list[Decimal | Fraction | None]:
    """Ascending bounds, the first zero or open."""
    more = chooser.number(0, 4)
    found: set[Decimal | Fraction]
    if basis is TableBasis.ATTAINMENT:
        found = {Decimal(chooser.number(1, 150)) / 100 for _ in range(more)}
        if more and chooser.number(0, 7) == 7:
            found.add(Fraction(chooser.number(1, 5), 3))
    else:
        unit = unit_of_measure(measure)
        found = {chooser.number(1, 50_000 if unit < 1 else 12) * unit for _ in range(more)}
    return [chooser.pick((Decimal(0), Decimal(0), None)), *sorted(found)]


def _tiers(
    chooser: Chooser, bounds: Sequence[Decimal | Fraction | None], value: Callable[[Chooser], Any]
) -> BandTable[Any]:
    """A table with these bounds, their side declared once or, now and then, for each."""
    sides = tuple(Side)
    own = chooser.number(0, 3) == 3
    bands = [Band(start=start, value=value(chooser), side=chooser.pick(sides) if own else None) for start in bounds]
    return BandTable(bands=bands, side=chooser.pick(sides))


def _ending(mode: RateMode, tiers: BandTable[Any], nothing: Any) -> BandTable[Any]:
    """The table itself; where tiers are filled in proportion, the last one pays nothing."""
    if mode is not RateMode.PROPORTIONAL_AMOUNT:
        return tiers
    last = tiers.bands[-1]
    bands = [*tiers.bands[:-1], Band(start=last.start, value=nothing, side=last.side)]
    return BandTable(bands=bands, side=tiers.side)


def _rate(chooser: Chooser) -> Rate:
    return Rate(Decimal(chooser.number(0, 300)) / 1000)


def _multiple(chooser: Chooser) -> Rate:
    return Rate(Decimal(chooser.number(0, 60)) / 20)


def _amount(chooser: Chooser) -> Decimal:
    return Decimal(chooser.number(0, 50_000)) * _CENT


def _rates_of(columns: Sequence[str]) -> Callable[[Chooser], dict[str, Rate]]:
    return lambda chooser: {column: _rate(chooser) for column in columns}
