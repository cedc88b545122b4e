from datetime import date, datetime, time, timedelta, timezone

import pytest

from salesrules.core import DateRange
from salesrules.messages import LOCALES, format_date, format_instant, format_period, format_range, format_time

SHANGHAI = timezone(timedelta(hours=8))


def in_all(call):
    return [call(locale) for locale in LOCALES]


def test_a_day():
    assert in_all(lambda locale: format_date(date(2020, 3, 1), locale)) == [
        "Mar 1, 2020",
        "2020年3月1日",
        "2020年3月1日",
    ]


def test_an_instant_keeps_its_own_offset(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    instant = datetime(2020, 3, 1, 13, 30, tzinfo=SHANGHAI)
    assert in_all(lambda locale: format_instant(instant, locale)) == [
        "Mar 1, 2020 13:30 UTC+08:00",
        "2020年3月1日 13:30 UTC+08:00",
        "2020年3月1日 13:30 UTC+08:00",
    ]
    assert format_instant(instant.replace(hour=23, minute=59, second=1, tzinfo=None)) == "Mar 1, 2020 23:59:01"


def test_a_time_shows_seconds_only_where_there_are_some():
    assert format_time(time(0, 0)) == "00:00"
    assert format_time(time(23, 59, 1, tzinfo=SHANGHAI)) == "23:59:01"
    assert format_time(time(9, 30, 0, 999)) == "09:30"


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (
            DateRange(date(2020, 1, 1), date(2020, 4, 1)),
            ["Jan 1, 2020 – Mar 31, 2020", "2020年1月1日至2020年3月31日", "2020年1月1日至2020年3月31日"],
        ),
        (DateRange(date(2020, 1, 1)), ["from Jan 1, 2020", "2020年1月1日起", "2020年1月1日起"]),
        (DateRange(date(2020, 1, 1), date(2020, 1, 2)), ["Jan 1, 2020", "2020年1月1日", "2020年1月1日"]),
        (
            DateRange(date(2020, 1, 1), date(2020, 1, 3)),
            ["Jan 1, 2020 – Jan 2, 2020", "2020年1月1日至2020年1月2日", "2020年1月1日至2020年1月2日"],
        ),
    ],
)
def test_a_range_is_told_by_its_first_and_last_day(span, shown):
    assert in_all(lambda locale: format_range(span, locale)) == shown


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("2020", ["2020", "2020年", "2020年"]),
        ("2020-H1", ["H1 2020", "2020年上半年", "2020年上半年"]),
        ("2020-H2", ["H2 2020", "2020年下半年", "2020年下半年"]),
        ("2020-Q1", ["Q1 2020", "2020年第1季度", "2020年第1季"]),
        ("2020-Q4", ["Q4 2020", "2020年第4季度", "2020年第4季"]),
        ("2020-M03", ["month 3 of 2020", "2020年第3个月", "2020年第3個月"]),
        ("2020-M12", ["month 12 of 2020", "2020年第12个月", "2020年第12個月"]),
        ("2020-M03-1", ["first half of month 3 of 2020", "2020年第3个月上半月", "2020年第3個月上半月"]),
        ("2020-M10-2", ["second half of month 10 of 2020", "2020年第10个月下半月", "2020年第10個月下半月"]),
        ("2020-W07", ["week 7 of 2020", "2020年第7周", "2020年第7週"]),
        ("2020-W53", ["week 53 of 2020", "2020年第53周", "2020年第53週"]),
    ],
)
def test_a_period_by_its_label(label, shown):
    assert in_all(lambda locale: format_period(label, locale)) == shown


@pytest.mark.parametrize(
    "label",
    [
        "",
        "Q1",
        "2020-Q5",
        "2020-Q0",
        "2020-H3",
        "2020-M00",
        "2020-M13",
        "2020-M3",
        "2020-W00",
        "2020-W54",
        "2020-M03-3",
        "0000",
        "20200",
        "2020-Q1 ",
        "二零二零",
        "２０２０",
        "2020-Q1\n",
        "2020-H1-1",
    ],
)
def test_what_is_no_label_comes_back_as_it_is(label):
    assert in_all(lambda locale: format_period(label, locale)) == [label] * 3


def test_a_month_is_named_where_its_days_are_that_calendar_month():
    march = DateRange(date(2020, 3, 1), date(2020, 4, 1))
    assert in_all(lambda locale: format_period("2020-M03", locale, march)) == ["March 2020", "2020年3月", "2020年3月"]
    december = DateRange(date(9999, 11, 1), date(9999, 12, 1))
    assert format_period("9999-M11", "en", december) == "November 9999"


@pytest.mark.parametrize(
    "span",
    [
        DateRange(date(2020, 6, 1), date(2020, 7, 1)),
        DateRange(date(2019, 3, 1), date(2019, 4, 1)),
        DateRange(date(2020, 3, 2), date(2020, 4, 1)),
        DateRange(date(2020, 3, 1), date(2020, 3, 29)),
        DateRange(date(2020, 3, 1), date(2020, 5, 1)),
        DateRange(date(2020, 3, 1)),
    ],
)
def test_a_fiscal_month_of_other_days_is_counted(span):
    assert format_period("2020-M03", "en", span) == "month 3 of 2020"
    assert format_period("2020-Q1", "en", span) == "Q1 2020"
