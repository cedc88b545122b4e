"""Which plan pays whom on which days."""

import attrs
import pytest
from commissions.firm import (
    CALENDAR,
    QUOTAS,
    YEAR,
    amounts,
    assign,
    by_quota,
    component,
    day,
    days,
    facts,
    pay,
    plan,
    plan_spans,
    policy,
    quota,
    sale,
)

from salesrules.commissions import Payee, PlanSpan
from salesrules.commissions.rules.assignments import first_assigned_day, plan_runs
from salesrules.core import AmbiguousDay, Rate
from salesrules.quotas import Ramp, apply_ramps

ANA = Payee(id="ana", name="Ana", position="rep")


def spans(assignments, *plans, span=YEAR, payee=ANA):
    return [
        (str(found.span.start)[5:], str(found.span.end)[5:], found.plan.id)
        for found in plan_spans(payee, policy(*plans, assignments=assignments), span)
    ]


@pytest.mark.parametrize(
    ("effective", "expected"),
    [
        (days("2019-06-01", "2019-12-31"), []),
        (days("2019-06-01", "2020-01-01"), []),
        (days("2019-06-01", "2020-01-02"), [("01-01", "01-02", "plan")]),
        (days("2019-06-01"), [("01-01", "01-01", "plan")]),
        (days("12-31"), [("12-31", "01-01", "plan")]),
        (days("2021-01-01"), []),
        (days("03-01", "04-01"), [("03-01", "04-01", "plan")]),
    ],
)
def test_an_assignment_pays_on_its_own_days_within_the_span(effective, expected):
    assert spans([assign(effective=effective)], plan()) == expected


def test_a_position_is_assigned_as_well_as_a_name():
    assert spans([assign(payees=(), positions=("rep",))], plan()) == [("01-01", "01-01", "plan")]
    assert spans([assign(payees=(), positions=("manager",))], plan()) == []
    assert spans([assign(payees=("bo",))], plan()) == []


def test_a_named_assignment_goes_before_one_by_position_and_only_on_its_days():
    assignments = [assign("all", payees=(), positions=("rep",)), assign("own", effective=days("03-01", "04-01"))]
    assert spans(assignments, plan(id="all"), plan(id="own")) == [
        ("01-01", "03-01", "all"),
        ("03-01", "04-01", "own"),
        ("04-01", "01-01", "all"),
    ]


def test_a_plan_changes_on_the_day_its_next_version_starts():
    old = plan(id="old", family="rep", effective=days("2019-01-01", "05-16"), status="superseded")
    new = plan(id="new", family="rep", effective=days("05-16"))
    assert spans([assign("rep")], new, old) == [("01-01", "05-16", "old"), ("05-16", "01-01", "new")]
    on_the_bound = days("04-01", "05-16"), days("05-16", "07-01")
    assert [spans([assign("rep")], new, old, span=span) for span in on_the_bound] == [
        [("04-01", "05-16", "old")],
        [("05-16", "07-01", "new")],
    ]


@pytest.mark.parametrize(
    ("status", "decides"),
    [("draft", False), ("reviewed", False), ("approved", True), ("in_force", True), ("superseded", True)],
)
def test_drafts_decide_nothing_and_superseded_versions_still_decide_their_days(status, decides):
    version = plan(effective=days("2019-01-01", "03-01"), status=status)
    assert spans([assign()], version) == ([("01-01", "03-01", "plan")] if decides else [])


def test_days_without_a_version_are_left_out():
    first, second = (
        plan(id="a", family="f", effective=days("01-01", "02-01")),
        plan(id="b", family="f", effective=days("03-01")),
    )
    assert spans([assign("f")], first, second) == [("01-01", "02-01", "a"), ("03-01", "01-01", "b")]


def test_two_plans_on_one_day_are_an_error_that_names_both():
    assignments = [assign("a", id="first"), assign("b", effective=days("06-01"), id="second")]
    with pytest.raises(AmbiguousDay, match=r"payee ana.*2 entries on 2020-06-01 \(first: a, second: b\)"):
        spans(assignments, plan(id="a"), plan(id="b"))
    assert spans(assignments, plan(id="a"), plan(id="b"), span=days("01-01", "06-01")) == [("01-01", "06-01", "a")]


def test_two_named_assignments_clash_although_one_by_position_would_not():
    both = [assign("a", payees=(), positions=("rep",)), assign("b", payees=(), positions=("rep",))]
    with pytest.raises(AmbiguousDay):
        spans(both, plan(id="a"), plan(id="b"))


def test_spans_keep_their_assignment_and_runs_join_what_one_plan_pays_in_a_row():
    rep = plan(component(), id="rep")
    assignments = [assign("rep", effective=days("2019-01-01", "03-01")), assign("rep", effective=days("03-01"))]
    found = plan_spans(ANA, policy(rep, assignments=assignments), YEAR)
    assert found == (
        PlanSpan(days("01-01", "03-01"), rep, assignments[0]),
        PlanSpan(days("03-01", "2021-01-01"), rep, assignments[1]),
    )
    assert plan_runs(found) == ((YEAR, rep),)


def test_runs_do_not_join_across_a_gap_or_another_plan():
    a, b = plan(id="a"), plan(id="b")
    assignments = [
        assign("a", effective=days("01-01", "02-01")),
        assign("b", effective=days("02-01", "03-01")),
        assign("a", effective=days("03-01", "04-01")),
        assign("a", effective=days("04-02")),
    ]
    found = plan_runs(plan_spans(ANA, policy(a, b, assignments=assignments), YEAR))
    assert [(str(run.span.start)[5:], run.plan.id) for run in found] == [
        ("01-01", "a"),
        ("02-01", "b"),
        ("03-01", "a"),
        ("04-02", "a"),
    ]


def test_one_assignment_that_is_cut_by_another_plans_days_joins_again():
    cut = [assign("a"), assign("b", payees=("bo",), effective=days("03-01", "04-01"))]
    assert spans(cut, plan(id="a"), plan(id="b")) == [("01-01", "01-01", "a")]
    ended = [assign("a"), assign("a", payees=(), positions=("rep",), effective=days("03-01", "04-01"))]
    assert spans(ended, plan(id="a")) == [("01-01", "01-01", "a")]


def test_the_first_assigned_day_is_the_earliest_of_any_assignment_of_the_payee():
    assignments = [
        assign(effective=days("03-01")),
        assign(payees=(), positions=("rep",), effective=days("02-01")),
        assign(payees=("bo",), effective=days("01-01")),
    ]
    rules = policy(plan(), assignments=assignments)
    assert first_assigned_day(ANA, rules) == days("02-01").start
    assert first_assigned_day(Payee(id="cy", name="Cy"), rules) is None


def test_a_ramp_lowers_the_quota_of_the_first_months():
    """From 1 February, 100 a month, of which a quarter and a half count: 75, so that 100 earn 75 x 2 % + 25 x 4 %."""
    months = [quota(100, days(f"0{month}-01", f"0{month + 1}-01")) for month in (1, 2, 3)]
    shares = [Rate.parse("25%"), Rate.parse("50%")]
    ramping = attrs.evolve(QUOTAS, ramps=[Ramp(id="new", holders=["ana"], starts=day("02-01"), shares=shares)])
    rules = policy(
        plan(component(by_quota("0", "2%", "1", "4%"), accumulate="quarter")),
        assignments=[assign(effective=days("02-01"))],
    )
    for quotas, expected in ((months, "2.00"), (apply_ramps(months, ramping, CALENDAR), "2.50")):
        statement = pay(facts(sale("1", "02-10", 100), quotas=quotas), rules, quota_policy=ramping)
        assert amounts(statement) == [expected]
    assert statement.measurements[0].quota == 75
