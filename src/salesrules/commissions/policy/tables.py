"""Rate tables: how a running measure pays, on the measure itself or on its attainment, in one or two dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import attrs

from salesrules.commissions.policy.modes import RateMode
from salesrules.commissions.policy.modifiers import Observed
from salesrules.core import BandTable, Money, Rate, WordEnum, as_parameters

__all__ = [
    "AcrossAttribute",
    "AcrossComponent",
    "AcrossNumber",
    "AmountTable",
    "AttainmentTable",
    "FixedTable",
    "FormulaTable",
    "GridTable",
    "MultiplierTable",
    "PerUnitTable",
    "RateTable",
    "TableBasis",
]


class TableBasis(WordEnum):
    """What a table's bounds are: the measure itself, or shares of the quota over the span (0.6 is 60 %)."""

    AMOUNT = "amount"
    ATTAINMENT = "attainment"


@attrs.frozen(kw_only=True)
class AmountTable:
    """Rates by bands of the measure itself; bounds in the plan's currency or in units."""

    kind: Literal["amount"] = "amount"
    mode: RateMode = attrs.field(converter=RateMode)
    tiers: BandTable[Rate]


@attrs.frozen(kw_only=True)
class AttainmentTable:
    """Rates by bands of attainment, the measure over the quota; bounds as shares of the quota (0.6 is 60 %)."""

    kind: Literal["attainment"] = "attainment"
    mode: RateMode = attrs.field(converter=RateMode)
    tiers: BandTable[Rate]
    quota_measure: str = "amount"


@attrs.frozen(kw_only=True)
class FixedTable:
    """Amounts in the plan's currency by bands; a mode by amounts says whether tiers add up or lie between.

    Nothing is paid before anything was measured, whatever the first tier's amount, nor for a measure below zero; only
    where amounts between bounds begin at nothing does their line go on below zero.
    """

    kind: Literal["fixed"] = "fixed"
    mode: RateMode = attrs.field(converter=RateMode)
    basis: TableBasis = attrs.field(default=TableBasis.AMOUNT, converter=TableBasis)
    tiers: BandTable[Decimal]
    quota_measure: str = "amount"


@attrs.frozen(kw_only=True)
class PerUnitTable:
    """Amounts per unit, in the plan's currency, by bands of a quantity or a count."""

    kind: Literal["per_unit"] = "per_unit"
    mode: RateMode = attrs.field(converter=RateMode)
    basis: TableBasis = attrs.field(default=TableBasis.AMOUNT, converter=TableBasis)
    tiers: BandTable[Decimal]
    quota_measure: str = "amount"


@attrs.frozen(kw_only=True)
class MultiplierTable:
    """Multiples by bands: of a rate on the measure, or of a target incentive.

    Exactly one is given: `base_rate` (a multiple of 1.5, or 150 %, of a rate of 2 % pays 3 % of the measure), `target`,
    or `target_measure`, under which each payee's target incentive is held as quotas are. By a mode of rates a target
    pays target × attainment × multiple (40 % of a target of 100,000 at half pay: 20,000); by a mode of amounts
    target × multiple (at 80 % attainment half of the target).
    """

    kind: Literal["multiplier"] = "multiplier"
    mode: RateMode = attrs.field(converter=RateMode)
    basis: TableBasis = attrs.field(default=TableBasis.ATTAINMENT, converter=TableBasis)
    tiers: BandTable[Rate]
    base_rate: Rate | None = None
    target: Money | None = None
    target_measure: str = ""
    quota_measure: str = "amount"


@attrs.frozen(kw_only=True)
class FormulaTable:
    """What the running measures of the span come to by a formula, in the plan's currency.

    `formula` is written as in a spreadsheet, with numbers, `+ - * /`, brackets, `min(…)`, `max(…)` and the names
    `amount`, `margin`, `quantity`, `count`, `quota` and `attainment` (the component's measure over the quota):
    `amount * 0.02 + max(0, margin - 5000) * 0.1`.
    """

    kind: Literal["formula"] = "formula"
    formula: str
    quota_measure: str = "amount"


@attrs.frozen(kw_only=True)
class AcrossAttribute:
    """The column is the transaction's value of an attribute, such as its category."""

    kind: Literal["attribute"] = "attribute"
    attribute: str


@attrs.frozen(kw_only=True)
class AcrossNumber:
    """The column is named by bands of a number: an attribute such as a discount, or (empty) the deal's own measure."""

    kind: Literal["number"] = "number"
    attribute: str = ""
    columns: BandTable[str]


@attrs.frozen(kw_only=True)
class AcrossComponent:
    """The column is named by bands of another component's running measure or attainment over the same span.

    The column that it has reached pays the whole span: what was paid by another column is made up for.
    """

    kind: Literal["component"] = "component"
    component: str
    observe: Observed = attrs.field(converter=Observed)
    columns: BandTable[str]


def _by_column(table: BandTable[Mapping[str, Rate]]) -> BandTable[Mapping[str, Rate]]:
    return attrs.evolve(table, bands=[attrs.evolve(band, value=as_parameters(band.value)) for band in table.bands])


@attrs.frozen(kw_only=True)
class GridTable:
    """Rates in two dimensions: rows by bands of the measure or its attainment, columns by name.

    Each row's value has a rate for every column. By `marginal` a credit pays the slices that it fills, each at its
    column's rate; by `whole_amount` all that was measured in a column pays the reached row's rate of that column.
    """

    kind: Literal["grid"] = "grid"
    mode: RateMode = attrs.field(converter=RateMode)
    basis: TableBasis = attrs.field(default=TableBasis.AMOUNT, converter=TableBasis)
    tiers: BandTable[Mapping[str, Rate]] = attrs.field(converter=_by_column)
    across: AcrossAttribute | AcrossNumber | AcrossComponent
    quota_measure: str = "amount"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, as the first row has them."""
        return tuple(self.tiers.bands[0].value)


RateTable = AmountTable | AttainmentTable | FixedTable | PerUnitTable | MultiplierTable | FormulaTable | GridTable
