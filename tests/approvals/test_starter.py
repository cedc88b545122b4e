"""The ladders of the starter rulebook, at both sides of every bound."""

from __future__ import annotations

from pathlib import Path

import pytest
from approval_firm import NOON, directory_of, request_for

from salesrules.approvals import route
from salesrules.core import Money, Outcome
from salesrules.wire import load_rulebook

BOOK = load_rulebook(Path(__file__).parents[2] / "examples" / "starter-rulebook.toml")
POLICY = BOOK.section("approvals")


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


def test_two_bills_of_one_event_add_up() -> None:
    given = {
        "act": "expense.entertainment", "attributes": {"category": "meal"}, "amounts": {"per_head": Money(1, "CNY")},
    }  # fmt: skip
    first, second = (request_for("400.01", id=id, **given) for id in ("r0", "r1"))
    for related, step in (([], "manager"), ([first], "vice_president")):
        found = route(second, POLICY, directory_of(), as_of=NOON, related=related)
        assert [one.step.id for one in found.steps] == [step]


def acts_that_want_evidence() -> dict[str, str]:
    """Every act for which a section of the starter wants evidence of an approval, by where it says so."""
    contracts, credit, expenses = (BOOK.section(name) for name in ("contracts", "credit", "expenses"))
    quotas = BOOK.section("quotas")
    found = {
        "contracts.sign_act": contracts.sign_act,
        "contracts.change_act": contracts.change_act,
        "credit.releases.act": credit.releases.act,
        "expenses.budgets.confirm_act": expenses.budgets.confirm_act,
        "expenses.budgets.transfers.act": expenses.budgets.transfers.act,
        "quotas.revisions.act": quotas.revisions.act,
    }
    for category in expenses.claims.categories:
        found |= {
            f"expenses.claims.{category.id}.{name}": act
            for name in ("prior_act", "claim_act")
            if (act := getattr(category, name))
        }
    return found


@pytest.mark.parametrize(("where", "act"), acts_that_want_evidence().items())
@pytest.mark.parametrize("amount", ["1", "499999.99", "99000000"])
def test_whatever_wants_an_approval_has_a_route_to_somebody(where, act, amount) -> None:
    request = request_for(
        amount, act=act, attributes={"template": "standard", "category": "meal"},
        amounts={"per_head": Money(1, "CNY")},
    )  # fmt: skip
    found = route(request, POLICY, directory_of(), as_of=NOON)
    assert found.decision.outcome is Outcome.REFER, where
    assert all("ann" not in step.people and step.people for step in found.steps)


@pytest.mark.parametrize(
    ("amount", "steps"),
    [
        ("199999.99", ["finance"]),
        ("200000", ["finance", "vice_president"]),
        ("999999.99", ["finance", "vice_president"]),
        ("1000000", ["finance", "president"]),
    ],
)
def test_who_releases_credit(amount, steps) -> None:
    found = route(request_for(amount, act="credit.release"), POLICY, directory_of(), as_of=NOON)
    assert [one.step.id for one in found.steps] == steps


@pytest.mark.parametrize(("amount", "steps"), [("499999.99", ["finance"]), ("500000", ["finance", "president"])])
@pytest.mark.parametrize("act", ["budget.confirm", "budget.transfer"])
def test_who_confirms_and_moves_budgets(act, amount, steps) -> None:
    found = route(request_for(amount, act=act), POLICY, directory_of(), as_of=NOON)
    assert [one.step.id for one in found.steps] == steps


def test_a_changed_contract_goes_the_way_of_a_new_one_and_adds_up_with_it() -> None:
    foreign = {"attributes": {"template": "theirs"}}
    for amount in ("1", "200000", "500000", "1000000"):
        new, changed = (
            route(request_for(amount, act=act, **foreign), POLICY, directory_of(), as_of=NOON)
            for act in ("contract.sign", "contract.change")
        )
        assert [step.step.id for step in new.steps] == [step.step.id for step in changed.steps]
    other = request_for("150000", id="r0", attributes={"template": "standard"})
    request = request_for("50000", act="contract.change", attributes={"template": "standard"})
    found = route(request, POLICY, directory_of(), as_of=NOON, related=[other])
    assert [step.step.id for step in found.steps] == ["head_of_sales"]


def test_legal_looks_at_licence_and_power() -> None:
    assert POLICY.step("legal").checklist == ("counterparty_licence", "signatory_power")
