"""Rows of the ledger's tables as the model's values, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from salesrules.core import (
    Held,
    Ledger,
    LedgerAccount,
    LedgerEntry,
    LimitLowering,
    Posting,
    Reservation,
    ReservationStatus,
)
from salesrules.storage.sql.amounts import to_amount, to_units
from salesrules.storage.sql.codec import instant_text, microseconds, to_instant

__all__ = [
    "AccountRow",
    "account_values",
    "chain_values",
    "posting_values",
    "reservation_values",
    "to_ledger",
    "to_posting",
    "to_reservation",
]


class AccountRow(NamedTuple):
    """A row of the accounts' table, in the order in which statements ask for its columns."""

    id: str
    parent: str | None
    depth: int
    unit: str
    digits: int
    limit_units: int | None
    lowering: str
    is_open: bool
    children: int
    pending: int
    posted: int


def to_ledger(
    chains: Iterable[tuple[str, AccountRow]],
    reservations: Iterable[Any] = (),
    postings: Iterable[Any] = (),
    entries: Mapping[str, LedgerEntry] | None = None,
) -> Ledger:
    """The part of a ledger that rows speak of: accounts with all above them, and what is reserved and posted on them.

    `chains` are pairs of an account that was asked for and a row of its chain, the root first.
    """
    rows: dict[str, AccountRow] = {}
    upwards: dict[str, tuple[str, ...]] = {}
    for _, row in chains:
        if row.id not in rows:
            rows[row.id] = row
            upwards[row.id] = (row.id,) if row.parent is None else (row.id, *upwards[row.parent])
    return Ledger(
        accounts={id: _account(row, upwards[id]) for id, row in rows.items()},
        held={
            id: Held(to_amount(row.pending, row.unit, row.digits), to_amount(row.posted, row.unit, row.digits))
            for id, row in rows.items()
        },
        reservations={row.id: to_reservation(row, rows[row.account]) for row in reservations},
        postings={row.id: to_posting(row, rows[row.account]) for row in postings},
        entries=entries or {},
    )


def _account(row: AccountRow, chain: tuple[str, ...]) -> LedgerAccount:
    return LedgerAccount(
        id=row.id,
        unit=row.unit,
        digits=row.digits,
        limit=None if row.limit_units is None else to_amount(row.limit_units, row.unit, row.digits),
        lowering=LimitLowering(row.lowering),
        chain=chain,
        is_open=bool(row.is_open),
        children=row.children,
    )


def to_reservation(row: Any, account: Any) -> Reservation:
    """The reservation that a row stands for; `account` is anything with a unit and digits."""
    return Reservation(
        id=row.id,
        account=row.account,
        reserved=to_amount(row.reserved, account.unit, account.digits),
        remaining=to_amount(row.remaining, account.unit, account.digits),
        expires_at=None if row.expires_at is None else to_instant(row.expires_at),
        status=ReservationStatus(row.status),
    )


def to_posting(row: Any, account: Any) -> Posting:
    """The posting that a row stands for; `account` is anything with a unit and digits."""
    return Posting(
        id=row.id,
        account=row.account,
        posted=to_amount(row.posted, account.unit, account.digits),
        refunded=to_amount(row.refunded, account.unit, account.digits),
        reservation=row.reservation,
    )


def account_values(account: LedgerAccount) -> dict[str, Any]:
    """The row of an account that is opened: it holds nothing."""
    limit = account.limit
    return {
        "id": account.id,
        "parent": account.parent,
        "depth": len(account.chain) - 1,
        "unit": account.unit,
        "digits": account.digits,
        "limit_units": None if limit is None else to_units(limit, account.digits),
        "lowering": account.lowering.value,
        "is_open": account.is_open,
        "children": account.children,
        "pending": 0,
        "posted": 0,
    }


def chain_values(account: LedgerAccount) -> list[dict[str, Any]]:
    """The rows that say which accounts stand above an account, itself included."""
    deepest = len(account.chain) - 1
    return [
        {"account": account.id, "depth": deepest - step, "ancestor": ancestor}
        for step, ancestor in enumerate(account.chain)
    ]


def reservation_values(reservation: Reservation, account: LedgerAccount) -> dict[str, Any]:
    """The row of a reservation."""
    expires_at = reservation.expires_at
    return {
        "id": reservation.id,
        "account": reservation.account,
        "root": account.root,
        "reserved": to_units(reservation.reserved, account.digits),
        "remaining": to_units(reservation.remaining, account.digits),
        "status": reservation.status.value,
        "expires_at": None if expires_at is None else instant_text(expires_at),
        "due": microseconds(expires_at) if expires_at is not None and reservation.is_open else None,
    }


def posting_values(posting: Posting, account: LedgerAccount) -> dict[str, Any]:
    """The row of a posting."""
    return {
        "id": posting.id,
        "account": posting.account,
        "posted": to_units(posting.posted, account.digits),
        "refunded": to_units(posting.refunded, account.digits),
        "reservation": posting.reservation,
    }
