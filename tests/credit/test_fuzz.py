"""Accounts from outside with anything in them: they are read and judged, or an error says what is wrong."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from salesrules.core import DateRange, Money, SalesRulesError
from salesrules.credit import (
    Allocation,
    Collateral,
    CreditRequest,
    CustomerAccount,
    OtherExposure,
    Receipt,
    calculate_ageing,
    calculate_open_items,
    calculate_standing,
    check_credit,
)
from salesrules.testing.spoiled_documents import SPOILING, spoiled
from salesrules.wire import stored_kind

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


def test_a_spoiled_account_is_judged_or_refused(account, make_rule, make_policy, make_standing) -> None:
    policy = make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "refer"))])
    document, limit = ACCOUNTS.dump(account), make_standing().limit

    def judge(data: Any) -> None:
        read = ACCOUNTS.load(data)
        standing = calculate_standing(read, policy, DAY, grade="A", limit=limit)
        calculate_ageing(calculate_open_items(read, DAY), policy, DAY)
        request = CreditRequest(order="o9", customer=read.customer, amount=cny(1), requested_by="li")
        check_credit(request, standing, policy, DAY)

    judge(document)

    @settings(max_examples=150, deadline=None)
    @given(**SPOILING)
    def one(place: int, value: Any, kind: str) -> None:
        with contextlib.suppress(SalesRulesError):
            judge(spoiled(document, place, value, kind))

    one()
