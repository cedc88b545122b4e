"""Hand-over: every customer once, to somebody who is there, checked and accepted in time."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from salesrules.core import InvalidValue, Outcome
from salesrules.customers import Handover, HandoverItem, check_handover, plan_handover

CHECKED = ("profile", "open_orders", "open_payments", "promises")


@pytest.fixture
def customers(customer):
    classes = ["A", "B", "B", None, "C"]
    own = [customer(f"c{number}", customer_class) for number, customer_class in enumerate(classes)]
    return [*own, customer("other", "A", "bo"), customer("free", "A", None)]


@pytest.fixture
def plan(policy, customers, at):
    return plan_handover("ana", customers, policy, at("2024-03-01T18:00"), head="lee", successors={"bo": 3, "cy": 1})


@pytest.fixture
def done(plan, at):
    items = [attrs.evolve(item, checked=CHECKED, accepted_at=at("2024-03-02T09:00")) for item in plan.items]
    return attrs.evolve(plan, items=items)


def test_the_head_gets_the_best_and_the_rest_goes_to_who_has_fewest(plan) -> None:
    receivers = {item.customer: (item.receiver, item.rule) for item in plan.items}
    assert receivers == {
        "c0": ("lee", "head"), "c1": ("cy", "shared"), "c2": ("cy", "shared"), "c3": ("bo", "shared"),
        "c4": ("cy", "shared"),
    }  # fmt: skip


def test_a_whole_hand_over_passes(policy, customers, done, at) -> None:
    decision = check_handover(done, customers, policy, at("2024-03-03T09:00"), present=["lee", "bo", "cy"])
    assert decision.outcome is Outcome.ALLOW


def test_all_findings_come_at_once(policy, customers, done, at, codes) -> None:
    items = list(done.items)
    items[1] = attrs.evolve(items[1], customer="c0")
    items[2] = attrs.evolve(items[2], receiver="ana")
    items[3] = attrs.evolve(items[3], checked=CHECKED[1:])
    items[4] = attrs.evolve(items[4], customer="other")
    wrong = attrs.evolve(done, items=items)
    decision = check_handover(wrong, customers, policy, at("2024-03-03T09:00"), present=["lee", "cy", "ana"])
    assert codes(decision) == [
        "handover_missing", "handover_missing", "handover_item_twice", "handover_item_twice", "handover_to_giver",
        "handover_unknown_customer", "handover_receiver_absent", "handover_not_checked",
    ]  # fmt: skip
    assert {reason.parameters["customer"] for reason in decision.reasons[:2]} == {"c1", "c4"}


@pytest.mark.parametrize(
    ("as_of", "accepted", "found"),
    [
        ("2024-03-07T23:59:59", None, ["handover_not_accepted"]),
        ("2024-03-08T00:00", None, ["handover_late"]),
        ("2024-03-09T00:00", "2024-03-07T23:59:59", []),
        ("2024-03-09T00:00", "2024-03-08T00:00", ["handover_late"]),
        ("2024-03-05T00:00", "2024-03-06T00:00", ["handover_not_accepted"]),
    ],
)
def test_an_item_is_accepted_within_seven_days(policy, customer, at, codes, as_of, accepted, found) -> None:
    item = HandoverItem(
        customer="c0", giver="ana", receiver="bo", rule="head", checked=CHECKED,
        accepted_at=at(accepted) if accepted else None,
    )  # fmt: skip
    handover = Handover(giver="ana", leaves_at=at("2024-03-01T18:00"), items=[item])
    decision = check_handover(handover, [customer("c0")], policy, at(as_of), present=["bo"])
    assert codes(decision) == found
    assert decision.changes_at == (at("2024-03-08T00:00") if found == ["handover_not_accepted"] else None)


def test_nobody_hands_over_to_themselves_or_to_nobody(policy, customers, at) -> None:
    leaves = at("2024-03-01T18:00")
    for head, successors in (("ana", {"bo": 0}), ("lee", {"ana": 0})):
        with pytest.raises(InvalidValue, match="cannot be the successor"):
            plan_handover("ana", customers, policy, leaves, head=head, successors=successors)
    with pytest.raises(InvalidValue, match="at least one successor"):
        plan_handover("ana", customers, policy, leaves, head="lee", successors={})
    with pytest.raises(InvalidValue, match=r"customers\.handover"):
        plan_handover("ana", [], attrs.evolve(policy, handover=None), leaves, head="lee", successors={})


def test_a_draft_judges_no_hand_over(draft, done, at) -> None:
    decision = check_handover(done, [], draft, at("2024-03-03T09:00") + timedelta(0), present=[])
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]
