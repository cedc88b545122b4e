"""The whole path: findings, faults all at once, currencies, quotas, and what a run keeps."""

import decimal
import pickle
from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    CALENDAR,
    CURRENCIES,
    QUOTAS,
    amounts,
    assign,
    back,
    by_amount,
    by_quota,
    component,
    day,
    days,
    direct,
    draw,
    facts,
    money,
    override,
    pay,
    plan,
    policy,
    quota,
    run,
    sale,
    tree,
)

from salesrules.commissions import (
    Filter,
    Holdback,
    Measurement,
    OpeningBalance,
    OverlayCredit,
    Payee,
    calculate_commissions,
    report_uncredited,
)
from salesrules.core import CurrencyTable, ExchangeRate, InvalidDocument, InvalidValue, Rate, Severity

TEN = plan(component())
CHAIN = {"ana": "bo", "bo": None}


def faults(given, rules, period="2020-Q1", **options):
    with pytest.raises(InvalidDocument) as caught:
        run(given, rules, period, **options)
    return [(f.code.removeprefix("commissions."), f.path, f.value) for f in caught.value.faults]


def codes(result):
    return [(reason.code.removeprefix("commissions."), dict(reason.parameters)) for reason in result.findings]


# --- what a run holds ------------------------------------------------------------------------------------------------


def test_a_run_pays_everybody_with_a_plan_and_keeps_what_led_to_it():
    given = facts(sale("1", "01-10", 100), sale("2", "04-10", 200, "bo"), people=("ana", "bo", "cy"))
    rules = policy(TEN, assignments=[assign(payees=("bo", "ana"), effective=days("01-01"))])
    result = run(given, rules, "2020-Q2", version="v1")
    assert [(s.payee, s.period.label, s.paid) for s in result.statements] == [
        ("ana", "2020-Q2", money(0)),
        ("bo", "2020-Q2", money("20.00")),
    ]
    assert [(s.payee, s.period.label, s.paid) for s in result.earlier] == [
        ("ana", "2020-Q1", money("10.00")),
        ("bo", "2020-Q1", money(0)),
    ]
    assert (result.period.label, result.version, result.currencies) == ("2020-Q2", "v1", CURRENCIES)
    assert result.statement_of("bo") is result.statements[1]
    assert result.statement_of("cy") is None
    assert [line.id for line in result.lines()] == ["2/pay/direct"]


def test_totals_are_by_currency():
    given = facts(
        sale("1", "01-10", 100),
        sale("2", "01-10", 100, "bo", "EUR"),
        sale("3", "01-10", 1, "cy"),
        people=("ana", "bo", "cy"),
    )
    euro = plan(component(), id="euro", currency="EUR")
    rules = policy(TEN, euro, assignments=[assign(payees=("ana", "cy")), assign("euro", payees=("bo",))])
    assert run(given, rules).totals() == {"EUR": money("10.00", "EUR"), "USD": money("10.10")}
    assert run(facts(), policy()).totals() == {}


def test_records_are_flat():
    given = facts(sale("1", "01-10", 150), back("2", "01-11", 50, "1"))
    rules = policy(plan(component(by_amount("0", "10%", "100", "20%")), cap=18))
    result = run(given, rules)
    assert result.to_records()[0] == {
        "line": "1/pay/direct",
        "payee": "ana",
        "transaction": "1",
        "day": day("01-10"),
        "kind": "sale",
        "role": "direct",
        "plan": "plan",
        "component": "pay",
        "measured": 150,
        "before": 0,
        "after": 150,
        "tiers": "1: 100 @ 0.10; 2: 50.00 @ 0.20",
        "earned": 20,
        "capped": 2,
        "amount": Decimal("18.00"),
        "currency": "USD",
    }
    assert [row["amount"] for row in result.to_records()] == [18, -6]
    statement = result.statements[0]
    assert statement.to_record() == {
        "payee": "ana",
        "period": "2020-Q1",
        "plans": "plan",
        "lines": 2,
        "earned": 12,
        "opening": 0,
        "restated": 0,
        "balances": 0,
        "closing": 0,
        "paid": 12,
        "currency": "USD",
    }
    assert [line.id for line in statement.line_of("2")] == ["2/pay/direct"]
    assert statement.line_of("3") == ()


def test_a_statements_record_sums_balances_whatever_the_ambient_context():
    rules = policy(TEN, assignments=[assign(draw=draw("12345678.91", days("2020-01-01", "2020-04-01")))])
    result = run(facts(sale("1", "01-10", 10)), rules)
    with decimal.localcontext(decimal.Context(prec=3)):
        assert result.statements[0].to_record()["balances"] == Decimal("12345677.91")


def test_nothing_depends_on_the_callers_decimal_context():
    given = facts(sale("1", "01-10", "1234567.89"), back("r", "02-10", "234567.89", "1"), quotas=[quota(987654)])
    rules = policy(plan(component(by_quota("0", "1.234%", "0.5", "2.345%")), level="cumulative", cap="20000.55"))
    plain = run(given, rules)
    with decimal.localcontext(decimal.Context(prec=2, rounding=decimal.ROUND_UP)):
        narrow = run(given, rules)
    assert narrow == plain


def test_progress_is_told_after_each_payee():
    told = []
    run(facts(people=("ana", "bo")), policy(TEN), on_progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


def test_a_run_can_be_pickled_and_repeated():
    given = facts(
        sale("1", "01-10", 100), back("2", "01-11", 50, "1"), people=("ana", "bo"), boss=CHAIN, quotas=[quota(10)]
    )
    rules = policy(
        plan(component(by_quota("0", "1%", "1", "2%")), cap=1),
        plan(component(credits=("override_1",)), id="boss"),
        crediting=[direct(), override()],
        assignments=[assign(draw=draw(5)), assign("boss", payees=("bo",))],
    )
    result = run(given, rules)
    assert pickle.loads(pickle.dumps(result)) == result
    assert run(given, rules) == result


def test_another_kind_of_period_is_refused():
    with pytest.raises(InvalidValue, match="plans pay by quarter"):
        run(facts(), policy(TEN), "2020-M01")
    assert run(facts(), policy(TEN, pay_period="month"), "2020-M01").statements


def test_payees_without_plan_and_credit_have_no_statement():
    assert run(facts(), policy(assignments=[])).statements == ()
    assert run(facts(), policy(TEN, assignments=[assign(effective=days("04-01"))])).statements == ()
    later = run(facts(sale("1", "07-01", 1)), policy(TEN, assignments=[assign(effective=days("07-01"))]))
    assert (later.statements, later.earlier) == ((), ())


# --- measurements ----------------------------------------------------------------------------------------------------


def measured(*transactions, period="2020-Q1", quotas=(), table=None, **of):
    version = plan(component(table or by_amount("0", "1%"), **of))
    found = pay(facts(*transactions, quotas=quotas), policy(version), period)
    return [(m.label, m.measured, m.unit, m.quota) for m in found.measurements]


def test_measurements_tell_what_was_credited_over_each_span():
    deals = [sale("1", "01-10", 80), sale("2", "02-10", 40), sale("3", "04-10", 9)]
    assert measured(*deals) == [("2020-Q1", 120, "USD", None)]
    assert measured(*deals, accumulate="month") == [
        ("2020-M01", 80, "USD", None),
        ("2020-M02", 40, "USD", None),
        ("2020-M03", 0, "USD", None),
    ]
    assert measured(*deals, accumulate="year") == [("2020", 120, "USD", None)]
    assert measured(*deals, accumulate="year", period="2020-Q2") == [("2020", 129, "USD", None)]
    assert measured(*deals, measure="count") == [("2020-Q1", 2, "", None)]


def test_attainment_is_the_measure_over_the_quota_of_the_span():
    table = by_quota("0", "1%")
    assert measured(sale("1", "01-10", 80), quotas=[quota(400, days("01-01", "04-01"))], table=table) == [
        ("2020-Q1", 80, "USD", 400)
    ]
    held = Measurement(plan="p", component="c", label="2020-Q1", measured=Decimal(1), quota=Decimal(3))
    assert held.attainment * 3 == 1
    assert attrs.evolve(held, quota=None).attainment is None


def test_a_quota_that_nothing_was_credited_against_may_be_missing():
    assert measured(table=by_quota("0", "1%")) == []
    assert measured(table=by_quota("0", "1%"), quotas=[quota(0)]) == []
    assert measured(table=by_quota("0", "1%"), quotas=[quota(91, days("01-01", "04-01"))]) == [
        ("2020-Q1", 0, "USD", 91)
    ]


# --- quotas ----------------------------------------------------------------------------------------------------------

BY_QUOTA = plan(component(by_quota("0", "1%", "1", "2%")))


def test_missing_quotas_of_all_payees_and_periods_come_at_once_with_the_remedy():
    deals = [sale("1", "01-10", 80), sale("2", "01-11", 80), sale("3", "04-10", 80), sale("4", "01-10", 80, "bo")]
    given = facts(*deals, people=("ana", "bo"), quotas=[quota(10, days("02-01", "04-01"))])
    rules = policy(BY_QUOTA, assignments=[assign(payees=("ana", "bo"))])
    with pytest.raises(InvalidDocument) as caught:
        run(given, rules, "2020-Q2")
    found = caught.value.faults
    assert [(f.code, f.path) for f in found] == [("quotas.missing", f"quotas[{who}]") for who in ("ana", "ana", "bo")]
    assert "missing: 2020-M01" in found[0].problem
    assert 'holders = ["ana"]' in found[0].remedy


def test_a_zero_quota_is_a_fault_of_each_payee_once_for_all_their_lines():
    deals = [sale(f"{who}{n}", "01-10", 80, who) for who in ("ana", "bo") for n in range(2)]
    given = facts(*deals, people=("ana", "bo"), quotas=[quota(0), quota(0, holder="bo")])
    found = faults(given, policy(BY_QUOTA, assignments=[assign(payees=("ana", "bo"))]))
    assert found == [("zero_quota", "payees[ana]", "0"), ("zero_quota", "payees[bo]", "0")]


@pytest.mark.parametrize(
    ("measure", "unit", "fine"),
    [
        ("amount", "USD", True),
        ("amount", "EUR", False),
        ("amount", "count", False),
        ("margin", "USD", True),
        ("margin", "EUR", False),
        ("count", "count", True),
        ("count", "USD", False),
        ("quantity", "t", True),
        ("quantity", "USD", False),
    ],
)
def test_a_quota_is_in_what_the_component_measures(measure, unit, fine):
    version = plan(component(by_quota("0", "1%", quota_measure="held"), measure=measure))
    given = facts(sale("1", "01-10", 80, cost=1), quotas=[quota(100, unit=unit, measure="held")])
    if fine:
        assert pay(given, policy(version)).measurements[0].quota > 0
    else:
        assert faults(given, policy(version)) == [("quota_unit", "payees[ana]", unit)]


# --- exchange rates and margins --------------------------------------------------------------------------------------


def test_missing_rates_name_the_pair_and_every_day_once_for_all_who_are_credited():
    deals = [sale(str(n), f"01-{n // 2 + 10}", 80, currency="EUR", source=f"orders.csv:{n}") for n in range(2, 8)]
    rates = [ExchangeRate(source="EUR", target="USD", effective=days("01-12", "01-13"), rate=1)]
    rules = policy(
        plan(component(credits=("direct", "override_1"))),
        crediting=[direct(), override()],
        assignments=[assign(payees=("ana", "bo"))],
    )
    with pytest.raises(InvalidDocument) as caught:
        run(facts(*deals, people=("ana", "bo"), boss=CHAIN, rates=rates), rules)
    found = caught.value.faults
    assert [(f.code, f.path) for f in found] == [
        ("commissions.unmeasurable", "orders.csv:2"),
        ("commissions.unmeasurable", "orders.csv:6"),
    ]
    assert [
        "EUR/USD" in f.problem and d in f.problem for f, d in zip(found, ("2020-01-11", "2020-01-13"), strict=True)
    ] == [True, True]


def test_margins_without_cost_are_all_named():
    version = plan(component(measure="margin"))
    deals = [sale("1", "01-10", 80), sale("2", "01-10", 80, cost=70), sale("3", "01-10", 80)]
    assert faults(facts(*deals), policy(version)) == [
        ("unmeasurable", "transactions[1]", "1"),
        ("unmeasurable", "transactions[3]", "3"),
    ]
    assert amounts(pay(facts(deals[1]), policy(version))) == ["1.00"]


def test_a_fault_of_an_early_period_does_not_hide_those_of_later_ones():
    deals = [
        sale("1", "01-10", 80, currency="EUR"),
        back("r", "04-10", 80, "1", currency="EUR"),
        sale("2", "07-10", 80, currency="EUR"),
    ]
    assert faults(facts(*deals), policy(TEN), "2020-Q3") == [
        ("unmeasurable", "transactions[1]", "EUR 80"),
        ("unmeasurable", "transactions[2]", "EUR 80"),
    ]


def test_amounts_of_absurd_length_are_a_fault_and_no_crash():
    long = Decimal("1." + "0" * 39 + "1")
    deals = [sale("1", "01-10", long, currency="EUR")]
    rates = [ExchangeRate(source="EUR", target="USD", effective=days("01-01"), rate=long)]
    rules = policy(plan(component(by_amount("0", f"{long}"))))
    assert [code for code, _, _ in faults(facts(*deals, rates=rates), rules)] == ["uncomputable"]


# --- plans and currencies --------------------------------------------------------------------------------------------


def test_direct_credits_without_a_plan_are_one_fault_per_period_with_their_days():
    deals = [sale("1", "01-10", 80), sale("2", "03-10", 80), sale("3", "04-10", 80), sale("4", "02-10", 80)]
    rules = policy(TEN, assignments=[assign(effective=days("02-01", "03-01"))])
    with pytest.raises(InvalidDocument) as caught:
        run(facts(*deals), rules, "2020-Q2")
    assert [(f.code, f.path, f.value) for f in caught.value.faults] == [
        ("commissions.no_plan", "payees[ana]", "1"),
        ("commissions.no_plan", "payees[ana]", "3"),
    ]
    assert "2 credit(s) from 2020-01-10 to 2020-03-10" in caught.value.faults[0].problem


def test_a_plan_without_components_pays_nothing_without_complaint():
    result = run(facts(sale("1", "01-10", 80)), policy(plan()))
    assert (result.statements[0].paid, result.findings) == (money(0), ())


def test_overrides_without_a_plan_are_found_in_the_period_of_the_run_only():
    deals = [sale("1", "01-10", 80), sale("2", "04-10", 80), sale("3", "04-11", 80)]
    given = facts(*deals, people=("ana", "bo"), boss=CHAIN)
    rules = policy(TEN, crediting=[direct(), override()])
    assert codes(run(given, rules)) == [("override_without_plan", {"payee": "bo", "role": "override_1", "lines": 1})]
    found = run(given, rules, "2020-Q2")
    assert codes(found) == [("override_without_plan", {"payee": "bo", "role": "override_1", "lines": 2})]
    assert run(given, rules, "2020-Q2").statement_of("bo") is None


@pytest.mark.parametrize(("returns", "paid"), [("original_terms", []), ("current_measure", ["-8.00"])])
def test_the_return_of_a_sale_that_was_not_paid_follows_the_terms_of_the_later_plan(returns, paid):
    """The manager has a plan from April; the sale of January was never paid to them, its return comes in April."""
    given = facts(sale("1", "01-10", 80), back("r", "04-10", 80, "1"), people=("ana", "bo"), boss=CHAIN)
    boss = plan(component(credits=("override_1",)), id="boss", returns=returns)
    rules = policy(
        TEN,
        boss,
        crediting=[direct(), override()],
        assignments=[assign(), assign("boss", payees=("bo",), effective=days("04-01"))],
    )
    assert amounts(pay(given, rules, "2020-Q2", "bo")) == paid


def test_a_plan_that_began_between_the_sale_and_its_return_in_one_quarter_takes_nothing_back():
    given = facts(sale("1", "01-10", 80), back("r", "03-10", 80, "1"), people=("ana", "bo"), boss=CHAIN)
    boss = plan(component(credits=("override_1",)), id="boss")
    late = assign("boss", payees=("bo",), effective=days("02-01"))
    rules = policy(TEN, boss, crediting=[direct(), override()], assignments=[assign(), late])
    assert amounts(pay(given, rules, payee="bo")) == []


def test_the_return_of_an_override_that_no_plan_ever_paid_is_a_finding():
    given = facts(sale("1", "01-10", 80), back("r", "04-10", 80, "1"), people=("ana", "bo"), boss=CHAIN)
    rules = policy(TEN, crediting=[direct(), override()])
    assert codes(run(given, rules, "2020-Q2"))[0][1] == {"payee": "bo", "role": "override_1", "lines": 1}


def test_plans_in_two_currencies_within_a_period_are_one_fault():
    euro = plan(component(), id="euro", currency="EUR")
    parts = [assign(effective=days("2019-01-01", "02-01")), assign("euro", effective=days("02-01"))]
    given = facts(sale("1", "01-10", 80), sale("2", "02-10", 80, currency="EUR"))
    assert faults(given, policy(TEN, euro, assignments=parts)) == [("mixed_currencies", "payees[ana]", "2020-Q1")]


def test_plans_may_change_their_currency_between_periods():
    euro = plan(component(), id="euro", currency="EUR")
    parts = [assign(effective=days("2019-01-01", "04-01")), assign("euro", effective=days("04-01"))]
    given = facts(sale("1", "01-10", 80), sale("2", "04-10", 80, currency="EUR"))
    result = run(given, policy(TEN, euro, assignments=parts), "2020-Q2")
    assert [s.paid for s in (*result.earlier, *result.statements)][-2:] == [money("8.00"), money("8.00", "EUR")]


def test_an_unknown_currency_is_a_fault_of_each_payee():
    rules = policy(plan(component(), currency="XXQ"))
    given = facts(sale("1", "01-10", 80, currency="XXQ"))
    assert {code for code, _, _ in faults(given, rules)} == {"uncomputable"}
    result = calculate_commissions(
        given,
        rules,
        period=CALENDAR.period("2020-Q1"),
        quota_policy=QUOTAS,
        calendar=CALENDAR,
        currencies=CurrencyTable.iso({"XXQ": 1}),
    )
    assert result.totals() == {"XXQ": money("8.0", "XXQ")}


def test_two_plans_on_one_day_are_a_fault_of_the_payee():
    both = [assign("a", payees=("ana",)), assign("b", payees=(), positions=("rep",)), assign("c", payees=("ana",))]
    rules = policy(plan(id="a"), plan(id="b"), plan(id="c"), assignments=both)
    people = [Payee(id="ana", name="Ana", position="rep")]
    assert ("overlapping_assignments", "assignments[2].payees", "ana") in faults(facts(people=people), rules)


# --- findings --------------------------------------------------------------------------------------------------------


def test_what_a_cap_took_is_found_for_the_plan_and_only_where_it_took_something():
    rules = policy(plan(component(), cap=100, returns="current_measure"))
    result = run(facts(sale("1", "01-10", 900), sale("2", "01-11", 300), sale("3", "01-12", 10)), rules)
    assert codes(result) == [("capped", {"payee": "ana", "cap": "plan-cap", "amount": money(21)})]
    assert result.findings[0].policy.id == "plan-cap"
    assert codes(run(facts(sale("1", "01-10", 1000)), rules)) == []
    given_back = facts(sale("1", "01-10", 1500), back("r", "01-11", 500, "1"))
    assert codes(run(given_back, rules)) == [], "the return gave back what the cap took"


def test_shortfalls_and_what_is_owed_are_found():
    given = facts(sale("1", "01-10", 100), back("r", "04-10", 100, "1"))
    assert codes(run(given, policy(TEN), "2020-Q2")) == [
        ("shortfall", {"payee": "ana", "amount": money("10.00")}),
        ("balance_owed", {"payee": "ana", "amount": money("10.00")}),
    ]
    drawn = policy(TEN, assignments=[assign(draw=draw(5))])
    assert codes(run(facts(), drawn)) == [("balance_owed", {"payee": "ana", "amount": money(5)})]
    assert codes(run(facts(), drawn, "2020-Q2")) == [("balance_owed", {"payee": "ana", "amount": money(10)})]


def test_sales_on_days_without_a_crediting_rule_are_found_and_not_passed_over():
    deals = [sale("1", "01-31", 80), sale("2", "02-01", 80), sale("3", "04-10", 80), back("r", "01-31", 1, "1")]
    rules = policy(TEN, crediting=[direct(effective=days("02-01", "04-01"))])
    for period in ("2020-Q1", "2020-Q2"):
        found = run(facts(*deals), rules, period).findings
        assert [(r.code, r.severity, dict(r.parameters)) for r in found] == [
            ("commissions.uncredited", Severity.WARNING, {"lines": 1, "period": period})
        ]
    assert report_uncredited(facts(*deals), rules, CALENDAR.period("2020-M02")) == ()


def test_sales_whose_rules_lead_to_nobody_are_found():
    """A rule for managers alone, and a seller at the top; an overlay for a position that nobody holds."""
    engineers = OverlayCredit(id="engineers", effective=days("2019-01-01"), positions=["engineer"])
    deals = [sale("1", "01-10", 80, "bo"), sale("2", "01-10", 80, "bo"), sale("3", "01-10", 80)]
    given = facts(*deals, people=("ana", "bo"), boss=CHAIN)
    boss = plan(component(credits=("override_1",)), id="boss")
    rules = policy(boss, crediting=[override(), engineers], assignments=[assign("boss", payees=("bo",))])
    assert ("uncredited", {"lines": 2, "period": "2020-Q1"}) in codes(run(given, rules))
    assert report_uncredited(given, rules, CALENDAR.period("2020-Q1"))[0].parameters["lines"] == 2


def test_credits_that_no_component_of_a_plan_counts_are_found_by_plan_and_role():
    """A filter that is misspelt pays nothing, and a manager's plan that has no part for own sales neither."""
    bikes = component(filters=[Filter(attribute="category", one_of=["Bike"])])
    deals = [sale("1", "01-10", 80, category="Bikes"), sale("2", "02-10", 80, category="Bikes")]
    deals += [sale("3", "04-10", 80, category="Bike"), sale("4", "01-10", 80, "bo", category="Bike")]
    given = facts(*deals, people=("ana", "bo"), boss=CHAIN)
    boss = plan(component(credits=("override_1",)), id="boss")
    rules = policy(plan(bikes), boss, crediting=[direct(), override()],
                   assignments=[assign(), assign("boss", payees=("bo",))])  # fmt: skip
    assert codes(run(given, rules)) == [
        ("uncounted", {"payee": "ana", "plan": "plan", "role": "direct", "lines": 2}),
        ("uncounted", {"payee": "bo", "plan": "boss", "role": "direct", "lines": 1}),
    ]
    assert codes(run(given, rules, "2020-Q2")) == [], "only credits of the period are told"


def test_what_those_owe_who_are_gone_is_still_told():
    rules = policy(TEN, assignments=[assign(effective=days("01-01", "04-01"), draw=draw(5))])
    for period, owed in (("2020-Q1", 5), ("2020-Q2", 5), ("2020-Q4", 5)):
        assert codes(run(facts(), rules, period)) == [("balance_owed", {"payee": "ana", "amount": money(owed)})]
    assert codes(run(facts(sale("1", "01-10", 100)), rules, "2020-Q4")) == []


def test_what_is_held_for_those_who_are_gone_is_still_told():
    waits = Holdback(id="holdback", share=Rate.parse("20%"), on_event="collected")
    held = policy(attrs.evolve(TEN, payouts=[waits]), assignments=[assign(effective=days("01-01", "04-01"))])
    given = facts(sale("1", "01-10", 100))
    assert codes(run(given, held)) == [], "the statement itself says it"
    found = run(given, held, "2020-Q3")
    assert codes(found) == [("still_held", {"payee": "ana", "amount": money("2.00")})]
    assert found.statements == ()


def test_a_plan_whose_days_have_ended_is_told_as_no_plan():
    ended = plan(component(), effective=days("01-01", "02-01"))
    with pytest.raises(InvalidDocument) as caught:
        run(facts(sale("1", "01-31", 80), sale("2", "02-01", 80)), policy(ended))
    (fault,) = caught.value.faults
    assert (fault.code, fault.path, fault.value) == ("commissions.no_plan", "payees[ana]", "2")
    assert fault.problem == "no plan pays this person for 1 credit(s) from 2020-02-01 to 2020-02-01"
    assert "the days of its plan" in fault.remedy


def test_sales_outside_the_territory_are_found():
    people = [Payee(id="ana", name="Ana", territories=("north",))]
    found = run(facts(sale("1", "01-10", 80, region="south"), people=people), policy(TEN))
    assert codes(found) == [("outside_territory", {"payee": "ana", "lines": 1, "of": 1, "amount": money(80)})]


# --- overrides end to end --------------------------------------------------------------------------------------------


def test_two_levels_of_managers_are_paid_along_the_lines_of_the_sales_day():
    lines = tree(
        (days("01-01", "02-01"), {"ana": "bo", "bo": "cy", "cy": None}),
        (days("02-01"), {"ana": "cy", "bo": "cy", "cy": None}),
    )
    given = facts(sale("1", "01-31", 100), sale("2", "02-01", 200), people=("ana", "bo", "cy"), hierarchies=lines)
    boss = plan(component(credits=("override_1", "override_2")), id="boss")
    rules = policy(
        TEN,
        boss,
        crediting=[direct(), override(1), override(2, "50%")],
        assignments=[assign(), assign("boss", payees=("bo", "cy"))],
    )
    result = run(given, rules)
    found = {s.payee: [(line.credit.role, str(line.amount.amount)) for line in s.lines] for s in result.statements}
    assert found == {
        "ana": [("direct", "10.00"), ("direct", "20.00")],
        "bo": [("override_1", "10.00")],
        "cy": [("override_2", "5.00"), ("override_1", "20.00")],
    }


def test_opening_balances_and_quota_policy_are_asked_for():
    given = facts(openings=[OpeningBalance(payee="ana", day=day("01-01"), owed=money(3))])
    assert pay(given, policy(TEN), quota_policy=QUOTAS).opening == money(3)
