"""The clock of a service request, and the deadlines of feedback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from salesrules.core import (
    CountsWorkingTime,
    DeadlineKind,
    Decision,
    InvalidValue,
    PolicyReference,
    Reason,
    WorkflowCase,
)
from salesrules.service import reasons as codes
from salesrules.service.model import Feedback, FeedbackDeadlines, RequestClock, ServiceRequest
from salesrules.service.policy import ServicePolicy, later
from salesrules.service.rules.life import decide_by, decide_until

__all__ = [
    "MeasuresWorkingTime",
    "calculate_feedback_deadlines",
    "calculate_request_clock",
    "check_feedback",
    "check_forwarding",
    "check_request",
]

_NONE = timedelta(0)


class MeasuresWorkingTime(CountsWorkingTime, Protocol):
    """A firm's working time, which also says how much of it lies between two instants."""

    def elapsed(self, start: datetime, end: datetime, /) -> timedelta:
        """The working time from one instant to another."""
        ...


def calculate_request_clock(
    request: ServiceRequest,
    case: WorkflowCase,
    policy: ServicePolicy,
    as_of: datetime,
    working_time: MeasuresWorkingTime | None = None,
) -> RequestClock:
    """How a request's clock stands: it runs from the opening until the request is done, but not while it waits.

    Events after `as_of` are left out. Raises `UnknownName` for a kind without a clock, `InvalidValue` where working
    time counts and none is given, or where the request was opened after `as_of`.
    """
    rule = policy.request_rule(request.kind)
    limit = rule.limit
    events = [event for event in case.history if event.at.astimezone(UTC) <= as_of.astimezone(UTC)]
    if not events:
        raise InvalidValue("as_of", as_of, f"the request {request.id} was opened later, at {case.history[0].at}")
    used, running, since = _NONE, True, events[0].at
    done_at: datetime | None = None
    paused_since: datetime | None = None
    for event in events[1:]:
        is_running = event.target not in ("waiting", "done", "cancelled")
        if running and not is_running:
            used += _elapsed(since, event.at, limit.counted, working_time)
        if is_running and not running:
            since = event.at
        running = is_running
        paused_since = (paused_since or event.at) if event.target == "waiting" else None
        done_at = event.at if event.target in ("done", "cancelled") else None
    if running:
        due = later(since, limit.duration - used, limit.counted, working_time) if used < limit.duration else since
        spent = used + _elapsed(since, as_of, limit.counted, working_time)
        is_overdue = used > limit.duration or limit.is_missed(due, as_of)
        return RequestClock(
            request=request.id,
            used=spent,
            limit=limit.duration,
            due=due,
            paused_since=None,
            done_at=None,
            is_overdue=is_overdue,
        )
    return RequestClock(
        request=request.id,
        used=used,
        limit=limit.duration,
        due=None,
        paused_since=paused_since,
        done_at=done_at,
        is_overdue=used > limit.duration or (used == limit.duration and limit.side.value == "lower"),
    )


def _elapsed(
    start: datetime, end: datetime, counted: DeadlineKind, working_time: MeasuresWorkingTime | None
) -> timedelta:
    if counted is DeadlineKind.ELAPSED:
        return end.astimezone(UTC) - start.astimezone(UTC)
    if working_time is None:
        raise InvalidValue("working_time", None, "this clock counts working time; give the firm's")
    return working_time.elapsed(start, end)


def check_request(
    request: ServiceRequest,
    case: WorkflowCase,
    policy: ServicePolicy,
    as_of: datetime,
    working_time: MeasuresWorkingTime | None = None,
) -> Decision:
    """Whether a request is within its time; `changes_at` is when it falls due, while its clock runs.

    Raises as `calculate_request_clock`.
    """
    clock = calculate_request_clock(request, case, policy, as_of, working_time)
    ahead = [clock.due] if clock.due is not None and not clock.is_overdue else []
    return decide_until(policy, as_of, _clock_findings(request, clock), ahead)


def _clock_findings(request: ServiceRequest, clock: RequestClock) -> Iterator[Reason]:
    if clock.is_overdue:
        entry = PolicyReference("RequestRule", request.kind, "limit")
        yield codes.REQUEST_OVERDUE(request=request.id, kind=request.kind, due=clock.due, path="case", policy=entry)
    if clock.paused_since is not None:
        yield codes.REQUEST_PAUSED(request=request.id, since=clock.paused_since, path="case")


def calculate_feedback_deadlines(
    feedback: Feedback, case: WorkflowCase, policy: ServicePolicy, working_time: CountsWorkingTime | None = None
) -> FeedbackDeadlines:
    """By when feedback must reach its owner and be answered, both counted from the receipt, and when it did.

    Raises `UnknownName` for a kind without a route, `InvalidValue` where working time counts and none is given.
    """
    route = policy.feedback_route(feedback.kind)
    received = case.history[0].at
    reached = {event.command: event.at for event in reversed(case.history)}
    return FeedbackDeadlines(
        owner=route.owner,
        forward_due=route.forward.due(received, working_time),
        forwarded_at=reached.get("forward"),
        answer_due=route.answer.due(received, working_time),
        answered_at=reached.get("answer"),
    )


def check_feedback(
    feedback: Feedback,
    case: WorkflowCase,
    policy: ServicePolicy,
    as_of: datetime,
    working_time: CountsWorkingTime | None = None,
) -> Decision:
    """Whether feedback reached its owner and was answered in time; `changes_at` is the next instant that is due.

    Raises as `calculate_feedback_deadlines`.
    """
    deadlines = calculate_feedback_deadlines(feedback, case, policy, working_time)
    route = policy.feedback_route(feedback.kind)
    owed = (
        (codes.FEEDBACK_FORWARD_OVERDUE, "forward", route.forward, deadlines.forward_due, deadlines.forwarded_at),
        (codes.FEEDBACK_ANSWER_OVERDUE, "answer", route.answer, deadlines.answer_due, deadlines.answered_at),
    )
    findings, ahead = [], []
    for code, field, limit, due, met in owed:
        if limit.is_missed(due, as_of if met is None else met):
            entry = PolicyReference("FeedbackRoute", route.id, field)
            findings.append(code(feedback=feedback.id, owner=route.owner, due=due, path="case", policy=entry))
        elif met is None:
            ahead.append(due)
    return decide_until(policy, as_of, findings, ahead)


def check_forwarding(feedback: Feedback, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether feedback goes to the department that owns its kind; raises `UnknownName` for a kind without a route."""
    route = policy.feedback_route(feedback.kind)
    if feedback.department == route.owner:
        return decide_by(policy, as_of.date(), ())
    wrong = codes.FEEDBACK_DEPARTMENT_WRONG(
        feedback=feedback.id,
        kind=feedback.kind,
        owner=route.owner,
        department=feedback.department,
        path="feedback.department",
        policy=PolicyReference("FeedbackRoute", route.id, "owner"),
    )
    return decide_by(policy, as_of.date(), [wrong])
