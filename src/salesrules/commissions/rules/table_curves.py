"""From a rate table to its exact payout curve, at a quota and a target incentive."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import MultipleOf, TableBase
from salesrules.commissions.policy import (
    AmountTable,
    AttainmentTable,
    FormulaTable,
    GridTable,
    MultiplierTable,
    RateTable,
    TableBasis,
)
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.commissions.rules.formula import OF_QUOTA, names_in
from salesrules.core import Band, BandTable, Exact, InvalidValue, Rate, narrowed

__all__ = ["needed_quota", "payout_curve", "payout_curves", "table_base"]

_ONE = Decimal(1)


def needed_quota(table: RateTable) -> str | None:
    """The measure of the quota that a table needs; `None` for one that pays without."""
    match table:
        case AttainmentTable():
            return table.quota_measure
        case AmountTable():
            return None
        case FormulaTable():
            return table.quota_measure if names_in(table.formula) & OF_QUOTA else None
        case _:
            return table.quota_measure if table.basis is TableBasis.ATTAINMENT else None


def payout_curve(table: RateTable, quota: Decimal = _ONE, target: Decimal = _ONE) -> PayoutCurve:
    """The exact payout curve of a table in one dimension, at a quota and, where it is held by the payee, a target.

    With a quota of one, the measure of a table by attainment is attainment itself. Raises `InvalidValue` for a formula
    and for a table in two dimensions, which have no one curve (`payout_curves` gives those of columns).

    >>> from salesrules.commissions import FixedTable
    >>> from salesrules.core import Band
    >>> tiers = BandTable(bands=(Band(start=0, value=Decimal(0)), Band(start=Decimal("0.8"), value=Decimal(500))))
    >>> payout_curve(FixedTable(mode="fixed", basis="attainment", tiers=tiers)).at(Decimal("0.8"))
    Decimal('500.0')
    """
    if isinstance(table, FormulaTable | GridTable):
        raise InvalidValue("table", table.kind, "ask about a table in one dimension")
    scale = _ONE if needed_quota(table) is None else quota
    unit: Exact = _ONE
    if isinstance(table, MultiplierTable):
        base = table_base(table, target)
        unit = base.value if base.of is not MultipleOf.TARGET_TIMES_ATTAINMENT else _over(base.value, scale)
    return PayoutCurve.of(table.tiers, table.mode, scale, unit)


def payout_curves(table: GridTable, quota: Decimal = _ONE) -> dict[str, PayoutCurve]:
    """The exact payout curve of each column of a table in two dimensions, at a quota."""
    scale = _ONE if needed_quota(table) is None else quota
    return {column: PayoutCurve.of(_column(table, column), table.mode, scale) for column in table.columns}


def table_base(table: MultiplierTable, target: Decimal = _ONE) -> TableBase:
    """What a table's multiples are of; `target` where each payee holds their own."""
    if table.base_rate is not None:
        return TableBase(of=MultipleOf.BASE_RATE, value=table.base_rate.value)
    value = target if table.target is None else table.target.amount
    of = MultipleOf.TARGET if table.mode.pays_amounts else MultipleOf.TARGET_TIMES_ATTAINMENT
    return TableBase(of=of, value=value)


def _over(value: Decimal, quota: Decimal) -> Exact:
    return narrowed(Fraction(value) / Fraction(quota))


def _column(table: GridTable, column: str) -> BandTable[Rate]:
    bands = [Band(start=band.start, value=band.value[column], side=band.side) for band in table.tiers.bands]
    return BandTable(bands=bands, side=table.tiers.side, end=table.tiers.end)
