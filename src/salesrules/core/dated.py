"""Dated values: what holds from when until when; a missing or ambiguous day is an error that names the neighbours."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from datetime import date
from typing import Any, Generic, TypeVar

import attrs

from salesrules.core.dates import DateRange
from salesrules.core.errors import AmbiguousDay, MissingDay

__all__ = ["Dated", "DatedValue"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class DatedValue(Generic[T]):
    """A value and the days on which it holds."""

    effective: DateRange
    value: T


def _end(entry: DatedValue[Any]) -> date:
    return entry.effective.end or date.max


def _in_order(entries: Iterable[DatedValue[T]]) -> tuple[DatedValue[T], ...]:
    return tuple(sorted(entries, key=lambda entry: entry.effective.start))


@attrs.frozen(kw_only=True)
class Dated(Generic[T]):
    """Values with effective ranges, resolved by day; entries are kept in the order of their start.

    `subject` names what is dated, for the errors. Overlapping entries may be held, since two facts can contradict
    each other; asking for a day on which they do raises.

    >>> fee = Dated(subject="fee", entries=(DatedValue(effective=DateRange(date(2020, 1, 1)), value=5),))
    >>> fee.at(date(2020, 6, 1))
    5
    """

    subject: str
    entries: tuple[DatedValue[T], ...] = attrs.field(converter=_in_order)

    def at(self, day: date) -> T:
        """The one value that holds on a day; raises `MissingDay` or `AmbiguousDay`."""
        found = self.covering(day)
        if len(found) == 1:
            return found[0].value
        if found:
            raise AmbiguousDay(self.subject, day, tuple(str(entry.effective) for entry in found))
        place = bisect.bisect_right([entry.effective.start for entry in self.entries], day)
        # An entry that starts later can end earlier, so the neighbour before is the one that ended last.
        before = str(max(self.entries[:place], key=_end).effective) if place else None
        after = str(self.entries[place].effective) if place < len(self.entries) else None
        raise MissingDay(self.subject, day, before, after)

    def covering(self, day: date) -> tuple[DatedValue[T], ...]:
        """The entries that hold on a day: none, one, or several that contradict each other."""
        return tuple(entry for entry in self.entries if day in entry.effective)

    def pieces(self, span: DateRange) -> tuple[DatedValue[T], ...]:
        """The parts of a span with the value that holds in each, in order; days without a value are left out.

        Raises `AmbiguousDay` where two entries hold on a day of the span.
        """
        parts: list[DatedValue[T]] = []
        for entry in self.entries:
            part = entry.effective.intersection(span)
            if part is None:
                continue
            if parts and part.start in parts[-1].effective:
                self.at(part.start)
            parts.append(DatedValue(effective=part, value=entry.value))
        return tuple(parts)
