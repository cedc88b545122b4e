"""Small ledgers for tests: a firm's budget with a line under it, seats, and short ways to send commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from salesrules.core import (
    Ledger,
    LedgerCommand,
    Money,
    OpenAccount,
    Post,
    PostReservation,
    Refund,
    Reserve,
    VoidReservation,
    advance_ledger,
    decide_ledger,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
_numbers = count()


def cny(amount: object) -> Money:
    return Money(str(amount), "CNY")


def amount_of(value: object):
    """Money and counts as they are; a text is an amount in CNY."""
    return cny(value) if isinstance(value, str) else value


def fresh() -> str:
    """A key that no other command has."""
    return f"fresh-{next(_numbers)}"


def opened(account: str, limit: object = None, parent: str | None = None, **fields) -> OpenAccount:
    money = None if limit is None else cny(limit)
    return OpenAccount(
        key=f"open {account}", at=NOON, account=account, parent=parent, unit="CNY", limit=money, **fields
    )


def seats(account: str, limit: int | None, parent: str | None = None, **fields) -> OpenAccount:
    return OpenAccount(
        key=f"open {account}", at=NOON, account=account, parent=parent, unit="count", limit=limit, **fields
    )


def reserve(key: str, account: str, amount: object, at: datetime = NOON, expires_at: datetime | None = None) -> Reserve:
    asked = amount_of(amount)
    return Reserve(key=key, at=at, account=account, amount=asked, expires_at=expires_at)


def post(key: str, account: str, amount: object) -> Post:
    return Post(key=key, at=NOON, account=account, amount=amount_of(amount))


def capture(reservation: str, amount: object = None, remainder: str | None = None, at=NOON, key=None):
    asked = amount_of(amount)
    return PostReservation(key=key or fresh(), at=at, reservation=reservation, amount=asked, remainder=remainder)


def void(reservation: str, at: datetime = NOON) -> VoidReservation:
    return VoidReservation(key=fresh(), at=at, reservation=reservation)


def refund(posting: str, amount: object) -> Refund:
    return Refund(key=fresh(), at=NOON, posting=posting, amount=amount_of(amount))


def ledger_of(*commands: LedgerCommand, ledger: Ledger | None = None) -> Ledger:
    """The ledger after commands that all must pass."""
    ledger = ledger or Ledger()
    for command in commands:
        ledger = advance_ledger(ledger, command)
    return ledger


def refusals(ledger: Ledger, command: LedgerCommand) -> list[tuple[str, dict[str, object]]]:
    """Codes and parameters of what a ledger says to a command."""
    decision, _ = decide_ledger(ledger, command)
    return [(reason.code.removeprefix("ledger."), dict(reason.parameters)) for reason in decision.reasons]


def balance(ledger: Ledger, account: str) -> tuple[str, str]:
    """What is pending and what is posted, without the currency."""
    found = ledger.balance(account)
    return tuple(str(value).removeprefix("CNY ") for value in (found.pending, found.posted))  # type: ignore[return-value]  # two of them


BUDGET = ledger_of(opened("2026", "1000.00"), opened("travel", "400.00", "2026"), opened("fairs", None, "2026"))
