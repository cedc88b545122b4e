"""Transactions and facts: what a value cannot hold, and every fault of the facts at once."""

from fractions import Fraction

import pytest
from commissions.firm import CALENDAR, back, check_facts, day, facts, money, plan, policy, run, sale

from salesrules.commissions import CommissionFacts, OpeningBalance, Payee, Transaction, TransactionKind, override_role
from salesrules.commissions.rules.fact_checks import check_opening_days, returned_shares
from salesrules.core import InvalidDocument, InvalidValue, PeriodKind


def transaction(kind, amount=0, quantity=0, cost=None, original=None, cost_currency="USD"):
    return Transaction(
        id="t",
        day=day("01-01"),
        payee="ana",
        kind=kind,
        amount=money(amount),
        quantity=quantity,
        cost=None if cost is None else money(cost, cost_currency),
        original=original,
    )


@pytest.mark.parametrize("field", ["amount", "quantity", "cost"])
def test_a_sale_is_zero_or_more_and_a_return_zero_or_less(field):
    for kind, good, bad in (("sale", "0.01", "-0.01"), ("return", "-0.01", "0.01")):
        assert transaction(kind, **{field: good}).kind is TransactionKind(kind)
        assert transaction(kind, **{field: "0"}).amount == money(0)
        with pytest.raises(InvalidValue, match=field) as caught:
            transaction(kind, **{field: bad})
        assert caught.value.field == field


def test_only_a_return_names_an_original():
    assert transaction("return", original="s").original == "s"
    assert transaction("return").original is None
    with pytest.raises(InvalidValue, match="only a return"):
        transaction("sale", original="s")


def test_cost_is_in_the_currency_of_the_amount():
    with pytest.raises(InvalidValue, match="currency of the amount, USD"):
        transaction("sale", cost=1, cost_currency="EUR")


def test_payees_are_kept_by_their_own_ids():
    ana, bo = Payee(id="ana", name="Ana"), Payee(id="bo", name="Bo")
    assert dict(facts(people=[ana, bo]).payees) == {"ana": ana, "bo": bo}
    mapped = CommissionFacts(transactions=(), payees={"x": ana}, hierarchies=facts().hierarchies)
    assert dict(mapped.payees) == {"ana": ana}
    with pytest.raises(TypeError):
        mapped.payees["cy"] = bo


def test_two_payees_with_one_id_are_refused():
    with pytest.raises(InvalidValue, match="two payees"):
        facts(people=[Payee(id="ana", name="Ana"), Payee(id="ana", name="Anna")])


def test_the_role_of_a_manager_tells_the_level():
    assert [override_role(level) for level in (1, 2, 10)] == ["override_1", "override_2", "override_10"]


def found(given):
    return [(fault.code.removeprefix("commissions."), fault.path, fault.value) for fault in check_facts(given)]


def test_facts_without_fault():
    assert found(facts()) == []
    assert found(facts(sale("s", "01-10", 100), back("r", "01-10", 100, "s"))) == []


def test_every_fault_of_the_facts_comes_at_once_with_its_place():
    given = facts(
        sale("s", "01-10", 100, source="a.csv:2"),
        sale("s", "01-11", 100, source="a.csv:3"),
        sale("x", "01-10", 100, payee="anna"),
        back("r1", "01-12", 1, "nothing"),
        openings=[
            OpeningBalance(payee="ana", day=day("01-01"), owed=money(1)),
            OpeningBalance(payee="ana", day=day("04-01"), owed=money(1)),
            OpeningBalance(payee="zed", day=day("01-01"), owed=money(1)),
        ],
    )
    assert found(given) == [
        ("duplicate_transaction", "a.csv:3", "s"),
        ("unknown_payee", "transactions[x]", "anna"),
        ("unfit_return", "transactions[r1]", "nothing"),
        ("duplicate_opening_balance", "opening_balances[1].payee", "ana"),
        ("unknown_payee", "opening_balances[2].payee", "zed"),
    ]
    assert "a.csv:2" in check_facts(given)[0].problem
    with pytest.raises(InvalidDocument) as caught:
        run(given, policy(plan()))
    assert len(caught.value.faults) == 5, "calculating refuses with all of them"


def test_an_unknown_payee_is_named_with_the_nearest_known_one():
    near, far = (check_facts(facts(sale("s", "01-10", 1, payee=who)))[0].remedy for who in ("anna", "zzz"))
    assert near == "add the person, or did you mean 'ana'"
    assert far == "add the person"


def returns(*backs, amount="100", quantity=0, sold="01-10"):
    return [path for _, path, _ in found(facts(sale("s", sold, amount, quantity=quantity), *backs))]


@pytest.mark.parametrize(("on", "faults"), [("01-09", ["transactions[r]"]), ("01-10", []), ("01-11", [])])
def test_a_return_before_its_sale_is_a_fault(on, faults):
    assert returns(back("r", on, 1, "s")) == faults


@pytest.mark.parametrize(("second", "faults"), [("39.99", []), ("40", []), ("40.01", ["transactions[r2]"])])
def test_more_returned_than_sold_is_a_fault(second, faults):
    assert returns(back("r1", "01-11", 60, "s"), back("r2", "01-12", second, "s")) == faults
    assert returns(back("r2", "01-12", second, "s"), back("r1", "01-11", 60, "s")) == faults


def test_of_two_returns_on_one_day_the_later_id_is_the_one_too_many_in_any_order():
    one, two = back("r1", "01-11", 60, "s"), back("r2", "01-11", 60, "s")
    assert returns(one, two) == returns(two, one) == ["transactions[r2]"]


def test_a_sale_of_nothing_is_returned_by_quantity():
    assert (
        returns(back("r1", "01-11", 0, "s", quantity=2), back("r2", "01-12", 0, "s", quantity=1), amount=0, quantity=3)
        == []
    )
    assert returns(back("r1", "01-11", 0, "s", quantity=4), amount=0, quantity=3) == ["transactions[r1]"]


def test_a_return_that_is_too_large_does_not_make_those_after_it_faults():
    assert returns(back("r1", "01-11", "100.01", "s"), back("r2", "01-12", 100, "s")) == ["transactions[r1]"]


def test_a_return_without_original_of_a_return_or_in_another_currency_is_a_fault():
    assert returns(back("r", "01-11", 1, None)) == ["transactions[r]"]
    (fault,) = check_facts(facts(sale("s", "01-10", 1), back("r", "01-11", 1, None)))
    assert fault.value is None
    assert returns(back("r1", "01-11", 1, "s"), back("r2", "01-11", 1, "r1")) == ["transactions[r2]"]
    assert returns(back("r", "01-11", 1, "s", currency="EUR")) == ["transactions[r]"]


def test_the_share_returned_is_that_of_the_amounts_else_of_the_quantities_else_all():
    transactions = [
        sale("amount", "01-10", 90, quantity=5),
        sale("quantity", "01-10", 0, quantity=5),
        sale("nothing", "01-10", 0),
        back("r1", "01-11", 30, "amount", quantity=5),
        back("r2", "01-11", 0, "quantity", quantity=2),
        back("r3", "01-11", 0, "nothing"),
        back("r4", "01-11", 1, "unknown"),
        back("r5", "01-11", 0, "amount", quantity=5),
    ]
    assert returned_shares({t.id: t for t in transactions}) == {
        "r1": Fraction(1, 3),
        "r2": Fraction(2, 5),
        "r3": Fraction(1),
        "r5": Fraction(0),
    }


@pytest.mark.parametrize(("on", "fine"), [("01-01", True), ("01-02", False), ("03-31", False), ("04-01", True)])
def test_an_opening_balance_opens_a_pay_period(on, fine):
    given = facts(openings=[OpeningBalance(payee="ana", day=day(on), owed=money(1))])
    faults = list(check_opening_days(given, PeriodKind.QUARTER, CALENDAR))
    assert [(f.code, f.path, f.value) for f in faults] == (
        [] if fine else [("commissions.opening_day", "opening_balances[0].day", f"2020-{on}")]
    )
    if not fine:
        assert faults[0].remedy == "give such a day, as 2020-01-01"
        with pytest.raises(InvalidDocument, match="first day of a quarter"):
            run(given, policy(plan()))
