"""Draws, guarantees, shortfalls and what is held back: the entries between what was earned and what is paid."""

from decimal import Decimal
from fractions import Fraction

import pytest
from commissions.firm import (
    YEAR,
    assign,
    back,
    cents,
    component,
    days,
    draw,
    facts,
    money,
    pay,
    plan,
    policy,
    run,
    sale,
    settle_balances,
)

from salesrules.commissions import OpeningBalance, PlanSpan
from salesrules.commissions.rules.balances import prorated, share_of_period
from salesrules.core import InvalidDocument

QUARTER = days("01-01", "04-01")


def settled(earned, owed="0", draws=(), carry=True, plans=None, parts=None, period=QUARTER):
    spans = [
        PlanSpan(part, held, assign(draw=given, id=given.id if given else "none"))
        for given, held, part in zip(draws, plans or [plan()] * len(draws), parts or [period] * len(draws), strict=True)
    ]
    entries = settle_balances(money(earned), money(owed), spans, period, 2, carry_shortfall=carry)
    return [(e.kind.value, str(e.amount.amount), str(e.owed.amount), e.policy) for e in entries]


@pytest.mark.parametrize(
    ("earned", "entries"),
    [
        ("100.01", []),
        ("100", []),
        ("99.99", [("draw_paid", "0.01", "0.01", "draw")]),
        ("0", [("draw_paid", "100", "100", "draw")]),
    ],
)
def test_a_draw_lifts_pay_to_its_amount(earned, entries):
    assert settled(earned, draws=[draw(100)]) == entries


def test_a_guarantee_is_never_owed():
    assert settled("40", draws=[draw(100, recoverable=False)]) == [("draw_paid", "60", "0", "draw")]


@pytest.mark.parametrize(
    ("earned", "entries"),
    [
        ("99.99", [("draw_paid", "0.01", "0.01", "draw")]),
        ("100", []),
        ("100.01", [("balance_recovered", "-0.01", "-0.01", "draw")]),
        ("129.99", [("balance_recovered", "-29.99", "-29.99", "draw")]),
        ("130", [("balance_recovered", "-30", "-30", "draw")]),
        ("130.01", [("balance_recovered", "-30", "-30", "draw")]),
    ],
)
def test_what_is_owed_is_held_back_from_earnings_above_the_draw_and_no_more_than_that(earned, entries):
    found = settled(earned, owed="30", draws=[draw(100)])
    assert [(kind, Decimal(amount), Decimal(owed), id) for kind, amount, owed, id in found] == [
        (kind, Decimal(amount), Decimal(owed), id) for kind, amount, owed, id in entries
    ]


@pytest.mark.parametrize(
    ("recovery", "earned", "held_back"),
    [
        ("50%", "120", "-10.00"),
        ("50%", "120.01", "-10.00"),
        ("50%", "120.02", "-10.01"),
        ("0%", "120", None),
        ("33%", "101", "-0.33"),
    ],
)
def test_at_most_a_share_of_the_earnings_above_the_draw_is_held_back_rounded_down(recovery, earned, held_back):
    found = settled(earned, owed="30", draws=[draw(100, recovery=recovery)])
    assert [amount for _, amount, _, _ in found] == ([held_back] if held_back else [])


@pytest.mark.parametrize(
    ("effective", "floor"),
    [
        (days("2019-01-01", "01-01"), 0),
        (days("2019-01-01", "01-02"), 100),
        (days("01-01", "04-01"), 100),
        (days("01-02", "04-01"), 0),
    ],
)
def test_a_draw_holds_in_periods_that_start_on_its_days(effective, floor):
    found = settled("0", draws=[draw(100, effective)])
    assert found == ([("draw_paid", "100", "100", "draw")] if floor else [])


def test_a_draw_that_has_ended_is_recovered_from_all_earnings_at_its_share():
    ended = draw(100, days("2019-01-01", "01-01"), recovery="50%")
    assert settled("80", owed="100", draws=[ended]) == [("balance_recovered", "-40.00", "-40.00", "draw")]


def test_without_a_draw_what_is_owed_is_held_back_whole():
    assert settled("80", owed="100") == [("balance_recovered", "-80.00", "-80.00", "")]
    assert settled("80", owed="30") == [("balance_recovered", "-30", "-30", "")]
    assert settled("0", owed="30") == []


@pytest.mark.parametrize(
    ("carry", "earned", "entries"),
    [
        (True, "-0.01", [("shortfall_carried", "0.01", "0.01", "")]),
        (True, "0", []),
        (False, "-0.01", []),
    ],
)
def test_a_shortfall_is_carried_or_charged_at_once(carry, earned, entries):
    assert settled(earned, owed="5", carry=carry) == entries


def test_a_carried_shortfall_comes_before_the_draw_and_a_charged_one_stays_with_the_payee():
    assert settled("-20", draws=[draw(100)]) == [
        ("shortfall_carried", "20", "20", ""),
        ("draw_paid", "100", "100", "draw"),
    ]
    assert settled("-20", draws=[draw(100)], carry=False) == [("draw_paid", "100", "100", "draw")]


# --- proration -------------------------------------------------------------------------------------------------------

#: 91 days: 31 + 29 + 31.
HALVES = [days("01-01", "02-16"), days("02-16", "04-01")]


def test_shares_of_a_period_are_those_of_the_days_and_together_the_whole():
    by_days, whole = plan(), plan(proration="none")
    assert share_of_period([(HALVES[0], by_days)], QUARTER) == Fraction(46, 91)
    assert share_of_period([(HALVES[1], by_days)], QUARTER) == Fraction(45, 91)
    assert share_of_period([(part, by_days) for part in HALVES], QUARTER) == 1
    assert share_of_period([(HALVES[0], whole)], QUARTER) == 1
    assert share_of_period([(part, whole) for part in HALVES], QUARTER) == 1
    assert share_of_period([(HALVES[0], whole), (HALVES[1], by_days)], QUARTER) == 1
    assert share_of_period([], QUARTER) == 0


def test_amounts_are_prorated_half_up_once():
    assert prorated(money("0.01"), Fraction(1, 2), 2) == money("0.01")
    assert prorated(money("0.01"), Fraction(499, 1000), 2) == money("0.00")
    assert prorated(money("100.00"), Fraction(1, 3), 2) == money("33.33")
    assert prorated(money("100.00"), Fraction(2, 3), 2) == money("66.67")
    assert prorated(money("100.001"), Fraction(1), 2) == money("100.001")


@pytest.mark.parametrize(("proration", "paid"), [("by_days", "50.55"), ("none", "100")])
def test_a_draw_shrinks_with_the_days_where_the_plan_says_so(proration, paid):
    found = settled("0", draws=[draw(100)], plans=[plan(proration=proration)], parts=[HALVES[0]])
    assert [amount for _, amount, _, _ in found] == [paid]


@pytest.mark.parametrize("proration", ["by_days", "none"])
@pytest.mark.parametrize("amount", ["100.00", "100.01"])
def test_a_draw_is_paid_once_however_many_versions_the_plan_has_in_the_period(proration, amount):
    versions = [plan(id=id, proration=proration) for id in ("old", "new")]
    found = settled("0", draws=[draw(amount)] * 2, plans=versions, parts=HALVES)
    assert found == [("draw_paid", amount, amount, "draw")]


def test_draws_of_two_assignments_in_a_period_add_up_by_days_in_their_order():
    first, second = draw("91", recoverable=False, id="guarantee"), draw("182", id="draw")
    found = settled("50", draws=[first, second], parts=HALVES)
    assert found == [("draw_paid", "46.00", "0", "guarantee"), ("draw_paid", "40.00", "40.00", "draw")]
    assert settled("100", draws=[first, second], parts=HALVES) == [("draw_paid", "36.00", "0", "guarantee")]


def test_the_smaller_share_holds_where_two_draws_are_recovered_in_a_period():
    both = [draw("91", id="a", recovery="100%"), draw("91", id="b", recovery="10%")]
    assert settled("191", owed="50", draws=both, parts=HALVES) == [("balance_recovered", "-10.00", "-10.00", "b")]


# --- across periods --------------------------------------------------------------------------------------------------

TEN = plan(component())


def statements(*transactions, openings=(), period="2020-Q4", assignments=None, **options):
    result = run(facts(*transactions, openings=openings), policy(TEN, assignments=assignments, **options), period)
    return [
        (s.period.label[5:], cents(s.earned), cents(s.paid), cents(s.closing))
        for s in (*result.earlier, *result.statements)
    ]


def test_a_recoverable_draw_runs_through_the_year():
    """Draw 100 until September, half of what is earned above it is held back, then half of everything."""
    drawn = [assign(draw=draw(100, days("01-01", "10-01"), recovery="50%"), effective=YEAR)]
    sold = [sale("q1", "02-01", 400), sale("q2", "05-01", 900), sale("q3", "08-01", 1300), sale("q4", "11-01", 500)]
    assert statements(*sold, assignments=drawn) == [
        ("Q1", "40.00", "100.00", "60.00"),
        ("Q2", "90.00", "100.00", "70.00"),
        ("Q3", "130.00", "115.00", "55.00"),
        ("Q4", "50.00", "25.00", "30.00"),
    ]


@pytest.mark.parametrize(
    ("carry", "expected"),
    [
        (True, [("Q1", "10.00", "10.00", "0.00"), ("Q2", "-10.00", "0.00", "10.00"), ("Q3", "30.00", "20.00", "0.00")]),
        (
            False,
            [("Q1", "10.00", "10.00", "0.00"), ("Q2", "-10.00", "-10.00", "0.00"), ("Q3", "30.00", "30.00", "0.00")],
        ),
    ],
)
def test_a_shortfall_after_a_return_is_carried_into_the_next_period_or_charged(carry, expected):
    given = [sale("s", "02-01", 100), back("r", "04-01", 100, "s"), sale("t", "07-01", 300)]
    found = statements(*given, period="2020-Q3", carry_shortfall=carry, assignments=[assign(effective=YEAR)])
    assert found == expected


def opening(on, owed, payee="ana", currency="USD"):
    return OpeningBalance(payee=payee, day=days(on).start, owed=money(owed, currency))


def test_an_opening_balance_takes_the_place_of_what_earlier_periods_left():
    drawn = [assign(draw=draw(100, days("01-01", "04-01")), effective=YEAR)]
    sold = sale("s", "05-01", 500)
    assert statements(sold, assignments=drawn, period="2020-Q2")[-1] == ("Q2", "50.00", "0.00", "50.00")
    for on, closing in (("01-01", "70.00"), ("04-01", "0.00")):
        found = statements(sold, assignments=drawn, period="2020-Q2", openings=[opening(on, 20)])
        assert found[-1][-1] == closing
    assert statements(sold, assignments=drawn, period="2020-Q2", openings=[opening("07-01", 20)])[-1][-1] == "50.00"


def test_an_opening_balance_from_before_the_first_plan_is_not_forgotten():
    found = statements(
        sale("s", "05-01", 500),
        assignments=[assign(effective=days("04-01"))],
        period="2020-Q2",
        openings=[opening("01-01", 20)],
    )
    assert found == [("Q2", "50.00", "30.00", "0.00")]


def test_an_opening_balance_of_another_payee_changes_nothing():
    given = facts(sale("s", "02-01", 500), people=("ana", "bo"), openings=[opening("01-01", 20, "bo")])
    assert pay(given, policy(TEN)).paid == money("50.00")


def test_what_is_owed_in_another_currency_is_one_fault_that_says_what_to_do():
    given = facts(sale("s", "02-01", 500), openings=[opening("01-01", 20, currency="EUR")])
    with pytest.raises(InvalidDocument) as caught:
        run(given, policy(TEN), "2020-Q3")
    assert [(f.code, f.path, f.value) for f in caught.value.faults] == [
        ("commissions.balance_currency", "payees[ana]", "EUR 20")
    ]
    assert "in USD" in caught.value.faults[0].remedy


def test_a_draw_in_the_middle_of_a_version_change_is_paid_once_end_to_end():
    """Two versions within the quarter, no proration: one draw of 100, not one per version."""
    old = plan(component(), id="old", family="f", effective=days("2019-01-01", "02-16"), proration="none")
    new = plan(component(), id="new", family="f", effective=days("02-16"), proration="none")
    statement = pay(facts(), policy(old, new, assignments=[assign("f", draw=draw(100))]))
    assert statement.paid == money(100)
    assert statement.plans == ("old", "new")
