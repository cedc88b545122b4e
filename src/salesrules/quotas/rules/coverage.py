"""Which quota lines cover which days: selection, cutting, and the days without a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from salesrules.core import DateRange, FiscalCalendar, Period, PeriodKind
from salesrules.quotas.model import Quota, QuotaPiece
from salesrules.quotas.policy import QuotaPolicy

__all__ = ["cut_line", "end_of", "find_gaps", "find_next_month", "lines_by_series", "months_of"]

#: A holder's lines of one measure: what is summed, ramped and searched together.
Series = tuple[str, str]


def end_of(span: DateRange) -> date:
    """The end of a closed span; quotas and periods are closed by construction."""
    assert span.end is not None  # for the type checker
    return span.end


def lines_by_series(quotas: Iterable[Quota]) -> dict[Series, list[Quota]]:
    """The lines per holder and measure, each list in the order of the days, whatever the order given."""
    series: dict[Series, list[Quota]] = {}
    for quota in quotas:
        series.setdefault((quota.holder, quota.measure), []).append(quota)
    for lines in series.values():
        lines.sort(key=lambda quota: (quota.span.start, end_of(quota.span), quota.id))
    return series


def cut_line(quota: Quota, span: DateRange, policy: QuotaPolicy) -> QuotaPiece | None:
    """The piece of a line that lies in a span; `None` where they share no day."""
    common = quota.span.intersection(span)
    if common is None:
        return None
    return QuotaPiece(
        quota=quota,
        span=common,
        before=(common.start - quota.span.start).days,
        through=(end_of(common) - quota.span.start).days,
        days=quota.span.days,
        rounding=policy.rounding_of(quota.unit),
    )


def find_gaps(span: DateRange, lines: Sequence[Quota]) -> tuple[DateRange, ...]:
    """The days of a closed span that no line covers, as ranges; the lines are in the order of their start."""
    gaps, reached, end = [], span.start, end_of(span)
    for line in lines:
        if line.span.start >= end:
            break
        if line.span.start > reached:
            gaps.append(DateRange(reached, line.span.start))
        reached = max(reached, end_of(line.span))
    if reached < end:
        gaps.append(DateRange(reached, end))
    return tuple(gaps)


def months_of(span: DateRange, calendar: FiscalCalendar) -> tuple[Period, ...]:
    """The months that share a day with a span."""
    return calendar.periods(PeriodKind.MONTH, span)


def find_next_month(after: date, lines: Sequence[Quota], calendar: FiscalCalendar) -> Period | None:
    """The first month from a day on that the lines wholly cover; `None` where there is none."""
    for line in lines:
        if end_of(line.span) <= after:
            continue
        for month in months_of(DateRange(max(after, line.span.start), end_of(line.span)), calendar):
            if month.span.start >= after and not find_gaps(month.span, lines):
                return month
    return None
