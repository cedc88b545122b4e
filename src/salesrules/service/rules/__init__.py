"""The verbs of the room: pure functions from facts, policy and `as_of` to a decision or a value."""

from salesrules.service.rules.care import KnowsWorkingDays, check_care, plan_care
from salesrules.service.rules.complaints import (
    calculate_complaint_deadlines,
    check_assignment,
    check_customer_answer,
    check_resolution,
    find_missed_deadlines,
)
from salesrules.service.rules.escalation import check_complaint, find_escalations, find_superiors
from salesrules.service.rules.lint import check_policy
from salesrules.service.rules.requests import (
    MeasuresWorkingTime,
    calculate_feedback_deadlines,
    calculate_request_clock,
    check_feedback,
    check_forwarding,
    check_request,
)
from salesrules.service.rules.standards import calculate_service_score, check_standards

__all__ = [
    "KnowsWorkingDays",
    "MeasuresWorkingTime",
    "calculate_complaint_deadlines",
    "calculate_feedback_deadlines",
    "calculate_request_clock",
    "calculate_service_score",
    "check_assignment",
    "check_care",
    "check_complaint",
    "check_customer_answer",
    "check_feedback",
    "check_forwarding",
    "check_policy",
    "check_request",
    "check_resolution",
    "check_standards",
    "find_escalations",
    "find_missed_deadlines",
    "find_superiors",
    "plan_care",
]
