"""What must be true of a policy beyond the types of its fields."""

import attrs
import pytest
from commissions.firm import (
    ALWAYS,
    QUOTAS,
    YEAR,
    assign,
    by_amount,
    check_policy,
    component,
    days,
    direct,
    draw,
    facts,
    life,
    money,
    override,
    plan,
    policy,
    run,
    tiers,
)

from salesrules.commissions import AmountTable, Filter
from salesrules.core import InvalidDocument


def found(given):
    return [(fault.code.removeprefix("commissions."), fault.path, fault.value) for fault in check_policy(given)]


def of_plan(given):
    return found(policy(given))


def of_component(given):
    return found(policy(plan(given)))


def test_a_sound_policy_has_no_fault():
    rules = policy(
        plan(component(), component(id="more", credits=("direct", "override_1")), cap=100),
        crediting=[direct(), override(1)],
        assignments=[assign(draw=draw("0", recovery="0%"))],
    )
    assert found(rules) == []


def test_ids_stand_once_in_their_list():
    rules = policy(
        plan(component(), component(), id="p", family="f", effective=days("01-01", "02-01")),
        plan(id="p", family="g"),
        crediting=[direct(id="x", effective=days("01-01", "02-01")), direct(id="x", effective=days("02-01"))],
        assignments=[assign("f", id="a"), assign("g", payees=("bo",), id="a"), assign("g", payees=("cy",), id="a")],
    )
    assert found(rules) == [
        ("repeated_id", "plans[1].id", "p"),
        ("repeated_id", "crediting[1].id", "x"),
        ("repeated_id", "assignments[1].id", "a"),
        ("repeated_id", "assignments[2].id", "a"),
        ("repeated_id", "plans[0].components[1].id", "pay"),
    ]


@pytest.mark.parametrize(
    ("until", "status", "faults"),
    [
        ("03-01", "in_force", []),
        ("03-02", "in_force", ["plans[1].life.effective"]),
        ("03-02", "superseded", ["plans[1].life.effective"]),
        ("03-02", "draft", []),
        ("03-02", "reviewed", []),
    ],
)
def test_versions_of_a_plan_that_decide_do_not_hold_on_the_same_days(until, status, faults):
    old = plan(id="old", family="f", effective=days("01-01", until), status=status)
    rules = policy(old, plan(id="new", family="f", effective=days("03-01")))
    assert [path for _, path, _ in found(rules)] == faults
    assert found(policy(old, plan(id="new", family="g", effective=days("03-01")), assignments=[assign("f")])) == []


def test_an_assignment_names_a_plan_that_exists_and_somebody():
    rules = policy(plan(id="rep"), assignments=[assign("reps"), assign("rep", payees=())])
    assert found(rules) == [
        ("unknown_plan", "assignments[0].plan", "reps"),
        ("empty_assignment", "assignments[1]", None),
    ]
    assert check_policy(rules)[0].remedy == "did you mean 'rep'?"
    assert check_policy(policy(assignments=[assign("x")]))[0].remedy == "known are none"
    assert (
        check_policy(policy(plan(id="abc"), plan(id="abd"), assignments=[assign("zzz")]))[0].remedy
        == "known are abc, abd"
    )


@pytest.mark.parametrize(("start", "faults"), [("02-29", ["assignments[1].payees"]), ("03-01", [])])
def test_a_payee_is_assigned_once_on_a_day(start, faults):
    both = [assign(effective=days("01-01", "03-01"), id="one"), assign(effective=days(start), id="two")]
    assert [path for _, path, _ in found(policy(plan(), assignments=both))] == faults


def test_a_position_is_assigned_once_on_a_day_but_a_name_may_go_before_it():
    twice = [assign(payees=(), positions=("rep",), id=id) for id in "ab"]
    assert found(policy(plan(), assignments=twice)) == [("overlapping_assignments", "assignments[1].positions", "rep")]
    assert found(policy(plan(), assignments=[twice[0], assign(payees=("rep",))])) == []


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"amount": money(1, "EUR")}, [("currency", "assignments[0].draw.amount", "EUR 1")]),
        ({"amount": money("-0.01")}, [("negative", "assignments[0].draw.amount", "USD -0.01")]),
        ({"amount": money(0)}, []),
        ({"recovery": "100.01%"}, [("recovery", "assignments[0].draw.maximum_recovery", "100.01%")]),
        ({"recovery": "-0.01%"}, [("recovery", "assignments[0].draw.maximum_recovery", "-0.01%")]),
        ({"effective": ALWAYS}, [("endless_draw", "assignments[0].draw.effective", "[2019-01-01, …)")]),
    ],
)
def test_draws_are_in_the_plans_currency_within_bounds_and_end(change, faults):
    amount = change.pop("amount", money(100))
    given = attrs.evolve(draw(100, **change), amount=amount)
    assert found(policy(plan(), assignments=[assign(draw=given)])) == faults


def test_a_draw_that_never_ends_only_warns():
    rules = policy(plan(), assignments=[assign(draw=draw(100, ALWAYS))])
    assert [fault.severity for fault in check_policy(rules)] == ["warning"]
    assert run(facts(), rules).statements, "a warning stops nothing"


def test_a_draw_of_an_unknown_plan_is_not_held_against_a_currency():
    assert found(policy(assignments=[assign("x", draw=draw(100))])) == [("unknown_plan", "assignments[0].plan", "x")]


@pytest.mark.parametrize(("level", "faults"), [(1, []), (0, ["crediting[0].level"]), (-1, ["crediting[0].level"])])
def test_levels_count_from_one(level, faults):
    assert [path for _, path, _ in found(policy(crediting=[override(level)]))] == faults


@pytest.mark.parametrize(
    ("share", "faults"), [("0.01%", []), ("0%", ["crediting[0].share"]), ("-1%", ["crediting[0].share"])]
)
def test_a_share_is_above_zero(share, faults):
    assert [path for _, path, _ in found(policy(crediting=[direct(share)]))] == faults


def test_one_rule_credits_a_role_on_a_day():
    def clash(*rules):
        return [path for _, path, _ in found(policy(crediting=rules))]

    early, late = days("01-01", "03-01"), days("03-01")
    assert clash(direct(effective=early, id="a"), direct(effective=late, id="b")) == []
    assert clash(direct(effective=early, id="a"), direct(effective=days("02-29"), id="b")) == ["crediting[1].effective"]
    assert clash(override(1, id="a"), override(1, id="b")) == ["crediting[1].effective"]
    assert clash(direct(), override(1), override(2)) == []


def test_plans_name_a_currency_and_round_to_a_place_that_exists():
    assert of_plan(plan(currency="usd")) == [("currency", "plans[0].currency", "usd")]
    assert of_plan(plan(digits=13)) == [("digits", "plans[0].rounding.digits", 13)]
    assert of_plan(plan(digits=-13)) == [("digits", "plans[0].rounding.digits", -13)]
    assert [of_plan(plan(digits=digits)) for digits in (None, 12, 0, -12)] == [[], [], [], []]


def test_caps_are_in_the_plans_currency_and_not_below_zero():
    euro = attrs.evolve(plan(cap=100), cap=attrs.evolve(plan(cap=100).cap, amount=money(100, "EUR")))
    assert of_plan(euro) == [("currency", "plans[0].cap.amount", "EUR 100")]
    assert of_plan(plan(cap="-0.01")) == [("negative", "plans[0].cap.amount", "USD -0.01")]
    assert of_plan(plan(cap="0")) == []


def test_components_take_credits_in_roles_that_are_given():
    rules = policy(
        plan(component(credits=("direct", "override_2")), component(id="none", credits=())), crediting=[override(2)]
    )
    assert found(rules) == [
        ("unknown_role", "plans[0].components[0].credits[0]", "direct"),
        ("no_credits", "plans[0].components[1].credits", None),
    ]


def test_tables_begin_at_zero_or_open_and_do_not_end():
    assert of_component(component(by_amount("0", "1%"))) == []
    assert of_component(component(by_amount(None, "1%"))) == []
    table = AmountTable(mode="marginal", tiers=tiers("0.01", "1%", "5", "2%", end=100))
    assert of_component(component(table)) == [
        ("first_tier", "plans[0].components[0].table.tiers.bands[0].from", tiers("0.01", "1%").bands[0].start),
        ("last_tier", "plans[0].components[0].table.tiers.bands[1].to", 100),
    ]


def test_rates_are_not_below_zero():
    assert of_component(component(by_amount("0", "0%", "5", "-0.01%"))) == [
        ("negative_rate", "plans[0].components[0].table.tiers.bands[1].value", "-0.01%")
    ]


def test_a_filter_names_values():
    filters = [Filter(attribute="a", one_of=["x"]), Filter(attribute="b"), Filter(attribute="c", none_of=["x"])]
    assert of_component(component(filters=filters)) == [("empty_filter", "plans[0].components[0].filters[1]", None)]


def test_all_faults_come_at_once_and_none_is_paid():
    rules = policy(
        plan(component(credits=()), cap=-1), assignments=[assign(payees=()), assign("x")], crediting=[direct("0%")]
    )
    with pytest.raises(InvalidDocument) as caught:
        run(facts(), rules)
    assert {fault.code for fault in caught.value.faults} == {
        f"commissions.{code}" for code in ("unknown_plan", "empty_assignment", "share", "negative", "no_credits")
    }


@pytest.mark.parametrize("section", ["commissions", "quotas"])
@pytest.mark.parametrize(("status", "paid"), [("draft", False), ("reviewed", False), ("approved", True)])
def test_an_unapproved_section_pays_nobody(section, status, paid):
    rules = policy(plan(), status=status if section == "commissions" else "in_force")
    quotas = attrs.evolve(QUOTAS, life=life(YEAR, status if section == "quotas" else "in_force"))
    if paid:
        assert run(facts(), rules, quota_policy=quotas).statements
    else:
        with pytest.raises(InvalidDocument) as caught:
            run(facts(), rules, quota_policy=quotas)
        assert [(f.code, f.path, f.value) for f in caught.value.faults] == [
            ("commissions.unapproved", f"{section}.life.status", status)
        ]
