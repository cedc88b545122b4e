"""Periods: the named parts of a fiscal year, and shares of days."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import cast

import attrs

from salesrules.core.dates import DateRange
from salesrules.core.errors import InvalidValue
from salesrules.core.validators import plain_day
from salesrules.core.word_enum import WordEnum

__all__ = ["Period", "PeriodKind", "Weekday", "days_after", "days_between", "share_of"]


class PeriodKind(WordEnum):
    """The kinds of period, from the finest to the coarsest."""

    WEEK = "week"
    HALF_MONTH = "half_month"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Weekday(WordEnum):
    """The days of the week, in the order of `date.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """Monday is 0, Sunday is 6."""
        return list(Weekday).index(self)


def _closed(instance: object, attribute: attrs.Attribute[DateRange], value: object) -> None:
    if not isinstance(value, DateRange) or value.end is None:
        raise InvalidValue(attribute.name, value, "give a range of dates with an end")


@attrs.frozen(kw_only=True)
class Period:
    """One period of a fiscal calendar: the `number`-th of its kind in a fiscal year, and its days.

    Half-months count through the year: the second half of the third month is number 6. Periods are made by
    `FiscalCalendar`; one made by hand must match what the calendar gives for its label, or the calendar refuses it.
    """

    kind: PeriodKind
    year: int
    number: int
    span: DateRange = attrs.field(validator=_closed)
    label: str

    @property
    def start(self) -> date:
        """The first day."""
        return self.span.start

    @property
    def end(self) -> date:
        """The day after the last one."""
        return cast(date, self.span.end)

    def __contains__(self, day: date) -> bool:
        return day in self.span

    def __str__(self) -> str:
        return self.label


def days_between(start: date, end: date) -> int:
    """The calendar days from `start` until, but without, `end`; negative where `end` is earlier.

    Raises `InvalidValue` for a date with a time, whose difference would be cut to whole days.

    >>> days_between(date(2020, 2, 28), date(2020, 3, 1))
    2
    """
    if type(end) is not date or type(start) is not date:
        plain_day("end", end), plain_day("start", start)
    return (end - start).days


_DAY = timedelta(days=1)


def days_after(day: date, count: int) -> date:
    """The calendar day so many days after another, or before it where `count` is negative.

    Beyond the ends of the calendar it is its first or last day: whoever writes 9999-12-31 means never.

    >>> days_after(date(2020, 2, 28), 2), days_after(date(9999, 12, 31), 30)
    (datetime.date(2020, 3, 1), datetime.date(9999, 12, 31))
    """
    try:
        return day + count * _DAY
    except OverflowError:
        return date.max if count > 0 else date.min


def share_of(span: DateRange, within: DateRange) -> Fraction:
    """The exact share of `within` that `span` covers, by calendar days: from 0 (no day) to 1 (every day).

    `span` may be open; raises `InvalidValue` where `within` is.

    >>> share_of(DateRange(date(2020, 1, 21)), within=DateRange(date(2020, 1, 1), date(2020, 2, 1)))
    Fraction(11, 31)
    """
    common = span.intersection(within)
    return Fraction(common.days if common else 0, within.days)
