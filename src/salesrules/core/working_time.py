"""Working time: weekly hours, holidays and special days in a time zone, and elapsed time counted in them.

Instants are datetimes with a zone; they come back at the fixed offset that the zone has at that moment, so that they
read as local time and still compare and subtract exactly (datetimes that share a `ZoneInfo` compare by the wall clock,
wrongly in the repeated hour). Durations are elapsed time, not differences of the wall clock.
"""

from __future__ import annotations

import bisect
import collections
import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.dates import DateRange
from salesrules.core.errors import InvalidValue
from salesrules.core.periods import Weekday
from salesrules.core.validators import each_is, is_day, plain_day

__all__ = ["SpecialHours", "WeekdayHours", "WorkingHours", "WorkingTime"]

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NONE = timedelta(0)
_HORIZON = 36_525  # days that a search looks ahead or back: 100 years
_YEARS_OF_DAYS = range(2, 9999)  # the day before and the day after must still be dates
_YEARS = range(3, 9998)  # and so for the days around an instant


def _wall_time(instance: object, attribute: attrs.Attribute[time], value: object) -> None:
    if not isinstance(value, time) or value.tzinfo is not None:
        raise InvalidValue(attribute.name, value, "give a time of day without a zone; the zone is that of the calendar")


@attrs.frozen(kw_only=True)
class WorkingHours:
    """One stretch of work, in local time; where it closes at or before it opens, it runs into the next day.

    The same time twice is 24 hours. A time that the clock skips in spring is the moment of the skip; one that it shows
    twice in autumn is the first of the two.
    """

    opens: time = attrs.field(validator=_wall_time)
    closes: time = attrs.field(validator=_wall_time)

    @property
    def over_night(self) -> bool:
        """Whether it closes on the next day (midnight counts as the next day)."""
        return self.closes <= self.opens

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


_are_hours = each_is(WorkingHours)


def _in_order(instance: object, attribute: attrs.Attribute[Any], hours: tuple[WorkingHours, ...]) -> None:
    _are_hours(instance, attribute, hours)
    for earlier, later in itertools.pairwise(hours):
        if earlier.over_night or later.opens < earlier.closes:
            raise InvalidValue("hours", f"{earlier}, {later}", "write the hours of a day in order and without overlap")


def _as_weekdays(values: Iterable[str]) -> tuple[Weekday, ...]:
    return tuple(Weekday(value) for value in values)


@attrs.frozen(kw_only=True)
class WeekdayHours:
    """The hours that open on some weekdays, for example a morning and an afternoon from Monday to Friday."""

    days: tuple[Weekday, ...] = attrs.field(converter=_as_weekdays)
    hours: tuple[WorkingHours, ...] = attrs.field(converter=as_tuple, validator=_in_order)


@attrs.frozen(kw_only=True)
class SpecialHours:
    """The hours of one day instead of those of its weekday: an extra working day, or shorter hours on a feast's eve."""

    day: date = attrs.field(validator=is_day)
    hours: tuple[WorkingHours, ...] = attrs.field(converter=as_tuple, validator=_in_order)


def _days(instance: object, attribute: attrs.Attribute[tuple[date, ...]], values: tuple[object, ...]) -> None:
    for value in values:
        plain_day(attribute.name, value)


def _zone_name(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, TypeError, OSError):
        raise InvalidValue(
            attribute.name, value, "give the name of an IANA time zone, such as 'Asia/Shanghai'"
        ) from None


@attrs.frozen(kw_only=True, cache_hash=True)
class WorkingTime:
    """When a firm works: hours per weekday, `holidays` without hours, `special` days with their own, in an IANA `zone`.

    Hours belong to the day on which they open: a night shift that opens on the eve of a holiday is worked to its end.
    Stretches that overlap across midnight count once. Raises `InvalidValue` for an unknown zone, a weekday or special
    day given twice, a holiday with special hours, and where no weekday or special day has hours.

    >>> morning, afternoon = ((time(9), time(12)), (time(13), time(18)))
    >>> hours = [WorkingHours(opens=opens, closes=closes) for opens, closes in (morning, afternoon)]
    >>> office = WorkingTime(
    ...     zone="Asia/Shanghai",
    ...     week=[WeekdayHours(days=["monday", "tuesday", "wednesday", "thursday", "friday"], hours=hours)],
    ...     holidays=[date(2020, 1, 1)],
    ... )
    >>> complaint = datetime(2019, 12, 31, 16, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> str(office.add(complaint, timedelta(hours=4)))
    '2020-01-02 11:00:00+08:00'
    """

    zone: str = attrs.field(validator=_zone_name)
    week: tuple[WeekdayHours, ...] = attrs.field(converter=as_tuple, validator=each_is(WeekdayHours))
    holidays: tuple[date, ...] = attrs.field(default=(), converter=as_tuple, validator=_days)
    special: tuple[SpecialHours, ...] = attrs.field(default=(), converter=as_tuple, validator=each_is(SpecialHours))

    def __attrs_post_init__(self) -> None:
        _refuse_twice("week", [day for entry in self.week for day in entry.days])
        _refuse_twice("special", [entry.day for entry in self.special])
        for entry in self.special:
            if entry.day in self.holidays:
                raise InvalidValue("special", entry.day, "it is a holiday too; take it out of one of the two")
        if not any(entry.hours for entry in self.special) and not any(e.hours and e.days for e in self.week):
            raise InvalidValue("week", self.week, "give hours to at least one weekday or special day")

    def hours_on(self, day: date) -> tuple[WorkingHours, ...]:
        """The stretches that open on a day, in order; none on a holiday or a free weekday."""
        by_day, by_weekday = _hours(self)
        return by_day.get(day, by_weekday[plain_day("day", day).weekday()])

    def is_working_day(self, day: date) -> bool:
        """Whether hours open on a day."""
        return bool(self.hours_on(day))

    def working_days(self, span: DateRange) -> tuple[date, ...]:
        """The working days of a span, in order; raises `InvalidValue` for an open span."""
        return tuple(day for day in (span.start + n * _DAY for n in range(span.days)) if self.is_working_day(day))

    def add_days(self, day: date, count: int) -> date:
        """The `count`-th working day after a day, or before it where negative; the day itself is not counted.

        Zero gives the day back, working or not. Raises `InvalidValue` where 100 years hold too few working days.
        """
        if type(count) is not int:
            raise InvalidValue("count", count, "give a whole number of working days")
        left = abs(count)
        days = _days_from(plain_day("day", day), 1 if count > 0 else -1)
        found = next(days)
        while left:
            found = next(days)
            left -= self.is_working_day(found)
        return found

    def day_of(self, instant: datetime) -> date:
        """The local day of an instant."""
        return self._local(_utc("instant", instant)).date()

    def is_working(self, instant: datetime) -> bool:
        """Whether an instant lies in working time; the opening moment does, the closing one does not."""
        moment = _utc("instant", instant)
        return any(start <= moment < end for start, end in self._stretches(moment, moment))

    def next_opening(self, instant: datetime) -> datetime:
        """The first working moment at or after an instant; raises `InvalidValue` where 100 years hold none.

        An instant within working time is given back.
        """
        start, _ = next(self._after(_utc("instant", instant)))
        return self._local(start)

    def previous_closing(self, instant: datetime) -> datetime:
        """The last moment, at or before an instant, up to which work went on; raises as `next_opening` does.

        An instant within working time, or at its close, is given back.
        """
        _, end = next(self._before(_utc("instant", instant)))
        return self._local(end)

    def add(self, instant: datetime, duration: timedelta) -> datetime:
        """The instant at which `duration` of working time has elapsed since an instant, as early as possible.

        A time limit that ends with the working day ends at its closing, not at the next opening. A negative duration
        counts back (a warning before a deadline) and gives the latest such instant; zero gives the instant itself.
        Raises `InvalidValue` for an instant without a zone, and where 100 years hold too little working time.
        """
        moment, left = _utc("instant", instant), abs(duration)
        if not left:
            return self._local(moment)
        stretches = self._after(moment) if duration > _NONE else self._before(moment)
        start, end = next(stretches)
        while end - start < left:
            left -= end - start
            start, end = next(stretches)
        return self._local(start + left if duration > _NONE else end - left)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one instant to another; negative where `end` is the earlier one."""
        first, last = _utc("start", start), _utc("end", end)
        if last < first:
            return -self.elapsed(end, start)
        inside = (min(closes, last) - max(opens, first) for opens, closes in self._stretches(first, last))
        return sum((part for part in inside if part > _NONE), _NONE)

    def _local(self, moment: datetime) -> datetime:
        local = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)
        return local.replace(tzinfo=timezone(local - moment.replace(tzinfo=None)))

    def _stretches(self, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every stretch that may touch the time from one moment to another: also of the day before and after."""
        day, final = self._local(first).date() - _DAY, self._local(last).date() + _DAY
        while day <= final:
            yield from _stretches_on(self, day)
            day += _DAY

    def _after(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        for day in _days_from(self._local(moment).date() - _DAY, 1):
            for start, end in _stretches_on(self, day):
                if end > moment:
                    yield max(start, moment), end

    def _before(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        for day in _days_from(self._local(moment).date() + _DAY, -1):
            for start, end in reversed(_stretches_on(self, day)):
                if start < moment:
                    yield start, min(end, moment)


def _refuse_twice(field: str, days: Sequence[Weekday] | Sequence[date]) -> None:
    for day, count in collections.Counter[Weekday | date](days).items():
        if count > 1:
            raise InvalidValue(field, str(day), "it is given twice; write its hours in one entry")


def _utc(field: str, instant: datetime) -> datetime:
    if not isinstance(instant, datetime) or instant.utcoffset() is None:
        raise InvalidValue(field, instant, "give a datetime with a time zone")
    if instant.year not in _YEARS:
        raise InvalidValue(field, instant, f"give an instant of the years {_YEARS[0]} to {_YEARS[-1]}")
    return instant.astimezone(UTC)


def _days_from(day: date, step: int) -> Iterator[date]:
    """A day and those after or before it, one by one; raises `InvalidValue` at the horizon."""
    for ordinal in range(day.toordinal(), day.toordinal() + step * (_HORIZON + 1), step):
        if date.fromordinal(ordinal).year not in _YEARS_OF_DAYS:
            break
        yield date.fromordinal(ordinal)
    raise InvalidValue("day", day, "too little working time lies within 100 years of it; check hours and holidays")


def _find_hours(calendar: WorkingTime) -> tuple[dict[date, tuple[WorkingHours, ...]], list[tuple[WorkingHours, ...]]]:
    """The hours of the days that have their own, and those of the seven weekdays."""
    by_weekday: list[tuple[WorkingHours, ...]] = [()] * 7
    for entry in calendar.week:
        for weekday in entry.days:
            by_weekday[weekday.number] = entry.hours
    free: dict[date, tuple[WorkingHours, ...]] = dict.fromkeys(calendar.holidays, ())
    return {**free, **{entry.day: entry.hours for entry in calendar.special}}, by_weekday


def _find_stretches(calendar: WorkingTime, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches that open on a day, as moments in UTC, without what a night shift of the day before covers."""
    zone, eve = ZoneInfo(calendar.zone), day - _DAY
    covered = max((_closing(eve, hours) for hours in calendar.hours_on(eve)), default=datetime.combine(day, time()))
    stretches = []
    for hours in calendar.hours_on(day):
        start = _moment(zone, max(covered, datetime.combine(day, hours.opens)))
        end = _moment(zone, _closing(day, hours))
        if start < end:
            stretches.append((start, end))
    return tuple(stretches)


def _closing(day: date, hours: WorkingHours) -> datetime:
    return datetime.combine(day + hours.over_night * _DAY, hours.closes)


def _moment(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first moment, in UTC, at which a local clock that only runs forward shows a time or a later one."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # The clock skips this time. Read with the offset after the skip it lies before the skip, which is a whole second.
    before = wall.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)

    def is_past(seconds: int) -> bool:
        return (before + seconds * _SECOND).astimezone(zone).replace(tzinfo=None) >= wall

    return before + bisect.bisect_left(range(24 * 3600), True, key=is_past) * _SECOND


# Deadlines crowd on the same few weeks, so their hours are kept; the calendar is part of the key.
_hours = functools.lru_cache(maxsize=64)(_find_hours)
_stretches_on = functools.lru_cache(maxsize=4096)(_find_stretches)
