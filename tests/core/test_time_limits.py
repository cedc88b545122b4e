"""Time limits: every way of counting, both sides, summer time, leap days, and the end of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    InvalidValue,
    TimeLimit,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
    local_day,
    local_midnight,
)

BERLIN = ZoneInfo("Europe/Berlin")
MICRO = timedelta(microseconds=1)
OFFICE = WorkingTime(
    zone="Europe/Berlin",
    week=[
        WeekdayHours(
            days=["monday", "tuesday", "wednesday", "thursday", "friday"],
            hours=[WorkingHours(opens=time(9), closes=time(17))],
        )
    ],
    holidays=[date(2024, 4, 1)],
)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        (TimeLimit(days=1), berlin(2024, 3, 30, 12), berlin(2024, 3, 31, 13)),  # the clock skips an hour
        (TimeLimit(hours=24), berlin(2024, 10, 26, 12), berlin(2024, 10, 27, 11)),
        (TimeLimit(days=1, counted="calendar"), berlin(2024, 3, 30, 12), berlin(2024, 3, 31, 0)),
        (TimeLimit(days=2, counted="calendar"), berlin(2024, 3, 30, 12), berlin(2024, 4, 1, 0)),
        (TimeLimit(days=1, counted="calendar"), berlin(2024, 2, 28, 23, 59), berlin(2024, 2, 29, 0)),
        (TimeLimit(days=1, counted="calendar"), berlin(2023, 2, 28), berlin(2023, 3, 1, 0)),
        (TimeLimit(days=1, counted="working"), berlin(2024, 3, 28, 12), berlin(2024, 3, 29, 0)),
        (TimeLimit(days=2, counted="working"), berlin(2024, 3, 28, 12), berlin(2024, 4, 2, 0)),  # over Easter Monday
        (TimeLimit(hours=9, counted="working"), berlin(2024, 3, 28, 16), berlin(2024, 3, 29, 17)),
    ],
)
def test_each_way_of_counting_on_both_sides(limit, start, end) -> None:
    found = limit.end(start, "Europe/Berlin", OFFICE)
    assert found == end.astimezone(UTC)
    assert found.utcoffset() == timedelta(0)
    upper = TimeLimit(days=limit.days, hours=limit.hours, counted=limit.counted, side="upper")
    by_days = limit.counted.value != "elapsed" and limit.hours is None
    later = end + timedelta(days=1) if by_days else (end.astimezone(UTC) + MICRO)
    assert upper.end(start, "Europe/Berlin", OFFICE) == later.astimezone(UTC)
    assert limit.is_over(start, found, "Europe/Berlin", OFFICE)
    assert not limit.is_over(start, found - MICRO, "Europe/Berlin", OFFICE)


def test_a_day_begins_when_the_clock_skips_midnight() -> None:
    assert local_midnight(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert local_day(datetime(2018, 11, 4, 3, tzinfo=UTC), "America/Sao_Paulo") == date(2018, 11, 4)
    assert local_day(datetime(2018, 11, 4, 2, 59, tzinfo=UTC), "America/Sao_Paulo") == date(2018, 11, 3)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.integers(1, 400))  # noqa: DTZ001 - the strategy adds the zone
def test_calendar_days_end_at_a_local_midnight_so_many_days_on(start, days) -> None:
    end = TimeLimit(days=days, counted="calendar").end(start, "Europe/Berlin")
    assert local_day(end, "Europe/Berlin") - local_day(start, "Europe/Berlin") == timedelta(days=days)
    assert local_day(end - MICRO, "Europe/Berlin") < local_day(end, "Europe/Berlin")


@pytest.mark.parametrize(
    "wrong",
    [{}, {"days": 1, "hours": 1}, {"days": 0}, {"hours": -1}, {"days": True}, {"days": 10**6},
     {"hours": 5, "counted": "calendar"}, {"days": 1, "counted": "moons"}],
)  # fmt: skip
def test_impossible_limits_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue):
        TimeLimit(**wrong)


@pytest.mark.parametrize("counted", ["elapsed", "calendar"])
def test_the_end_of_time_and_naive_instants_are_refused(counted) -> None:
    with pytest.raises(InvalidValue, match="no dates any more"):
        TimeLimit(days=999_999, counted=counted).end(berlin(9000, 1, 1), "UTC")
    with pytest.raises(InvalidValue, match="time zone"):
        TimeLimit(days=1, counted=counted).end(datetime(2024, 1, 1), "UTC")  # noqa: DTZ001 - that is what is refused
    with pytest.raises(InvalidValue, match="give the firm's"):
        TimeLimit(hours=1, counted="working").end(berlin(2024, 1, 1), "UTC")
