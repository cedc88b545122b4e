"""Tables that cannot work are faults with their paths, values and remedies, all at once."""

from __future__ import annotations

from datetime import date as _date
from decimal import Decimal

import attrs
import pytest
from commissions.firm import by_amount, check_policy, component, money, plan, policy, tiers
from commissions.test_tables import ROWS, by_amounts, grid, named

from salesrules.commissions import (
    AcrossAttribute,
    AcrossComponent,
    AcrossNumber,
    AmountTable,
    AttainmentTable,
    FixedTable,
    FormulaTable,
    GridTable,
    MultiplierTable,
    PerUnitTable,
    PoolMember,
    TeamPool,
)
from salesrules.core import DateRange, Rate

RATES = tiers("0", "1%", "100", "2%")
AMOUNTS = by_amounts("0", "1", "100", "0")
BUSINESS = AcrossAttribute(attribute="business")
TABLE = "plans[0].components[0].table"


def found(*components):
    faults = check_policy(policy(plan(*components)))
    return [(fault.code.removeprefix("commissions."), fault.path, fault.value) for fault in faults]


def faults_of(table, **options):
    return found(component(table, **options))


@pytest.mark.parametrize(
    "table",
    [
        FixedTable(mode="proportional_amount", tiers=AMOUNTS),
        AttainmentTable(mode="interpolated_rate", tiers=tiers("0", "1%")),
        MultiplierTable(mode="whole_amount", tiers=RATES, target=money("1")),
        MultiplierTable(mode="fixed", basis="amount", tiers=RATES, target=money("1")),
        MultiplierTable(mode="marginal", basis="amount", tiers=RATES, base_rate=Rate.parse("1%")),
        MultiplierTable(mode="interpolated_amount", tiers=RATES, target_measure="incentive"),
        FormulaTable(formula="(amount + 1) / 2"),
        GridTable(mode="marginal", tiers=grid(*ROWS), across=BUSINESS),
    ],
)
def test_a_table_that_can_work_has_no_fault(table):
    assert faults_of(table) == []


@pytest.mark.parametrize(
    ("table", "mode"),
    [
        (AmountTable, "fixed"),
        (AttainmentTable, "interpolated_amount"),
        (FixedTable, "marginal"),
        (PerUnitTable, "cumulative_fixed"),
        (GridTable, "interpolated_rate"),
    ],
)
def test_a_mode_that_a_kind_does_not_have(table, mode):
    own = {FixedTable: AMOUNTS, PerUnitTable: AMOUNTS, GridTable: grid(*ROWS)}.get(table, RATES)
    more = {"across": BUSINESS} if table is GridTable else {}
    given = faults_of(table(mode=mode, tiers=own, **more), measure="quantity")
    assert ("table_mode", f"{TABLE}.mode", mode) in given


def test_a_tier_that_never_ends_cannot_be_filled():
    table = FixedTable(mode="proportional_amount", tiers=by_amounts("0", "1", "100", "5"))
    assert faults_of(table) == [("open_tier", f"{TABLE}.tiers.bands[1].value", "5")]


@pytest.mark.parametrize("measure", ["amount", "margin"])
def test_an_amount_per_unit_needs_units(measure):
    table = PerUnitTable(mode="marginal", tiers=AMOUNTS)
    assert faults_of(table, measure=measure) == [("per_unit", "plans[0].components[0].measure", measure)]
    assert faults_of(table, measure="count") == []


def test_amounts_and_multiples_are_not_below_zero():
    assert faults_of(FixedTable(mode="fixed", tiers=by_amounts("0", "-0.01"))) == [
        ("negative_rate", f"{TABLE}.tiers.bands[0].value", "-0.01")
    ]
    table = MultiplierTable(mode="marginal", tiers=tiers("0", "-1%"), target=money("1"))
    assert faults_of(table) == [("negative_rate", f"{TABLE}.tiers.bands[0].value", "-1%")]


@pytest.mark.parametrize(
    ("given", "place", "value"),
    [
        ({}, TABLE, None),
        ({"target": money("1"), "target_measure": "incentive"}, TABLE, None),
        ({"target": money("1"), "basis": "amount"}, f"{TABLE}.basis", "amount"),
    ],
)
def test_multiples_are_of_exactly_one_thing(given, place, value):
    table = MultiplierTable(mode="marginal", tiers=RATES, **given)
    assert faults_of(table) == [("multiples", place, value)]


def test_a_rate_is_no_amount_to_pay():
    table = MultiplierTable(mode="fixed", tiers=RATES, base_rate=Rate.parse("1%"))
    assert faults_of(table) == [("multiples", f"{TABLE}.mode", "fixed")]


def test_a_target_is_in_the_plans_currency():
    table = MultiplierTable(mode="marginal", tiers=RATES, target=money("1", "EUR"))
    assert [fault[:2] for fault in faults_of(table)] == [("currency", f"{TABLE}.target")]


@pytest.mark.parametrize(
    "formula",
    [
        "amount *",
        "amounts * 2",
        "amount ** 2",
        "amount if margin else 1",
        "sum(amount)",
        "max()",
        "max(amount, key=1)",
        "amount * 0x10",
        "amount * True",
        "amount * 1e9999",
        "'a' * 2",
        "amount < 2",
        "+amount",
        "",
        "amount + " * 60 + "1",
        "(" * 400 + "1" + ")" * 99,
    ],
)
def test_a_formula_that_cannot_be_read(formula):
    [(code, path, value)] = faults_of(FormulaTable(formula=formula))
    assert (code, path) == ("formula", f"{TABLE}.formula")
    assert value is not None


def test_each_row_of_a_grid_has_the_columns_of_the_table():
    uneven = grid(("0", {"new": "1%", "old": "1%"}), ("100", {"new": "2%"}))
    table = GridTable(mode="marginal", tiers=uneven, across=BUSINESS)
    assert faults_of(table) == [("columns", f"{TABLE}.tiers.bands[1].value", "new")]
    table = GridTable(mode="marginal", tiers=grid(*ROWS), across=AcrossNumber(columns=named("0", "new", "9", "odd")))
    assert [fault[:2] for fault in faults_of(table)] == [
        ("columns", f"{TABLE}.tiers.bands[0].value"),
        ("columns", f"{TABLE}.tiers.bands[1].value"),
    ]


def test_a_grid_without_columns_and_with_a_rate_below_zero():
    empty = GridTable(mode="marginal", tiers=grid(("0", {})), across=BUSINESS)
    assert faults_of(empty) == [("columns", f"{TABLE}.tiers.bands[0].value", None)]
    below = GridTable(mode="marginal", tiers=grid(("0", {"new": "-1%"})), across=BUSINESS)
    assert faults_of(below) == [("negative_rate", f"{TABLE}.tiers.bands[0].value.new", "-1%")]


def observing(name="margin", observe="measured"):
    across = AcrossComponent(component=name, observe=observe, columns=named("0", "new", "50", "old"))
    return GridTable(mode="marginal", tiers=grid(*ROWS), across=across)


def test_an_observed_component_is_another_one_over_the_same_span():
    margin = component(by_amount("0", "0%"), id="margin")
    assert found(component(observing()), margin) == []
    assert found(component(observing("magrin")), margin) == [
        ("unknown_component", f"{TABLE}.across.component", "magrin")
    ]
    assert found(component(observing("pay"), id="pay"), margin) == [
        ("unknown_component", f"{TABLE}.across.component", "pay")
    ]
    assert found(component(observing()), attrs.evolve(margin, accumulate="year")) == [
        ("grid_span", f"{TABLE}.across", "margin")
    ]
    alone = attrs.evolve(margin, accumulate="transaction")
    assert found(component(observing(), accumulate="transaction"), alone)[0][0] == "grid_span"
    assert found(component(observing(observe="attainment")), margin) == [
        ("no_attainment", f"{TABLE}.across.observe", "attainment")
    ]
    chained = component(observing("pay"), id="margin")
    assert [fault[0] for fault in found(component(observing()), chained)] == ["grid_chain", "grid_chain"]


def test_the_remedy_names_the_nearest_component():
    margin = component(by_amount("0", "0%"), id="margin")
    [fault] = check_policy(policy(plan(component(observing("magrin")), margin)))
    assert fault.remedy == "did you mean 'margin'?"


def test_the_table_of_a_pool_is_checked_too():
    always = DateRange(_date(2019, 1, 1))
    pool = TeamPool(
        id="team",
        effective=always,
        currency="USD",
        component=component(FixedTable(mode="fixed", tiers=by_amounts("5", "1"))),
        members=[PoolMember(id="all", effective=always, payees=["ana"])],
        split="equal",
    )
    faults = check_policy(attrs.evolve(policy(plan(component())), pools=[pool]))
    assert [(fault.code, fault.path) for fault in faults] == [
        ("commissions.first_tier", "pools[0].component.table.tiers.bands[0].from")
    ]
    assert faults[0].value == Decimal(5)


def told(table, *others, **options):
    """Problem and remedy of the only fault."""
    [fault] = check_policy(policy(plan(component(table, **options), *others)))
    assert fault.severity == "error"
    return fault.problem, fault.remedy


def test_what_the_author_is_told():
    assert told(AmountTable(mode="fixed", tiers=RATES)) == (
        "a table of kind 'amount' does not pay so",
        "choose one of marginal, whole_amount, interpolated_rate",
    )
    assert told(FixedTable(mode="proportional_amount", tiers=by_amounts("0", "1", "100", "5"))) == (
        "a tier that never ends is never filled",
        "add a last tier with 0, from where nothing more is earned",
    )
    assert told(PerUnitTable(mode="marginal", tiers=AMOUNTS)) == (
        "an amount per unit needs units",
        "measure 'quantity' or 'count', or state a rate in a table of kind 'amount'",
    )
    assert told(FixedTable(mode="fixed", tiers=by_amounts("0", "-1"))) == (
        "an amount is below zero",
        "give zero or more",
    )
    assert told(AmountTable(mode="marginal", tiers=tiers("0", "-1%"))) == ("a rate is below zero", "give zero or more")
    assert told(AmountTable(mode="marginal", tiers=tiers("1", "1%"))) == (
        "what lies below is not declared",
        "start the first tier at 0, at the rate 0% if nothing is paid there",
    )
    assert told(AmountTable(mode="marginal", tiers=tiers("0", "1%", end=9))) == (
        "what lies above is not declared",
        "leave the last tier open; its rate may be 0%",
    )


def test_what_the_author_of_multiples_is_told():
    exactly = "give exactly one of base_rate, target and target_measure"
    assert told(MultiplierTable(mode="marginal", tiers=RATES)) == ("it multiplies nothing", exactly)
    twice = MultiplierTable(mode="marginal", tiers=RATES, target=money("1"), base_rate=Rate.parse("1%"))
    assert told(twice) == ("it multiplies base_rate and target", exactly)
    assert told(MultiplierTable(mode="fixed", tiers=RATES, base_rate=Rate.parse("1%"))) == (
        "a rate is no amount to pay",
        "give a target, or choose a mode by rates",
    )
    assert told(MultiplierTable(mode="marginal", basis="amount", tiers=RATES, target=money("1"))) == (
        "a target times attainment needs bounds of attainment",
        "choose 'attainment'",
    )
    assert told(MultiplierTable(mode="marginal", tiers=RATES, target=money("1", "EUR"))) == (
        "the plan pays in USD",
        "state it in that",
    )


def test_what_the_author_of_a_grid_is_told():
    margin = component(by_amount("0", "0%"), id="margin")
    empty = GridTable(mode="marginal", tiers=grid(("0", {})), across=BUSINESS)
    assert told(empty) == ("it has no columns", "give a rate for each value")
    uneven = grid(("0", {"new": "1%", "old": "1%"}), ("100", {}))
    assert told(GridTable(mode="marginal", tiers=uneven, across=BUSINESS)) == (
        "its columns are not those of the table",
        "give a rate for each of new, old",
    )
    below = GridTable(mode="marginal", tiers=grid(("0", {"new": "-1%"})), across=BUSINESS)
    assert told(below) == ("a rate is below zero", "give 0% or more")
    assert told(observing("xyz"), margin) == ("the plan has no such component", "known are margin")
    assert told(observing("xyz")) == ("the plan has no such component", "known are none")
    assert told(observing("pay"), id="pay") == ("it observes itself", "known are none")
    assert told(observing(), attrs.evolve(margin, accumulate="year")) == (
        "pay accumulates by period, margin by year",
        "let both accumulate over the same days",
    )
    assert told(observing(observe="attainment"), margin) == (
        "component margin pays by amount, so it has no attainment",
        "observe 'measured', or name a component with a table by attainment",
    )
    chained = check_policy(policy(plan(component(observing()), component(observing("pay"), id="margin"))))
    assert (chained[0].problem, chained[0].remedy, chained[0].value) == (
        "component margin observes another one itself",
        "observe one that does not",
        "margin",
    )
    assert chained[0].path == f"{TABLE}.across.component"


def test_what_the_author_of_a_formula_is_told():
    problem, remedy = told(FormulaTable(formula="cost * 2"))
    assert problem == "the formula cannot be read"
    assert remedy.startswith("use numbers, + - * /")
