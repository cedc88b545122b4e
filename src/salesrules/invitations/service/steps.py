"""What every act on an invitation does: fetch, decide by the table, save."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import attrs

from salesrules.core import AggregateStore, Decision, InvalidValue, Versioned, decide_command, evolve_case
from salesrules.invitations.model import Event, Invitation, InvitationFacts, Waitlist
from salesrules.invitations.policy import InvitationPolicy
from salesrules.invitations.workflow import build_invitation_workflow

__all__ = ["Act", "fetch", "leave_waitlist"]


def fetch(id: str, event: Event, invitations: AggregateStore[Invitation]) -> Versioned[Invitation]:
    """The stored invitation; raises `MissingAggregate`, and `InvalidValue` where it is to another event."""
    stored = invitations.get(id)
    if stored.value.event != event.id:
        raise InvalidValue("event", event.id, f"the invitation {id} is to {stored.value.event}; give that event")
    return stored


def leave_waitlist(ids: Collection[str], queue: Versioned[Waitlist], waitlists: AggregateStore[Waitlist]) -> None:
    """Take invitations out of a waitlist; nothing is saved where none of them waits."""
    left = tuple(waiting for waiting in queue.value.waiting if waiting not in ids)
    if left != queue.value.waiting:
        waitlists.put(queue.value.event, attrs.evolve(queue.value, waiting=left), queue.version)


@attrs.frozen(kw_only=True)
class Act:
    """A command to an invitation: by whom, in which roles, with which coded reason, when."""

    command: str
    event: Event
    policy: InvitationPolicy
    as_of: datetime
    actor: str | None = None
    roles: Collection[str] = ()
    reason: str | None = None

    def on(self, invitation: Invitation, *, has_seat: bool = False) -> tuple[Decision, Invitation]:
        """What the table says of it, and the invitation after it: as it was where it is denied."""
        decision, events = decide_command(
            build_invitation_workflow(self.policy),
            invitation.case,
            self.command,
            as_of=self.as_of,
            facts=InvitationFacts(event=self.event, invitation=invitation, has_seat=has_seat),
            policy=self.policy,
            actor=self.actor,
            roles=self.roles,
            reason=self.reason,
        )
        for event in events:
            invitation = attrs.evolve(invitation, case=evolve_case(invitation.case, event))
        return decision, invitation
