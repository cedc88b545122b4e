"""Fiscal calendars: published calendars as fixed points, day-by-day oracles, and laws."""

import pickle
from datetime import date, datetime, timedelta
from typing import NamedTuple

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    DateRange,
    FiscalCalendar,
    FiscalPattern,
    InvalidValue,
    Period,
    PeriodKind,
    Weekday,
    WeekRule,
    YearName,
)
from salesrules.core.fiscal import _periods_of

DAY = timedelta(days=1)
WEEK, HALF_MONTH, MONTH, QUARTER, HALF_YEAR, YEAR = PeriodKind
CIVIL = FiscalCalendar()
# National Retail Federation, 4-5-4 calendar: Sunday weeks, year ending on the Saturday nearest to 31 January.
RETAIL = FiscalCalendar(pattern="4-5-4", first_month=2, week_starts_on="sunday", week_rule="middle_day")
# Apple Inc., Form 10-K: year ending on the last Saturday of September, a 53rd week in the first quarter.
LAST_SATURDAY = FiscalCalendar(
    pattern="5-4-4",
    first_month=10,
    week_starts_on="sunday",
    week_rule="last_day",
    year_named_by="end",
    extra_week_in=3,
)
CUT_ON_THE_25TH = FiscalCalendar(first_month=12, first_day=26, year_named_by="end")

calendars = st.builds(
    FiscalCalendar,
    pattern=st.sampled_from(FiscalPattern),
    first_month=st.integers(1, 12),
    first_day=st.integers(1, 28),
    year_named_by=st.sampled_from(YearName),
    week_starts_on=st.sampled_from(Weekday),
    week_rule=st.sampled_from(WeekRule),
    extra_week_in=st.integers(1, 12),
)
kinds = st.sampled_from(PeriodKind)
days = st.dates(date(1980, 1, 1), date(2080, 1, 1))


def span(first: str, end: str) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(end))


def labels(periods: tuple[Period, ...]) -> list[str]:
    return [str(period) for period in periods]


class Refusal(NamedTuple):
    field: str
    value: object
    remedy: str


def refusal(call, *arguments, **named) -> Refusal:
    with pytest.raises(InvalidValue) as refused:
        call(*arguments, **named)
    return Refusal(refused.value.field, refused.value.value, refused.value.remedy)


@pytest.fixture(autouse=True, scope="module")
def fresh_tables():
    """A table kept from an earlier run in the same process would hide a fault."""
    _periods_of.cache_clear()


# Fixed points


@pytest.mark.parametrize(
    ("label", "kind", "number", "first", "end"),
    [
        ("2020", YEAR, 1, "2020-01-01", "2021-01-01"),
        ("2020-H1", HALF_YEAR, 1, "2020-01-01", "2020-07-01"),
        ("2020-H2", HALF_YEAR, 2, "2020-07-01", "2021-01-01"),
        ("2020-Q1", QUARTER, 1, "2020-01-01", "2020-04-01"),
        ("2020-Q4", QUARTER, 4, "2020-10-01", "2021-01-01"),
        ("2020-M02", MONTH, 2, "2020-02-01", "2020-03-01"),
        ("2020-M12", MONTH, 12, "2020-12-01", "2021-01-01"),
        ("2020-M01-1", HALF_MONTH, 1, "2020-01-01", "2020-01-16"),
        ("2020-M02-2", HALF_MONTH, 4, "2020-02-16", "2020-03-01"),
        ("2020-M12-2", HALF_MONTH, 24, "2020-12-16", "2021-01-01"),
        ("2020-W01", WEEK, 1, "2019-12-30", "2020-01-06"),
        ("2020-W07", WEEK, 7, "2020-02-10", "2020-02-17"),
        ("2020-W53", WEEK, 53, "2020-12-28", "2021-01-04"),
    ],
)
def test_periods_of_the_civil_year(label, kind, number, first, end):
    expected = Period(kind=kind, year=2020, number=number, span=span(first, end), label=label)
    assert CIVIL.period(label) == expected


@pytest.mark.parametrize(
    ("calendar", "label", "first", "end"),
    [
        # the income-tax year of the United Kingdom
        (FiscalCalendar(first_month=4, first_day=6), "2020", "2020-04-06", "2021-04-06"),
        (FiscalCalendar(first_month=4, first_day=6), "2020-M12", "2021-03-06", "2021-04-06"),
        # the federal fiscal year of the United States, named by its end
        (FiscalCalendar(first_month=10, year_named_by="end"), "2020", "2019-10-01", "2020-10-01"),
        (FiscalCalendar(first_month=10), "2020", "2020-10-01", "2021-10-01"),
        (FiscalCalendar(first_month=10, year_named_by="end"), "2020-Q1", "2019-10-01", "2020-01-01"),
        (FiscalCalendar(first_month=10, year_named_by="end"), "2020-M04", "2020-01-01", "2020-02-01"),
        # months from the 26th to the 25th
        (CUT_ON_THE_25TH, "2020", "2019-12-26", "2020-12-26"),
        (CUT_ON_THE_25TH, "2020-M03", "2020-02-26", "2020-03-26"),
        (CUT_ON_THE_25TH, "2020-M03-1", "2020-02-26", "2020-03-12"),
        (CUT_ON_THE_25TH, "2020-M03-2", "2020-03-12", "2020-03-26"),
        # a year from 1 January is named by both of its ends alike; one from 2 January is not
        (FiscalCalendar(year_named_by="end"), "2020", "2020-01-01", "2021-01-01"),
        (FiscalCalendar(first_day=2, year_named_by="end"), "2020", "2019-01-02", "2020-01-02"),
        (FiscalCalendar(first_month=2, year_named_by="end"), "2020", "2019-02-01", "2020-02-01"),
        # the retail calendar; 2006, 2012, 2017 and 2023 have 53 weeks
        (RETAIL, "2006", "2006-01-29", "2007-02-04"),
        (RETAIL, "2012", "2012-01-29", "2013-02-03"),
        (RETAIL, "2016", "2016-01-31", "2017-01-29"),
        (RETAIL, "2017", "2017-01-29", "2018-02-04"),
        (RETAIL, "2018", "2018-02-04", "2019-02-03"),
        (RETAIL, "2020", "2020-02-02", "2021-01-31"),
        (RETAIL, "2023", "2023-01-29", "2024-02-04"),
        (RETAIL, "2020-M01", "2020-02-02", "2020-03-01"),
        (RETAIL, "2020-M02", "2020-03-01", "2020-04-05"),
        (RETAIL, "2020-M03", "2020-04-05", "2020-05-03"),
        (RETAIL, "2023-W53", "2024-01-28", "2024-02-04"),
        (RETAIL, "2023-M12", "2023-12-31", "2024-02-04"),
        (RETAIL, "2020-M02-1", "2020-03-01", "2020-03-15"),
        (RETAIL, "2020-M02-2", "2020-03-15", "2020-04-05"),
        # the published quarters of fiscal 2023 (53 weeks, the first quarter with 14) and neighbouring years
        (LAST_SATURDAY, "2023", "2022-09-25", "2023-10-01"),
        (LAST_SATURDAY, "2023-Q1", "2022-09-25", "2023-01-01"),
        (LAST_SATURDAY, "2023-Q2", "2023-01-01", "2023-04-02"),
        (LAST_SATURDAY, "2023-Q3", "2023-04-02", "2023-07-02"),
        (LAST_SATURDAY, "2023-Q4", "2023-07-02", "2023-10-01"),
        (LAST_SATURDAY, "2017", "2016-09-25", "2017-10-01"),
        (LAST_SATURDAY, "2018", "2017-10-01", "2018-09-30"),
        (LAST_SATURDAY, "2022-Q1", "2021-09-26", "2021-12-26"),
        # years from the first Monday of July on
        (FiscalCalendar(pattern="4-4-5", first_month=7, week_rule="first_day"), "2020", "2020-07-06", "2021-07-05"),
    ],
)
def test_published_and_declared_fiscal_calendars(calendar, label, first, end):
    period = calendar.period(label)
    assert (period.span, period.label) == (span(first, end), label)


def test_a_year_of_52_weeks_has_no_53rd():
    refused = refusal(RETAIL.period, "2020-W53")
    assert refused.remedy.startswith("the fiscal year 2020 ends with 2020-W52; write ")


@pytest.mark.parametrize(
    ("pattern", "weeks"), [("4-4-5", [4, 4, 5]), ("4-5-4", [4, 5, 4]), ("5-4-4", [5, 4, 4])], ids=str
)
@pytest.mark.parametrize("extra_week_in", [1, 7, 12])
def test_months_of_weeks_follow_the_pattern_and_the_53rd_week_goes_where_declared(pattern, weeks, extra_week_in):
    calendar = FiscalCalendar(pattern=pattern, extra_week_in=extra_week_in)
    usual = [month.span.days for month in calendar.subdivide(calendar.period("2021"), MONTH)]
    assert usual == [7 * count for count in weeks * 4]
    long = [month.span.days for month in calendar.subdivide(calendar.period("2020"), MONTH)]
    assert [n + 1 for n in range(12) if long[n] != usual[n]] == [extra_week_in]
    assert sum(long) == 53 * 7


def test_the_fields_have_the_usual_defaults():
    assert FiscalCalendar() == FiscalCalendar(
        pattern=FiscalPattern.CALENDAR_MONTHS,
        first_month=1,
        first_day=1,
        year_named_by=YearName.START,
        week_starts_on=Weekday.MONDAY,
        week_rule=WeekRule.MIDDLE_DAY,
        extra_week_in=12,
        covers=None,
    )
    assert [p.value for p in FiscalPattern] == ["calendar_months", "4-4-5", "4-5-4", "5-4-4"]
    assert [r.value for r in WeekRule] == ["first_day", "middle_day", "last_day"]
    assert [n.value for n in YearName] == ["start", "end"]


def test_a_calendar_can_be_pickled_and_is_a_key():
    copy = pickle.loads(pickle.dumps(RETAIL))
    assert copy == RETAIL
    assert hash(copy) == hash(RETAIL)
    assert copy.period("2017-W53") == RETAIL.period("2017-W53")


# Labels


@pytest.mark.parametrize(
    "label",
    [
        *("", "20", "202", "20200", "abcd", "2020-", "2020-H3", "2020-H0", "2020-Q5", "2020-Q0", "2020-Q", "2020-q1"),
        *("2020-M1", "2020-M003", "2020-M03-3", "2020-M03-0", "2020-3", "2020-W7", "2020-W007", "2020-03-1"),
        *(" 2020", "2020\n", "2020-Q1 ", "٢٠٢٠", "2020-Q1-1", "-2020", "2020-H1-Q1", None, 2020, date(2020, 1, 1)),
    ],
)
def test_what_is_no_label_is_refused_with_the_forms(label):
    forms = "write '2020', '2020-H1', '2020-Q1', '2020-M03', '2020-M03-1' or '2020-W07'"
    assert refusal(CIVIL.period, label) == Refusal("label", label, forms)


@pytest.mark.parametrize(
    ("label", "last"),
    [
        *(("2020-M00", "2020-M12"), ("2020-M13", "2020-M12"), ("2020-13", "2020-M12"), ("2020-00", "2020-M12")),
        *(("2020-M00-1", "2020-M12-2"), ("2020-M00-2", "2020-M12-2"), ("2020-M13-1", "2020-M12-2")),
        *(("2020-W00", "2020-W53"), ("2020-W54", "2020-W53"), ("2021-W53", "2021-W52")),
    ],
)
def test_a_number_beyond_the_year_is_refused_with_the_last_label(label, last):
    refused = refusal(CIVIL.period, label)
    assert (refused.field, refused.value) == ("label", label)
    assert refused.remedy.startswith(f"the fiscal year {label[:4]} ends with {last}; write '2020', '2020-H1'")


def test_the_civil_month_form_is_read_for_the_calendar_year_only():
    assert labels((CIVIL.period("2020-03"), CIVIL.period("2020-12"))) == ["2020-M03", "2020-M12"]
    for changed in ({"first_month": 4}, {"first_day": 2}, {"pattern": "4-4-5"}):
        assert refusal(attrs.evolve(CIVIL, **changed).period, "2020-03") == Refusal(
            "label",
            "2020-03",
            "the fiscal year is not the calendar year; write '2020-M03' for month 03 of the fiscal year",
        )
    assert attrs.evolve(CIVIL, year_named_by="end", week_rule="last_day").period("2020-03") == CIVIL.period("2020-M03")


@given(calendars, kinds, days)
def test_every_label_round_trips(calendar, kind, day):
    period = calendar.at(kind, day)
    assert calendar.period(period.label) == period


# Oracles that share nothing with the calendar


@given(days)
def test_weeks_by_default_are_those_of_iso_8601(day):
    week = CIVIL.at(WEEK, day)
    assert (week.year, week.number) == day.isocalendar()[:2]
    assert week.start == day - day.weekday() * DAY


@given(days, st.sampled_from([("%W", "monday"), ("%U", "sunday")]))
def test_weeks_owned_by_their_first_day_are_those_of_strftime(day, form):
    directive, first = form
    counted = int(day.strftime(directive))
    week = FiscalCalendar(week_starts_on=first, week_rule="first_day").at(WEEK, day)
    assert (week.year, week.number) == (day.year, counted) if counted else week.year == day.year - 1


@given(days, st.sampled_from(Weekday))
def test_weeks_owned_by_their_last_day_put_1_january_into_week_1(day, first):
    calendar = FiscalCalendar(week_starts_on=first, week_rule="last_day")
    assert calendar.at(WEEK, date(day.year, 1, 1)).label == f"{day.year}-W01"
    week = calendar.at(WEEK, day)
    assert week.year == (week.end - DAY).year


@given(calendars.filter(lambda calendar: calendar.pattern == "calendar_months"), days)
def test_calendar_months_against_a_walk_day_by_day(calendar, day):
    start = day
    while start.day != calendar.first_day:
        start -= DAY
    first, number = start, 1
    while first.month != calendar.first_month:
        first -= DAY
        while first.day != calendar.first_day:
            first -= DAY
        number += 1
    last = first + DAY
    while (last.month, last.day) != (first.month, first.day):
        last += DAY
    year = first.year if calendar.year_named_by == "start" else (last - DAY).year
    month = calendar.at(MONTH, day)
    assert (month.start, month.year, month.number) == (start, year, number)
    half = calendar.at(HALF_MONTH, day)
    assert half.number == 2 * number - (1 if (day - start).days < 15 else 0)
    assert calendar.at(QUARTER, day).label == f"{year}-Q{(number - 1) // 3 + 1}"
    assert calendar.at(HALF_YEAR, day).label == f"{year}-H{(number - 1) // 6 + 1}"
    assert calendar.at(YEAR, day).span == DateRange(first, last)


@given(st.integers(1990, 2060), st.integers(1, 12), st.sampled_from(Weekday), st.sampled_from(WeekRule))
def test_years_of_weeks_end_where_the_rule_says(year, first_month, first_weekday, rule):
    calendar = FiscalCalendar(
        pattern="4-4-5", first_month=first_month, week_starts_on=first_weekday, week_rule=rule, year_named_by="start"
    )
    end_of_month = date(year + 1, first_month, 1) - DAY
    around = [end_of_month + n * DAY for n in range(-20, 21)]
    closing = [day for day in around if (day + DAY).weekday() == list(Weekday).index(first_weekday)]
    expected = {
        "last_day": max(day for day in closing if day <= end_of_month),
        "middle_day": min(closing, key=lambda day: abs(day - end_of_month)),
        "first_day": min(day for day in closing if day >= end_of_month),
    }
    assert calendar.period(str(year)).end - DAY == expected[rule]


# Laws


@settings(max_examples=60)
@given(calendars, kinds, days, st.integers(1, 900))
def test_periods_of_a_kind_partition_time(calendar, kind, first, length):
    asked = DateRange(first, first + length * DAY)
    found = calendar.periods(kind, asked)
    assert first in found[0]
    assert asked.last in found[-1]
    assert [period.end for period in found[:-1]] == [period.start for period in found[1:]]
    for period in found:
        assert period.kind is kind
        assert calendar.at(kind, period.start) == calendar.at(kind, period.end - DAY) == period
        assert calendar.at(kind, period.start - DAY) == calendar.previous(period) != period
        assert calendar.at(kind, period.end) == calendar.next(period) != period


@given(calendars, kinds, kinds, days)
def test_subdivisions_sum_to_the_whole(calendar, kind, finer, day):
    whole = calendar.at(kind, day)
    order = list(PeriodKind)
    weeks_cut = finer is WEEK and kind is not WEEK and calendar.pattern == "calendar_months"
    if order.index(finer) > order.index(kind) or weeks_cut:
        assert refusal(calendar.subdivide, whole, finer).field == "kind"
    else:
        parts = calendar.subdivide(whole, finer)
        assert sum(part.span.days for part in parts) == whole.span.days
        assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
        assert {part.kind for part in parts} == {finer}


@given(calendars, days)
def test_counts_of_the_parts_of_a_year(calendar, day):
    year = calendar.at(YEAR, day)
    counts = [len(calendar.subdivide(year, kind)) for kind in (HALF_MONTH, MONTH, QUARTER, HALF_YEAR, YEAR)]
    assert counts == [24, 12, 4, 2, 1]
    assert year.span.days in ((365, 366) if calendar.pattern == "calendar_months" else (364, 371))


@given(calendars, days)
def test_numbers_run_through_the_year(calendar, day):
    week = calendar.at(WEEK, day)
    following = calendar.next(week)
    assert (following.year, following.number) in {(week.year, week.number + 1), (week.year + 1, 1)}
    assert 1 <= week.number <= 53


# Asking


def test_kinds_may_be_given_by_their_values():
    assert CIVIL.at("month", date(2020, 2, 29)).label == "2020-M02"
    assert labels(CIVIL.periods("quarter", span("2020-03-31", "2020-04-01"))) == ["2020-Q1"]
    assert labels(CIVIL.subdivide(CIVIL.period("2020"), "half_year")) == ["2020-H1", "2020-H2"]
    refused = refusal(CIVIL.at, "decade", date(2020, 1, 1))
    assert (refused.field, refused.value) == ("period_kind", "decade")
    assert refused.remedy == "choose one of 'week', 'half_month', 'month', 'quarter', 'half_year', 'year'"


def test_periods_that_share_a_day_with_a_span():
    assert labels(CIVIL.periods(MONTH, span("2020-01-31", "2020-02-01"))) == ["2020-M01"]
    assert labels(CIVIL.periods(MONTH, span("2020-01-31", "2020-02-02"))) == ["2020-M01", "2020-M02"]
    assert labels(CIVIL.periods(YEAR, span("2019-12-31", "2021-01-01"))) == ["2019", "2020"]


def test_an_open_span_has_no_last_period():
    asked = DateRange(date(2020, 1, 1))
    assert refusal(CIVIL.periods, MONTH, asked) == Refusal(
        "span", asked, "an open range has no last period; close it first"
    )


@pytest.mark.parametrize("day", [datetime(2020, 1, 1), "2020-01-01", None])  # noqa: DTZ001 - a naive one is the case
@pytest.mark.parametrize("calendar", [CIVIL, FiscalCalendar(covers=span("2020-01-01", "2021-01-01"))])
def test_a_day_is_a_date_without_a_time(calendar, day):
    assert refusal(calendar.at, MONTH, day) == Refusal("day", day, "give a date without a time")


def test_refused_subdivisions_say_why():
    quarter = CIVIL.period("2020-Q1")
    assert refusal(CIVIL.subdivide, quarter, YEAR) == Refusal(
        "kind", "year", "2020-Q1 is a quarter; ask for a finer kind"
    )
    assert refusal(CIVIL.subdivide, quarter, WEEK) == Refusal(
        "kind", "week", "weeks run across the ends of 2020-Q1; use `periods` for those that overlap it"
    )
    assert CIVIL.subdivide(quarter, QUARTER) == (quarter,)
    week = CIVIL.period("2020-W07")
    assert CIVIL.subdivide(week, WEEK) == (week,)
    assert len(RETAIL.subdivide(RETAIL.period("2020-Q1"), WEEK)) == 13


@pytest.mark.parametrize("ask", ["next", "previous", "subdivide"])
def test_a_period_of_another_calendar_is_refused(ask):
    other = FiscalCalendar(first_month=4).period("2020-Q1")
    call = getattr(CIVIL, ask)
    refused = refusal(call, other, MONTH) if ask == "subdivide" else refusal(call, other)
    assert refused == Refusal("period", other, "it is of another calendar; take it from this one by its label")


def test_neighbours_across_the_years():
    assert CIVIL.next(CIVIL.period("2020-M12")).label == "2021-M01"
    assert CIVIL.previous(CIVIL.period("2021-M01")).label == "2020-M12"
    assert CIVIL.previous(CIVIL.period("2021-M02")).label == "2021-M01"
    assert CIVIL.next(CIVIL.period("2020-W53")).label == "2021-W01"
    assert CIVIL.previous(CIVIL.period("2021-W01")).label == "2020-W53"
    assert CIVIL.previous(CIVIL.period("2021")).label == "2020"


# What a calendar covers

COVERED = FiscalCalendar(covers=span("2020-01-15", "2020-07-01"))


def test_a_day_outside_the_calendar_is_refused_with_its_range():
    for day in (date(2020, 1, 14), date(2020, 7, 1)):
        assert refusal(COVERED.at, MONTH, day) == Refusal(
            "day", day, "the calendar covers [2020-01-15, 2020-07-01); give a day inside or widen it"
        )
    assert COVERED.at(MONTH, date(2020, 1, 15)).label == "2020-M01"
    assert COVERED.at(MONTH, date(2020, 6, 30)).label == "2020-M06"


def test_a_period_without_a_covered_day_is_refused():
    remedy = "the calendar covers [2020-01-15, 2020-07-01); stay inside or widen it"
    assert refusal(COVERED.period, "2020-Q3") == Refusal("period", "2020-Q3", remedy)
    assert COVERED.period("2020-M01-1").end == date(2020, 1, 16)
    assert refusal(COVERED.next, COVERED.period("2020-M06")) == Refusal("period", "2020-M07", remedy)
    assert refusal(COVERED.previous, COVERED.period("2020-M01")) == Refusal("period", "2019-M12", remedy)
    assert COVERED.next(COVERED.period("2020-M05")).label == "2020-M06"
    assert COVERED.previous(COVERED.period("2020-M02")).label == "2020-M01"


def test_a_span_must_lie_inside_the_calendar():
    for asked in (span("2020-01-14", "2020-02-01"), span("2020-06-30", "2020-07-02")):
        assert refusal(COVERED.periods, MONTH, asked) == Refusal(
            "span", asked, "the calendar covers [2020-01-15, 2020-07-01); give a span inside or widen it"
        )
    assert len(COVERED.periods(MONTH, span("2020-01-15", "2020-07-01"))) == 6


def test_an_open_calendar_covers_all_that_follows():
    calendar = FiscalCalendar(covers=DateRange(date(2020, 1, 1)))
    assert calendar.at(YEAR, date(2999, 1, 1)).label == "2999"
    assert refusal(calendar.at, YEAR, date(2019, 12, 31)).field == "day"


# Fields and the ends of time


@pytest.mark.parametrize(
    ("field", "value", "low", "high"),
    [
        *(("first_month", value, 1, 12) for value in (0, 13, True, 1.0, "1", None)),
        *(("first_day", value, 1, 28) for value in (0, 29, True)),
        *(("extra_week_in", value, 1, 12) for value in (0, 13, False)),
    ],
)
def test_numbers_out_of_range_are_refused(field, value, low, high):
    refused = refusal(FiscalCalendar, **{field: value})
    assert refused == Refusal(field, value, f"give a whole number from {low} to {high}")


@pytest.mark.parametrize(
    ("field", "low", "high"), [("first_month", 1, 12), ("first_day", 1, 28), ("extra_week_in", 1, 12)]
)
def test_numbers_at_the_edges_are_taken(field, low, high):
    assert [getattr(FiscalCalendar(**{field: value}), field) for value in (low, high)] == [low, high]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("pattern", FiscalPattern),
        ("year_named_by", YearName),
        ("week_starts_on", Weekday),
        ("week_rule", WeekRule),
    ],
)
def test_an_unknown_word_is_answered_with_the_known_ones(field, words):
    refused = refusal(FiscalCalendar, **{field: "5-5-5"})
    assert refused.value == "5-5-5"
    assert refused.remedy == f"choose one of {', '.join(repr(word.value) for word in words)}"


def test_covers_is_a_range():
    assert refusal(FiscalCalendar, covers="2020") == Refusal("covers", "2020", "give a range of dates, or none")


def test_years_beyond_what_dates_hold_are_refused():
    remedy = "dates reach from year 1 to 9999, and so must the whole fiscal year"
    assert refusal(CIVIL.at, YEAR, date.max) == Refusal("year", 9999, remedy)
    assert refusal(CIVIL.period, "0000") == Refusal("year", 0, remedy)
    assert refusal(CIVIL.period, "9999-W01") == Refusal("year", 9999, remedy)
    assert refusal(FiscalCalendar(first_month=4).at, MONTH, date.min).value == 0
    assert refusal(CIVIL.previous, CIVIL.period("0001-M01")).value == 0
    assert refusal(CIVIL.next, CIVIL.period("9998")).value == 9999
    assert refusal(RETAIL.period, "9999").value == 9999
    assert CIVIL.period("0001-M01").label == "0001-M01"
    assert CIVIL.at(YEAR, date(9998, 12, 31)).label == "9998"


def test_a_week_calendar_at_the_end_of_time_is_refused_not_broken():
    early = FiscalCalendar(pattern="4-4-5", week_rule="last_day", week_starts_on="sunday")
    assert refusal(early.period, "0001").value == 1
