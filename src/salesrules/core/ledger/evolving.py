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
from salesrules.core.ledger.state import Ledger, find, hour_of

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


class _Draft:
    """A ledger while the movements of one entry are applied to it; its maps share what they leave alone."""

    def __init__(self, ledger: Ledger) -> None:
        self.accounts = ledger.accounts.mutate()
        self.held = ledger.held.mutate()
        self.reservations = ledger.reservations.mutate()
        self.postings = ledger.postings.mutate()
        self.expiring = ledger.expiring

    def finish(self, entries: Map[str, LedgerEntry]) -> Ledger:
        return Ledger(
            accounts=self.accounts.finish(),
            held=self.held.finish(),
            reservations=self.reservations.finish(),
            postings=self.postings.finish(),
            entries=entries,
            expiring=self.expiring,
        )

    def apply(self, command: LedgerCommand, movement: Movement) -> None:
        kind, amount = movement.kind, movement.amount
        account = self.account(command, movement)
        if kind is MovementKind.LIMIT_SET:
            self.accounts[account.id] = attrs.evolve(account, limit=amount)
        elif kind is MovementKind.CLOSED:
            self.accounts[account.id] = attrs.evolve(account, is_open=False)
            self.count_child(account, -1)
        elif kind is not MovementKind.OPENED:
            if amount is None:
                raise InvalidValue("movement.amount", None, f"say how much was {kind.value}")
            if kind is MovementKind.RESERVED:
                self.reserve(command, account, amount)
            elif kind is MovementKind.REFUNDED:
                self.refund(movement, amount)
            else:
                if kind is not MovementKind.POSTED:
                    self.take(movement, account, amount)
                if kind is MovementKind.POSTED or kind is MovementKind.CAPTURED:
                    self.post(command, movement, amount)
            self.move(kind, account, amount)

    def account(self, command: LedgerCommand, movement: Movement) -> LedgerAccount:
        """The account of a movement, which opening makes."""
        if movement.kind is not MovementKind.OPENED or not isinstance(command, OpenAccount):
            return find("account", movement.account, self.accounts)
        chain: tuple[str, ...] = (command.account,)
        if command.parent is not None:
            chain += find("account", command.parent, self.accounts).chain
        account = self.accounts[command.account] = LedgerAccount(
            id=command.account,
            unit=command.unit,
            digits=command.digits,
            limit=command.limit,
            lowering=command.lowering,
            chain=chain,
        )
        self.held[account.id] = Held(nothing := zero_of(account.unit), nothing)
        self.count_child(account, 1)
        return account

    def count_child(self, account: LedgerAccount, step: int) -> None:
        if account.parent is not None:
            parent = self.accounts[account.parent]
            self.accounts[parent.id] = attrs.evolve(parent, children=parent.children + step)

    def move(self, kind: MovementKind, account: LedgerAccount, amount: LedgerAmount) -> None:
        """Change the balances from the account up to the root."""
        to_pending, to_posted = kind.signs
        held = self.held
        for id in account.chain:
            pending, posted = held[id]
            held[id] = Held(_moved(pending, amount, to_pending), _moved(posted, amount, to_posted))

    def reserve(self, command: LedgerCommand, account: LedgerAccount, amount: LedgerAmount) -> None:
        id = command.key
        expires_at = command.expires_at if isinstance(command, Reserve) else None
        self.reservations[id] = Reservation(
            id=id, account=account.id, reserved=amount, remaining=amount, expires_at=expires_at
        )
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
        self.reservations[reservation.id] = attrs.evolve(reservation, remaining=remaining, status=status)
        if not remaining and reservation.expires_at is not None:
            hour = hour_of(reservation.expires_at)
            hours = self.expiring[account.root]
            ids = hours[hour].delete(reservation.id)
            hours = hours.set(hour, ids) if ids else hours.delete(hour)
            self.expiring = self.expiring.set(account.root, hours) if hours else self.expiring.delete(account.root)

    def post(self, command: LedgerCommand, movement: Movement, amount: LedgerAmount) -> None:
        self.postings[command.key] = Posting(
            id=command.key,
            account=movement.account,
            posted=amount,
            refunded=minus(amount, amount),
            reservation=movement.reservation,
        )

    def refund(self, movement: Movement, amount: LedgerAmount) -> None:
        posting = find("posting", movement.posting, self.postings)
        _check_takes(amount, posting.refundable)
        self.postings[posting.id] = attrs.evolve(posting, refunded=plus(posting.refunded, amount))


def _moved(balance: LedgerAmount, amount: LedgerAmount, sign: int) -> LedgerAmount:
    return plus(balance, amount) if sign > 0 else minus(balance, amount) if sign else balance


def _check_takes(amount: LedgerAmount, left: LedgerAmount) -> None:
    if is_above(amount, left):
        raise InvalidValue("movement.amount", amount, f"only {left} is left; give entries in their order")
