"""Acts through the storage ports; each takes the ports of one unit of work, which its caller begins and commits."""

from salesrules.invitations.service.desk import admit_walk_in, check_in, close_invitation, issue_item
from salesrules.invitations.service.seats import (
    cancel_registration,
    open_event,
    promote_from_waitlist,
    register_for_seat,
)

__all__ = [
    "admit_walk_in",
    "cancel_registration",
    "check_in",
    "close_invitation",
    "issue_item",
    "open_event",
    "promote_from_waitlist",
    "register_for_seat",
]
