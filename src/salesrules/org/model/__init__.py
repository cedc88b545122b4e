"""The nouns of the org room: facts and results."""

from salesrules.org.model.authority import (
    Act,
    AmountLimit,
    ChainEnd,
    Delegation,
    DelegationChain,
    Limit,
    NoLimit,
    RankLimit,
    RateLimit,
)
from salesrules.org.model.bodies import Body, BodyMember, BodySeat, Majority, Threshold, Vote, VoteBase
from salesrules.org.model.instants import InstantRange
from salesrules.org.model.organisation import (
    Absence,
    Appointment,
    Deputy,
    Organisation,
    Person,
    Position,
    Unit,
    Vacancy,
)
from salesrules.org.model.results import DatedFinding, Move, Placement, Reorganisation, StaffingLine, UnitChange

__all__ = [
    "Absence",
    "Act",
    "AmountLimit",
    "Appointment",
    "Body",
    "BodyMember",
    "BodySeat",
    "ChainEnd",
    "DatedFinding",
    "Delegation",
    "DelegationChain",
    "Deputy",
    "InstantRange",
    "Limit",
    "Majority",
    "Move",
    "NoLimit",
    "Organisation",
    "Person",
    "Placement",
    "Position",
    "RankLimit",
    "RateLimit",
    "Reorganisation",
    "StaffingLine",
    "Threshold",
    "Unit",
    "UnitChange",
    "Vacancy",
    "Vote",
    "VoteBase",
]
