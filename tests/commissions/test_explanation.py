"""Explanations: every number computes itself again, and leads back to transaction, tier, rate and rounding."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    YEAR,
    assign,
    back,
    by_amount,
    by_quota,
    close_in_turn,
    component,
    days,
    draw,
    explain_line,
    explain_measurement,
    explain_statement,
    facts,
    money,
    pay,
    plan,
    policy,
    quota,
    restate,
    run,
    sale,
)
from commissions.firms import random_firms, to_library
from commissions.test_tables import TABLE_LABELS
from hypothesis import given, settings

from salesrules.commissions import (
    AppraisalScore,
    Clawback,
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Instalments,
    Kicker,
    Measurement,
    Multiplier,
    PayEvent,
)
from salesrules.commissions.reasons import LABELS
from salesrules.core import Band, BandTable, ExchangeRate, InvalidValue, Operation, Rate

TWO_FOUR = by_amount("0", "2%", "100", "4%")
PREFIX = "commissions.label."


def nodes(derivation):
    yield derivation
    for term in derivation.terms:
        yield from nodes(term)


def names(derivation):
    return {node.label.removeprefix(PREFIX) for node in nodes(derivation)}


def check(derivation):
    """Every node recomputes, has a known label, and exactly that label's parameters."""
    for node in nodes(derivation):
        assert node.recompute() == Fraction(node.value), str(node)
        assert node.label in LABELS
        rounding = {"digits", "mode"} if node.operation is Operation.ROUND else set()
        assert set(node.parameters) == set(LABELS[node.label]) | rounding, node.label
        assert (node.operation is Operation.GIVEN) is not bool(node.terms)


@settings(max_examples=40, deadline=None)
@given(random_firms())
def test_every_number_of_every_statement_computes_itself_again(firm):
    result = run(*to_library(firm), period="2020-Q4")
    for statement in (*result.earlier, *result.statements):
        derivation = explain_statement(statement)
        check(derivation)
        assert derivation.value == statement.paid.amount
        for line in statement.lines:
            explained = explain_line(line)
            assert explained.value == line.amount.amount
            if line.reversal:
                assert {"taken_back", "original_paid", "returned_share", "rounded"} <= names(explained)
            else:
                assert {"line", "transaction", "share", "tier", "rate"} <= names(explained)
                assert any(node.operation is Operation.ROUND for node in nodes(explained))
                given_labels = {
                    n.label.removeprefix(PREFIX) for n in nodes(explained) if n.operation is Operation.GIVEN
                }
                assert "measure_after" not in given_labels
        for measurement in statement.measurements:
            if measurement.quota is not None:
                check(explain_measurement(measurement))


def told(derivation):
    """The derivation with short labels and plain numbers, one string per line."""
    return str(derivation).replace(PREFIX, "").splitlines()


def explained(*transactions, index=0, quotas=(), rates=(), version=None, **of):
    statement = pay(
        facts(*transactions, quotas=quotas, rates=rates),
        policy(version or plan(component(of.pop("table", TWO_FOUR), **of))),
    )
    derivation = explain_line(statement.lines[index])
    check(derivation)
    return told(derivation)


def test_a_line_that_crosses_a_bound():
    assert explained(sale("1", "01-10", 150)) == [
        "line = 4.00 USD [round]",
        "  earned = 4.0000 USD [sum]",
        "    tier = 2.00 USD [product]",
        "      tier_measure = 100 USD [difference]",
        "        tier_reached = 100 USD [minimum]",
        "          measure_after = 150.00 USD [sum]",
        "            measure_before = 0 USD",
        "            credited = 150.00 USD [product]",
        "              transaction = 150 USD",
        "              share = 1.00 rate",
        "          tier_to = 100 USD",
        "        measure_before = 0 USD",
        "      rate = 0.02 rate",
        "    tier = 2.0000 USD [product]",
        "      tier_measure = 50.00 USD [difference]",
        "        measure_after = 150.00 USD [sum]",
        "          measure_before = 0 USD",
        "          credited = 150.00 USD [product]",
        "            transaction = 150 USD",
        "            share = 1.00 rate",
        "        tier_reached = 100 USD [maximum]",
        "          measure_before = 0 USD",
        "          tier_from = 100 USD",
        "      rate = 0.04 rate",
    ]


def test_bounds_of_attainment_lead_back_to_the_quota():
    found = explained(
        sale("1", "01-10", 700), quotas=[quota(1000, days("01-01", "04-01"))], table=by_quota("0", "1%", "0.6", "2%")
    )
    bounds = [index for index, line in enumerate(found) if line.strip().startswith(("tier_from", "tier_to"))]
    assert len(bounds) == 2
    for index in bounds:
        assert found[index].endswith("USD [product]")
        assert [line.split(" = ")[0].strip() for line in found[index + 1 : index + 3]] == ["quota", "tier_share"]
        assert Decimal(found[index + 1].split()[2]) == 1000
        assert Decimal(found[index + 2].split()[2]) == Decimal("0.6")


def test_a_line_inside_a_tier_names_where_the_tier_starts():
    found = explained(sale("1", "01-10", 150), sale("2", "01-11", 10), index=1)
    assert any(line.strip().startswith("tier_from = 100") for line in found)
    assert not any("tier_to" in line for line in found), "the last tier does not end"


def test_a_credit_of_nothing_still_leads_to_its_transaction_tier_and_rate():
    found = explained(sale("1", "01-10", 0))
    assert [line.split(" = ")[0].strip() for line in found] == [
        "line",
        "earned",
        "tier",
        "tier_measure",
        "measure_after",
        "measure_before",
        "credited",
        "transaction",
        "share",
        "measure_before",
        "rate",
    ]


@pytest.mark.parametrize("mode", ["marginal", "whole_amount"])
@pytest.mark.parametrize("amounts", [(60, 100), (100, 0), (99, 1), (250, 1)])
def test_returns_and_crossings_in_both_modes_compute_again(mode, amounts):
    version = plan(component(by_amount("0", "2%", "100", "4%", "200", "5%", mode=mode)), returns="current_measure")
    deals = [sale(str(n), "01-10", amount) for n, amount in enumerate(amounts)]
    deals += [back("r1", "01-11", 50, "0"), back("r2", "04-11", 10, "0"), sale("later", "04-12", 300)]
    for period in ("2020-Q1", "2020-Q2"):
        statement = pay(facts(*deals), policy(version), period)
        check(explain_statement(statement))
        assert statement.lines


def test_a_whole_amount_that_crosses_takes_back_all_of_the_old_tier():
    table = by_amount("0", "2%", "100", "4%", mode="whole_amount")
    found = explained(sale("1", "01-10", 80), sale("2", "01-11", 40), index=1, table=table)
    labels = [line.strip().split(" = ")[0] for line in found]
    assert labels.count("tier_measure") == 2
    assert "nothing" in labels
    assert any(line.strip().startswith("tier_from = 100") for line in found)


def test_a_cap_shows_its_limit_and_what_was_earned_before_and_after():
    version = plan(component(by_amount("0", "10%")), cap=12)
    found = explained(sale("1", "01-10", 100), sale("2", "01-11", 50), index=1, version=version)
    assert [line.strip().split(" = ")[0] for line in found if "cap" in line] == [
        "under_cap",
        "cap_reached",
        "cap_limit",
        "cap_reached",
        "cap_limit",
    ]
    uncapped = explained(sale("1", "01-10", 100), sale("2", "01-11", 50), version=version)
    assert not any("cap" in line for line in uncapped)


def test_running_totals_show_what_was_rounded_and_what_was_paid_before():
    version = plan(component(by_amount("0", "1%")), level="cumulative")
    deals = [sale("1", "01-10", "0.40"), sale("2", "01-11", "0.40"), sale("3", "01-12", "0.40")]
    first, second, third = (explained(*deals, index=n, version=version) for n in range(3))
    assert "running_total" not in " ".join(first)
    assert second[:3][0].startswith("line = 0.01 USD [round]")
    assert "running_with_line" in second[1]
    assert [line.strip().split(" = ")[0] for line in third[:3]] == ["line", "rounded", "running_with_line"]
    assert third[-1].strip() == "paid_before = 0.01 USD"


def test_a_margin_is_the_amount_less_the_cost():
    found = explained(sale("1", "01-10", 150, cost=50), measure="margin")
    start = next(index for index, line in enumerate(found) if line.strip().startswith("margin"))
    assert [line.strip() for line in found[start : start + 3]] == [
        "margin = 100 USD [difference]",
        "transaction = 150 USD",
        "cost = 50 USD",
    ]
    assert "cost" not in " ".join(explained(sale("1", "01-10", 150, cost=0), measure="margin"))
    assert "cost" not in " ".join(explained(sale("1", "01-10", 150, cost=50)))


def test_quantities_have_no_unit_and_no_cost():
    found = explained(sale("1", "01-10", 150, cost=50, quantity=7), measure="quantity")
    assert [line.strip() for line in found if "transaction" in line] == ["transaction = 7"]


@pytest.mark.parametrize("rate", ["1.25", "1"])
def test_another_currency_leads_back_through_its_rate_even_where_it_is_one(rate):
    rates = [ExchangeRate(source="EUR", target="USD", effective=days("01-01"), rate=rate)]
    found = explained(sale("1", "01-10", 80, currency="EUR"), rates=rates)
    assert any(line.strip() == "transaction = 80 EUR" for line in found)
    assert any(line.strip() == f"exchange_rate = {rate}" for line in found)
    assert "exchange_rate" not in " ".join(explained(sale("1", "01-10", 80)))


def test_a_return_at_original_terms_shows_what_was_paid_and_the_shares():
    deals = [sale("s", "01-10", 100), back("r1", "01-11", 25, "s"), back("r2", "01-12", 25, "s")]
    found = explained(*deals, index=2)
    assert [line.strip().split(" = ")[0] for line in found] == [
        "taken_back",
        "rounded",
        "taken_back_before",
        "original_paid",
        "returned_share",
        "rounded",
        "taken_back_after",
        "original_paid",
        "returned_share",
    ]
    shares = [line.strip().split(" = ")[1] for line in found if "returned_share" in line]
    assert shares == ["1/4 rate", "1/2 rate"]


def test_a_statement_sums_lines_and_balances():
    rules = policy(plan(component()), assignments=[assign(draw=draw(50))])
    derivation = explain_statement(pay(facts(sale("1", "01-10", 100)), rules))
    check(derivation)
    assert [(term.label.removeprefix(PREFIX), term.value) for term in derivation.terms] == [
        ("earned_in_period", 10),
        ("draw_paid", 40),
    ]
    assert dict(derivation.parameters) == {"payee": "ana", "period": "2020-Q1"}
    nothing = explain_statement(pay(facts(), rules))
    check(nothing)
    assert nothing.terms[0].operation is Operation.GIVEN


def test_an_attainment_is_the_measure_over_the_quota():
    measurement = Measurement(
        plan="p", component="c", label="2020-Q1", measured=Decimal(1), unit="USD", quota=Decimal(3)
    )
    derivation = explain_measurement(measurement)
    check(derivation)
    assert derivation.value == Fraction(1, 3)
    assert [term.value for term in derivation.terms] == [1, 3]


def test_a_measure_without_quota_has_no_attainment_to_explain():
    with pytest.raises(InvalidValue, match="component c pays by amount"):
        explain_measurement(Measurement(plan="p", component="c", label="2020-Q1", measured=Decimal(1)))


def test_every_label_is_used():
    """The labels that a reader may meet are those that some statement shows."""
    rates = [ExchangeRate(source="EUR", target="USD", effective=days("01-01"), rate="1.25")]
    table = by_quota("0", "10%", "0.5", "20%", mode="whole_amount")
    version = plan(
        component(table, measure="margin"),
        component(by_amount("0", "1%", "10", "2%"), id="second"),
        cap=20,
        level="cumulative",
    )
    deals = [
        sale("1", "01-10", 80, currency="EUR", cost=1),
        sale("2", "01-11", 80, cost=1),
        back("r", "01-12", 10, "1", currency="EUR", cost=1),
    ]
    later = [back("r2", "07-01", 70, "1", currency="EUR"), sale("3", "10-01", 9000, cost=1)]
    given_facts = facts(*deals, *later, quotas=[quota(1000)], rates=rates)
    rules = policy(version, assignments=[assign(draw=draw(50, days("01-01", "07-01")))])
    result = run(given_facts, rules, "2020-Q4")
    used = set()
    for statement in (*result.earlier, *result.statements):
        derivation = explain_statement(statement)
        check(derivation)
        used |= {node.label for node in nodes(derivation)}
        for measurement in statement.measurements:
            if measurement.quota is not None:
                used |= {node.label for node in nodes(explain_measurement(measurement))}
    for statement in (*restated_statements(), *modified_statements()):
        derivation = explain_statement(statement)
        check(derivation)
        assert derivation.value == statement.paid.amount
        used |= {node.label for node in nodes(derivation)}
    # test_triggers, test_pools, test_conversions, test_rounding and test_tables show these
    elsewhere = ("part", "paid_share", "pool_", "payment", "spare_unit", *TABLE_LABELS)
    assert {label for label in set(LABELS) - used if not label.removeprefix(PREFIX).startswith(elsewhere)} == set()


def restated_statements():
    """A quarter that takes back more than it pays, and the one that recovers the rest."""
    rules = policy(plan(component()))
    first, later = [sale("1", "01-10", 1000)], [sale("2", "04-10", 300), sale("3", "07-10", 2000)]
    closed = close_in_turn((facts(*first), rules), (facts(*later), rules))
    return [*closed[1].run.statements, *restate(closed, facts(*later), rules, "2020-Q3").run.statements]


def modified_statements():
    """Statements on which every modifier and every kind of payout has something to do."""
    rows = [sale("1", "01-10", 1000), sale("2", "01-11", 333), back("r", "02-10", 100, "1"), sale("3", "02-11", 10)]
    rows += [back("r2", "03-05", 900, "1")]  # after the lapse
    half = Rate.parse("50%")
    factors, whole = (BandTable(bands=[Band(start=0, value=Rate.parse(text))]) for text in ("110%", "100%"))
    seen = {"component": "pay", "observe": "measured"}
    version = attrs.evolve(
        plan(component(), level="cumulative"),
        modifiers=[
            Gate(id="g", **seen, threshold=Decimal(200), otherwise=half),
            Kicker(id="k", **seen, threshold=Decimal(1000), share=half, amount=money(5)),
            Multiplier(id="m", **seen, factors=factors),
            Coefficient(id="c"),
            EarningsCap(id="cap", amount=money(150), per="period", excess="carried"),
            EarningsFloor(id="f", amount=money(151), per="period"),
        ],
        payouts=[Instalments(id="i", count=3, every_months=1)],
        clawbacks=[Clawback(id="x", events=["lapse"], tenure="months", shares=whole)],
        minimum_payment=money(60),
    )
    given_facts = attrs.evolve(
        facts(*rows),
        appraisal_scores=[AppraisalScore(payee="ana", span=YEAR, score=Decimal("1.5"))],
        pay_events=[PayEvent(payee="ana", day=date(2020, 2, 20), event="lapse", transaction="1")],
    )
    rules = policy(version, pay_period="month", assignments=[assign(effective=days("01-01"))])
    result = run(given_facts, rules, "2020-M04")
    return [*result.earlier, *result.statements]
