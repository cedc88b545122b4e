"""Where pay is rounded, and which lines get what rounding leaves over."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    amounts,
    back,
    by_amount,
    check_policy,
    component,
    explain_statement,
    facts,
    pay,
    plan,
    policy,
    sale,
)
from hypothesis import given
from hypothesis import strategies as st

from salesrules.commissions import FormulaTable, StatementRounding
from salesrules.core import exact_sum

TIERS = by_amount("0", "1.5%", "10", "2.5%")


def version(*components, level, mode="half_up", residual="running", **options):
    made = plan(*components, returns="current_measure", **options)
    return attrs.evolve(made, rounding=StatementRounding(level=level, mode=mode, residual=residual))


def statement(made, *rows):
    found = pay(facts(*rows), policy(made))
    assert explain_statement(found).recompute() == found.paid.amount
    assert exact_sum(line.amount.amount for line in found.lines) == found.earned.amount
    return found


def test_each_tier_of_a_line_is_rounded_alone():
    # 10 at 1.5 % is 0.15; 3.90 at 2.5 % is 0.0975; together 0.2475
    row = sale("s1", "01-01", "13.90")
    assert amounts(statement(version(component(TIERS), level="line"), row)) == ["0.25"]
    assert amounts(statement(version(component(TIERS), level="tier"), row)) == ["0.25"]
    # 9.99 at 1.5 % is 0.14985 and 0.15; 0.01 at 1.5 % is 0.00015; 0.38 at 2.5 % is 0.0095
    rows = [sale("s1", "01-01", "9.99"), sale("s2", "01-02", "0.39")]
    assert amounts(statement(version(component(TIERS), level="line"), *rows)) == ["0.15", "0.01"]
    assert amounts(statement(version(component(TIERS), level="tier", mode="up"), *rows)) == ["0.15", "0.02"]
    assert amounts(statement(version(component(TIERS), level="line", mode="up"), *rows)) == ["0.15", "0.01"]


def test_a_line_that_a_cap_cuts_is_rounded_as_a_line():
    # 0.15 and 0.0095 of which the cap of 0.155 lets 0.005 through
    made = version(component(TIERS), level="tier", cap="0.155")
    rows = [sale("s1", "01-01", "10"), sale("s2", "01-02", "0.38")]
    assert amounts(statement(made, *rows)) == ["0.15", "0.01"]


def test_a_formula_has_no_tiers_to_round():
    made = version(component(FormulaTable(formula="amount * 0.0155")), level="tier")
    assert amounts(statement(made, sale("s1", "01-01", "1"))) == ["0.02"]


def thirds(residual, *sold, mode="half_up"):
    made = version(component(by_amount("0", "1%")), level="cumulative", residual=residual, mode=mode)
    rows = [sale(f"s{n}", f"01-0{n}", amount) for n, amount in enumerate(sold, start=1)]
    return amounts(statement(made, *rows))


def test_the_units_left_over_go_to_those_who_lost_most():
    # 0.013, 0.018 and 0.016 are 0.047, rounded 0.05: two cents more than the three cents of rounding down
    assert thirds("largest_remainder", "1.30", "1.80", "1.60") == ["0.01", "0.02", "0.02"]
    # the running total rounds at 0.013 -> 0.01, 0.031 -> 0.03, 0.047 -> 0.05
    assert thirds("running", "1.30", "1.80", "1.60") == ["0.01", "0.02", "0.02"]
    # 0.016, 0.018, 0.013: running 0.02, 0.03, 0.05; by remainder the last gets nothing more
    assert thirds("running", "1.60", "1.80", "1.30") == ["0.02", "0.01", "0.02"]
    assert thirds("largest_remainder", "1.60", "1.80", "1.30") == ["0.02", "0.02", "0.01"]


def test_a_line_says_what_it_was_rounded_to_and_which_unit_it_was_given():
    made = version(component(by_amount("0", "1%")), level="cumulative", residual="largest_remainder")
    rows = [sale("a", "01-01", "1.30"), sale("b", "01-02", "1.80"), sale("c", "01-03", "1.60")]
    lines = statement(made, *rows).lines
    assert [line.spare for line in lines] == [Decimal(0), Decimal("0.01"), Decimal("0.01")]
    assert {(line.running, line.running_paid) for line in lines} == {(Decimal(0), Decimal(0))}
    assert {(line.rounding.digits, line.rounding.mode.value) for line in lines} == {(2, "floor")}


def test_among_equals_the_earlier_line_gets_the_unit():
    # three times 0.005 are 0.015, rounded half up 0.02, rounded half down 0.01
    assert thirds("largest_remainder", "0.50", "0.50", "0.50") == ["0.01", "0.01", "0.00"]
    assert thirds("largest_remainder", "0.50", "0.50", "0.50", mode="half_down") == ["0.01", "0.00", "0.00"]
    assert thirds("largest_remainder") == []


@given(
    st.lists(st.integers(-5_000, 50_000), min_size=1, max_size=8),
    st.sampled_from(["half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"]),
)
def test_lines_sum_to_the_rounded_total_and_none_is_a_unit_away(cents, mode):
    made = version(component(by_amount("0", "1.37%")), level="cumulative", residual="largest_remainder", mode=mode)
    rows = [sale("s0", "01-01", "100000")]
    for number, cent in enumerate(cents, start=1):
        amount = Decimal(abs(cent)) / 100
        row = sale(f"s{number}", "01-02", amount) if cent >= 0 else back(f"s{number}", "01-03", amount, "s0")
        rows.append(row)
    found = statement(made, *rows)
    exact = exact_sum(line.payable for line in found.lines)
    assert abs(found.earned.amount - exact) < Decimal("0.01")
    assert all(abs(line.amount.amount - line.payable) < Decimal("0.01") for line in found.lines)


@pytest.mark.parametrize("level", ["line", "tier"])
def test_a_residual_is_declared_only_where_there_is_one(level):
    [fault] = check_policy(policy(version(component(), level=level, residual="largest_remainder")))
    assert (fault.code, fault.path, fault.value) == (
        "commissions.residual",
        "plans[0].rounding.residual",
        "largest_remainder",
    )
    assert fault.remedy == "choose the level 'cumulative'"
