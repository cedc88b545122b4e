"""Trade terms: which hold, what they make of an invoice, and when somebody must approve them."""

from __future__ import annotations

from datetime import date

import pytest

from salesrules.core import AmbiguousDay, DateRange, InvalidValue, MissingDay, Money, Outcome, Rate
from salesrules.customers import TradeTerms, calculate_due_day, calculate_payable, check_terms, find_terms

DAY = date(2024, 3, 1)


def terms(**changes) -> TradeTerms:
    given = {"customer": "c1", "effective": DateRange(date(2024, 1, 1)), "payment_days": 30}
    return TradeTerms(**(given | changes))


def test_the_terms_of_a_day() -> None:
    old = terms(effective=DateRange(date(2023, 1, 1), date(2024, 1, 1)))
    both = [old, terms(), terms(customer="c2", payment_days=9)]
    assert find_terms("c1", both, date(2023, 12, 31)) is old
    assert find_terms("c1", both, date(2024, 1, 1)) is both[1]
    with pytest.raises(MissingDay):
        find_terms("c1", both, date(2022, 12, 31))
    with pytest.raises(AmbiguousDay):
        find_terms("c1", [terms(), terms()], DAY)


@pytest.mark.parametrize(
    ("basis", "invoiced", "due"),
    [
        ("invoice", date(2024, 1, 31), date(2024, 3, 1)),  # the 29th of February counts
        ("invoice", date(2023, 1, 31), date(2023, 3, 2)),
        ("month_end", date(2024, 2, 1), date(2024, 3, 30)),
        ("month_end", date(2024, 2, 29), date(2024, 3, 30)),
    ],
)
def test_payment_days_count_from_the_invoice_or_the_end_of_its_month(basis, invoiced, due) -> None:
    assert calculate_due_day(terms(basis=basis), invoiced) == due


@pytest.mark.parametrize(("paid", "owed"), [(date(2024, 3, 11), "931.000"), (date(2024, 3, 12), "950")])
def test_discounts_follow_one_another_exactly(paid, owed) -> None:
    given = terms(discount=Rate.parse("5%"), early_days=10, early_discount=Rate.parse("2%"))
    assert calculate_payable(given, Money(1000, "CNY"), DAY, paid) == Money(owed, "CNY")
    assert calculate_payable(terms(), Money(1000, "CNY"), DAY, paid) == Money(1000, "CNY")
    with pytest.raises(InvalidValue):
        calculate_payable(given, Money(1000, "CNY"), DAY, date(2024, 2, 29))


def test_terms_at_the_limit_pass_and_above_are_referred(policy, customer, codes) -> None:
    best = terms(payment_days=60, discount=Rate.parse("5%"), early_days=1, early_discount=Rate.parse("2%"))
    assert check_terms(best, customer(), policy, DAY).outcome is Outcome.ALLOW
    more = terms(payment_days=61, discount=Rate.parse("5.1%"), early_days=1, early_discount=Rate.parse("2.1%"))
    decision = check_terms(more, customer(), policy, DAY)
    assert (decision.outcome, codes(decision)) == (Outcome.REFER, ["terms_above_limit"] * 3)
    assert [reason.path for reason in decision.reasons] == ["payment_days", "discount", "early_discount"]
    assert [(one.approver, one.act) for one in decision.approvals] == [("head-of-sales", "customer.terms")]
    assert check_terms(best, customer(customer_class="B"), policy, DAY).approvals[0].approver == "regional-director"


def test_terms_without_a_rule_are_denied_and_strangers_refused(policy, draft, customer, codes) -> None:
    assert codes(check_terms(terms(), customer(customer_class="Z"), policy, DAY)) == ["terms_without_rule"]
    with pytest.raises(InvalidValue, match="give the terms of c2"):
        check_terms(terms(), customer("c2"), policy, DAY)
    decision = check_terms(terms(payment_days=99), customer(), draft, DAY)
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"payment_days": -1}, {"payment_days": True}, {"discount": Rate(1)}, {"discount": Rate("-0.1")},
        {"early_days": 31, "early_discount": Rate("0.1")}, {"early_days": 5}, {"early_discount": Rate("0.1")},
    ],
)  # fmt: skip
def test_impossible_terms_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue):
        terms(**wrong)
