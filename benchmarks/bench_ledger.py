"""The ledger in memory: what a reservation and a look-up cost after few entries and after a million.

An account tree of depth 5 with a limit at every level; every command reserves on the lowest account, so that each
entry changes five balances. The look-up is of the lowest account's balance, the headroom that of the whole chain.
Rounds after few entries and after many alternate, and the fastest of each counts; the ratios may not exceed `limit`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from salesrules.core import Ledger, Money, OpenAccount, Reserve, advance_ledger, decide_ledger, evolve_ledger

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
CENT = Money("0.01", "CNY")
FEW, MANY, DEPTH = 1_000, 1_000_000, 5
LOWEST = f"a{DEPTH - 1}"


def grown(entries: int) -> Ledger:
    """A ledger with that many reservations on the lowest of five accounts."""
    ledger = Ledger()
    for level in range(DEPTH):
        parent = f"a{level - 1}" if level else None
        limit = Money("100000000.00", "CNY")
        command = OpenAccount(key=f"o{level}", at=NOON, account=f"a{level}", parent=parent, unit="CNY", limit=limit)
        ledger = advance_ledger(ledger, command)
    for number in range(entries):
        _, (entry,) = decide_ledger(ledger, Reserve(key=f"r{number}", at=NOON, account=LOWEST, amount=CENT))
        ledger = evolve_ledger(ledger, entry)
    return ledger


def fastest(act: Callable[[], object], times: int) -> float:
    """Microseconds for one act in a round."""
    begun = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - begun) / times * 1e6


def run() -> dict[str, Any]:
    """The figures."""
    gc.disable()
    begun = time.perf_counter()
    ledgers = {"after_few": grown(FEW), "after_many": grown(MANY)}
    growth = (time.perf_counter() - begun) / (FEW + MANY) * 1e6
    command = Reserve(key="one more", at=NOON, account=LOWEST, amount=CENT)
    acts: dict[str, dict[str, Callable[[], object]]] = {}
    for name, ledger in ledgers.items():
        _, (entry,) = decide_ledger(ledger, command)
        acts[name] = {
            "balance_us": lambda ledger=ledger: ledger.balance(LOWEST),
            "headroom_us": lambda ledger=ledger: ledger.headroom(LOWEST),
            "decide_us": lambda ledger=ledger: decide_ledger(ledger, command),
            "evolve_us": lambda ledger=ledger, entry=entry: evolve_ledger(ledger, entry),
        }
    figures: dict[str, dict[str, float]] = {}
    for what in acts["after_few"]:
        rounds = [[fastest(acts[name][what], 200) for name in ledgers] for _ in range(60)]
        few, after = (min(column) for column in zip(*rounds, strict=True))
        limit = 1.25 if what in ("balance_us", "headroom_us", "decide_us") else 2.0
        figures[what] = {"after_few": few, "after_many": after, "ratio": after / few, "limit": limit}
    gc.enable()
    return {
        "what": "microseconds per act, after a thousand entries and after a million, in a tree of depth 5",
        "entries": MANY,
        "depth": DEPTH,
        "mean_of_growing_us": growth,
        **figures,
    }


if __name__ == "__main__":
    for line in run().items():
        print(*line)
