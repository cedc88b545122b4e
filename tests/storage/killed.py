"""A program that works on a storage and is killed in the midst of it, again and again; `test_sql_killed` runs it.

Each life is a fork of this process that works until it kills itself (SIGKILL) at a statement drawn at random, which may
also be a commit, before it is sent or after it was answered; who listens to statements has them sent the usual way, so
on the short one death comes from within it. What the storage acknowledged is written to a file, a line
for each command, before the next one begins.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event

from salesrules.core import Reserve, StoredKind
from salesrules.storage import SqlStorage, SqlTables, run_unit, sqlite_engine
from salesrules.storage.sql import straight

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES: StoredKind[Any] = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)


def opened(url: str) -> Engine:
    """An engine for a server's URL or the path of a SQLite file."""
    return create_engine(url) if "://" in url else sqlite_engine(url)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def live(url: str, prefix: str, life: int, last: int, acknowledged: str, kind: str) -> None:
    """Work until death comes at the statement or commit of that number."""
    engine = opened(url)
    storage = SqlStorage(engine, tables=SqlTables(prefix=prefix))
    left = last

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            die()

    if kind == "straight":
        answered = straight._result

        def counted(driver: Any) -> Any:
            count()  # after it was sent
            answer = answered(driver)
            count()  # after it was answered
            return answer

        straight._result = counted
    else:
        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)  # before it is sent
    file = os.open(acknowledged, os.O_WRONLY | os.O_APPEND)
    for number in range(1000):
        key = f"{life}-{number}"

        def note(work: Any, key: str = key) -> None:
            work.aggregates(NOTES).put(key, {"key": key}, 0)

        def reserve(work: Any, key: str = key) -> None:
            work.ledger.execute(Reserve(key=key, at=NOON, account="line", amount=1)).require()
            work.journal(NOTES).append("done", [key])

        def whole(work: Any) -> None:
            note(work)
            reserve(work)

        for act in (note, reserve) if kind == "halves" else (whole,):
            run_unit(storage, act)
        os.write(file, f"{key}\n".encode())
        count()  # after it was answered


def main(url: str, prefix: str, seed: str, lives: str, acknowledged: str, kind: str) -> None:
    """Live so many lives."""
    chance = random.Random(int(seed))
    for life in range(int(lives)):
        last = chance.randrange(1, 60)
        child = os.fork()
        if child == 0:
            live(url, prefix, life, last, acknowledged, kind)
            os._exit(3)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"life {life} was not killed: {status}")


if __name__ == "__main__":
    main(*sys.argv[1:])
