"""Periods as expressions: which of a few spans holds a day, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import narwhals as nw

from salesrules.commissions import Accumulation
from salesrules.core import DateRange, FiscalCalendar, Period, PeriodKind, as_tuple

__all__ = ["Spans", "choose", "kind_of", "spans_of"]

_KINDS = {
    Accumulation.MONTH: PeriodKind.MONTH,
    Accumulation.QUARTER: PeriodKind.QUARTER,
    Accumulation.YEAR: PeriodKind.YEAR,
}


def kind_of(accumulate: Accumulation, pay_period: PeriodKind) -> PeriodKind:
    """The kind of period over which a measure runs; one that stands alone takes the quota of its pay period."""
    return _KINDS.get(accumulate, pay_period)


@attrs.frozen(kw_only=True)
class Spans:
    """The periods of one kind that the credits lie in, numbered from zero in the column `column`."""

    kind: PeriodKind
    periods: tuple[Period, ...] = attrs.field(converter=as_tuple)

    @property
    def starts(self) -> list[date]:
        """Their first days."""
        return [period.start for period in self.periods]

    @property
    def labels(self) -> list[str]:
        """What they are called."""
        return [period.label for period in self.periods]

    @property
    def column(self) -> str:
        """The name of the column of numbers."""
        return f"span_{self.kind.value}"

    @property
    def keys(self) -> list[str]:
        """The columns that tell a payee's span; the payee alone where there is one span."""
        return ["payee", self.column] if len(self.labels) > 1 else ["payee"]

    def number(self, day: nw.Expr) -> nw.Expr:
        """The number of the span that holds a day."""
        return choose(day, self.starts[1:], range(len(self.starts)))

    def label(self) -> nw.Expr:
        """The label by the number."""
        return choose(nw.col(self.column), range(1, len(self.labels)), self.labels)

    def number_of_label(self, label: nw.Expr) -> nw.Expr:
        """The number of the span that a label names; it must be one of them."""
        found: nw.Expr = nw.lit(0)
        for number, each in enumerate(self.labels[1:], 1):
            found = nw.when(label == each).then(nw.lit(number)).otherwise(found)
        return found


def spans_of(calendar: FiscalCalendar, kind: PeriodKind, first: date, last: date) -> Spans:
    """The periods of a kind from the one that holds the first day to the one that holds the last."""
    return Spans(kind=kind, periods=calendar.periods(kind, DateRange(first, last + timedelta(days=1))))


def choose(value: nw.Expr, starts: Sequence[Any], results: Sequence[Any]) -> nw.Expr:
    """The result whose interval holds a value: `results[0]` below `starts[0]`, `results[1]` from there on, and so on.

    A balanced tree of conditions, of which engines with a lazy CASE walk one path.
    """
    if not starts or all(each == results[0] for each in results):
        return nw.lit(results[0])
    middle = len(starts) // 2
    above = choose(value, starts[middle + 1 :], results[middle + 1 :])
    below = choose(value, starts[:middle], results[: middle + 1])
    found: nw.Expr = nw.when(value >= nw.lit(starts[middle])).then(above).otherwise(below)
    return found
