"""What crediting in bulk gives: a row for each credit, and what still waits or was credited to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.commissions import Measure, report_pending_counts, report_uncredited_lines
from salesrules.core import Period, Reason

__all__ = ["Credited"]


@attrs.frozen(kw_only=True, eq=False)
class Credited:
    """The credits of a run, one row for each transaction (or part of it that a payment credits), payee and role.

    `credits` has `id`, `payee`, `day` (on which it is credited), `role`, `rule`, `sold` (the day of the transaction, of
    a return that of its sale), the measures `amount`, `cost`, `quantity` and `count` as far as there are, times the
    payee's share, in whole numbers of 10^-`digits`, and the attributes that plans and pools speak of. Where there are
    returns, it has `original`, and `returned` over `returned_of`: the share of its sale that a return takes back. Where
    a rule waits for cash, it has `part` (the number of the payment, 0 for a whole) and `of_kept` (whether the share is
    one of what is still kept of the sale). Ids and attributes are dictionaries; amount less cost is the margin, an
    empty cost means that there is none. Rows stand in the order of rules and transactions, in which nothing counts.

    `waiting` has `payee`, `trigger`, `booked` and `expected` (empty: not known) of what is credited later than it was
    booked, or not yet; `uncredited` the days of sales that no rule credits to anybody.
    """

    credits: pa.Table
    digits: Mapping[Measure, int]
    waiting: pa.Table
    uncredited: pa.Array

    def report_pending(self, until: date) -> tuple[Reason, ...]:
        """One finding per payee and trigger: how many credits that were booked before a day wait for it then."""
        day = pa.scalar(until, pa.date32())
        waits = pc.or_kleene(pc.is_null(self.waiting["expected"]), pc.greater_equal(self.waiting["expected"], day))
        found = self.waiting.filter(pc.and_(pc.less(self.waiting["booked"], day), waits))
        counted = found.group_by(["payee", "trigger"]).aggregate([([], "count_all")])
        rows = zip(*(counted[name].to_pylist() for name in ("payee", "trigger", "count_all")), strict=True)
        return report_pending_counts({(payee, trigger): count for payee, trigger, count in rows})

    def report_uncredited(self, period: Period) -> tuple[Reason, ...]:
        """One finding where sales of a period are credited to nobody."""
        days = np.asarray(self.uncredited.cast(pa.int32()))
        epoch = date(1970, 1, 1)
        inside = (days >= (period.start - epoch).days) & (days < (period.end - epoch).days)
        return report_uncredited_lines(int(inside.sum()), period)
