"""The nouns of the room."""

from salesrules.service.model.care import CareDone, CareTask, Delivery
from salesrules.service.model.complaints import (
    Complaint,
    ComplaintDeadline,
    ComplaintDeadlines,
    CustomerAnswer,
    Escalation,
    JointFinding,
)
from salesrules.service.model.requests import Feedback, FeedbackDeadlines, RequestClock, ServiceRequest
from salesrules.service.model.standards import StandardResult, StandardScore

__all__ = [
    "CareDone",
    "CareTask",
    "Complaint",
    "ComplaintDeadline",
    "ComplaintDeadlines",
    "CustomerAnswer",
    "Delivery",
    "Escalation",
    "Feedback",
    "FeedbackDeadlines",
    "JointFinding",
    "RequestClock",
    "ServiceRequest",
    "StandardResult",
    "StandardScore",
]
