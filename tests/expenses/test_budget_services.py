"""Budgets on the ledger: opened, confirmed, reserved, committed, released, refunded, moved, carried, closed."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime

import attrs
import pytest
from expense_kit import (
    BUDGETS,
    DAY,
    NOON,
    STOP,
    TREE,
    WARN,
    YEAR,
    Office,
    approval,
    book,
    charge,
    codes,
    control,
    eur,
    line,
    make_policy,
    months,
    tolerances,
)

from salesrules.core import (
    DateRange,
    IdempotencyConflict,
    InvalidDocument,
    InvalidValue,
    MissingAggregate,
    Money,
    UnknownName,
)
from salesrules.expenses import (
    BudgetPolicy,
    analyse_budgets,
    cancel_actual,
    carry_forward_budget,
    close_budget,
    commit_budget,
    confirm_budget,
    load_book,
    load_usage,
    refund_budget,
    release_budget,
    renew_limits,
    transfer_budget,
)

NOTHING = eur(0)


@pytest.fixture
def office() -> Office:
    made = Office(make_policy(control(table=STOP)))
    assert made.open(*TREE.lines).is_allowed
    return made


def with_budgets(office, act, *given, **rest):
    return office.run(act, *given, ports="budgets ledger policy", **rest)


def on_ledger(office, act, *given, **rest):
    return office.run(act, *given, ports="ledger", **rest)


# --- reserve, commit, release ----------------------------------------------------------------------------------------


def test_reserve_commit_release_at_every_ancestor(office):
    decision = office.reserve("r1", charge("trips", 500))
    assert (decision.outcome.value, decision.headroom) == ("allow", eur(100))
    assert office.used("trips") == office.used("all") == (eur(500), NOTHING)
    assert on_ledger(office, commit_budget, "r1", key="c1").is_allowed
    assert office.used("trips") == office.used("all") == (NOTHING, eur(500))
    office.reserve("r2", charge("trips", 100))
    assert on_ledger(office, release_budget, "r2", key="v2").is_allowed
    assert office.used("all") == (NOTHING, eur(500))
    assert office.used("fairs") == (NOTHING, NOTHING)


def test_what_does_not_fit_leaves_nothing_behind_and_may_be_sent_again(office):
    office.reserve("r1", charge("fairs", 600))
    decision = office.reserve("r2", charge("trips", 401))
    assert (codes(decision), decision.headroom) == (["over_budget"], eur(400))
    assert decision.reasons[0].parameters["line"] == "all"
    assert office.used("trips") == (NOTHING, NOTHING)
    on_ledger(office, release_budget, "r1", key="v1")
    assert office.reserve("r2", charge("trips", 401)).is_allowed


def test_an_unknown_line_is_a_denial(office):
    assert codes(office.reserve("r1", charge("trips", 1), charge("tripz", 1))) == ["unknown_line"]
    assert office.used("trips") == (NOTHING, NOTHING)
    with pytest.raises(InvalidValue, match="commands"):
        office.reserve("r1")


def test_a_batch_is_reserved_whole_or_not_at_all(office):
    assert not office.reserve("r1", charge("trips", 600), charge("fairs", 401)).is_allowed
    assert office.used("all") == (NOTHING, NOTHING)
    assert office.reserve("r1", charge("trips", 600), charge("fairs", 400)).is_allowed
    assert office.used("all") == (eur(1000), NOTHING)


def test_one_key_has_one_effect(office):
    first = office.reserve("r1", charge("trips", 500))
    again = office.reserve("r1", charge("trips", 500), as_of=NOON.replace(hour=15))
    assert again.is_allowed
    assert first.is_allowed
    assert office.used("trips") == (eur(500), NOTHING)
    with pytest.raises(IdempotencyConflict):
        office.reserve("r1", charge("trips", 501))
    on_ledger(office, commit_budget, "r1", key="c1")
    on_ledger(office, commit_budget, "r1", key="c1")
    assert office.used("trips") == (NOTHING, eur(500))


def test_an_actual_that_is_less_releases_the_rest_and_is_not_counted_twice(office):
    office.reserve("r1", charge("trips", 300), charge("trips", 100), charge("fairs", 50))
    decision = on_ledger(office, commit_budget, "r1", key="c1", amounts=[eur(120), eur(0), eur(50)])
    assert decision.is_allowed
    assert office.used("trips") == (NOTHING, eur(120))
    assert office.used("all") == (NOTHING, eur(170))


def test_no_more_is_committed_than_was_reserved(office):
    office.reserve("r1", charge("trips", 300))
    decision = on_ledger(office, commit_budget, "r1", key="c1", amounts=[eur("300.01")])
    assert [reason.code for reason in decision.reasons] == ["ledger.over_reservation"]
    assert office.used("trips") == (eur(300), NOTHING)
    with pytest.raises(InvalidValue, match="give 1, one per charge"):
        on_ledger(office, commit_budget, "r1", key="c2", amounts=[])


@pytest.mark.parametrize("act", [commit_budget, release_budget, refund_budget, cancel_actual])
def test_an_unknown_key_is_named(office, act):
    with pytest.raises(UnknownName, match="unknown key 'gone'"):
        on_ledger(office, act, "gone", key="k")


def test_a_key_that_only_met_a_denial_holds_nothing(office):
    assert not office.open(*TREE.lines, key="again").is_allowed
    with pytest.raises(UnknownName, match="unknown key 'again'"):
        on_ledger(office, commit_budget, "again", key="k")


# --- refunds ---------------------------------------------------------------------------------------------------------


def test_refunds_come_in_whole_or_in_part_and_whatever_the_budget_says(office):
    office.reserve("r1", charge("trips", 300), charge("fairs", 60))
    on_ledger(office, commit_budget, "r1", key="c1")
    assert with_budgets(office, close_budget, "trips", key="x").is_allowed
    assert on_ledger(office, refund_budget, "c1", key="f1", amounts=[eur(100), eur(0)]).is_allowed
    assert office.used("all") == (NOTHING, eur(260))
    over = on_ledger(office, refund_budget, "c1", key="f2", amounts=[eur(201), eur(1)])
    assert [reason.code for reason in over.reasons] == ["ledger.over_refund"]
    assert on_ledger(office, refund_budget, "c1", key="f3").is_allowed
    assert office.used("all") == (NOTHING, NOTHING)
    assert on_ledger(office, refund_budget, "c1", key="f3").is_allowed  # once
    with pytest.raises(InvalidValue, match="give 2, one per charge"):
        on_ledger(office, refund_budget, "c1", key="f4", amounts=[eur(1)])
    with pytest.raises(InvalidValue, match="commands"):
        on_ledger(office, refund_budget, "c1", key="f5")


def test_a_cancelled_actual_gives_the_commitment_back(office):
    office.reserve("r1", charge("trips", 30))
    on_ledger(office, commit_budget, "r1", key="c1", amounts=[eur(10)])
    decision = on_ledger(office, cancel_actual, "c1", key="x1")
    assert decision.is_allowed
    assert office.used("trips") == (eur(30), NOTHING)
    assert on_ledger(office, commit_budget, "x1:commitment", key="c2").is_allowed
    assert office.used("trips") == (NOTHING, eur(30))


def test_the_money_comes_back_even_where_the_commitment_no_longer_fits(office):
    office.reserve("r1", charge("trips", 600))
    on_ledger(office, commit_budget, "r1", key="c1", amounts=[eur(10)])
    office.reserve("r2", charge("trips", 590))
    decision = on_ledger(office, cancel_actual, "c1", key="x1")
    assert (decision.outcome.value, codes(decision)) == ("warn", ["commitment_not_restored"])
    assert office.used("trips") == (eur(590), NOTHING)


def test_nothing_more_is_cancelled_than_was_spent(office):
    office.reserve("r1", charge("trips", 30))
    on_ledger(office, commit_budget, "r1", key="c1")
    on_ledger(office, refund_budget, "c1", key="f1", amounts=[eur(30)])
    with pytest.raises(InvalidValue):
        on_ledger(office, cancel_actual, "c1", key="x1")


# --- lines -----------------------------------------------------------------------------------------------------------


def test_lines_open_below_stored_ones_and_once(office):
    rail = line("rail", 100, "trips")
    assert office.open(rail, key="more").is_allowed
    assert office.open(rail, key="more").is_allowed
    assert not office.open(rail, key="other").is_allowed
    office.reserve("r1", charge("rail", 100))
    assert office.used("all") == (eur(100), NOTHING)
    with pytest.raises(InvalidDocument, match="there is no such line"):
        office.open(line("x", 1, "gone"), key="k")


def test_a_draft_has_no_room_until_it_is_confirmed_with_evidence(office):
    office.open(line("rail", 100, "trips", status="draft"), key="more")
    assert codes(office.reserve("r1", charge("rail", 1))) == ["not_confirmed"]
    with office.storage.begin() as work:
        assert work.ledger.headroom("rail") == NOTHING
    assert codes(with_budgets(office, confirm_budget, "rail", None, key="k1")) == ["evidence_missing"]
    evidence = approval("rail", "budget.confirm")
    assert with_budgets(office, confirm_budget, "rail", evidence, key="k2").is_allowed
    assert with_budgets(office, confirm_budget, "rail", evidence, key="k2").is_allowed
    assert codes(with_budgets(office, confirm_budget, "rail", evidence, key="k3")) == ["not_draft"]
    assert office.line("rail").evidence == evidence
    assert office.reserve("r1", charge("rail", 100)).is_allowed
    with pytest.raises(MissingAggregate):
        with_budgets(office, confirm_budget, "gone", evidence, key="k4")


def test_a_line_in_use_is_not_closed(office):
    office.reserve("r1", charge("trips", 1))
    assert [one.code for one in with_budgets(office, close_budget, "trips", key="x").reasons] == [
        "ledger.account_in_use"
    ]
    assert with_budgets(office, close_budget, "fairs", key="y").is_allowed
    assert with_budgets(office, close_budget, "fairs", key="y").is_allowed
    assert codes(office.reserve("r2", charge("fairs", 1))) == ["not_confirmed"]


def test_a_line_without_a_stop_is_only_watched():
    office = Office(make_policy(control(table=WARN)))
    office.open(*TREE.lines)
    assert codes(office.reserve("r1", charge("trips", 5000))) == ["tolerance_reached", "tolerance_reached"]
    assert office.used("all") == (eur(5000), NOTHING)


def test_a_stop_above_the_amount_lets_that_much_through():
    office = Office(
        make_policy(control(table=tolerances((None, "ignore"), (1, "warn", "upper"), ("1.1", "stop", "upper"))))
    )
    office.open(line("a", 100))
    assert codes(office.reserve("r1", charge("a", 110))) == ["tolerance_reached"]
    assert codes(office.reserve("r2", charge("a", "0.01"))) == ["over_budget"]


def test_limits_follow_the_controls_of_a_new_rulebook(office):
    office.reserve("r1", charge("trips", 600))
    strict = make_policy(control(table=tolerances((None, "ignore"), ("0.5", "stop", "upper"))))
    loose = make_policy(control(table=tolerances((None, "ignore"), ("1.5", "stop", "upper"))))
    office.policy = strict
    below = with_budgets(office, renew_limits, ["trips", "fairs"], key="n1")
    assert {reason.code for reason in below.reasons} == {"ledger.limit_below_used"}
    office.policy = loose
    assert with_budgets(office, renew_limits, ["trips", "fairs"], key="n2").is_allowed
    assert office.reserve("r2", charge("trips", 300)).is_allowed
    assert codes(office.reserve("r3", charge("trips", 1))) == ["over_budget"]


# --- accumulated months ----------------------------------------------------------------------------------------------


@pytest.fixture
def monthly() -> Office:
    office = Office(make_policy(control(table=STOP), months()))
    office.open(line("all", 2400), line("a", 1200, "all"))
    return office


def test_months_are_kept_on_the_ledger_and_a_charge_dated_back_overdraws_none(monthly):
    assert monthly.reserve("r1", charge("a", 150, date(2026, 2, 3))).is_allowed
    assert monthly.used("a@2026-M12") == monthly.used("a@2026-M02") == (eur(150), NOTHING)
    assert monthly.used("a@2026-M01") == (NOTHING, NOTHING)
    decision = monthly.reserve("r2", charge("a", 60, date(2026, 1, 3)))
    assert codes(decision) == ["over_months"]
    assert monthly.reserve("r2", charge("a", 50, date(2026, 1, 3))).is_allowed
    on_ledger(monthly, commit_budget, "r1", key="c1", amounts=[eur(100)])
    assert monthly.used("a@2026-M12") == (eur(50), eur(100))
    on_ledger(monthly, refund_budget, "c1", key="f1")
    assert monthly.used("all@2026-M12") == (eur(50), NOTHING)
    assert with_budgets(monthly, close_budget, "all", key="x").outcome.value == "deny"


def test_a_line_with_months_is_confirmed_and_closed_with_them():
    office = Office(make_policy(months()))
    office.open(line("a", 1200, status="draft"))
    with_budgets(office, confirm_budget, "a", approval("a", "budget.confirm"), key="k")
    assert office.reserve("r", charge("a", 100, date(2026, 1, 1))).is_allowed
    on_ledger(office, release_budget, "r", key="v")
    assert with_budgets(office, close_budget, "a", key="x").is_allowed


# --- moving ----------------------------------------------------------------------------------------------------------


def test_a_transfer_moves_room_on_the_ledger_too(office):
    office.reserve("r1", charge("trips", 500))
    evidence = approval("t1", "budget.transfer")
    wrong = with_budgets(office, transfer_budget, "trips", "fairs", eur(101), key="t1", evidence=evidence)
    assert (codes(wrong), wrong.headroom) == (["transfer_not_free"], eur(100))
    for _ in range(2):
        assert with_budgets(office, transfer_budget, "trips", "fairs", eur(100), key="t1", evidence=evidence).is_allowed
    assert (office.line("trips").amount, office.line("fairs").amount) == (eur(500), eur(700))
    assert codes(office.reserve("r2", charge("trips", "0.01"))) == ["over_budget"]
    assert office.reserve("r3", charge("fairs", 500)).is_allowed


def test_what_is_unused_is_carried_into_the_next_year_once():
    office = Office(make_policy(control(table=STOP)))
    following = DateRange(YEAR.end, date(2028, 1, 1))
    office.open(
        line("26", 1000),
        line("t26", 600, "26"),
        line("27", 1000, span=following),
        line("t27", 1000, "27", span=following),
    )
    office.reserve("r1", charge("t26", 590))
    later = datetime(2027, 1, 5, tzinfo=UTC)
    early = with_budgets(office, carry_forward_budget, "t26", "t27", key="k0")
    assert codes(early) == ["not_yet_over"]
    assert with_budgets(office, carry_forward_budget, "t26", "t27", key="k1", as_of=later).reasons == ()
    assert with_budgets(office, carry_forward_budget, "t26", "t27", key="k1", as_of=later).reasons == ()
    again = with_budgets(office, carry_forward_budget, "t26", "t27", key="k2", as_of=later)
    assert codes(again) == ["carried_before"]
    amounts = [int(office.line(id).amount.amount) for id in ("26", "t26", "27", "t27")]
    assert amounts == [990, 590, 1010, 1010]
    assert office.reserve("r2", charge("t27", 1010, date(2027, 2, 1)), as_of=later).is_allowed
    assert codes(office.reserve("r3", charge("t26", 1), as_of=later)) == ["over_budget"]


def test_a_change_that_the_ledger_refuses_changes_no_line(office, monkeypatch):
    """Somebody spends between the look and the change: the ledger's own limit holds."""
    from salesrules.expenses.service import lines

    seen = lines.load_usage

    def and_then_somebody_spends(book, ledger, policy):
        found = seen(book, ledger, policy)
        with office.storage.begin() as work:
            stale = {account: attrs.evolve(use, committed=NOTHING) for account, use in found.items()}
            assert work.ledger.balance("trips").pending == eur(600)
        return stale

    office.reserve("r1", charge("trips", 600))
    monkeypatch.setattr(lines, "load_usage", and_then_somebody_spends)
    evidence = approval("t1", "budget.transfer")
    decision = with_budgets(office, transfer_budget, "trips", "fairs", eur(100), key="t1", evidence=evidence)
    assert [reason.code for reason in decision.reasons] == ["ledger.limit_below_used"]
    assert office.line("trips").amount == eur(600)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_ledger_may_be_analysed(office):
    office.reserve("r1", charge("trips", 100))
    office.reserve("r2", charge("fairs", 50))
    on_ledger(office, commit_budget, "r2", key="c2")
    with office.storage.begin() as work:
        found = load_book(["trips", "fairs", "gone"], work.aggregates(BUDGETS))
        usage = load_usage(found, work.ledger, office.policy.budgets)
    assert {one.id for one in found.lines} == {"trips", "all", "fairs"}
    rows = analyse_budgets(found, office.policy, DAY, usage=usage)
    assert (rows.of("all").committed, rows.of("all").actual) == (eur(100), eur(50))


def test_a_firm_without_controls_still_counts():
    office = Office(make_policy(budgets=BudgetPolicy()))
    office.open(*book(line("a", 1)).lines)
    assert office.reserve("r1", charge("a", 10)).is_allowed
    assert office.used("a") == (eur(10), NOTHING)


@pytest.mark.parametrize("amount", [Money(5, "USD"), eur("0.001"), eur(-5)])
def test_a_wrong_amount_changes_nothing_on_the_ledger(office, amount):
    office.reserve("r1", charge("trips", 100))
    office.reserve("r2", charge("trips", 50))
    on_ledger(office, commit_budget, "r2", key="c2")
    for act, key in ((commit_budget, "r1"), (refund_budget, "c2")):
        with contextlib.suppress(InvalidValue):  # a negative amount is no amount of the ledger's
            decision = on_ledger(office, act, key, key=f"{key}!", amounts=[amount])
            assert decision.reasons[0].code in ("ledger.wrong_unit", "ledger.too_precise")
    assert office.used("trips") == office.used("all") == (eur(100), eur(50))


def test_money_of_another_currency_is_refused_before_the_ledger(office):
    decision = office.reserve("r1", attrs.evolve(charge("trips", 1), amount=Money(1, "USD")))
    assert codes(decision) == ["other_currency"]
