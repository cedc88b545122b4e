"""Many who want the same at once: processes, twins of the storage that must fail, deadlocks, locks that do not come."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, create_engine, insert, update

from salesrules.core import BackendUnavailable, LedgerBatch, OpenAccount, Reserve, StoredKind, restore_ledger
from salesrules.storage import SqlStorage, SqlTables, run_unit, sqlite_engine

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)


def seat(key, account="line"):
    return Reserve(key=key, at=NOON, account=account, amount=1)


def seats(account, limit):
    return OpenAccount(key=f"open {account}", at=NOON, account=account, unit="count", limit=limit)


def send(storage, command, **limits):
    return run_unit(storage, lambda work: work.ledger.execute(command), **limits)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_on_one_line_overspend_nothing_and_lose_nothing(kind, tmp_path, postgres):
    url = str(tmp_path / "a.db") if kind == "sqlite" else postgres.url
    engine = sqlite_engine(url) if kind == "sqlite" else create_engine(url)
    storage = SqlStorage(engine, tables=SqlTables(prefix="processes_"))
    storage.create_schema()
    send(storage, seats("line", 400))
    program = [sys.executable, str(Path(__file__).with_name("contending.py")), url, "processes_"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*program, f"p{number}", "200"], **pipes) for number in range(4)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    passed = [int(process.communicate(timeout=120)[0]) for process in processes]
    assert sum(passed) == 400
    with storage.begin() as work:
        entries = list(work.ledger.entries())
        assert work.ledger.balance("line").pending == 400 == restore_ledger(entries).balance("line").pending
    assert len({entry.key for entry in entries}) == len(entries) == 801
    engine.dispose()


def twin(storage):
    """A storage on the same tables whose units neither lock nor guard."""
    statements = storage._statements
    statements.swift = None
    statements.lock_chains = statements.chains
    statements.move = statements.move_within_limits = _unguarded(storage.tables.account)
    return storage


def _unguarded(account):
    ids = account.c.id.in_(bindparam("ids", expanding=True))
    moved = {
        "pending": account.c.pending + bindparam("to_pending"),
        "posted": account.c.posted + bindparam("to_posted"),
    }
    return update(account).where(ids).values(**moved)


def passed_of_twenty(storage, threads=8, attempts=80):
    """How many reservations pass on a line of 20 where threads send 80."""
    send(storage, seats("line", 20))
    passed, start = [], threading.Barrier(threads)

    def some(thread):
        start.wait()
        keys = [f"{thread}-{number}" for number in range(attempts // threads)]
        passed.extend(send(storage, seat(key), attempts=100).is_allowed for key in keys)

    workers = [threading.Thread(target=some, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    return Counter(passed)[True]


def test_the_harness_finds_the_overspend_of_a_twin_without_locks_and_guards(open_storage):
    assert passed_of_twenty(open_storage("postgresql")) == 20
    assert passed_of_twenty(twin(open_storage("postgresql"))) > 20


def test_the_guards_alone_keep_the_limit_where_nothing_is_locked(open_storage):
    storage = open_storage("postgresql")
    storage._statements.swift = None
    storage._statements.lock_chains = storage._statements.chains
    assert passed_of_twenty(storage) == 20


def test_the_harness_finds_the_second_effect_of_a_twin_without_keys(open_storage):
    def effects(storage):
        send(storage, seats("line", 100))
        start = threading.Barrier(4)

        def one():
            start.wait()
            send(storage, seat("again"), attempts=50)

        workers = [threading.Thread(target=one) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        with storage.begin() as work:
            return work.ledger.balance("line").pending

    assert effects(open_storage("postgresql")) == 1
    storage = open_storage("postgresql")
    with storage._engine.begin() as connection:
        for table in (storage.tables.key, storage.tables.entry, storage.tables.reservation):
            connection.exec_driver_sql(f"CREATE TABLE copy_of_{table.name} AS TABLE {table.name}")
            connection.exec_driver_sql(f"DROP TABLE {table.name}")
            connection.exec_driver_sql(f"ALTER TABLE copy_of_{table.name} RENAME TO {table.name}")
    storage._statements.swift = None
    storage._statements.claim = insert(storage.tables.key).execution_options(preserve_rowcount=True)
    storage._statements.add_entry = insert(storage.tables.entry).values(number=0).inline()
    try:
        assert effects(storage) == 4
    finally:
        storage.tables.metadata.drop_all(storage._engine)
        storage.create_schema()


def test_who_finds_the_file_locked_is_told_that_nothing_was_saved(tmp_path):
    ours, theirs = (SqlStorage(sqlite_engine(tmp_path / "a.db", patience=0.05)) for _ in range(2))
    ours.create_schema()
    with ours.begin() as work:
        work.aggregates(NOTES).put("a", 1, 0)
        with pytest.raises(
            BackendUnavailable, match=r"SQLite storage is unavailable: .*locked; nothing was saved"
        ) as caught:
            run_unit(theirs, lambda other: other.aggregates(NOTES).put("b", 1, 0), attempts=2)
        assert not caught.value.may_have_committed
        work.commit()
    assert run_unit(theirs, lambda other: other.aggregates(NOTES).put("b", 1, 0)) == 1


@pytest.mark.parametrize("kind", ["sqlite in memory", "sqlite"])
def test_who_waits_too_long_for_another_unit_is_told_too(kind, open_storage):
    storage = open_storage(kind)
    storage._locks.patience = 0.01
    with storage.begin() as work:
        work.aggregates(NOTES).put("a", 1, 0)
        with pytest.raises(BackendUnavailable, match="have been writing"):
            run_unit(storage, lambda other: other.aggregates(NOTES).put("b", 1, 0), attempts=2)
        with storage.begin() as reader:
            assert reader.aggregates(NOTES).ids() == ()
        work.commit()


def test_units_that_lock_two_trees_crosswise_both_pass_in_the_end(open_storage):
    storage = open_storage("postgresql")
    for account in ("east", "west"):
        send(storage, seats(account, 10))
    start, met = threading.Barrier(2), []

    def cross(first, second):
        runs = []

        def act(work):
            work.ledger.execute(seat(f"{first} of {first}{second}", first))
            if not runs:
                start.wait(20)
            runs.append(1)
            work.ledger.execute(seat(f"{second} of {first}{second}", second))

        run_unit(storage, act, attempts=5)
        met.append(len(runs))

    workers = [threading.Thread(target=cross, args=ends) for ends in (("east", "west"), ("west", "east"))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(met) == [1, 2]
    with storage.begin() as work:
        assert (work.ledger.balance("east").pending, work.ledger.balance("west").pending) == (2, 2)


def test_batches_over_two_trees_in_any_order_lock_them_in_one_order(open_storage):
    """No deadlock comes, so one attempt is enough for each."""
    storage, faults = open_storage("postgresql"), []
    for account in ("east", "west"):
        send(storage, seats(account, 1000))

    def some(thread):
        for number in range(15):
            ends = ("east", "west") if thread % 2 else ("west", "east")
            parts = [seat(f"{thread}-{number}-{account}", account) for account in ends]
            try:
                send(storage, LedgerBatch(key=f"{thread}-{number}", at=NOON, commands=parts), attempts=1)
            except BackendUnavailable as fault:
                faults.append(fault)

    workers = [threading.Thread(target=some, args=(thread,)) for thread in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert faults == []
    with storage.begin() as work:
        assert work.ledger.balance("east").pending == 60 == work.ledger.balance("west").pending
