"""Ranges of instants: half-open, with their zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from salesrules.core import DateRange, InvalidValue
from salesrules.org import InstantRange

NOON = datetime(2023, 1, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_the_start_is_in_and_the_end_is_out() -> None:
    window = InstantRange.lasting(NOON, timedelta(seconds=5))
    end = NOON + timedelta(seconds=5)
    assert [at in window for at in (NOON - TICK, NOON, end - TICK, end, end + TICK)] == [
        False, True, True, False, False,
    ]  # fmt: skip
    assert NOON + timedelta(days=9999) in InstantRange(NOON)
    assert str(window) == "[2023-01-01 12:00:00+00:00, 2023-01-01 12:00:05+00:00)"
    assert str(InstantRange(NOON)).endswith(", …)")


def test_days_begin_at_midnight_of_their_zone() -> None:
    china = timezone(timedelta(hours=8))
    window = InstantRange.of_days(DateRange(date(2023, 1, 1), date(2023, 1, 2)), china)
    assert datetime(2022, 12, 31, 16, tzinfo=UTC) in window
    assert datetime(2022, 12, 31, 16, tzinfo=UTC) - TICK not in window
    assert datetime(2023, 1, 1, 16, tzinfo=UTC) not in window
    assert InstantRange.of_days(DateRange(date(2023, 1, 1)), china).end is None


def test_windows_that_only_touch_do_not_overlap() -> None:
    hour = timedelta(hours=1)
    first, second = InstantRange.lasting(NOON, hour), InstantRange.lasting(NOON + hour, hour)
    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert first.overlaps(InstantRange(NOON + hour - TICK))
    assert InstantRange(NOON).overlaps(InstantRange(NOON + hour))
    assert InstantRange(NOON + hour).overlaps(InstantRange(NOON))


def test_naive_instants_and_empty_ranges_are_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    for wrong in ((naive,), (NOON, naive), (NOON, NOON), (NOON, NOON - TICK)):
        with pytest.raises(InvalidValue):
            InstantRange(*wrong)
    with pytest.raises(InvalidValue):
        InstantRange(date(2023, 1, 1))


BERLIN = ZoneInfo("Europe/Berlin")


def test_the_hour_that_the_clock_shows_twice_passes_twice() -> None:
    """On 25 October 2020 the clock in Berlin goes from 2:59 back to 2:00."""
    first, again = (datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1))
    window = InstantRange(first, again)
    assert first in window
    assert datetime(2020, 10, 25, 2, 10, tzinfo=BERLIN, fold=1) in window
    assert again not in window
    assert InstantRange.lasting(first, timedelta(hours=1)).end.astimezone(UTC) == again.astimezone(UTC)
    assert window.overlaps(InstantRange(datetime(2020, 10, 25, 2, 0, tzinfo=BERLIN, fold=1)))
    assert not window.overlaps(InstantRange(again))
    with pytest.raises(InvalidValue):
        InstantRange(again, first)
