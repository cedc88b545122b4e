"""Which quota lines cover which days: selection, cutting, and the days without a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from salesrules.core import DateRange, FiscalCalendar, InvalidValue, Period, PeriodKind
from salesrules.quotas.model import Quota, QuotaPiece
from salesrules.quotas.policy import DayCount, Proration, QuotaPolicy

__all__ = [
    "CountsWorkingDays",
    "count_days",
    "cut_line",
    "cut_lines",
    "end_of",
    "find_gaps",
    "find_next_month",
    "lines_by_series",
    "months_of",
]

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


class CountsWorkingDays(Protocol):
    """A firm's working days, as far as quotas ask for them: `salesrules.core.WorkingTime` answers it."""

    def working_days(self, span: DateRange, /) -> Sequence[date]:
        """The working days of a closed span."""
        ...


def count_days(start: date, end: date, kind: DayCount, working_time: CountsWorkingDays | None) -> int:
    """The days from `start` until, but without, `end` that count; none where `end` is not later.

    Raises `InvalidValue` where working days count and nobody says which they are.
    """
    if kind is DayCount.CALENDAR:
        return max((end - start).days, 0)
    if working_time is None:
        raise InvalidValue("working_time", None, "this policy counts working days; give the firm's working time")
    return len(working_time.working_days(DateRange(start, end))) if start < end else 0


def cut_line(
    quota: Quota, span: DateRange, policy: QuotaPolicy, working_time: CountsWorkingDays | None
) -> QuotaPiece | None:
    """The piece of a line that lies in a span; `None` where they share no day.

    A line without a day that counts is cut by calendar days. Nothing need be counted of a whole line, nor where the
    policy will refuse the part.
    """
    common = quota.span.intersection(span)
    if common is None:
        return None
    start, end = quota.span.start, end_of(quota.span)
    counts = common != quota.span and policy.proration is Proration.PRORATE_BY_DAYS
    kind = policy.day_count if counts else DayCount.CALENDAR
    days = count_days(start, end, kind, working_time)
    if not days:
        kind, days = DayCount.CALENDAR, quota.span.days
    return QuotaPiece(
        quota=quota,
        span=common,
        before=count_days(start, common.start, kind, working_time),
        through=count_days(start, end_of(common), kind, working_time),
        days=days,
        rounding=policy.rounding_of(quota.unit),
    )


def cut_lines(
    lines: Iterable[Quota], span: DateRange, policy: QuotaPolicy, working_time: CountsWorkingDays | None
) -> list[QuotaPiece]:
    """The pieces of the lines that share a day with a span."""
    pieces = (cut_line(line, span, policy, working_time) for line in lines)
    return [piece for piece in pieces if piece is not None]


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
