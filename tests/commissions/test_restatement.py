"""Restatement: closed periods stay; what they would pay otherwise today is posted into the open one, with its cause."""

import pickle

import attrs
import pytest
from commissions.firm import (
    ALWAYS,
    CALENDAR,
    QUOTAS,
    assign,
    back,
    by_amount,
    by_quota,
    close_in_turn,
    close_period,
    closing,
    component,
    day,
    days,
    direct,
    draw,
    facts,
    inputs,
    money,
    override,
    plan,
    policy,
    quota,
    restate,
    run,
    sale,
    tree,
)

from salesrules.commissions import (
    BalanceKind,
    ConversionPolicy,
    Holdback,
    OpeningBalance,
    OpeningHold,
    Payee,
    PayEvent,
    PoolMember,
    ProRataClawback,
    RestatedRun,
    TeamPool,
    restate_commissions,
)
from salesrules.core import ExchangeRate, ExchangeRates, FiscalCalendar, InvalidDocument, InvalidValue, Rate

TEN = policy(plan(component()))
TWO_FOUR = policy(plan(component(by_amount("0", "2%", "1000", "4%"))))
FIRST = sale("1", "01-10", 1000)
SECOND = sale("2", "04-10", 500)


def told(restated):
    """`(payee, period, causes, subjects, amount)` of every restatement."""
    return [
        (e.payee, e.period.label, "+".join(e.causes), " ".join(e.subjects), str(e.amount.amount))
        for e in restated.restatements()
    ]


def paid(restated, payee="ana"):
    return sum(s.paid.amount for s in restated.run.statements if s.payee == payee)


def after_first(now, rules=TEN, first=None, period="2020-Q2"):
    """The second quarter, after the first was closed with one sale of 1000."""
    return restate(close_in_turn(first or (facts(FIRST), rules)), now, rules, period)


def test_without_a_closed_period_the_run_is_plain():
    given = facts(FIRST)
    found = restate([], given, TEN, "2020-Q1")
    assert found == RestatedRun(run=run(given, TEN), inputs=inputs(given, TEN))
    assert (found.totals(), found.restated) == ({}, ())


def test_without_a_change_there_is_no_delta():
    given = facts(FIRST, SECOND)
    closed = close_in_turn((given, TEN))
    found = restate(closed, given, TEN, "2020-Q2")
    plain = run(given, TEN, "2020-Q2")
    assert list(found.restatements()) == []
    assert found.run.statements == plain.statements
    assert found.run.findings == plain.findings
    assert [period.label for period in found.restated] == ["2020-Q1"]


def test_sales_of_the_open_period_are_no_delta():
    assert told(after_first(facts(FIRST, SECOND))) == []


def test_a_late_sale_of_a_closed_period_is_paid_in_the_open_one():
    found = after_first(facts(FIRST, SECOND, sale("late", "03-31", 200)))
    assert told(found) == [("ana", "2020-Q1", "transaction_new", "late", "20.00")]
    assert paid(found) == 70
    (entry,) = found.restatements()
    assert entry.lines_before == ()
    assert [line.id for line in entry.lines_after] == ["late/pay/direct"]
    assert entry.earned == money("20.00")
    assert entry.owed == money(0)
    assert found.totals() == {"USD": money("20.00")}


def test_a_sale_on_the_first_day_of_the_open_period_is_its_own():
    assert told(after_first(facts(FIRST, sale("late", "04-01", 200)))) == []


def test_each_kind_of_change_to_transactions_has_its_cause():
    closed = close_in_turn((facts(FIRST, sale("gone", "02-01", 100), sale("up", "02-02", 100)), TEN))
    now = facts(FIRST, sale("up", "02-02", 300), sale("new", "02-03", 50))
    assert told(restate(closed, now, TEN, "2020-Q2")) == [
        ("ana", "2020-Q1", "transaction_removed", "gone", "-10.00"),
        ("ana", "2020-Q1", "transaction_changed", "up", "20.00"),
        ("ana", "2020-Q1", "transaction_new", "new", "5.00"),
    ]


def test_only_the_transactions_of_the_payee_are_named():
    people = {"people": ("ana", "ben")}
    rules = policy(plan(component()), assignments=[assign(payees=("ana", "ben"))])
    closed = close_in_turn((facts(FIRST, **people), rules))
    now = facts(FIRST, sale("a", "02-01", 10), sale("b", "02-01", 20, payee="ben"), **people)
    assert told(restate(closed, now, rules, "2020-Q2")) == [
        ("ana", "2020-Q1", "transaction_new", "a", "1.00"),
        ("ben", "2020-Q1", "transaction_new", "b", "2.00"),
    ]


def test_a_late_sale_moves_the_tier_of_what_follows_it():
    """300 more in January lift 300 of the February sale from 2 % to 4 %."""
    first = facts(sale("jan", "01-10", 600), sale("feb", "02-10", 600))
    found = after_first(facts(*first.transactions, sale("new", "01-05", 300)), TWO_FOUR, (first, TWO_FOUR))
    assert told(found) == [("ana", "2020-Q1", "transaction_new", "new", "12.00")]
    (entry,) = found.restatements()
    assert {line.credit.transaction.id for line in entry.lines_before} == {"jan", "feb"}
    assert {line.credit.transaction.id for line in entry.lines_after} == {"jan", "feb", "new"}


def test_a_return_at_original_terms_of_a_closed_sale_is_no_restatement():
    """It is a transaction of the open period, and takes back there what the closed one paid."""
    found = after_first(facts(FIRST, back("r", "04-10", 400, "1")))
    assert told(found) == []
    assert paid(found) == 0
    assert found.run.statements[0].earned == money("-40.00")


def test_a_late_return_of_a_closed_period_is_a_delta():
    found = after_first(facts(FIRST, SECOND, back("r", "03-10", 400, "1")))
    assert told(found) == [("ana", "2020-Q1", "transaction_new", "r", "-40.00")]
    assert paid(found) == 10


def test_where_a_file_was_read_from_makes_no_difference():
    first, now = (facts(sale("1", "01-10", 1000, source=f"orders.csv:{line}")) for line in (2, 3))
    assert told(after_first(now, first=(first, TEN))) == []


def test_a_changed_quota():
    rules = policy(plan(component(by_quota("0", "5%", "1", "10%"), accumulate="quarter")))
    quotas = [quota(1000, days("01-01", "04-01")), quota(1000, days("04-01", "07-01"))]
    closed = close_in_turn((facts(FIRST, quotas=quotas), rules))
    lower = [quota(500, days("01-01", "04-01")), quotas[1]]
    found = restate(closed, facts(FIRST, quotas=lower), rules, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "quota", "ana-2020-01-01-amount", "25.00")]


def test_a_quota_of_the_open_period_is_no_cause():
    rules = policy(plan(component(by_quota("0", "5%", "1", "10%"), accumulate="quarter")))
    quotas = [quota(1000, days("01-01", "04-01")), quota(1000, days("04-01", "07-01"))]
    closed = close_in_turn((facts(FIRST, quotas=quotas), rules))
    other = [quotas[0], quota(400, days("04-01", "07-01"))]
    assert told(restate(closed, facts(FIRST, quotas=other), rules, "2020-Q2")) == []


def test_a_changed_plan():
    found = restate(close_in_turn((facts(FIRST), TEN)), facts(FIRST), TWO_FOUR, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "policy", "plan", "-80.00")]


def test_terms_of_an_assignment_are_policy_and_its_people_are_not():
    people = {"people": ("ana", "ben")}
    before = policy(plan(component()), assignments=[assign(id="a"), assign(payees=("ben",), id="b")])
    terms = policy(plan(component()), assignments=[assign(id="a", draw=draw(150)), assign(payees=("ben",), id="b")])
    closed = close_in_turn((facts(FIRST, **people), before))
    assert told(restate(closed, facts(FIRST, **people), terms, "2020-Q2")) == [
        ("ana", "2020-Q1", "policy", "a", "50.00")
    ]


def test_other_parts_of_the_rulebook_are_policy():
    rules = policy(plan(component()), crediting=[direct("50%")])
    closed = close_in_turn((facts(FIRST), TEN))
    assert told(restate(closed, facts(FIRST), rules, "2020-Q2")) == [("ana", "2020-Q1", "policy", "seller", "-50.00")]


def test_the_quota_policy_is_policy():
    """Half of 1001 is 500.50, or 501 in whole dollars: 25.025 + 49.95, or 25.05 + 49.90."""
    rules = policy(plan(component(by_quota("0", "5%", "1", "10%"), accumulate="quarter")))
    before = inputs(facts(FIRST, quotas=[quota(1001, days("01-01", "07-01"))]), rules)
    whole = attrs.evolve(QUOTAS, rounding=attrs.evolve(QUOTAS.rounding, digits=0))
    closed = [close_period(restate_commissions([], before, period=CALENDAR.period("2020-Q1")))]
    found = restate_commissions(closed, attrs.evolve(before, quota_policy=whole), period=CALENDAR.period("2020-Q2"))
    assert told(found) == [("ana", "2020-Q1", "policy", "quota_policy", "-0.03")]


def test_a_moved_person_takes_the_override_along():
    people = {"people": ("ana", "bo", "cy")}
    rules = policy(
        plan(component(), component(id="team", credits=("override_1",))),
        crediting=[direct(), override()],
        assignments=[assign(payees=("ana", "bo", "cy"))],
    )
    closed = close_in_turn((facts(FIRST, **people, boss={"ana": "bo"}), rules))
    lines = tree(
        (days("2019-01-01", "01-05"), {"ana": "bo", "bo": None, "cy": None}),
        (days("01-05"), {"ana": "cy", "bo": None, "cy": None}),
    )
    found = restate(closed, facts(FIRST, **people, hierarchies=lines), rules, "2020-Q2")
    assert told(found) == [
        ("bo", "2020-Q1", "person", "ana", "-100.00"),
        ("cy", "2020-Q1", "person", "ana", "100.00"),
    ]
    same = tree((days("2019-01-01", "01-05"), {"ana": "bo", "bo": None, "cy": None}),
                (days("01-05"), {"ana": "bo", "bo": None, "cy": None}))  # fmt: skip
    assert told(restate(closed, facts(FIRST, **people, hierarchies=same), rules, "2020-Q2")) == []


def test_a_changed_position_moves_a_person_to_another_plan():
    rules = policy(
        plan(component(), id="rep"),
        plan(component(by_amount("0", "20%")), id="key"),
        assignments=[assign("rep", (), positions=("rep",)), assign("key", (), positions=("key",))],
    )
    rep, key = (facts(FIRST, people=[Payee(id="ana", name="Ana", position=position)]) for position in ("rep", "key"))
    found = restate(close_in_turn((rep, rules)), key, rules, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "person", "ana", "100.00")]


def test_a_changed_assignment_is_a_moved_person():
    plans = plan(component(), id="rep"), plan(component(by_amount("0", "20%")), id="key")
    before = policy(*plans, assignments=[assign("rep", id="one")])
    now = policy(*plans, assignments=[assign("key", id="one")])
    found = restate(close_in_turn((facts(FIRST), before)), facts(FIRST), now, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "person", "one", "100.00")]


def rate(number, start="01-01"):
    return ExchangeRate(source="EUR", target="USD", effective=days(start), rate=number)


def test_a_changed_exchange_rate():
    euro = sale("1", "01-10", 1000, currency="EUR")
    closed = close_in_turn((facts(euro, rates=[rate("1.10")]), TEN))
    found = restate(closed, facts(euro, rates=[rate("1.20")]), TEN, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "exchange_rate", "EUR/USD 2020-01-01", "10.00")]


def opening(amount, on="01-01"):
    return OpeningBalance(payee="ana", day=day(on), owed=money(amount))


def test_a_changed_opening_balance():
    closed = close_in_turn((facts(FIRST, openings=[opening(30)]), TEN))
    found = restate(closed, facts(FIRST, openings=[opening(50)]), TEN, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "opening_balance", "opening_balances", "-20.00")]


def test_a_changed_opening_balance_that_is_still_owed_changes_what_is_owed():
    """The first quarter earns 100: of 300 or 350 owed it pays back 100, and 200 or 250 stay owed."""
    closed = close_in_turn((facts(FIRST, openings=[opening(300)]), TEN))
    found = restate(closed, facts(FIRST, openings=[opening(350)]), TEN, "2020-Q2")
    (entry,) = found.restatements()
    assert (entry.amount, entry.owed) == (money(0), money("50.00"))
    (statement,) = found.run.statements
    assert (statement.opening, statement.closing) == (money("200.00"), money("250.00"))


def test_what_no_input_explains_is_the_way_of_computing():
    """A closed result that was corrected by hand, or came from another system."""
    (closed,) = close_in_turn((facts(FIRST), TEN))
    (statement,) = closed.run.statements
    by_hand = attrs.evolve(statement, paid=money("90.00"))
    closed = attrs.evolve(closed, run=attrs.evolve(closed.run, statements=[by_hand]))
    found = restate([closed], facts(FIRST, sale("late", "03-01", 10)), TEN, "2020-Q2")
    assert told(found) == [
        ("ana", "2020-Q1", "computation", "", "10.00"),
        ("ana", "2020-Q1", "transaction_new", "late", "1.00"),
    ]
    assert [entry.lines_before for entry in found.restatements()] == [(), ()]


def test_inputs_that_only_fit_together_are_causes_together():
    """The old plan needs the quota that is gone, so neither can be replaced alone."""
    before = policy(plan(component(by_quota("0", "5%", "1", "10%"), accumulate="quarter")))
    closed = close_in_turn((facts(FIRST, quotas=[quota(2000, days("01-01", "04-01"))]), before))
    found = restate(closed, facts(FIRST, sale("late", "03-01", 10)), TEN, "2020-Q2")
    assert told(found) == [
        ("ana", "2020-Q1", "quota+policy", "ana-2020-01-01-amount plan", "50.00"),
        ("ana", "2020-Q1", "transaction_new", "late", "1.00"),
    ]


def test_old_inputs_that_cannot_be_computed_any_more_are_causes_with_the_next():
    (closed,) = close_in_turn((facts(FIRST), TEN))
    broken = attrs.evolve(
        closed, inputs=attrs.evolve(closed.inputs, policy=policy(plan(component(), id="x"), assignments=[assign("y")]))
    )
    found = restate([broken], facts(FIRST, sale("late", "03-01", 10)), TEN, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "transaction_new", "late", "1.00")]


def test_people_who_are_gone_are_kept_until_their_sales_are():
    rules = policy(plan(component()), assignments=[assign(payees=("ana", "ben"), draw=draw(150))])
    ben = sale("b", "01-11", 2000, payee="ben")
    closed = close_in_turn((facts(FIRST, ben, people=("ana", "ben")), rules))
    found = restate(closed, facts(FIRST), rules, "2020-Q2")
    assert sorted(told(found)) == [
        ("ben", "2020-Q1", "person", "ben", "-150"),
        ("ben", "2020-Q1", "transaction_removed", "b", "-50.00"),
    ]
    assert {entry.owed for entry in found.restatements()} == {money("150.00"), money("-150.00")}


def test_who_has_no_statement_any_more_gets_one_for_the_restatement():
    rules = policy(plan(component()), assignments=[assign(effective=days("01-01", "04-01"))])
    found = after_first(facts(FIRST, sale("late", "03-01", 10)), rules)
    (statement,) = found.run.statements
    assert (statement.plans, statement.lines, statement.earned) == ((), (), money(0))
    assert (statement.paid, statement.period.label) == (money("1.00"), "2020-Q2")


def test_a_leaver_owes_what_restating_takes_back():
    rules = policy(plan(component()), assignments=[assign(effective=days("01-01", "04-01"))])
    closed = close_in_turn((facts(FIRST), rules), (facts(), rules))
    (statement,) = closed[1].run.statements
    assert (statement.paid, statement.opening, statement.closing) == (money("0.00"), money(0), money("100.00"))
    later = restate(closed, facts(), rules, "2020-Q3")
    assert later.run.statements == ()
    again = restate(closed, facts(FIRST), rules, "2020-Q3")
    (statement,) = again.run.statements
    assert (statement.paid, statement.opening, statement.closing) == (money(0), money("100.00"), money("0.00"))
    assert [(e.kind, e.amount) for e in statement.balances] == [(BalanceKind.RESTATEMENT_RECOVERED, money("-100.00"))]


def test_a_leaver_whose_draw_is_restated_opens_with_what_was_closed():
    rules = policy(plan(component()), assignments=[assign(effective=days("01-01", "04-01"), draw=draw(500))])
    found = after_first(facts(FIRST, sale("late", "03-01", 1000)), rules)
    (statement,) = found.run.statements
    (entry,) = statement.restatements
    assert (entry.amount, entry.owed, entry.earned) == (money("0.00"), money("-100.00"), money("100.00"))
    assert (statement.opening, statement.closing, statement.paid) == (money("400.00"), money("300.00"), money("0.00"))


@pytest.mark.parametrize(
    ("recovery", "carries", "expected"),
    [
        # (paid, carried) in the second quarter, which earns 30, and in the third, which earns 90
        ("100%", True, [("0.00", "70.00"), ("20.00", "0.00")]),
        ("50%", True, [("15.00", "85.00"), ("45.00", "40.00")]),
        ("33.333%", True, [("20.01", "90.01"), ("60.01", "60.02")]),
        ("100%", False, [("-70.00", "0"), ("90.00", "0")]),
    ],
)
def test_what_restating_takes_back_is_carried_and_recovered(recovery, carries, expected):
    rules = policy(plan(component()), closing=closing(recovery), carry_shortfall=carries)
    later = facts(sale("2", "04-10", 300), sale("3", "07-10", 900))
    closed = close_in_turn((facts(FIRST), rules), (later, rules))
    statements = [*closed[1].run.statements, *restate(closed, later, rules, "2020-Q3").run.statements]
    assert [(s.paid, s.closing) for s in statements] == [(money(paid), money(left)) for paid, left in expected]
    assert statements[1].opening == statements[0].closing
    entries = [entry for s in statements for entry in s.balances]
    assert {entry.policy for entry in entries} <= {"closing"}
    assert [entry.owed for entry in entries] == [entry.amount for entry in entries]
    assert sum(s.paid.amount for s in statements) - statements[-1].closing.amount == 30 + 90 - 100


def test_carried_until_a_period_bears_it_and_not_longer():
    """Exactly at the bound: 100 carried, a quarter that earns 100, 99.99 or 100.01."""
    for earned, paid_out, left in (
        ("1000.00", "0.00", "0.00"),
        ("999.90", "0.00", "0.01"),
        ("1000.10", "0.01", "0.00"),
    ):
        later = facts(sale("3", "07-10", earned))
        closed = close_in_turn((facts(FIRST), TEN), (later, TEN))
        (statement,) = restate(closed, later, TEN, "2020-Q3").run.statements
        assert (str(statement.paid.amount), str(statement.closing.amount)) == (paid_out, left)


def test_new_pay_first_settles_what_is_carried():
    closed = close_in_turn((facts(FIRST), TEN), (facts(), TEN))
    (statement,) = restate(closed, facts(FIRST), TEN, "2020-Q3").run.statements
    assert [str(e.amount.amount) for e in statement.restatements] == ["100.00"]
    assert (statement.paid, statement.opening, statement.closing) == (money("0.00"), money("100.00"), money("0.00"))


def test_a_draw_that_is_restated_changes_what_is_owed_and_not_what_was_paid():
    """100 earned under a draw of 500: 400 owed. With 150 more, 250 owed; the difference is not paid out."""
    rules = policy(plan(component()), assignments=[assign(draw=draw(500, days("01-01", "04-01")))])
    found = after_first(facts(FIRST, sale("late", "03-01", 1500), sale("2", "04-10", 1000)), rules)
    (statement,) = found.run.statements
    (entry,) = statement.restatements
    assert (entry.amount, entry.owed, entry.earned) == (money("0.00"), money("-150.00"), money("150.00"))
    assert (statement.opening, statement.closing, statement.paid) == (money("400.00"), money("150.00"), money("0.00"))


def with_holdback(**assignment):
    """A fifth is held for a quarter."""
    held = attrs.evolve(plan(component()), payouts=[Holdback(id="holdback", share=Rate.parse("20%"), after_periods=1)])
    return policy(held, assignments=[assign(**assignment)])


def test_what_is_held_of_a_restated_sale_is_released_in_its_time():
    """200 more earn 20: 16 belong to the first quarter's pay, 4 were held, and are due in the second."""
    found = after_first(facts(FIRST, sale("late", "03-01", 200)), with_holdback())
    (statement,) = found.run.statements
    (entry,) = statement.restatements
    assert (entry.amount, entry.earned, entry.held) == (money("16.00"), money("20.00"), money("4.00"))
    assert [(e.kind.value, e.amount) for e in statement.balances] == [
        ("released", money("20.00")),
        ("released", money("4.00")),
    ]
    assert (statement.paid, statement.held) == (money("40.00"), None)


def test_a_leaver_whose_held_pay_waits_for_an_event_keeps_it():
    waits = Holdback(id="holdback", share=Rate.parse("20%"), on_event="collected")
    held = attrs.evolve(plan(component()), payouts=[waits])
    rules = policy(held, assignments=[assign(effective=days("01-01", "04-01"))])
    found = after_first(facts(FIRST, sale("late", "03-01", 200)), rules)
    (statement,) = found.run.statements
    assert (statement.paid, statement.held) == (money("16.00"), money("24.00"))
    assert [entry.held for entry in statement.restatements] == [money("4.00")]


def test_an_entry_that_only_changes_what_is_held():
    """All is held until an event; a late sale is paid with it, not now."""
    waits = Holdback(id="holdback", share=Rate.parse("100%"), on_event="collected")
    rules = policy(attrs.evolve(plan(component()), payouts=[waits]))
    found = after_first(facts(FIRST, sale("late", "03-01", 200)), rules)
    (entry,) = found.restatements()
    assert (entry.amount, entry.owed, entry.held, entry.earned) == (
        money("0.00"), money("0"), money("20.00"), money("20.00"),
    )  # fmt: skip


def test_events_and_scores_are_other_facts():
    claw = ProRataClawback(id="claw", events=["lapse"], months=10)
    rules = policy(attrs.evolve(plan(component()), clawbacks=[claw]))
    closed = close_in_turn((facts(FIRST), rules))
    lapsed = attrs.evolve(
        facts(FIRST), pay_events=[PayEvent(day=day("03-10"), payee="ana", event="lapse", transaction="1")]
    )
    assert told(restate(closed, lapsed, rules, "2020-Q2")) == [("ana", "2020-Q1", "fact", "pay_events", "-80.00")]


@pytest.mark.parametrize(
    ("rows", "lapse", "expected"),
    [
        # two of ten months were served
        ([FIRST], ("1", "03-10"), [("fact", "pay_events", "-80.00")]),
        (
            [FIRST, sale("new", "01-05", 500)],
            ("new", "03-06"),
            [("transaction_new", "new", "50.00"), ("fact", "pay_events", "-40.00")],
        ),
        # the lapse lies before the day that the sale had, and after the one that it has now
        (
            [sale("1", "01-05", 900)],
            ("1", "01-07"),
            [("transaction_changed", "1", "-10.00"), ("fact", "pay_events", "-90.00")],
        ),
    ],
)
def test_an_event_of_a_new_or_changed_transaction_comes_after_it(rows, lapse, expected):
    claw = ProRataClawback(id="claw", events=["lapse"], months=10)
    rules = policy(attrs.evolve(plan(component()), clawbacks=[claw]))
    event = PayEvent(day=day(lapse[1]), payee="ana", event="lapse", transaction=lapse[0])
    closed = close_in_turn((facts(FIRST), rules))
    found = told(restate(closed, attrs.evolve(facts(*rows), pay_events=[event]), rules, "2020-Q2"))
    assert sorted((causes, subjects, amount) for _, _, causes, subjects, amount in found) == sorted(expected)


def test_an_event_of_a_sale_that_is_removed_goes_with_it():
    claw = ProRataClawback(id="claw", events=["lapse"], months=10)
    rules = policy(attrs.evolve(plan(component()), clawbacks=[claw]))
    event = PayEvent(day=day("03-10"), payee="ana", event="lapse", transaction="1")
    closed = close_in_turn((attrs.evolve(facts(FIRST), pay_events=[event]), rules))
    assert sorted(told(restate(closed, facts(), rules, "2020-Q2"))) == [
        ("ana", "2020-Q1", "fact", "pay_events", "80.00"),
        ("ana", "2020-Q1", "transaction_removed", "1", "-100.00"),
    ]


def test_what_a_leaver_owes_by_restatements_is_told_in_every_period():
    rules = policy(
        plan(component()), assignments=[assign(effective=days("01-01", "04-01"), draw=draw(5, days("01-01", "02-01")))]
    )
    closed = close_in_turn((facts(FIRST), rules), (facts(), rules))
    found = restate(closed, facts(), rules, "2020-Q3").run
    assert found.statements == ()
    # 100 were paid and taken back; the draw of 5 that was not needed then is paid now, and owed
    assert [(f.code, dict(f.parameters)) for f in found.findings] == [
        ("commissions.balance_owed", {"payee": "ana", "amount": money("100.00")}),
    ]
    plain = policy(plan(component()), assignments=[assign(effective=days("01-01", "04-01"))])
    closed = close_in_turn((facts(FIRST), plain), (facts(), plain))
    assert [dict(f.parameters)["amount"] for f in restate(closed, facts(), plain, "2020-Q3").run.findings] == [
        money("100.00")
    ]


def test_what_was_held_before_is_an_opening_balance():
    rules = with_holdback()
    closed = close_in_turn((facts(FIRST), rules))
    hold = OpeningHold(payee="ana", day=day("01-01"), amount=money(30), policy="holdback", due=day("02-01"))
    found = restate(closed, attrs.evolve(facts(FIRST), opening_holds=[hold]), rules, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "opening_balance", "opening_holds", "30.00")]


def test_an_average_rate_is_an_exchange_rate():
    rules = attrs.evolve(TEN, conversion=ConversionPolicy(measure_rate="average"))
    euro = sale("1", "01-10", 1000, currency="EUR")
    before, after = (
        attrs.evolve(facts(euro), average_rates=ExchangeRates.of([average(number)])) for number in ("1.10", "1.20")
    )
    found = restate(close_in_turn((before, rules)), after, rules, "2020-Q2")
    assert told(found) == [("ana", "2020-Q1", "exchange_rate", "EUR/USD 2020-01-01", "10.00")]


def average(number):
    return ExchangeRate(source="EUR", target="USD", effective=days("01-01", "04-01"), rate=number)


def test_restated_pay_is_converted_at_the_open_periods_rate():
    ana = {"people": [Payee(id="ana", name="Ana", currency="EUR")]}
    rates = [
        ExchangeRate(source="USD", target="EUR", effective=days(start, end), rate=number)
        for start, end, number in (("01-01", "04-01", "0.90"), ("04-01", "07-01", "0.80"))
    ]
    closed = close_in_turn((facts(FIRST, rates=rates, **ana), TEN))
    late = [FIRST, sale("late", "03-01", 200)]
    (statement,) = restate(closed, facts(*late, rates=rates, **ana), TEN, "2020-Q2").run.statements
    assert (statement.paid, statement.payable) == (money("20.00"), money("16.00", "EUR"))
    assert closed[0].run.statements[0].payable == money("90.00", "EUR")
    with pytest.raises(InvalidDocument, match=r"payees\[ana\].currency"):
        restate(closed, facts(*late, rates=rates[:1], **ana), TEN, "2020-Q2")


def test_a_plan_that_pays_in_another_currency_now():
    euros = policy(plan(component(), currency="EUR"))
    euro = sale("1", "01-10", 1000, currency="EUR")
    rates = [rate("1.10")]
    closed = close_in_turn((facts(euro, rates=rates), TEN))
    found = restate(closed, facts(euro, rates=rates), euros, "2020-Q2")
    assert found.totals() == {"EUR": money("100.00", "EUR"), "USD": money("-110.00")}
    assert [(s.currency, str(s.paid.amount), str(s.closing.amount)) for s in found.run.statements] == [
        ("EUR", "100.00", "0"),
        ("USD", "0.00", "110.00"),
    ]


def test_closed_results_never_change():
    closed = close_in_turn((facts(FIRST), TEN), (facts(FIRST, SECOND), TEN))
    before = [pickle.dumps(each.run) for each in closed]
    found = restate(closed, facts(sale("x", "01-02", 5)), TWO_FOUR, "2020-Q3")
    assert [pickle.dumps(each.run) for each in closed] == before
    assert found.run.earlier == (*closed[0].run.statements, *closed[1].run.statements)
    assert all(each.run.earlier == () for each in closed)


def test_what_was_posted_is_not_posted_again():
    late = facts(FIRST, sale("late", "03-01", 200))
    closed = close_in_turn((facts(FIRST), TEN), (late, TEN))
    assert told(restate(closed, late, TEN, "2020-Q3")) == []
    assert told(restate(closed, facts(FIRST), TEN, "2020-Q3")) == [
        ("ana", "2020-Q1", "transaction_removed", "late", "-20.00")
    ]


def test_each_closed_period_has_its_own_entries_in_order():
    rules = policy(plan(component(by_amount("0", "2%", "1000", "4%"), accumulate="year")))
    given = facts(sale("1", "01-10", 800), sale("2", "04-10", 800))
    closed = close_in_turn((given, rules), (given, rules))
    now = facts(*given.transactions, sale("late", "01-20", 300), sale("later", "04-20", 100))
    found = restate(closed, now, attrs.evolve(rules, plans=[attrs.evolve(rules.plans[0], name="renamed")]), "2020-Q3")
    assert told(found) == [
        ("ana", "2020-Q1", "transaction_new", "late later", "8.00"),
        ("ana", "2020-Q2", "transaction_new", "late later", "8.00"),
    ]


def test_findings_tell_the_restatement_and_what_is_owed_now():
    found = after_first(facts(SECOND))
    codes = [finding.code for finding in found.run.findings]
    assert codes == ["commissions.restated", "commissions.balance_owed"]
    restated, owed = found.run.findings
    assert dict(restated.parameters) == {"payee": "ana", "amount": money("-100.00"), "entries": 1}
    assert dict(owed.parameters) == {"payee": "ana", "amount": money("50.00")}


def test_the_finding_on_what_is_owed_is_given_once():
    rules = policy(plan(component()), assignments=[assign(draw=draw(500))])
    found = after_first(facts(FIRST, SECOND, sale("late", "03-01", 10)), rules)
    owed = [finding for finding in found.run.findings if finding.code == "commissions.balance_owed"]
    assert [dict(finding.parameters) for finding in owed] == [{"payee": "ana", "amount": money("849.00")}]


def test_periods_come_in_order_and_without_a_gap():
    closed = close_in_turn((facts(FIRST), TEN), (facts(FIRST), TEN))
    for given, period in (
        (closed, "2020-Q4"),
        (closed, "2020-Q2"),
        (closed[::-1], "2020-Q2"),
        (closed[:1], "2020-Q3"),
    ):
        with pytest.raises(InvalidValue, match="give every period in order"):
            restate(given, facts(FIRST), TEN, period)


def test_the_inputs_of_the_last_close_are_needed_and_older_ones_are_not():
    first, last = close_in_turn((facts(FIRST), TEN), (facts(FIRST), TEN))
    bare = [attrs.evolve(each, inputs=None) for each in (first, last)]
    late = facts(FIRST, sale("late", "03-01", 10))
    expected = restate([first, last], late, TEN, "2020-Q3")
    assert restate([bare[0], last], late, TEN, "2020-Q3") == expected
    with pytest.raises(InvalidValue, match="keep the inputs of the last closed period"):
        restate([first, bare[1]], late, TEN, "2020-Q3")


def test_the_calendar_stays():
    closed = close_in_turn((facts(FIRST), TEN))
    with pytest.raises(InvalidValue, match="keep the calendar"):
        restate(closed, facts(FIRST), TEN, "2020-Q2", calendar=FiscalCalendar(first_month=2))


def test_faults_of_today_stop_the_restatement():
    with pytest.raises(InvalidDocument, match="nobody with this id"):
        after_first(facts(FIRST, sale("x", "01-10", 5, payee="nobody")))


def test_what_is_carried_runs_on_over_several_periods():
    """100 taken back; quarters that earn nothing, 30 and 100."""
    later = facts(sale("3", "07-10", 300), sale("4", "10-10", 1000))
    closed = close_in_turn((facts(FIRST), TEN), (later, TEN), (later, TEN))
    statements = [each.run.statements[0] for each in closed]
    statements += restate(closed, later, TEN, "2020-Q4").run.statements
    assert [(str(s.paid.amount), str(s.closing.amount)) for s in statements] == [
        ("100.00", "0"),
        ("0.00", "100.00"),
        ("0.00", "70.00"),
        ("30.00", "0.00"),
    ]


def test_pay_below_zero_bears_nothing():
    """A pool takes 10 back in the second quarter; the 100 that restating takes are carried whole."""
    pool = TeamPool(
        id="team",
        effective=ALWAYS,
        currency="USD",
        component=component(by_amount("0", "1%"), id="pool", accumulate="year"),
        members=[PoolMember(id="ana", effective=ALWAYS, payees=["ana"])],
        split="equal",
    )
    rules = attrs.evolve(policy(plan(component(), returns="current_measure")), pools=[pool])
    sold, returned = sale("other", "01-11", 1000, payee="ben"), back("r", "04-10", 1000, "other", payee="ben")
    people = {"people": ("ana", "ben")}
    rules = attrs.evolve(rules, assignments=[assign(payees=("ana", "ben"))])
    closed = close_in_turn((facts(FIRST, sold, **people), rules))
    found = restate(closed, facts(sold, returned, **people), rules, "2020-Q2")
    (statement,) = [s for s in found.run.statements if s.payee == "ana"]
    assert [str(e.amount.amount) for e in statement.restatements] == ["-110.00"]
    assert (statement.paid, statement.closing) == (money("-10.00"), money("110.00"))


def test_nothing_owed_is_no_finding():
    found = after_first(facts(FIRST, SECOND, sale("late", "03-31", 200)))
    assert [finding.code for finding in found.run.findings] == ["commissions.restated"]


def test_a_run_keeps_the_version_of_its_rulebook():
    made = inputs(facts(sale("1", "01-10", 100)), policy(plan(component())), version="2020-07")
    run = made.calculate(CALENDAR.period("2020-Q1"))
    assert run.version == "2020-07"
