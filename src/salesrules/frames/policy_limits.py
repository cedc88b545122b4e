"""The plan's cap for each credit of a policy, and returns that the kernel cannot take back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

import numpy as np
import pyarrow as pa

from salesrules.commissions import prorated, share_of_period
from salesrules.core import Fault
from salesrules.frames.assigning import Assigned
from salesrules.frames.compiled import LIMIT, CompiledPlan
from salesrules.frames.kernel import Places, Whole
from salesrules.frames.periods import Periods

__all__ = ["find_part_returns", "limits_of_rows"]

_SHOWN = 3


def limits_of_rows(
    plan: CompiledPlan, rows: Places, assigned: Assigned, periods: Periods, days: Whole
) -> tuple[Whole | None, int]:
    """The cap of each row: that of its pay period, for the days on which its payee has the plan version."""
    cap = plan.plan.cap
    if cap is None:
        return None, 1
    number = periods.at(days[rows])
    keys = assigned.group[rows].astype(np.int64) * len(periods.found) + number
    distinct, places = np.unique(keys, return_inverse=True)
    amounts = []
    for key in distinct.tolist():
        group, place = divmod(key, len(periods.found))
        span = periods.found[place].span
        held = [
            (both, run.plan)
            for run in (assigned.runs[each] for each in assigned.runs_of_group[group])
            if run.plan is plan.plan and (both := run.span.intersection(span)) is not None
        ]
        amount = prorated(cap.amount, share_of_period(held, span), plan.rounding.digits)
        amounts.append(Fraction(amount.amount) * 10**plan.rounding.digits)
    over = lcm(*(amount.denominator for amount in amounts))
    found = [int(amount * over) for amount in amounts]
    kind = np.int64 if max(found, default=0) <= LIMIT else object
    limits = np.zeros(len(days), dtype=kind)
    limits[rows] = np.array(found, dtype=kind)[places]
    return limits, over


def find_part_returns(credits: pa.Table, assigned: Assigned) -> Iterator[Fault]:
    """A fault where returns take back what several payments were paid: line by line, as the scalar rules alone do."""
    if not {"part", "original"} <= set(credits.column_names) or not credits.num_rows:
        return
    ids, original = (credits[name].combine_chunks() for name in ("id", "original"))
    sales = np.asarray(original.indices.fill_null(-1)).astype(np.int64)
    own, part = np.asarray(ids.indices).astype(np.int64), np.asarray(credits["part"].fill_null(0)).astype(np.int64)
    in_parts = np.zeros(len(ids.dictionary) + 1, dtype=np.bool_)
    in_parts[own[part > 1]] = True  # paid by more than one payment
    of_kept = np.asarray(credits["of_kept"].fill_null(False)).astype(np.bool_)
    rows = np.flatnonzero(assigned.takes_back & (of_kept | in_parts[sales]))
    if len(rows):
        yield Fault(
            code="frames.returns_of_parts",
            path="transactions.original",
            problem=f"{len(rows)} return(s) at original terms take back a sale that was credited by its payments",
            remedy="let those plans lower the current measure, or calculate them with calculate_commissions",
            value=", ".join(str(ids[int(row)].as_py()) for row in rows[:_SHOWN]),
        )
