"""Fiscal calendars: years of calendar months with any first day, or of whole weeks (4-4-5 and its kin)."""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta

import attrs
from dateutil.relativedelta import relativedelta

from salesrules.core.dates import DateRange
from salesrules.core.errors import InvalidValue
from salesrules.core.periods import Period, PeriodKind, Weekday
from salesrules.core.validators import plain_day
from salesrules.core.word_enum import WordEnum

__all__ = ["FiscalCalendar", "FiscalPattern", "WeekRule", "YearName"]


class FiscalPattern(WordEnum):
    """What the twelve months of a fiscal year are made of: calendar months, or weeks per month of each quarter."""

    CALENDAR_MONTHS = "calendar_months"
    WEEKS_4_4_5 = "4-4-5"
    WEEKS_4_5_4 = "4-5-4"
    WEEKS_5_4_4 = "5-4-4"


class WeekRule(WordEnum):
    """Which fiscal year owns a week that lies across its first day: that of the week's first, middle or last day.

    `MIDDLE_DAY` is ISO 8601 (the year with the week's Thursday, thus most of its days). A year of 52 or 53 weeks
    consists of the weeks it owns, so the rule also says where such a year ends: `LAST_DAY` on the *last* given
    weekday of the month before `first_month`, `MIDDLE_DAY` on the one *nearest* to that month's end, `FIRST_DAY` on
    the first one at or *after* that month's end; the weekday is the one before `week_starts_on`.
    """

    FIRST_DAY = "first_day"
    MIDDLE_DAY = "middle_day"
    LAST_DAY = "last_day"


class YearName(WordEnum):
    """Whether a fiscal year bears the number of the calendar year in which it starts or ends."""

    START = "start"
    END = "end"


_SHIFT = {WeekRule.FIRST_DAY: 6, WeekRule.MIDDLE_DAY: 3, WeekRule.LAST_DAY: 0}
_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6, PeriodKind.YEAR: 12}
_KINDS = list(PeriodKind)
_DAY = timedelta(days=1)
_LABEL = re.compile(
    "(?P<year>[0-9]{4})"
    "(-H(?P<half_year>[1-2])|-Q(?P<quarter>[1-4])|-M(?P<month>[0-9]{2})(-(?P<half>[1-2]))?|-W(?P<week>[0-9]{2})"
    "|-(?P<alias>[0-9]{2}))?"
)
_FORMS = "write '2020', '2020-H1', '2020-Q1', '2020-M03', '2020-M03-1' or '2020-W07'"


def _check_whole_number(field: str, value: object, high: int) -> None:
    if type(value) is not int or not 1 <= value <= high:
        raise InvalidValue(field, value, f"give a whole number from 1 to {high}")


def _month_number(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    _check_whole_number(attribute.name, value, 12)


def _day_number(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    _check_whole_number(attribute.name, value, 28)


def _optional_range(instance: object, attribute: attrs.Attribute[DateRange | None], value: object) -> None:
    if not (value is None or isinstance(value, DateRange)):
        raise InvalidValue(attribute.name, value, "give a range of dates, or none")


@attrs.frozen(kw_only=True, cache_hash=True)
class FiscalCalendar:
    """The fiscal years of a firm and their parts; every kind of period partitions time.

    A year nominally starts on `first_day` (1 to 28) of `first_month`; `year_named_by` says which calendar year names
    it. With `CALENDAR_MONTHS` its months run from `first_day` to the next `first_day`, and half-months are the first
    15 days and the rest. With 4-4-5, 4-5-4 or 5-4-4 the year has 52 or 53 whole weeks around that nominal year (see
    `WeekRule`), the 53rd week lengthens the month number `extra_week_in`, and half-months are the first two weeks of
    a month and the rest. Weeks start on `week_starts_on`; those of calendar months run across the months and belong
    to the fiscal year that `week_rule` gives. `covers` limits the calendar to some days: a day outside it, or a
    period without a day in it, raises `InvalidValue`.

    >>> FiscalCalendar(first_month=4).period("2020-Q1").span
    DateRange(start=datetime.date(2020, 4, 1), end=datetime.date(2020, 7, 1))
    """

    pattern: FiscalPattern = attrs.field(default=FiscalPattern.CALENDAR_MONTHS, converter=FiscalPattern)
    first_month: int = attrs.field(default=1, validator=_month_number)
    first_day: int = attrs.field(default=1, validator=_day_number)
    year_named_by: YearName = attrs.field(default=YearName.START, converter=YearName)
    week_starts_on: Weekday = attrs.field(default=Weekday.MONDAY, converter=Weekday)
    week_rule: WeekRule = attrs.field(default=WeekRule.MIDDLE_DAY, converter=WeekRule)
    extra_week_in: int = attrs.field(default=12, validator=_month_number)
    covers: DateRange | None = attrs.field(default=None, validator=_optional_range)

    def period(self, label: str) -> Period:
        """The period that a label names: `2020`, `2020-H1`, `2020-Q1`, `2020-M03`, `2020-M03-1` or `2020-W07`.

        `2020-03` is read as `2020-M03` where the fiscal year is the calendar year. Raises `InvalidValue`.

        >>> FiscalCalendar().period("2020-03").label
        '2020-M03'
        """
        match = _LABEL.fullmatch(label) if isinstance(label, str) else None
        if match is None:
            raise InvalidValue("label", label, _FORMS)
        year, number = int(match["year"]), 1
        kind = PeriodKind.YEAR
        if match["alias"]:
            if not self._is_calendar_year:
                remedy = f"the fiscal year is not the calendar year; write '{match['year']}-M{match['alias']}'"
                raise InvalidValue("label", label, f"{remedy} for month {match['alias']} of the fiscal year")
            kind, number = PeriodKind.MONTH, int(match["alias"])
        elif match["half"]:
            kind, number = PeriodKind.HALF_MONTH, 2 * int(match["month"]) + int(match["half"]) - 2
        else:
            for named in (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF_YEAR):
                if match[named.value]:
                    kind, number = named, int(match[named.value])
        periods = _periods_of(self, kind, year)
        if not 1 <= number <= len(periods):
            last = periods[-1].label
            raise InvalidValue("label", label, f"the fiscal year {year} ends with {last}; {_FORMS}")
        return self._within(periods[number - 1])

    def at(self, kind: PeriodKind, day: date) -> Period:
        """The period of a kind that holds a day; raises `InvalidValue` for a day outside `covers`.

        >>> FiscalCalendar().at(PeriodKind.WEEK, date(2021, 1, 3)).label
        '2020-W53'
        """
        if self.covers is not None and plain_day("day", day) not in self.covers:
            raise InvalidValue("day", day, f"the calendar covers {self.covers}; give a day inside or widen it")
        return self._locate(PeriodKind(kind), plain_day("day", day))

    def periods(self, kind: PeriodKind, span: DateRange) -> tuple[Period, ...]:
        """The periods of a kind that share a day with a span, in order.

        Raises `InvalidValue` for an open span and for one that reaches outside `covers`.

        >>> span = DateRange(date(2020, 3, 31), date(2020, 4, 2))
        >>> [str(period) for period in FiscalCalendar().periods(PeriodKind.QUARTER, span)]
        ['2020-Q1', '2020-Q2']
        """
        if span.end is None:
            raise InvalidValue("span", span, "an open range has no last period; close it first")
        if self.covers is not None and not self.covers.encloses(span):
            raise InvalidValue("span", span, f"the calendar covers {self.covers}; give a span inside or widen it")
        return tuple(self._run(PeriodKind(kind), span.start, span.end))

    def subdivide(self, period: Period, kind: PeriodKind) -> tuple[Period, ...]:
        """The periods of a finer kind that make up a period; their days sum to it.

        Raises `InvalidValue` for a coarser kind, for weeks of calendar months (they run across the months), and for
        a period that is not of this calendar.

        >>> [str(month) for month in FiscalCalendar().subdivide(FiscalCalendar().period("2020-Q1"), PeriodKind.MONTH)]
        ['2020-M01', '2020-M02', '2020-M03']
        """
        kind = PeriodKind(kind)
        self._check_own(period)
        if _KINDS.index(kind) > _KINDS.index(period.kind):
            raise InvalidValue("kind", kind.value, f"{period.label} is a {period.kind.value}; ask for a finer kind")
        if kind is PeriodKind.WEEK and period.kind is not kind and not self._by_weeks:
            remedy = f"weeks run across the ends of {period.label}; use `periods` for those that overlap it"
            raise InvalidValue("kind", kind.value, remedy)
        return tuple(self._run(kind, period.start, period.end))

    def next(self, period: Period) -> Period:
        """The period of the same kind that follows; raises `InvalidValue` at the end of `covers`."""
        self._check_own(period)
        return self._within(self._after(period))

    def previous(self, period: Period) -> Period:
        """The period of the same kind before; raises `InvalidValue` at the start of `covers`."""
        self._check_own(period)
        if period.number > 1:
            return self._within(_periods_of(self, period.kind, period.year)[period.number - 2])
        return self._within(_periods_of(self, period.kind, period.year - 1)[-1])

    @property
    def _by_weeks(self) -> bool:
        return self.pattern is not FiscalPattern.CALENDAR_MONTHS

    @property
    def _is_calendar_year(self) -> bool:
        return not self._by_weeks and (self.first_month, self.first_day) == (1, 1)

    def _within(self, period: Period) -> Period:
        if self.covers is not None and not self.covers.overlaps(period.span):
            raise InvalidValue("period", period.label, f"the calendar covers {self.covers}; stay inside or widen it")
        return period

    def _check_own(self, period: Period) -> None:
        if self.period(period.label) != period:
            raise InvalidValue("period", period, "it is of another calendar; take it from this one by its label")

    def _locate(self, kind: PeriodKind, day: date) -> Period:
        year = day.year
        while day < (periods := _periods_of(self, kind, year))[0].start:
            year -= 1
        while day >= periods[-1].end:
            year += 1
            periods = _periods_of(self, kind, year)
        return periods[bisect.bisect_right(periods, day, key=_start) - 1]

    def _after(self, period: Period) -> Period:
        siblings = _periods_of(self, period.kind, period.year)
        if period.number < len(siblings):
            return siblings[period.number]
        return _periods_of(self, period.kind, period.year + 1)[0]

    def _run(self, kind: PeriodKind, start: date, end: date) -> Iterator[Period]:
        period = self._locate(kind, start)
        while period.start < end:
            yield period
            period = self._after(period)

    def _nominal_start(self, year: int) -> date:
        starts_before = self.year_named_by is YearName.END and (self.first_month, self.first_day) != (1, 1)
        return date(year - starts_before, self.first_month, self.first_day)

    def _first_week(self, year: int) -> date:
        """The start of the first week that a fiscal year owns."""
        day = self._nominal_start(year) + _SHIFT[self.week_rule] * _DAY
        return day - (day.weekday() - self.week_starts_on.number) % 7 * _DAY

    def _month_starts(self, year: int) -> list[date]:
        """The first days of the twelve months and of the next year."""
        if not self._by_weeks:
            start = self._nominal_start(year)
            return [start + relativedelta(months=month) for month in range(13)]
        starts = [self._first_week(year)]
        end = self._first_week(year + 1)
        weeks = [int(count) for count in self.pattern.value.split("-")] * 4
        weeks[self.extra_week_in - 1] += (end - starts[0]).days // 7 - 52
        for count in weeks:
            starts.append(starts[-1] + 7 * count * _DAY)
        return starts

    def _starts(self, kind: PeriodKind, year: int) -> list[date]:
        """The first days of a year's periods of a kind, and of the next year."""
        if kind is PeriodKind.WEEK:
            start = self._first_week(year)
            return [start + days * _DAY for days in range(0, (self._first_week(year + 1) - start).days + 1, 7)]
        months = self._month_starts(year)
        if kind is PeriodKind.HALF_MONTH:
            first_half = (14 if self._by_weeks else 15) * _DAY
            return [day for month in months[:-1] for day in (month, month + first_half)] + months[-1:]
        return months[:: _MONTHS[kind]]


def _start(period: Period) -> date:
    return period.start


def _label(kind: PeriodKind, year: int, number: int) -> str:
    if kind is PeriodKind.HALF_MONTH:
        return f"{year:04}-M{(number + 1) // 2:02}-{(number - 1) % 2 + 1}"
    suffix = {
        PeriodKind.YEAR: "",
        PeriodKind.HALF_YEAR: f"-H{number}",
        PeriodKind.QUARTER: f"-Q{number}",
        PeriodKind.MONTH: f"-M{number:02}",
        PeriodKind.WEEK: f"-W{number:02}",
    }
    return f"{year:04}{suffix[kind]}"


def _make_periods(calendar: FiscalCalendar, kind: PeriodKind, year: int) -> tuple[Period, ...]:
    try:
        starts = calendar._starts(kind, year)
    except (ValueError, OverflowError):
        raise InvalidValue("year", year, "dates reach from year 1 to 9999, and so must the whole fiscal year") from None
    return tuple(
        Period(kind=kind, year=year, number=number, span=DateRange(start, end), label=_label(kind, year, number))
        for number, (start, end) in enumerate(itertools.pairwise(starts), start=1)
    )


# Every fact of a period asks for the same few years, so their tables are kept; the calendar is part of the key.
_periods_of = functools.lru_cache(maxsize=1024)(_make_periods)
