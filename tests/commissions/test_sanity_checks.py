"""Rates that are allowed but hardly meant: a warning above the bound that the policy states, and pay all the same."""

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    amounts,
    by_amount,
    by_quota,
    check_policy,
    component,
    facts,
    money,
    pay,
    plan,
    policy,
    sale,
    tiers,
)
from commissions.test_pools import pool

from salesrules.commissions import AcrossAttribute, FixedTable, FormulaTable, GridTable, MultiplierTable, PerUnitTable
from salesrules.core import Band, BandTable, Rate


def found(*components, bound="50%", pools=()):
    rules = attrs.evolve(policy(plan(*components)), sanity_rate=Rate.parse(bound), pools=pools)
    return [(f.code.removeprefix("commissions."), f.path, f.value, f.severity) for f in check_policy(rules)]


@pytest.mark.parametrize(("rate", "warns"), [("49.99%", False), ("50%", False), ("50.01%", True)])
@pytest.mark.parametrize("table", [by_amount, by_quota])
def test_a_rate_above_the_stated_bound_warns_and_the_bound_itself_is_usual(table, rate, warns):
    warning = ("unusual_rate", "plans[0].components[0].table.tiers.bands[1].value", rate, "warning")
    assert found(component(table("0", "50%", "0.5", rate))) == ([warning] if warns else [])


def test_nothing_is_unusual_where_no_bound_is_stated():
    assert check_policy(policy(plan(component(by_amount("0", "900%"))))) == ()


def test_all_unusual_rates_come_at_once_with_bound_and_remedy_and_are_paid_as_stated():
    rules = attrs.evolve(
        policy(plan(component(by_amount("0", "60%")), component(by_amount("0", "1%", "5", "70%"), id="b"))),
        sanity_rate=Rate.parse("30%"),
    )
    warnings = check_policy(rules)
    assert [w.path for w in warnings] == [
        "plans[0].components[0].table.tiers.bands[0].value",
        "plans[0].components[1].table.tiers.bands[1].value",
    ]
    assert warnings[0].problem == "it pays 60% of the amount, above the bound of 30%"
    assert "2% is 0.02" in warnings[0].remedy
    assert "sanity_rate" in warnings[0].remedy
    assert amounts(pay(facts(sale("s", "01-10", 5)), rules)) == ["3.00", "0.05"]


@pytest.mark.parametrize(("bound", "faulty"), [("0%", True), ("-1%", True), ("0.01%", False)])
def test_a_bound_below_which_no_rate_lies_is_a_fault(bound, faulty):
    codes = [(code, path, severity) for code, path, _, severity in found(component(by_amount("0", "0%")), bound=bound)]
    assert codes == ([("sanity_rate", "sanity_rate", "error")] if faulty else [])


def test_team_pools_pay_usual_rates_too():
    own = pool(table=by_amount("0", "51%"))
    assert found(pools=[own]) == [
        ("unusual_rate", "pools[0].component.table.tiers.bands[0].value", "51%", "warning"),
    ]


@pytest.mark.parametrize("measure", ["amount", "margin"])
def test_multiples_of_a_base_rate_and_rates_of_columns_count_as_what_they_pay(measure):
    multiples = MultiplierTable(mode="marginal", tiers=tiers("0", "100%", "1", "300%"), base_rate=Rate.parse("20%"))
    assert found(component(multiples, measure=measure)) == [
        ("unusual_rate", "plans[0].components[0].table.tiers.bands[1].value", "60%", "warning"),
    ]
    row = {"bikes": Rate.parse("2%"), "socks": Rate.parse("55%")}
    grid = GridTable(
        mode="marginal",
        tiers=BandTable(bands=[Band(start=Decimal(0), value=row)]),
        across=AcrossAttribute(attribute="category"),
    )
    assert found(component(grid, measure=measure)) == [
        ("unusual_rate", "plans[0].components[0].table.tiers.bands[0].value.socks", "55%", "warning"),
    ]


def test_what_is_no_rate_on_money_has_no_bound():
    numbers = BandTable(bands=[Band(start=Decimal(0), value=Decimal(500))])
    target = MultiplierTable(mode="interpolated_amount", tiers=tiers("0", "0%", "1", "100%"), target=money(9))
    parts = [
        component(by_amount("0", "500%"), id="units", measure="quantity"),
        component(by_amount("0", "500%"), id="deals", measure="count"),
        component(PerUnitTable(mode="marginal", tiers=numbers), id="each", measure="count"),
        component(FixedTable(mode="fixed", tiers=numbers), id="fixed"),
        component(FormulaTable(formula="amount * 9"), id="formula"),
        component(target, id="target"),
    ]
    assert found(*parts) == []
