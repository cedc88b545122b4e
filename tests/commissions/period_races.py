"""What must hold where several close, calculate and pay at once, as a class of tests for any storage."""

from __future__ import annotations

import pytest
from commissions.stored_firm import Q1, Office, codes, known

from salesrules.core import BackendUnavailable
from salesrules.testing.storage_kit import Deaf, in_threads


class PeriodRaces:
    """Threads on one storage; a subclass gives the fixture `storage`."""

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
