"""The short way on PostgreSQL: one statement for what passes, the usual way's answers, whatever somebody cleared."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, event

from salesrules.core import (
    BackendUnavailable,
    CloseAccount,
    IdempotencyConflict,
    Money,
    Movement,
    MovementKind,
    OpenAccount,
    Post,
    Reserve,
    StoredKind,
    restore_ledger,
)
from salesrules.storage import SqlStorage, run_unit
from salesrules.storage.sql import codec

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)


def opened(account, limit, parent=None, unit="count", **more):
    return OpenAccount(key=f"open {account}", at=NOON, account=account, unit=unit, limit=limit, parent=parent, **more)


def reserve(key, account="line", amount=1, at=NOON, **more):
    return Reserve(key=key, at=at, account=account, amount=amount, **more)


def send(storage, command, **limits):
    return run_unit(storage, lambda work: work.ledger.execute(command), **limits)


def watched(storage):
    """How often a storage begins the short way, and the statements that it sends on it."""
    begun, sent, usual = [], [], storage._straight

    def begin(connection):
        begun.append(usual.begin(connection))
        return begun[-1]

    def rows(connection, statement, values):
        sent.append(statement)
        return usual.rows(connection, statement, values)

    storage._straight = attrs.evolve(usual, begin=begin, rows=rows)
    return begun, sent


@pytest.fixture
def storage(open_storage):
    """A storage with a line of two seats and one of two below three others, whose accounts it has met."""
    storage = open_storage("postgresql")
    for parent, account in ((None, "line"), (None, "firm"), ("firm", "region"), ("region", "team"), ("team", "desk")):
        send(storage, opened(account, 2, parent))
    for account in ("line", "desk"):
        send(storage, reserve(f"first on {account}", account))
    return storage


@pytest.mark.parametrize("account", ["line", "desk"])
def test_what_passes_takes_one_statement_and_a_refusal_two(storage, account):
    begun, sent = watched(storage)
    assert send(storage, reserve("a", account)).headroom == 0
    assert (begun, len(sent)) == ([True], 1)
    refused = send(storage, reserve("b", account))
    assert (refused.is_allowed, refused.headroom, len(sent)) == (False, 0, 3)
    assert send(storage, reserve("b", account)) == refused
    assert len(sent) == 4
    with pytest.raises(IdempotencyConflict):
        send(storage, reserve("a", account, 2))
    with storage.begin() as work:
        assert work.ledger.balance(account).pending == 2
        entries = list(work.ledger.entries())
    assert restore_ledger(entries).balance(account).pending == 2


def cny(amount):
    return Money(amount, "CNY")


UNTIL = NOON + timedelta(hours=1)
ODD = 'a "b" \\ {c,d} 预算 ü'
STORY = [
    opened("year", cny(100), unit="CNY"),
    opened(ODD, cny("50.5"), "year", unit="CNY"),
    opened('"', None, ODD, unit="CNY"),
    opened("free", None, unit="CNY", digits=4),
    *[reserve(f"meet {account}", account, cny(1)) for account in ("year", ODD, '"', "free")],
    reserve("r1", '"', cny("12.34")),
    reserve('r2 "quoted" \\ 键', '"', cny("0.10"), expires_at=UNTIL),
    reserve("r3", ODD, cny("40")),
    reserve("r4", '"', cny("0.001")),
    reserve("r5", '"', 3),
    reserve("r6", '"', Money(3, "EUR")),
    reserve("r7", "free", cny("0.0001")),
    Post(key="p1", at=NOON, account='"', amount=cny("1.5")),
    Post(key="p2", at=NOON, account='"', amount=cny(99)),
    Post(key="p3", at=NOON, account="year", amount=cny(50)),
    Post(key="p4", at=NOON, account="free", amount=cny(10**12)),
    reserve("p1", "year", cny(1)),
    reserve("r8", '"', cny("34.57"), at=UNTIL),
    reserve("r9", '"', cny("34.56"), at=UNTIL),
    CloseAccount(key="c", at=NOON, account="free"),
    reserve("r10", "free", cny(1)),
    reserve("r1", '"', cny("12.34")),
]


def told(storage):
    """What a storage answers to the story, and what it keeps of it."""
    answers = []
    for command in STORY:
        try:
            answers.append(send(storage, command))
        except IdempotencyConflict as conflict:
            answers.append(str(conflict))
    with storage.begin() as work:
        balances = [work.ledger.balances(account) for account in ('"', "free")]
        return answers, list(work.ledger.entries()), balances, work.ledger.due(NOON + timedelta(days=1))


def test_the_short_way_answers_and_keeps_what_the_usual_one_does(open_storage):
    storage = open_storage("postgresql")
    begun, sent = watched(storage)
    short = told(storage)
    assert all(begun[1:])
    assert len(sent) > 20
    usual = open_storage("postgresql")
    usual._straight = None
    assert told(usual) == short == told(open_storage("memory"))


@pytest.mark.parametrize("account", ["line", "desk"])
def test_what_somebody_cleared_on_a_connection_is_prepared_again(storage, account):
    begun, sent = watched(storage)
    for number, clearing in enumerate(("DEALLOCATE ALL", "DISCARD ALL", "SELECT 1")):
        with storage._engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            for _ in range(7):  # by now psycopg has prepared it, and clears the connection when it rolls back
                connection.exec_driver_sql("SELECT 2")
            connection.rollback()
            driver.autocommit = True
            driver.execute(clearing)
            driver.autocommit = False
        assert send(storage, reserve(f"a{number}", account), attempts=1).is_allowed is (number == 0)
    assert begun == [True] * 3
    assert len(sent) == 5


def test_a_unit_that_is_left_leaves_what_is_prepared(storage):
    watched(storage)
    for _ in range(7):
        with storage.begin() as work:
            work.aggregates(NOTES).find("a")
    with storage.begin() as work:
        assert work.ledger.execute(reserve("a")).is_allowed
    with storage._engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM pg_prepared_statements").scalars().all()
    assert {"salesrules_begin"} < set(names)
    with storage.begin() as work:
        assert work.ledger.balance("line").pending == 1


def other_engines(url):
    """Engines whose users want the usual way."""
    listening = create_engine(url)
    event.listen(listening, "before_cursor_execute", lambda *_: None)
    commits = create_engine(url)
    event.listen(commits, "commit", lambda _: None)
    return {
        "listens": listening,
        "listens to commits": commits,
        "prepares nothing": create_engine(url, connect_args={"prepare_threshold": None}),
        "echoes": create_engine(url, echo=True),
        "another encoding": create_engine(url, connect_args={"client_encoding": "latin1"}),
        "other names": create_engine(url).execution_options(schema_translate_map={None: "public"}),
    }


def test_whoever_wants_the_usual_way_has_it(storage, postgres):
    for name, engine in other_engines(postgres.url).items():
        theirs = SqlStorage(engine, tables=storage.tables)
        begun, sent = watched(theirs)
        line = f"line of one who {name}"
        send(theirs, opened(line, 1))
        assert [send(theirs, reserve(f"{name} {number}", line)).is_allowed for number in range(2)] == [True, False]
        assert (set(begun), sent) == ({False}, []), name
        engine.dispose()


def test_an_account_that_is_not_as_remembered_is_learnt_anew(storage):
    with storage._engine.begin() as connection:
        for table in (storage.tables.account, storage.tables.chain):
            connection.execute(delete(table))
    assert not send(storage, reserve("gone", "desk")).is_allowed
    with storage._engine.begin() as connection:
        connection.execute(delete(storage.tables.key).where(storage.tables.key.c.id.startswith("open")))
        connection.execute(delete(storage.tables.entry).where(storage.tables.entry.c.key.startswith("open")))
    for parent, account in ((None, "desk"), ("desk", "firm"), ("firm", "line")):
        send(storage, opened(account, 3, parent))
    begun, sent = watched(storage)
    for number, account in enumerate(("desk", "line", "firm")):
        assert send(storage, reserve(f"a{number}", account)).is_allowed
    with storage.begin() as work:
        assert [work.ledger.balance(account).pending for account in ("desk", "firm", "line")] == [3, 2, 1]
    assert send(storage, reserve("full", "line")).reasons
    assert all(begun)
    assert len(sent) == 5


def test_who_waits_too_long_for_a_row_is_told_that_nothing_was_saved(storage, postgres):
    impatient = create_engine(postgres.url, connect_args={"options": "-c lock_timeout=50ms"})
    theirs = SqlStorage(impatient, tables=storage.tables)
    assert send(theirs, reserve("seen", amount=9)).reasons
    with storage.begin() as work:
        assert work.ledger.execute(reserve("mine")).is_allowed
        with pytest.raises(BackendUnavailable, match="lock timeout; nothing was saved"):
            send(theirs, reserve("theirs"), attempts=2)
    assert send(theirs, reserve("theirs")).is_allowed
    impatient.dispose()


def test_connections_that_were_cut_are_given_up_together(storage, postgres):
    engine = create_engine(postgres.url, pool_size=4)
    theirs = SqlStorage(engine, tables=storage.tables)
    send(theirs, reserve("seen", amount=9))
    connections = [engine.connect() for _ in range(4)]
    pids = [connection.connection.dbapi_connection.info.backend_pid for connection in connections]
    for connection in connections:
        connection.close()
    with storage._engine.begin() as connection:
        for pid in pids:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    assert send(theirs, reserve("a"), attempts=2).is_allowed
    engine.dispose()


def test_threads_on_leaves_of_one_tree_overspend_none_of_its_accounts(open_storage):
    storage = open_storage("postgresql")
    for account, limit, parent in (("firm", 30, None), ("east", 20, "firm"), ("west", None, "firm")):
        send(storage, opened(account, limit, parent))
    passed, start = [], threading.Barrier(4)

    def some(thread):
        account = ("east", "west")[thread % 2]
        start.wait()
        passed.extend(
            account for number in range(20) if send(storage, reserve(f"{thread}-{number}", account)).is_allowed
        )

    workers = [threading.Thread(target=some, args=(thread,)) for thread in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with storage.begin() as work:
        entries = list(work.ledger.entries())
        held = {account: work.ledger.balance(account).pending for account in ("firm", "east", "west")}
    assert len(passed) == 30 == held["firm"] == held["east"] + held["west"]
    assert held["east"] == passed.count("east") <= 20
    assert len(entries) == 83
    assert {account: restore_ledger(entries).balance(account).pending for account in held} == held


def test_other_drivers_have_no_short_way():
    class Engine:
        class dialect:  # noqa: N801 - as SQLAlchemy names it
            name, driver = "postgresql", "psycopg2"

    from salesrules.storage.sql.storage import _straight

    assert _straight(Engine()) is None


TEXTS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), timezone(timedelta(minutes=345))])
INSTANTS = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - they give a zone
AMOUNTS = st.one_of(st.integers(1, 10**18 - 1), st.decimals(min_value="0.0001", max_value=10**9, places=4).map(cny))


@settings(max_examples=60)
@given(kind=st.sampled_from([Reserve, Post]), key=TEXTS, account=TEXTS, at=INSTANTS, amount=AMOUNTS, days=st.integers())
def test_texts_that_are_put_together_by_hand_are_those_of_json(kind, key, account, at, amount, days):
    until = {"expires_at": at.astimezone(UTC) + timedelta(days=days % 99 + 1)} if kind is Reserve and days else {}
    command = kind(key=key, at=at, account=account, amount=amount, **until)
    assert codec.command_text(command) == codec._write(codec._command(command))
    made = {"reservation": key} if kind is Reserve else {"posting": key}
    movement = Movement(
        kind=MovementKind.RESERVED if kind is Reserve else MovementKind.POSTED, account=account, amount=amount, **made
    )
    assert codec.made_text(command) == codec.movements_text((movement,))
    assert json.loads(codec.command_text(command))[1]["key"] == key
