"""One run in bulk, apart from its credits: what is sent to where they are, in a thread, a process or a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
import pyarrow as pa

from salesrules.commissions import Plan
from salesrules.core import CurrencyTable, FiscalCalendar, PeriodKind, as_parameters
from salesrules.frames.bulk import calculate

__all__ = ["BulkJob"]

_CALENDAR = FiscalCalendar()


@attrs.frozen(kw_only=True, eq=False)
class BulkJob:
    """A plan with all that it needs but the credits; it can be pickled, and `run` touches nothing outside.

    The arguments are those of `calculate`; `quotas` and `scores` are PyArrow tables. Where a plan with modifiers runs in
    several parts, `until` lets their statements end on the same pay period.
    """

    plan: Plan
    pay_period: PeriodKind = attrs.field(converter=PeriodKind)
    quotas: Any = None
    scores: Any = None
    columns: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    calendar: FiscalCalendar = _CALENDAR
    currencies: CurrencyTable | None = None
    until: date | None = None

    def run(self, credits: pa.Table) -> tuple[pa.Table, pa.Table]:
        """What each credit pays, in the given order, and the statements; the table has all credits of its payees.

        Raises as `calculate` does.
        """
        result = calculate(
            self.plan,
            credits,
            pay_period=self.pay_period,
            quotas=self.quotas,
            scores=self.scores,
            columns=self.columns,
            calendar=self.calendar,
            currencies=self.currencies,
            until=self.until,
        )
        return result.credits, result.statements
