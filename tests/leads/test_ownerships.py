"""One owner at a time, and leads whose facts cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidValue, Outcome
from salesrules.leads import LeadOwnership, check_lead, check_ownerships, find_owner

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY, MICRO = timedelta(days=1), timedelta(microseconds=1)


def owned(owner: str, since: int, until: int | None, lead: str = "l1") -> LeadOwnership:
    end = None if until is None else NOON + until * DAY
    return LeadOwnership(lead=lead, owner=owner, since=NOON + since * DAY, until=end)


def test_ownerships_that_follow_one_another_are_fine() -> None:
    history = [owned("a", 0, 2), owned("b", 2, 5), owned("a", 7, None), owned("c", 1, None, "l2")]
    assert check_ownerships(history).outcome is Outcome.ALLOW
    assert [find_owner("l1", history, NOON + day * DAY) for day in (0, 2, 5, 7)] == ["a", "b", None, "a"]
    assert find_owner("l1", history, NOON + 2 * DAY - MICRO) == "a"


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ([owned("a", 0, 2), owned("b", 1, 3)], [("ownership_overlaps", "b", "a")]),
        ([owned("a", 0, None), owned("b", 5, 6), owned("c", 9, None)],
         [("ownership_overlaps", "b", "a"), ("ownership_overlaps", "c", "a")]),
        ([owned("a", 0, 9), owned("b", 1, 2), owned("c", 3, 4)],
         [("ownership_overlaps", "b", "a"), ("ownership_overlaps", "c", "a")]),
        ([owned("a", 3, 3)], [("ownership_backwards", "a", None)]),
        ([owned("a", 3, 1), owned("b", 2, 4)], [("ownership_backwards", "a", None)]),
    ],
)  # fmt: skip
def test_overlaps_and_ends_before_their_start_are_all_named(codes, history, found) -> None:
    decision = check_ownerships(reversed(history))
    named = [
        (reason.code.removeprefix("leads."), reason.parameters["owner"], reason.parameters.get("other"))
        for reason in decision.reasons
    ]
    assert sorted(named, key=str) == sorted(found, key=str)
    assert decision.outcome is Outcome.DENY


def test_two_owners_at_once_are_no_answer() -> None:
    with pytest.raises(InvalidValue, match="one owner at a time"):
        find_owner("l1", [owned("a", 0, 2), owned("b", 1, 3)], NOON + DAY)


spans = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=5)


@given(spans)
def test_an_overlap_is_found_exactly_where_some_day_has_two_owners(given) -> None:
    history = [owned(str(number), since, since + days) for number, (since, days) in enumerate(given)]
    doubled = any(sum(one.since <= NOON + day * DAY < one.until for one in history) > 1 for day in range(14))
    assert check_ownerships(history).is_allowed is not doubled


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"stage": "recycled"}, []),
        ({"stage": "qualifed"}, [("unknown_stage", "stage")]),
        ({"stage": "visited", "is_won": True}, [("won_too_early", "is_won")]),
        ({"stage": "lost", "is_won": True}, [("won_too_early", "is_won")]),
        ({"stage": "won", "is_won": True}, []),
        ({"captured_at": NOON + DAY}, [("clock_backwards", "owned_since")]),
        ({"stage_entered": NOON + 9 * DAY}, [("clock_backwards", "stage_entered")]),
        ({"activities": [NOON, NOON + 9 * DAY], "last_follow_up": NOON - 999 * DAY},
         [("clock_backwards", "last_follow_up"), ("clock_backwards", "activities[1]")]),
    ],
)  # fmt: skip
def test_facts_that_cannot_be_are_all_named(policy, make_lead, changes, found) -> None:
    decision = check_lead(make_lead(**changes), policy, NOON + 2 * DAY)
    named = [(reason.code.removeprefix("leads."), reason.path) for reason in decision.reasons]
    assert [one for one in named if one in found] == found
    assert bool(named) is bool(found)
