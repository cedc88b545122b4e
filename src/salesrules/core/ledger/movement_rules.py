"""Rules for amounts: reserving, posting, voiding, expiring and refunding them."""

from __future__ import annotations

from datetime import datetime

from salesrules.core.instants import is_before
from salesrules.core.ledger import reasons as codes
from salesrules.core.ledger.amounts import LedgerAmount, is_above, minus
from salesrules.core.ledger.commands import (
    ExpireReservations,
    Post,
    PostReservation,
    Refund,
    Remainder,
    Reserve,
    VoidReservation,
)
from salesrules.core.ledger.model import Movement, MovementKind, Reservation, next_movement
from salesrules.core.ledger.state import Ledger
from salesrules.core.ledger.verdicts import Verdict, check_account, check_amount, check_fit, refusal
from salesrules.core.names import nearest_names

__all__ = ["expired_by", "judge_expiry", "judge_posting", "judge_refund", "judge_use", "judge_voiding"]

#: Looked up once, since a member of an enum is found slowly, and these are asked for with every reservation.
_RESERVED, _POSTED = MovementKind.RESERVED, MovementKind.POSTED


def judge_use(ledger: Ledger, command: Reserve | Post) -> Verdict:
    """Reserving or posting outright: an open account, its unit, and room at it and at every account above it."""
    faults = check_account(ledger, command.account, "account")
    if faults:
        return Verdict(reasons=faults)
    account, amount = ledger.accounts[command.account], command.amount
    faults = check_amount(account, amount, "amount")
    if faults:
        return Verdict(reasons=faults)
    found = check_fit(ledger, account, amount)
    if found.reasons:
        return found
    if isinstance(command, Reserve):
        movement = next_movement(_RESERVED, account.id, amount, command.key)
    else:
        movement = next_movement(_POSTED, account.id, amount, None, command.key)
    return Verdict((), (movement,), found.headroom)


def judge_posting(ledger: Ledger, command: PostReservation) -> Verdict:
    """Posting what was reserved: the reservation is open and has not expired, and enough of it is left.

    No limit is asked again: what was reserved counts against it already.
    """
    reservation = _open_reservation(ledger, command.reservation)
    if isinstance(reservation, Verdict):
        return reservation
    expires_at, remaining = reservation.expires_at, reservation.remaining
    if expires_at is not None and not is_before(command.at, expires_at):
        return refusal(
            codes.RESERVATION_EXPIRED(
                reservation=reservation.id, expires_at=expires_at, instant=command.at, path="reservation"
            )
        )
    amount = remaining if command.amount is None else command.amount
    faults = check_amount(ledger.accounts[reservation.account], amount, "amount")
    if faults:
        return Verdict(reasons=faults, headroom=remaining)
    if is_above(amount, remaining):
        reason = codes.OVER_RESERVATION(reservation=reservation.id, asked=amount, headroom=remaining, path="amount")
        return refusal(reason, remaining)
    captured = Movement(
        kind=MovementKind.CAPTURED,
        account=reservation.account,
        amount=amount,
        reservation=reservation.id,
        posting=command.key,
    )
    rest = minus(remaining, amount)
    if rest and command.remainder is Remainder.RELEASE:
        released = _taken(reservation, MovementKind.RELEASED, rest)
        return Verdict(movements=(captured, released), headroom=minus(rest, rest))
    return Verdict(movements=(captured,), headroom=rest)


def judge_voiding(ledger: Ledger, command: VoidReservation) -> Verdict:
    """Giving up what is left of a reservation that is open, also after it has expired."""
    reservation = _open_reservation(ledger, command.reservation)
    if isinstance(reservation, Verdict):
        return reservation
    return Verdict(movements=(_taken(reservation, MovementKind.VOIDED),))


def judge_expiry(ledger: Ledger, command: ExpireReservations) -> Verdict:
    """Releasing every reservation that has expired, the earliest first."""
    return Verdict(movements=expired_by(ledger, command.at))


def expired_by(ledger: Ledger, as_of: datetime, root: str | None = None) -> tuple[Movement, ...]:
    """The movements that release what has expired by an instant, in the tree of one root or in all."""
    return tuple(_taken(reservation, MovementKind.EXPIRED) for reservation in ledger.due(as_of, root))


def judge_refund(ledger: Ledger, command: Refund) -> Verdict:
    """Taking back no more than was posted and is not refunded yet, also from an account that is closed or overdrawn."""
    posting = ledger.postings.get(command.posting)
    if posting is None:
        nearest = nearest_names(command.posting, ledger.postings)
        return refusal(codes.UNKNOWN_POSTING(posting=command.posting, nearest=nearest, path="posting"))
    amount, left = command.amount, posting.refundable
    faults = check_amount(ledger.accounts[posting.account], amount, "amount")
    if faults:
        return Verdict(reasons=faults, headroom=left)
    if is_above(amount, left):
        reason = codes.OVER_REFUND(
            posting=posting.id,
            posted=posting.posted,
            refunded=posting.refunded,
            asked=amount,
            headroom=left,
            path="amount",
        )
        return refusal(reason, left)
    refunded = Movement(kind=MovementKind.REFUNDED, account=posting.account, amount=amount, posting=posting.id)
    return Verdict(movements=(refunded,), headroom=minus(left, amount))


def _open_reservation(ledger: Ledger, id: str) -> Reservation | Verdict:
    reservation = ledger.reservations.get(id)
    if reservation is None:
        nearest = nearest_names(id, ledger.reservations)
        return refusal(codes.UNKNOWN_RESERVATION(reservation=id, nearest=nearest, path="reservation"))
    if not reservation.is_open:
        return refusal(codes.RESERVATION_CLOSED(reservation=id, status=reservation.status, path="reservation"))
    return reservation


def _taken(reservation: Reservation, kind: MovementKind, amount: LedgerAmount | None = None) -> Movement:
    taken = reservation.remaining if amount is None else amount
    return Movement(kind=kind, account=reservation.account, amount=taken, reservation=reservation.id)
