"""The life of periods as stored: each calculation a version, closed once, paid once, restated from what is kept."""

import json
from datetime import UTC, datetime, time

import attrs
import pytest
from commissions.firm import (
    CALENDAR,
    assign,
    closing,
    component,
    facts,
    inputs,
    money,
    plan,
    policy,
    sale,
)
from commissions.stored_firm import PLAIN, Q1, Q2, Office, at, codes, known
from commissions.test_restatement_machine import Closing
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from salesrules import company, wire
from salesrules.commissions import (
    ClosedPeriod,
    CommissionInputs,
    CommissionPolicy,
    PeriodVersion,
    close_period,
    close_version,
    restate_commissions,
    why_changed,
)
from salesrules.core import (
    IdempotencyConflict,
    MissingAggregate,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.quotas import QuotaPolicy
from salesrules.storage import MemoryStorage, commission_stores, run_unit
from salesrules.testing.storage_kit import Deaf


@pytest.fixture
def office(storage):
    return Office(storage)


class TestPeriods:
    """What holds on every storage."""

    def test_the_way_through(self, office):
        step = office.calculate(known("1000"))
        assert (step.decision.is_allowed, step.state, step.version) == (True, "calculated", 1)
        assert office.calculate(known("1200")).version == 2
        step = office.close(Q1, 2)
        assert (step.state, step.version) == ("closed", 2)
        assert office.pay(Q1, 2).state == "paid"
        assert office.record(Q1).state == "paid"
        assert [(order.payee, order.amount) for order in office.orders(Q1)] == [("ana", money(120))]
        assert [event.command for event in office.record(Q1).case.history] == [
            *("start", "calculate", "calculate", "close", "pay")
        ]

    def test_every_calculation_is_a_version_that_never_changes(self, office):
        kept = []
        for amount in ("1000", "1200", "900"):
            office.calculate(known(amount))
            kept.append(office.calculation(Q1))
            assert [office.calculation(Q1, number + 1) for number in range(len(kept))] == kept
        assert [str(each.run.statements[0].paid) for each in kept] == ["USD 100.00", "USD 120.00", "USD 90.00"]
        assert [each.calculated_at for each in kept] == [at("04-02")] * 3

    def test_a_calculation_that_equals_the_last_makes_no_version(self, office):
        assert [office.calculate(known("1000")).version for _ in range(3)] == [1, 1, 1]
        assert [office.calculate(known(amount)).version for amount in ("900", "900", "1000")] == [2, 2, 3]
        assert len(office.record(Q1).case.history) == 4

    def test_other_inputs_make_a_version_though_pay_is_the_same(self, office):
        office.calculate(known("1000"))
        assert office.calculate(known("1000", others=["0"])).version == 2

    def test_what_is_kept_is_what_was_calculated(self, office):
        restated = office.restated(known("1000"))
        office.save(restated)
        assert office.calculation(Q1).run == attrs.evolve(restated.run, earlier=())
        office.close(Q1, 1)
        assert office.closed() == (close_period(restated),)

    def test_nobody_closes_a_version_that_is_not_the_latest(self, office):
        office.calculate(known("1000"))
        office.calculate(known("1200"))
        for version in (0, 1, 3):
            step = office.close(Q1, version)
            assert (codes(step), step.state) == (["other_version"], "calculated")
        assert step.decision.reasons[0].parameters == {"period": "2020-Q1", "version": 3, "latest": 2}
        assert office.closed() == ()
        assert office.close(Q1, 2).state == "closed"

    def test_nothing_is_closed_that_was_never_calculated(self, office):
        assert codes(office.close(Q1, 1)) == ["not_allowed", "other_version"]
        assert office.record(Q1) is None
        with pytest.raises(MissingAggregate):
            office.calculation(Q1)
        with pytest.raises(MissingAggregate):
            office.calculation(Q1, 1)

    def test_roles_and_guards_hold(self, office):
        assert codes(office.calculate(known("1000"), roles=["cashier"])) == ["role_missing"]
        assert office.record(Q1) is None
        office.calculate(known("1000"))
        assert codes(office.close(Q1, 1, roles=["cashier"])) == ["role_missing"]
        assert codes(office.close(Q1, 1, as_of=at("04-01"))) == ["out_of_order"]
        assert codes(office.pay(Q1, 1)) == ["not_allowed"]

    def test_a_period_is_not_closed_before_it_is_over(self, office):
        office.calculate(known("1000"), as_of=at("03-30"))
        assert codes(office.close(Q1, 1, as_of=at("03-31"))) == ["period_not_over"]
        assert office.close(Q1, 1, as_of=at("04-01")).state == "closed"

    def test_a_closed_period_is_frozen(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1)
        assert codes(office.save(office.restated(known("1200"), closed=()))) == ["frozen"]
        assert office.calculation(Q1).run.statements[0].paid == money(100)

    def test_the_same_key_has_one_effect_and_one_answer(self, office):
        office.calculate(known("1000"))
        first = office.close(Q1, 1, key="c")
        assert [office.close(Q1, 1, key="c", as_of=at("05-01")) for _ in range(2)] == [first] * 2
        paid = office.pay(Q1, 1, key="p")
        assert office.pay(Q1, 1, key="p") == paid
        assert office.close(Q1, 1, key="c") == first
        assert len(office.orders(Q1)) == 1

    def test_another_key_closes_and_pays_no_second_time(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1)
        assert codes(office.close(Q1, 1)) == ["not_allowed"]
        office.pay(Q1, 1)
        assert codes(office.pay(Q1, 1)) == ["final"]
        assert len(office.orders(Q1)) == 1

    def test_one_key_for_two_commands_is_an_error_that_shows_both(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1, key="k")
        for again in (
            lambda: office.close(Q1, 2, key="k"),
            lambda: office.close(Q2, 1, key="k"),
            lambda: office.close(Q1, 1, key="k", actor="wu"),
            lambda: office.pay(Q1, 1, key="k"),
            lambda: office.reopen(Q1, key="k"),
        ):
            with pytest.raises(IdempotencyConflict) as caught:
                again()
            assert (caught.value.first.command, caught.value.first.version) == ("close", 1)
        assert office.record(Q1).state == "closed"

    def test_a_denial_leaves_its_key_free(self, office):
        assert not office.close(Q1, 1, key="c").decision.is_allowed
        office.calculate(known("1000"))
        assert office.close(Q1, 1, key="c").state == "closed"

    def test_a_close_that_went_unheard_is_sent_again(self, office):
        office.calculate(known("1000"))
        office.storage, whole = Deaf(office.storage), office.storage
        for command in (office.close, office.pay):
            office.storage.begun = 0
            with pytest.raises(Exception, match="answer was lost"):
                command(Q1, 1, key=command.__name__)
            assert command(Q1, 1, key=command.__name__).decision.is_allowed
        office.storage = whole
        assert office.record(Q1).state == "paid"
        assert len(office.orders(Q1)) == 1

    def test_a_fault_between_close_and_commit_leaves_nothing(self, office):
        office.calculate(known("1000"))

        def dying(work):
            stores = commission_stores(work)
            close_version(Q1, 1, key="c", stores=stores, policy=PLAIN, as_of=at("04-02"), roles=["controller"])
            raise OSError("the power went")

        with pytest.raises(OSError, match="power"):
            run_unit(office.storage, dying)
        assert office.record(Q1).state == "calculated"
        assert office.closed() == ()
        assert office.close(Q1, 1, key="c").state == "closed"

    def test_later_findings_are_posted_into_the_open_period_from_what_is_kept(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1)
        before = office.closed()
        office.calculate(known("1500"), Q2)
        run = office.calculation(Q2)
        assert run.basis == (PeriodVersion(period=Q1, version=1),)
        (entry,) = run.run.statements[0].restatements
        assert (entry.amount, entry.causes[0].value, entry.subjects) == (money(50), "transaction_changed", ("1",))
        assert office.closed() == before
        office.close(Q2, 1)
        assert [each.period for each in office.closed()] == [Q1, Q2]
        assert [each.inputs is None for each in office.closed()] == [True, False]
        office.calculate(known("1500"), CALENDAR.period("2020-Q3"))
        assert office.calculation(CALENDAR.period("2020-Q3")).run.statements[0].restatements == ()

    def test_a_run_of_before_the_close_is_not_closed(self, office):
        office.calculate(known("1000"), Q2)
        office.calculate(known("1000"))
        office.close(Q1, 1)
        assert codes(office.close(Q2, 1)) == ["not_restated"]

    def test_a_run_that_restates_another_version_is_neither_saved_nor_closed(self, office):
        reopening = policy(plan(component()), closing=closing(days_to_reopen=90, reopening_reasons=["wrong_file"]))
        office.policy = reopening
        office.calculate(known("1000"))
        office.close(Q1, 1)
        early = office.restated(known("1000"), Q2)
        office.save(early)
        assert codes(office.reopen(Q1)) == ["reason_needed"]
        assert office.reopen(Q1, reason="wrong_file").state == "open"
        assert office.closed() == ()
        assert office.calculate(known("1100")).version == 2
        assert office.close(Q1, 2).state == "closed"
        assert codes(office.close(Q2, 1, as_of=at("07-02"))) == ["restates_other_version"]
        assert codes(office.save(attrs.evolve(early, inputs=inputs(known("7"), PLAIN)))) == ["restates_other_version"]
        assert office.calculate(known("1100"), Q2).version == 2
        assert office.close(Q2, 2, as_of=at("07-02")).state == "closed"
        assert codes(office.reopen(Q1, reason="wrong_file", as_of=at("07-02"))) == [
            "reopening_too_late",
            "later_period_closed",
        ]

    def test_a_period_that_is_opened_again_keeps_its_versions(self, office):
        office.policy = policy(plan(component()), closing=closing(days_to_reopen=9, reopening_reasons=["wrong_file"]))
        office.calculate(known("1000"))
        first = office.close(Q1, 1, key="first")
        office.reopen(Q1, reason="wrong_file", key="again")
        assert office.close(Q1, 1, key="first") == first
        assert codes(office.close(Q1, 1)) == ["not_allowed"]
        assert office.calculate(known("1000")).version == 1
        assert office.record(Q1).state == "calculated"
        assert office.close(Q1, 1).state == "closed"
        assert office.pay(Q1, 1).state == "paid"
        assert codes(office.reopen(Q1, reason="wrong_file")) == ["final"]

    def test_pay_names_the_closed_version(self, office):
        office.calculate(known("1000"))
        office.calculate(known("1200"))
        office.close(Q1, 2)
        assert codes(office.pay(Q1, 1)) == ["other_version"]
        assert office.orders(Q1) == ()

    def test_who_gets_nothing_gets_no_order(self, office):
        office.policy = policy(plan(component()), assignments=[assign(payees=("ana", "ben"))])
        office.calculate(facts(sale("1", "01-10", "0"), sale("2", "01-11", "5", payee="ben"), people=("ana", "ben")))
        assert [statement.payee for statement in office.calculation(Q1).run.statements] == ["ana", "ben"]
        office.close(Q1, 1)
        office.pay(Q1, 1)
        assert [(order.id, order.amount) for order in office.orders(Q1)] == [
            ("commissions/2020-Q1/ben/USD", money("0.50"))
        ]

    def test_why_pay_differs_between_stored_versions(self, office):
        office.calculate(known("1000"))
        office.calculate(known("1200"))
        changes = why_changed(office.calculation(Q1, 1).run, office.calculation(Q1, 2).run)
        assert [(change.reason.code, change.amount) for change in changes] == [
            ("commissions.why_measure", money(20)),
        ]

    def test_books_are_apart(self, office):
        office.calculate(known("1000"))
        office.close(Q1, 1)
        other = Office(office.storage, book="Austria")
        assert other.record(Q1) is None
        assert other.calculate(known("5000")).version == 1
        assert office.calculation(Q1).run.statements[0].paid == money(100)


class StoredClosing(Closing):
    """Random edits between closes that are stored: what is read again restates as what was computed did."""

    @initialize(sales=st.just(()), family=st.just("rep"))
    def begin(self, sales, family):
        self.office = Office(MemoryStorage())
        super().begin([("01-01", "500", "ana", "USD"), ("03-31", "333.33", "ben", "EUR")], family)

    def closed_with(self, found):
        self.office.policy = found.inputs.policy
        period, late = found.run.period, datetime(2021, 1, 1, tzinfo=UTC)
        assert self.office.save(found, as_of=late).version == 1
        assert self.office.save(found, as_of=late).version == 1
        assert self.office.close(period, 1, as_of=late).decision.is_allowed
        closed = list(self.office.closed())
        assert closed[-1] == close_period(found)
        assert [each.run for each in closed[:-1]] == [each.run for each in self.closed]
        return closed


TestStoredClosing = StoredClosing.TestCase
TestStoredClosing.settings = settings(max_examples=8, stateful_step_count=4, deadline=None)


def test_inputs_and_runs_of_the_sample_company_come_back_as_they_were(tmp_path):
    company.start_folder(tmp_path / "mine")
    opened = company.load(tmp_path / "mine")
    hours = [WorkingHours(opens=time(9), closes=time(17))]
    week = [WeekdayHours(days=["monday"], hours=hours)]
    given = CommissionInputs(
        facts=opened.facts.commissions,
        policy=opened.rulebook.policy(CommissionPolicy),
        quota_policy=opened.rulebook.policy(QuotaPolicy),
        calendar=opened.rulebook.calendar,
        currencies=opened.rulebook.currencies,
        working_time=WorkingTime(zone="Europe/Berlin", week=week),
        version=opened.rulebook.version,
    )
    kind = wire.stored_kind(ClosedPeriod, name="closed period")
    period = opened.rulebook.calendar.period("2026-Q1")
    closed = close_period(restate_commissions([], given, period=period))
    found = kind.load(json.loads(json.dumps(kind.dump(closed))))
    assert found == closed
    assert found.inputs.version == given.version
    assert found.inputs.calculate(period) == given.calculate(period)
    sources = [transaction.source for transaction in found.inputs.facts.transactions]
    assert sources == [transaction.source for transaction in given.facts.transactions]
