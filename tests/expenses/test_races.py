"""Many at once: no schedule and no number of threads overspends a budget at any level, and unguarded code does."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from expense_kit import (
    BUDGETS,
    CLAIMS,
    NOON,
    STOP,
    Office,
    approval,
    charge,
    claim,
    claim_line,
    control,
    eur,
    line,
    make_policy,
    months,
)

from salesrules.core import LedgerStore, Post, Storage
from salesrules.expenses import (
    BudgetCharge,
    Sanction,
    check_charges,
    commit_budget,
    load_book,
    load_usage,
    release_budget,
    reserve_budget,
    review_claim,
    save_claim,
    submit_claim,
    transfer_budget,
)
from salesrules.storage import MemoryStorage
from salesrules.testing.storage_kit import in_threads
from salesrules.testing.storage_schedules import Scenario, ScheduleFailed, Turns, explore_schedules

POLICY = make_policy(control(table=STOP))
LINES = line("all", 100, category="all"), line("trips", 70, "all"), line("fairs", 70, "all")


def spent_without_guard(
    charges: list[BudgetCharge], *, key: str, budgets: Any, ledger: LedgerStore, as_of: Any
) -> bool:
    """What somebody writes by hand: look, decide, spend on accounts that have no limit."""
    book = load_book([one.line for one in charges], budgets)
    decision = check_charges(charges, book, load_usage(book, ledger, POLICY.budgets), POLICY, as_of.date())
    if decision.is_allowed:
        for place, one in enumerate(charges):
            ledger.execute(Post(key=f"{key}:{place}", at=as_of, account=one.line, amount=one.amount))
    return decision.is_allowed


def office_of(turns: Turns, policy: Any = POLICY, **rest: Any) -> Office:
    office = Office(policy, MemoryStorage(lock=turns.lock(), pause=turns.pause), **rest)
    office.open(*LINES)
    return office


def overspent(office: Office, *accounts: str) -> list[str]:
    limits = {"all": eur(100), "trips": eur(70), "fairs": eur(70)}
    return [id for id in accounts or limits if sum((sum_ for sum_ in office.used(id)), eur(0)) > limits[id]]


def test_no_schedule_of_reserving_committing_and_releasing_overspends():
    def prepare(turns: Turns) -> Scenario:
        office = office_of(turns)
        found = []

        def spend(name: str, account: str, end: Any) -> None:
            if office.reserve(name, charge(account, 60)).is_allowed:
                found.append(name)
                office.run(end, name, ports="ledger", key=f"{name}-end")

        actors = [lambda: spend("a", "trips", commit_budget), lambda: spend("b", "fairs", release_budget)]

        def check() -> None:
            assert overspent(office) == []
            assert found in (["a"], ["b"], ["b", "a"])  # both only where the release came first
            assert office.used("all") == (eur(0), eur(60) if "a" in found else eur(0))

        return Scenario(actors=actors, check=check)

    assert explore_schedules(prepare) >= 10


def test_an_unprotected_twin_is_caught():
    unlimited = make_policy(control(table=STOP))

    def prepare(turns: Turns) -> Scenario:
        office = Office(
            attrs.evolve(unlimited, budgets=attrs.evolve(unlimited.budgets, controls=())),
            MemoryStorage(lock=turns.lock(), pause=turns.pause),
        )
        office.open(*LINES)  # accounts without limits: the twin decides alone

        def spend(key: str, account: str) -> None:
            def unit(work: Any) -> bool:
                return spent_without_guard(
                    [charge(account, 60)], key=key, budgets=work.aggregates(BUDGETS), ledger=work.ledger, as_of=NOON
                )

            with office.storage.begin() as work:
                unit(work)
                work.commit()

        def check() -> None:
            assert overspent(office) == [], "overspent"

        return Scenario(actors=[lambda: spend("a", "trips"), lambda: spend("b", "fairs")], check=check)

    with pytest.raises(ScheduleFailed, match="overspent"):
        explore_schedules(prepare)


def test_no_schedule_of_spending_and_moving_room_overspends():
    def prepare(turns: Turns) -> Scenario:
        office = office_of(turns)

        def move() -> None:
            office.run(
                transfer_budget,
                "trips",
                "fairs",
                eur(30),
                ports="budgets ledger policy",
                key="t1",
                evidence=approval("t1", "budget.transfer"),
            )

        def check() -> None:
            trips, fairs = office.line("trips").amount, office.line("fairs").amount
            assert trips + fairs == eur(140)
            assert office.used("trips")[0] <= trips
            assert office.used("all")[0] <= eur(100)

        actors = [move, lambda: office.reserve("a", charge("trips", 60))]
        return Scenario(actors=actors, check=check)

    assert explore_schedules(prepare) > 3


def test_no_schedule_of_submitting_and_paying_claims_overspends_or_loses():
    def prepare(turns: Turns) -> Scenario:
        office = office_of(turns)
        for id, account in (("c1", "trips"), ("c2", "fairs")):
            given = claim(claim_line("a", 60, budget=account), id=id, submitted_on=None)
            office.run(save_claim, given, ports="claims policy", actor="ana")

        def submit(id: str) -> None:
            office.run(submit_claim, id, ports="claims budgets ledger policy", key=f"s-{id}", actor="ana")

        def check() -> None:
            states = [office.file(id).case.state for id in ("c1", "c2")]
            assert sorted(states) == ["draft", "submitted"]
            assert office.used("all")[0] == eur(60)

        return Scenario(actors=[lambda: submit("c1"), lambda: submit("c2")], check=check)

    assert explore_schedules(prepare) > 3


class TestEveryStorage:
    """Threads on one storage, of every kind that the project has: in memory, in SQLite, in PostgreSQL."""

    def test_threads_reserve_no_more_than_there_is_at_any_ancestor(self, storage: Storage) -> None:
        office = Office(make_policy(control(table=STOP), months(levels=[1])), storage, attempts=500)
        office.open(line("all", 1200), line("trips", 150, "all"), line("fairs", 150, "all"))

        def attempt(number: int) -> bool:
            return office.reserve(f"r{number}", charge("trips" if number % 2 else "fairs", 10)).is_allowed

        passed = in_threads(8, attempt, 48)
        used = {account: office.used(account)[0] for account in ("all", "trips", "fairs", "all@2026-M03")}
        assert used["trips"] <= eur(150)
        assert used["fairs"] <= eur(150)
        assert used["all"] == used["trips"] + used["fairs"] == used["all@2026-M03"] == eur(10 * sum(passed))
        assert sum(passed) == 30  # both lines are full; March of the whole holds 300

    def test_threads_that_move_room_to_and_fro_conserve_it(self, storage: Storage) -> None:
        office = Office(POLICY, storage, attempts=500)
        office.open(*LINES)

        def move(number: int) -> bool:
            source, target = ("trips", "fairs") if number % 2 else ("fairs", "trips")
            evidence = approval(f"t{number}", "budget.transfer")
            rest = {"key": f"t{number}", "evidence": evidence}
            return office.run(
                transfer_budget, source, target, eur(7 + number), ports="budgets ledger policy", **rest
            ).is_allowed

        moved = in_threads(4, move, 8)
        net = sum((1 if number % 2 else -1) * (7 + number) for number, passed in enumerate(moved) if passed)
        assert (office.line("trips").amount, office.line("fairs").amount) == (eur(70 - net), eur(70 + net))
        with office.storage.begin() as work:
            assert work.ledger.account("trips").limit == office.line("trips").amount
            assert work.ledger.account("fairs").limit == office.line("fairs").amount

    def test_threads_that_sanction_at_once_hold_what_one_of_them_said(self, storage: Storage) -> None:
        office = Office(POLICY, storage, attempts=500)
        office.open(*LINES)
        ports = "claims budgets ledger policy"
        given = claim(claim_line("a", 60, budget="trips"), submitted_on=None)
        office.run(save_claim, given, ports="claims policy", actor="ana")
        office.run(submit_claim, "c1", ports=ports, key="s", actor="ana")

        def sanction(number: int) -> bool:
            parts = [Sanction(line="a", amount=eur(10 + number))]
            rest = {"key": f"k{number}", "actor": f"sue{number}", "roles": ["supervisor"], "sanctions": parts}
            return office.run(review_claim, "c1", "supervisor_approve", ports=ports, **rest).is_allowed

        assert sum(in_threads(4, sanction, 4)) == 1
        assert office.used("trips")[0] == office.file("c1").granted["a"]

    def test_threads_that_approve_at_once_approve_once(self, storage: Storage) -> None:
        office = Office(POLICY, storage, attempts=500)
        office.open(*LINES)
        for number in range(4):
            given = claim(claim_line("a", 30, budget="trips"), id=f"c{number}", submitted_on=None)
            office.run(save_claim, given, ports="claims policy", actor="ana")
        ports = "claims budgets ledger policy"

        def go(number: int) -> str:
            id = f"c{number % 4}"
            office.run(submit_claim, id, ports=ports, key=f"s{number}", actor="ana")
            for actor, role in (("sue", "supervisor"), ("finn", "finance"), ("cash", "cashier")):
                command = "pay" if role == "cashier" else f"{role}_approve"
                office.run(review_claim, id, command, ports=ports, key=f"{command}{number}", actor=actor, roles=[role])
            return id

        in_threads(8, go, 8)
        states = [office.file(f"c{number}").case.state for number in range(4)]
        assert sorted(states) == ["draft", "draft", "paid", "paid"]
        assert office.used("trips") == (eur(0), eur(60))
        commands = [event.command for number in range(4) for event in office.file(f"c{number}").case.history]
        assert commands.count("pay") == 2


def test_what_is_stored_comes_back_as_it_was():
    office = office_of(Turns())
    given = claim(claim_line("a", 60, budget="trips", prior_approval=approval("a", "x")), submitted_on=None)
    office.run(save_claim, given, ports="claims policy", actor="ana")
    office.run(submit_claim, "c1", ports="claims budgets ledger policy", key="s", actor="ana")
    for kind, value in ((CLAIMS, office.file("c1")), (BUDGETS, office.line("trips"))):
        assert kind.load(kind.dump(value)) == value
    assert reserve_budget.__doc__
