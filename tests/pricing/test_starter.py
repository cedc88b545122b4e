"""The ladder of discounts of the starter rulebook, at both sides of every bound."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "approvals"))

from approval_firm import NOON, directory_of

from salesrules import company
from salesrules.core import Decision, Money
from salesrules.org import Act, check_authority
from salesrules.pricing import Buyer, SalesLine, check_price
from salesrules.wire import load_rulebook

BOOK = load_rulebook(company.starter_rulebook())
STRUCTURE = directory_of().structure


def ask(seller: str, price: str) -> Decision:
    def authority(act: Act) -> Decision:
        return check_authority(seller, act, STRUCTURE, BOOK.section("org"), as_of=NOON)

    line = SalesLine(id="1", product="sample", quantity=1, unit_price=Money(price, "CNY"))
    policy = BOOK.section("pricing")
    return check_price(line, Buyer(customer="c"), policy, date(2026, 6, 1), seller=seller, authority=authority)


@pytest.mark.parametrize(
    ("seller", "price", "outcome", "approver"),
    [
        ("ann", "95", "allow", None),  # five per cent are free
        ("ann", "94.99", "refer", "nia"),
        ("ann", "90", "refer", "nia"),
        ("ann", "89.99", "refer", "sam"),
        ("ann", "85", "refer", "sam"),
        ("ann", "84.99", "refer", "vic"),
        ("ann", "75", "refer", "vic"),
        ("ann", "74.99", "refer", "pam"),  # below the floor
        ("ann", "67.50", "refer", "pam"),
        ("ann", "67.49", "deny", None),
        ("nia", "90", "allow", None),
        ("nia", "89.99", "refer", "sam"),
        ("vic", "75", "allow", None),
        ("vic", "74.99", "refer", "pam"),
        ("pam", "67.50", "allow", None),
        ("pam", "67.49", "deny", None),
    ],
)
def test_who_may_give_which_discount(seller, price, outcome, approver) -> None:
    found = ask(seller, price)
    assert found.outcome.value == outcome
    assert [one.approver for one in found.approvals] == ([approver] if approver else [])
