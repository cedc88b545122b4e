"""Half-open ranges of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

import attrs

from salesrules.core.errors import InvalidValue
from salesrules.core.validators import is_day

__all__ = ["DateRange"]


@attrs.frozen(order=False)
class DateRange:
    """The days from `start` until, but without, `end`; `end=None` is open.

    >>> DateRange(date(2020, 1, 1), date(2020, 4, 1)).days
    91
    """

    start: date = attrs.field(validator=is_day)
    end: date | None = attrs.field(default=None, validator=attrs.validators.optional(is_day))

    def __attrs_post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InvalidValue("end", self.end, f"a range ends after its start, {self.start}; its end is not included")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    @property
    def days(self) -> int:
        """The number of days; raises `InvalidValue` for an open range."""
        if self.end is None:
            raise InvalidValue("end", None, "an open range has no number of days; close it first")
        return (self.end - self.start).days

    @property
    def last(self) -> date | None:
        """The last day inside, `None` for an open range."""
        return None if self.end is None else self.end - timedelta(days=1)

    def overlaps(self, other: DateRange) -> bool:
        """Whether some day lies in both."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def intersection(self, other: DateRange) -> Self | None:
        """The days that lie in both, `None` where there is none."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return type(self)(max(self.start, other.start), min(ends) if ends else None)

    def encloses(self, other: DateRange) -> bool:
        """Whether every day of the other lies in this one."""
        return self.start <= other.start and (self.end is None or (other.end is not None and other.end <= self.end))

    def __str__(self) -> str:
        return f"[{self.start}, {self.end or '…'})"
