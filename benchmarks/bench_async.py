"""Reservations on one hot line from a loop: units of work in a bounded pool, beside the same from plain threads.

Eight threads that run units one after the other are the measure. The loop has 200 tasks at once, which wait for a pool
of as many threads, as docs/how-to/use-from-async-code.md shows. Half of the attempts find no room. Commits to SQLite
wait for its file on the disk; those to PostgreSQL do not. Rounds alternate, and the fastest counts;
`hop` is what a call into the pool and back costs without any storage.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from salesrules.core import OpenAccount, Reserve, Storage, UnitOfWork
from salesrules.storage import MemoryStorage, SqlStorage, SqlTables, run_unit, sqlite_engine
from salesrules.testing.postgres import PostgresServer

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "use-from-async-code.md"
WORKERS, TASKS, ROUNDS = 8, 200, 6
NUMBERS = itertools.count()


def shown() -> Any:
    """The class that the page shows."""
    namespace: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0], namespace)
    return namespace["AsyncStorage"]


AsyncStorage = shown()


def attempts_on(storage: Storage, count: int) -> list[Callable[[UnitOfWork], bool]]:
    """So many acts, each with a key of its own, on a fresh line that has room for half of them."""
    line = f"line {next(NUMBERS)}"
    opening = OpenAccount(key=f"open {line}", at=NOON, account=line, unit="count", limit=count // 2)
    run_unit(storage, lambda work: work.ledger.execute(opening))

    def act(number: int) -> Callable[[UnitOfWork], bool]:
        command = Reserve(key=f"{line} {number}", at=NOON, account=line, amount=1)
        return lambda work: work.ledger.execute(command).is_allowed

    return [act(number) for number in range(count)]


def threads(storage: Storage, count: int) -> float:
    """Microseconds per reservation from plain threads."""
    acts = attempts_on(storage, count)
    begun = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        passed = sum(
            pool.map(lambda first: sum(run_unit(storage, act) for act in acts[first::WORKERS]), range(WORKERS))
        )
    taken = time.perf_counter() - begun
    assert passed == count // 2
    return taken / count * 1e6


def loop(storage: Storage, count: int) -> float:
    """Microseconds per reservation from a loop."""
    acts = attempts_on(storage, count)

    async def all_of_them() -> tuple[int, float]:
        units = AsyncStorage(storage, WORKERS)
        begun = time.perf_counter()

        async def some(first: int) -> int:
            return sum([await units.run_unit(act) for act in acts[first::TASKS]])

        passed = sum(await asyncio.gather(*(some(first) for first in range(TASKS))))
        taken = time.perf_counter() - begun
        units.close()
        return passed, taken

    passed, taken = asyncio.run(all_of_them())
    assert passed == count // 2
    return taken / count * 1e6


def hop(count: int = 5_000) -> float:
    """Microseconds of a call into the pool and back, one after the other."""

    async def calls() -> float:
        units = AsyncStorage(None, WORKERS)
        begun = time.perf_counter()
        for _ in range(count):
            await units._run(int)
        taken = time.perf_counter() - begun
        units.close()
        return taken

    return asyncio.run(calls()) / count * 1e6


def compared(storage: Storage, count: int) -> dict[str, float]:
    """The fastest round of each."""
    rounds = [(threads(storage, count), loop(storage, count)) for _ in range(ROUNDS)]
    sync, through_loop = (min(column) for column in zip(*rounds, strict=True))
    return {"threads_us": sync, "loop_us": through_loop, "ratio": through_loop / sync}


def run() -> dict[str, Any]:
    """The figures."""
    figures: dict[str, Any] = {
        "what": f"microseconds per reservation, {WORKERS} threads; and a loop of {TASKS} tasks over {WORKERS} workers",
        "hop": min(hop() for _ in range(3)),
        "memory": compared(MemoryStorage(), 1_000),
    }
    with tempfile.TemporaryDirectory() as folder:
        storage = SqlStorage(sqlite_engine(Path(folder) / "bench.db"))
        storage.create_schema()
        figures["SQLite, a durable file"] = compared(storage, 400)
    with PostgresServer() as server:
        storage = SqlStorage(create_engine(server.url, pool_size=WORKERS), tables=SqlTables(prefix="bench_"))
        storage.create_schema()
        figures["PostgreSQL"] = compared(storage, 400)
    return figures
