"""Seats through the storage ports: an event is opened, guests register, wait, move up and cancel."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import attrs

from salesrules.core import (
    ALLOW,
    AggregateStore,
    Decision,
    LedgerStore,
    Reserve,
    UnknownName,
    VoidReservation,
    decide,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import Event, Invitation, Waitlist
from salesrules.invitations.policy import InvitationPolicy
from salesrules.invitations.rules import build_event_accounts, check_party, seat_account
from salesrules.invitations.service.steps import Act, fetch, leave_waitlist

__all__ = ["cancel_registration", "open_event", "promote_from_waitlist", "register_for_seat"]


def open_event(
    event: Event, *, key: str, ledger: LedgerStore, waitlists: AggregateStore[Waitlist], as_of: datetime
) -> Decision:
    """Open an event for registration: the ledger's accounts of its seats and items, and an empty waitlist.

    Sent again with the same key it does nothing more.
    """
    decision = ledger.execute(build_event_accounts(event, key=key, as_of=as_of))
    if decision.is_allowed and waitlists.find(event.id) is None:
        waitlists.put(event.id, Waitlist(event=event.id), 0)
    return decision


def register_for_seat(
    id: str,
    *,
    key: str,
    event: Event,
    invitations: AggregateStore[Invitation],
    waitlists: AggregateStore[Waitlist],
    ledger: LedgerStore,
    policy: InvitationPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> Decision:
    """Note that a guest says yes, and hold a seat for the party; where none is free, or others wait, it waits.

    `key` is made by the client: sent again, the answer is the same and nothing more is held. Denied where the party can
    never be seated, or the invitation's life does not allow it; a warning where it waits, with the place in the list.

    Raises `MissingAggregate` for an unknown invitation or an event that was not opened, `InvalidValue` for another
    event, `StaleVersion` where somebody changed it meanwhile (run the unit again).
    """
    stored = fetch(id, event, invitations)
    invitation, queue = stored.value, waitlists.get(event.id)
    seat = f"{id}:{key}:seat"
    if invitation.answer_key == key or _was_held(seat, ledger):
        return _place(event, queue.value, id)
    party = check_party(event, invitation.seats)
    if not party.is_allowed:
        return party
    act = Act(command="accept", event=event, policy=policy, as_of=as_of, actor=actor, roles=roles)
    allowed, accepted = act.on(invitation, has_seat=True)
    if not allowed.is_allowed:
        return allowed
    if not queue.value.waiting and _hold(seat, event, invitation.seats, ledger, as_of):
        invitations.put(id, attrs.evolve(accepted, seat=seat, answer_key=key), stored.version)
        return allowed
    waits, waiting = act.on(invitation)
    if not waits.is_allowed:
        return waits
    invitations.put(id, attrs.evolve(waiting, answer_key=key), stored.version)
    queued = attrs.evolve(queue.value, waiting=(*queue.value.waiting, id))
    waitlists.put(event.id, queued, queue.version)
    return _place(event, queued, id)


def _hold(seat: str, event: Event, seats: int, ledger: LedgerStore, as_of: datetime) -> bool:
    return ledger.execute(Reserve(key=seat, at=as_of, account=seat_account(event.id), amount=seats)).is_allowed


def _was_held(seat: str, ledger: LedgerStore) -> bool:
    """Whether that very command held a seat, were it given back since: it holds none a second time."""
    try:
        return ledger.entry(seat).decision.is_allowed
    except UnknownName:
        return False


def _place(event: Event, queue: Waitlist, id: str) -> Decision:
    """A plain yes, or the place of who waits."""
    if id not in queue.waiting:
        return ALLOW
    return decide([codes.SEAT_WAITLISTED(event=event.id, place=queue.waiting.index(id) + 1, path="waitlist")])


def promote_from_waitlist(
    *,
    key: str,
    event: Event,
    invitations: AggregateStore[Invitation],
    waitlists: AggregateStore[Waitlist],
    ledger: LedgerStore,
    policy: InvitationPolicy,
    as_of: datetime,
) -> tuple[str, ...]:
    """Give free seats to who waits, the first come first, until one does not fit; the ids of those who move up.

    Where the policy lets smaller parties pass, the search goes on behind one that does not fit. `key` is new for every
    attempt, since the ledger remembers what it refused. Raises as `register_for_seat`.
    """
    queue = waitlists.get(event.id)
    act = Act(command="promote", event=event, policy=policy, as_of=as_of)
    promoted: list[str] = []
    for id in queue.value.waiting:
        stored = fetch(id, event, invitations)
        allowed, accepted = act.on(stored.value, has_seat=True)
        seat = f"{id}:{key}:promoted"
        if not allowed.is_allowed:
            continue
        if _hold(seat, event, stored.value.seats, ledger, as_of):
            invitations.put(id, attrs.evolve(accepted, seat=seat), stored.version)
            promoted.append(id)
        elif not policy.seat_rules.smaller_parties_first:
            break
    leave_waitlist(promoted, queue, waitlists)
    return tuple(promoted)


def cancel_registration(
    id: str,
    *,
    reason: str | None,
    event: Event,
    invitations: AggregateStore[Invitation],
    waitlists: AggregateStore[Waitlist],
    ledger: LedgerStore,
    policy: InvitationPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> Decision:
    """Note that a guest who said yes does not come: the seat is free again, or the place in the waitlist.

    Who waits moves up with `promote_from_waitlist`, in the same unit of work or later. Raises as `register_for_seat`.
    """
    stored = fetch(id, event, invitations)
    command = "decline" if stored.value.case.state == "waitlisted" else "cancel"
    act = Act(command=command, event=event, policy=policy, as_of=as_of, actor=actor, roles=roles, reason=reason)
    decision, cancelled = act.on(stored.value)
    if not decision.is_allowed:
        return decision
    leave_waitlist([id], waitlists.get(event.id), waitlists)
    if stored.value.seat is not None:
        ledger.execute(
            VoidReservation(key=f"{stored.value.seat}:free", at=as_of, reservation=stored.value.seat)
        ).require()
    invitations.put(id, attrs.evolve(cancelled, seat=None, answer_key=None), stored.version)
    return decision
