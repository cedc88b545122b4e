"""A lead as the rules see it: where it came from, what it needs, whose it is, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from salesrules.core import InvalidValue, as_parameters, as_tuple, is_aware, is_named

__all__ = ["FormerOwner", "Lead", "LeadFacts", "LeadLock", "as_instant", "optional_instant"]


def as_instant(value: datetime) -> datetime:
    """The same instant in UTC, so that two of them compare as they pass; what is none is left for the validator."""
    if isinstance(value, datetime) and value.tzinfo is not None and value.tzinfo is not UTC:
        return value.astimezone(UTC)
    return value


def optional_instant(value: datetime | None) -> datetime | None:
    """The same instant in UTC, or nothing."""
    return None if value is None else as_instant(value)


def _as_instants(values: Iterable[datetime]) -> tuple[datetime, ...]:
    return tuple(as_instant(value) for value in values)


_is_optional_instant = attrs.validators.optional(is_aware)
_is_optional_name = attrs.validators.optional(is_named)


@attrs.frozen(kw_only=True)
class LeadLock:
    """A lead kept with its owner whatever the pool says, until (but without) an instant, or until it is unlocked."""

    since: datetime = attrs.field(converter=as_instant, validator=is_aware)
    until: datetime | None = attrs.field(default=None, converter=optional_instant, validator=_is_optional_instant)

    def __attrs_post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise InvalidValue("until", self.until, f"a lock ends after it began, {self.since}")


@attrs.frozen(kw_only=True)
class FormerOwner:
    """Who owned a lead before, and the instant at which it left them."""

    owner: str = attrs.field(validator=is_named)
    until: datetime = attrs.field(converter=as_instant, validator=is_aware)


@attrs.frozen(kw_only=True)
class Lead:
    """A lead as it stands: with an owner, or in the pool since an instant. Instants are kept in UTC.

    `activities` are those since the owner has it that protect it, oldest first; `last_follow_up` is the latest contact
    of anybody. `stage_entered` is when it came into its stage, `claim` the key of the command that gave it to its
    owner, by which the owner's count is found again. Raises `InvalidValue` where the lead has both an owner and a place
    in the pool, or neither side of one of them, and where activities are out of order.

    >>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> Lead(id="l1", source="web", kind="firm", captured_at=noon, owner="ana", owned_since=noon).stage
    'captured'
    """

    id: str = attrs.field(validator=is_named)
    source: str = attrs.field(validator=is_named)
    kind: str = attrs.field(validator=is_named)
    captured_at: datetime = attrs.field(converter=as_instant, validator=is_aware)
    customer_class: str = ""
    territory: str = ""
    skills: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    stage: str = attrs.field(default="captured", validator=is_named)
    stage_entered: datetime | None = attrs.field(
        default=None, converter=optional_instant, validator=_is_optional_instant
    )
    owner: str | None = attrs.field(default=None, validator=_is_optional_name)
    owned_since: datetime | None = attrs.field(default=None, converter=optional_instant, validator=_is_optional_instant)
    pooled_at: datetime | None = attrs.field(default=None, converter=optional_instant, validator=_is_optional_instant)
    former: tuple[FormerOwner, ...] = attrs.field(default=(), converter=as_tuple)
    last_follow_up: datetime | None = attrs.field(
        default=None, converter=optional_instant, validator=_is_optional_instant
    )
    activities: tuple[datetime, ...] = attrs.field(
        default=(), converter=_as_instants, validator=attrs.validators.deep_iterable(is_aware)
    )
    is_won: bool = False
    lock: LeadLock | None = None
    claim: str | None = attrs.field(default=None, validator=_is_optional_name)

    def __attrs_post_init__(self) -> None:
        if (self.owner is None) != (self.owned_since is None):
            raise InvalidValue("owned_since", self.owned_since, "an owner and since when are given together")
        if self.owner is not None and self.pooled_at is not None:
            raise InvalidValue("pooled_at", self.pooled_at, f"it is {self.owner}'s; a lead in the pool has no owner")
        for index in range(1, len(self.activities)):
            if self.activities[index] < self.activities[index - 1]:
                raise InvalidValue(f"activities[{index}]", self.activities[index], "give activities oldest first")

    @property
    def in_stage_since(self) -> datetime:
        """Since when the lead has been in its stage: when it was captured, unless said otherwise."""
        return self.stage_entered or self.captured_at


@attrs.frozen(kw_only=True)
class LeadFacts:
    """What the guards of the lead's workflow ask: the lead, and what is known of it by the names of conditions."""

    lead: Lead
    values: Mapping[str, Any] = attrs.field(factory=dict, converter=as_parameters)
