"""Two closes at once, a close and a calculation at once, pay sent twice: one effect, everywhere and in every order."""

import attrs
import pytest
from commissions.firm import closing, component, plan, policy
from commissions.stored_firm import PLAIN, Q1, Q2, Office, at, codes, known

from salesrules.commissions import close_version
from salesrules.core import BackendUnavailable
from salesrules.storage import MemoryStorage, commission_stores, run_unit
from salesrules.testing import Scenario, ScheduleFailed, explore_schedules
from salesrules.testing.storage_kit import Deaf, in_threads


class TestRaces:
    """Threads on every storage."""

    rounds = 6

    @pytest.fixture
    def office(self, storage):
        return Office(storage, attempts=200, first_wait=0.001, longest_wait=0.05)

    def test_closes_at_once_close_once(self, office):
        office.calculate(known("1000"))
        steps = in_threads(8, lambda number: office.close(Q1, 1, key=f"close {number}"), 16)
        assert sorted(map(bool, (step.decision.is_allowed for step in steps))) == [False] * 15 + [True]
        assert {tuple(codes(step)) for step in steps} == {(), ("not_allowed",)}
        assert [each.version for each in office.closed()] == [1]
        assert [event.command for event in office.record(Q1).case.history].count("close") == 1

    def test_one_close_sent_by_many_is_one(self, office):
        office.calculate(known("1000"))
        steps = in_threads(8, lambda number: office.close(Q1, 1, key="close"), 16)
        assert all(step == steps[0] for step in steps)
        assert steps[0].state == "closed"

    def test_a_close_and_a_calculation_at_once_are_in_some_order(self, storage):
        for number in range(self.rounds):
            office = Office(storage, book=f"round {number}", attempts=200, first_wait=0.001)
            office.calculate(known("1000"))
            newer = office.restated(known("1200"))
            acts = [lambda office=office: office.close(Q1, 1), lambda office=office, newer=newer: office.save(newer)]
            closed, saved = in_threads(2, lambda number, acts=acts: acts[number](), 2)
            record = office.record(Q1)
            if closed.decision.is_allowed:
                assert (codes(saved), record.state, record.latest) == (["frozen"], "closed", 1)
            else:
                assert (codes(closed), record.state, record.latest) == (["other_version"], "calculated", 2)

    def test_pay_sent_by_many_pays_once(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1)
        steps = in_threads(8, lambda number: office.pay(Q1, 1, key=f"pay {number % 4}"), 16)
        assert {tuple(codes(step)) for step in steps} == {(), ("final",)}
        assert sum(step.decision.is_allowed for step in steps) == 4
        assert len(office.orders(Q1)) == 1

    def test_pay_sent_again_after_a_crash_pays_once(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1)
        whole, office.storage = office.storage, Deaf(office.storage)
        with pytest.raises(BackendUnavailable):
            office.pay(Q1, 1, key="pay")
        office.storage = whole
        assert [office.pay(Q1, 1, key="pay").state for _ in range(2)] == ["paid"] * 2
        assert len(office.orders(Q1)) == 1

    def test_calculations_at_once_are_versions_without_a_gap(self, office):
        given = [office.restated(known(str(1000 + number))) for number in range(4)]
        steps = in_threads(4, lambda number: office.save(given[number]), 4)
        assert sorted(step.version for step in steps) == [1, 2, 3, 4]
        for step, restated in zip(sorted(steps, key=lambda step: step.version), [1, 2, 3, 4], strict=True):
            assert office.calculation(Q1, step.version).version == restated


class NoLock:
    """A lock that keeps nobody out."""

    def acquire(self, blocking=True, timeout=-1):
        return True

    def release(self):
        pass


def office_at(turns, is_protected, **options):
    """An office whose storage pauses between what it reads and what it does with it."""
    storage = MemoryStorage(lock=turns.lock() if is_protected else NoLock(), pause=turns.pause)
    return Office(storage, sleep=lambda seconds: None, **options)


class Interrupted:
    """A store of aggregates; at its first look-up somebody else is quicker."""

    def __init__(self, store, quicker):
        self.store, self.quicker = store, quicker

    def find(self, id):
        quicker, self.quicker = self.quicker, lambda: None
        quicker()
        return self.store.find(id)

    def __getattr__(self, name):
        return getattr(self.store, name)


@pytest.mark.parametrize("key", ["close", "other"])
@pytest.mark.parametrize("name", ["books", "periods"])
def test_who_is_overtaken_between_two_looks_is_answered_as_if_later(name, key):
    office = Office(MemoryStorage(), attempts=5, first_wait=0.001)
    office.calculate(known("1000"))
    first = []

    def quicker():
        if not first:
            first.append(office.close(Q1, 1, key="close"))

    def unit(work):
        stores = commission_stores(work)
        stores = attrs.evolve(stores, **{name: Interrupted(getattr(stores, name), quicker)})
        return close_version(Q1, 1, key=key, stores=stores, policy=PLAIN, as_of=at("04-02"), roles=["controller"])

    found = run_unit(office.storage, unit, sleep=lambda seconds: None)
    assert first[0].state == found.state == "closed"
    assert (found == first[0]) is (key == "close")
    assert codes(found) == ([] if key == "close" else ["not_allowed"])


FIRST, SECOND = (Office(MemoryStorage()).restated(known(amount)) for amount in ("1000", "1200"))


def close_and_calculate(is_protected):
    def prepare(turns):
        office, told = office_at(turns, is_protected), {}
        office.save(FIRST)

        def check():
            assert sum(told.values()) == 1, f"{sorted(name for name in told if told[name])} were both told yes"
            record = office.record(Q1)
            found = (record.state, record.latest, [each.version for each in office.closed()])
            assert found == (("closed", 1, [1]) if told["close"] else ("calculated", 2, []))

        return Scenario(
            actors=[
                lambda: told.update(close=office.close(Q1, 1, key="c").decision.is_allowed),
                lambda: told.update(calculate=office.save(SECOND).decision.is_allowed),
            ],
            check=check,
        )

    return prepare


def pay_and_pay(is_protected):
    def prepare(turns):
        office, told = office_at(turns, is_protected), []
        office.save(FIRST)
        office.close(Q1, 1, key="c")

        def check():
            assert sum(told) == 1, f"{sum(told)} were told that they paid"
            assert len(office.orders(Q1)) == 1

        return Scenario(
            actors=[lambda key=key: told.append(office.pay(Q1, 1, key=key).decision.is_allowed) for key in "ab"],
            check=check,
        )

    return prepare


REOPENING = policy(plan(component()), closing=closing(days_to_reopen=99, reopening_reasons=["late_file"]))


def reopen_and_close_the_next(is_protected):
    """Opening the first quarter again and closing the second touch other periods, and yet only one may happen."""
    beginning = Office(MemoryStorage(), policy=REOPENING)
    beginning.calculate(known("1000"))
    beginning.close(Q1, 1)
    first, second = beginning.restated(known("1000"), closed=()), beginning.restated(known("1000"), Q2)

    def prepare(turns):
        office, told = office_at(turns, is_protected, policy=REOPENING), {}
        office.save(first)
        office.close(Q1, 1, key="c")
        office.save(second)

        def check():
            assert sum(told.values()) == 1, "the second quarter is closed over a first one that is open"
            closed = [each.period for each in office.closed()]
            assert closed == ([] if told["reopen"] else [Q1, Q2])

        return Scenario(
            actors=[
                lambda: told.update(reopen=office.reopen(Q1, key="r", reason="late_file").decision.is_allowed),
                lambda: told.update(close=office.close(Q2, 1, key="n").decision.is_allowed),
            ],
            check=check,
        )

    return prepare


RACES = [close_and_calculate, pay_and_pay, reopen_and_close_the_next]


@pytest.mark.parametrize("race", RACES)
def test_in_every_order_only_one_of_two_is_done(race):
    assert explore_schedules(race(is_protected=True)) >= 6


@pytest.mark.parametrize("race", RACES)
def test_the_harness_finds_the_fault_of_an_unprotected_twin(race):
    with pytest.raises(ScheduleFailed):
        explore_schedules(race(is_protected=False))


def test_the_firm_of_the_races_is_plain():
    assert PLAIN.closing is None
    assert at("04-02") < at("07-02")
