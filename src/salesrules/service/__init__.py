"""Service: what customers are owed after the sale, and when something went wrong.

>>> from datetime import date, datetime, timezone
>>> from salesrules.core import DateRange, PolicyLife, start_case
>>> from salesrules.service import Complaint, ComplaintPolicy, ServicePolicy, SeverityRule, HourLimit
>>> from salesrules.service import build_complaint_workflow, check_complaint
>>> urgent = SeverityRule(id="urgent", response=HourLimit(hours=2), resolution=HourLimit(hours=48))
>>> policy = ServicePolicy(
...     life=PolicyLife(
...         status="in_force", scope="all", owner="service", approver="director", effective=DateRange(date(2020, 1, 1))
...     ),
...     complaints=ComplaintPolicy(id="complaints", kinds=(), severities=[urgent]),
... )
>>> monday = datetime(2020, 1, 6, 9, tzinfo=timezone.utc)
>>> case = start_case(build_complaint_workflow(), as_of=monday)
>>> complaint = Complaint(id="c1", customer="acme", kind="quality", severity="urgent")
>>> decision = check_complaint(complaint, case, policy, monday.replace(hour=12))
>>> [reason.code for reason in decision.reasons], str(decision.changes_at)
(['service.response_overdue'], '2020-01-08 09:00:00+00:00')
"""

from salesrules.service.model import (
    CareDone,
    CareTask,
    Complaint,
    ComplaintDeadline,
    ComplaintDeadlines,
    CustomerAnswer,
    Delivery,
    Escalation,
    Feedback,
    FeedbackDeadlines,
    JointFinding,
    RequestClock,
    ServiceRequest,
    StandardResult,
    StandardScore,
)
from salesrules.service.policy import (
    Better,
    CareKind,
    CareSchedule,
    CareStep,
    ComplaintKind,
    ComplaintPolicy,
    CustomerSilence,
    EscalationLevel,
    FeedbackRoute,
    FreeDay,
    HourLimit,
    RequestRule,
    ServicePolicy,
    ServiceStandard,
    SeverityRule,
)
from salesrules.service.reasons import LABELS, REASONS
from salesrules.service.rules import (
    KnowsWorkingDays,
    MeasuresWorkingTime,
    calculate_complaint_deadlines,
    calculate_feedback_deadlines,
    calculate_request_clock,
    calculate_service_score,
    check_assignment,
    check_care,
    check_complaint,
    check_customer_answer,
    check_feedback,
    check_forwarding,
    check_policy,
    check_request,
    check_resolution,
    check_standards,
    find_escalations,
    find_missed_deadlines,
    find_superiors,
    plan_care,
)
from salesrules.service.workflow import (
    WORKFLOWS,
    build_complaint_workflow,
    build_feedback_workflow,
    build_request_workflow,
)

__all__ = [
    "LABELS",
    "REASONS",
    "WORKFLOWS",
    "Better",
    "CareDone",
    "CareKind",
    "CareSchedule",
    "CareStep",
    "CareTask",
    "Complaint",
    "ComplaintDeadline",
    "ComplaintDeadlines",
    "ComplaintKind",
    "ComplaintPolicy",
    "CustomerAnswer",
    "CustomerSilence",
    "Delivery",
    "Escalation",
    "EscalationLevel",
    "Feedback",
    "FeedbackDeadlines",
    "FeedbackRoute",
    "FreeDay",
    "HourLimit",
    "JointFinding",
    "KnowsWorkingDays",
    "MeasuresWorkingTime",
    "RequestClock",
    "RequestRule",
    "ServicePolicy",
    "ServiceRequest",
    "ServiceStandard",
    "SeverityRule",
    "StandardResult",
    "StandardScore",
    "build_complaint_workflow",
    "build_feedback_workflow",
    "build_request_workflow",
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
