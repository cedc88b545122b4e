"""When a sale is credited: booking, delivery, invoice, cash; what still waits; returns under each."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    amounts,
    back,
    by_amount,
    check_credit_facts,
    check_policy,
    component,
    credit_transactions,
    day,
    direct,
    explain_line,
    facts,
    find_occurrences,
    list_pending,
    money,
    pay,
    plan,
    policy,
    run,
    sale,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import Payment, Trigger, TriggerTerms, safe_day
from salesrules.core import total


def waits(on, **terms):
    return [attrs.evolve(direct(), trigger=TriggerTerms(on=on, **terms))]


def paid(transaction, *payments, currency="USD"):
    """`("01-10", 50)` or `("01-10", 50, "02-01")`, with the day on which a cheque is due."""
    made = [
        Payment(day=day(p[0]), amount=money(p[1], currency), due=day(p[2]) if len(p) > 2 else None) for p in payments
    ]
    return attrs.evolve(transaction, payments=made)


def credits(*transactions, crediting):
    return [(c.key, str(c.day)) for c in credit_transactions(facts(*transactions), policy(crediting=crediting))]


@pytest.mark.parametrize(("on", "expected"), [("booking", "01-10"), ("delivery", "02-10"), ("invoice", "03-10")])
def test_a_sale_is_credited_on_the_day_of_its_trigger(on, expected):
    sold = attrs.evolve(sale("s", "01-10", 100), delivered=day("02-10"), invoiced=day("03-10"))
    assert credits(sold, crediting=waits(on)) == [("s", f"2020-{expected}")]


@pytest.mark.parametrize("on", ["delivery", "invoice", "cash"])
def test_nothing_is_credited_before_the_trigger_or_before_booking(on):
    sold = sale("s", "01-10", 100)
    assert credits(sold, crediting=waits(on)) == []
    early = attrs.evolve(paid(sold, ("01-09", 100)), delivered=day("01-09"), invoiced=day("01-09"))
    assert credits(early, crediting=waits(on)) == [("s", "2020-01-10")]


@pytest.mark.parametrize(("delivered", "period"), [("03-31", "2020-Q1"), ("04-01", "2020-Q2")])
def test_pay_stands_in_the_period_of_the_trigger(delivered, period):
    sold = attrs.evolve(sale("s", "01-10", 100), delivered=day(delivered))
    rules = policy(plan(component()), crediting=waits("delivery"))
    given_facts = facts(sold)
    assert [label for label in ("2020-Q1", "2020-Q2") if pay(given_facts, rules, label).lines] == [period]
    pending = run(given_facts, rules, "2020-Q1").pending
    assert [(p.trigger, p.expected) for p in pending] == (
        [] if period == "2020-Q1" else [("delivery", date(2020, 4, 1))]
    )


def test_a_return_is_not_credited_before_its_sale():
    sold = attrs.evolve(sale("s", "01-10", 100), delivered=day("02-10"))
    given_back = [back("r", "01-20", 10, "s"), back("r2", "02-20", 10, "s")]
    assert credits(sold, *given_back, crediting=waits("delivery")) == [
        ("s", "2020-02-10"),
        ("r", "2020-02-10"),
        ("r2", "2020-02-20"),
    ]
    assert credits(attrs.evolve(sold, delivered=None), *given_back, crediting=waits("delivery")) == []


# --- cash ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payment", "expected"),
    [(("01-10", 1), "01-20"), (("01-10", 1, "01-15"), "01-25"), (("01-10", 1, "01-05"), "01-20")],
)
def test_a_payment_is_safe_after_its_cheque_is_due_and_the_safety_days_are_over(payment, expected):
    (made,) = paid(sale("s", "01-01", 1), payment).payments
    assert safe_day(made, TriggerTerms(on="cash", safety_days=10)) == day(expected)


def test_part_payments_pay_pro_rata_and_sum_to_the_whole():
    sold = paid(sale("s", "01-10", 100), ("02-01", "33.33"), ("01-20", "33.33"), ("04-01", "33.34"))
    rules = policy(plan(component()), crediting=waits("cash"))
    first, second = (pay(facts(sold), rules, label) for label in ("2020-Q1", "2020-Q2"))
    assert [(x.id, f"{x.measured:.2f}", str(x.amount.amount)) for x in first.lines] == [
        ("s#1/pay/direct", "33.33", "3.33"),
        ("s#2/pay/direct", "33.33", "3.33"),
    ]
    assert [f"{x.measured:.2f}" for x in second.lines] == ["33.34"]
    (waiting,) = run(facts(sold), rules, "2020-Q1").pending
    assert (waiting.part, waiting.expected) == (Fraction(3334, 10000), date(2020, 4, 1))


def test_what_is_not_paid_is_pending_and_told():
    sold = paid(sale("s", "01-10", 100), ("02-01", 75))
    rules = policy(plan(component()), crediting=waits("cash"))
    result = run(facts(sold, sale("late", "04-01", 1)), rules)
    (waiting,) = result.pending
    assert (waiting.transaction.id, waiting.payee, waiting.part, waiting.expected) == ("s", "ana", Fraction(1, 4), None)
    (told,) = [f for f in result.findings if f.code == "commissions.pending"]
    assert dict(told.parameters) == {"payee": "ana", "trigger": "cash", "credits": 1}
    assert list_pending(facts(sold), rules, day("02-01"))[0].part == Fraction(3, 4)


def test_a_sale_for_nothing_waits_for_no_cash():
    assert credits(sale("s", "01-10", 0), crediting=waits("cash")) == [("s", "2020-01-10")]


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=6), st.integers(0, 4), st.sampled_from(["97.03", "-1", "1"]))
def test_parts_of_any_measure_sum_to_it(cents, digits, measure):
    whole = sum(cents)
    sold = sale("s", "01-10", Decimal(whole) / 100)
    sold = paid(sold, *((f"02-{n:02}", Decimal(cent) / 100) for n, cent in enumerate(cents, 1)))
    found = find_occurrences(sold, sold, TriggerTerms(on="cash", digits=digits))
    assert sum(o.share for o in found) == 1
    parts = [o.part.of(Decimal(measure)) if o.part else Decimal(measure) for o in found]
    assert sum(parts, Decimal(0)) == Decimal(measure)


def test_parts_of_every_measure_are_explained():
    sold = paid(sale("s", "01-10", 100, cost="39.99", quantity=7), ("02-01", 30), ("02-02", 70))
    for measure in ("amount", "margin", "quantity", "count"):
        statement = pay(facts(sold), policy(plan(component(measure=measure)), crediting=waits("cash")))
        whole = {"amount": 100, "margin": Decimal("60.01"), "quantity": 7, "count": 1}[measure]
        assert sum(line.measured for line in statement.lines) == whole
        for line in statement.lines:
            explained = explain_line(line)
            assert explained.recompute() == line.amount.amount
            assert "commissions.label.part" in str(explained)
            assert all(name in str(explained) for name in ("part_before", "part_after", "paid_share"))


# --- returns under cash ----------------------------------------------------------------------------------------------


def test_a_return_takes_back_what_is_paid_back():
    sold = paid(sale("s", "01-10", 100), ("01-20", 100))
    given_back = paid(back("r", "02-01", 50, "s"), ("02-10", -20), ("02-20", -30))
    for returns in ("original_terms", "current_measure"):
        rules = policy(plan(component(), returns=returns), crediting=waits("cash"))
        assert amounts(pay(facts(sold, given_back), rules)) == ["10.00", "-2.00", "-3.00"]


def test_a_return_of_what_was_never_paid_takes_nothing_back():
    sold = paid(sale("s", "01-10", 100), ("01-20", 50))
    rules = policy(plan(component()), crediting=waits("cash"))
    result = run(facts(sold, back("r", "02-01", 50, "s")), rules)
    assert amounts(result.statements[0]) == ["5.00"]
    assert [p.transaction.id for p in result.pending] == ["s", "r"]


def test_a_refund_is_a_share_of_what_came_in_so_that_all_of_it_takes_all_back():
    sold = paid(sale("s", "01-10", 100), ("01-20", 30), ("01-21", 30))
    given_back = paid(back("r", "02-01", 100, "s"), ("02-10", -60))
    statement = pay(facts(sold, given_back), policy(plan(component()), crediting=waits("cash")))
    assert amounts(statement) == ["3.00", "3.00", "-3.00", "-3.00"]
    assert len({line.id for line in statement.lines}) == 4
    assert statement.earned == money(0)
    before = paid(back("r", "01-10", 100, "s"), ("01-15", -60))
    statement = pay(facts(sold, before), policy(plan(component()), crediting=waits("cash")))
    assert amounts(statement) == ["3.00", "3.00", "-3.00", "-3.00"]


@pytest.mark.parametrize(
    ("refunds", "expected"),
    [
        # 30 came in on the 20th of January; a cheque of 30 counts from the first of March.
        ([("01-25", -30)], [("r", "01-25", 1)]),
        ([("01-25", "-30.01")], [("r", "03-01", Fraction(3001, 6000))]),
        ([("01-10", -10)], [("r", "01-20", Fraction(1, 3))]),
        ([("01-21", -20), ("01-22", -20)], [("r", "01-21", Fraction(2, 3)), ("r", "03-01", Fraction(1, 2))]),
        ([("03-02", -60)], [("r", "03-02", 1)]),
    ],
)
def test_a_refund_takes_nothing_back_before_as_much_has_come_in(refunds, expected):
    sold = paid(sale("s", "01-10", 100), ("01-20", 30), ("01-20", 30, "03-01"))
    given_back = paid(back("r", "01-10", 100, "s"), *refunds)
    found = credit_transactions(facts(sold, given_back), policy(crediting=waits("cash")))
    assert [
        (c.transaction.id, f"{c.day:%m-%d}", c.returned) for c in found if c.transaction.kind.value == "return"
    ] == expected


def test_refunds_of_what_never_came_in_have_no_day_to_wait_for():
    """`check_credit_facts` refuses them; on their own they take back nothing."""
    sold, given_back = sale("s", "01-10", 100), paid(back("r", "01-12", 100, "s"), ("01-15", -60))
    (found, waiting) = find_occurrences(given_back, sold, TriggerTerms(on="cash"))
    assert (found.day, found.returned, waiting.day) == (day("01-15"), 0, None)


PAID = st.lists(st.tuples(st.integers(1, 28), st.integers(1, 60)), min_size=1, max_size=4)


@settings(deadline=None)
@given(PAID, PAID, st.sampled_from(["line", "cumulative"]), st.booleans())
def test_what_is_paid_back_in_all_takes_back_all_that_was_paid(came, went, level, two_returns):
    """Payments and refunds by turns, at two rates, in two months: whatever the order, nothing is left."""
    whole = sum(amount for _, amount in came)
    refunds, left = [], whole
    for on, amount in went[:-1]:
        refunds.append((on, min(amount, left)))
        left -= refunds[-1][1]
    refunds.append((went[-1][0], left))
    refunds = [(f"02-{on:02}", -amount) for on, amount in refunds if amount]
    sold = paid(sale("s", "01-01", 480), *((f"02-{on:02}", amount) for on, amount in came))
    cut = len(refunds) // 2 if two_returns else 0
    backs = [paid(back("r1", "01-02", 240, "s"), *refunds[:cut]), paid(back("r2", "01-02", 240, "s"), *refunds[cut:])]
    crediting = waits("cash", safety_days=14)
    for terms in ("original_terms", "current_measure"):
        rules = policy(
            plan(component(by_amount("0", "2.3%", "40", "7.7%")), level=level, returns=terms),
            crediting=crediting,
            pay_period="month",
        )
        result = run(facts(sold, *backs), rules, "2020-M03")
        lines = [line for s in (*result.earlier, *result.statements) for line in s.lines]
        if terms == "original_terms":
            assert sum(line.amount.amount for line in lines) == 0
        else:
            assert sum(line.measured for line in lines) == 0


def test_a_refund_between_two_payments_takes_back_what_was_paid_by_then():
    """30 at 2 % and 20 % of 30 above: the refund of 15 takes half of the first 0.60, not of both."""
    sold = paid(sale("s", "01-10", 100), ("01-20", 30), ("01-30", 30))
    given_back = paid(back("r", "01-12", 30, "s"), ("01-25", -15), ("02-10", -15))
    table = by_amount("0", "2%", "30", "20%")
    statement = pay(facts(sold, given_back), policy(plan(component(table)), crediting=waits("cash")))
    taken = [(line.id, str(line.amount.amount)) for line in statement.lines if line.reversal]
    # The second refund takes 15 of the 45 that are kept: a third of what is left of each line.
    assert taken == [("r#1/pay/direct/1", "-0.30"), ("r#2/pay/direct/1", "-0.10"), ("r#2/pay/direct/2", "-2.00")]


def test_two_returns_of_one_sale_share_what_is_paid_back():
    """Of 60 kept 20 go back for one return and 40 for the other: a third, then all of the rest."""
    sold = paid(sale("s", "01-10", 100), ("01-20", 60))
    backs = [
        paid(back("r1", "01-12", 50, "s"), ("02-11", -40)),
        paid(back("r2", "01-12", 50, "s"), ("02-10", -20)),
    ]
    found = credit_transactions(facts(sold, *backs), policy(crediting=waits("cash")))
    assert {c.transaction.id: c.returned for c in found} == {"s": None, "r1": 1, "r2": Fraction(1, 3)}


# --- faults ----------------------------------------------------------------------------------------------------------


def faults(*transactions):
    found = check_credit_facts(facts(*transactions), policy())
    return [(f.code.removeprefix("commissions."), f.path) for f in found]


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("100", "USD", []),
        ("100.01", "USD", ["overpaid"]),
        ("0", "USD", ["payment_sign"]),
        ("-1", "USD", ["payment_sign"]),
        ("1", "EUR", ["payment_currency"]),
    ],
)
def test_payments_fit_their_sale(amount, currency, expected):
    sold = paid(sale("s", "01-10", 100, source="orders.csv:2"), ("01-10", amount), currency=currency)
    assert faults(sold) == [(code, "orders.csv:2") for code in expected]


def test_no_more_is_paid_back_than_came_in():
    sold = paid(sale("s", "01-10", 100), ("01-20", 60))
    first, second = (back(id, "02-01", 40, "s") for id in ("r1", "r2"))
    assert faults(sold, paid(first, ("02-02", -30)), paid(second, ("02-02", -30))) == []
    assert faults(sold, paid(first, ("02-02", -30)), paid(second, ("02-02", "-30.01"))) == [
        ("refunded_too_much", "transactions[r2]")
    ]
    assert faults(sold, paid(first, ("02-02", 1))) == [("payment_sign", "transactions[r1]")]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"on": "cash", "safety_days": -1}, "safety_days"),
        ({"on": "cash", "safety_days": 367}, "safety_days"),
        ({"on": "invoice", "safety_days": 1}, "safety_days"),
        ({"on": "cash", "digits": 13}, "digits"),
        ({"on": "cash", "digits": -1}, "digits"),
    ],
)
def test_faults_of_a_trigger(terms, field):
    found = check_policy(policy(plan(component()), crediting=waits(**terms)))
    assert [(f.code, f.path) for f in found] == [(f"commissions.{field}", f"crediting[0].trigger.{field}")]


def test_the_bounds_of_a_trigger_are_allowed():
    for terms in ({"safety_days": 366}, {"safety_days": 0}, {"digits": 0}, {"digits": 12}):
        assert check_policy(policy(plan(component()), crediting=waits(Trigger.CASH, **terms))) == ()


# --- returns as a count ----------------------------------------------------------------------------------------------


def test_a_count_falls_only_when_all_has_come_back():
    rules = policy(plan(component(measure="count"), returns="current_measure"))
    deals = [sale("s", "01-10", 100), back("r1", "01-20", "60", "s"), back("r2", "01-21", "39.99", "s")]
    assert [str(x.measured.normalize()) for x in pay(facts(*deals), rules).lines] == ["1", "0", "0"]
    last = back("r3", "01-22", "0.01", "s")
    lines = pay(facts(*deals, last), rules).lines
    assert [str(x.measured.normalize()) for x in lines] == ["1", "0", "0", "-1"]
    assert total([x.amount for x in lines]) == money(0)
