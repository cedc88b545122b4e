"""Periods of days over whole columns: each day of the range is looked up once."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np

from salesrules.commissions import Accumulation
from salesrules.core import DateRange, FiscalCalendar, Period, PeriodKind
from salesrules.frames.kernel import Whole

__all__ = ["EPOCH", "Periods", "kind_of"]

EPOCH = date(1970, 1, 1)
_KINDS = {
    Accumulation.MONTH: PeriodKind.MONTH,
    Accumulation.QUARTER: PeriodKind.QUARTER,
    Accumulation.YEAR: PeriodKind.YEAR,
}


def kind_of(accumulate: Accumulation, pay_period: PeriodKind) -> PeriodKind:
    """The kind of period after which a running measure starts again."""
    return _KINDS.get(accumulate, pay_period)


@attrs.frozen
class Periods:
    """The periods of one kind that hold the days from `first` on, and which of them each of these days is in."""

    first: int
    found: tuple[Period, ...]
    number: Whole

    @classmethod
    def of(cls, calendar: FiscalCalendar, kind: PeriodKind, first: int, last: int) -> Periods:
        """Those that hold the days from the first to the last."""
        start, end = (EPOCH + timedelta(days=day) for day in (first, last + 1))
        found = tuple(calendar.periods(kind, DateRange(start, end)))
        starts = [(period.start - EPOCH).days for period in found]
        number = np.searchsorted(starts, np.arange(first, last + 1), side="right") - 1
        return cls(first, found, number.astype(np.int32))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the periods."""
        return tuple(period.label for period in self.found)

    def at(self, days: Whole) -> Whole:
        """The number of the period of each day."""
        found: Whole = self.number[days - self.first]
        return found
