"""Time limits as a firm writes them: hours, how they are counted, and who owns the due instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import attrs

from salesrules.core import (
    CountsWorkingTime,
    DeadlineKind,
    InvalidValue,
    Side,
    hours_as_duration,
    is_before,
    later_by,
    to_decimal,
)

__all__ = ["HourLimit", "later"]


def later(
    start: datetime, duration: timedelta, counted: DeadlineKind, working_time: CountsWorkingTime | None
) -> datetime:
    """The instant at which so much time has passed; raises `InvalidValue` for working time where none is given."""
    if counted is DeadlineKind.ELAPSED:
        return later_by(start, duration)
    if working_time is None:
        raise InvalidValue("working_time", None, "this limit counts working time; give the firm's")
    return working_time.add(start, duration)


def _positive(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    if not hours_as_duration(value):
        raise InvalidValue(attribute.name, value, "give hours above zero")


@attrs.frozen(kw_only=True)
class HourLimit:
    """So many hours or parts of them, elapsed or of working time (`counted`), after which something is due.

    `side` owns the due instant, which is told to people: `UPPER`, at it something is still in time.

    >>> HourLimit(hours="0.5").duration
    datetime.timedelta(seconds=1800)
    """

    hours: Decimal = attrs.field(converter=to_decimal, validator=_positive)
    counted: DeadlineKind = attrs.field(default=DeadlineKind.ELAPSED, converter=DeadlineKind)
    side: Side = attrs.field(default=Side.UPPER, converter=Side)

    @property
    def duration(self) -> timedelta:
        """The hours as a duration."""
        return hours_as_duration(self.hours)

    def due(self, start: datetime, working_time: CountsWorkingTime | None = None) -> datetime:
        """The instant at which what began at `start` is due."""
        return later(start, self.duration, self.counted, working_time)

    def is_missed(self, due: datetime, as_of: datetime) -> bool:
        """Whether an instant lies beyond the due one, by the declared side."""
        return not is_before(as_of, due) if self.side is Side.LOWER else is_before(due, as_of)
