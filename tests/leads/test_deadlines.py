"""Deadlines and the ladder of escalation: from which fact each counts, when it warns, when it is missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import attrs
import pytest

from salesrules.core import InvalidValue, Outcome, TimeLimit, WeekdayHours, WorkingHours, WorkingTime
from salesrules.leads import LeadDeadline, calculate_dues, check_deadlines, find_escalation

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)  # a Friday; in Shanghai 20:00
DAY, HOUR, MICRO = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
OFFICE = WorkingTime(
    zone="UTC",
    week=[
        WeekdayHours(
            days=["monday", "tuesday", "wednesday", "thursday", "friday"],
            hours=[WorkingHours(opens=time(9), closes=time(17))],
        )
    ],
    holidays=[date(2024, 3, 4)],
)


def due(lead, policy, subject):
    found = [one for one in calculate_dues(lead, policy) if one.subject == subject]
    return found[0].due_at if found else None


def test_the_first_contact_is_due_a_day_after_the_owner_has_the_lead(policy, make_lead) -> None:
    lead = make_lead(stage_entered=NOON)
    assert due(lead, policy, "first_contact") == NOON + DAY
    assert due(lead, policy, "follow_up") is None
    stale = make_lead(stage_entered=NOON, last_follow_up=NOON - DAY)  # an owner before called
    assert due(stale, policy, "first_contact") == NOON + DAY
    contacted = make_lead(stage_entered=NOON, last_follow_up=NOON)
    assert due(contacted, policy, "first_contact") is None
    assert due(contacted, policy, "follow_up") == NOON + 2 * DAY


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ({}, 0),
        ({"last_follow_up": NOON + DAY}, 1),
        ({"activities": [NOON + DAY, NOON + 3 * DAY]}, 3),
        ({"stage_entered": NOON + 2 * DAY}, 2),
    ],
)
def test_anything_at_all_ends_idleness(policy, make_lead, changes, since) -> None:
    assert due(make_lead(**changes), policy, "idle") == NOON + (7 + since) * DAY


def test_stagnation_counts_from_the_step_whoever_owns_the_lead(policy, make_lead) -> None:
    lead = make_lead(stage_entered=NOON - 10 * DAY)
    assert due(lead, policy, "stagnation") == datetime(2024, 3, 5, 16, tzinfo=UTC)  # the sixth of March begins there


@pytest.mark.parametrize(
    ("after", "outcome", "found", "change"),
    [
        (0 * HOUR, Outcome.ALLOW, [], 20),
        (20 * HOUR - MICRO, Outcome.ALLOW, [], 20),
        (20 * HOUR, Outcome.WARN, ["deadline_near"], 24),
        (24 * HOUR - MICRO, Outcome.WARN, ["deadline_near"], 24),
        (24 * HOUR, Outcome.DENY, ["deadline_missed"], None),
    ],
)
def test_the_owner_is_warned_four_hours_before_the_first_contact(
    policy, make_lead, codes, after, outcome, found, change
):
    only = attrs.evolve(policy, deadlines=policy.deadlines[:1])
    decision = check_deadlines(make_lead(), only, NOON + after)
    assert (decision.outcome, codes(decision)) == (outcome, found)
    assert decision.changes_at == (None if change is None else NOON + change * HOUR)


def test_working_hours_and_holidays_and_a_warning_in_working_time(policy, make_lead, codes) -> None:
    limit = TimeLimit(hours=8, counted="working")
    only = attrs.evolve(
        policy,
        deadlines=[LeadDeadline(id="w", subject="first_contact", limit=limit, warn_hours=2, stages=["captured"])],
    )
    (found,) = calculate_dues(make_lead(), only, OFFICE)
    assert found.due_at == datetime(2024, 3, 5, 12, tzinfo=UTC), "five hours on Friday, none on Monday's holiday"
    assert found.warn_at == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert calculate_dues(make_lead(stage="contacted"), only, OFFICE) == ()
    with pytest.raises(InvalidValue, match="give the firm's"):
        calculate_dues(make_lead(), only)
    early = attrs.evolve(only, deadlines=[attrs.evolve(only.deadlines[0], warn_hours=99)])
    assert calculate_dues(make_lead(), early, OFFICE)[0].warn_at == NOON, "no warning before it counts"


def test_nothing_is_due_for_a_lead_that_is_won_or_nobodys(policy, make_lead) -> None:
    for lead in (make_lead(is_won=True), make_lead(owner=None)):
        assert calculate_dues(lead, policy) == ()
        assert check_deadlines(lead, policy, NOON).outcome is Outcome.ALLOW
        assert find_escalation(lead, policy, NOON) is None


def test_clocks_that_run_backwards_are_refused(policy, make_lead) -> None:
    for changes, at in (
        ({}, NOON - MICRO),
        ({"last_follow_up": NOON + DAY}, NOON),
        ({"stage_entered": NOON + DAY}, NOON),
    ):
        with pytest.raises(InvalidValue, match="no earlier"):
            check_deadlines(make_lead(**changes), policy, at)
    with pytest.raises(InvalidValue):
        LeadDeadline(id="d", subject="idle", limit=TimeLimit(days=1), warn_hours=-1)


def test_a_leap_day_is_a_day(policy, make_lead) -> None:
    only = attrs.evolve(policy, deadlines=policy.deadlines[3:])
    for year, day in ((2024, 13), (2023, 14)):
        start = datetime(year, 2, 28, 2, tzinfo=UTC)
        lead = make_lead(owned_since=start, stage_entered=start)
        assert calculate_dues(lead, only)[0].due_at == datetime(year, 3, day + 1, 16, tzinfo=UTC) - DAY


@pytest.mark.parametrize(
    ("day", "step", "tell"),
    [(0, "", ()), (2, "", ()), (3, "remind", ("owner",)), (4, "remind", ("owner",)),
     (5, "tell-manager", ("owner", "manager")), (7, "high-risk", ("owner", "manager")),
     (99, "high-risk", ("owner", "manager"))],
)  # fmt: skip
def test_a_silent_lead_climbs_the_ladder(policy, make_lead, day, step, tell) -> None:
    found = find_escalation(make_lead(), policy, NOON + day * DAY)
    assert (found.step, found.tell) == (step, tell)


def test_the_ladder_names_the_next_step_and_starts_again_after_a_follow_up(policy, make_lead) -> None:
    third = datetime(2024, 3, 3, 16, tzinfo=UTC)
    assert find_escalation(make_lead(), policy, NOON).next_at == third
    assert find_escalation(make_lead(), policy, third - MICRO).step == ""
    assert find_escalation(make_lead(), policy, third).action == "remind_owner"
    assert find_escalation(make_lead(), policy, NOON + 9 * DAY).next_at is None
    again = make_lead(last_follow_up=NOON + 6 * DAY)
    assert find_escalation(again, policy, NOON + 8 * DAY).step == ""


def test_a_draft_warns_of_nothing(draft, make_lead) -> None:
    assert check_deadlines(make_lead(), draft, NOON + 9 * DAY).reasons[0].code == "core.policy_not_in_force"
