"""What a firm sets about an event as it runs: readiness, reminders, seats, follow-up, outcomes and effects."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import InvalidValue, Rate, Side, WordEnum, to_decimal
from salesrules.invitations.model import EventKind
from salesrules.invitations.policy.talking import is_hours

__all__ = [
    "ConversionCount",
    "DayCount",
    "EffectPolicy",
    "FollowUpPolicy",
    "LateRegistrant",
    "OutcomePolicy",
    "RatioThreshold",
    "ReadinessStep",
    "ReminderPolicy",
    "SeatPolicy",
]


class DayCount(WordEnum):
    """Which days count: all of them, or those on which the firm works."""

    CALENDAR = "calendar"
    WORKING = "working"


def _as_kinds(kinds: Any) -> tuple[EventKind, ...]:
    return tuple(EventKind(kind) for kind in kinds)


@attrs.frozen(kw_only=True)
class ReadinessStep:
    """A step of the checklist: whose it is, and how many days before the event's first day it must be done.

    Without `kinds` it is for events of every kind. What is required must be done before the event begins.
    """

    id: str
    owner: str
    days_before: int
    counted: DayCount = attrs.field(default=DayCount.CALENDAR, converter=DayCount)
    is_required: bool = True
    kinds: tuple[EventKind, ...] = attrs.field(default=(), converter=_as_kinds)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.days_before <= 1000:
            raise InvalidValue("days_before", self.days_before, "give zero to 1,000 days")


class LateRegistrant(WordEnum):
    """What becomes of who accepts after the reminders went out: reminded at once, or not at all."""

    AT_ONCE = "at_once"
    NOT_AT_ALL = "not_at_all"


@attrs.frozen(kw_only=True)
class ReminderPolicy:
    """When guests are reminded: so many days before, on the event's own calendar, at a time of the event's own clock.

    Without a time it is that at which the event begins.
    """

    id: str
    days_before: int = 1
    at: time | None = None
    late_registrant: LateRegistrant = attrs.field(default=LateRegistrant.AT_ONCE, converter=LateRegistrant)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.days_before <= 366:
            raise InvalidValue("days_before", self.days_before, "give zero to 366 days")
        if self.at is not None and self.at.tzinfo is not None:
            raise InvalidValue("at", self.at, "give a time of day without a zone; it is that of the event")


@attrs.frozen(kw_only=True)
class SeatPolicy:
    """How seats are given: whether guests may wait for one, whether who was not invited may walk in.

    `doors_hours` are the elapsed hours before the start from which guests check in. Where `smaller_parties_first`, a
    party that does not fit is passed over by one that does.
    """

    id: str
    has_waitlist: bool = True
    admits_walk_ins: bool = True
    doors_hours: Decimal = attrs.field(default=Decimal(1), converter=to_decimal, validator=is_hours)
    smaller_parties_first: bool = False


@attrs.frozen(kw_only=True)
class FollowUpPolicy:
    """Within how many elapsed hours of the event's end every guest is followed up; `side` owns the due instant."""

    id: str
    hours: Decimal = attrs.field(converter=to_decimal, validator=is_hours)
    side: Side = attrs.field(default=Side.UPPER, converter=Side)

    def __attrs_post_init__(self) -> None:
        if not self.hours:
            raise InvalidValue("hours", self.hours, "give hours above zero")


@attrs.frozen(kw_only=True)
class RatioThreshold:
    """A rate that a ratio is held against; exactly that rate counts as above (`LOWER`) or below (`UPPER`)."""

    rate: Rate
    side: Side = attrs.field(default=Side.LOWER, converter=Side)

    def is_reached_by(self, ratio: Fraction) -> bool:
        """Whether a ratio belongs to the values above."""
        bound = Fraction(self.rate.value)
        return ratio > bound or (ratio == bound and self.side is Side.LOWER)


class ConversionCount(WordEnum):
    """Who counts as won: those who accepted, or those who came."""

    ACCEPTED = "accepted"
    ATTENDED = "attended"


@attrs.frozen(kw_only=True)
class OutcomePolicy:
    """What an event should bring: at least so much conversion and signing on site, and cost below a share of sales."""

    id: str
    conversion: RatioThreshold
    signing: RatioThreshold
    cost_share: RatioThreshold
    conversion_counts: ConversionCount = attrs.field(default=ConversionCount.ACCEPTED, converter=ConversionCount)


@attrs.frozen(kw_only=True)
class EffectPolicy:
    """What a campaign should bring above its baseline: its lift, and its profit over its cost at a margin."""

    id: str
    margin: Rate
    lift: RatioThreshold
    profit: RatioThreshold
