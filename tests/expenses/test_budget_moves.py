"""What is used, and room that moves: commitments, transfers, carrying forward, pacing, analysis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import attrs
import pytest
from expense_kit import DAY, NOON, TREE, YEAR, approval, book, codes, control, eur, line, make_policy, months, paths
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules.core import DateRange, Denied, InvalidDocument, InvalidValue, Money, Rate, UnknownName
from salesrules.expenses import (
    BudgetPolicy,
    CarryPolicy,
    Commitment,
    Spending,
    TransferPolicy,
    Usage,
    analyse_budgets,
    calculate_carry_forward,
    calculate_elapsed_share,
    calculate_forecast,
    calculate_theoretical_amount,
    calculate_usage,
    carry_forward,
    check_transfer,
    find_forwardable,
    find_open_commitments,
    forward_commitments,
    transfer_amount,
)


def commitment(id: str, amount: object, line: str = "trips", day: date = DAY, **changes) -> Commitment:
    return Commitment(id=id, line=line, day=day, amount=eur(amount), **changes)


def spent(id: str, amount: object, line: str = "trips", day: date = DAY, **changes) -> Spending:
    return Spending(id=id, line=line, day=day, amount=eur(amount), **changes)


def used(actual: object = 0, committed: object = 0) -> Usage:
    return Usage(committed=eur(committed), actual=eur(actual))


# --- usage -----------------------------------------------------------------------------------------------------------


def test_an_actual_takes_the_place_of_its_commitment():
    usage = calculate_usage(
        TREE, make_policy(), commitments=[commitment("k", 30)], spendings=[spent("s", 10, commitment="k")]
    )
    assert usage["trips"] == used(10) == usage["all"]
    assert usage["fairs"] == used()


def test_a_partial_actual_leaves_the_rest_of_its_commitment_open():
    part = spent("s", 10, commitment="k", is_partial=True)
    assert find_open_commitments([commitment("k", 30)], [part]) == {"k": eur(20)}
    more = spent("t", 25, commitment="k", is_partial=True)
    assert find_open_commitments([commitment("k", 30)], [part, more]) == {"k": eur(0)}


def test_an_actual_that_is_cancelled_opens_its_commitment_again():
    first, back = spent("s", 10, commitment="k"), spent("t", -10, commitment="k")
    assert find_open_commitments([commitment("k", 30)], [first, back]) == {"k": eur(30)}
    later = spent("u", 5, commitment="k", is_partial=True)
    assert find_open_commitments([commitment("k", 30)], [first, back, later]) == {"k": eur(25)}
    half = spent("t", -4, commitment="k")
    assert find_open_commitments([commitment("k", 30)], [first, half]) == {"k": eur(0)}


def test_use_is_rolled_up_and_counted_in_its_month_and_all_later_ones():
    entries = [spent("a", 5, day=date(2026, 1, 9)), spent("b", 7, "all", date(2026, 3, 1)), spent("c", -2)]
    usage = calculate_usage(TREE, make_policy(control(), months(levels=[1])), spendings=entries)
    assert (usage["trips"], usage["all"]) == (used(3), used(10))
    found = [usage.get(f"all@2026-M{month:02}", used()).actual for month in (1, 2, 3, 12)]
    assert found == [eur(5), eur(5), eur(10), eur(10)]
    assert "trips@2026-M01" not in usage


def test_faults_of_entries_come_at_once():
    with pytest.raises(InvalidDocument) as caught:
        find_open_commitments([commitment("k", 1), commitment("k", 1)], [spent("s", 1, commitment="q"), spent("s", 1)])
    assert [fault.path for fault in caught.value.faults] == [
        "commitments[1].id",
        "spendings[1].id",
        "spendings[0].commitment",
    ]
    with pytest.raises(InvalidDocument) as caught:
        calculate_usage(TREE, make_policy(), commitments=[commitment("k", 1, "tripz")], spendings=[spent("s", 1, "~~")])
    assert [str(fault.path) for fault in caught.value.faults] == ["commitments[0].line", "spendings[0].line"]
    assert [fault.remedy for fault in caught.value.faults] == ["did you mean 'trips'?", "add the line to the book"]


# --- transfers -------------------------------------------------------------------------------------------------------


def transfer(source="trips", target="fairs", amount=100, tree=TREE, policy=None, evidence="t1", **usage):
    given = None if evidence is None else approval(evidence, "budget.transfer")
    return check_transfer(
        source, target, eur(amount), tree, usage, policy or make_policy(), NOON, transfer="t1", evidence=given
    )


def test_what_is_unused_moves_with_approval():
    found = transfer(amount=600)
    assert (found.outcome.value, found.headroom) == ("allow", eur(600))
    found = transfer(amount=101, trips=used(480, 20))
    assert (codes(found), found.headroom) == (["transfer_not_free"], eur(100))
    assert transfer(amount=100, trips=used(480, 20)).is_allowed
    assert transfer(amount=1, trips=used(700)).headroom == eur(0)


def test_every_reason_against_a_transfer_comes_at_once():
    found = transfer("trips", "trips", 0, evidence=None)
    assert codes(found) == ["not_positive", "transfer_to_itself", "evidence_missing"]
    found = transfer("tripz", "gone", 1, evidence="t2")
    assert codes(found) == ["unknown_line", "unknown_line", "evidence_other"]
    assert paths(found) == ["source", "target", "evidence"]
    tree = book(*TREE.lines[:2], line("fairs", 600, "all", status="draft"))
    assert codes(transfer(tree=tree)) == ["not_confirmed"]


def test_the_owner_of_the_source_does_not_approve_it():
    evidence = approval("t1", "budget.transfer", approver="olga")
    found = check_transfer("trips", "fairs", eur(1), TREE, {}, make_policy(), DAY, transfer="t1", evidence=evidence)
    assert codes(found) == ["evidence_own"]
    as_reviewer = attrs.evolve(approval("t1", "budget.transfer"), reviewers=["olga"])
    found = check_transfer("trips", "fairs", eur(1), TREE, {}, make_policy(), DAY, transfer="t1", evidence=as_reviewer)
    assert (codes(found), paths(found)) == (["evidence_own"], ["evidence.reviewers"])


@pytest.mark.parametrize(("amount", "found"), [("100", []), ("100.01", ["evidence_exceeded"])])
def test_no_more_moves_than_was_approved(amount, found):
    evidence = attrs.evolve(approval("t1", "budget.transfer"), amount=eur(100))
    decision = check_transfer(
        "trips", "fairs", eur(amount), TREE, {}, make_policy(), NOON, transfer="t1", evidence=evidence
    )
    assert (codes(decision), paths(decision)) == (found, ["evidence.amount"] * len(found))


def test_a_firm_may_keep_room_within_unit_category_or_span():
    rule = TransferPolicy(id="t", same=["category", "unit", "span"])
    found = transfer(policy=make_policy(budgets=BudgetPolicy(transfers=rule)))
    assert (codes(found), paths(found)) == (["transfer_differs"], ["target.category"])


def test_no_part_of_a_cent_moves():
    found = transfer(amount="0.001")
    assert (codes(found), paths(found)) == (["too_precise"], ["amount"])
    assert transfer(amount="0.010").is_allowed
    assert transfer(amount="0.01").is_allowed


def test_currencies_do_not_mix_in_a_transfer():
    tree = book(line("a", 5), line("b", 5, amount=Money(5, "USD")))
    assert codes(transfer("a", "b", 1, tree=tree)) == ["other_currency"]


def test_a_transfer_moves_the_room_of_the_ancestors_that_are_not_shared():
    tree = book(line("top", 100), line("n", 60, "top"), line("n1", 30, "n"), line("s", 40, "top"), line("s1", 40, "s"))
    evidence = approval("t1", "budget.transfer")
    after = transfer_amount("n1", "s1", eur(10), tree, {}, make_policy(), NOON, transfer="t1", evidence=evidence)
    assert {one.id: int(one.amount.amount) for one in after.lines} == {
        "top": 100,
        "n": 50,
        "n1": 20,
        "s": 50,
        "s1": 50,
    }
    with pytest.raises(Denied):
        transfer_amount("n1", "s1", eur(10), tree, {}, make_policy(), NOON, transfer="t1")


def test_room_that_an_ancestor_of_the_source_has_used_does_not_move():
    tree = book(line("top", 100), line("n", 60, "top"), line("n1", 30, "n"), line("s", 40, "top"))
    found = transfer("n1", "s", 10, tree=tree, n=used(55))
    assert found.headroom == eur(5)
    assert codes(found) == ["transfer_not_free"]


# --- carrying forward ------------------------------------------------------------------------------------------------

NEXT = DateRange(date(2027, 1, 1), date(2028, 1, 1))
YEARS = book(line("t26", 600), line("t27", 500, span=NEXT))


@pytest.mark.parametrize(("actual", "committed", "carried"), [(0, 0, 600), (500, 40, 60), (600, 0, 0), (700, 0, 0)])
def test_what_is_unused_is_carried_and_never_less_than_nothing(actual, committed, carried):
    assert calculate_carry_forward(YEARS.line("t26"), {"t26": used(actual, committed)}, make_policy()) == eur(carried)


def test_a_firm_may_carry_a_share_floored_to_the_cent():
    policy = make_policy(budgets=BudgetPolicy(carry=CarryPolicy(id="c", share=Rate.parse("33.3%"))))
    assert calculate_carry_forward(line("a", "0.10"), {}, policy) == eur("0.03")


@pytest.mark.parametrize(("above", "carried"), [(400, 600), (401, 599), (950, 50), (1000, 0), (1100, 0)])
def test_no_more_is_carried_than_the_lines_above_left(above, carried):
    tree = book(
        line("26", 1000), line("t26", 600, "26"), line("27", 1000, span=NEXT), line("t27", 500, "27", span=NEXT)
    )
    _, after = carry_forward("t26", "t27", tree, {"26": used(above)}, make_policy(), date(2027, 1, 1))
    assert [int(one.amount.amount) for one in after.lines] == [
        1000 - carried, 600 - carried, 1000 + carried, 500 + carried,
    ]  # fmt: skip


def test_carrying_twice_changes_nothing():
    found, after = carry_forward("t26", "t27", YEARS, {"t26": used(590)}, make_policy(), date(2027, 1, 1))
    assert found.outcome.value == "allow"
    assert [int(one.amount.amount) for one in after.lines] == [590, 510]
    assert after.line("t27").carried == ("t26",)
    found, again = carry_forward("t26", "t27", after, {"t26": used(580)}, make_policy(), date(2027, 1, 2))
    assert (codes(found), again) == (["carried_before"], after)
    assert found.is_allowed


def test_nothing_left_is_told_and_changes_nothing():
    found, after = carry_forward("t26", "t27", YEARS, {"t26": used(600)}, make_policy(), date(2027, 1, 1))
    assert (codes(found), after) == (["nothing_to_carry"], YEARS)


def test_nothing_is_carried_before_the_period_is_over():
    found, after = carry_forward("t26", "t27", YEARS, {}, make_policy(), date(2026, 12, 31))
    assert (found.outcome.value, codes(found), after) == ("deny", ["not_yet_over"], YEARS)


def test_carrying_names_what_is_wrong_with_the_lines():
    later = date(2027, 1, 1)
    assert codes(carry_forward("x", "y", YEARS, {}, make_policy(), later)[0]) == ["unknown_line", "unknown_line"]
    assert codes(carry_forward("t26", "t26", YEARS, {}, make_policy(), later)[0]) == ["transfer_to_itself"]
    drafts = book(line("t26", 1, status="draft"), line("t27", 1, span=NEXT))
    assert codes(carry_forward("t26", "t27", drafts, {}, make_policy(), later)[0]) == ["not_confirmed"]
    mixed = book(line("t26", 1), line("t27", 1, span=NEXT, amount=Money(1, "USD")))
    assert codes(carry_forward("t26", "t27", mixed, {}, make_policy(), later)[0]) == ["other_currency"]


def test_an_overdue_review_is_told_beside_what_is_carried():
    policy = make_policy()
    policy = attrs.evolve(policy, life=attrs.evolve(policy.life, next_review=date(2026, 1, 1)))
    found, _ = carry_forward("t26", "t27", YEARS, {}, policy, date(2027, 1, 1))
    assert [reason.code for reason in found.reasons] == ["core.review_overdue"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 700), st.integers(0, 700))
def test_moves_conserve_what_there_is(amount, already):
    usage = {"trips": used(already)}
    evidence = approval("t1", "budget.transfer")
    try:
        after = transfer_amount(
            "trips", "fairs", eur(amount), TREE, usage, make_policy(), NOON, transfer="t1", evidence=evidence
        )
    except Denied:
        assert amount == 0 or amount > 600 - already
        return
    assert sum(one.amount.amount for one in after.lines) == 2200
    assert after.line("trips").amount >= usage["trips"].used


def test_open_commitments_move_to_the_next_period_once():
    day = date(2027, 1, 1)
    old = commitment("a", 30, "t26", date(2026, 11, 5))
    given = [old, commitment("b", 5, "other", date(2026, 11, 5))]
    moved = forward_commitments(given, day, {"t26": "t27"})
    assert moved[0] == attrs.evolve(old, line="t27", day=day, forwarded=day)
    assert moved[1] == given[1]
    assert forward_commitments(moved, day, {"t26": "t27", "t27": "t28"}) == moved
    assert find_forwardable(given, day) == tuple(given)


# --- pacing ----------------------------------------------------------------------------------------------------------


def test_time_alone_uses_a_budget_evenly_to_the_microsecond():
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert calculate_theoretical_amount(eur(240), start, end, start + hour) == 1
    assert calculate_elapsed_share(start, end, start - hour) == 0
    assert calculate_elapsed_share(start, end, end + hour) == 1
    whole = 10 * 24 * 3600 * 10**6
    assert calculate_elapsed_share(start, end, start + timedelta(microseconds=1)) == Fraction(1, whole)
    with pytest.raises(InvalidValue):
        calculate_elapsed_share(end, start, end)


# --- analysis --------------------------------------------------------------------------------------------------------


def test_a_forecast_goes_on_as_it_went_and_is_never_less_than_what_is_used():
    span = DateRange(date(2026, 1, 1), date(2026, 1, 11))
    assert calculate_forecast(eur(30), eur(30), span, date(2026, 1, 1)) == eur(300)
    assert calculate_forecast(eur(30), eur(30), span, date(2026, 1, 3)) == eur(100)
    assert calculate_forecast(eur(130), eur(30), span, date(2026, 1, 3)) == eur(130)
    assert calculate_forecast(eur(30), eur(30), span, date(2026, 2, 1)) == eur(30)
    assert calculate_forecast(eur(7), eur(7), span, date(2025, 12, 31)) == eur(7)


def test_the_analysis_ties_up_the_tree():
    entries = [spent("a", 90, outcomes=4), spent("b", 45, "fairs", outcomes=5), spent("c", 0, "all")]
    found = analyse_budgets(
        TREE, make_policy(), date(2026, 12, 31), commitments=[commitment("k", 10)], spendings=entries
    )
    row = found.of("all")
    assert (row.budget, row.committed, row.actual) == (eur(1000), eur(10), eur(135))
    assert (row.available, row.forecast, row.variance) == (eur(855), eur(145), eur(855))
    assert (row.outcomes, row.per_outcome) == (9, 15)
    assert found.of("trips").per_outcome == Fraction(45, 2)
    assert [one.line for one in found.rows] == ["all", "trips", "fairs"]
    record = found.to_records()[1]
    assert (record["line"], record["currency"], record["actual"], record["per_outcome"]) == (
        "trips",
        "EUR",
        90,
        Fraction(45, 2),
    )
    with pytest.raises(UnknownName, match="did you mean 'trips'"):
        found.of("tripz")


def test_a_ledgers_usage_may_be_analysed_and_nothing_has_no_cost_per_outcome():
    found = analyse_budgets(TREE, make_policy(), DAY, usage={"trips": used(100)})
    assert found.of("trips").actual == eur(100)
    assert found.of("fairs").per_outcome is None
    assert analyse_budgets(book(), make_policy(), DAY).rows == ()
    days = (DAY - YEAR.start).days + 1
    assert found.of("trips").forecast == eur(round(Fraction(100 * 365 * 100, days)) / 100)
