"""The lives of complaints, service requests and feedback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from salesrules.core import Decision, StateKind, Transition, WorkflowState, WorkflowTable
from salesrules.service.model import Complaint, Feedback
from salesrules.service.policy import ComplaintPolicy, CustomerSilence, ServicePolicy
from salesrules.service.rules import check_assignment, check_customer_answer, check_forwarding, check_resolution

__all__ = ["WORKFLOWS", "build_complaint_workflow", "build_feedback_workflow", "build_request_workflow"]


def build_complaint_workflow(policy: ComplaintPolicy | None = None) -> WorkflowTable:
    """The life of a complaint: received, assigned, investigating, resolved, confirmed by the customer or reopened.

    Roles: `dispatcher` assigns, `handler` investigates and resolves, `customer` confirms, reopens (with one of
    `policy.reopening_reasons`, where there are some) and withdraws. Where the customer says nothing in time, the case
    counts as confirmed or stays open, as policy says; without a policy there is no such deadline. Guards take a
    `Complaint`, the whole `ServicePolicy` and an instant. Response and resolution run over several states, so
    `check_complaint` watches them.

    >>> build_complaint_workflow().commands_in("resolved")
    ('confirm', 'reopen', 'withdraw')
    """
    lapses = policy is not None and policy.silence is CustomerSilence.CONFIRMED
    return WorkflowTable(
        id="complaint",
        states=[
            WorkflowState(id="received", kind=StateKind.INITIAL),
            WorkflowState(id="assigned"),
            WorkflowState(id="investigating"),
            WorkflowState(id="resolved", deadline=policy.answer_deadline() if policy else None),
            WorkflowState(id="reopened"),
            WorkflowState(id="confirmed", kind=StateKind.FINAL),
            WorkflowState(id="withdrawn", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(
                sources=["received", "reopened"],
                command="assign",
                target="assigned",
                role="dispatcher",
                guard=is_assigned_well,
            ),
            Transition(sources=["assigned", "reopened"], command="investigate", target="investigating", role="handler"),
            Transition(
                sources=["assigned", "investigating"],
                command="reassign",
                target="assigned",
                role="dispatcher",
                guard=is_assigned_well,
            ),
            Transition(
                sources=["investigating"], command="resolve", target="resolved", role="handler", guard=is_resolvable
            ),
            Transition(
                sources=["resolved"], command="confirm", target="confirmed", role="customer", guard=has_customer_spoken
            ),
            *([Transition(sources=["resolved"], command="lapse", target="confirmed")] if lapses else []),
            Transition(
                sources=["resolved"],
                command="reopen",
                target="reopened",
                role="customer",
                reasons=policy.reopening_reasons if policy else (),
            ),
            Transition(
                sources=["received", "assigned", "investigating", "resolved", "reopened"],
                command="withdraw",
                target="withdrawn",
                role="customer",
            ),
        ],
    )


def build_request_workflow() -> WorkflowTable:
    """The life of a service request: opened, accepted, in progress, waiting for the customer, done.

    Its clock runs until it is done and stands still while it waits; `check_request` watches it.

    >>> build_request_workflow().commands_in("waiting")
    ('resume', 'cancel')
    """
    return WorkflowTable(
        id="service_request",
        states=[
            WorkflowState(id="opened", kind=StateKind.INITIAL),
            WorkflowState(id="accepted"),
            WorkflowState(id="in_progress"),
            WorkflowState(id="waiting"),
            WorkflowState(id="done", kind=StateKind.FINAL),
            WorkflowState(id="cancelled", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(sources=["opened"], command="accept", target="accepted", role="handler"),
            Transition(sources=["accepted"], command="begin", target="in_progress", role="handler"),
            Transition(sources=["accepted", "in_progress"], command="wait", target="waiting", role="handler"),
            Transition(sources=["waiting"], command="resume", target="in_progress"),
            Transition(sources=["in_progress"], command="finish", target="done", role="handler"),
            Transition(
                sources=["opened", "accepted", "in_progress", "waiting"],
                command="cancel",
                target="cancelled",
                role="customer",
            ),
        ],
    )


def build_feedback_workflow() -> WorkflowTable:
    """The life of feedback: received, forwarded to the department that owns its kind, answered.

    Guards take `Feedback`, the whole `ServicePolicy` and an instant; `check_feedback` watches the deadlines.

    >>> build_feedback_workflow().commands_in("forwarded")
    ('return', 'answer')
    """
    return WorkflowTable(
        id="feedback",
        states=[
            WorkflowState(id="received", kind=StateKind.INITIAL),
            WorkflowState(id="forwarded"),
            WorkflowState(id="answered", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(
                sources=["received"], command="forward", target="forwarded", role="receiver", guard=is_sent_to_owner
            ),
            Transition(sources=["forwarded"], command="return", target="received", role="owner"),
            Transition(sources=["forwarded"], command="answer", target="answered", role="owner"),
        ],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType(
    {
        "complaint": build_complaint_workflow,
        "service_request": build_request_workflow,
        "feedback": build_feedback_workflow,
    }
)


def is_assigned_well(facts: Complaint, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether a complaint goes to whom its kind says."""
    return check_assignment(facts, policy, as_of)


def is_resolvable(facts: Complaint, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether cause, remedy and joint findings are recorded."""
    return check_resolution(facts, policy, as_of)


def has_customer_spoken(facts: Complaint, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether the customer has said that the remedy helped."""
    return check_customer_answer(facts, policy, as_of)


def is_sent_to_owner(facts: Feedback, policy: ServicePolicy, as_of: datetime) -> Decision:
    """Whether feedback goes to the department that owns its kind."""
    return check_forwarding(facts, policy, as_of)
