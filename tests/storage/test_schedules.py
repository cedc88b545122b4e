"""Every order in which actors can take turns on the memory storage; and that the harness finds what goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from salesrules.core import (
    OpenAccount,
    PostReservation,
    Refund,
    Reserve,
    StaleVersion,
    StoredKind,
    TransferLimit,
    VoidReservation,
)
from salesrules.storage import MemoryStorage
from salesrules.testing import Scenario, ScheduleFailed, explore_schedules, run_schedule

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
COUNTS = StoredKind(name="count", dump=int, load=int)


class NoLock:
    """A lock that keeps nobody out."""

    def acquire(self, blocking=True, timeout=-1):
        return True

    def release(self):
        pass


def opened(turns, is_protected, **limits):
    """A storage with accounts of seats; the unprotected twin differs in nothing but its lock."""
    storage = MemoryStorage(lock=turns.lock() if is_protected else NoLock(), pause=turns.pause)
    with storage.begin() as work:
        for account, limit in limits.items():
            work.ledger.execute(OpenAccount(key=account, at=NOON, account=account, unit="count", limit=limit))
        work.commit()
    return storage


def sender(storage, told, command):
    """An actor that sends one command in a unit of work, and notes whether it was told that it passed."""

    def act():
        with storage.begin() as work:
            decision = work.ledger.execute(command)
            work.commit()
        told.append((command.key, decision.is_allowed))

    return act


def seat(key, account="line"):
    return Reserve(key=key, at=NOON, account=account, amount=1)


def on_one_line(is_protected, actors, limit):
    """Actors that each want a seat: nobody too many is told yes, and nothing that anybody was told is lost."""

    def prepare(turns):
        storage, told = opened(turns, is_protected, line=limit), []

        def check():
            passed = sum(is_allowed for _, is_allowed in told)
            with storage.begin() as work:
                pending = work.ledger.balance("line").pending
                entries = len(list(work.ledger.entries()))
            assert passed == min(actors, limit), f"{passed} were told yes, {limit} seats"
            assert (pending, entries, len(told)) == (passed, 1 + actors, actors)

        return Scenario(actors=[sender(storage, told, seat(f"r{n}")) for n in range(actors)], check=check)

    return prepare


@pytest.mark.parametrize("limit", [1, 3])
def test_four_actors_on_one_line_in_every_order(limit):
    assert explore_schedules(on_one_line(True, 4, limit)) == 3480


@pytest.mark.parametrize(("actors", "limit"), [(2, 1), (3, 2), (4, 3)])
def test_the_harness_finds_the_overspend_of_an_unprotected_twin(actors, limit):
    with pytest.raises(ScheduleFailed, match=f"were told yes, {limit} seats") as caught:
        explore_schedules(on_one_line(False, actors, limit))
    with pytest.raises(ScheduleFailed) as again:
        run_schedule(on_one_line(False, actors, limit), caught.value.schedule)
    assert (again.value.schedule, again.value.problem) == (caught.value.schedule, caught.value.problem)


def test_the_harness_finds_the_lost_update_of_an_unprotected_twin_that_does_not_overspend():
    with pytest.raises(ScheduleFailed):
        explore_schedules(on_one_line(False, 2, 9))
    assert explore_schedules(on_one_line(True, 2, 9)) == 6


def test_four_actors_with_one_key_have_one_effect():
    def prepare(turns):
        storage, told = opened(turns, True, line=9), []

        def check():
            with storage.begin() as work:
                assert work.ledger.balance("line").pending == 1
            assert told == [("same", True)] * 4

        return Scenario(actors=[sender(storage, told, seat("same"))] * 4, check=check)

    assert explore_schedules(prepare) == 3480


def test_posting_voiding_refunding_and_reserving_at_once():
    """A full line of two: one reservation is posted or voided, one posting refunded, and one more wants a seat."""

    def prepare(turns):
        storage, told = opened(turns, True, line=2), []
        with storage.begin() as work:
            work.ledger.execute(seat("held"))
            work.ledger.execute(seat("spent"))
            work.ledger.execute(PostReservation(key="bill", at=NOON, reservation="spent"))
            work.commit()
        commands = [
            PostReservation(key="post", at=NOON, reservation="held"),
            VoidReservation(key="void", at=NOON, reservation="held"),
            Refund(key="refund", at=NOON, posting="bill", amount=1),
            seat("late"),
        ]

        def check():
            yes = {key for key, is_allowed in told if is_allowed}
            with storage.begin() as work:
                balance = work.ledger.balance("line")
            assert len(yes & {"post", "void"}) == 1
            assert "refund" in yes
            assert balance.posted == ("post" in yes)
            assert balance.pending == ("late" in yes)
            assert balance.used <= 2

        return Scenario(actors=[sender(storage, told, command) for command in commands], check=check)

    assert explore_schedules(prepare) == 3480


def test_limit_moves_between_lines_while_they_are_used():
    def prepare(turns):
        storage, told = opened(turns, True, a=1, b=1), []
        commands = [
            TransferLimit(key="to b", at=NOON, source="a", target="b", amount=1),
            TransferLimit(key="to a", at=NOON, source="b", target="a", amount=1),
            seat("ra", "a"),
            seat("rb", "b"),
        ]

        def check():
            with storage.begin() as work:
                accounts = [work.ledger.account(id) for id in ("a", "b")]
                used = [work.ledger.balance(id).used for id in ("a", "b")]
            assert sum(account.limit for account in accounts) == 2
            assert all(one <= account.limit for one, account in zip(used, accounts, strict=True))
            assert len(told) == 4

        return Scenario(actors=[sender(storage, told, command) for command in commands], check=check)

    assert explore_schedules(prepare) == 3480


def counting(is_protected):
    """Three actors that read a count, think, and put it back one higher; who was stale says so."""

    def prepare(turns):
        storage, done, stale = opened(turns, is_protected), [], []
        with storage.begin() as work:
            work.aggregates(COUNTS).put("a", 0, 0)
            work.commit()

        def act():
            with storage.begin() as work:
                found = work.aggregates(COUNTS).get("a")
                turns.pause()
                try:
                    work.aggregates(COUNTS).put("a", found.value + 1, found.version)
                except StaleVersion as fault:
                    stale.append(fault.found)
                    return
                work.commit()
                done.append(found.version)

        def check():
            with storage.begin() as work:
                found = work.aggregates(COUNTS).get("a")
            assert (found.value, found.version) == (len(done), 1 + len(done)), f"{len(done)} done, {found}"
            assert len(done) + len(stale) == 3
            assert sorted(done) == list(range(1, len(done) + 1))

        return Scenario(actors=[act] * 3, check=check)

    return prepare


def test_versions_let_nobody_overwrite_what_he_has_not_seen():
    assert explore_schedules(counting(True)) > 100
    with pytest.raises(ScheduleFailed, match="done"):
        explore_schedules(counting(False))


# The harness itself.


def test_every_order_is_run_once():
    seen = []

    def prepare(turns):
        order = []

        def actor(name):
            def act():
                order.append(name)
                turns.pause()
                order.append(name)

            return act

        return Scenario(actors=[actor("a"), actor("b"), actor("c")], check=lambda: seen.append("".join(order)))

    assert explore_schedules(prepare) == len(seen) == len(set(seen)) == 90  # 6! / (2! 2! 2!)


def test_actors_that_block_each_other_are_found():
    def prepare(turns):
        first, second = turns.lock(), turns.lock()

        def actor(one, other):
            def act():
                one.acquire()
                turns.pause()
                other.acquire()
                other.release()
                one.release()

            return act

        return Scenario(actors=[actor(first, second), actor(second, first)], check=lambda: None)

    with pytest.raises(ScheduleFailed, match="waits for a lock") as caught:
        explore_schedules(prepare)
    with pytest.raises(ScheduleFailed, match="waits for a lock"):
        run_schedule(prepare, caught.value.schedule)


def test_an_actor_that_raises_is_told_with_its_schedule():
    def prepare(turns):
        def act():
            turns.pause()
            raise KeyError("oops")

        return Scenario(actors=[turns.pause, act], check=lambda: None)

    with pytest.raises(ScheduleFailed, match=r"actor 1 raised KeyError\('oops'\); the turns were 0, 0, 1, 1") as caught:
        explore_schedules(prepare)
    assert isinstance(caught.value.__cause__, KeyError)


def test_too_many_schedules_are_refused():
    def prepare(turns):
        return Scenario(actors=[turns.pause, turns.pause], check=lambda: None)

    assert explore_schedules(prepare, most=6) == 6
    with pytest.raises(ScheduleFailed, match="more than 5"):
        explore_schedules(prepare, most=5)


def test_a_lock_is_not_waited_for_outside_a_schedule():
    def prepare(turns):
        lock = turns.lock()
        assert lock.acquire()
        assert not lock.acquire()
        lock.release()
        return Scenario(actors=[], check=lambda: None)

    assert explore_schedules(prepare) == 1
