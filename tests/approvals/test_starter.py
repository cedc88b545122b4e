"""The ladders of the starter rulebook, at both sides of every bound."""

from __future__ import annotations

from pathlib import Path

import pytest
from approval_firm import NOON, directory_of, request_for

from salesrules.approvals import route
from salesrules.core import Money
from salesrules.wire import load_rulebook

POLICY = load_rulebook(Path(__file__).parents[2] / "examples" / "starter-rulebook.toml").section("approvals")


@pytest.mark.parametrize(
    ("act", "bounds"),
    [
        (
            "contract.sign",
            [
                (0, "regional_director"),
                (200_000, "head_of_sales"),
                (500_000, "vice_president"),
                (1_000_000, "president"),
            ],
        ),
        ("expense.travel", [(0, "manager"), (3_000, "head_of_sales"), (10_000, "president")]),
        ("expense.goods", [(0, "head_of_sales"), (500_000, "vice_president"), (2_000_000, "president")]),
    ],
)
def test_the_starter_ladders(act, bounds) -> None:
    before = None
    for bound, step in bounds:
        for amount, expected in ((bound, step), *([(f"{bound - 1}.99", before)] if before else [])):
            request = request_for(amount, act=act, attributes={"template": "standard"})
            found = route(request, POLICY, directory_of(), as_of=NOON)
            assert [one.step.id for one in found.steps if one.step.id != "finance"] == [expected]
            assert [one.step.id for one in found.steps if one.step.id == "finance"] == (
                ["finance"] if act == "contract.sign" and found.amount.amount >= 500_000 else []
            )
        before = step


@pytest.mark.parametrize(
    ("event", "head", "step"),
    [
        ("800", "80", "manager"),
        ("800.01", "80", "vice_president"),
        ("800", "80.01", "vice_president"),
        ("2000", "120", "vice_president"),
        ("2000.01", "80", "president"),
        ("1", "120.01", "president"),
        ("0", "1", "manager"),
    ],
)
def test_entertainment_goes_by_the_event_and_by_the_head(event, head, step) -> None:
    given = {"act": "expense.entertainment", "amounts": {"per_head": Money(head, "CNY")}}
    found = route(request_for(event, attributes={"category": "meal"}, **given), POLICY, directory_of(), as_of=NOON)
    assert [one.step.id for one in found.steps] == [step]
    gift = route(request_for("1", attributes={"category": "gift"}, **given), POLICY, directory_of(), as_of=NOON)
    assert [one.step.id for one in gift.steps] == ["president"]
