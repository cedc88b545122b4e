"""Why pay differs: each reason when it applies and not otherwise; the amounts sum to the difference, always."""

from decimal import Decimal
from fractions import Fraction

import attrs
from commissions.firm import (
    assign,
    back,
    by_amount,
    by_quota,
    close_in_turn,
    component,
    days,
    draw,
    facts,
    money,
    pay,
    plan,
    policy,
    quota,
    restate,
    run,
    sale,
    why_changed,
)
from commissions.firms import random_firms, to_library
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import FixedTable, Kicker
from salesrules.core import Band, BandTable

TEN = policy(plan(component()))
TWO_FOUR = policy(plan(component(by_amount("0", "2%", "1000", "4%"))))


def told(before, after):
    """`(code, amount)` of each change, which sum to the difference in pay."""
    changes = why_changed(before, after)
    whole = (after.paid.amount if after else 0) - (before.paid.amount if before else 0)
    assert sum(change.amount.amount for change in changes) == whole
    assert all(change.amount for change in changes)
    assert all(change.reason.parameters["amount"] == change.amount for change in changes)
    assert [change.to_reason() for change in changes] == [change.reason for change in changes]
    return [(change.reason.code.removeprefix("commissions.why_"), str(change.amount.amount)) for change in changes]


def values(before, after, place=0):
    given = dict(why_changed(before, after)[place].reason.parameters)
    assert given.pop("payee") == "ana"
    given.pop("amount")
    return given


def quarter(*transactions, rules=TEN, period="2020-Q1", **of):
    return pay(facts(*transactions, **of), rules, period)


def test_nothing_differs():
    statement = quarter(sale("1", "01-10", 1000))
    assert why_changed(statement, statement) == ()
    assert why_changed(None, None) == ()
    assert why_changed(run(facts(), TEN), None) == ()


def test_more_was_sold():
    before, after = quarter(sale("1", "01-10", 1000)), quarter(sale("1", "01-10", 1500))
    assert told(before, after) == [("measure", "50.00")]
    assert values(before, after) == {
        "component": "pay", "before": money("1000.00"), "after": money("1500.00"),
    }  # fmt: skip
    assert told(after, before) == [("measure", "-50.00")]


def test_a_measure_without_a_currency_is_a_number():
    rules = policy(plan(component(by_amount("0", "500%"), measure="quantity")))
    before, after = (quarter(sale("1", "01-10", 0, quantity=quantity), rules=rules) for quantity in (2, 3))
    assert told(before, after) == [("measure", "5.00")]
    assert values(before, after) == {"component": "pay", "before": 2, "after": 3}


def test_a_tier_was_reached():
    """1000 at 2 %, then 1500: 500 more at the average 2 %, and 500 of them at 2 % on top."""
    before, after = (quarter(sale("1", "01-10", amount), rules=TWO_FOUR) for amount in (1000, 1500))
    assert told(before, after) == [("measure", "10.00"), ("tier", "10.00")]
    assert values(before, after, 1) == {
        "component": "pay",
        "rate_before": Fraction(2, 100),
        "rate_after": Fraction(4, 150),
        "tier_before": 1,
        "tier_after": 2,
    }


def test_more_in_a_tier_that_was_reached_before():
    before, after = (quarter(sale("1", "01-10", amount), rules=TWO_FOUR) for amount in (1500, 2000))
    assert told(before, after) == [("measure", "13.33"), ("average", "6.67")]
    assert set(values(before, after, 1)) == {"component", "rate_before", "rate_after"}


def test_average_rates_of_quantities_are_money():
    rules = policy(plan(component(by_amount("0", "200%", "2", "400%"), measure="quantity")))
    before, after = (quarter(sale("1", "01-10", 0, quantity=quantity), rules=rules) for quantity in (2, 3))
    assert told(before, after) == [("measure", "2.00"), ("tier", "2.00")]
    assert values(before, after, 1)["rate_before"] == money("2.00")
    assert values(before, after, 1)["rate_after"] == money("2.67")


QUOTA_RULES = policy(plan(component(by_quota("0", "5%", "1", "10%"), accumulate="quarter")))


def with_quota(amount, sold, span=("01-01", "04-01")):
    return quarter(sale("1", "01-10", sold), rules=QUOTA_RULES, quotas=[quota(amount, days(*span))])


def test_the_quota_changed():
    before, after = with_quota(1000, 1000), with_quota(500, 1000)
    assert told(before, after) == [("quota", "25.00")]
    assert values(before, after) == {
        "component": "pay",
        "rate_before": Fraction(1, 20),
        "rate_after": Fraction(75, 1000),
        "quota_before": money(1000),
        "quota_after": money(500),
    }


def test_a_quota_that_changes_no_rate_is_no_reason():
    assert told(with_quota(2000, 1000), with_quota(1000, 1000)) == []
    assert told(with_quota(1000, 1000), with_quota(1000, 1400)) == [("measure", "20.00"), ("tier", "20.00")]


def test_quotas_in_units_are_numbers():
    table = by_quota("0", "500%", "1", "1000%", quota_measure="units")
    rules = policy(plan(component(table, measure="quantity", accumulate="quarter")))
    statements = [
        quarter(
            sale("1", "01-10", 0, quantity=10),
            rules=rules,
            quotas=[quota(amount, days("01-01", "04-01"), unit="pieces", measure="units")],
        )
        for amount in (10, 5)
    ]
    assert told(*statements) == [("quota", "25.00")]
    assert (values(*statements)["quota_before"], values(*statements)["quota_after"]) == (10, 5)


def test_another_version_of_the_plan_pays():
    rules = policy(
        plan(component(), id="old", family="f", effective=days("01-01", "04-01")),
        plan(component(by_amount("0", "12%")), id="new", family="f", effective=days("04-01")),
    )
    given = facts(sale("1", "01-10", 1000), sale("2", "04-10", 1000))
    before, after = pay(given, rules), pay(given, rules, "2020-Q2")
    assert told(before, after) == [("plan", "20.00")]
    assert values(before, after)["plan_before"] == ("old",)
    assert values(before, after)["plan_after"] == ("new",)


def test_a_tier_whose_amount_was_never_met_states_nothing():
    """A fixed table whose first tier pays nothing: sales within it, then beyond it at 100."""
    numbers = BandTable(bands=[Band(start=Decimal(0), value=Decimal(0)), Band(start=Decimal(500), value=Decimal(100))])
    rules = policy(plan(component(FixedTable(mode="fixed", tiers=numbers))))
    before, after = (quarter(sale("1", "01-10", amount), rules=rules) for amount in (400, 600))
    assert told(before, after) == [("tier", "100.00")]
    assert (values(before, after)["tier_before"], values(before, after)["tier_after"]) == (1, 2)


def test_the_plan_got_other_rates():
    before, after = (quarter(sale("1", "01-10", 1000), rules=rules) for rules in (TEN, TWO_FOUR))
    assert told(before, after) == [("rates", "-80.00")]
    assert values(before, after)["plan"] == ("plan",)


def test_rates_go_before_quota_and_quota_before_tier():
    higher = policy(plan(component(by_quota("0", "6%", "1", "10%"), accumulate="quarter")))
    before = with_quota(1000, 1000)
    after = quarter(sale("1", "01-10", 1000), rules=higher, quotas=[quota(500, days("01-01", "04-01"))])
    assert told(before, after) == [("rates", "30.00")]


def test_a_component_that_measures_in_another_unit_has_no_common_measure():
    units = policy(plan(component(by_amount("0", "300%"), measure="quantity")))
    before = quarter(sale("1", "01-10", 1000, quantity=40))
    after = quarter(sale("1", "01-10", 1000, quantity=40), rules=units)
    assert told(before, after) == [("rates", "20.00")]
    assert (values(before, after)["rate_before"], values(before, after)["rate_after"]) == (Fraction(1, 10), money(3))


def test_a_cap_took_more():
    rules = policy(plan(component(), cap=120))
    before, after = (quarter(sale("1", "01-10", amount), rules=rules) for amount in (1000, 1500))
    assert told(before, after) == [("measure", "50.00"), ("cap", "-30.00")]
    assert values(before, after, 1) == {"component": "pay", "before": money(0), "after": money("30.00")}


def test_something_came_back():
    before = quarter(sale("1", "01-10", 1000))
    after = quarter(sale("1", "01-10", 1000), back("r", "02-10", 300, "1"))
    assert told(before, after) == [("returns", "-30.00")]
    assert values(before, after) == {"component": "pay", "before": money(0), "after": money("-30.00")}


def test_a_return_at_the_current_measure_is_one_too():
    rules = policy(plan(component(), returns="current_measure"))
    before = quarter(sale("1", "01-10", 1000), rules=rules)
    after = quarter(sale("1", "01-10", 1000), back("r", "02-10", 300, "1"), rules=rules)
    assert told(before, after) == [("returns", "-30.00")]


def test_a_return_alone_is_a_component_too():
    given = facts(sale("1", "01-10", 1000), back("r", "04-10", 300, "1"))
    after = pay(given, policy(plan(component()), carry_shortfall=False), "2020-Q2")
    assert told(None, after) == [("returns", "-30.00")]


def test_cents_of_rounding_are_told_apart():
    rules = policy(plan(component(by_amount("0", "1%"))))
    before = quarter(sale("1", "01-10", "0.50"), sale("2", "01-11", "0.50"), rules=rules)
    after = quarter(sale("1", "01-10", "1.00"), rules=rules)
    assert (before.paid, after.paid) == (money("0.02"), money("0.01"))
    assert told(before, after) == [("rounding", "-0.01")]


def test_a_draw_and_its_recovery():
    rules = policy(plan(component()), assignments=[assign(draw=draw(150, days("01-01", "04-01")))])
    given = facts(sale("1", "01-10", 1000), sale("2", "04-10", 2000))
    before, after = pay(given, rules), pay(given, rules, "2020-Q2")
    assert told(before, after) == [("measure", "100.00"), ("balance", "-50.00"), ("balance", "-50.00")]
    kinds = [change.reason.parameters.get("balance_kind") for change in why_changed(before, after)]
    assert kinds == [None, "draw_paid", "balance_recovered"]
    assert values(before, after, 1) == {"balance_kind": "draw_paid", "before": money("50.00"), "after": money(0)}


def test_each_modifier_by_its_entry():
    """10 % of 1000 and a kicker of 25 at 1000; then 1500, and the kicker doubled beside another one."""
    kickers = [
        Kicker(id=id, component="pay", observe="measured", threshold=1000, amount=money(amount))
        for id, amount in (("one", 25), ("one", 50), ("two", 5))
    ]
    rules = [policy(attrs.evolve(plan(component()), modifiers=given)) for given in (kickers[:1], kickers[1:])]
    before, after = (
        quarter(sale("1", "01-10", amount), rules=r) for amount, r in zip((1000, 1500), rules, strict=True)
    )
    assert told(before, after) == [("measure", "50.00"), ("adjustment", "25"), ("adjustment", "5")]
    assert values(before, after, 1) == {
        "adjustment_kind": "kicker", "entry": "one", "before": money("25.00"), "after": money("50.00"),
    }  # fmt: skip


def test_restatements_by_cause():
    (closed,) = close_in_turn((facts(sale("1", "01-10", 1000)), TEN))
    now = facts(sale("1", "01-10", 900), sale("n", "01-11", 50), sale("2", "04-10", 1000))
    found = restate([closed], now, TEN, "2020-Q2")
    before, after = closed.run.statements[0], found.run.statements[0]
    assert told(before, after) == [("restated", "-10.00"), ("restated", "5.00")]
    assert values(before, after) == {"causes": ("transaction_changed",), "before": money(0), "after": money("-10.00")}


def test_what_nothing_explains_is_told_as_such():
    before = quarter(sale("1", "01-10", 1000))
    after = attrs.evolve(before, paid=before.paid + money(7))
    assert told(before, after) == [("other", "7.00")]


def test_a_first_and_a_last_statement():
    statement = quarter(sale("1", "01-10", 1000))
    assert told(None, statement) == [("measure", "100.00")]
    assert told(statement, None) == [("measure", "-100.00")]
    assert values(None, statement) == {"component": "pay", "before": money(0), "after": money("1000.00")}


def test_a_measure_of_nothing_in_all_has_no_average():
    """Margins of 100 and −100 measure nothing in all, and may pay all the same."""
    rules = policy(plan(component(by_amount("0", "2%", "50", "4%"), measure="margin", accumulate="transaction")))
    loss = [sale("1", "01-10", 200, cost=100), sale("2", "01-11", 100, cost=200)]
    before, after = quarter(rules=rules), quarter(*loss, rules=rules)
    assert after.paid == money("1.00")
    assert told(before, after) == [("rounding", "1.00")]
    more = quarter(*loss, sale("3", "01-12", 50, cost=0), rules=rules)
    assert told(after, more)[0][0] == "measure"


def test_pay_in_another_currency_is_lost_in_the_one_and_new_in_the_other():
    euros = policy(plan(component(), currency="EUR"))
    before = quarter(sale("1", "01-10", 1000))
    after = quarter(sale("1", "01-10", 1000, currency="EUR"), rules=euros)
    assert [str(change.amount) for change in why_changed(before, after)] == ["USD -100.00", "EUR 100.00"]


def test_runs_are_compared_payee_by_payee():
    people = {"people": ("ana", "ben", "cy")}
    rules = policy(plan(component()), assignments=[assign(payees=("ana", "ben"))])
    before = run(facts(sale("1", "01-10", 1000), sale("2", "01-10", 500, payee="ben"), **people), rules)
    after = run(facts(sale("1", "01-10", 1000), sale("2", "01-10", 700, payee="ben"), **people), rules)
    changes = why_changed(before, after)
    assert [(c.reason.parameters["payee"], str(c.amount)) for c in changes] == [("ben", "USD 20.00")]
    lost = why_changed(after, attrs.evolve(after, statements=after.statements[:1]))
    assert [(c.reason.parameters["payee"], str(c.amount)) for c in lost] == [("ben", "USD -70.00")]
    (statement,) = after.statements[1:]
    assert [str(c.amount) for c in why_changed(statement, after)] == ["USD 100.00"]


@settings(max_examples=60, deadline=None)
@given(random_firms(), st.data())
def test_the_reasons_sum_to_the_difference(firm, data):
    result = run(*to_library(firm), period="2020-Q4")
    statements = [None, *result.earlier, *result.statements]
    before, after = (data.draw(st.sampled_from(statements)) for _ in range(2))
    changes = why_changed(before, after)
    sums = {}
    for change in changes:
        payee = change.reason.parameters["payee"], change.amount.currency
        sums[payee] = sums.get(payee, Decimal(0)) + change.amount.amount
    expected = {}
    for statement, sign in ((before, -1), (after, 1)):
        if statement:
            key = statement.payee, statement.currency
            expected[key] = expected.get(key, Decimal(0)) + sign * statement.paid.amount
    assert {key: amount for key, amount in sums.items() if amount} == {k: v for k, v in expected.items() if v}
    assert not [change for change in changes if change.reason.code == "commissions.why_other"]
