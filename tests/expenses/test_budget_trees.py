"""Budget lines as trees: faults of a book, allocation, confirmation, finding a line."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from expense_kit import DAY, NOON, TREE, YEAR, approval, book, codes, eur, line, make_policy, paths

from salesrules.core import DateRange, InvalidDocument, InvalidValue, PolicyLife, UnknownName
from salesrules.expenses import (
    BudgetLine,
    PlannedUse,
    check_allocation,
    check_confirmation,
    find_budget_line,
)


def faults(*lines: BudgetLine) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDocument) as caught:
        book(*lines)
    return [(fault.code.removeprefix("expenses."), fault.path) for fault in caught.value.faults]


def test_a_line_is_found_with_everything_above_it():
    deep = book(*TREE.lines, line("rail", 100, "trips"))
    assert [one.id for one in deep.chain("rail")] == ["rail", "trips", "all"]
    assert (deep.level("all"), deep.level("rail")) == (1, 3)
    assert [one.id for one in deep.children("all")] == ["trips", "fairs"]
    assert [one.id for one in book(line("b", 1, "a"), line("a", 1)).top_down()] == ["a", "b"]


def test_an_unknown_line_is_named_with_its_neighbours():
    with pytest.raises(UnknownName, match="unknown budget line 'tripz'; did you mean 'trips'"):
        TREE.line("tripz")
    assert TREE.find("tripz") is None


def test_every_fault_of_a_tree_comes_at_once():
    found = faults(
        line("a", 1),
        line("a", 1),
        line("b", 1, "gone"),
        line("c", 1, "d"),
        line("d", 1, "c"),
        line("e", 1, "a", amount=eur(1).__class__("1", "USD")),
        line("f", 1, "a", span=DateRange(date(2026, 6, 1), date(2027, 2, 1))),
    )
    assert found == [
        ("duplicate_id", "budgets[1].id"),
        ("unknown_parent", "budgets[2].parent"),
        ("budget_cycle", "budgets[3].parent"),
        ("budget_cycle", "budgets[4].parent"),
        ("parent_currency", "budgets[5].amount"),
        ("parent_span", "budgets[6].span"),
    ]


def test_a_line_below_a_cycle_is_not_blamed_for_it():
    assert faults(line("a", 1, "b"), line("b", 1, "a"), line("c", 1, "a")) == [
        ("budget_cycle", "budgets[0].parent"),
        ("budget_cycle", "budgets[1].parent"),
    ]
    assert faults(line("a", 1, "a")) == [("budget_cycle", "budgets[0].parent")]


def test_a_misspelled_parent_is_told_its_neighbour():
    with pytest.raises(InvalidDocument, match="did you mean 'sales'"):
        book(line("sales", 1), line("a", 1, "sale"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a@b"),
        ("id", "x" * 151),
        ("id", " a"),
        ("amount", eur(-1)),
        ("amount", 5),
        ("span", DateRange(date(2026, 1, 1))),
        ("weights", [1, -1]),
        ("weights", [0, 0]),
        ("weights", [0.5]),
        ("unit", " "),
    ],
)
def test_a_line_refuses_what_no_line_can_be(field, value):
    with pytest.raises(InvalidValue):
        line("a", 1, **{field: value})


def test_more_given_to_children_than_there_is_warns_and_an_exact_split_does_not():
    found = check_allocation(TREE, make_policy(), DAY)
    assert (found.outcome.value, codes(found), paths(found)) == ("warn", ["over_allocated"], ["budgets[0].amount"])
    assert found.reasons[0].parameters["children"] == eur(1200)
    fair = book(line("all", 1000), line("a", 600, "all"), line("b", 400, "all"))
    assert check_allocation(fair, make_policy(), DAY).reasons == ()


def test_a_whole_line_with_evidence_is_confirmed():
    draft = line("trips", 600, status="draft")
    found = check_confirmation(draft, approval("trips", "budget.confirm"), make_policy(), NOON)
    assert found.outcome.value == "allow"
    assert found.reasons == ()


def test_a_line_without_amount_basis_plan_and_evidence_is_told_all_of_it():
    empty = line("trips", 0, basis=" ", plan=[])
    found = check_confirmation(empty, None, make_policy(), DAY)
    assert codes(found) == ["not_allocated", "without_basis", "without_plan", "evidence_missing"]
    assert paths(found) == ["amount", "basis", "plan", "evidence"]


def test_a_line_of_a_part_of_a_cent_is_not_confirmed():
    found = check_confirmation(line("trips", "600.001"), approval("trips", "budget.confirm"), make_policy(), DAY)
    assert (codes(found), paths(found)) == (["too_precise"], ["amount"])
    assert check_confirmation(
        line("trips", "600.01"), approval("trips", "budget.confirm"), make_policy(), DAY
    ).is_allowed


def test_the_plan_of_use_adds_up_to_the_amount():
    plan = [PlannedUse(purpose="a", amount=eur(300)), PlannedUse(purpose="b", amount=eur("299.99"))]
    evidence = approval("trips", "budget.confirm")
    found = check_confirmation(line("trips", 600, plan=plan), evidence, make_policy(), DAY)
    assert codes(found) == ["plan_differs"]
    other = [*plan, PlannedUse(purpose="c", amount=eur(1).__class__("0.01", "USD"))]
    found = check_confirmation(line("trips", 600, plan=other), evidence, make_policy(), DAY)
    assert (codes(found), paths(found)) == (["other_currency"], ["plan[2].amount"])


def test_evidence_for_something_else_by_the_owner_or_from_tomorrow_confirms_nothing():
    wrong = approval("fairs", "budget.raise", approver="olga", on=date(2026, 3, 11))
    found = check_confirmation(line("trips", 600), wrong, make_policy(), DAY)
    assert codes(found) == ["evidence_other", "evidence_own", "evidence_not_yet"]
    late = approval("trips", "budget.confirm")  # at nine
    assert check_confirmation(line("trips", 600), late, make_policy(), NOON.replace(hour=9)).is_allowed
    assert not check_confirmation(line("trips", 600), late, make_policy(), NOON.replace(hour=8)).is_allowed


@pytest.mark.parametrize(("amount", "found"), [("600", []), ("599.99", ["evidence_exceeded"])])
def test_a_line_is_confirmed_for_no_more_than_was_approved(amount, found):
    evidence = attrs.evolve(approval("trips", "budget.confirm"), amount=eur(amount))
    decision = check_confirmation(line("trips", 600, status="draft"), evidence, make_policy(), NOON)
    assert (codes(decision), paths(decision)) == (found, ["evidence.amount"] * len(found))


def test_a_policy_that_is_not_in_force_decides_nothing():
    life = PolicyLife(status="draft", scope="s", owner="o", effective=DateRange(date(2010, 1, 1)))
    draft = attrs.evolve(make_policy(), life=life)
    found = check_allocation(TREE, draft, DAY)
    assert [reason.code for reason in found.reasons] == ["core.policy_not_in_force"]


def test_a_policy_overdue_for_review_warns_beside_the_findings():
    life = attrs.evolve(make_policy().life, next_review=date(2026, 1, 1))
    found = check_allocation(TREE, attrs.evolve(make_policy(), life=life), DAY)
    assert [reason.code for reason in found.reasons] == ["core.review_overdue", "expenses.over_allocated"]


def test_a_section_that_the_rulebook_lacks_is_named():
    with pytest.raises(InvalidValue, match=r"expenses\.budgets"):
        check_confirmation(line("a", 1), None, make_policy(budgets=None), DAY)


def test_one_line_is_found_by_unit_category_and_day():
    lines = [line("t26", 1), line("t27", 1, span=DateRange(YEAR.end, date(2028, 1, 1)))]
    assert find_budget_line(lines, "north", "travel", date(2026, 12, 31)).id == "t26"
    assert find_budget_line(lines, "north", "travel", date(2027, 1, 1)).id == "t27"
    with pytest.raises(UnknownName, match="unknown budget line 'south / travel / 2026-03-10'"):
        find_budget_line(lines, "south", "travel", DAY)
    with pytest.raises(UnknownName, match="did you mean 't26' or 'again'"):
        find_budget_line([*lines, line("again", 1)], "north", "travel", DAY)
