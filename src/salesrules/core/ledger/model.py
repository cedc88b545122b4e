"""The nouns of a ledger: accounts, balances, reservations, postings, and the entries that all of them follow from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.decisions import Decision
from salesrules.core.ledger.amounts import LedgerAmount, capacity_of, floored, is_limit, minus, plus
from salesrules.core.ledger.commands import LedgerCommand, LimitLowering
from salesrules.core.word_enum import WordEnum

__all__ = [
    "Held",
    "LedgerAccount",
    "LedgerBalance",
    "LedgerEntry",
    "Movement",
    "MovementKind",
    "Posting",
    "Reservation",
    "ReservationStatus",
    "next_movement",
]


class MovementKind(WordEnum):
    """What a movement does to its account and, where it moves an amount, to every account above it.

    `RESERVED` adds to what is pending and `POSTED` to what is posted, where the limits allow; `CAPTURED` turns pending
    into posted; `RELEASED` (the rest of a capture), `VOIDED` and `EXPIRED` take from what is pending, `REFUNDED` from
    what is posted. `OPENED`, `CLOSED` and `LIMIT_SET` concern the account alone.
    """

    RESERVED = "reserved"
    POSTED = "posted"
    CAPTURED = "captured"
    RELEASED = "released"
    VOIDED = "voided"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    OPENED = "opened"
    CLOSED = "closed"
    LIMIT_SET = "limit_set"

    @property
    def signs(self) -> tuple[int, int]:
        """What becomes of pending and of posted: 1 where the amount is added, -1 where it is taken away, else 0.

        >>> MovementKind.CAPTURED.signs
        (-1, 1)
        """
        return _SIGNS.get(self, (0, 0))

    @property
    def is_guarded(self) -> bool:
        """Whether the limits must allow it, at the account and at every one above."""
        return self is MovementKind.RESERVED or self is MovementKind.POSTED


_SIGNS: Mapping[MovementKind, tuple[int, int]] = {
    MovementKind.RESERVED: (1, 0),
    MovementKind.POSTED: (0, 1),
    MovementKind.CAPTURED: (-1, 1),
    MovementKind.RELEASED: (-1, 0),
    MovementKind.VOIDED: (-1, 0),
    MovementKind.EXPIRED: (-1, 0),
    MovementKind.REFUNDED: (0, -1),
}


@attrs.frozen(kw_only=True)
class Movement:
    """One effect of a command: its kind, the account, and how much.

    `reservation` and `posting` are the ids of what it makes or changes. For `LIMIT_SET` the amount is the new limit,
    `None` for none.
    """

    kind: MovementKind = attrs.field(converter=MovementKind)
    account: str
    amount: LedgerAmount | None = attrs.field(default=None, validator=is_limit)
    reservation: str | None = None
    posting: str | None = None


_new = object.__new__
_set_kind, _set_account, _set_amount, _set_reservation, _set_posting = (
    Movement.__dict__[field.name].__set__ for field in attrs.fields(Movement)
)


def next_movement(
    kind: MovementKind,
    account: str,
    amount: LedgerAmount,
    reservation: str | None = None,
    posting: str | None = None,
) -> Movement:
    """The private constructor: what our own rules found allowed needs no check."""
    movement = _new(Movement)
    _set_kind(movement, kind)
    _set_account(movement, account)
    _set_amount(movement, amount)
    _set_reservation(movement, reservation)
    _set_posting(movement, posting)
    return movement


@attrs.frozen(kw_only=True)
class LedgerEntry:
    """What came of one command, for ever: the decision, and the movements, none where it was denied."""

    command: LedgerCommand
    decision: Decision
    movements: tuple[Movement, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def key(self) -> str:
        """The key of the command, by which a ledger knows the entry."""
        return self.command.key


@attrs.frozen(kw_only=True)
class LedgerAccount:
    """An account as it stands: unit, digits, limit, and `chain`, the ids from itself up to the root of its tree.

    `children` is how many open accounts stand directly under it, `capacity` the most it can hold without a limit.
    """

    id: str
    unit: str
    digits: int
    limit: LedgerAmount | None = None
    lowering: LimitLowering = LimitLowering.DENY
    chain: tuple[str, ...] = attrs.field(converter=as_tuple)
    is_open: bool = True
    children: int = 0
    capacity: LedgerAmount = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(lambda self: capacity_of(self.unit, self.digits), True)
    )

    @property
    def parent(self) -> str | None:
        """The account directly above, `None` for a root."""
        return self.chain[1] if len(self.chain) > 1 else None

    @property
    def root(self) -> str:
        """The account at the top of the tree."""
        return self.chain[-1]


class Held(NamedTuple):
    """The two numbers of an account, of its own and of all accounts below it: what is pending, what is posted."""

    pending: LedgerAmount
    posted: LedgerAmount


@attrs.frozen(kw_only=True)
class LedgerBalance:
    """What an account holds with all accounts below it: pending and posted, beside the limit, in the account's unit."""

    account: str
    limit: LedgerAmount | None
    pending: LedgerAmount
    posted: LedgerAmount

    @property
    def used(self) -> LedgerAmount:
        """Pending and posted together: what counts against the limit."""
        return plus(self.pending, self.posted)

    @property
    def available(self) -> LedgerAmount | None:
        """What this account's own limit leaves; nothing below zero, and `None` without a limit."""
        return None if self.limit is None else floored(minus(self.limit, self.used))

    @property
    def excess(self) -> LedgerAmount:
        """By how much the use exceeds a limit that was lowered afterwards; zero otherwise."""
        used = self.used
        return floored(minus(used, used if self.limit is None else self.limit))


class ReservationStatus(WordEnum):
    """Where a reservation stands: open, or closed by the last of it being posted, voided or expired."""

    OPEN = "open"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@attrs.frozen(kw_only=True)
class Reservation:
    """An amount that was set aside: how much at first, how much of it is still pending, and until when."""

    id: str
    account: str
    reserved: LedgerAmount
    remaining: LedgerAmount
    expires_at: datetime | None = None
    status: ReservationStatus = ReservationStatus.OPEN

    @property
    def is_open(self) -> bool:
        """Whether something of it is still pending."""
        return self.status is ReservationStatus.OPEN


@attrs.frozen(kw_only=True)
class Posting:
    """An amount that was posted, how much of it was refunded, and the reservation that it came from, if any."""

    id: str
    account: str
    posted: LedgerAmount
    refunded: LedgerAmount
    reservation: str | None = None

    @property
    def refundable(self) -> LedgerAmount:
        """What can still be refunded."""
        return minus(self.posted, self.refunded)
