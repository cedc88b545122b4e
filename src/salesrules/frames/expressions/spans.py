"""Periods as expressions: which of a few spans holds a day, and what it is called."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import narwhals as nw

from salesrules.commissions import Accumulation
from salesrules.core import DateRange, FiscalCalendar, Period, PeriodKind, as_tuple
from salesrules.frames.compiled import LIMIT
from salesrules.frames.expressions.engines import Engine, Lazy
from salesrules.frames.expressions.trees import choose

__all__ = ["Spans", "kind_of", "spans_of"]

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
    """The periods of one kind that the credits lie in, numbered from zero in the column `column`.

    `payees` are the least and the largest number of a payee where one number is to tell a payee and a span: engines
    that sort join and add up by one such number much faster than by two columns.
    """

    kind: PeriodKind
    periods: tuple[Period, ...] = attrs.field(converter=as_tuple)
    payees: tuple[int, int] | None = None

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
        if len(self.periods) == 1:
            return ["payee"]
        return ["payee", self.column] if self.payees is None else [f"payee_{self.column}"]

    @property
    def key(self) -> dict[str, nw.Expr]:
        """The one number that tells a payee's span, made of both, under its name; nothing where keys are columns."""
        if self.payees is None or len(self.periods) == 1:
            return {}
        payee = nw.col("payee").cast(nw.Int64) - self.payees[0]
        return {self.keys[0]: payee * len(self.periods) + nw.col(self.column)}

    def by_number(self, payees: tuple[int, int] | None) -> Spans:
        """The same with one number for payee and span, if there is room for it."""
        fits = payees is not None and (payees[1] - payees[0] + 1) * len(self.periods) <= LIMIT
        return attrs.evolve(self, payees=payees if fits else None)

    def number(self, day: nw.Expr) -> nw.Expr:
        """The number of the span that holds a day."""
        return choose(day, self.starts[1:], range(len(self.starts)))

    def name(self, frame: Lazy, engine: Engine) -> Lazy:
        """Add `period`, the label by the number."""
        return engine.look_up(frame, "period", self.column, self.labels)

    def number_of_label(self, label: nw.Expr) -> nw.Expr:
        """The number of the span that a label names; it must be one of them."""
        found: nw.Expr = nw.lit(0)
        for number, each in enumerate(self.labels[1:], 1):
            found = nw.when(label == each).then(nw.lit(number)).otherwise(found)
        return found


def spans_of(calendar: FiscalCalendar, kind: PeriodKind, first: date, last: date) -> Spans:
    """The periods of a kind from the one that holds the first day to the one that holds the last."""
    return Spans(kind=kind, periods=calendar.periods(kind, DateRange(first, last + timedelta(days=1))))
