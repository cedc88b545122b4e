"""The life of an invitation, from the plan to a deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from salesrules.core import (
    Choice,
    Decision,
    PolicyReference,
    StateKind,
    Transition,
    WorkflowState,
    WorkflowTable,
    decide,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import InvitationFacts
from salesrules.invitations.policy import InvitationPolicy
from salesrules.invitations.rules import check_contact, check_doors, check_reminder, decide_by

__all__ = ["WORKFLOWS", "build_invitation_workflow"]

_ASKED = ("contacted", "undecided")
_COMING = ("accepted", "reminded", "confirmed")
_NOT_COMING = ("planned", "contacted", "undecided", "unreachable", "waitlisted")


def build_invitation_workflow(policy: InvitationPolicy | None = None) -> WorkflowTable:
    """The life of an invitation: planned, contacted, accepted or not, reminded, confirmed, there or not, followed up.

    Roles: `inviter` contacts and notes what the guest says, `guest` confirms and cancels too, `desk` checks in. A guest
    declines and cancels with one of `policy.refusal_reasons`, where there are some. Who says yes gets a seat, or waits
    for one. `close` is given to every invitation when the event has ended; from then on the deadline of following up
    counts. Guards take `InvitationFacts`, the whole `InvitationPolicy` and an instant.

    >>> build_invitation_workflow().commands_in("reminded")
    ('confirm', 'cancel', 'check_in', 'close')
    """
    reasons = policy.refusal_reasons if policy else ()
    follow_up = policy.follow_up_deadline() if policy else None
    return WorkflowTable(
        id="invitation",
        states=[
            WorkflowState(id="planned", kind=StateKind.INITIAL),
            *(WorkflowState(id=state) for state in ("contacted", "undecided", "unreachable", "waitlisted", *_COMING)),
            WorkflowState(id="checked_in"),
            WorkflowState(id="attended", deadline=follow_up),
            WorkflowState(id="no_show", deadline=follow_up),
            WorkflowState(id="followed_up"),
            *(
                WorkflowState(id=state, kind=StateKind.FINAL)
                for state in ("deal", "nurture", "declined", "cancelled", "lapsed")
            ),
        ],
        transitions=[
            Transition(
                sources=["planned", "undecided", "unreachable"],
                command="contact",
                target="contacted",
                role="inviter",
                guard=may_be_contacted,
            ),
            Transition(sources=_ASKED, command="accept", target="accepted", guard=has_seat, choice=Choice.ORDERED),
            Transition(sources=_ASKED, command="accept", target="waitlisted", guard=may_wait, choice=Choice.ORDERED),
            Transition(sources=[*_ASKED, "waitlisted"], command="decline", target="declined", reasons=reasons),
            Transition(sources=["contacted"], command="hesitate", target="undecided", role="inviter"),
            Transition(sources=["contacted"], command="miss", target="unreachable", role="inviter"),
            Transition(sources=["waitlisted"], command="promote", target="accepted", guard=has_seat),
            Transition(sources=["accepted"], command="remind", target="reminded", guard=is_to_be_reminded),
            Transition(sources=["accepted", "reminded"], command="confirm", target="confirmed"),
            Transition(sources=_COMING, command="cancel", target="cancelled", reasons=reasons),
            Transition(sources=_COMING, command="check_in", target="checked_in", role="desk", guard=is_let_in),
            Transition(sources=_NOT_COMING, command="walk_in", target="checked_in", role="desk", guard=may_walk_in),
            Transition(sources=["checked_in"], command="close", target="attended", guard=is_event_over),
            Transition(sources=_COMING, command="close", target="no_show", guard=is_event_over),
            Transition(sources=_NOT_COMING, command="close", target="lapsed", guard=is_event_over),
            Transition(sources=["attended", "no_show"], command="follow_up", target="followed_up", role="inviter"),
            Transition(sources=["checked_in", "attended", "followed_up"], command="sign", target="deal"),
            Transition(sources=["followed_up"], command="nurture", target="nurture", role="inviter"),
        ],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType({"invitation": build_invitation_workflow})


def may_be_contacted(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether the manners of contact allow it now."""
    invitation = facts.invitation
    return check_contact(facts.whom, facts.event.id, invitation.channel, facts.contacts, facts.opt_outs, policy, as_of)


def has_seat(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether the ledger holds a seat for the guest."""
    if facts.has_seat:
        return decide_by(policy, as_of, ())
    missing = codes.SEAT_MISSING(event=facts.event.id, invitation=facts.invitation.id, path="has_seat")
    return decide_by(policy, as_of, [missing])


def may_wait(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether guests may wait for a seat."""
    rule = policy.seat_rules
    if rule.has_waitlist:
        return decide_by(policy, as_of, ())
    entry = PolicyReference("SeatPolicy", rule.id, "has_waitlist")
    return decide_by(policy, as_of, [codes.WAITLIST_CLOSED(event=facts.event.id, path="has_seat", policy=entry)])


def is_to_be_reminded(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether the guest is to be reminded now."""
    return check_reminder(facts.invitation, facts.event, facts.whom, policy, as_of, facts.opt_outs)


def is_let_in(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether the doors are open."""
    return check_doors(facts.event, policy, as_of)


def may_walk_in(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether the doors are open, guests may walk in, and there is a seat."""
    rule = policy.seat_rules
    findings = [*check_doors(facts.event, policy, as_of).reasons]
    if not rule.admits_walk_ins:
        entry = PolicyReference("SeatPolicy", rule.id, "admits_walk_ins")
        findings.append(codes.WALK_IN_REFUSED(event=facts.event.id, path="event", policy=entry))
    if not facts.has_seat:
        findings.append(codes.SEAT_MISSING(event=facts.event.id, invitation=facts.invitation.id, path="has_seat"))
    return decide(findings)


def is_event_over(facts: InvitationFacts, policy: InvitationPolicy, as_of: datetime) -> Decision:
    """Whether the event has ended."""
    event = facts.event
    if event.is_over(as_of):
        return decide(())
    return decide([codes.EVENT_NOT_OVER(event=event.id, ends_at=event.ends_at, path="as_of")])
