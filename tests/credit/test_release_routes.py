"""Who must release an order: the firm's approval matrix says, and its evidence is what a release wants."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import attrs
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "approvals"))

from approval_firm import NOON, directory_of, request_for, say

from salesrules import company
from salesrules.approvals import (
    AmountCondition,
    ApprovalMatrix,
    ApprovalRow,
    WordCondition,
    make_evidence,
    open_request,
    submit_request,
)
from salesrules.core import DateRange, Money, Outcome
from salesrules.credit import CreditRelease, check_credit, make_release_request, route_release
from salesrules.wire import load_rulebook

DAY = date(2026, 6, 1)
STARTER = load_rulebook(company.starter_rulebook()).section("approvals")


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def blocking(make_policy, make_rule):
    return make_policy(rules=[make_rule("limit", ("0", "allow"), ("1", "refer"))])


def test_the_matrix_is_asked_for_the_order_its_amount_grade_and_excess(blocking, make_request, make_standing) -> None:
    request = make_release_request(make_request(300, requested_by="ann"), make_standing(900), blocking, DAY)
    assert (request.act, request.subject, request.requester, request.party) == ("credit.release", "o1", "ann", "c1")
    assert (request.amount, request.amounts["over_limit"], dict(request.attributes)) == (
        cny(300), cny(200), {"grade": "A"},
    )  # fmt: skip
    # what the standing has of the order already counts once; within the limit nothing is beyond
    again = make_standing(900, by_order={"o1": cny(250)}, grade="")
    request = make_release_request(make_request(300), again, blocking, DAY)
    assert (request.amounts["over_limit"], dict(request.attributes)) == (cny(0), {})
    without = make_standing(10, limit=None)
    assert make_release_request(make_request(5), without, blocking, DAY).amounts["over_limit"] == cny(15)


@pytest.mark.parametrize(("over", "step"), [("200", "finance"), ("200.01", "president")])
def test_who_releases_goes_by_the_excess(blocking, make_request, make_standing, over, step) -> None:
    rows = [
        ApprovalRow(id="c", when=[WordCondition(name="grade", values=["C"])], steps=["president"]),
        ApprovalRow(
            id="small", when=[AmountCondition(name="over_limit", end=200, side="upper")], steps=["finance"]
        ),
        ApprovalRow(id="any", steps=["president"]),
    ]  # fmt: skip
    matrix = ApprovalMatrix(
        id="credit", acts=["credit.release"], effective=DateRange(date(2026, 1, 1)), currency="CNY", rows=rows
    )
    policy = attrs.evolve(STARTER, matrices=[matrix])
    asked = make_request(cny(100).amount, requested_by="ann")
    standing = make_standing(cny(over).amount + 900)
    found = route_release(asked, standing, blocking, policy, directory_of(), as_of=NOON)
    assert [one.step.id for one in found.steps] == [step]
    poor = attrs.evolve(standing, grade="C")
    found = route_release(asked, poor, blocking, policy, directory_of(), as_of=NOON)
    assert [one.step.id for one in found.steps] == ["president"]


def test_the_evidence_of_the_starters_route_lifts_what_is_referred(blocking, make_request, make_standing) -> None:
    asked, standing = make_request(300, requested_by="ann"), make_standing(900)
    assert check_credit(asked, standing, blocking, DAY).outcome is Outcome.REFER
    found = route_release(asked, standing, blocking, STARTER, directory_of(), as_of=NOON)
    assert "ann" not in [person for step in found.steps for person in step.people]
    file = open_request(make_release_request(asked, standing, blocking, DAY), as_of=NOON)
    _, file = submit_request(file, STARTER, directory_of(), actor="ann", as_of=NOON)
    said, file = say(file, STARTER, directory_of(), "ann approve", "fay approve")
    assert [codes for _, codes in said] == [["own_request"], []]
    evidence = make_evidence(file)
    assert evidence.amount == cny(300)

    def released(amount: object) -> Outcome:
        release = CreditRelease(order="o1", amount=cny(amount), evidence=evidence)
        return check_credit(asked, standing, blocking, DAY, release=release).outcome

    assert (released(300), released("300.01")) == (Outcome.ALLOW, Outcome.REFER)
    assert request_for("1").act == "contract.sign"
