"""Working time: fixed points with both changes of the clock, a minute-by-minute oracle, and laws."""

import functools
import pickle
import time as system_time
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    DateRange,
    InvalidValue,
    SpecialHours,
    Weekday,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.core.working_time import _hours, _stretches_on

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
WORKDAYS = list(Weekday)[:5]
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def hours(*texts: str) -> list[WorkingHours]:
    return [
        WorkingHours(opens=time.fromisoformat(text.split("-")[0]), closes=time.fromisoformat(text.split("-")[1]))
        for text in texts
    ]


# Starter value: the usual office hours with a noon break; 25 January 2020 was Chinese New Year, and Sunday 19 January
# was worked in exchange (notice of the General Office of the State Council on the holidays of 2020).
OFFICE = WorkingTime(
    zone="Asia/Shanghai",
    week=[WeekdayHours(days=WORKDAYS, hours=hours("09:00-12:00", "13:00-18:00"))],
    holidays=[date(2020, 1, 1), *(date(2020, 1, n) for n in range(24, 31))],
    special=[SpecialHours(day=date(2020, 1, 19), hours=hours("09:00-12:00", "13:00-18:00"))],
)
# Every day from ten in the evening to six in the morning.
NIGHTS = WorkingTime(zone="Europe/Berlin", week=[WeekdayHours(days=list(Weekday), hours=hours("22:00-06:00"))])
ALWAYS = WorkingTime(zone="Europe/Berlin", week=[WeekdayHours(days=list(Weekday), hours=hours("00:00-00:00"))])


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


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
    _hours.cache_clear()
    _stretches_on.cache_clear()


# Working or not


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("2020-01-02 08:59:59.999999", False),
        ("2020-01-02 09:00", True),
        ("2020-01-02 11:59:59.999999", True),
        ("2020-01-02 12:00", False),
        ("2020-01-02 12:59:59", False),
        ("2020-01-02 13:00", True),
        ("2020-01-02 17:59:59", True),
        ("2020-01-02 18:00", False),
        ("2020-01-01 10:00", False),  # holiday
        ("2020-01-04 10:00", False),  # Saturday
        ("2020-01-18 10:00", False),
        ("2020-01-19 10:00", True),  # Sunday, worked in exchange
        ("2020-01-23 10:00", True),
        ("2020-01-24 10:00", False),
        ("2020-01-31 10:00", True),
    ],
)
def test_working_at_an_instant(text, working):
    assert OFFICE.is_working(at(text)) is working
    assert OFFICE.is_working(at(text).astimezone(UTC)) is working


def test_days():
    assert OFFICE.is_working_day(date(2020, 1, 19))
    assert not OFFICE.is_working_day(date(2020, 1, 26))
    assert not OFFICE.is_working_day(date(2020, 1, 24))
    assert OFFICE.hours_on(date(2020, 1, 2)) == tuple(hours("09:00-12:00", "13:00-18:00"))
    assert OFFICE.hours_on(date(2020, 1, 1)) == ()
    assert OFFICE.hours_on(date(2020, 1, 5)) == ()
    first, closed, end = date(2020, 1, 17), date(2020, 1, 18), date(2020, 1, 21)
    assert OFFICE.working_days(DateRange(first, end)) == (first, date(2020, 1, 19), date(2020, 1, 20))
    assert OFFICE.working_days(DateRange(closed, date(2020, 1, 19))) == ()
    # January 2020 has 23 days from Monday to Friday, 6 of them holidays, and one Sunday worked
    assert len(OFFICE.working_days(DateRange(date(2020, 1, 1), date(2020, 2, 1)))) == 23 - 6 + 1
    with pytest.raises(InvalidValue, match="close it first"):
        OFFICE.working_days(DateRange(first))


def test_a_special_day_may_have_fewer_hours_or_none():
    eve = attrs.evolve(
        OFFICE,
        special=[
            SpecialHours(day=date(2020, 12, 31), hours=hours("09:00-12:00")),
            SpecialHours(day=date(2020, 12, 30), hours=[]),
        ],
    )
    assert [eve.is_working_day(date(2020, 12, n)) for n in (29, 30, 31)] == [True, False, True]
    assert not eve.is_working(at("2020-12-31 13:00"))
    assert eve.is_working(at("2020-12-31 11:00"))


def test_the_local_day_is_that_of_the_zone():
    assert OFFICE.day_of(datetime(2020, 1, 1, 15, 59, 59, tzinfo=UTC)) == date(2020, 1, 1)
    assert OFFICE.day_of(datetime(2020, 1, 1, 16, tzinfo=UTC)) == date(2020, 1, 2)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2020-01-02", 0, "2020-01-02"),
        ("2020-01-04", 0, "2020-01-04"),
        ("2020-01-02", 1, "2020-01-03"),
        ("2020-01-03", 1, "2020-01-06"),
        ("2020-01-04", 1, "2020-01-06"),
        ("2020-01-17", 1, "2020-01-19"),
        ("2020-01-23", 1, "2020-01-31"),
        ("2020-01-23", 2, "2020-02-03"),
        ("2020-01-31", -1, "2020-01-23"),
        ("2020-01-06", -1, "2020-01-03"),
        ("2020-01-06", -2, "2020-01-02"),
        ("2020-01-05", -1, "2020-01-03"),
        ("2020-01-02", -1, "2019-12-31"),
    ],
)
def test_the_nth_working_day(day, count, expected):
    assert OFFICE.add_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


@given(st.dates(date(2019, 12, 1), date(2020, 3, 1)), st.integers(0, 30), st.integers(0, 30), st.sampled_from([1, -1]))
def test_working_days_add_up(day, first, second, sign):
    total = OFFICE.add_days(day, sign * (first + second))
    assert OFFICE.add_days(OFFICE.add_days(day, sign * first), sign * second) == total


@given(st.dates(date(2019, 12, 1), date(2020, 3, 1)), st.integers(1, 60))
def test_the_nth_working_day_is_the_last_of_n(day, count):
    reached = OFFICE.add_days(day, count)
    passed = OFFICE.working_days(DateRange(day + DAY, reached + DAY))
    assert (len(passed), passed[-1]) == (count, reached)
    back = OFFICE.add_days(day, -count)
    passed = OFFICE.working_days(DateRange(back, day))
    assert (len(passed), passed[0]) == (count, back)


# Counting


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2020-01-02 10:00", 1 * HOUR, "2020-01-02 11:00"),
        ("2020-01-02 10:00", 2 * HOUR, "2020-01-02 12:00"),  # a limit that ends at noon ends at noon
        ("2020-01-02 10:00", 2 * HOUR + SECOND, "2020-01-02 13:00:01"),
        ("2020-01-02 08:00", 8 * HOUR, "2020-01-02 18:00"),
        ("2020-01-02 08:00", 8 * HOUR - SECOND, "2020-01-02 17:59:59"),
        ("2020-01-02 08:00", 8 * HOUR + SECOND, "2020-01-03 09:00:01"),
        ("2020-01-03 17:00", 2 * HOUR, "2020-01-06 10:00"),  # over a week-end
        ("2020-01-17 17:00", 2 * HOUR, "2020-01-19 10:00"),  # to the Sunday worked in exchange
        ("2020-01-23 17:00", 2 * HOUR, "2020-01-31 10:00"),  # over Chinese New Year
        ("2020-01-04 10:00", timedelta(0), "2020-01-04 10:00"),
        ("2020-01-06 10:00", -2 * HOUR, "2020-01-03 17:00"),
        ("2020-01-06 10:00", -1 * HOUR, "2020-01-06 09:00"),
        ("2020-01-06 10:00", -1 * HOUR - SECOND, "2020-01-03 17:59:59"),
        ("2020-01-05 10:00", -1 * HOUR, "2020-01-03 17:00"),
        ("2020-01-31 10:00", -2 * HOUR, "2020-01-23 17:00"),
    ],
)
def test_adding_working_time(start, length, end):
    reached = OFFICE.add(at(start), length)
    assert reached == at(end)
    assert OFFICE.elapsed(at(start), reached) == length
    assert OFFICE.elapsed(reached, at(start)) == -length


def test_instants_come_back_as_local_time_with_its_offset():
    for found in (
        OFFICE.add(datetime(2020, 1, 2, 1, 30, tzinfo=UTC), HOUR),
        OFFICE.add(datetime(2020, 1, 2, 2, 30, tzinfo=UTC), timedelta(0)),
        OFFICE.next_opening(datetime(2020, 1, 2, 2, 30, tzinfo=UTC)),
    ):
        assert found.isoformat() == "2020-01-02T10:30:00+08:00"
        assert found.tzinfo == timezone(8 * HOUR)
    assert NIGHTS.add(at("2020-07-01 23:00", BERLIN), HOUR).isoformat() == "2020-07-02T00:00:00+02:00"
    assert NIGHTS.add(at("2020-12-01 23:00", BERLIN), HOUR).isoformat() == "2020-12-02T00:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ("2020-01-02 08:59:59", "2020-01-02 09:00", "2019-12-31 18:00"),
        ("2020-01-02 09:00", "2020-01-02 09:00", "2019-12-31 18:00"),
        ("2020-01-02 09:00:01", "2020-01-02 09:00:01", "2020-01-02 09:00:01"),
        ("2020-01-02 12:00", "2020-01-02 13:00", "2020-01-02 12:00"),
        ("2020-01-02 12:30", "2020-01-02 13:00", "2020-01-02 12:00"),
        ("2020-01-03 18:00", "2020-01-06 09:00", "2020-01-03 18:00"),
        ("2020-01-18 10:00", "2020-01-19 09:00", "2020-01-17 18:00"),
        ("2020-01-24 00:00", "2020-01-31 09:00", "2020-01-23 18:00"),
    ],
)
def test_the_next_opening_and_the_previous_closing(text, opening, closing):
    assert OFFICE.next_opening(at(text)) == at(opening)
    assert OFFICE.previous_closing(at(text)) == at(closing)


# Night shifts


def test_a_night_shift_belongs_to_the_day_on_which_it_opens():
    shift = WorkingTime(
        zone="Asia/Shanghai",
        week=[WeekdayHours(days=["friday"], hours=hours("22:00-06:00"))],
        holidays=[date(2020, 1, 10), date(2020, 1, 18)],
    )
    assert shift.is_working(at("2020-01-04 05:59:59"))
    assert not shift.is_working(at("2020-01-04 06:00"))
    assert not shift.is_working(at("2020-01-03 05:00"))
    assert not shift.is_working(at("2020-01-11 05:00"))  # the eve was a holiday
    assert shift.is_working(at("2020-01-18 05:00"))  # today is one, the shift of the eve goes on
    assert shift.add(at("2020-01-03 22:30"), 8 * HOUR) == at("2020-01-17 22:30")
    assert [shift.is_working_day(date(2020, 1, n)) for n in (3, 4)] == [True, False]


def test_stretches_that_overlap_across_midnight_count_once():
    doubled = WorkingTime(
        zone="Asia/Shanghai",
        week=[
            WeekdayHours(days=["friday"], hours=hours("08:00-09:00", "22:00-08:00")),
            WeekdayHours(days=["saturday"], hours=hours("06:00-07:00", "07:00-10:00")),
        ],
    )
    assert doubled.elapsed(at("2020-01-03 21:00"), at("2020-01-04 11:00")) == 12 * HOUR
    assert doubled.add(at("2020-01-03 21:00"), 12 * HOUR) == at("2020-01-04 10:00")
    assert doubled.add(at("2020-01-04 11:00"), -12 * HOUR) == at("2020-01-03 22:00")


def test_the_same_time_twice_is_a_whole_day():
    assert [hours(text)[0].over_night for text in ("09:00-09:00", "09:00-00:00", "09:00-09:01")] == [True, True, False]
    assert ALWAYS.elapsed(at("2020-01-01", BERLIN), at("2020-01-08", BERLIN)) == 7 * DAY
    assert ALWAYS.add(at("2020-01-01 12:34:56.789", BERLIN), 100 * DAY - HOUR) == at("2020-04-10 12:34:56.789", BERLIN)


# The changes of the clock: Berlin skipped 02:00-03:00 on 29 March 2020 and repeated 02:00-03:00 on 25 October 2020


@pytest.mark.parametrize(
    ("first", "last", "length"),
    [
        ("2020-03-28 22:00", "2020-03-29 06:00", 7 * HOUR),
        ("2020-10-24 22:00", "2020-10-25 06:00", 9 * HOUR),
        ("2020-06-01 22:00", "2020-06-02 06:00", 8 * HOUR),
    ],
)
def test_a_night_is_shorter_in_spring_and_longer_in_autumn(first, last, length):
    start, end = at(first, BERLIN), at(last, BERLIN)
    assert NIGHTS.elapsed(start, end) == length
    assert NIGHTS.add(start, length) == end
    assert NIGHTS.add(start, length + SECOND) == end + 16 * HOUR + SECOND
    assert NIGHTS.add(end, -length) == start
    assert NIGHTS.add(start, length - SECOND) == end - SECOND


def test_shanghai_keeps_its_clock():
    nights = attrs.evolve(NIGHTS, zone="Asia/Shanghai")
    for day in ("2020-03-28", "2020-10-24", "2020-06-01"):
        assert nights.add(at(f"{day} 22:00"), 8 * HOUR) == at(f"{day} 22:00") + 8 * HOUR
        assert nights.elapsed(at(f"{day} 12:00"), at(f"{day} 12:00") + DAY) == 8 * HOUR


def test_the_repeated_hour_has_two_instants():
    first = at("2020-10-25 02:30", BERLIN)
    second = first.replace(fold=1)
    assert NIGHTS.elapsed(first, second) == HOUR
    assert NIGHTS.add(first, HOUR).isoformat() == "2020-10-25T02:30:00+01:00"
    assert NIGHTS.add(first, timedelta(0)).isoformat() == "2020-10-25T02:30:00+02:00"
    assert NIGHTS.add(first, HOUR).fold == 0
    assert NIGHTS.add(first, timedelta(0)) < NIGHTS.add(second, timedelta(0))


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("2020-10-25T00:14:59+00:00", False),
        ("2020-10-25T00:15:00+00:00", True),  # 02:15 in summer time: opens
        ("2020-10-25T00:45:00+00:00", False),  # 02:45 in summer time: closes
        ("2020-10-25T01:15:00+00:00", False),  # 02:15 again
        ("2020-10-26T01:15:00+00:00", True),
    ],
)
def test_a_repeated_time_is_the_first_of_the_two(text, working):
    quarter = WorkingTime(zone="Europe/Berlin", week=[WeekdayHours(days=list(Weekday), hours=hours("02:15-02:45"))])
    assert quarter.is_working(datetime.fromisoformat(text)) is working


def test_a_skipped_time_is_the_moment_of_the_skip():
    early = WorkingTime(
        zone="Europe/Berlin",
        week=[WeekdayHours(days=list(Weekday), hours=hours("01:00-02:00", "02:10-02:20", "02:30:00.5-04:00"))],
    )
    skip = datetime(2020, 3, 29, 1, tzinfo=UTC)
    assert early.elapsed(skip - 2 * HOUR, skip + 2 * HOUR) == 2 * HOUR
    assert early.next_opening(skip) == skip
    assert early.is_working(skip - SECOND)
    assert early.add(skip - HOUR, HOUR) == skip
    assert early.previous_closing(skip) == skip
    lost = attrs.evolve(early, week=[WeekdayHours(days=list(Weekday), hours=hours("02:00-02:59:59.999999"))])
    assert lost.next_opening(skip - HOUR) == datetime(2020, 3, 30, 0, tzinfo=UTC)
    assert lost.previous_closing(skip + HOUR) == datetime(2020, 3, 28, 1, 59, 59, 999999, tzinfo=UTC)


def test_a_skipped_day_has_no_hours():
    # Samoa crossed the date line: 30 December 2011 did not exist there
    samoa = WorkingTime(zone="Pacific/Apia", week=[WeekdayHours(days=list(Weekday), hours=hours("09:00-17:00"))])
    before, after = at("2011-12-29 17:00", ZoneInfo("Pacific/Apia")), at("2011-12-31 09:00", ZoneInfo("Pacific/Apia"))
    assert samoa.elapsed(before, after) == timedelta(0)
    assert samoa.next_opening(before) == after
    assert samoa.previous_closing(after) == before


def test_a_clock_put_back_across_midnight():
    # Newfoundland put its clock back from 00:01 on 7 November 2010 to 23:01 the day before
    newfoundland = ZoneInfo("America/St_Johns")
    early = WorkingTime(zone=newfoundland.key, week=[WeekdayHours(days=["sunday"], hours=hours("00:00-00:30"))])
    midnight, again = at("2010-11-07 00:00", newfoundland), at("2010-11-06 23:30", newfoundland).replace(fold=1)
    start, end = (instant.astimezone(UTC) for instant in (midnight, at("2010-11-07 00:30", newfoundland)))
    assert end - start == 90 * MINUTE
    assert start < again.astimezone(UTC) < end
    assert early.is_working(again)
    assert early.elapsed(start, again) == 30 * MINUTE
    assert early.next_opening(again) == early.previous_closing(again) == again.astimezone(UTC)


@pytest.mark.skipif(not hasattr(system_time, "tzset"), reason="the zone of the machine cannot be set here")
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_zone_of_the_machine_has_no_say(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    system_time.tzset()
    try:
        fresh = attrs.evolve(OFFICE, holidays=[date(2020, 1, 1)])
        start = datetime(2020, 1, 2, 10, tzinfo=UTC)
        assert fresh.next_opening(start).isoformat() == "2020-01-03T09:00:00+08:00"
        assert fresh.add(start, HOUR).isoformat() == "2020-01-03T10:00:00+08:00"
        assert fresh.day_of(start + 6 * HOUR) == date(2020, 1, 3)
        assert fresh.next_opening(start - 2 * HOUR).isoformat() == "2020-01-02T16:00:00+08:00"
        assert fresh.add(start, timedelta(0)).isoformat() == "2020-01-02T18:00:00+08:00"
        skip = attrs.evolve(NIGHTS, week=[WeekdayHours(days=["sunday"], hours=hours("02:30-04:00"))])
        assert skip.next_opening(datetime(2020, 3, 28, tzinfo=UTC)).isoformat() == "2020-03-29T03:00:00+02:00"
    finally:
        monkeypatch.undo()
        system_time.tzset()


# The oracle: minute by minute through UTC, on a local clock that only runs forward

NIGHTS_OF_CHANGE = {
    "Europe/Berlin": ["2020-03-29", "2020-10-25", "2020-07-01"],
    "Asia/Shanghai": ["2020-03-29", "2020-10-25"],
    "America/St_Johns": ["2010-03-14", "2010-11-07"],  # changed at 00:01, the second time back to the day before
    "Australia/Lord_Howe": ["2020-04-05", "2020-10-04"],  # half an hour
    "America/Sao_Paulo": ["2018-02-18", "2018-11-04"],  # changed at midnight
    "Pacific/Apia": ["2011-12-30"],
    "UTC": ["2020-02-29"],
}


@functools.cache
def clock(zone: str, day: str) -> list[tuple[datetime, datetime]]:
    """Each minute of nine days around a day, with the furthest that the local clock has shown until then."""
    minute = datetime.fromisoformat(day).replace(tzinfo=UTC) - 4 * DAY
    furthest, shown = datetime.min, []  # noqa: DTZ901 - the local clock has no zone
    for _ in range(9 * 24 * 60):
        furthest = max(furthest, minute.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
        shown.append((minute, furthest))
        minute += MINUTE
    return shown


def oracle(calendar: WorkingTime, day: str) -> list[bool]:
    """For each of those minutes whether it is worked."""
    worked: set[datetime] = set()
    middle = date.fromisoformat(day)
    for n in range(-7, 8):
        local = middle + n * DAY
        stretches = [
            hours for entry in calendar.week if local.strftime("%A").lower() in entry.days for hours in entry.hours
        ]
        if local in calendar.holidays:
            stretches = []
        for special in calendar.special:
            if special.day == local:
                stretches = list(special.hours)
        for stretch in stretches:
            wall = datetime.combine(local, stretch.opens)
            while True:
                worked.add(wall)
                wall += MINUTE
                if wall.time() == stretch.closes:
                    break
    return [wall in worked for _, wall in clock(calendar.zone, day)]


@st.composite
def day_hours(draw):
    marks = sorted(draw(st.sets(st.integers(0, 95), max_size=6)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    if pairs and draw(st.booleans()):
        pairs[-1] = (pairs[-1][0], draw(st.integers(0, pairs[-1][0])))
    return [WorkingHours(opens=time(o // 4, o % 4 * 15), closes=time(c // 4, c % 4 * 15)) for o, c in pairs]


@st.composite
def cases(draw):
    zone = draw(st.sampled_from(sorted(NIGHTS_OF_CHANGE)))
    day = draw(st.sampled_from(NIGHTS_OF_CHANGE[zone]))
    near = [date.fromisoformat(day) + n * DAY for n in range(-4, 5)]
    holidays = draw(st.sets(st.sampled_from(near), max_size=2))
    special = draw(st.sets(st.sampled_from([n for n in near if n not in holidays]), max_size=2))
    calendar = WorkingTime(
        zone=zone,
        week=[WeekdayHours(days=[weekday], hours=draw(day_hours())) for weekday in draw(st.permutations(Weekday))],
        holidays=sorted(holidays),
        special=[
            *(SpecialHours(day=day, hours=draw(day_hours())) for day in sorted(special)),
            SpecialHours(day=date(2100, 1, 4), hours=hours("09:00-10:00")),  # every calendar needs some hours
        ],
    )
    return calendar, day, draw(st.integers(0, 9 * 24 * 60 - 1)), draw(st.integers(0, 9 * 24 * 60 - 1))


@settings(max_examples=150, deadline=None)
@given(cases())
def test_against_a_walk_minute_by_minute(case):
    calendar, day, one, other = case
    minutes, worked = [minute for minute, _ in clock(calendar.zone, day)], oracle(calendar, day)
    first, last = min(one, other), max(one, other)
    start, end = minutes[first], minutes[last]
    done = sum(worked[first:last])
    assert calendar.is_working(start) is worked[first]
    assert calendar.is_working(start + 59 * SECOND) is worked[first]
    assert calendar.elapsed(start, end) == done * MINUTE
    assert calendar.elapsed(end, start) == -done * MINUTE
    if True in worked[first:]:
        assert calendar.next_opening(start) == minutes[first + worked[first:].index(True)]
    if True in worked[:first]:
        latest = max(n for n in range(first) if worked[n])
        assert calendar.previous_closing(start) == minutes[latest] + MINUTE
    if done:
        reached = [n for n in range(first, last) if worked[n]]
        assert calendar.add(start, done * MINUTE) == minutes[reached[-1]] + MINUTE
        assert calendar.add(end, -done * MINUTE) == minutes[reached[0]]
        assert calendar.add(start, done * MINUTE - 59 * SECOND) == minutes[reached[-1]] + SECOND


# Laws

instants = st.datetimes(datetime(2019, 1, 1), datetime(2022, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001 - the strategy takes naive bounds
durations = st.timedeltas(timedelta(0), timedelta(days=40))
offices = st.sampled_from([OFFICE, NIGHTS, ALWAYS, attrs.evolve(OFFICE, zone="Europe/Berlin")])


@given(offices, instants, st.timedeltas(timedelta(days=-40), timedelta(days=40)))
def test_what_was_added_has_elapsed(office, start, length):
    assert office.elapsed(start, office.add(start, length)) == length


@given(offices, instants, durations, durations, st.sampled_from([1, -1]))
def test_adding_is_additive(office, start, first, second, sign):
    assert office.add(office.add(start, sign * first), sign * second) == office.add(start, sign * (first + second))


@given(offices, instants, instants, durations, durations)
def test_adding_is_monotone(office, start, other, shorter, longer):
    early, late = sorted((start, other))
    short, long = sorted((shorter, longer))
    assert start <= office.add(start, short) <= office.add(start, long)
    assert start >= office.add(start, -short) >= office.add(start, -long)
    assert office.add(early, short) <= office.add(late, short)


@given(offices, instants, instants, instants)
def test_elapsed_time_adds_up(office, first, second, third):
    assert office.elapsed(first, second) + office.elapsed(second, third) == office.elapsed(first, third)
    assert abs(office.elapsed(first, second)) <= abs(second - first)


@given(offices, instants)
def test_openings_and_closings_bound_working_time(office, start):
    opening, closing = office.next_opening(start), office.previous_closing(start)
    assert closing <= start <= opening
    assert office.is_working(opening)
    assert office.elapsed(closing, opening) == timedelta(0)
    assert (opening == start) is office.is_working(start)


# What is refused


@pytest.mark.parametrize("value", [datetime(2020, 1, 2, 10), date(2020, 1, 2), "2020-01-02T10:00+08:00", None])  # noqa: DTZ001 - the case
def test_an_instant_needs_a_zone(value):
    remedy = "give a datetime with a time zone"
    for call in (OFFICE.is_working, OFFICE.next_opening, OFFICE.previous_closing, OFFICE.day_of):
        assert refusal(call, value) == Refusal("instant", value, remedy)
    assert refusal(OFFICE.add, value, HOUR) == Refusal("instant", value, remedy)
    assert refusal(OFFICE.elapsed, value, at("2020-01-02")) == Refusal("start", value, remedy)
    assert refusal(OFFICE.elapsed, at("2020-01-02"), value) == Refusal("end", value, remedy)


@pytest.mark.parametrize("value", [datetime(2020, 1, 2, 10), "2020-01-02", None])  # noqa: DTZ001 - the case
def test_a_day_is_a_date_without_a_time(value):
    expected = Refusal("day", value, "give a date without a time")
    assert refusal(OFFICE.is_working_day, value) == refusal(OFFICE.hours_on, value) == expected
    assert refusal(OFFICE.add_days, value, 1) == expected
    assert refusal(SpecialHours, day=value, hours=[]) == expected
    assert refusal(attrs.evolve, OFFICE, holidays=[date(2020, 5, 1), value]) == Refusal("holidays", *expected[1:])


@pytest.mark.parametrize("count", [1.0, True, "1", None])
def test_a_number_of_days_is_whole(count):
    expected = Refusal("count", count, "give a whole number of working days")
    assert refusal(OFFICE.add_days, date(2020, 1, 2), count) == expected


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime", "America", "Asia/Shang\0hai", None, 8]
)
def test_a_zone_is_one_of_the_iana_names(zone):
    expected = Refusal("zone", zone, "give the name of an IANA time zone, such as 'Asia/Shanghai'")
    assert refusal(attrs.evolve, OFFICE, zone=zone) == expected


@pytest.mark.parametrize("field", ["opens", "closes"])
@pytest.mark.parametrize("value", [time(9, tzinfo=UTC), "09:00", datetime(2020, 1, 1, 9), None])  # noqa: DTZ001 - the case
def test_hours_are_local_times(field, value):
    expected = Refusal(field, value, "give a time of day without a zone; the zone is that of the calendar")
    assert refusal(WorkingHours, **{"opens": time(9), "closes": time(10), field: value}) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [("09:00-12:00", "11:59-13:00"), ("13:00-18:00", "09:00-12:00"), ("22:00-06:00", "23:00-23:30")],
)
def test_hours_of_a_day_are_in_order_and_apart(first, second):
    expected = Refusal("hours", f"{first}, {second}", "write the hours of a day in order and without overlap")
    assert refusal(WeekdayHours, days=["monday"], hours=hours(first, second)) == expected
    assert refusal(SpecialHours, day=date(2020, 1, 1), hours=hours("00:00-01:00", first, second)) == expected


def test_hours_may_touch():
    touching = hours("09:00-12:00", "12:00-13:00", "22:00-06:00")
    assert SpecialHours(day=date(2020, 1, 1), hours=touching).hours == tuple(touching)


def test_an_unknown_weekday_names_the_choices():
    refused = refusal(WeekdayHours, days=["monday", "someday"], hours=hours("09:00-12:00"))
    assert (refused.field, refused.value) == ("weekday", "someday")
    assert refused.remedy.startswith("choose one of 'monday', 'tuesday'")


def test_a_day_is_described_once():
    remedy = "it is given twice; write its hours in one entry"
    twice = [
        WeekdayHours(days=["tuesday", "monday"], hours=[]),
        WeekdayHours(days=["monday"], hours=hours("09:00-12:00")),
    ]
    assert refusal(attrs.evolve, OFFICE, week=twice) == Refusal("week", "monday", remedy)
    special = SpecialHours(day=date(2020, 3, 1), hours=[])
    assert refusal(attrs.evolve, OFFICE, special=[special, special]) == Refusal("special", "2020-03-01", remedy)
    on_holiday = SpecialHours(day=date(2020, 1, 1), hours=[])
    expected = Refusal("special", date(2020, 1, 1), "it is a holiday too; take it out of one of the two")
    assert refusal(attrs.evolve, OFFICE, special=[on_holiday]) == expected


@pytest.mark.parametrize(
    "week",
    [[], [WeekdayHours(days=["monday"], hours=[])], [WeekdayHours(days=[], hours=hours("09:00-12:00"))]],
    ids=["no entry", "no hours", "no days"],
)
def test_a_calendar_has_some_hours(week):
    remedy = "give hours to at least one weekday or special day"
    assert refusal(WorkingTime, zone="UTC", week=week) == Refusal("week", tuple(week), remedy)
    free = [SpecialHours(day=date(2020, 1, 1), hours=[])]
    assert refusal(WorkingTime, zone="UTC", week=week, special=free) == Refusal("week", tuple(week), remedy)


# The horizon

ONCE = WorkingTime(
    zone="UTC", week=[], special=[SpecialHours(day=date(2100, 1, 1), hours=hours("09:00-10:00", "11:00-12:00"))]
)


def test_a_search_without_working_time_ends_with_an_error():
    remedy = "too little working time lies within 100 years of it; check hours and holidays"
    late, early = datetime(2100, 1, 1, 12, tzinfo=UTC), datetime(2100, 1, 1, 9, tzinfo=UTC)
    assert refusal(ONCE.next_opening, late) == Refusal("day", date(2099, 12, 31), remedy)
    assert refusal(ONCE.previous_closing, early) == Refusal("day", date(2100, 1, 2), remedy)
    assert refusal(ONCE.add, early, 2 * HOUR + SECOND).remedy == remedy
    assert refusal(ONCE.add, late, -2 * HOUR - SECOND).remedy == remedy
    assert ONCE.add(early, 2 * HOUR) == late
    assert ONCE.add(late, -2 * HOUR) == early
    assert refusal(ONCE.add_days, date(2100, 1, 1), 1) == Refusal("day", date(2100, 1, 1), remedy)
    assert ONCE.add_days(date(2099, 12, 31), 1) == ONCE.add_days(date(2100, 1, 2), -1) == date(2100, 1, 1)


def test_a_search_reaches_100_years_of_36_525_days():
    target = date(2100, 1, 1)
    assert ONCE.add_days(target - 36_525 * DAY, 1) == target
    assert ONCE.add_days(target + 36_525 * DAY, -1) == target
    assert refusal(ONCE.add_days, target - 36_526 * DAY, 1).field == "day"
    assert refusal(ONCE.add_days, target + 36_526 * DAY, -1).field == "day"


def test_a_year_of_holidays_is_passed():
    closed = attrs.evolve(OFFICE, holidays=[date(2021, 1, 1) + n * DAY for n in range(365)])
    assert closed.add(at("2020-12-31 17:00"), 2 * HOUR) == at("2022-01-03 10:00")
    assert closed.working_days(DateRange(date(2021, 1, 1), date(2022, 1, 1))) == ()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_instants_at_the_ends_of_time(zone):
    office = attrs.evolve(OFFICE, zone=zone)
    remedy = "give an instant of the years 3 to 9997"
    for year in (1, 2, 9998, 9999):
        instant = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC) if year < 10 else datetime(year, 1, 1, tzinfo=UTC)
        assert refusal(office.is_working, instant) == Refusal("instant", instant, remedy)
    first, last = datetime(3, 1, 1, tzinfo=UTC), datetime(9997, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert first <= office.next_opening(first) <= first + 5 * DAY
    assert last >= office.previous_closing(last) >= last - 5 * DAY
    assert first >= office.previous_closing(first) >= first - 5 * DAY
    assert refusal(office.add, last, 400 * 8 * HOUR).field == "day"
    assert refusal(office.add, first, -400 * 8 * HOUR).field == "day"


def test_days_at_the_ends_of_time():
    assert refusal(OFFICE.add_days, date.max, 1).field == "day"
    assert refusal(OFFICE.add_days, date.min, -1).field == "day"
    assert refusal(OFFICE.add_days, date(9998, 12, 31), 1).field == "day"
    assert refusal(OFFICE.add_days, date(2, 1, 1), -1).field == "day"
    assert OFFICE.add_days(date(9998, 12, 30), 0) == date(9998, 12, 30)
    assert OFFICE.add_days(date(2, 1, 1), 0) == date(2, 1, 1)


def test_a_working_time_can_be_pickled_and_is_a_key():
    copy = pickle.loads(pickle.dumps(OFFICE))
    assert copy == OFFICE
    assert hash(copy) == hash(OFFICE)
    assert copy.is_working(at("2020-01-02 09:00"))


def test_hours_show_themselves():
    assert str(hours("09:05-18:30")[0]) == "09:05-18:30"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"week": [OFFICE.week[0], "monday"]}, "week[1]", "monday"),
        ({"special": [date(2020, 1, 19)]}, "special[0]", date(2020, 1, 19)),
    ],
)
def test_an_entry_of_a_wrong_kind_is_named(changes, field, value):
    with pytest.raises(InvalidValue) as refused:
        attrs.evolve(OFFICE, **changes)
    assert (refused.value.field, refused.value.value) == (field, value)


@pytest.mark.parametrize(
    "make",
    [
        lambda hours: WeekdayHours(days=["monday"], hours=hours),
        lambda hours: SpecialHours(day=date(2020, 1, 1), hours=hours),
    ],
)
def test_hours_are_working_hours(make):
    with pytest.raises(
        InvalidValue, match=r"^hours\[0\]: '09:00-12:00' is not valid; give a value of the class WorkingHours$"
    ):
        make(["09:00-12:00"])
