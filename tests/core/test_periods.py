from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import DateRange, InvalidValue, Period, PeriodKind, Weekday, days_after, days_between, share_of

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))
JANUARY = DateRange(date(2020, 1, 1), date(2020, 2, 1))


def fields(error: InvalidValue) -> tuple[object, ...]:
    return (error.field, error.value, error.remedy)


SPANS = st.builds(lambda day, length: DateRange(day, day + timedelta(days=length)), DAYS, st.integers(1, 400))
NEAR = st.builds(
    lambda day, length: DateRange(
        date(2020, 1, 1) + timedelta(days=day), date(2020, 1, 1) + timedelta(days=day + length)
    ),
    st.integers(-60, 60),
    st.integers(1, 90),
)


def test_kinds_are_named_as_documents_write_them():
    assert [kind.value for kind in PeriodKind] == ["week", "half_month", "month", "quarter", "half_year", "year"]


def test_weekdays_count_as_python_counts_them():
    assert [day.value for day in Weekday] == [date(2024, 1, n).strftime("%A").lower() for n in range(1, 8)]
    assert [day.number for day in Weekday] == [date(2024, 1, n).weekday() for n in range(1, 8)]


def test_a_period_shows_its_label_its_edges_and_holds_its_days_only():
    period = Period(kind=PeriodKind.MONTH, year=2020, number=1, span=JANUARY, label="2020-M01")
    assert str(period) == "2020-M01"
    assert (period.start, period.end) == (date(2020, 1, 1), date(2020, 2, 1))
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 31), date(2020, 2, 1)]
    assert [day in period for day in days] == [False, True, True, False]


@pytest.mark.parametrize("span", [DateRange(date(2020, 1, 1)), "2020-01", None])
def test_a_period_refuses_a_span_without_an_end(span):
    with pytest.raises(InvalidValue) as refused:
        Period(kind=PeriodKind.MONTH, year=2020, number=1, span=span, label="2020-M01")
    assert fields(refused.value) == ("span", span, "give a range of dates with an end")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2020, 2, 28), date(2020, 3, 1), 2),
        (date(2021, 2, 28), date(2021, 3, 1), 1),
        (date(2020, 1, 1), date(2020, 1, 1), 0),
        (date(2020, 1, 2), date(2020, 1, 1), -1),
    ],
)
def test_days_between_counts_the_start_and_not_the_end(start, end, days):
    assert days_between(start, end) == days


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2020, 2, 28), 2, date(2020, 3, 1)),
        (date(2020, 3, 1), -2, date(2020, 2, 28)),
        (date(2020, 3, 1), 0, date(2020, 3, 1)),
        (date(9999, 12, 30), 1, date.max),
        (date(9999, 12, 30), 2, date.max),
        (date.min, -1, date.min),
        (date.max, 10**12, date.max),
        (date.max, -(10**12), date.min),
    ],
)
def test_days_after_end_where_the_calendar_does(day, count, found):
    assert days_after(day, count) == found


def test_days_between_refuses_times_and_says_which():
    noon = datetime(2020, 1, 1, 12)  # noqa: DTZ001 - a naive one is the case
    with pytest.raises(InvalidValue, match=r"^start: "):
        days_between(noon, date(2020, 1, 2))
    with pytest.raises(InvalidValue, match=r"^end: "):
        days_between(date(2020, 1, 2), noon)


@pytest.mark.parametrize(
    ("start", "end", "share"),
    [
        (date(2020, 1, 1), date(2020, 2, 1), Fraction(1)),
        (date(2019, 1, 1), date(2021, 1, 1), Fraction(1)),
        (date(2020, 1, 31), None, Fraction(1, 31)),
        (date(2020, 2, 1), None, Fraction(0)),
        (date(2019, 12, 1), date(2020, 1, 1), Fraction(0)),
        (date(2019, 12, 1), date(2020, 1, 2), Fraction(1, 31)),
        (date(2020, 1, 11), date(2020, 1, 21), Fraction(10, 31)),
    ],
)
def test_share_of_a_month_by_calendar_days(start, end, share):
    assert share_of(DateRange(start, end), JANUARY) == share


def test_share_of_an_open_range_is_refused():
    with pytest.raises(InvalidValue, match="close it first"):
        share_of(JANUARY, DateRange(date(2020, 1, 1)))


@given(NEAR, NEAR)
def test_share_counts_days_one_by_one(span, within):
    def days(of):
        return {of.start + timedelta(days=n) for n in range((of.end - of.start).days)}

    assert share_of(span, within) == Fraction(len(days(span) & days(within)), len(days(within)))


@given(NEAR, NEAR, st.integers(1, 88))
def test_shares_of_two_parts_sum_to_the_share_of_the_whole(span, within, length):
    cut = min(span.start + timedelta(days=length), span.last)
    if cut > span.start:
        parts = share_of(DateRange(span.start, cut), within) + share_of(DateRange(cut, span.end), within)
        assert parts == share_of(span, within)
    assert 0 <= share_of(span, within) <= 1


@given(SPANS, DAYS)
def test_shares_of_open_ranges(within, day):
    assert share_of(DateRange(day), within) == share_of(DateRange(day, date(2100, 1, 1)), within)
