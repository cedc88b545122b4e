"""Reminders the day before, on the event's own calendar; and following up after the event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from salesrules.core import (
    Decision,
    PolicyReference,
    Reason,
    UnknownName,
    hours_as_duration,
    is_before,
    later_by,
    nearest_names,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import Event, Guest, Invitation, OptOut, instant_at, local_day_before
from salesrules.invitations.policy import InvitationPolicy, LateRegistrant
from salesrules.invitations.rules.contacts import find_opt_out, find_quiet_end
from salesrules.invitations.rules.life import decide_by

__all__ = [
    "calculate_follow_up_due",
    "calculate_reminder_at",
    "check_follow_up",
    "check_reminder",
    "find_due_reminders",
]


def calculate_reminder_at(event: Event, policy: InvitationPolicy) -> datetime:
    """When guests are reminded: so many days before, on the event's own calendar and clock.

    A time that the clock skips that day is the one an hour later; a day that the calendar never had is passed over.
    Without a time in the policy it is the clock time at which the event begins, whatever the difference in hours.
    """
    rule = policy.reminder_rules
    day = local_day_before(event.first_day, event.zone, rule.days_before)
    clock = event.local_start.time() if rule.at is None else rule.at
    return instant_at(day, clock, event.zone)


def check_reminder(
    invitation: Invitation,
    event: Event,
    guest: Guest,
    policy: InvitationPolicy,
    as_of: datetime,
    opt_outs: Iterable[OptOut] = (),
) -> Decision:
    """Whether a guest is to be reminded now: only who accepted, once, from the reminder's instant until the beginning.

    Who declined, cancelled or has opted out never is. Who accepted after the reminders went out is reminded at once, or
    not at all, as policy says. Quiet hours of the guest's own clock wait where the policy sets some; `changes_at` is
    then the instant at which it may go out.
    """
    reminder_at = calculate_reminder_at(event, policy)
    findings = list(_against(invitation, event, guest, policy, as_of, opt_outs, reminder_at))
    if findings:
        return decide_by(policy, as_of, findings)
    until = None if policy.contacts is None else find_quiet_end(guest, policy.contacts, _later_of(as_of, reminder_at))
    waits = reminder_at if until is None else until
    if not is_before(as_of, waits):
        return decide_by(policy, as_of, ())
    if not is_before(waits, event.starts_at):
        late = codes.REMINDER_TOO_LATE(invitation=invitation.id, starts_at=event.starts_at, path="as_of")
        return decide_by(policy, as_of, [late])
    return decide_by(
        policy,
        as_of,
        [codes.REMINDER_NOT_YET(invitation=invitation.id, at=waits, path="as_of", policy=_entry(policy))],
        waits,
    )


def _later_of(left: datetime, right: datetime) -> datetime:
    """The later of two instants."""
    return right if is_before(left, right) else left


def _entry(policy: InvitationPolicy, field: str = "days_before") -> PolicyReference:
    return PolicyReference("ReminderPolicy", policy.reminder_rules.id, field)


def _against(
    invitation: Invitation,
    event: Event,
    guest: Guest,
    policy: InvitationPolicy,
    as_of: datetime,
    opt_outs: Iterable[OptOut],
    reminder_at: datetime,
) -> Iterator[Reason]:
    """What stands against a reminder for good."""
    state = invitation.case.state
    reminded = invitation.last("remind")
    if reminded is not None:
        yield codes.REMINDER_SENT(invitation=invitation.id, at=reminded, path="invitation.case")
    elif state != "accepted":
        yield codes.REMINDER_NOT_WANTED(invitation=invitation.id, state=state, path="invitation.case")
    word = find_opt_out(guest.id, invitation.channel, opt_outs, as_of)
    if word is not None:
        yield codes.CONTACT_OPTED_OUT(guest=guest.id, since=word.at, path="opt_outs")
    if not is_before(as_of, event.starts_at):
        yield codes.REMINDER_TOO_LATE(invitation=invitation.id, starts_at=event.starts_at, path="as_of")
    accepted = invitation.last("accept", "promote")
    skips_late = policy.reminder_rules.late_registrant is LateRegistrant.NOT_AT_ALL
    if skips_late and accepted is not None and is_before(reminder_at, accepted):
        yield codes.REMINDER_FOR_LATE_REGISTRANT(
            invitation=invitation.id,
            accepted_at=accepted,
            reminder_at=reminder_at,
            path="invitation.case",
            policy=_entry(policy, "late_registrant"),
        )


def find_due_reminders(
    invitations: Iterable[Invitation],
    event: Event,
    guests: Mapping[str, Guest],
    policy: InvitationPolicy,
    as_of: datetime,
    opt_outs: Iterable[OptOut] = (),
) -> tuple[Invitation, ...]:
    """The invitations to an event whose guests are to be reminded now; raises `UnknownName` for a guest not given."""
    words = tuple(opt_outs)
    found = []
    for invitation in invitations:
        if invitation.event != event.id:
            continue
        if invitation.guest not in guests:
            raise UnknownName("guest", invitation.guest, nearest_names(invitation.guest, guests))
        if check_reminder(invitation, event, guests[invitation.guest], policy, as_of, words).is_allowed:
            found.append(invitation)
    return tuple(found)


def calculate_follow_up_due(event: Event, policy: InvitationPolicy) -> datetime:
    """By when every guest of an event is followed up: so many elapsed hours after its end."""
    return later_by(event.ends_at, hours_as_duration(policy.follow_up_rules.hours))


def check_follow_up(invitation: Invitation, event: Event, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether a guest who came, or did not, was followed up in time; warns where not, whenever it was done.

    `changes_at` is the due instant while it lies ahead. Who was never expected needs none.
    """
    visited = {passed.target for passed in invitation.case.history}
    if not visited & {"checked_in", "attended", "no_show"}:
        return decide_by(policy, as_of, ())
    rule, due = policy.follow_up_rules, calculate_follow_up_due(event, policy)
    done = invitation.last("follow_up", "sign")
    moment = as_of if done is None else done
    is_missed = not is_before(moment, due) if rule.side.value == "lower" else is_before(due, moment)
    if is_missed:
        entry = PolicyReference("FollowUpPolicy", rule.id, "hours")
        late = codes.FOLLOW_UP_OVERDUE(invitation=invitation.id, due=due, path="invitation.case", policy=entry)
        return decide_by(policy, as_of, [late])
    return decide_by(policy, as_of, (), due if done is None else None)
