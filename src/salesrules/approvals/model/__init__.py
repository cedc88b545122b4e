"""Nouns: requests and the organisation they are asked in, steps, routes, files."""

from salesrules.approvals.model.directories import Directory
from salesrules.approvals.model.files import (
    ApprovalFile,
    RequestBundle,
    Review,
    ReviewVote,
    StepFacts,
    StepOutcome,
    Verdict,
)
from salesrules.approvals.model.requests import ApprovalRequest, request_of, value_reader
from salesrules.approvals.model.routes import ChosenRow, Route, RoutedStep, Seat, route_of
from salesrules.approvals.model.steps import (
    ApprovalStep,
    Approver,
    AuthorityApprover,
    BodyApprover,
    FunctionApprover,
    FunctionSeat,
    ManagerApprover,
    PersonApprover,
    PositionApprover,
    RankApprover,
    StepDeadline,
    UnitHeadApprover,
)

__all__ = [
    "ApprovalFile",
    "ApprovalRequest",
    "ApprovalStep",
    "Approver",
    "AuthorityApprover",
    "BodyApprover",
    "ChosenRow",
    "Directory",
    "FunctionApprover",
    "FunctionSeat",
    "ManagerApprover",
    "PersonApprover",
    "PositionApprover",
    "RankApprover",
    "RequestBundle",
    "Review",
    "ReviewVote",
    "Route",
    "RoutedStep",
    "Seat",
    "StepDeadline",
    "StepFacts",
    "StepOutcome",
    "UnitHeadApprover",
    "Verdict",
    "request_of",
    "route_of",
    "value_reader",
]
