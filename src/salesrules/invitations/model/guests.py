"""Guests, the contacts made with them, and their word that they want no more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from salesrules.core import (
    InvalidValue,
    Money,
    WordEnum,
    WorkflowCase,
    as_tuple,
    is_aware,
    is_before,
    is_named,
    is_zone,
)
from salesrules.invitations.model.events import Event, is_plain_id

__all__ = ["Contact", "ContactResult", "Guest", "Invitation", "InvitationFacts", "OptOut", "Waitlist"]


@attrs.frozen(kw_only=True)
class Guest:
    """Whom we invite: how to address them, and the zone whose clock says when they may be called."""

    id: str = attrs.field(validator=is_plain_id)
    name: str = attrs.field(validator=is_named)
    title: str = ""
    company: str = ""
    zone: str = attrs.field(default="UTC", validator=is_zone)


class ContactResult(WordEnum):
    """What came of a contact."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNDECIDED = "undecided"
    UNREACHABLE = "unreachable"


def _not_negative(instance: object, attribute: attrs.Attribute[Any], value: Money) -> None:
    if value.amount < 0:
        raise InvalidValue(attribute.name, value, "a cost is zero or more")


@attrs.frozen(kw_only=True)
class Contact:
    """One attempt to reach a guest about an event: by which channel, by whom, what came of it, and what it cost.

    `questions` are what the guest wanted to know, `reason` the coded reason of a refusal.
    """

    guest: str = attrs.field(validator=is_named)
    event: str = attrs.field(validator=is_named)
    channel: str = attrs.field(validator=is_named)
    inviter: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(validator=is_aware)
    result: ContactResult = attrs.field(converter=ContactResult)
    questions: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    reason: str | None = None
    cost: Money | None = attrs.field(default=None, validator=attrs.validators.optional(_not_negative))


@attrs.frozen(kw_only=True)
class OptOut:
    """A guest's word that they want no more invitations: by any channel, or by the one named. It holds for ever."""

    guest: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(validator=is_aware)
    channel: str | None = None

    def forbids(self, guest: str, channel: str, as_of: datetime) -> bool:
        """Whether it forbids a contact with a guest by a channel at an instant, the instant itself included."""
        return self.guest == guest and self.channel in (None, channel) and not is_before(as_of, self.at)


def _party(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if type(value) is not int or value < 1:
        raise InvalidValue(attribute.name, value, "give a whole number of one or more")


@attrs.frozen(kw_only=True)
class Invitation:
    """One guest's invitation to one event, and its life so far.

    `seats` is how many people come. `seat` is the id of the reservation or posting on the ledger that holds them, and
    `nonces` are the client's marks of the check-ins that were done, so that one sent twice counts once. `answer_key` is
    the key of the command that asked for the seat.
    """

    id: str = attrs.field(validator=is_plain_id)
    event: str = attrs.field(validator=is_plain_id)
    guest: str = attrs.field(validator=is_plain_id)
    inviter: str = attrs.field(validator=is_named)
    channel: str = attrs.field(validator=is_named)
    case: WorkflowCase
    seats: int = attrs.field(default=1, validator=_party)
    seat: str | None = None
    answer_key: str | None = None
    nonces: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    def last(self, *commands: str) -> datetime | None:
        """When one of these commands was last given, `None` where none was."""
        return next((event.at for event in reversed(self.case.history) if event.command in commands), None)


@attrs.frozen(kw_only=True)
class Waitlist:
    """Who waits for a seat of an event, the first come first: ids of invitations."""

    event: str = attrs.field(validator=is_plain_id)
    waiting: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class InvitationFacts:
    """What the guards of the invitation workflow are asked about.

    `has_seat` is whether the ledger holds a seat for the guest; `contacts` are those made before, about any event. The
    guest is needed where somebody is contacted or reminded.
    """

    event: Event
    invitation: Invitation
    guest: Guest | None = None
    contacts: tuple[Contact, ...] = attrs.field(default=(), converter=as_tuple)
    opt_outs: tuple[OptOut, ...] = attrs.field(default=(), converter=as_tuple)
    has_seat: bool = False

    @property
    def whom(self) -> Guest:
        """The guest; raises `InvalidValue` where none is given."""
        if self.guest is None:
            raise InvalidValue("facts.guest", None, "give the guest, whose clock and words count here")
        return self.guest
