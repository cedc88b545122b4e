"""Plans by payee and day in bulk: on any assignments what `plan_spans` says, and its faults counted."""

from __future__ import annotations

import random
from datetime import date, timedelta

import attrs
import pyarrow as pa
import pytest
from drawn_facts import END, PEOPLE, POSITIONS, START, draw_day, measuring_plan

from salesrules.commissions import Assignment, CommissionPolicy, Payee, plan_runs, plan_spans
from salesrules.core import AmbiguousDay, DateRange, InvalidDocument
from salesrules.frames.assigning import assign_in_bulk
from salesrules.testing import simple_plan

YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))
ALWAYS = DateRange(date(2019, 1, 1))
PAYEES = [Payee(id=person, name=person, position=POSITIONS[at % 5]) for at, person in enumerate(PEOPLE)]
TABLE = pa.table({"payee": PEOPLE, "position": [payee.position for payee in PAYEES]})


def draw_span(rng):
    start = draw_day(rng)
    return rng.choice((ALWAYS, DateRange(start), DateRange(start, start + timedelta(days=rng.randrange(1, 90)))))


def draw_policy(rng):
    plans = []
    for family in ("red", "blue"):
        cuts = sorted({date(2019, 1, 1), *(draw_day(rng) for _ in range(rng.randrange(3)))})
        for number, (start, end) in enumerate(zip(cuts, [*cuts[1:], None], strict=True)):
            status = rng.choice(("in_force", "in_force", "in_force", "draft"))
            life = attrs.evolve(simple_plan({0: "2%"}).life, effective=DateRange(start, end), status=status)
            returns = rng.choice(("original_terms", "current_measure"))
            plans.append(measuring_plan(id=f"{family}-{number}", family=family, life=life, returns=returns))
    assignments = [
        Assignment(
            id=f"a{number}",
            plan=rng.choice(("red", "blue")),
            effective=draw_span(rng),
            payees=rng.sample(PEOPLE, rng.randrange(3)),
            positions=rng.sample(("seller", "manager", "engineer"), rng.randrange(2)),
        )
        for number in range(rng.randrange(1, 6))
    ]
    return CommissionPolicy(
        life=plans[0].life, pay_period="month", carry_shortfall=True, plans=plans, crediting=[], assignments=assignments
    )


def draw_credits(rng, count):
    rows = []
    for number in range(count):
        sold, is_return = draw_day(rng), rng.random() < 0.3
        day = min(sold + timedelta(days=rng.randrange(60) if is_return else 0), END - timedelta(days=1))
        role = rng.choice(("direct", "override_1"))
        rows.append((f"t{number}", rng.choice(PEOPLE), day, role, sold, "sale" if is_return else None))
    names = ("id", "payee", "day", "role", "sold", "original")
    return rows, pa.table({name: pa.array([row[at] for row in rows]) for at, name in enumerate(names)})


def scalar(policy, rows):
    """By the scalar rules: each row's plan and run, whether it takes back; and the payees with two plans on a day."""
    runs, ambiguous = {}, set()
    for payee in PAYEES:
        try:
            runs[payee.id] = plan_runs(plan_spans(payee, policy, YEAR))
        except AmbiguousDay:
            ambiguous.add(payee.id)

    def run_at(payee, day):
        return next((run for run in runs.get(payee, ()) if day in run.span), None)

    found = []
    for _, payee, day, _, sold, original in rows:
        run = run_at(payee, day)
        decides = run_at(payee, sold) or run
        takes_back = original is not None and decides is not None and decides.plan.returns == "original_terms"
        found.append((run, takes_back))
    return found, ambiguous


@pytest.mark.parametrize("seed", range(40))
def test_random_assignments_pay_by_the_plans_that_the_scalar_rules_name(seed):
    rng = random.Random(seed)
    policy = draw_policy(rng)
    rows, table = draw_credits(rng, 300)
    assigned = assign_in_bulk(policy, table, payees=TABLE)
    expected, ambiguous = scalar(policy, rows)
    found = [
        (None if run < 0 else assigned.runs[run], back)
        for run, back in zip(assigned.run.tolist(), assigned.takes_back.tolist(), strict=True)
    ]
    assert found == expected
    plans = [None if plan < 0 else policy.plans[plan] for plan in assigned.plan.tolist()]
    assert plans == [None if run is None else run.plan for run, _ in expected]
    left = [
        (row[1], row[3], row[2])
        for row, (run, back) in zip(rows, expected, strict=True)
        if run is None and not back and row[1] not in ambiguous
    ]
    others = [assigned.without_plan[name].to_pylist() for name in ("payee", "role", "day")]
    assert list(zip(*others, strict=True)) == [each for each in left if each[1] != "direct"]
    direct = [each for each in left if each[1] == "direct"]
    codes = [fault.code for fault in assigned.faults]
    assert codes.count("commissions.no_plan") == bool(direct)
    assert not direct or f"{len(direct)} direct" in assigned.faults[-1].problem
    assert ("commissions.uncomputable" in codes) == any(row[1] in ambiguous for row in rows)


def test_the_draws_reach_every_case():
    kinds = set()
    for seed in range(40):
        rng = random.Random(seed)
        policy = draw_policy(rng)
        found, ambiguous = scalar(policy, draw_credits(rng, 300)[0])
        kinds |= {"ambiguous"} if ambiguous else set()
        kinds |= {(run is None, back) for run, back in found}
    assert kinds == {"ambiguous", (True, True), (True, False), (False, True), (False, False)}


def assigned_to(*assignments, rows=2, **columns):
    plan = simple_plan({0: "2%"})
    policy = CommissionPolicy(
        life=plan.life, pay_period="month", carry_shortfall=True, plans=[plan], crediting=[], assignments=assignments
    )
    given = {"payee": ["ana", "bo"][:rows], "day": pa.array([date(2020, 1, 1)] * rows, pa.date32())} | columns
    return assign_in_bulk(policy, pa.table(given))


def test_a_run_ends_where_its_days_end():
    family = simple_plan({0: "2%"}).family
    named = Assignment(id="a", plan=family, effective=DateRange(date(2020, 1, 1), date(2020, 1, 2)), payees=["ana"])
    days = pa.array([date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 2)])
    assigned = assigned_to(named, rows=1, payee=["ana"] * 3, day=days)
    assert assigned.run.tolist() == [-1, 0, -1]
    assert assigned.plan.tolist() == [-1, 0, -1]
    [fault] = assigned.faults
    assert (fault.code, fault.value) == ("commissions.no_plan", "ana 2019-12-31, ana 2020-01-02")


def test_no_credits_no_assignments_and_wrong_columns():
    assert len(assigned_to(rows=0).plan) == 0
    assert assigned_to().plan.tolist() == [-1, -1]
    with pytest.raises(InvalidDocument, match="dates are needed"):
        assigned_to(day=["today", "tomorrow"])
    with pytest.raises(InvalidDocument, match="payee: the column is missing"):
        assign_in_bulk(draw_policy(random.Random(1)), pa.table({"day": [date(2020, 1, 1)]}))
    assert START < END


def test_others_without_a_plan_are_a_finding_of_their_period():
    from salesrules.core import FiscalCalendar

    assigned = assigned_to(role=["override_1", "override_2"])
    assert assigned.faults == ()
    [first, second] = assigned.report_without_plan(FiscalCalendar().period("2020-M01"))
    assert first.parameters == {"payee": "ana", "role": "override_1", "lines": 1}
    assert second.parameters == {"payee": "bo", "role": "override_2", "lines": 1}
    assert assigned.report_without_plan(FiscalCalendar().period("2020-M02")) == ()


def test_runs_are_worked_out_within_the_span_that_is_given():
    named = Assignment(id="a", plan=simple_plan({0: "2%"}).family, effective=ALWAYS, payees=["ana"])
    plan = simple_plan({0: "2%"})
    policy = CommissionPolicy(
        life=plan.life, pay_period="month", carry_shortfall=True, plans=[plan], crediting=[], assignments=[named]
    )
    credits = pa.table({"payee": ["ana"], "day": [date(2020, 1, 1)]})
    [whole] = assign_in_bulk(policy, credits).runs
    assert whole.span == YEAR
    month = DateRange(date(2020, 1, 1), date(2020, 2, 1))
    [run] = assign_in_bulk(policy, credits, span=month).runs
    assert run.span == month
