"""Storage in SQL beside the same work by hand: one aggregate, one hot line, and balances after a million entries.

*Load, modify, save* of one aggregate, beside SQLAlchemy Core with the same two statements, the same JSON and the same
transaction. *Reservations on one hot line* of PostgreSQL from eight threads, beside psycopg by hand in two ways: `same`
sends the very statement that we send (key, guarded update, reservation, entry), and `least` only inserts the key and
updates the line and all above it with a guard, in three or four trips, and records nothing that could be replayed,
posted or explained. *Refusals* are the same on a line that is full, beside `least`. *Look-ups* are those in a tree of
depth 5 after a thousand entries and after a million. PostgreSQL waits for its disk at every commit; SQLite does so in
the row that says it. Rounds alternate, and the fastest of each counts; a ratio may not exceed `limit`, a share may not
fall below `floor`.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, bindparam, create_engine, event, select, text, update

from salesrules.core import OpenAccount, Reserve, StoredKind
from salesrules.storage import SqlStorage, SqlTables, run_unit, sqlite_engine
from salesrules.testing.postgres import PostgresServer

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
THREADS = 8
ATTEMPTS = int(os.environ.get("SALESRULES_ATTEMPTS", "2000"))
ENTRIES = int(os.environ.get("SALESRULES_ENTRIES", "1000000"))
ROUNDS = int(os.environ.get("SALESRULES_ROUNDS", "5"))
CLAIMS: StoredKind[dict[str, Any]] = StoredKind(name="claim", dump=lambda claim: claim, load=lambda data: data)
CLAIM = {"id": "claim-7", "state": "open", "lines": [{"what": "hotel", "amount": f"{n}.50"} for n in range(8)], "n": 0}


def fastest(ways: dict[str, Callable[[], float]], rounds_each: int = ROUNDS) -> dict[str, float]:
    """The fastest round of each way; rounds alternate."""
    rounds = [{name: way() for name, way in ways.items()} for _ in range(rounds_each)]
    return {name: min(figures[name] for figures in rounds) for name in ways}


def saving(engine: Engine, times: int) -> dict[str, Any]:
    """Microseconds for each load, modify, save."""
    storage = SqlStorage(engine, tables=SqlTables(prefix="bench_"))
    storage.create_schema()
    run_unit(storage, lambda work: work.aggregates(CLAIMS).put("ours", CLAIM, 0))
    run_unit(storage, lambda work: work.aggregates(CLAIMS).put("by hand", CLAIM, 0))
    table, is_sqlite = storage.tables.aggregate, engine.dialect.name == "sqlite"
    of_id = table.c.id == bindparam("of_id")
    find = select(table.c.version, table.c.data).where(table.c.kind == bindparam("of_kind"), of_id)
    change = (
        update(table)
        .where(table.c.kind == bindparam("of_kind"), of_id, table.c.version == bindparam("expected"))
        .values(version=bindparam("version"), data=bindparam("data"))
    )

    def ours() -> float:
        begun = time.perf_counter()
        for _ in range(times):
            with storage.begin() as work:
                claims = work.aggregates(CLAIMS)
                found = claims.get("ours")
                claims.put("ours", {**found.value, "n": found.value["n"] + 1}, found.version)
                work.commit()
        return (time.perf_counter() - begun) / times * 1e6

    def by_hand() -> float:
        begun = time.perf_counter()
        for _ in range(times):
            with engine.connect() as connection:
                row = connection.execute(find, {"of_kind": "claim", "of_id": "by hand"}).one()
                claim = json.loads(row.data)
                data = json.dumps({**claim, "n": claim["n"] + 1}, ensure_ascii=False, separators=(",", ":"))
                values = {"of_kind": "claim", "of_id": "by hand", "expected": row.version, "version": row.version + 1}
                if is_sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                assert connection.execute(change, {**values, "data": data}).rowcount == 1
                connection.commit()
        return (time.perf_counter() - begun) / times * 1e6

    figures = fastest({"salesrules_us": ours, "by_hand_us": by_hand})
    return {**figures, "ratio": figures["salesrules_us"] / figures["by_hand_us"]}


@contextlib.contextmanager
def sqlite(is_durable: bool) -> Iterator[Engine]:
    """A SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_engine(Path(folder) / "a.db")
        if not is_durable:
            event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous = OFF"))
        yield engine
        engine.dispose()


LEVELS = ("line", "team", "region", "firm")


def hot_line(url: str, ancestors: int, limit: int = ATTEMPTS) -> dict[str, Any]:
    """Reservations a second on one line with so many accounts above it, from eight threads."""
    engine = create_engine(url, pool_size=THREADS)
    chain = LEVELS[: ancestors + 1]
    numbers = iter(range(1000))

    def prepared() -> SqlStorage:
        storage = SqlStorage(engine, tables=SqlTables(prefix=f"hot{ancestors}_{limit}_{next(numbers)}_"))
        storage.create_schema()
        for name, parent in reversed([*zip(chain, (*chain[1:], None), strict=True)]):
            command = OpenAccount(key=f"open {name}", at=NOON, account=name, unit="count", limit=limit, parent=parent)
            run_unit(storage, lambda work, command=command: work.ledger.execute(command)).require()
        return storage

    def timed(attempts_of: Callable[[int], int]) -> float:
        begun = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            passed = sum(pool.map(attempts_of, range(THREADS)))
        assert passed == limit, passed
        return (time.perf_counter() - begun) / ATTEMPTS

    def ours() -> float:
        storage = prepared()

        def some(thread: int) -> int:
            passed = 0
            for number in range(thread, ATTEMPTS, THREADS):
                command = Reserve(key=f"k{number}", at=NOON, account="line", amount=1)
                with storage.begin() as work:
                    passed += work.ledger.execute(command).is_allowed
                    work.commit()
            return passed

        return timed(some)

    def by_hand() -> float:
        prefix = prepared().tables.account.name.removesuffix("account")
        add = f"INSERT INTO {prefix}key (id) VALUES (%s) ON CONFLICT DO NOTHING"
        # Roots first, as anybody must who does not want deadlocks: the rows are locked in that order, then changed.
        lock = f"SELECT id FROM {prefix}account WHERE id = ANY(%s) ORDER BY depth FOR UPDATE"
        fits = "posted + pending + 1 <= limit_units"
        guard = f"UPDATE {prefix}account SET pending = pending + 1 WHERE id = ANY(%s) AND {fits}"
        ids = list(chain)

        def some(thread: int) -> int:
            passed = 0
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                for number in range(thread, ATTEMPTS, THREADS):
                    cursor = connection.cursor()
                    assert cursor.execute(add, (f"k{number}",)).rowcount == 1
                    if ancestors:
                        cursor.execute(lock, (ids,))
                    passed += cursor.execute(guard, (ids,)).rowcount == len(ids)
                    connection.commit()
            return passed

        return timed(some)

    def same() -> float:
        storage = prepared()
        swift = storage._statements.swift
        assert swift is not None
        with storage.begin() as work:
            swift.learn(work.ledger.account("line"))
        question = swift.question(Reserve(key="k", at=NOON, account="line", amount=1))
        assert question is not None
        text = str(question.statement.statement.compile(dialect=engine.dialect))

        def some(thread: int) -> int:
            passed = 0
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                for number in range(thread, ATTEMPTS, THREADS):
                    values = {**question.values, "the_key": f"k{number}"}
                    row = connection.cursor().execute(text, values).fetchone()
                    connection.commit()
                    passed += row is not None and row[0]
            return passed

        return timed(some)

    ways = {"salesrules": ours, "least": by_hand, **({"same": same} if limit else {})}
    seconds = fastest(ways)
    engine.dispose()
    figures = {f"{name}_per_second": 1 / figure for name, figure in seconds.items()}
    shares = {f"share_of_{name}": seconds[name] / seconds["salesrules"] for name in ways if name != "salesrules"}
    return {**figures, **shares, **({"floor": 0.6} if limit else {})}


def grown(engine: Engine, prefix: str, entries: int) -> SqlStorage:
    """A storage with a tree of depth 5 and that many entries on its lowest account."""
    storage = SqlStorage(engine, tables=SqlTables(prefix=prefix))
    storage.create_schema()
    for level in range(5):
        command = OpenAccount(
            key=f"o{level}",
            at=NOON,
            account=f"a{level}",
            parent=f"a{level - 1}" if level else None,
            unit="count",
            limit=10**9,
        )
        run_unit(storage, lambda work, command=command: work.ledger.execute(command)).require()
    run_unit(storage, lambda work: work.ledger.execute(Reserve(key="r", at=NOON, account="a4", amount=1))).require()
    entry, reservation = storage.tables.entry.name, storage.tables.reservation.name
    # What so many more reservations leave, written at once instead of one by one, which would take an hour.
    with engine.begin() as connection:
        more = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        connection.execute(
            text(
                f"INSERT INTO {entry} (key, command, decision, movements) {more} SELECT 'r' || i, command, decision,"
                f" movements FROM n, (SELECT * FROM {entry} WHERE key = 'r') AS one"
            ),
            {"count": entries},
        )
        connection.execute(
            text(
                f"INSERT INTO {reservation} (id, account, root, reserved, remaining, status) {more}"
                f" SELECT 'r' || i, account, root, 1, 1, 'open' FROM n,"
                f" (SELECT * FROM {reservation} WHERE id = 'r') AS one"
            ),
            {"count": entries},
        )
        connection.execute(update(storage.tables.account).values(pending=entries + 1))
    return storage


def looking_up(engine: Engine) -> dict[str, dict[str, Any]]:
    """Microseconds for a balance, a headroom and a reservation after a thousand entries and after many."""
    storages = {"after_few": grown(engine, "few_", 1000), "after_many": grown(engine, "many_", ENTRIES)}
    numbers = iter(range(10**9))

    def timed(act: Callable[[Any], object]) -> float:
        begun = time.perf_counter()
        for _ in range(20):
            act(None)
        return (time.perf_counter() - begun) / 20 * 1e6

    def asking(storage: SqlStorage, ask: Callable[[Any], object]) -> Callable[[], float]:
        def once(_: object) -> None:
            with storage.begin() as work:
                ask(work.ledger)
                work.commit()

        return lambda: timed(once)

    def reserve(ledger: Any) -> None:
        ledger.execute(Reserve(key=f"more {next(numbers)}", at=NOON, account="a4", amount=1))

    acts: dict[str, Callable[[Any], object]] = {
        "balance": lambda ledger: ledger.balance("a4"),
        "headroom": lambda ledger: ledger.headroom("a4"),
        "reserve": reserve,
    }
    found = {}
    for name, act in acts.items():
        figures = fastest({age: asking(storage, act) for age, storage in storages.items()}, 60)
        ratio = figures["after_many"] / figures["after_few"]
        found[f"{name}_us"] = {**figures, "ratio": ratio, "limit": 1.25}
    return found


def run() -> dict[str, Any]:
    """The figures."""
    figures: dict[str, Any] = {
        "what": "load, modify, save in microseconds; reservations a second; look-ups in microseconds",
        "attempts": ATTEMPTS,
        "entries": ENTRIES,
    }
    for name, is_durable in (("SQLite", False), ("SQLite, every commit on the disk", True)):
        with sqlite(is_durable) as engine:
            figures[f"save · {name}"] = {**saving(engine, 100 if is_durable else 1000), "limit": 1.25}
    with sqlite(False) as engine:
        figures["look up · SQLite"] = looking_up(engine)
    with PostgresServer(is_durable=True) as server:
        engine = create_engine(server.url)
        figures["save · PostgreSQL"] = {**saving(engine, 500), "limit": 1.15}
        figures["look up · PostgreSQL"] = looking_up(engine)
        engine.dispose()
        figures["hot line · PostgreSQL, 8 threads"] = hot_line(server.url, 0)
        figures["refusals on a full line · PostgreSQL, 8 threads"] = hot_line(server.url, 0, 0)
        figures["hot line and three above · PostgreSQL, 8 threads"] = hot_line(server.url, 3)
    return figures


if __name__ == "__main__":
    for line in run().items():
        print(*line)
