"""Attention: due, overdue and next, by class, and by need and willingness."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from salesrules.core import InvalidValue, Outcome
from salesrules.customers import (
    VisitStatus,
    calculate_follow_up,
    calculate_visits,
    check_follow_up,
    check_visits,
    find_attention_level,
)

MICRO = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("customer_class", "due", "overdue"), [("A", 1, 2), ("B", 3, 4), ("C", 7, 7), ("dog", 10, 15), ("star", 1, 2)]
)
def test_each_class_has_its_cadence(policy, customer, at, customer_class, due, overdue) -> None:
    last = at("2024-02-28T10:00")  # the 29th exists in 2024

    def status(after: timedelta) -> str:
        return calculate_visits(customer("c", customer_class), last, policy, last + after).status.value

    assert status(timedelta(0)) == "not_due"
    assert status(due * DAY - MICRO) == "not_due"
    assert status(due * DAY) == "due"
    assert status(overdue * DAY) == "due"
    assert status(overdue * DAY + MICRO) == "overdue"


def test_the_check_names_the_next_change(policy, customer, at, codes) -> None:
    last = at("2024-03-01T10:00")
    seen, moment = [], last
    for _ in range(3):
        decision = check_visits(customer("c", "B"), last, policy, moment)
        seen.append((decision.outcome, codes(decision)))
        if decision.changes_at is None:
            break
        assert check_visits(customer("c", "B"), last, policy, decision.changes_at - MICRO).outcome is decision.outcome
        moment = decision.changes_at
    assert seen == [(Outcome.ALLOW, []), (Outcome.WARN, ["contact_due"]), (Outcome.DENY, ["contact_overdue"])]
    assert moment == last + 4 * DAY + MICRO


def test_a_class_without_a_level_is_told(policy, customer, at, codes) -> None:
    stranger = customer("c", "Z")
    assert find_attention_level(stranger, policy) is None
    decision = check_visits(stranger, at("2024-03-01T10:00"), policy, at("2024-03-02T10:00"))
    assert (decision.outcome, codes(decision)) == (Outcome.DENY, ["level_missing"])
    with pytest.raises(InvalidValue, match="no level of attention"):
        calculate_visits(stranger, at("2024-03-01T10:00"), policy, at("2024-03-02T10:00"))


@pytest.mark.parametrize(
    ("need", "willingness", "due"), [("high", "high", 1), ("high", "low", 3), ("low", "high", 7), ("low", "low", 30)]
)
def test_need_and_willingness_set_the_follow_up(policy, at, need, willingness, due) -> None:
    last = at("2024-03-01T10:00")
    found = calculate_follow_up("c", need, willingness, last, policy, last)
    assert (found.status, found.due_at) == (VisitStatus.NOT_DUE, last + due * DAY)
    assert check_follow_up("c", need, willingness, last, policy, found.due_at).outcome is Outcome.WARN
    late = check_follow_up("c", need, willingness, last, policy, found.overdue_at)
    assert (late.outcome, late.changes_at) == (Outcome.DENY, None)
    assert late.reasons[0].policy.type == "FollowUpCell"


def test_a_clock_that_runs_backwards_and_an_unknown_cell_are_refused(policy, customer, at) -> None:
    with pytest.raises(InvalidValue, match="no later than"):
        calculate_visits(customer(), at("2024-03-02T10:00"), policy, at("2024-03-01T10:00"))
    with pytest.raises(InvalidValue, match="high and low"):
        calculate_follow_up("c", "high", "maybe", at("2024-03-01T10:00"), policy, at("2024-03-02T10:00"))
    with pytest.raises(InvalidValue, match=r"customers\.attention"):
        find_attention_level(customer(), attrs.evolve(policy, attention=[]))


def test_a_draft_judges_no_visits(draft, customer, at) -> None:
    last = at("2024-03-01T10:00")
    decision = check_visits(customer(), last, draft, last)
    assert [reason.code for reason in decision.reasons] == ["core.policy_not_in_force"]
    assert decision.changes_at is None
