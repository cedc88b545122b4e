"""The nouns of the room."""

from salesrules.invitations.model.events import AgendaItem, Event, EventItem, EventKind, instant_at, local_day_before
from salesrules.invitations.model.guests import (
    Contact,
    ContactResult,
    Guest,
    Invitation,
    InvitationFacts,
    OptOut,
    Waitlist,
)
from salesrules.invitations.model.results import (
    CampaignEffect,
    ChannelResult,
    EventOutcome,
    ReadinessTask,
    SalesSpan,
    SeatCounts,
)
from salesrules.invitations.model.scripts import PreparedScript, ScriptTemplate

__all__ = [
    "AgendaItem",
    "CampaignEffect",
    "ChannelResult",
    "Contact",
    "ContactResult",
    "Event",
    "EventItem",
    "EventKind",
    "EventOutcome",
    "Guest",
    "Invitation",
    "InvitationFacts",
    "OptOut",
    "PreparedScript",
    "ReadinessTask",
    "SalesSpan",
    "ScriptTemplate",
    "SeatCounts",
    "Waitlist",
    "instant_at",
    "local_day_before",
]
