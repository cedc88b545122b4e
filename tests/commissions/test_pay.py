"""From deals to lines: accumulation, caps, rounding and returns, each worked out by hand."""

from decimal import Decimal

import pytest
from commissions.firm import (
    amounts,
    assign,
    back,
    by_amount,
    by_quota,
    cents,
    component,
    days,
    facts,
    money,
    pay,
    plan,
    policy,
    quota,
    run,
    sale,
)

from salesrules.commissions import Filter, ReturnTerms, RoundingLevel
from salesrules.core import ExchangeRate, RoundingMode

TWO_FOUR = by_amount("0", "2%", "100", "4%")


def paid(*transactions, period="2020-Q1", assignments=None, quotas=(), version=None, **terms):
    """The lines' amounts under one plan."""
    version = version or plan(component(terms.pop("table", TWO_FOUR), **terms.pop("of", {})), **terms)
    return amounts(pay(facts(*transactions, quotas=quotas), policy(version, assignments=assignments), period))


# --- accumulation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accumulate", "expected"),
    [
        ("transaction", ["1.60", "1.60", "1.60"]),
        ("month", ["1.60", "2.80", "1.60"]),
        ("quarter", ["1.60", "2.80", "3.20"]),
        ("period", ["1.60", "2.80", "3.20"]),
    ],
)
def test_a_measure_runs_on_over_its_span(accumulate, expected):
    """80 three times, twice in January: 2 % of 80; 2 % of 20 and 4 % of 60; 4 % of 80."""
    deals = [sale("1", "01-31", 80), sale("2", "01-31", 80), sale("3", "02-01", 80)]
    assert paid(*deals, of={"accumulate": accumulate}) == expected


@pytest.mark.parametrize(("on", "amount"), [("03-31", "2.80"), ("04-01", "1.60")])
def test_a_quarter_begins_again_at_zero(on, amount):
    period = "2020-Q1" if on == "03-31" else "2020-Q2"
    assert paid(sale("1", "01-01", 80), sale("2", on, 80), period=period)[-1] == amount


def test_a_year_runs_on_through_its_quarters():
    deals = [sale("1", "01-01", 80), sale("2", "12-31", 80), sale("3", "2021-01-01", 80)]
    yearly = {"accumulate": "year"}
    assert paid(*deals, period="2020-Q4", of=yearly) == ["2.80"]
    assert paid(*deals, period="2021-Q1", of=yearly) == ["1.60"]


def test_components_run_on_by_themselves_and_filter():
    bikes = [Filter(attribute="category", one_of=["Bikes"])]
    version = plan(component(TWO_FOUR, id="all"), component(by_amount("0", "1%"), id="bikes", filters=bikes))
    deals = [sale("1", "01-01", 80, category="Bikes"), sale("2", "01-02", 80, category="Socks")]
    assert paid(*deals, version=version) == ["1.60", "0.80", "2.80"]


# --- attainment ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sold", "amount"), [("119.99", "1.20"), ("120", "1.20"), ("120.50", "1.21"), ("200.00", "2.80"), ("201", "2.83")]
)
def test_tiers_are_shares_of_the_quota_over_the_span(sold, amount):
    """1 % to 60 % of 200, 2 % to 100 %, then 3 %."""
    table = by_quota("0", "1%", "0.6", "2%", "1", "3%")
    quotas = [quota(50, days("01-01", "02-01")), quota(150, days("02-01", "04-01"))]
    assert paid(sale("1", "01-10", sold), table=table, quotas=quotas) == [amount]


def test_a_quota_of_the_plans_days_counts_where_the_plan_begins_within_the_quarter():
    """From 1 February: quota 150 of 200, so the bound of 60 % is 90; 100 earns 0.90 + 0.20."""
    table = by_quota("0", "1%", "0.6", "2%")
    quotas = [quota(50, days("01-01", "02-01")), quota(150, days("02-01", "04-01"))]
    found = paid(sale("1", "02-10", 100), table=table, quotas=quotas, assignments=[assign(effective=days("02-01"))])
    assert found == ["1.10"]


def test_a_changed_assignment_to_the_same_plan_does_not_begin_the_measure_again():
    """80 and 80 in one quarter, whoever assigns: 1.60 and 2.80, against one quota of 100."""
    parts = [assign(effective=days("01-01", "02-15")), assign(effective=days("02-15"))]
    deals = [sale("1", "02-14", 80), sale("2", "02-15", 80)]
    assert paid(*deals, assignments=parts) == ["1.60", "2.80"]
    table = by_quota("0", "2%", "1", "4%")
    statement = pay(
        facts(*deals, quotas=[quota(100, days("01-01", "04-01"))]),
        policy(plan(component(table)), assignments=parts),
    )
    assert amounts(statement) == ["1.60", "2.80"]
    assert [(m.measured, m.quota) for m in statement.measurements] == [(160, 100)]


def test_a_new_version_in_the_middle_of_a_quarter_begins_at_zero_on_its_first_day():
    old = plan(component(TWO_FOUR), id="old", family="f", effective=days("01-01", "02-15"), status="superseded")
    new = plan(component(by_amount("0", "1%", "100", "5%")), id="new", family="f", effective=days("02-15"))
    deals = [sale("1", "02-13", 80), sale("2", "02-14", 80), sale("3", "02-15", 80), sale("4", "02-16", 80)]
    statement = pay(facts(*deals), policy(old, new))
    assert amounts(statement) == ["1.60", "2.80", "0.80", "3.20"]
    assert [line.plan for line in statement.lines] == ["old", "old", "new", "new"]
    assert statement.plans == ("old", "new")


# --- caps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("39.99", ["60.00", "39.99"]),
        ("40", ["60.00", "40.00"]),
        ("40.01", ["60.00", "40.00"]),
        ("900", ["60.00", "40.00"]),
    ],
)
def test_a_cap_is_handed_out_in_the_order_of_the_lines(last, expected):
    deals = [sale("2", "01-02", Decimal(last) * 10), sale("1", "01-01", 600)]
    assert paid(*deals, table=by_amount("0", "10%"), cap=100) == expected


def test_nothing_is_left_after_the_cap_and_it_begins_again_with_the_period():
    deals = [sale("1", "01-01", 1000), sale("2", "03-31", 10), sale("3", "04-01", 2000)]
    ten = by_amount("0", "10%")
    assert paid(*deals, table=ten, cap=100) == ["100.00", "0.00"]
    assert paid(*deals, table=ten, cap=100, period="2020-Q2") == ["100.00"]
    assert paid(*deals, table=ten, cap=0) == ["0.00", "0.00"]


def test_a_return_under_the_current_measure_gives_back_what_the_cap_took_first():
    """150 earned, 100 paid; 30 less leaves 120, still above the cap; 40 less leaves 80."""
    deals = [sale("1", "01-01", 1500), back("r1", "01-02", 300, "1"), back("r2", "01-03", 400, "1")]
    given = facts(*deals)
    rules = policy(plan(component(by_amount("0", "10%")), cap=100, returns="current_measure"))
    statement = pay(given, rules)
    assert amounts(statement) == ["100.00", "0.00", "-20.00"]
    assert [line.capped for line in statement.lines] == [50, -30, -20]


@pytest.mark.parametrize(
    ("proration", "effective", "limit"),
    [
        ("by_days", days("01-01"), "91.00"),
        ("by_days", days("01-02"), "90.00"),
        ("by_days", days("02-01"), "60.00"),
        ("by_days", days("01-01", "03-31"), "90.00"),
        ("none", days("02-01", "02-02"), "91.00"),
    ],
)
def test_a_cap_shrinks_with_the_days_where_the_plan_says_so(proration, effective, limit):
    found = paid(
        sale("1", "02-01", 5000),
        table=by_amount("0", "10%"),
        cap=91,
        proration=proration,
        assignments=[assign(effective=effective)],
    )
    assert found == [limit]


@pytest.mark.parametrize("proration", ["by_days", "none"])
def test_a_cap_is_given_once_although_two_assignments_lead_to_the_plan(proration):
    parts = [assign(effective=days("01-01", "02-15")), assign(effective=days("02-15"))]
    found = paid(
        sale("1", "02-01", 800),
        sale("2", "03-01", 800),
        table=by_amount("0", "10%"),
        cap=100,
        proration=proration,
        assignments=parts,
    )
    assert found == ["80.00", "20.00"]


def test_a_cap_of_days_apart_counts_them_together():
    """15 of 91 days at the start and 16 at the end: 31 of 91."""
    parts = [assign(effective=days("01-01", "01-16")), assign(effective=days("03-16", "04-01"))]
    deals = [sale("1", "01-15", 250), sale("2", "03-16", 250)]
    assert paid(*deals, table=by_amount("0", "10%"), cap=91, assignments=parts) == ["25.00", "6.00"]


# --- rounding --------------------------------------------------------------------------------------------------------

THIRDS = [sale(str(n), "01-01", "0.50") for n in range(1, 5)]  # each earns 0.005 at 1 %


@pytest.mark.parametrize(
    ("mode", "line", "cumulative"),
    [
        ("half_up", ["0.01", "0.01", "0.01", "0.01"], ["0.01", "0.00", "0.01", "0.00"]),
        ("half_even", ["0.00", "0.00", "0.00", "0.00"], ["0.00", "0.01", "0.01", "0.00"]),
        ("half_down", ["0.00", "0.00", "0.00", "0.00"], ["0.00", "0.01", "0.00", "0.01"]),
        ("up", ["0.01", "0.01", "0.01", "0.01"], ["0.01", "0.00", "0.01", "0.00"]),
        ("down", ["0.00", "0.00", "0.00", "0.00"], ["0.00", "0.01", "0.00", "0.01"]),
        ("ceiling", ["0.01", "0.01", "0.01", "0.01"], ["0.01", "0.00", "0.01", "0.00"]),
        ("floor", ["0.00", "0.00", "0.00", "0.00"], ["0.00", "0.01", "0.00", "0.01"]),
    ],
)
def test_half_cents_by_line_and_by_running_total(mode, line, cumulative):
    """Running totals 0.005, 0.010, 0.015, 0.020; half to even of 0.015 is 0.02."""
    table = by_amount("0", "1%")
    assert set(RoundingMode) >= {mode}
    assert paid(*THIRDS, table=table, mode=mode, level=RoundingLevel.LINE) == line
    assert paid(*THIRDS, table=table, mode=mode, level=RoundingLevel.CUMULATIVE) == cumulative


def test_a_running_total_is_rounded_per_plan_version_and_begins_again_with_the_period():
    table = by_amount("0", "1%")
    deals = [sale("1", "01-01", "0.40"), sale("2", "04-01", "0.40"), sale("3", "04-01", "0.40")]
    assert paid(*deals, table=table, level="cumulative") == ["0.00"]
    assert paid(*deals, table=table, level="cumulative", period="2020-Q2") == ["0.00", "0.01"]


def test_a_running_total_goes_on_although_two_assignments_lead_to_the_plan():
    parts = [assign(effective=days("01-01", "02-15")), assign(effective=days("02-15"))]
    deals = [sale("1", "02-01", "0.40"), sale("2", "03-01", "0.40")]
    found = paid(*deals, table=by_amount("0", "1%"), level="cumulative", assignments=parts)
    assert found == ["0.00", "0.01"]


@pytest.mark.parametrize(
    ("currency", "digits", "amount"),
    [
        ("USD", None, "12.35"),
        ("JPY", None, "12"),
        ("KWD", None, "12.345"),
        ("USD", 0, "12"),
        ("USD", -1, "1E+1"),
        ("USD", 3, "12.345"),
    ],
)
def test_pay_has_the_currencys_digits_unless_the_plan_says_otherwise(currency, digits, amount):
    found = paid(
        sale("1", "01-01", "123.45", currency=currency), table=by_amount("0", "10%"), currency=currency, digits=digits
    )
    assert [Decimal(text) for text in found] == [Decimal(amount)]


# --- returns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("terms", "taken"), [("original_terms", "-2.00"), ("current_measure", "-4.00")])
def test_the_first_of_two_sales_of_100_is_returned(terms, taken):
    """2 % to 100 and 4 % above: the first sale paid 2, the top of the measure pays 4."""
    deals = [sale("1", "01-01", 100), sale("2", "01-02", 100), back("r", "01-03", 100, "1")]
    assert paid(*deals, returns=ReturnTerms(terms)) == ["2.00", "4.00", taken]


@pytest.mark.parametrize(("terms", "taken"), [("original_terms", "-2.00"), ("current_measure", "-2.00")])
def test_across_a_closed_period_the_return_stands_in_its_own(terms, taken):
    """Under the current measure 100 of the new quarter's 100 are gone: F(0) - F(100) is -2."""
    deals = [
        sale("1", "01-01", 100),
        sale("2", "01-02", 100),
        sale("3", "04-01", 100),
        back("r", "04-02", 100, "1"),
    ]
    assert paid(*deals, returns=terms) == ["2.00", "4.00"]
    assert paid(*deals, returns=terms, period="2020-Q2") == ["2.00", taken]


def test_across_a_closed_period_terms_differ_where_the_original_paid_the_higher_rate():
    deals = [sale("1", "01-01", 100), sale("2", "01-02", 100), back("r", "04-02", 100, "2")]
    assert paid(*deals, returns="original_terms", period="2020-Q2") == ["-4.00"]
    assert paid(*deals, returns="current_measure", period="2020-Q2") == ["-2.00"]


def test_a_return_at_original_terms_leaves_the_running_measure_alone():
    deals = [sale("1", "01-01", 100), back("r", "01-02", 100, "1"), sale("2", "01-03", 100)]
    assert paid(*deals) == ["2.00", "4.00", "-2.00"]


@pytest.mark.parametrize(
    ("parts", "taken"),
    [
        (["33.33", "33.33", "33.34"], ["-0.67", "-0.66", "-0.67"]),
        (["0.01", "99.99"], ["0.00", "-2.00"]),
        (["50", "50"], ["-1.00", "-1.00"]),
        (["25", "25", "25", "25"], ["-0.50"] * 4),
    ],
)
def test_partial_returns_sum_to_exactly_what_the_sale_paid(parts, taken):
    deals = [sale("s", "01-01", 100), *(back(f"r{n}", "01-02", part, "s") for n, part in enumerate(parts))]
    found = paid(*deals)
    assert found == ["2.00", *taken]
    assert sum(map(Decimal, found)) == 0


def test_partial_returns_sum_also_where_their_cents_do_not_divide_and_in_several_periods():
    deals = [
        sale("s", "01-01", "0.50"),
        back("r1", "01-02", "0.17", "s"),
        back("r2", "04-02", "0.17", "s"),
        back("r3", "07-02", "0.16", "s"),
    ]
    ten = by_amount("0", "10%")
    found = [paid(*deals, table=ten, period=period) for period in ("2020-Q1", "2020-Q2", "2020-Q3")]
    assert found == [["0.05", "-0.02"], ["-0.01"], ["-0.02"]]


def test_a_return_takes_back_each_component_of_its_sale_after_the_cap():
    version = plan(component(by_amount("0", "10%"), id="a"), component(by_amount("0", "5%"), id="b"), cap=12)
    deals = [sale("s", "01-01", 100), back("r", "01-02", 50, "s")]
    statement = pay(facts(*deals), policy(version))
    assert [(line.id, str(line.amount.amount)) for line in statement.lines] == [
        ("s/a/direct", "10.00"),
        ("s/b/direct", "2.00"),
        ("r/a/direct", "-5.00"),
        ("r/b/direct", "-1.00"),
    ]
    assert [line.reversal.line for line in statement.lines[2:]] == ["s/a/direct", "s/b/direct"]


@pytest.mark.parametrize("returns", ["original_terms", "current_measure"])
def test_a_return_of_a_sale_that_no_component_counted_takes_nothing_back(returns):
    bikes = {"filters": [Filter(attribute="category", one_of=["Bikes"])]}
    deals = [
        sale("s", "01-01", 100, category="Socks"),
        back("r", "01-02", 100, "s", category="Socks"),
        sale("t", "01-03", 100, category="Bikes"),
    ]
    assert paid(*deals, of=bikes, returns=returns) == ["2.00"]


def test_the_sales_own_plan_decides_how_its_return_is_taken_back():
    old = plan(component(TWO_FOUR), id="old", family="f", effective=days("01-01", "04-01"), returns="current_measure")
    new = plan(
        component(by_amount("0", "10%")), id="new", family="f", effective=days("04-01"), returns="original_terms"
    )
    deals = [
        sale("1", "01-01", 100),
        back("r1", "04-01", 100, "1"),
        sale("2", "04-02", 100),
        back("r2", "04-03", 100, "2"),
    ]
    assert amounts(pay(facts(*deals), policy(old, new), "2020-Q2")) == ["-10.00", "10.00", "-10.00"]


def test_a_return_after_the_payee_has_left_still_takes_back_what_it_paid():
    given = facts(sale("s", "01-01", 100), back("r", "07-01", 100, "s"))
    rules = policy(plan(component(TWO_FOUR)), assignments=[assign(effective=days("01-01", "04-01"))])
    result = run(given, rules, "2020-Q3")
    assert [(s.period.label, cents(s.paid), cents(s.closing)) for s in (*result.earlier, *result.statements)] == [
        ("2020-Q1", "2.00", "0.00"),
        ("2020-Q3", "0.00", "2.00"),
    ]
    assert result.statements[0].plans == ()


def test_returns_of_quantities_and_counts():
    deals = [sale("s", "01-01", 100, quantity=10), back("r", "01-02", 40, "s", quantity=4)]
    per_unit = by_amount("0", "50%")
    assert paid(*deals, table=per_unit, of={"measure": "quantity"}) == ["5.00", "-2.00"]
    assert paid(*deals, table=per_unit, of={"measure": "quantity"}, returns="current_measure") == ["5.00", "-2.00"]
    count = {"table": per_unit, "of": {"measure": "count"}, "returns": "current_measure"}
    assert paid(*deals, **count) == ["0.50", "0.00"]
    assert paid(*deals, back("r2", "01-03", "59.99", "s"), **count) == ["0.50", "0.00", "0.00"]
    assert paid(*deals, back("r2", "01-03", 60, "s"), **count) == ["0.50", "0.00", "-0.50"]


def test_below_zero_the_first_rate_goes_on():
    deals = [sale("1", "01-01", 200), back("r", "04-01", 200, "1"), sale("2", "04-02", 50)]
    assert paid(*deals, returns="current_measure", period="2020-Q2") == ["-4.00", "1.00"]


def test_whole_amount_pays_the_whole_measure_at_the_reached_rate():
    """80 pays 1.60; with 100 in all 4 % of 100 is 4.00, so the second sale pays 2.40; the return takes 2.40 back."""
    table = by_amount("0", "2%", "100", "4%", mode="whole_amount")
    deals = [sale("1", "01-01", 80), sale("2", "01-02", 20), back("r", "01-03", "0.01", "2")]
    assert paid(*deals, table=table, returns="current_measure") == ["1.60", "2.40", "-2.00"]


def test_money_in_another_currency_is_measured_in_the_plans():

    rates = [ExchangeRate(source="EUR", target="USD", effective=days("01-01"), rate="1.25")]
    statement = pay(facts(sale("1", "01-01", 80, currency="EUR"), rates=rates), policy(plan(component(TWO_FOUR))))
    assert amounts(statement) == ["2.00"]
    assert (statement.lines[0].measured, statement.lines[0].exchange_rate) == (100, Decimal("1.25"))
    assert statement.earned == money("2.00")
