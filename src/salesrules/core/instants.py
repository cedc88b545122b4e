"""Instants compared and moved as they pass: within one zone Python looks at the clock on the wall, which runs twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from salesrules.core.errors import InvalidValue

__all__ = ["check_instant", "is_before", "later_by"]


def check_instant(field: str, value: object) -> None:
    """Nothing for an instant; raises `InvalidValue` for anything that is not a datetime with a time zone."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidValue(field, value, "give an instant with its time zone")


def is_before(left: datetime, right: datetime) -> bool:
    """Whether one instant lies before another, also in the hour that summer time's end repeats.

    >>> from zoneinfo import ZoneInfo
    >>> first = datetime(2020, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> second = datetime(2020, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    >>> is_before(first, second), first < second
    (True, False)
    """
    return left.astimezone(UTC) < right.astimezone(UTC)


def later_by(start: datetime, duration: timedelta) -> datetime:
    """The instant that lies a duration of elapsed time after another, in its zone.

    >>> from zoneinfo import ZoneInfo
    >>> str(later_by(datetime(2020, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")), timedelta(hours=24)))
    '2020-03-29 13:00:00+02:00'
    """
    return (start.astimezone(UTC) + duration).astimezone(start.tzinfo)
