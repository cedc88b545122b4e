"""Reminders the day before on the event's own calendar, over clock changes; following up within 48 hours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import attrs
import pytest

from salesrules.core import InvalidValue, UnknownName
from salesrules.invitations import (
    FollowUpPolicy,
    Guest,
    OptOut,
    ReminderPolicy,
    calculate_follow_up_due,
    calculate_reminder_at,
    check_follow_up,
    check_reminder,
    find_due_reminders,
)

from .conftest import BERLIN, HOUR, MARCH, codes_of

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "invitations.json").read_text("utf-8"))
}
SECOND = timedelta(seconds=1)
ACCEPTED = [(-200, "contact"), (-100, "accept")]


@pytest.fixture
def free(make_policy):
    """Reminders without manners of contact, so that the clock alone counts."""
    return make_policy(contacts=None)


def test_the_published_reminder_is_a_day_before_the_beginning(make_event, policy) -> None:
    case = CASES["EVENT-01"]
    begin, end, expected = (
        datetime.fromisoformat(text).replace(tzinfo=UTC)
        for text in (case["inputs"]["begin"], case["inputs"]["end"], case["expected"]["reminder_at"])
    )
    event = make_event(starts_at=begin, ends_at=end)
    assert calculate_reminder_at(event, policy) == expected
    # Its mail "one hour after the end" is a follow-up with a limit of an hour.
    hour_after = attrs.evolve(policy, follow_up=FollowUpPolicy(id="f", hours=1))
    assert calculate_follow_up_due(event, hour_after) == datetime.fromisoformat(case["expected"]["post_at"]).replace(
        tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("starts", "at", "expected"),
    [
        # The clock goes forward on 28 March 2021 at two: a day before by the calendar is 23 hours before.
        ((2021, 3, 28, 10, 0), None, "2021-03-27 10:00:00+01:00"),
        # The reminder's own time is skipped that day, so it is the one an hour later.
        ((2021, 3, 29, 2, 30), None, "2021-03-28 03:30:00+02:00"),
        ((2021, 3, 29, 10, 0), time(2, 15), "2021-03-28 03:15:00+02:00"),
        # The clock goes back on 31 October 2021 at three: 25 hours before; and the first of two half past two.
        ((2021, 10, 31, 10, 0), None, "2021-10-30 10:00:00+02:00"),
        ((2021, 11, 1, 2, 30), None, "2021-10-31 02:30:00+02:00"),
        # Leap days.
        ((2020, 3, 1, 9, 0), None, "2020-02-29 09:00:00+01:00"),
        ((2021, 3, 1, 9, 0), None, "2021-02-28 09:00:00+01:00"),
        ((2020, 2, 29, 9, 0), time(18), "2020-02-28 18:00:00+01:00"),
    ],
)
def test_the_day_before_on_the_events_own_calendar(make_event, make_policy, starts, at, expected) -> None:
    start = datetime(*starts, tzinfo=BERLIN)
    # Written in another zone, it is the same event.
    event = make_event(zone="Europe/Berlin", starts_at=start.astimezone(UTC), ends_at=start + timedelta(days=1))
    policy = make_policy(reminders=ReminderPolicy(id="r", at=at))
    assert str(calculate_reminder_at(event, policy)) == expected


def test_the_events_zone_decides_what_the_day_before_is(make_event, make_policy) -> None:
    evening = make_policy(reminders=ReminderPolicy(id="r", at=time(18)))
    tokyo = make_event(zone="Asia/Tokyo", starts_at=datetime(2020, 3, 1, 23, tzinfo=UTC))  # 2 March there
    assert str(calculate_reminder_at(tokyo, evening)) == "2020-03-01 18:00:00+09:00"
    two = make_policy(reminders=ReminderPolicy(id="r", days_before=2, at=time(18)))
    assert str(calculate_reminder_at(tokyo, two)) == "2020-02-29 18:00:00+09:00"


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([], "reminder_not_wanted"),
        ([(-200, "contact"), (-100, "decline", "no_time")], "reminder_not_wanted"),
        ([*ACCEPTED, (-50, "cancel", "no_time")], "reminder_not_wanted"),
        ([(-200, "contact"), (-100, "wait")], "reminder_not_wanted"),
        ([*ACCEPTED, (-50, "confirm")], "reminder_not_wanted"),
        ([*ACCEPTED, (-24, "remind")], "reminder_sent"),
    ],
)
def test_only_who_accepted_is_reminded_and_once(make_invitation, event, guest, free, steps, code) -> None:
    decision = check_reminder(make_invitation("i", *steps), event, guest, free, MARCH - 20 * HOUR)
    assert codes_of(decision) == [code]
    assert decision.changes_at is None


@pytest.mark.parametrize(
    ("seconds", "codes"),
    [(-24 * 3600 - 1, ["reminder_not_yet"]), (-24 * 3600, []), (-1, []), (0, ["reminder_too_late"])],
)
def test_from_its_instant_until_the_beginning(make_invitation, event, guest, free, seconds, codes) -> None:
    decision = check_reminder(make_invitation("i", *ACCEPTED), event, guest, free, MARCH + seconds * SECOND)
    assert codes_of(decision) == codes
    assert decision.changes_at == (MARCH - 24 * HOUR if "reminder_not_yet" in codes else None)


def test_who_accepts_late_is_reminded_at_once_or_not_at_all(make_invitation, event, guest, free) -> None:
    late = make_invitation("i", (-200, "contact"), (-5, "accept"))
    assert check_reminder(late, event, guest, free, MARCH - 5 * HOUR).is_allowed
    strict = attrs.evolve(free, reminders=ReminderPolicy(id="r", late_registrant="not_at_all"))
    assert codes_of(check_reminder(late, event, guest, strict, MARCH - 5 * HOUR)) == ["reminder_for_late_registrant"]
    in_time = make_invitation("i", (-200, "contact"), (-24, "accept"))
    assert check_reminder(in_time, event, guest, strict, MARCH - 5 * HOUR).is_allowed
    promoted = make_invitation("i", (-200, "contact"), (-100, "wait"), (-5, "promote"))
    assert check_reminder(promoted, event, guest, free, MARCH - 4 * HOUR).is_allowed
    assert not check_reminder(promoted, event, guest, strict, MARCH - 4 * HOUR).is_allowed


def test_quiet_hours_wait_and_an_opt_out_is_honoured(make_invitation, make_event, guest, policy) -> None:
    accepted = make_invitation("i", *ACCEPTED)
    event = make_event()
    evening = MARCH - 13 * HOUR  # nine in the evening; quiet until nine in the morning, an hour before the start
    decision = check_reminder(accepted, event, guest, policy, evening)
    assert (codes_of(decision), decision.changes_at) == (["reminder_not_yet"], MARCH - HOUR)
    early = attrs.evolve(event, starts_at=MARCH - 2 * HOUR)  # begins at eight, while it is still quiet
    assert codes_of(check_reminder(accepted, early, guest, policy, evening)) == ["reminder_too_late"]
    far = attrs.evolve(guest, zone="Asia/Tokyo")  # ten in the morning here is seven in the evening there
    assert check_reminder(accepted, event, far, policy, MARCH - 24 * HOUR).is_allowed
    word = OptOut(guest="wang", at=MARCH - 30 * HOUR)
    found = check_reminder(accepted, event, guest, policy, MARCH - 24 * HOUR, [word])
    assert codes_of(found) == ["contact_opted_out"]


def test_the_list_of_a_day_holds_whom_to_remind(make_invitation, event, guest, free) -> None:
    invitations = [
        make_invitation("yes", *ACCEPTED),
        make_invitation("no", (-200, "contact"), (-100, "decline", "no_need")),
        make_invitation("done", *ACCEPTED, (-24, "remind")),
        make_invitation("other", *ACCEPTED, event="fair"),
    ]
    found = find_due_reminders(invitations, event, {"wang": guest}, free, MARCH - 20 * HOUR)
    assert [invitation.id for invitation in found] == ["yes"]
    with pytest.raises(UnknownName, match="guest"):
        find_due_reminders(invitations, event, {"wong": Guest(id="wong", name="W")}, free, MARCH - 20 * HOUR)


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (1, True)])
def test_guests_are_followed_up_within_48_hours_of_the_end(make_invitation, event, policy, seconds, late) -> None:
    due = MARCH + 56 * HOUR
    for steps in ([*ACCEPTED, (0, "check_in"), (8, "close")], [*ACCEPTED, (8, "close")]):
        open_ = make_invitation("i", *steps)
        decision = check_follow_up(open_, event, policy, due + seconds * SECOND)
        assert codes_of(decision) == (["follow_up_overdue"] if late else [])
        assert decision.changes_at == (None if late else due)
        done = make_invitation("i", *steps, (56 + seconds / 3600, "follow_up"))
        decision = check_follow_up(done, event, policy, due + 99 * HOUR)
        assert (codes_of(decision), decision.changes_at) == (["follow_up_overdue"] if late else [], None)


def test_the_lower_side_owns_the_due_instant(make_invitation, event, make_policy) -> None:
    policy = make_policy(follow_up=FollowUpPolicy(id="f", hours=48, side="lower"))
    guest = make_invitation("i", *ACCEPTED, (8, "close"))
    assert codes_of(check_follow_up(guest, event, policy, MARCH + 56 * HOUR)) == ["follow_up_overdue"]


def test_who_signed_on_site_or_was_never_expected_needs_none(make_invitation, event, policy) -> None:
    signed = make_invitation("i", *ACCEPTED, (0, "check_in"), (2, "sign"))
    lapsed = make_invitation("i", (-200, "contact"), (8, "close"))
    for invitation in (signed, lapsed):
        decision = check_follow_up(invitation, event, policy, MARCH + 999 * HOUR)
        assert (codes_of(decision), decision.changes_at) == ([], None)


def test_what_a_firm_may_set() -> None:
    for wrong in ({"days_before": -1}, {"days_before": 367}, {"at": time(9, tzinfo=UTC)}):
        with pytest.raises(InvalidValue):
            ReminderPolicy(id="r", **wrong)
    with pytest.raises(InvalidValue, match="hours"):
        FollowUpPolicy(id="f", hours=0)
