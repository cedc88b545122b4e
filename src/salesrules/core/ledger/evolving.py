"""From one ledger to the next: each movement changes the accounts from its own up to the root, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
from immutables import Map

from salesrules.core.errors import InvalidValue
from salesrules.core.ledger.amounts import LedgerAmount, is_above, minus, plus, zero_of
from salesrules.core.ledger.commands import LedgerCommand, OpenAccount, Reserve
from salesrules.core.ledger.model import (
    Held,
    LedgerAccount,
    LedgerEntry,
    Movement,
    MovementKind,
    Posting,
    Reservation,
    ReservationStatus,
)
from salesrules.core.ledger.state import Ledger, find, hour_of, next_ledger

__all__ = ["apply_movements", "evolve_ledger", "restore_ledger"]


def evolve_ledger(ledger: Ledger, entry: LedgerEntry) -> Ledger:
    """The ledger after an entry.

    Raises `InvalidValue` where the entry is in the ledger already, or does not follow from what is there; `UnknownName`
    where it speaks of an account, a reservation or a posting that the ledger does not have.
    """
    key = entry.command.key
    if key in ledger.entries:
        raise InvalidValue("entry", key, "this entry is in the ledger already; add each one once")
    draft = _Draft(ledger)
    for movement in entry.movements:
        draft.apply(entry.command, movement)
    return draft.finish(ledger.entries.set(key, entry))


def restore_ledger(entries: Iterable[LedgerEntry]) -> Ledger:
    """The ledger that recorded entries add up to, the oldest first."""
    ledger = Ledger()
    for entry in entries:
        ledger = evolve_ledger(ledger, entry)
    return ledger


def apply_movements(ledger: Ledger, command: LedgerCommand, movements: Iterable[Movement]) -> Ledger:
    """The ledger as movements of a command would leave it, before the command itself is entered."""
    draft = _Draft(ledger)
    for movement in movements:
        draft.apply(command, movement)
    return draft.finish(ledger.entries)


#: How a reservation stands when a movement of that kind took the last of it.
_CLOSES_AS = {
    MovementKind.CAPTURED: ReservationStatus.POSTED,
    MovementKind.RELEASED: ReservationStatus.POSTED,
    MovementKind.VOIDED: ReservationStatus.VOIDED,
    MovementKind.EXPIRED: ReservationStatus.EXPIRED,
}


# In Python 3.11 a member of an enum is found slowly, so each is looked up once.
_RESERVED, _POSTED, _CAPTURED = MovementKind.RESERVED, MovementKind.POSTED, MovementKind.CAPTURED
_REFUNDED, _OPENED, _CLOSED = MovementKind.REFUNDED, MovementKind.OPENED, MovementKind.CLOSED
_LIMIT_SET = MovementKind.LIMIT_SET


class _Draft:
    """A ledger while the movements of one entry are applied to it; its maps share what they leave alone."""

    def __init__(self, ledger: Ledger) -> None:
        self.accounts = ledger.accounts
        self.held = ledger.held
        self.reservations = ledger.reservations
        self.postings = ledger.postings
        self.expiring = ledger.expiring

    def finish(self, entries: Map[str, LedgerEntry]) -> Ledger:
        return next_ledger(self.accounts, self.held, self.reservations, self.postings, entries, self.expiring)

    def apply(self, command: LedgerCommand, movement: Movement) -> None:
        kind, amount = movement.kind, movement.amount
        account = self.account(command, movement)
        if kind is _LIMIT_SET:
            self.accounts = self.accounts.set(account.id, attrs.evolve(account, limit=amount))
        elif kind is _CLOSED:
            self.accounts = self.accounts.set(account.id, attrs.evolve(account, is_open=False))
            self.count_child(account, -1)
        elif kind is not _OPENED:
            if amount is None:
                raise InvalidValue("movement.amount", None, f"say how much was {kind.value}")
            if kind is _RESERVED:
                self.reserve(command, account, amount)
            elif kind is _REFUNDED:
                self.refund(movement, amount)
            else:
                if kind is not _POSTED:
                    self.take(movement, account, amount)
                if kind is _POSTED or kind is _CAPTURED:
                    self.post(command, movement, amount)
            self.move(kind, account, amount)

    def account(self, command: LedgerCommand, movement: Movement) -> LedgerAccount:
        """The account of a movement, which opening makes."""
        if movement.kind is not _OPENED or not isinstance(command, OpenAccount):
            return find("account", movement.account, self.accounts)
        chain: tuple[str, ...] = (command.account,)
        if command.parent is not None:
            chain += find("account", command.parent, self.accounts).chain
        account = LedgerAccount(
            id=command.account,
            unit=command.unit,
            digits=command.digits,
            limit=command.limit,
            lowering=command.lowering,
            chain=chain,
        )
        self.accounts = self.accounts.set(account.id, account)
        self.held = self.held.set(account.id, Held(nothing := zero_of(account.unit), nothing))
        self.count_child(account, 1)
        return account

    def count_child(self, account: LedgerAccount, step: int) -> None:
        if account.parent is not None:
            parent = self.accounts[account.parent]
            self.accounts = self.accounts.set(parent.id, attrs.evolve(parent, children=parent.children + step))

    def move(self, kind: MovementKind, account: LedgerAccount, amount: LedgerAmount) -> None:
        """Change the balances from the account up to the root."""
        to_pending, to_posted = kind.signs
        held = self.held
        for id in account.chain:
            pending, posted = held[id]
            held = held.set(id, Held(_moved(pending, amount, to_pending), _moved(posted, amount, to_posted)))
        self.held = held

    def reserve(self, command: LedgerCommand, account: LedgerAccount, amount: LedgerAmount) -> None:
        id = command.key
        expires_at = command.expires_at if isinstance(command, Reserve) else None
        made = Reservation(id=id, account=account.id, reserved=amount, remaining=amount, expires_at=expires_at)
        self.reservations = self.reservations.set(id, made)
        if expires_at is not None:
            hours = self.expiring.get(account.root, Map())
            ids = hours.get(hour_of(expires_at), Map())
            hours = hours.set(hour_of(expires_at), ids.set(id, expires_at))
            self.expiring = self.expiring.set(account.root, hours)

    def take(self, movement: Movement, account: LedgerAccount, amount: LedgerAmount) -> None:
        """Take an amount from what is left of a reservation, which the last of it closes."""
        reservation = find("reservation", movement.reservation, self.reservations)
        _check_takes(amount, reservation.remaining)
        remaining = minus(reservation.remaining, amount)
        status = reservation.status if remaining else _CLOSES_AS[movement.kind]
        left = attrs.evolve(reservation, remaining=remaining, status=status)
        self.reservations = self.reservations.set(reservation.id, left)
        if not remaining and reservation.expires_at is not None:
            hour = hour_of(reservation.expires_at)
            hours = self.expiring[account.root]
            ids = hours[hour].delete(reservation.id)
            hours = hours.set(hour, ids) if ids else hours.delete(hour)
            self.expiring = self.expiring.set(account.root, hours) if hours else self.expiring.delete(account.root)

    def post(self, command: LedgerCommand, movement: Movement, amount: LedgerAmount) -> None:
        made = Posting(
            id=command.key,
            account=movement.account,
            posted=amount,
            refunded=minus(amount, amount),
            reservation=movement.reservation,
        )
        self.postings = self.postings.set(made.id, made)

    def refund(self, movement: Movement, amount: LedgerAmount) -> None:
        posting = find("posting", movement.posting, self.postings)
        _check_takes(amount, posting.refundable)
        more = attrs.evolve(posting, refunded=plus(posting.refunded, amount))
        self.postings = self.postings.set(posting.id, more)


def _moved(balance: LedgerAmount, amount: LedgerAmount, sign: int) -> LedgerAmount:
    return plus(balance, amount) if sign > 0 else minus(balance, amount) if sign else balance


def _check_takes(amount: LedgerAmount, left: LedgerAmount) -> None:
    if is_above(amount, left):
        raise InvalidValue("movement.amount", amount, f"only {left} is left; give entries in their order")
