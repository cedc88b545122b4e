"""Two closes at once, a close and a calculation at once, pay sent twice: one effect, everywhere and in every order."""

import pytest
from commissions.firm import closing, component, plan, policy
from commissions.period_races import PeriodRaces
from commissions.stored_firm import PLAIN, Q1, Q2, Office, at, known

from salesrules.storage import MemoryStorage
from salesrules.testing import Scenario, ScheduleFailed, explore_schedules


class TestMemory(PeriodRaces):
    @pytest.fixture
    def storage(self):
        return MemoryStorage()


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
