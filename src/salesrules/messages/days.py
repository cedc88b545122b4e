"""Days, instants, ranges and periods as a locale writes them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timezone

from babel.dates import format_date as _babel_date
from babel.dates import format_skeleton

from salesrules.core import DateRange
from salesrules.messages.catalogs import find_template
from salesrules.messages.locales import babel_locale, negotiate

__all__ = ["format_date", "format_instant", "format_period", "format_range", "format_time"]

_PERIOD = re.compile(
    r"(?P<year>[1-9]\d{3})(-(H(?P<half_year>[12])|Q(?P<quarter>[1-4])|W(?P<week>0[1-9]|[1-4]\d|5[0-3])"
    r"|M(?P<month>0[1-9]|1[0-2])(-(?P<half_month>[12]))?))?",
    re.ASCII,
)


def format_date(day: date, locale: str = "en") -> str:
    """A day in the locale's middle length.

    >>> format_date(date(2020, 3, 1)), format_date(date(2020, 3, 1), "zh_CN")
    ('Mar 1, 2020', '2020年3月1日')
    """
    return _babel_date(day, "medium", locale=babel_locale(negotiate(locale)))


def format_time(clock: time) -> str:
    """A time of day by the 24-hour clock; seconds only where there are some.

    >>> format_time(time(9, 30)), format_time(time(9, 30, 15))
    ('09:30', '09:30:15')
    """
    plain = clock.replace(tzinfo=None, microsecond=0)
    return plain.isoformat("seconds" if plain.second else "minutes")


def format_instant(instant: datetime, locale: str = "en") -> str:
    """A day and a time, with its offset where the instant has one; nothing is converted to another zone.

    >>> format_instant(datetime(2020, 3, 1, 13, 30, tzinfo=timezone.utc))
    'Mar 1, 2020 13:30 UTC'
    """
    offset = instant.utcoffset()
    zone = "" if offset is None else f" {timezone(offset).tzname(None)}"
    return f"{format_date(instant.date(), locale)} {format_time(instant.time())}{zone}"


def format_range(span: DateRange, locale: str = "en") -> str:
    """A range by its first and last day, as people speak of it; the last day is included.

    >>> format_range(DateRange(date(2020, 1, 1), date(2020, 4, 1)))
    'Jan 1, 2020 – Mar 31, 2020'
    """
    if span.last == span.start:
        return format_date(span.start, locale)
    kind = "open" if span.last is None else "closed"
    values = {"first": format_date(span.start, locale)}
    if span.last is not None:
        values["last"] = format_date(span.last, locale)
    return _fill(f"core.range.{kind}", locale, values)


def format_period(label: str, locale: str = "en", span: DateRange | None = None) -> str:
    """A period's label (`2020-Q1`, `2020-M03-2`, `2020-W07`) in words; what is no such label comes back as it is.

    A month is named where its `span` shows that it is that calendar month; otherwise it is counted, since the third
    month of a fiscal year need not be March.

    >>> format_period("2020-Q1"), format_period("2020-Q1", "zh_CN")
    ('Q1 2020', '2020年第1季度')
    """
    chosen = negotiate(locale)
    match = _PERIOD.fullmatch(label)
    if match is None:
        return label
    parts = {name: text.lstrip("0") for name, text in match.groupdict().items() if text}
    kind = next((name for name in ("half_month", "half_year", "quarter", "week", "month") if name in parts), "year")
    if kind == "month" and span is not None and _is_calendar_month(span, int(parts["year"]), int(parts["month"])):
        return format_skeleton("yMMMM", span.start, locale=babel_locale(chosen))
    code = f"core.period.{kind}_{parts[kind]}" if kind.startswith("half") else f"core.period.{kind}"
    return _fill(code, chosen, parts)


def _is_calendar_month(span: DateRange, year: int, month: int) -> bool:
    starts = (span.start.year, span.start.month, span.start.day) == (year, month, 1)
    return starts and span.end is not None and span.end.day == 1 and span.days <= 31


def _fill(code: str, locale: str, values: dict[str, str]) -> str:
    template = find_template(code, negotiate(locale))
    assert template is not None  # the core catalog is complete; a test says so
    return template.fill(values)
