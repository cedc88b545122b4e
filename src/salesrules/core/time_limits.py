"""How long something lasts, with what is counted declared: hours or days, as they pass, by the calendar, or at work."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

import attrs

from salesrules.core.bands import Side
from salesrules.core.errors import InvalidValue
from salesrules.core.exact import to_decimal
from salesrules.core.instants import check_instant, is_before
from salesrules.core.word_enum import WordEnum

__all__ = ["CountsTime", "TimeCount", "TimeLimit", "hours_as_duration", "is_zone", "local_day", "local_midnight"]

#: The smallest step between two instants, by which a bound that still belongs to what ends moves on.
_STEP = timedelta(microseconds=1)
_MOST_SECONDS = 10 * 366 * 24 * 3600


class TimeCount(WordEnum):
    """What a number of days or hours counts.

    `ELAPSED`: time as it passes, a day being 24 hours; `CALENDAR`: local days, so that it ends at a midnight;
    `WORKING`: working days or hours of the firm's working time.
    """

    ELAPSED = "elapsed"
    CALENDAR = "calendar"
    WORKING = "working"


class CountsTime(Protocol):
    """A firm's working time, as far as time limits ask for it."""

    def add(self, instant: datetime, duration: timedelta) -> datetime:
        """The instant at which so much working time has passed since another."""
        ...

    def add_days(self, day: date, count: int) -> date:
        """The working day so many after a day."""
        ...


def hours_as_duration(hours: Decimal, field: str = "hours") -> timedelta:
    """Hours, or parts of them, as a length of time.

    Raises `InvalidValue` where they are no whole number of seconds, negative, or more than ten years.

    >>> hours_as_duration(Decimal("1.5"))
    datetime.timedelta(seconds=5400)
    """
    seconds = to_decimal(hours, field) * 3600
    if not 0 <= seconds <= _MOST_SECONDS or seconds != int(seconds):
        raise InvalidValue(field, hours, "give zero or more hours, in whole seconds, at most ten years")
    return timedelta(seconds=int(seconds))


def is_zone(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    """Refuse anything but the name of an IANA time zone."""
    try:
        ZoneInfo(value)  # type: ignore[arg-type]  # whatever it is, it is refused where it names no zone
    except (LookupError, ValueError, TypeError, OSError):
        remedy = "give the name of an IANA time zone, such as 'Asia/Shanghai'"
        raise InvalidValue(attribute.name, value, remedy) from None


def local_day(instant: datetime, zone: str) -> date:
    """The day that an instant lies on in a zone; raises `InvalidValue` for an instant without a time zone."""
    check_instant("instant", instant)
    return instant.astimezone(ZoneInfo(zone)).date()


@functools.lru_cache(maxsize=8192)
def local_midnight(day: date, zone: str) -> datetime:
    """The instant, in UTC, at which a day begins in a zone; where clocks skip midnight, the moment of the skip.

    >>> str(local_midnight(date(2026, 1, 5), "Asia/Shanghai"))
    '2026-01-04 16:00:00+00:00'
    """
    # Read before a skip the wall time of midnight has the offset from before it, which is the instant of the skip.
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@attrs.frozen(kw_only=True)
class TimeLimit:
    """How long something lasts: `days` or `hours`, what they count, and who owns the instant at which they are up.

    `side`: `LOWER`, at that instant (for local and working days: on that day) it is over; `UPPER`, not yet. Raises
    `InvalidValue` where not exactly one of `days` and `hours` is a whole number above zero, or hours count calendar
    days.

    >>> from datetime import UTC
    >>> walk_in = TimeLimit(days=7, counted="calendar")
    >>> str(walk_in.end(datetime(2024, 3, 1, 15, tzinfo=UTC), "UTC"))
    '2024-03-08 00:00:00+00:00'
    """

    days: int | None = None
    hours: int | None = None
    counted: TimeCount = attrs.field(default=TimeCount.ELAPSED, converter=TimeCount)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)

    def __attrs_post_init__(self) -> None:
        if (self.days is None) == (self.hours is None):
            raise InvalidValue("days", self.days, "give either days or hours")
        field, amount = ("days", self.days) if self.hours is None else ("hours", self.hours)
        if type(amount) is not int or not 0 < amount < 1_000_000:
            raise InvalidValue(field, amount, "give a whole number above zero")
        if self.hours is not None and self.counted is TimeCount.CALENDAR:
            raise InvalidValue("counted", self.counted.value, "calendar days are counted in days")

    @property
    def duration(self) -> timedelta:
        """The hours, or the days of 24 hours each, as a length of time."""
        return timedelta(days=self.days or 0, hours=self.hours or 0)

    def end(self, start: datetime, zone: str, working_time: CountsTime | None = None) -> datetime:
        """The first instant, in UTC, at which the time since `start` is over.

        Raises `InvalidValue` for an instant without a time zone, where working time is counted and none is given, and
        where the time is up only after the last year that instants have.
        """
        check_instant("start", start)
        try:
            return self._end(start, zone, working_time)
        except OverflowError:
            raise InvalidValue("start", start, f"{self.duration} later there are no dates any more") from None

    def _end(self, start: datetime, zone: str, working_time: CountsTime | None) -> datetime:
        moment = start.astimezone(UTC)
        if self.counted is TimeCount.ELAPSED:
            return self._stepped(moment + self.duration)
        if self.counted is TimeCount.WORKING:
            if working_time is None:
                raise InvalidValue("working_time", None, "this limit counts working time; give the firm's")
            if self.days is None:
                return self._stepped(working_time.add(moment, self.duration).astimezone(UTC))
            day = working_time.add_days(local_day(moment, zone), self.days)
        else:
            day = local_day(moment, zone) + timedelta(days=self.days or 0)
        return local_midnight(day if self.side is Side.LOWER else day + timedelta(days=1), zone)

    def _stepped(self, moment: datetime) -> datetime:
        return moment if self.side is Side.LOWER else moment + _STEP

    def is_over(self, start: datetime, as_of: datetime, zone: str, working_time: CountsTime | None = None) -> bool:
        """Whether the time since `start` is over at an instant; raises as `end` does."""
        check_instant("as_of", as_of)
        return not is_before(as_of, self.end(start, zone, working_time))
