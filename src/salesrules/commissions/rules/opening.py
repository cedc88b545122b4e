"""Opening running measures: which account a component's table needs, with the quota and target that it pays by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from salesrules.commissions.policy import (
    Accumulation,
    AcrossComponent,
    Component,
    FormulaTable,
    GridTable,
    MultiplierTable,
)
from salesrules.commissions.rules.accounts import Account, CurveAccount, FormulaAccount, GridAccount
from salesrules.commissions.rules.table_curves import needed_quota, payout_curve, payout_curves, table_base
from salesrules.core import exact_sum

__all__ = ["open_account"]

_ONE = Decimal(1)


def open_account(
    component: Component,
    *,
    quota_of: Callable[[str], Decimal],
    target_of: Callable[[str], Decimal],
    openings: Mapping[tuple[str, str], Decimal],
    reached: Callable[[AcrossComponent], str],
) -> Account:
    """The account of a component in a new span.

    `quota_of` and `target_of` give the payee's quota and target incentive of a measure over the span, `openings` what
    was measured before by measure and column, `reached` the column that another component has reached.
    """
    table = component.table
    measure = needed_quota(table)
    quota = None if measure is None else quota_of(measure)
    alone = component.accumulate is Accumulation.TRANSACTION
    match table:
        case FormulaTable():
            known = {name or component.measure.value: value for (name, _), value in openings.items()}
            return FormulaAccount(
                table.formula, openings=known, measure=component.measure.value, alone=alone, quota=quota
            )
        case GridTable(across=across):
            return GridAccount(
                payout_curves(table, quota or _ONE),
                openings={column: value for (_, column), value in openings.items()},
                alone=alone,
                quota=quota,
                reached=(lambda: reached(across)) if isinstance(across, AcrossComponent) else None,
            )
    base = None
    target = _ONE
    if isinstance(table, MultiplierTable):
        if table.target_measure:
            target = target_of(table.target_measure)
        base = table_base(table, target)
    curve = payout_curve(table, quota or _ONE, target)
    return CurveAccount(curve, opening=exact_sum(openings.values()), alone=alone, quota=quota, base=base)
