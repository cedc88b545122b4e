"""Complaints: who may take and own them, what a resolution needs, when they are due, and to whom they escalate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from salesrules.core import (
    CountsWorkingTime,
    Decision,
    PolicyReference,
    Reason,
    WorkflowCase,
    WorkflowEvent,
    is_before,
)
from salesrules.service import reasons as codes
from salesrules.service.model import Complaint, ComplaintDeadline, ComplaintDeadlines
from salesrules.service.policy import ComplaintPolicy, ServicePolicy
from salesrules.service.rules.life import decide_by

__all__ = [
    "calculate_complaint_deadlines",
    "check_assignment",
    "check_customer_answer",
    "check_resolution",
    "find_missed_deadlines",
]


def check_assignment(complaint: Complaint, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether a complaint was taken in and assigned as its kind says: intake, owner, handler and joint departments.

    Raises `UnknownName` for a kind or severity that the policy lacks.
    """
    return decide_by(policy, as_of.date(), _assignment(complaint, policy.complaint_rules))


def _assignment(complaint: Complaint, rules: ComplaintPolicy) -> Iterator[Reason]:
    kind = rules.kind(complaint.kind)
    rules.severity(complaint.severity)
    if complaint.taken_by != kind.intake:
        yield codes.INTAKE_WRONG(
            complaint=complaint.id,
            kind=kind.id,
            intake=kind.intake,
            taken_by=complaint.taken_by or None,
            path="complaint.taken_by",
            policy=PolicyReference("ComplaintKind", kind.id, "intake"),
        )
    if complaint.department != kind.owner:
        yield codes.OWNER_WRONG(
            complaint=complaint.id,
            kind=kind.id,
            owner=kind.owner,
            department=complaint.department,
            path="complaint.department",
            policy=PolicyReference("ComplaintKind", kind.id, "owner"),
        )
    if not complaint.handler:
        yield codes.HANDLER_MISSING(complaint=complaint.id, path="complaint.handler")
    elif complaint.handler == complaint.concerns:
        yield codes.HANDLER_CONCERNED(complaint=complaint.id, handler=complaint.handler, path="complaint.handler")
    for department in kind.joint:
        if department not in complaint.joint:
            yield codes.JOINT_DEPARTMENT_MISSING(
                complaint=complaint.id,
                kind=kind.id,
                department=department,
                path="complaint.joint",
                policy=PolicyReference("ComplaintKind", kind.id, "joint"),
            )


def check_resolution(complaint: Complaint, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether a remedy may be offered: cause and remedy are recorded, and each joint department has said its finding.

    A finding of the future does not count yet.
    """
    return decide_by(policy, as_of.date(), _resolution(complaint, policy.complaint_rules, as_of))


def _resolution(complaint: Complaint, rules: ComplaintPolicy, as_of: datetime) -> Iterator[Reason]:
    if not complaint.cause:
        yield codes.CAUSE_MISSING(complaint=complaint.id, path="complaint.cause")
    elif rules.causes and complaint.cause not in rules.causes:
        yield codes.CAUSE_UNKNOWN(
            complaint=complaint.id,
            cause=complaint.cause,
            known=rules.causes,
            path="complaint.cause",
            policy=PolicyReference("ComplaintPolicy", rules.id, "causes"),
        )
    if not complaint.remedy:
        yield codes.REMEDY_MISSING(complaint=complaint.id, path="complaint.remedy")
    elif rules.remedies and complaint.remedy not in rules.remedies:
        yield codes.REMEDY_UNKNOWN(
            complaint=complaint.id,
            remedy=complaint.remedy,
            known=rules.remedies,
            path="complaint.remedy",
            policy=PolicyReference("ComplaintPolicy", rules.id, "remedies"),
        )
    found = {finding.department for finding in complaint.findings if not is_before(as_of, finding.given_at)}
    for index, department in enumerate(complaint.joint):
        if department not in found:
            path = f"complaint.joint[{index}]"
            yield codes.JOINT_FINDING_MISSING(complaint=complaint.id, department=department, path=path)


def check_customer_answer(complaint: Complaint, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether the customer has spoken about the last remedy: themselves, after it, and not to the handler alone."""
    return decide_by(policy, as_of.date(), _answer(complaint, as_of))


def _answer(complaint: Complaint, as_of: datetime) -> Iterator[Reason]:
    answer, id = complaint.answer, complaint.id
    if answer is None:
        yield codes.ANSWER_MISSING(complaint=id, path="complaint.answer")
        return
    if answer.given_by not in (complaint.speakers or (complaint.customer,)):
        path = "complaint.answer.given_by"
        yield codes.ANSWER_NOT_BY_CUSTOMER(complaint=id, given_by=answer.given_by, path=path)
    if complaint.handler is not None and answer.taken_by == complaint.handler:
        path = "complaint.answer.taken_by"
        yield codes.ANSWER_TAKEN_BY_HANDLER(complaint=id, handler=complaint.handler, path=path)
    at = answer.given_at
    if is_before(as_of, at):
        yield codes.ANSWER_NOT_YET(complaint=id, given_at=at, as_of=as_of, path="complaint.answer.given_at")
    resolved = complaint.resolved_at
    if resolved is not None and is_before(at, resolved):
        path = "complaint.answer.given_at"
        yield codes.ANSWER_OLDER_THAN_REMEDY(complaint=id, given_at=at, resolved_at=resolved, path=path)


def calculate_complaint_deadlines(
    complaint: Complaint, case: WorkflowCase, policy: ServicePolicy, working_time: CountsWorkingTime | None = None
) -> ComplaintDeadlines:
    """When response and resolution are due by the severity, counted from the receipt, and when they came.

    The case's first event is the receipt. The response came with the first `investigate`, the resolution with the
    last `resolve` since the last `reopen`, from which a new resolution counts.

    Raises `UnknownName` for an unknown severity, `InvalidValue` where working time counts and none is given.
    """
    severity = policy.complaint_rules.severity(complaint.severity)
    received = case.history[0].at
    reopened = [index for index, event in enumerate(case.history) if event.command == "reopen"]
    start = reopened[-1] if reopened else 0
    return ComplaintDeadlines(
        response_due=severity.response.due(received, working_time),
        responded_at=_first(case.history, "investigate"),
        resolution_due=severity.resolution.due(case.history[start].at, working_time),
        resolved_at=_first(case.history[start:], "resolve"),
        times_reopened=len(reopened),
    )


def _first(history: Iterable[WorkflowEvent], command: str) -> datetime | None:
    return next((event.at for event in history if event.command == command), None)


def find_missed_deadlines(
    complaint: Complaint, deadlines: ComplaintDeadlines, policy: ServicePolicy, as_of: datetime
) -> tuple[tuple[ComplaintDeadline, datetime], ...]:
    """The deadlines that were missed by an instant, each with its due instant; met late is missed too."""
    severity = policy.complaint_rules.severity(complaint.severity)
    owed = (
        (ComplaintDeadline.RESPONSE, severity.response, deadlines.response_due, deadlines.responded_at),
        (ComplaintDeadline.RESOLUTION, severity.resolution, deadlines.resolution_due, deadlines.resolved_at),
    )
    return tuple((name, due) for name, limit, due, met in owed if limit.is_missed(due, as_of if met is None else met))
