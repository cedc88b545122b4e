"""What each credit earned by payout, where plans hold pay back or take it back: by sale, as settling it needs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.commissions import Plan, payout_place, payout_places
from salesrules.frames.blocks import Outcome
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.results import money, with_gaps

__all__ = ["PREFIX", "TAKES_BACK", "PayoutColumns", "column_of", "columns_in_order", "pays_by_sale", "plain"]

#: What the names of the columns begin with; the payout's id follows, nothing for what no payout holds.
PREFIX = "payout:"

#: The column that marks returns which only take back what their sale was paid.
TAKES_BACK = "takes_back"


def pays_by_sale(plan: Plan) -> bool:
    """Whether a plan holds back, spreads or claws back pay of sales."""
    return bool(plan.payouts or plan.clawbacks)


def column_of(plan: Plan, component: str) -> str:
    """The column of what a component (empty: what stands beside the lines) is paid by."""
    place = payout_place(plan, component)
    return PREFIX if place is None else PREFIX + plan.payouts[place].id


def columns_in_order(plan: Plan) -> list[str]:
    """The columns of a plan's components in the order in which these make a credit's lines."""
    return [
        PREFIX if place is None else PREFIX + plan.payouts[place].id for place in dict.fromkeys(payout_places(plan))
    ]


def plain(names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Names in place of the numbers that stand for them in dictionaries, and of views of them."""
    kind = names.type.value_type if pa.types.is_dictionary(names.type) else names.type
    return names.cast(pa.string() if pa.types.is_string_view(kind) else kind)


class PayoutColumns:
    """A column for each payout of the plans, empty where a plan has no line for a credit that is paid by it."""

    def __init__(self, plans: Iterable[Plan], rows: int) -> None:
        names = [column_of(plan, each.id) for plan in plans for each in plan.components]
        self._values: dict[str, Whole] = {name: np.zeros(rows, dtype=np.int64) for name in sorted({*names, PREFIX})}
        self._exists: dict[str, Flags] = {name: np.zeros(rows, dtype=np.bool_) for name in self._values}

    def add(self, plan: CompiledPlan, credits: Credits, outcome: Outcome, rows: Places, digits: int) -> None:
        """What a plan pays for some rows, by component, in units of 10^-`digits`."""
        factor = 10 ** (digits - plan.rounding.digits)
        for component, amounts in zip(plan.components, outcome.by_component, strict=True):
            name, own = column_of(plan.plan, component.id), amounts[rows] * factor
            counted = credits.counted(component, rows)
            if credits.is_reversal is not None:  # it has a line where its sale had one
                counted &= ~credits.is_reversal[rows]
            self._values[name][rows] += own
            self._exists[name][rows] |= counted | (own != 0)

    def columns(self, digits: int, ids: pa.ChunkedArray, original: pa.ChunkedArray | None) -> dict[str, pa.Array]:
        """The columns by name, first the sale that each credit is about."""
        own = plain(ids)
        found = {"sale": own if original is None else pc.coalesce(plain(original).cast(own.type), own)}
        for name, values in self._values.items():
            found[name] = with_gaps(money(values, digits), self._exists[name])
        return found
