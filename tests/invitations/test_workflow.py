"""The life of an invitation: its rows, its guards, its deadline; beside other machines."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from core.workflow.machines import machine_for, read_rows, rows_of
from core.workflow.walks import check_walks

from salesrules.core import InvalidValue, decide_command, find_due, is_overdue, replay_log
from salesrules.invitations import (
    FollowUpPolicy,
    InvitationFacts,
    InvitationPolicy,
    OptOut,
    SeatPolicy,
    build_invitation_workflow,
)

from .conftest import HOUR, MARCH, codes_of

LINES = """
planned, undecided, unreachable | contact / inviter [may_be_contacted] -> contacted
contacted, undecided | accept [has_seat] -> accepted
contacted, undecided | accept [may_wait] -> waitlisted
contacted, undecided, waitlisted | decline (coded) -> declined
contacted | hesitate / inviter -> undecided
contacted | miss / inviter -> unreachable
waitlisted | promote [has_seat] -> accepted
accepted | remind [is_to_be_reminded] -> reminded
accepted, reminded | confirm -> confirmed
accepted, reminded, confirmed | cancel (coded) -> cancelled
accepted, reminded, confirmed | check_in / desk [is_let_in] -> checked_in
planned, contacted, undecided, unreachable, waitlisted | walk_in / desk [may_walk_in] -> checked_in
checked_in | close [is_event_over] -> attended
accepted, reminded, confirmed | close [is_event_over] -> no_show
planned, contacted, undecided, unreachable, waitlisted | close [is_event_over] -> lapsed
attended, no_show | follow_up / inviter -> followed_up
checked_in, attended, followed_up | sign -> deal
followed_up | nurture / inviter -> nurture
"""


def table_of():
    from datetime import date

    from salesrules.core import DateRange, PolicyLife

    life = PolicyLife(status="draft", scope="a", owner="b", effective=DateRange(date(2000, 1, 1)))
    return build_invitation_workflow(
        InvitationPolicy(life=life, refusal_reasons=["no_time"], follow_up=FollowUpPolicy(id="f", hours=48))
    )


TABLE = table_of()
TestInvitationMachine = machine_for(TABLE, LINES)


def test_the_table_has_these_rows_and_no_other() -> None:
    assert rows_of(TABLE) == read_rows(LINES)


def test_other_machines_walk_the_same_way() -> None:
    assert check_walks(TABLE) > 20_000


@pytest.fixture
def give(policy, event, guest):
    """Give a command to an invitation, so many hours from the event's start; what the table says."""

    def give(invitation, command, hours, *, policy=policy, reason=None, roles=("inviter", "desk"), **facts):
        given = InvitationFacts(event=event, invitation=invitation, **({"guest": guest} | facts))
        table = build_invitation_workflow(policy)
        as_of = MARCH + hours * HOUR
        decision, events = decide_command(
            table, invitation.case, command, as_of=as_of, facts=given, policy=policy, roles=roles, reason=reason
        )
        return codes_of(decision), events[0].target if events else None

    return give


CONTACTED = [(-200, "contact")]
ACCEPTED = [*CONTACTED, (-100, "accept")]


def test_who_says_yes_gets_a_seat_or_waits(give, make_invitation, policy) -> None:
    asked = make_invitation("i", *CONTACTED)
    assert give(asked, "accept", -100, has_seat=True) == ([], "accepted")
    assert give(asked, "accept", -100) == ([], "waitlisted")
    closed = attrs.evolve(policy, seats=SeatPolicy(id="s", has_waitlist=False))
    assert give(asked, "accept", -100, policy=closed) == (["seat_missing", "waitlist_closed"], None)
    waiting = make_invitation("i", *CONTACTED, (-100, "wait"))
    assert give(waiting, "promote", -50) == (["seat_missing"], None)
    assert give(waiting, "promote", -50, has_seat=True) == ([], "accepted")


@pytest.mark.parametrize("command", ["decline", "cancel"])
def test_a_refusal_has_one_of_the_firms_codes(give, make_invitation, command) -> None:
    steps = CONTACTED if command == "decline" else ACCEPTED
    invitation = make_invitation("i", *steps)
    assert give(invitation, command, -50) == (["workflow.reason_needed"], None)
    assert give(invitation, command, -50, reason="bad mood") == (["workflow.reason_needed"], None)
    assert give(invitation, command, -50, reason="no_time")[0] == []


def test_manners_of_contact_guard_the_contact(give, make_invitation) -> None:
    planned = make_invitation("i")
    assert give(planned, "contact", -100) == (["contact_quiet"], None)  # 6:00 on the guest's clock
    assert give(planned, "contact", -96) == ([], "contacted")
    word = OptOut(guest="wang", at=MARCH - 500 * HOUR)
    assert give(planned, "contact", -96, opt_outs=[word]) == (["contact_opted_out"], None)
    assert give(planned, "contact", -96, roles=["desk"]) == (["workflow.role_missing"], None)
    with pytest.raises(InvalidValue, match=r"facts\.guest"):
        give(planned, "contact", -96, guest=None)


def test_who_declined_is_never_reminded(give, make_invitation) -> None:
    declined = make_invitation("i", *CONTACTED, (-100, "decline", "no_time"))
    assert give(declined, "remind", -24) == (["workflow.final"], None)
    assert give(make_invitation("i", *ACCEPTED), "remind", -24) == ([], "reminded")
    assert give(make_invitation("i", *ACCEPTED), "remind", -25) == (["reminder_not_yet"], None)


def test_the_doors_are_open_from_before_the_start_until_the_end(give, make_invitation) -> None:
    coming = make_invitation("i", *ACCEPTED)
    assert give(coming, "check_in", -1.01) == (["doors_closed"], None)
    assert give(coming, "check_in", -1) == ([], "checked_in")
    assert give(coming, "check_in", 7.99) == ([], "checked_in")
    assert give(coming, "check_in", 8) == (["doors_closed"], None)
    assert give(coming, "check_in", 0, roles=["inviter"]) == (["workflow.role_missing"], None)


def test_walk_ins_need_a_seat_and_the_policys_leave(give, make_invitation, policy) -> None:
    stranger = make_invitation("i")
    assert give(stranger, "walk_in", 0, has_seat=True) == ([], "checked_in")
    strict = attrs.evolve(policy, seats=SeatPolicy(id="s", admits_walk_ins=False))
    assert give(stranger, "walk_in", -2, policy=strict) == (["doors_closed", "walk_in_refused", "seat_missing"], None)


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], "lapsed"),
        (CONTACTED, "lapsed"),
        (ACCEPTED, "no_show"),
        ([*ACCEPTED, (-24, "remind"), (-20, "confirm")], "no_show"),
        ([*ACCEPTED, (0, "check_in")], "attended"),
    ],
)
def test_the_end_of_the_event_closes_every_invitation(give, make_invitation, steps, state) -> None:
    invitation = make_invitation("i", *steps)
    assert give(invitation, "close", 7.99) == (["event_not_over"], None)
    assert give(invitation, "close", 8) == ([], state)


def test_following_up_is_due_48_hours_after_the_end(make_invitation, policy) -> None:
    table = build_invitation_workflow(policy)
    for steps in ([*ACCEPTED, (0, "check_in"), (8, "close")], [*ACCEPTED, (8, "close")]):
        case = make_invitation("i", *steps).case
        assert find_due(table, case) == MARCH + 56 * HOUR
        assert not is_overdue(table, case, MARCH + 56 * HOUR)
        assert is_overdue(table, case, MARCH + 56 * HOUR + timedelta(seconds=1))


@pytest.mark.parametrize("seats", [0, -1, True, "2"])
def test_a_party_is_at_least_one(make_invitation, seats) -> None:
    with pytest.raises(InvalidValue, match="seats"):
        make_invitation("i", seats=seats)


def test_a_log_of_another_system_is_held_against_the_life(policy) -> None:
    table = build_invitation_workflow(policy)
    log = [
        ("a", "contact", MARCH - 99 * HOUR, "inviter"),
        ("a", "check_in", MARCH, "desk"),  # never said yes
        ("b", "contact", MARCH - 99 * HOUR, "desk"),  # not the desk's to do
        ("b", "accept", MARCH - 98 * HOUR, None),
        ("b", "close", MARCH + 8 * HOUR, None),
        ("b", "follow_up", MARCH + 57 * HOUR, "inviter"),  # an hour too late
        ("b", "nurture", MARCH + 58 * HOUR, "inviter"),
    ]
    found = replay_log(table, log)
    assert found.counts == {
        "workflow.not_allowed": 1, "workflow.not_finished": 1, "workflow.wrong_role": 1, "workflow.deadline_missed": 1
    }  # fmt: skip
