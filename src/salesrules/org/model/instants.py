"""Half-open ranges of instants, for what lasts hours or seconds rather than days."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import Self

import attrs

from salesrules.core import DateRange, InvalidValue, is_aware, is_before, later_by

__all__ = ["InstantRange"]


@attrs.frozen
class InstantRange:
    """The instants from `start` until, but without, `end`; `end=None` is open. Raises `InvalidValue`.

    >>> from datetime import timezone
    >>> noon = datetime(2023, 1, 1, 12, tzinfo=timezone.utc)
    >>> noon + timedelta(seconds=5) in InstantRange.lasting(noon, timedelta(seconds=5))
    False
    """

    start: datetime = attrs.field(validator=is_aware)
    end: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(is_aware))

    def __attrs_post_init__(self) -> None:
        if self.end is not None and not is_before(self.start, self.end):
            raise InvalidValue("end", self.end, f"a range ends after its start, {self.start}; its end is not included")

    @classmethod
    def lasting(cls, start: datetime, duration: timedelta) -> Self:
        """The range that begins at an instant and lasts so much elapsed time."""
        return cls(start, later_by(start, duration))

    @classmethod
    def of_days(cls, days: DateRange, zone: tzinfo) -> Self:
        """The instants of a range of days in a time zone: from midnight there until midnight of the day after."""
        midnight = time(tzinfo=zone)
        end = None if days.end is None else datetime.combine(days.end, midnight)
        return cls(datetime.combine(days.start, midnight), end)

    def __contains__(self, instant: datetime) -> bool:
        return not is_before(instant, self.start) and (self.end is None or is_before(instant, self.end))

    def overlaps(self, other: InstantRange) -> bool:
        """Whether some instant lies in both."""
        return (other.end is None or is_before(self.start, other.end)) and (
            self.end is None or is_before(other.start, self.end)
        )

    def __str__(self) -> str:
        return f"[{self.start}, {self.end or '…'})"
