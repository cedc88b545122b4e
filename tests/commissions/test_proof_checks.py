"""A rulebook loads with a warning for what nobody may have meant: intervals in which more pays less, dead tiers."""

from __future__ import annotations

from decimal import Decimal

from commissions.firm import by_amount, by_quota, check_policy, component, plan, policy, tiers

from salesrules.commissions import AcrossAttribute, AmountTable, FixedTable, FormulaTable, GridTable, MultiplierTable
from salesrules.core import Band, BandTable, Rate

D = Decimal


def warned(*components, **options):
    return [
        (fault.code.removeprefix("commissions."), fault.path, fault.problem)
        for fault in check_policy(policy(plan(*components, **options)))
        if fault.severity == "warning"
    ]


def falls(table, **options):
    [(code, path, problem)] = warned(component(table), **options)
    assert (code, path) == ("dead_zone", "plans[0].components[0].table")
    return problem


def fixed(*cells, mode="fixed", basis="amount"):
    bands = [Band(start=D(a), value=D(b)) for a, b in zip(cells[::2], cells[1::2], strict=True)]
    return FixedTable(mode=mode, basis=basis, tiers=BandTable(bands=bands))


def test_a_cliff_with_its_exact_interval():
    table = by_amount("0", "8%", "200000", "7.5%", mode="whole_amount")
    assert falls(table) == "at USD 200,000 pay falls from USD 16,000 to USD 15,000 and returns only at USD 213,333.33…"


def test_a_bound_that_belongs_below_still_pays():
    table = by_amount("0", "8%", "200", "5%", mode="whole_amount", side="upper")
    assert falls(table) == "above USD 200 pay falls from USD 16 to USD 10 and returns only at USD 320"


def test_what_never_returns():
    assert falls(fixed("0", "0", "1.5", "500", "2.25", "300")) == (
        "at USD 2.25 pay falls from USD 500 to USD 300 and never returns"
    )


def test_a_slow_fall():
    table = fixed("0", "10", "100", "50", "200", "30", mode="interpolated_amount")
    assert falls(table) == "from USD 100 on pay falls from USD 50 to USD 30 and never returns"


def test_shares_of_a_quota_in_per_cent():
    table = by_quota("0", "8%", "0.8", "5%", mode="whole_amount")
    assert falls(table) == (
        "at 80% of the quota pay falls from 6.4% of the quota to 4% of the quota and returns only at 128% of the quota"
    )
    assert falls(fixed("0", "500", "0.8", "300", basis="attainment")) == (
        "at 80% of the quota pay falls from USD 500 to USD 300 and never returns"
    )
    multiples = MultiplierTable(mode="fixed", tiers=tiers("0", "100%", "1", "50%"), target_measure="target")
    assert falls(multiples) == (
        "at 100% of the quota pay falls from 100% of the target to 50% of the target and never returns"
    )


def test_units_without_a_name():
    table = by_amount("0", "1000%", "5", "500%", mode="whole_amount")
    [(_, _, problem)] = warned(component(table, measure="count"))
    assert problem == "at 5 pay falls from USD 50 to USD 25 and returns only at 10"


def test_each_column_is_named():
    rates = [{"new": Rate.parse("1%"), "old": Rate.parse("3%")}, {"new": Rate.parse("2%"), "old": Rate.parse("1%")}]
    bands = [Band(start=bound, value=value) for bound, value in zip((0, 100), rates, strict=True)]
    table = GridTable(mode="whole_amount", tiers=BandTable(bands=bands), across=AcrossAttribute(attribute="kind"))
    assert falls(table) == "in column old, at USD 100 pay falls from USD 3 to USD 1 and returns only at USD 300"


def test_a_formula_that_falls_for_ever():
    problem = falls(FormulaTable(formula="100 - amount"))
    assert problem == "from USD 0 on pay falls from USD 100 without end and never returns"


def test_pay_periods_are_those_of_the_policy():
    """The cap of a pay period is composed where the component accumulates over one: it hides the cliff at 200."""
    table = by_amount("0", "8%", "200", "7%", mode="whole_amount")
    for accumulate, code in (("quarter", "unreachable_tier"), ("year", "dead_zone")):
        assert [each[0] for each in warned(component(table, accumulate=accumulate), cap=10)] == [code]


def test_tiers_that_pay_nobody():
    table = by_amount("0", "5%", "100.001", "6%", "100.009", "7%", "1000", "8%")
    assert warned(component(table), cap="50") == [
        ("unreachable_tier", "plans[0].components[0].table.tiers.bands[1]", "no measure that occurs lies in this tier"),
        (
            "unreachable_tier",
            "plans[0].components[0].table.tiers.bands[3]",
            "caps and gates leave nothing of what this tier adds",
        ),
    ]
    assert warned(component(FormulaTable(formula="amount * 0.1")), cap=0) == [
        (
            "unreachable_tier",
            "plans[0].components[0].table",
            "caps and gates leave nothing of what this tier adds",
        )
    ]


def test_what_is_right_is_not_warned_of():
    assert warned(component(by_amount("0", "2%", "100", "4%")), component(FormulaTable(formula="margin"), id="m")) == []


def test_a_table_with_faults_is_not_proved():
    table = AmountTable(mode="whole_amount", tiers=tiers("5", "8%", "200", "5%"))
    assert [fault.severity for fault in check_policy(policy(plan(component(table))))] == ["error"]


def test_numbers_with_too_many_digits_are_told():
    long = D("3" * 40 + "." + "3" * 40)
    bands = [Band(start=D(0), value=Rate(0)), Band(start=long, value=Rate(long))]
    table = AmountTable(mode="whole_amount", tiers=BandTable(bands=bands))
    assert warned(component(table)) == [
        ("unproved", "plans[0].components[0].table", "its numbers have too many digits to be proved")
    ]
