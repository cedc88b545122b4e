"""Events: what is offered, when and where, to how many; and the days and clocks of the event's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from salesrules.core import InvalidValue, WordEnum, as_tuple, check_identifier, is_aware, is_before, is_named, is_zone

__all__ = ["AgendaItem", "Event", "EventItem", "EventKind", "instant_at", "is_plain_id", "local_day_before"]


def is_plain_id(instance: object, attribute: attrs.Attribute[Any], value: str) -> None:
    """Refuse an id that could be taken for a path of ledger accounts, or that a database cannot hold: a validator."""
    check_identifier(attribute.name, value)
    if "/" in value or len(value) > 60:
        raise InvalidValue(
            attribute.name, value, "give at most 60 characters and no slash, since accounts are named by it"
        )


def instant_at(day: date, clock: time, zone: str) -> datetime:
    """The instant at which a zone's clock shows a time; the first one where it does so twice.

    A time that the clock skips is read by the offset before the skip, so 02:30 becomes 03:30 on a day that skips the
    hour from two (as RFC 5545 and PEP 495 have it).

    >>> str(instant_at(date(2021, 3, 28), time(2, 30), "Europe/Berlin"))
    '2021-03-28 03:30:00+02:00'
    """
    local = ZoneInfo(zone)
    return datetime.combine(day, clock, local).astimezone(UTC).astimezone(local)


def local_day_before(day: date, zone: str, days: int = 1) -> date:
    """The local day so many days before another on a zone's calendar, passing over days that the zone never had.

    >>> str(local_day_before(date(2011, 12, 31), "Pacific/Apia"))
    '2011-12-29'
    """
    for _ in range(days):
        day -= timedelta(days=1)
        while instant_at(day, time(12), zone).date() != day:
            day -= timedelta(days=1)
    return day


class EventKind(WordEnum):
    """What an event is; all share one skeleton."""

    CONFERENCE = "conference"
    EXHIBITION = "exhibition"
    DISPLAY = "display"
    PROMOTION = "promotion"
    ADVERTISING = "advertising"


@attrs.frozen(kw_only=True)
class AgendaItem:
    """A part of the programme: its title, from when until when, and who speaks."""

    title: str = attrs.field(validator=is_named)
    starts_at: datetime = attrs.field(validator=is_aware)
    ends_at: datetime = attrs.field(validator=is_aware)
    speaker: str | None = None

    def __attrs_post_init__(self) -> None:
        _check_order("ends_at", self.starts_at, self.ends_at)


def _check_order(field: str, start: datetime, end: datetime) -> None:
    if not is_before(start, end):
        raise InvalidValue(field, end, f"give an instant after {start}")


def _count(instance: object, attribute: attrs.Attribute[Any], value: int) -> None:
    if type(value) is not int or value < 0:
        raise InvalidValue(attribute.name, value, "give a whole number of zero or more")


@attrs.frozen(kw_only=True)
class EventItem:
    """A gift or piece of material: how many there are in all, and how many one guest may have."""

    id: str = attrs.field(validator=is_plain_id)
    quantity: int = attrs.field(validator=_count)
    per_guest: int = attrs.field(default=1, validator=_count)


@attrs.frozen(kw_only=True)
class Event:
    """An event with its programme, venue and limits.

    `zone` is the event's own calendar and clock, whatever zone its instants are written in. `capacity` is how many
    seats there are, `None` without a limit; `budget_line` the ledger account that pays for it.
    """

    id: str = attrs.field(validator=is_plain_id)
    kind: EventKind = attrs.field(default=EventKind.CONFERENCE, converter=EventKind)
    theme: str = attrs.field(validator=is_named)
    venue: str = attrs.field(validator=is_named)
    zone: str = attrs.field(validator=is_zone)
    starts_at: datetime = attrs.field(validator=is_aware)
    ends_at: datetime = attrs.field(validator=is_aware)
    capacity: int | None = attrs.field(default=None, validator=attrs.validators.optional(_count))
    budget_line: str | None = None
    speakers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    agenda: tuple[AgendaItem, ...] = attrs.field(default=(), converter=as_tuple)
    items: tuple[EventItem, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        _check_order("ends_at", self.starts_at, self.ends_at)
        ids = [item.id for item in self.items]
        if len(set(ids)) < len(ids):
            raise InvalidValue("items", ids, "give every item an id of its own")

    @property
    def local_start(self) -> datetime:
        """The start as the event's own clock shows it."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def first_day(self) -> date:
        """The first day on the event's own calendar."""
        return self.local_start.date()

    def local_day(self, instant: datetime) -> date:
        """The day of an instant on the event's own calendar."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def is_over(self, as_of: datetime) -> bool:
        """Whether the event has ended; at its end it has."""
        return not is_before(as_of, self.ends_at)
