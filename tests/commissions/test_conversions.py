"""Exchange rates by declared policy, and pay in a person's own currency."""

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    check_policy,
    close_in_turn,
    component,
    days,
    direct,
    explain_payment,
    explain_statement,
    facts,
    measure_rates,
    money,
    pay,
    plan,
    policy,
    restate,
    run,
    sale,
)

from salesrules.commissions import ConversionPolicy, FixedRate, Payee, TriggerTerms
from salesrules.core import ExchangeRate, ExchangeRates, InvalidDocument, InvalidValue, total


def rate(value, effective, source="EUR", target="USD"):
    return ExchangeRate(source=source, target=target, effective=effective, rate=Decimal(value))


DAILY = [
    rate("1.10", days("01-01", "02-01")),
    rate("1.20", days("02-01", "03-31")),
    rate("1.30", days("03-31", "04-01")),
]
AVERAGE = ExchangeRates.of([rate("1.15", days("01-01", "04-01"))])


def rules(basis="trigger_day", fixed=(), **conversion):
    waits = [attrs.evolve(direct(), trigger=TriggerTerms(on="delivery"))]
    found = policy(plan(component()), crediting=waits)
    return attrs.evolve(found, conversion=ConversionPolicy(measure_rate=basis, fixed_rates=fixed, **conversion))


def fixed(value="1.40", source="EUR", target="USD", id="plan"):
    return FixedRate(id=id, source=source, target=target, rate=Decimal(value))


SOLD = attrs.evolve(sale("s", "01-31", 100, currency="EUR"), delivered=days("02-01").start)


def given_facts(*rates, people=("ana",)):
    return attrs.evolve(facts(SOLD, people=people, rates=rates or DAILY), average_rates=AVERAGE)


@pytest.mark.parametrize(
    ("basis", "expected"),
    [("transaction_day", "110"), ("trigger_day", "120"), ("period_end", "130"), ("average", "115"), ("fixed", "140")],
)
def test_a_measure_is_converted_at_the_declared_rate(basis, expected):
    (line,) = pay(given_facts(), rules(basis, [fixed()] if basis == "fixed" else [])).lines
    assert line.measured == Decimal(expected)
    assert line.exchange_rate == Decimal(expected) / 100


@pytest.mark.parametrize(
    ("basis", "missing"),
    [
        ("transaction_day", "2020-01-31"),
        ("trigger_day", "2020-02-01"),
        ("period_end", "2020-03-31"),
        ("fixed", "EUR/USD"),
    ],
)
def test_a_missing_rate_names_the_pair_and_the_day(basis, missing):
    with pytest.raises(InvalidDocument, match=r"EUR/USD.*") as caught:
        run(given_facts(rate("1", days("05-01"))), rules(basis))
    assert missing in str(caught.value)
    with pytest.raises(InvalidDocument, match=r"EUR/USD: no entry on 2020-02-01"):
        run(facts(SOLD), rules("average"))


def test_nobodys_rates_are_turned_round():
    assert measure_rates(given_facts(), rules("fixed", [fixed()]).conversion).rate("EUR", "USD", SOLD.day) == Decimal(
        "1.40"
    )


def paid_in(currency, *rates, **conversion):
    people = [Payee(id="ana", name="Ana", currency=currency)]
    return pay(given_facts(*DAILY, *rates, people=people), rules(**conversion))


@pytest.mark.parametrize(("payment_day", "expected"), [("last_day", "9.60"), ("next_day", "9.72")])
def test_the_total_is_converted_once_at_the_rate_of_the_declared_day(payment_day, expected):
    back = [rate("0.80", days("03-31", "04-01"), "USD", "EUR"), rate("0.81", days("04-01"), "USD", "EUR")]
    statement = paid_in("EUR", *back, payment_day=payment_day)
    assert (statement.paid, statement.payable) == (money("12.00"), money(expected, "EUR"))
    explained = explain_payment(statement)
    assert explained.recompute() == explained.value == Decimal(expected)
    assert all(f"label.{name}" in str(explained) for name in ("payment ", "payment_exact", "payment_rate"))


@pytest.mark.parametrize(
    ("mode", "rate_", "expected"),
    [
        ("half_up", "0.50125", "6.02"),  # 12 times it is 6.015
        ("half_even", "0.50125", "6.02"),
        ("half_even", "0.50041666", "6.00"),
        ("half_up", "0.50041666", "6.00"),
        ("half_up", "0.50041667", "6.01"),
        ("down", "0.50125", "6.01"),
        ("up", "0.50000001", "6.01"),
    ],
)
def test_the_total_is_rounded_by_the_declared_mode(mode, rate_, expected):
    statement = paid_in("EUR", rate(rate_, days("03-31"), "USD", "EUR"), rounding=mode)
    assert statement.payable == money(expected, "EUR")


def test_a_currency_without_minor_units_is_paid_in_whole_units():
    assert paid_in("JPY", rate("110.04", days("03-31"), "USD", "JPY")).payable == money("1320", "JPY")


def test_who_is_paid_in_the_plans_currency_is_not_converted():
    statement = paid_in("USD")
    assert statement.payment is None
    assert statement.payable == statement.paid
    assert explain_payment(statement) == explain_statement(statement)


def test_a_payment_without_a_rate_is_a_fault_of_the_payee():
    with pytest.raises(InvalidDocument) as caught:
        paid_in("CHF")
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == ("commissions.unpayable", "payees[ana].currency")
    assert "USD/CHF: no entry on 2020-03-31" in fault.problem


def test_payments_total_per_currency():
    people = [Payee(id="ana", name="Ana", currency="EUR")]
    result = run(given_facts(*DAILY, rate("0.80", days("03-31"), "USD", "EUR"), people=people), rules())
    assert result.totals() == {"USD": money("12.00")}
    assert result.payments() == {"EUR": total([s.payable for s in result.statements])}
    with pytest.raises(InvalidValue, match="currency"):
        Payee(id="x", name="X", currency="euro")


def test_restated_pay_is_converted_anew():
    people = [Payee(id="ana", name="Ana", currency="EUR")]
    rates = [rate("0.50", days("01-01"), "USD", "EUR")]
    plain = policy(plan(component()))
    first, late = sale("1", "01-10", 1000), sale("2", "01-11", 500)
    closed = close_in_turn((facts(first, people=people, rates=rates), plain))
    statement = restate(closed, facts(first, late, people=people, rates=rates), plain, "2020-Q2").run.statements[0]
    assert (statement.paid, statement.payable) == (money("50.00"), money("25.00", "EUR"))
    undone = facts(first, sale("3", "04-10", 0), people=people, rates=rates)
    assert restate(closed, undone, plain, "2020-Q2").run.statements[0].payment is None
    no_rates = facts(first, late, people=people, rates=[rate("0.50", days("01-01", "04-01"), "USD", "EUR")])
    with pytest.raises(InvalidDocument, match=r"USD/EUR: no entry on 2020-06-30"):
        restate(closed, no_rates, plain, "2020-Q2")


@pytest.mark.parametrize(
    ("basis", "rates", "expected"),
    [
        ("fixed", [fixed()], []),
        ("fixed", [fixed("0")], [("rate", "conversion.fixed_rates[0].rate", "error")]),
        ("fixed", [fixed(source="eur")], [("currency", "conversion.fixed_rates[0].source", "error")]),
        ("fixed", [fixed(target="usd")], [("currency", "conversion.fixed_rates[0].target", "error")]),
        ("fixed", [fixed(), fixed("1", id="b")], [("rate_twice", "conversion.fixed_rates[1]", "error")]),
        ("fixed", [fixed(), fixed("1", "USD", "EUR")], [("repeated_id", "conversion.fixed_rates[1].id", "error")]),
        ("average", [fixed()], [("unused_rates", "conversion.fixed_rates", "warning")]),
    ],
)
def test_faults_of_conversions(basis, rates, expected):
    found = check_policy(rules(basis, rates))
    assert [(f.code.removeprefix("commissions."), f.path, f.severity) for f in found] == expected
