"""Accounts from outside with anything in them: they are read and judged, or an error says what is wrong."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

from salesrules import company
from salesrules.core import ApprovalEvidence, DateRange, Money, SalesRulesError
from salesrules.credit import (
    Allocation,
    Collateral,
    CreditLimit,
    CreditProfile,
    CreditRelease,
    CreditRequest,
    CustomerAccount,
    OtherExposure,
    Receipt,
    calculate_ageing,
    calculate_allowance,
    calculate_dunning,
    calculate_grade,
    calculate_open_items,
    calculate_standing,
    check_credit,
)
from salesrules.testing.spoiled_documents import SPOILING, spoiled
from salesrules.wire import load_rulebook, stored_kind

STARTER = load_rulebook(company.starter_rulebook()).section("credit")
DAY = date(2026, 6, 1)
ACCOUNTS = stored_kind(CustomerAccount, name="account")


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def account(make_order, make_delivery, make_invoice, make_item) -> CustomerAccount:
    parts = [Allocation(invoice="i1", amount=cny(30))]
    return CustomerAccount(
        customer="c1",
        orders=[make_order("o1", (10, "99.90")), make_order("o2", copied_from="o1", status="closed")],
        deliveries=[make_delivery("d1", "o1", "1", 6)],
        invoices=[
            make_invoice("i1", 200, ("o1", "1", 2)),
            make_invoice("n1", 50, is_credit_note=True, corrects="i1"),
        ],
        receipts=[Receipt(id="r1", customer="c1", day=DAY, amount=cny(40), allocations=parts, order="o1")],
        items=[make_item("x", 5, date(2026, 5, 1))],
        others=[OtherExposure(id="g", amount=cny(7), effective=DateRange(DAY))],
        collaterals=[Collateral(id="k", amount=cny(3), effective=DateRange(DAY, date(2026, 7, 1)))],
    )


def test_a_spoiled_account_is_judged_or_refused(account, make_standing) -> None:
    policy = STARTER
    document, limit = ACCOUNTS.dump(account), make_standing().limit

    def judge(data: Any) -> None:
        read = ACCOUNTS.load(data)
        standing = calculate_standing(read, policy, DAY, grade="A", limit=limit)
        items = calculate_open_items(read, DAY)
        calculate_ageing(items, policy, DAY)
        calculate_allowance(items, policy, DAY)
        calculate_dunning(items, policy, DAY)
        request = CreditRequest(order="o9", customer=read.customer, amount=cny(1), requested_by="li")
        check_credit(request, standing, policy, DAY)

    judge(document)

    @settings(max_examples=150, deadline=None)
    @given(**SPOILING)
    def one(place: int, value: Any, kind: str) -> None:
        with contextlib.suppress(SalesRulesError):
            judge(spoiled(document, place, value, kind))

    one()


@pytest.mark.parametrize("day", [date.min, date.max])
def test_whoever_writes_the_last_day_of_the_calendar_means_never(account, day) -> None:
    """No limit to review, nothing due, no new customer: every check answers, at both ends of the calendar."""
    limit = CreditLimit(customer="c1", amount=cny(10**6), effective=DateRange(date.min), review_due=day)
    invoices = [attrs.evolve(one, due=date.max) for one in account.invoices]
    items = [attrs.evolve(one, issued=date.min, due=day) for one in account.items]
    standing = calculate_standing(
        attrs.evolve(account, invoices=invoices, items=items), STARTER, DAY, grade="A", limit=limit
    )
    request = CreditRequest(order="o9", customer="c1", amount=cny(1), requested_by="li")
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    evidence = ApprovalEvidence(approver="boss", act="credit.release", subject="o9", route="r", at=at)
    release = CreditRelease(order="o9", amount=cny(1), evidence=evidence)
    found = check_credit(request, standing, STARTER, DAY, release=release)
    assert ("credit.review_expired" in [reason.code for reason in found.reasons]) is (day == date.min)
    assert len(calculate_dunning(items, STARTER, DAY)) == 0  # too small
    profile = CreditProfile(customer="c1", since=day, measures={"payment": 95, "volume": 95})
    assert (calculate_grade(profile, STARTER, DAY).findings == ()) is (day == date.min)
