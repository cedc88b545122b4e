"""A database that goes away, comes back, or cannot be written: a clear error, a safe retry, nothing lost or doubled."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from salesrules.core import BackendUnavailable, InvalidValue, OpenAccount, Reserve, StoredKind
from salesrules.storage import SqlStorage, SqlTables, run_once, run_unit, sqlite_engine
from salesrules.storage.sql.faults import as_unavailable
from salesrules.testing.postgres import PostgresServer

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)


@pytest.fixture(scope="module")
def server():
    """A server of our own, which these tests stop."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def storage(server):
    """A storage on it with one line of five seats."""
    engine = create_engine(server.url)
    storage = SqlStorage(engine, tables=SqlTables(prefix=f"f{time.monotonic_ns()}_"))
    storage.create_schema()
    opened = OpenAccount(key="open", at=NOON, account="line", unit="count", limit=5)
    run_unit(storage, lambda work: work.ledger.execute(opened))
    yield storage
    engine.dispose()


def seat(key):
    return Reserve(key=key, at=NOON, account="line", amount=1)


def pending(storage):
    with storage.begin() as work:
        return work.ledger.balance("line").pending


def terminate(storage, server):
    """End the sessions of a storage's engine, from another connection."""
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(f"{others} AND datname = 'postgres'"))
    admin.dispose()


def test_a_session_that_is_terminated_breaks_the_unit_and_the_retry_has_one_effect(storage, server):
    runs = []

    def act(work):
        decision = work.ledger.execute(seat("a"))
        if not runs:
            terminate(storage, server)
        runs.append(1)
        work.aggregates(NOTES).put("a", "done", 0)
        return decision

    with storage.begin() as work:
        with pytest.raises(
            BackendUnavailable, match=r"PostgreSQL storage is unavailable: .*nothing was saved"
        ) as caught:
            act(work)
        assert not caught.value.may_have_committed
        for use in (lambda: work.aggregates(NOTES).find("a"), work.commit):
            with pytest.raises(BackendUnavailable):
                use()
    assert pending(storage) == 0
    runs.clear()
    assert run_unit(storage, act).is_allowed
    assert (len(runs), pending(storage)) == (2, 1)


def test_a_session_that_is_terminated_at_its_commit_may_have_saved(storage, server):
    left = [1]

    def cut(connection):
        if left:
            left.pop()
            terminate(storage, server)

    event.listen(storage._engine, "commit", cut)
    with pytest.raises(BackendUnavailable, match="may have been saved") as caught:
        run_unit(storage, lambda work: work.ledger.execute(seat("a")), attempts=3)
    assert caught.value.may_have_committed
    left.append(1)
    assert run_once(storage, "once", lambda work: work.ledger.execute(seat("b")).is_allowed) is True
    assert run_once(storage, "once", lambda work: work.ledger.execute(seat("b")).is_allowed) is True
    assert run_unit(storage, lambda work: work.ledger.execute(seat("a"))).is_allowed
    assert (left, pending(storage)) == ([], 2)


def test_a_unit_that_only_read_cannot_have_saved(storage, server):
    with storage.begin() as work:
        assert work.ledger.headroom("line") == 5
        terminate(storage, server)
        with pytest.raises(BackendUnavailable) as caught:
            work.commit()
    assert not caught.value.may_have_committed


def test_a_server_that_is_stopped_is_told_and_a_retry_passes_once_it_is_back(storage, server):
    assert run_unit(storage, lambda work: work.ledger.execute(seat("a"))).is_allowed
    server.stop()
    with pytest.raises(BackendUnavailable, match="nothing was saved"):
        run_unit(storage, lambda work: work.ledger.execute(seat("b")), attempts=2)
    restart = threading.Timer(0.2, server.start)
    restart.start()
    assert run_unit(storage, lambda work: work.ledger.execute(seat("b")), attempts=100, longest_wait=0.2).is_allowed
    restart.join()
    assert pending(storage) == 2


def test_a_file_that_can_only_be_read_is_told_and_can_be_read(tmp_path):
    path = tmp_path / "a.db"
    writable = SqlStorage(sqlite_engine(path))
    writable.create_schema()
    run_unit(writable, lambda work: work.aggregates(NOTES).put("a", "kept", 0))
    readonly = SqlStorage(create_engine(f"sqlite:///file:{path}?mode=ro&uri=true"))
    with readonly.begin() as work:
        assert work.aggregates(NOTES).get("a").value == "kept"
    with pytest.raises(BackendUnavailable, match=r"readonly database; nothing was saved"):
        run_unit(readonly, lambda work: work.aggregates(NOTES).put("b", "lost", 0), attempts=2)
    with writable.begin() as work:
        assert work.aggregates(NOTES).ids() == ("a",)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    storage = SqlStorage(sqlite_engine(tmp_path / "nowhere" / "a.db"))
    with pytest.raises(BackendUnavailable, match="unable to open"):
        storage.create_schema()


def test_a_full_disk_is_told_and_nothing_that_was_acknowledged_is_lost(tmp_path):
    engine, pages = sqlite_engine(tmp_path / "a.db"), [200]
    event.listen(engine, "checkout", lambda dbapi, *_: dbapi.execute(f"PRAGMA max_page_count = {pages[0]}"))
    storage = SqlStorage(engine)
    storage.create_schema()
    opened = OpenAccount(key="open", at=NOON, account="line", unit="count")
    run_unit(storage, lambda work: work.ledger.execute(opened))

    def act(work, number):
        work.ledger.execute(seat(f"k{number}"))
        work.aggregates(NOTES).put(f"k{number}", "x" * 20_000, 0)

    acknowledged = []

    def fill():
        for number in range(100):
            run_unit(storage, lambda work, number=number: act(work, number), attempts=2)
            acknowledged.append(f"k{number}")

    with pytest.raises(BackendUnavailable, match=r"is full; nothing was saved") as caught:
        fill()
    assert not caught.value.may_have_committed
    assert len(acknowledged) > 3

    def seen():
        with storage.begin() as work:
            return [set(work.aggregates(NOTES).ids()), {entry.key for entry in work.ledger.entries()} - {"open"}]

    assert seen() == [set(acknowledged)] * 2
    assert pending(storage) == len(acknowledged)
    pages[0] = 10_000
    run_unit(storage, lambda work: act(work, len(acknowledged)))
    assert seen() == [{*acknowledged, f"k{len(acknowledged)}"}] * 2


@pytest.mark.parametrize("kind", ["sqlite in memory", "sqlite", "postgresql"])
def test_a_unit_whose_statement_failed_commits_nothing(kind, open_storage):
    """PostgreSQL would answer a commit after an error with a rollback and no word."""
    storage = open_storage(kind)
    with storage.begin() as work:
        work.aggregates(NOTES).put("a", 1, 0)
        with pytest.raises(BackendUnavailable):
            work._session.rows(text("SELECT 1/0 FROM nowhere_at_all WHERE"))
        with pytest.raises(BackendUnavailable):
            work.commit()
    with storage.begin() as work:
        assert work.aggregates(NOTES).ids() == ()


class Reported(Exception):
    """What a driver of a server raises."""

    def __init__(self, sqlstate=None, *args):
        super().__init__(*args)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("said", "is_cut", "is_unknown"),
    [
        (Reported("40001"), False, False),
        (Reported("40P01"), False, False),
        (Reported("53100"), False, False),
        (Reported("57P01"), False, True),
        (Reported("08006"), False, True),
        (Reported(None, "connection lost"), True, True),
        (Reported(None, 1213, "Deadlock found"), False, False),
        (Reported(None, 2013, "Lost connection"), False, True),
        (Reported(None, 2006, "gone away"), False, True),
        (sqlite3.OperationalError("database is locked"), False, False),
        (sqlite3.OperationalError("database or disk is full"), False, False),
        (sqlite3.OperationalError("disk I/O error"), False, True),
    ],
)
def test_only_a_commit_that_nobody_answered_may_have_saved(said, is_cut, is_unknown):
    error = OperationalError("COMMIT", {}, said, connection_invalidated=is_cut)
    assert as_unavailable("db", error, is_commit=True).may_have_committed is is_unknown
    assert as_unavailable("db", error).may_have_committed is False


def test_faults_show_neither_statements_nor_values_nor_passwords():
    error = DBAPIError("INSERT INTO t VALUES (%s)", {"data": "secret"}, Reported(None, "no room\nDETAIL: secret"))
    assert str(as_unavailable("the db", error)) == (
        "the db is unavailable: no room; nothing was saved; send the same command again"
    )
    assert "Reported" in str(as_unavailable("the db", InterfaceError("SELECT", {}, Reported())))


def test_missing_tables_are_no_matter_of_trying_again(tmp_path, postgres_engine):
    for engine in (sqlite_engine(tmp_path / "a.db"), sqlite_engine(), postgres_engine):
        storage = SqlStorage(engine, tables=SqlTables(prefix="never_made_"))
        with pytest.raises(InvalidValue, match="create_schema"):
            run_unit(storage, lambda work: work.aggregates(NOTES).ids())
    error = ProgrammingError("SELECT", {}, Reported(None, 1146, "Table does not exist"))
    assert isinstance(as_unavailable("db", error), InvalidValue)
