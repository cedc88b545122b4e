"""The ledger as type checkers see it: right uses with their types, wrong uses refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_type

from salesrules.core import (
    Decision,
    Ledger,
    LedgerBalance,
    LedgerBatch,
    LedgerEntry,
    Money,
    Post,
    Reserve,
    advance_ledger,
    decide_ledger,
    evolve_ledger,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ledger = Ledger()
reserve = Reserve(key="k", at=NOON, account="travel", amount=Money("1.00", "CNY"))

assert_type(decide_ledger(ledger, reserve), tuple[Decision, tuple[LedgerEntry, ...]])
assert_type(advance_ledger(ledger, reserve), Ledger)
assert_type(evolve_ledger(ledger, ledger.entry("k")), Ledger)
assert_type(ledger.balances("travel"), tuple[LedgerBalance, ...])
assert_type(ledger.headroom("travel"), Money | int | None)
LedgerBatch(key="b", at=NOON, commands=[reserve])
Post(key="p", at=NOON, account="event", amount=1.5)  # type: ignore[arg-type]  # a float is no amount
Post(key="p", account="event", amount=1)  # type: ignore[call-arg]  # no instant
Reserve("k", NOON, "travel", 1)  # type: ignore[call-arg]  # by name only
decide_ledger(ledger, "reserve")  # type: ignore[arg-type]  # a word is no command
reserve.amount = 2  # type: ignore[misc]  # frozen
