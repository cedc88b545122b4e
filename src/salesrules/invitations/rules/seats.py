"""Seats and things to give away: the accounts that limit them, how they stand, when the doors are open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from salesrules.core import (
    COUNT,
    Decision,
    LedgerBatch,
    OpenAccount,
    PolicyReference,
    UnknownName,
    decide,
    hours_as_duration,
    is_before,
    later_by,
    nearest_names,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import Event, EventItem, Invitation, SeatCounts
from salesrules.invitations.policy import InvitationPolicy
from salesrules.invitations.rules.life import decide_by

__all__ = [
    "build_event_accounts",
    "calculate_seat_counts",
    "check_doors",
    "check_party",
    "find_item",
    "guest_account",
    "item_account",
    "seat_account",
]

_RESERVED = frozenset({"accepted", "reminded", "confirmed"})
_USED = frozenset({"checked_in", "attended", "followed_up", "deal", "nurture"})
_ASKED = frozenset({"contacted", "undecided"})


def seat_account(event: str) -> str:
    """The id of the ledger account that holds an event's seats."""
    return f"event/{event}/seats"


def item_account(event: str, item: str) -> str:
    """The id of the ledger account that holds what an event has of a gift or piece of material."""
    return f"event/{event}/items/{item}"


def guest_account(event: str, item: str, guest: str) -> str:
    """The id of the account below it that limits what one guest may have."""
    return f"{item_account(event, item)}/{guest}"


def build_event_accounts(event: Event, *, key: str, as_of: datetime) -> LedgerBatch:
    """The command that opens the accounts of an event's seats, gifts and material, with their limits."""
    seats = OpenAccount(key=f"{key}:seats", at=as_of, account=seat_account(event.id), unit=COUNT, limit=event.capacity)
    items = [
        OpenAccount(
            key=f"{key}:items:{item.id}",
            at=as_of,
            account=item_account(event.id, item.id),
            unit=COUNT,
            limit=item.quantity,
        )
        for item in event.items
    ]
    return LedgerBatch(key=key, at=as_of, commands=[seats, *items])


def find_item(event: Event, id: str) -> EventItem:
    """The gift or piece of material of that id; raises `UnknownName` with the nearest ones."""
    items = {item.id: item for item in event.items}
    if id not in items:
        raise UnknownName(f"item of {event.id}", id, nearest_names(id, items))
    return items[id]


def check_party(event: Event, seats: int) -> Decision:
    """Whether a party could ever be seated: an event without seats, or with fewer than asked for, never can."""
    if event.capacity is None or seats <= event.capacity:
        return decide(())
    return decide(
        [codes.SEAT_IMPOSSIBLE(event=event.id, capacity=event.capacity, asked=seats, path="invitation.seats")]
    )


def check_doors(event: Event, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether guests may check in now: from the opening of the doors until, but without, the event's end.

    `changes_at` is the opening while it lies ahead.
    """
    rule = policy.seat_rules
    opens = later_by(event.starts_at, -hours_as_duration(rule.doors_hours))
    is_early = is_before(as_of, opens)
    if not is_early and not event.is_over(as_of):
        return decide_by(policy, as_of, ())
    closed = codes.DOORS_CLOSED(
        event=event.id,
        opens=opens,
        closes=event.ends_at,
        path="as_of",
        policy=PolicyReference("SeatPolicy", rule.id, "doors_hours"),
    )
    return decide_by(policy, as_of, [closed], opens if is_early else None)


def calculate_seat_counts(event: Event, invitations: Iterable[Invitation]) -> SeatCounts:
    """The seats of an event by where its invitations stand: reserved, used, asked for and waited for, in people."""
    counts = dict.fromkeys(("reserved", "used", "unconfirmed", "waiting"), 0)
    for invitation in invitations:
        if invitation.event != event.id:
            continue
        state = invitation.case.state
        came = any(passed.target == "checked_in" for passed in invitation.case.history)
        if state in _RESERVED:
            counts["reserved"] += invitation.seats
        elif state in _USED and came:
            counts["used"] += invitation.seats
        elif state in _ASKED:
            counts["unconfirmed"] += invitation.seats
        elif state == "waitlisted":
            counts["waiting"] += invitation.seats
    return SeatCounts(capacity=event.capacity, **counts)
