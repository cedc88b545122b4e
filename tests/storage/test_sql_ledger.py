"""The ledger in SQL beside the model: any commands, rare cases that seldom are drawn, and what is stored as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from salesrules.core import (
    IdempotencyConflict,
    InvalidValue,
    Ledger,
    LedgerBatch,
    Money,
    OpenAccount,
    Post,
    Refund,
    Reserve,
    TransferLimit,
    UnknownName,
    VoidReservation,
    decide_ledger,
    evolve_ledger,
)
from salesrules.storage import SqlStorage, run_unit, sqlite_engine
from salesrules.storage.sql.amounts import CAPACITY, places_of, to_amount, to_units
from salesrules.storage.sql.codec import instant_text, microseconds, to_instant
from salesrules.testing.storage_commands import draw_commands

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def emptied():
    """A storage in SQLite, and a function that empties it."""
    storage = SqlStorage(sqlite_engine())
    storage.create_schema()

    def empty():
        with storage._engine.begin() as connection:
            for table in storage.tables.all:
                if table is not storage.tables.version:
                    connection.execute(delete(table))
        return storage

    return empty


def answer(ask, command):
    try:
        return ask(command)
    except IdempotencyConflict as conflict:
        return (conflict.key, conflict.first, conflict.second), ()


def assert_agreement(storage, commands):
    """Every command is answered as by the model, and the entries are the model's; the model."""
    model, recorded = Ledger(), []
    for command in commands:
        expected, entries = answer(lambda asked, model=model: decide_ledger(model, asked), command)
        found, _ = answer(lambda asked: (run_unit(storage, lambda work: work.ledger.execute(asked)), ()), command)
        assert found == expected, command
        for entry in entries:
            model = evolve_ledger(model, entry)
            recorded.append(entry)
    with storage.begin() as work:
        assert list(work.ledger.entries()) == recorded
        for account in model.accounts:
            assert work.ledger.account(account) == model.account(account)
            assert work.ledger.balances(account) == model.balances(account)
        late = NOON + timedelta(days=9999)
        assert work.ledger.due(late) == model.due(late)
    return model


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_any_commands_are_answered_as_the_model_answers_them(emptied, seed):
    assert_agreement(emptied(), draw_commands(seed, 60))


def opened(account, limit, parent=None, unit="count", **more):
    return OpenAccount(key=f"open {account}", at=NOON, account=account, unit=unit, limit=limit, parent=parent, **more)


def reserve(key, account, amount, at=NOON, **more):
    return Reserve(key=key, at=at, account=account, amount=amount, **more)


def cny(amount):
    return Money(amount, "CNY")


@pytest.fixture(params=["sqlite in memory", "postgresql"])
def storage(request, open_storage):
    return open_storage(request.param)


def test_what_has_expired_on_a_sibling_makes_room(storage):
    until, later = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    model = assert_agreement(
        storage,
        [
            opened("hall", 2),
            opened("east", None, "hall"),
            opened("west", None, "hall"),
            reserve("e1", "east", 1, expires_at=until),
            reserve("e2", "east", 1, expires_at=later),
            reserve("w1", "west", 1, at=until - timedelta(seconds=1)),
            reserve("w2", "west", 2, at=until),
            reserve("w3", "west", 1, at=until),
            LedgerBatch(key="b", at=NOON, commands=[reserve("w4", "west", 1, at=later), reserve("w5", "west", 1)]),
            reserve("w6", "west", 1, at=later),
        ],
    )
    assert model.balance("hall").pending == 2
    assert model.reservation("e1").status.value == "expired"


def test_a_limit_that_is_moved_first_releases_what_has_expired(storage):
    until = NOON + timedelta(hours=1)
    move = TransferLimit(key="t1", at=until, source="a", target="b", amount=5)
    assert_agreement(storage, [opened("a", 5), opened("b", 0), reserve("r", "a", 3, expires_at=until), move])


def test_the_nearest_names_are_searched_in_all_that_is_stored(storage):
    near = [reserve("r1", "travle", 1), VoidReservation(key="v", at=NOON, reservation="trip-77")]
    near += [Refund(key="f", at=NOON, posting="fare-1", amount=1)]
    batch = LedgerBatch(
        key="b", at=NOON, commands=[opened("travels", 1), reserve("r9", "travels?", 1), reserve("r8", "fairz", 1)]
    )
    made = [opened("travel", 9), opened("fairs", 9), opened("2026", 9), reserve("trip-7", "travel", 1)]
    model = assert_agreement(storage, [*made, Post(key="fare", at=NOON, account="travel", amount=1), *near, batch])
    assert model.entry("r1").decision.reasons[0].parameters["nearest"] == ("travel",)
    with storage.begin() as work:
        for ask, word in (
            (work.ledger.balance, "travle"),
            (work.ledger.reservation, "trip-8"),
            (work.ledger.entry, "fair"),
        ):
            with pytest.raises(UnknownName, match="did you mean"):
                ask(word)


def test_amounts_at_the_edges_of_what_an_account_can_hold(storage):
    most = cny("9999999999999999.99")
    assert_agreement(
        storage,
        [
            opened("year", None, unit="CNY"),
            reserve("r1", "year", most),
            reserve("r2", "year", cny("0.01")),
            opened("fine", cny("1.000000001"), unit="CNY", digits=9),
            reserve("r3", "fine", cny("1.0000000010")),
            reserve("r4", "fine", cny("0.0000000001")),
            reserve("r5", "year", 1),
            reserve("r6", "year", cny(10**30)),
            opened("closed", 5),
        ],
    )


def test_a_conflict_within_a_batch_uses_no_key(storage):
    run_unit(storage, lambda work: [work.ledger.execute(opened("a", 5)), work.ledger.execute(reserve("r1", "a", 1))])
    parts = [reserve("r2", "a", 1), reserve("r1", "a", 2)]

    def act(work):
        with pytest.raises(IdempotencyConflict):
            work.ledger.execute(LedgerBatch(key="b", at=NOON, commands=parts))

    run_unit(storage, act)
    for key in ("b", "r2"):
        assert run_unit(storage, lambda work, key=key: work.ledger.execute(reserve(key, "a", 1))).is_allowed


def test_what_is_no_command_is_refused(storage):
    for command in (None, "reserve", object()):
        with storage.begin() as work, pytest.raises(InvalidValue, match="command"):
            work.ledger.execute(command)


@pytest.mark.parametrize("word", [5, None, "", "a\x00b", "x" * 201])
def test_what_can_be_no_name_is_unknown(storage, word):
    with storage.begin() as work:
        for ask in (work.ledger.account, work.ledger.reservation, work.ledger.posting, work.ledger.entry):
            with pytest.raises(UnknownName):
                ask(word)
        with pytest.raises(InvalidValue):
            work.ledger.due(datetime(2026, 1, 1))  # noqa: DTZ001 - an instant without a zone


def test_a_retry_in_the_hour_that_runs_twice_is_the_same_command(storage):
    """Two instants of one zone are equal by the clock on the wall, of two zones never within that hour."""
    for number, fold in enumerate((0, 1)):
        until = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold)
        command = reserve(f"r{number}", "hall", 1, expires_at=until)
        run_unit(storage, lambda work: work.ledger.execute(opened("hall", 5)))
        first, second = (run_unit(storage, lambda work, it=command: work.ledger.execute(it)) for _ in range(2))
        assert first == second
        with storage.begin() as work:
            assert work.ledger.reservation(f"r{number}").expires_at.utcoffset() == until.utcoffset()


@pytest.mark.parametrize(
    "instant",
    [
        NOON,
        datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN),
        datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        datetime(2026, 7, 1, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_instants_come_back_as_they_were(instant):
    back = to_instant(instant_text(instant))
    assert back == instant
    assert (back.utcoffset(), microseconds(back)) == (instant.utcoffset(), microseconds(instant))


def test_a_zone_that_this_machine_does_not_know_leaves_the_instant():
    assert to_instant("2026-01-05T12:00:00+00:00[Mars/Olympus]") == NOON


@given(units=st.integers(0, CAPACITY), digits=st.integers(0, 9))
def test_amounts_are_whole_units_whatever_context_a_caller_has(units, digits):
    with localcontext(prec=3):
        amount = to_amount(units, "CNY", digits)
        assert to_units(amount, digits) == units
    assert amount == Money(Decimal(f"{units}e-{digits}"), "CNY")
    assert places_of(amount) == digits
