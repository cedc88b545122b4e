"""Events before they begin: programme, readiness checklist, days on the event's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidValue, Outcome, WeekdayHours, WorkingHours, WorkingTime
from salesrules.invitations import (
    AgendaItem,
    Event,
    EventItem,
    ReadinessStep,
    check_event,
    check_readiness,
    plan_readiness,
)
from salesrules.invitations.model import instant_at, local_day_before

from .conftest import HOUR, MARCH, codes_of


def test_a_sound_event_has_seats_a_budget_line_and_a_programme_within_it(make_event, policy) -> None:
    talk = AgendaItem(title="Opening", starts_at=MARCH, ends_at=MARCH + HOUR, speaker="dr chen")
    sound = make_event(speakers=["dr chen"], agenda=[talk])
    assert check_event(sound, policy, MARCH).outcome is Outcome.ALLOW
    early = AgendaItem(title="Early", starts_at=MARCH - HOUR, ends_at=MARCH)
    late = AgendaItem(title="Late", starts_at=MARCH + 7 * HOUR, ends_at=MARCH + 9 * HOUR, speaker="nobody")
    twice = AgendaItem(title="Twice", starts_at=MARCH + HOUR / 2, ends_at=MARCH + 2 * HOUR, speaker="dr chen")
    wrong = make_event(capacity=0, budget_line=None, speakers=["dr chen"], agenda=[talk, early, late, twice])
    decision = check_event(wrong, policy, MARCH)
    assert codes_of(decision) == [
        "capacity_zero", "budget_line_missing", "agenda_outside", "agenda_outside", "speaker_unlisted",
        "agenda_overlaps",
    ]  # fmt: skip
    assert [reason.path for reason in decision.reasons[2:]] == [
        "event.agenda[1]", "event.agenda[2]", "event.agenda[2].speaker", "event.agenda[3]"
    ]  # fmt: skip


def test_one_talk_after_another_does_not_overlap(make_event, policy) -> None:
    talks = [
        AgendaItem(title=f"{n}", starts_at=MARCH + n * HOUR, ends_at=MARCH + (n + 1) * HOUR, speaker="chen")
        for n in range(3)
    ]
    assert check_event(make_event(speakers=["chen"], agenda=talks), policy, MARCH).is_allowed


def test_the_checklist_is_due_relative_to_the_event_and_owned_by_functions(event, policy) -> None:
    tasks = plan_readiness(event, policy)
    assert [(task.step, task.owner, task.due) for task in tasks] == [
        ("list", "sales", date(2020, 2, 1)),
        ("kit", "marketing", date(2020, 2, 24)),
        ("venue", "administration", date(2020, 2, 24)),
    ]


def test_it_counts_from_the_first_day_on_the_events_own_calendar(make_event, make_policy) -> None:
    policy = make_policy(readiness=[ReadinessStep(id="confirm", owner="sales", days_before=1)])
    tokyo = make_event(zone="Asia/Tokyo", starts_at=datetime(2020, 2, 29, 23, tzinfo=UTC))  # 1 March, 8:00 there
    assert plan_readiness(tokyo, policy)[0].due == date(2020, 2, 29)
    leap = make_event(starts_at=datetime(2020, 2, 29, 8, tzinfo=UTC))
    assert plan_readiness(leap, policy)[0].due == date(2020, 2, 28)
    year = make_policy(readiness=[ReadinessStep(id="confirm", owner="sales", days_before=366)])
    assert plan_readiness(leap, year)[0].due == date(2019, 2, 28)


def test_an_exhibition_has_its_own_steps(make_event, policy) -> None:
    assert [task.step for task in plan_readiness(make_event(kind="exhibition"), policy)][-1] == "stand"


def test_a_step_may_count_working_days(event, make_policy) -> None:
    policy = make_policy(readiness=[ReadinessStep(id="demo", owner="marketing", days_before=1, counted="working")])
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    office = WorkingTime(
        zone="UTC", week=[WeekdayHours(days=weekdays, hours=[WorkingHours(opens=time(9), closes=time(17))])]
    )
    assert plan_readiness(event, policy, office)[0].due == date(2020, 2, 28)  # a Friday, before a Monday
    with pytest.raises(InvalidValue, match="working_time"):
        plan_readiness(event, policy)


def test_a_step_is_overdue_from_the_day_after_its_last(event, policy) -> None:
    def seen(day, hour=12, **done):
        decision = check_readiness(event, done, policy, datetime(*day, hour, tzinfo=UTC))
        return codes_of(decision), decision.changes_at

    listed = {"list": date(2020, 2, 1)}
    assert seen((2020, 2, 1)) == ([], date(2020, 2, 2))
    assert seen((2020, 2, 2)) == (["readiness_overdue"], date(2020, 2, 25))
    assert seen((2020, 2, 24), **listed) == ([], date(2020, 2, 25))
    assert seen((2020, 2, 25), **listed) == (["readiness_overdue"] * 2, None)
    late = {"list": date(2020, 2, 2), "kit": date(2020, 2, 3), "venue": date(2020, 2, 3)}
    assert seen((2020, 2, 5), **late) == (["readiness_overdue"], None)
    assert seen((2020, 2, 1), **late) == ([], date(2020, 2, 2))  # it is not done yet that day


def test_what_is_required_and_undone_denies_the_beginning(event, policy) -> None:
    before = check_readiness(event, {}, policy, MARCH - timedelta(seconds=1))
    assert (before.outcome, codes_of(before)) == (Outcome.WARN, ["readiness_overdue"] * 3)
    begun = check_readiness(event, {}, policy, MARCH)
    assert begun.outcome is Outcome.DENY
    assert codes_of(begun) == ["readiness_missing", "readiness_missing", "readiness_overdue"]
    assert [reason.parameters["owner"] for reason in begun.reasons] == ["sales", "marketing", "administration"]


def test_a_step_of_the_very_day_changes_at_the_beginning(event, make_policy) -> None:
    policy = make_policy(readiness=[ReadinessStep(id="chairs", owner="administration", days_before=0)])
    decision = check_readiness(event, {}, policy, MARCH - HOUR)
    assert (codes_of(decision), decision.changes_at) == ([], MARCH)


def test_an_unapproved_policy_decides_nothing(event, make_policy, draft) -> None:
    for check in (
        check_event(event, make_policy(life=draft), MARCH),
        check_readiness(event, {}, make_policy(life=draft), MARCH),
    ):
        assert [reason.code for reason in check.reasons] == ["core.policy_not_in_force"]
        assert check.changes_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a/b"), ("id", ""), ("id", "x" * 61), ("id", "a\nb"), ("zone", "Mars/Olympus"), ("zone", "../etc"),
        ("capacity", -1), ("capacity", True), ("ends_at", MARCH), ("starts_at", MARCH.replace(tzinfo=None)),
        ("theme", " "),
        ("items", [EventItem(id="a", quantity=1), EventItem(id="a", quantity=2)]),
    ],
)  # fmt: skip
def test_an_impossible_event_names_the_field(make_event, field, value) -> None:
    with pytest.raises(InvalidValue) as caught:
        make_event(**{field: value})
    assert caught.value.field == field


def test_an_item_ends_after_it_starts_and_a_gift_is_counted() -> None:
    with pytest.raises(InvalidValue, match="ends_at"):
        AgendaItem(title="t", starts_at=MARCH, ends_at=MARCH)
    with pytest.raises(InvalidValue, match="quantity"):
        EventItem(id="mug", quantity=-1)
    with pytest.raises(InvalidValue, match="days_before"):
        ReadinessStep(id="s", owner="o", days_before=-1)


def test_the_calendar_begins_somewhere(make_event, make_policy) -> None:
    first = make_event(starts_at=datetime(1, 1, 2, 8, tzinfo=UTC), ends_at=MARCH)
    with pytest.raises(InvalidValue, match=r"event\.starts_at"):
        plan_readiness(first, make_policy(readiness=[ReadinessStep(id="s", owner="o", days_before=9)]))


@pytest.mark.parametrize(
    ("day", "clock", "shown"),
    [
        (date(2021, 3, 28), time(2, 30), "2021-03-28 03:30:00+02:00"),  # skipped in spring
        (date(2021, 10, 31), time(2, 30), "2021-10-31 02:30:00+02:00"),  # shown twice in autumn: the first
        (date(2021, 3, 28), time(1, 59), "2021-03-28 01:59:00+01:00"),
    ],
)
def test_a_time_of_the_clock_is_one_instant(day, clock, shown) -> None:
    assert str(instant_at(day, clock, "Europe/Berlin")) == shown


def test_a_day_that_the_calendar_never_had_is_passed_over() -> None:
    # Samoa went from 29 to 31 December 2011.
    assert local_day_before(date(2011, 12, 31), "Pacific/Apia") == date(2011, 12, 29)
    assert local_day_before(date(2012, 1, 1), "Pacific/Apia", 2) == date(2011, 12, 29)


@given(
    day=st.dates(date(1995, 1, 1), date(2035, 1, 1)),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Shanghai", "Australia/Lord_Howe"]),
)
def test_the_day_before_is_the_last_local_day_that_ends_before_the_day(day, zone) -> None:
    from zoneinfo import ZoneInfo

    noon = instant_at(day, time(12), zone)
    if noon.date() != day:
        return  # the calendar lacks the day itself
    hours = (noon.astimezone(UTC) - timedelta(hours=n) for n in range(80))
    local = (hour.astimezone(ZoneInfo(zone)).date() for hour in hours)
    assert local_day_before(day, zone) == next(found for found in local if found < day)


def test_an_events_day_is_that_of_its_own_clock(make_event) -> None:
    event: Event = make_event(zone="Asia/Tokyo", starts_at=datetime(2020, 3, 1, 23, tzinfo=UTC))
    assert event.first_day == date(2020, 3, 2)
    assert event.local_day(datetime(2020, 3, 2, 14, 59, tzinfo=UTC)) == date(2020, 3, 2)
    assert event.local_day(datetime(2020, 3, 2, 15, tzinfo=UTC)) == date(2020, 3, 3)
    assert attrs.evolve(event, zone="UTC").first_day == date(2020, 3, 1)
