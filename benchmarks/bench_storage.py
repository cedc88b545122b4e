"""Reservations on one hot line in memory: our storage, and a bare dictionary behind a lock that does the same check.

The bare twin keeps, under one lock, the number used and the set of keys; it checks both and adds to both. Ours does
that in a unit of work: a decision with its reasons, an entry to replay from, rollback. Both serve the same attempts,
half of which find no room, from one thread and from eight; rounds alternate, and the fastest of each counts. It is
processor time, since nothing here waits for anything but a lock.

The parts of one thread's figure bound it: to decide, with a reason where there is no room; to make the next ledger of
immutable maps that share what they leave alone, and an entry to replay it from; and the unit of work around both.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from salesrules.core import Ledger, OpenAccount, Reserve, advance_ledger, decide_ledger, evolve_ledger
from salesrules.storage import MemoryStorage

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ATTEMPTS, ROUNDS = 1_000, 30
COMMANDS = [Reserve(key=f"k{number}", at=NOON, account="line", amount=1) for number in range(ATTEMPTS)]


def ours() -> Callable[[int], bool]:
    storage = MemoryStorage()
    with storage.begin() as work:
        work.ledger.execute(OpenAccount(key="o", at=NOON, account="line", unit="count", limit=ATTEMPTS // 2))
        work.commit()

    def attempt(number: int) -> bool:
        with storage.begin() as work:
            decision = work.ledger.execute(COMMANDS[number])
            work.commit()
        return decision.is_allowed

    return attempt


def bare() -> Callable[[int], bool]:
    lock, line, keys = threading.Lock(), {"used": 0, "limit": ATTEMPTS // 2}, set[str]()

    def attempt(number: int) -> bool:
        command = COMMANDS[number]
        with lock:
            if command.key in keys:
                return True
            fits = line["used"] + 1 <= line["limit"]
            if fits:
                line["used"] += 1
            keys.add(command.key)
        return fits

    return attempt


def measured(make: Callable[[], Callable[[int], bool]], threads: int) -> float:
    """Microseconds per attempt."""
    attempt = make()

    def some(thread: int) -> int:
        return sum(attempt(number) for number in range(thread, ATTEMPTS, threads))

    begun = time.process_time()
    if threads == 1:
        passed = some(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            passed = sum(pool.map(some, range(threads)))
    taken = time.process_time() - begun
    assert passed == ATTEMPTS // 2
    return taken / ATTEMPTS * 1e6


def in_parts() -> dict[str, float]:
    """Microseconds per attempt in one thread for each part of it, half of the attempts without room."""
    opening = OpenAccount(key="o", at=NOON, account="line", unit="count", limit=ATTEMPTS // 2)
    ledger, deciding, evolving = advance_ledger(Ledger(), opening), 0.0, 0.0
    for command in COMMANDS:
        begun = time.process_time()
        _, entries = decide_ledger(ledger, command)
        decided = time.process_time()
        for entry in entries:
            ledger = evolve_ledger(ledger, entry)
        deciding += decided - begun
        evolving += time.process_time() - decided
    storage, begun = MemoryStorage(), time.process_time()
    for _ in COMMANDS:
        with storage.begin() as work:
            work.commit()
    taken = time.process_time() - begun
    parts = {"of it to decide": deciding, "of it the next ledger": evolving, "of it a unit of work": taken}
    return {name: part / ATTEMPTS * 1e6 for name, part in parts.items()}


def run() -> dict[str, Any]:
    """The figures."""
    figures: dict[str, Any] = {
        "what": "microseconds of processor time per reservation on one hot line in memory",
        "attempts": ATTEMPTS,
    }
    for threads in (1, 8):
        rounds = [(measured(ours, threads), measured(bare, threads)) for _ in range(ROUNDS)]
        us, them = (min(column) for column in zip(*rounds, strict=True))
        row = {"salesrules_us": us, "bare_us": them, "over_bare": us / them}
        figures[f"{threads} threads" if threads > 1 else "1 thread"] = row
    parts = [in_parts() for _ in range(ROUNDS)]
    for name in parts[0]:
        figures[name] = {"salesrules_us": min(part[name] for part in parts)}
    return figures
