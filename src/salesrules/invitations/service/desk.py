"""At the desk, through the storage ports: guests check in once, walk in, get their gifts; then the event is closed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import attrs

from salesrules.core import (
    ALLOW,
    COUNT,
    AggregateStore,
    Decision,
    IdempotencyConflict,
    LedgerStore,
    OpenAccount,
    Post,
    PostReservation,
    VoidReservation,
    check_identifier,
    decide,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import Event, Invitation, Waitlist
from salesrules.invitations.policy import InvitationPolicy
from salesrules.invitations.rules import check_party, find_item, guest_account, item_account, seat_account
from salesrules.invitations.service.steps import Act, fetch, leave_waitlist

__all__ = ["admit_walk_in", "check_in", "close_invitation", "issue_item"]


def check_in(
    id: str,
    *,
    nonce: str,
    event: Event,
    invitations: AggregateStore[Invitation],
    ledger: LedgerStore,
    policy: InvitationPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> Decision:
    """Let a registered guest in, once: the seat that was held is used, or a free one where none was held.

    `nonce` is made by the scanning device for each scan: sent again, the answer is the same and nothing is counted
    twice; another scan of the same guest is denied with the time of the first. Raises `IdempotencyConflict` where the
    guest walked in with that nonce, else as `register_for_seat`.

    Source: pretix, `src/tests/base/test_checkin.py`, for the nonce.
    """
    check_identifier("nonce", nonce)
    stored = fetch(id, event, invitations)
    invitation = stored.value
    known = _known(invitation, nonce, "check_in", invitation.seats)
    if known is not None:
        return known
    act = Act(command="check_in", event=event, policy=policy, as_of=as_of, actor=actor, roles=roles)
    decision, arrived = act.on(invitation)
    if not decision.is_allowed:
        return decision
    seat = invitation.seat
    if seat is None:  # said yes elsewhere, so nothing is held yet
        account = seat_account(event.id)
        taken = ledger.execute(Post(key=f"{id}:{nonce}:seat", at=as_of, account=account, amount=invitation.seats))
        if not taken.is_allowed:
            return taken
    else:
        ledger.execute(PostReservation(key=f"{seat}:used", at=as_of, reservation=seat)).require()
    invitations.put(id, attrs.evolve(arrived, nonces=(*invitation.nonces, nonce)), stored.version)
    return decision


def _known(invitation: Invitation, nonce: str, command: str, seats: int) -> Decision | None:
    """The answer for a guest who is in already, `None` for one who is not."""
    arrivals = [event for event in invitation.case.history if event.command in ("check_in", "walk_in")]
    if not arrivals:
        return None
    if nonce not in invitation.nonces:
        late = codes.CHECKED_IN_ALREADY(invitation=invitation.id, at=arrivals[-1].at, path="invitation.case")
        return decide([late])
    first = {"command": arrivals[-1].command, "seats": invitation.seats}
    second = {"command": command, "seats": seats}
    if first != second:
        raise IdempotencyConflict(nonce, first, second)
    return ALLOW


def admit_walk_in(
    invitation: Invitation,
    *,
    nonce: str,
    event: Event,
    invitations: AggregateStore[Invitation],
    waitlists: AggregateStore[Waitlist],
    ledger: LedgerStore,
    policy: InvitationPolicy,
    as_of: datetime,
    actor: str | None = None,
    roles: Collection[str] = (),
) -> Decision:
    """Let in who has no seat, if one is free: somebody not invited at all, or one who never said yes, or who waits.

    `invitation` is a new one (its case just started) or the stored one. Idempotent by nonce, as `check_in`. Denied with
    the ledger's reason where the event is full. Raises `IdempotencyConflict` where the nonce came with another number
    of seats or for a check-in, else as `register_for_seat`.
    """
    check_identifier("nonce", nonce)
    stored = invitations.find(invitation.id)
    if stored is not None:
        stored, asked = fetch(invitation.id, event, invitations), invitation.seats
        invitation = stored.value
        known = _known(invitation, nonce, "walk_in", asked)
        if known is not None:
            return known
    party = check_party(event, invitation.seats)
    if not party.is_allowed:
        return party
    act = Act(command="walk_in", event=event, policy=policy, as_of=as_of, actor=actor, roles=roles)
    decision, arrived = act.on(invitation, has_seat=True)
    if not decision.is_allowed:
        return decision
    seat = f"{invitation.id}:{nonce}:walk-in"
    taken = ledger.execute(Post(key=seat, at=as_of, account=seat_account(event.id), amount=invitation.seats))
    if not taken.is_allowed:
        return taken
    leave_waitlist([invitation.id], waitlists.get(event.id), waitlists)
    version = 0 if stored is None else stored.version
    invitations.put(invitation.id, attrs.evolve(arrived, nonces=(nonce,)), version)
    return decision


def issue_item(
    id: str,
    *,
    item: str,
    key: str,
    event: Event,
    invitations: AggregateStore[Invitation],
    ledger: LedgerStore,
    as_of: datetime,
    quantity: int = 1,
) -> Decision:
    """Hand a gift or piece of material to a guest who is there: never more than there are, nor than one guest may have.

    `key` is made by the client: sent again, the answer is the same and nothing more is issued. Denied with the ledger's
    reason and headroom where too little is left, for all or for this guest. Raises `UnknownName` for an unknown item,
    `IdempotencyConflict` where the key came for the same guest with another item or quantity, else as
    `register_for_seat`.
    """
    stored = fetch(id, event, invitations)
    invitation, thing = stored.value, find_item(event, item)
    if invitation.last("check_in", "walk_in") is None:
        early = codes.ITEM_BEFORE_CHECK_IN(invitation=id, item=item, path="invitation.case")
        return decide([early])
    account = guest_account(event.id, item, invitation.guest)
    opening = OpenAccount(
        key=f"{account}:open",
        at=as_of,
        account=account,
        unit=COUNT,
        limit=thing.per_guest,
        parent=item_account(event.id, item),
    )
    ledger.execute(opening).require()
    return ledger.execute(Post(key=f"{id}:{key}:item", at=as_of, account=account, amount=quantity))


def close_invitation(
    id: str,
    *,
    event: Event,
    invitations: AggregateStore[Invitation],
    ledger: LedgerStore,
    policy: InvitationPolicy,
    as_of: datetime,
) -> Decision:
    """Close an invitation once the event has ended: who came has attended, who did not is a no-show, others lapse.

    It happens at the event's end, whenever it is asked for, so that the time for following up counts from there. The
    seat of a no-show is given back. Raises as `register_for_seat`.
    """
    stored = fetch(id, event, invitations)
    last = stored.value.case.history[-1].at
    moment = last if event.is_over(last) else event.ends_at if event.is_over(as_of) else as_of
    decision, closed = Act(command="close", event=event, policy=policy, as_of=moment).on(stored.value)
    if not decision.is_allowed:
        return decision
    if closed.case.state == "no_show" and stored.value.seat is not None:
        seat = stored.value.seat
        ledger.execute(VoidReservation(key=f"{seat}:unused", at=as_of, reservation=seat)).require()
    invitations.put(id, closed, stored.version)
    return decision
