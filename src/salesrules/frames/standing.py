"""What caps have come to from one version of a plan to the next: what their spans let through, and what is carried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from salesrules.commissions import EarningsCap, LimitSpan
from salesrules.core import FiscalCalendar, Period, PeriodKind
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.kernel.modifiers import Kept, Modifier, Standing
from salesrules.frames.periods import Periods

__all__ = ["StandingCaps", "span_start"]

_KINDS = {LimitSpan.QUARTER: PeriodKind.QUARTER, LimitSpan.YEAR: PeriodKind.YEAR}


def span_start(per: LimitSpan, period: Period, calendar: FiscalCalendar) -> date | None:
    """Where the span of a cap began, that holds the first day of a pay period; a plan's has no beginning."""
    if per is LimitSpan.PLAN:
        return None
    return calendar.at(_KINDS[per], period.start).start if per in _KINDS else period.start


class StandingCaps:
    """The caps of one plan family, by payee number: exact amounts of money, whatever a version rounds to.

    `digits` are those of the finest amount that may be carried over, `names` tell limits apart.
    """

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.names: set[str] = set()
        self._used: dict[str, dict[int, dict[tuple[date | None, str], Fraction]]] = defaultdict(dict)
        self._carried: dict[str, dict[int, dict[str, Fraction]]] = defaultdict(dict)

    def of(
        self,
        plan: CompiledPlan,
        modifiers: Iterable[Modifier],
        names: Sequence[str],
        periods: Periods,
        calendar: FiscalCalendar,
        fine: int,
    ) -> dict[str, Standing]:
        """What the caps of a version begin with, in its units and by its numbers of names and spans."""
        number = {name: place for place, name in enumerate(names)}
        unit, found = Fraction(10) ** plan.rounding.digits, {}
        for cap in modifiers:
            if isinstance(cap, EarningsCap):
                spans = {start: place for place, start in _starts(cap, periods, calendar).items()}
                used = {
                    payee: [
                        (spans[start], number[name], value * unit)
                        for (start, name), value in each.items()
                        if start in spans
                    ]
                    for payee, each in self._used[cap.id].items()
                }
                carried = {
                    payee: [(number[name], int(value * unit * fine)) for name, value in each.items()]
                    for payee, each in self._carried[cap.id].items()
                    if each
                }
                if used or carried:
                    found[cap.id] = Standing(used, carried)
        return found

    def keep(
        self,
        plan: CompiledPlan,
        names: Sequence[str],
        kept: Iterable[Kept],
        periods: Periods,
        calendar: FiscalCalendar,
        fine: int,
    ) -> None:
        """Take what the caps of a version have come to."""
        self.names |= {*names}
        unit = Fraction(10) ** plan.rounding.digits
        caps: Mapping[str, EarningsCap] = {
            each.id: each for each in plan.plan.modifiers if isinstance(each, EarningsCap)
        }
        for each in kept:
            starts = _starts(caps[each.cap], periods, calendar)
            for payee in each.payees:
                self._carried[each.cap].pop(payee, None)
            for payee, span, name, value in each.used:
                self._used[each.cap].setdefault(payee, {})[starts[span], names[name]] = value / unit
            for payee, name, amount in each.carried:
                self._carried[each.cap].setdefault(payee, {})[names[name]] = Fraction(amount) / (unit * fine)


def _starts(cap: EarningsCap, periods: Periods, calendar: FiscalCalendar) -> dict[int, date | None]:
    """The beginning of each of a cap's spans, by number."""
    starts = dict.fromkeys(span_start(cap.per, period, calendar) for period in periods.found)
    return dict(enumerate(starts))
