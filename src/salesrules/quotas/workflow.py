"""The lives of quotas and of sales plans.

A holder answers a quota before it is in force; a plan is submitted whole, and approved by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from salesrules.approvals import find_evidence_faults
from salesrules.core import (
    Deadline,
    Decision,
    PolicyReference,
    StateKind,
    Transition,
    WorkflowState,
    WorkflowTable,
    decide,
)
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import PlanFacts, Quota, QuotaFacts, SalesPlan
from salesrules.quotas.policy import AcceptancePolicy, QuotaPolicy, Silence
from salesrules.quotas.rules import (
    check_child_plans,
    check_plan,
    check_plan_agreement,
    check_revision,
    decide_by,
    demand,
)

__all__ = ["WORKFLOWS", "build_plan_workflow", "build_quota_workflow"]


def build_quota_workflow(policy: AcceptancePolicy | None = None) -> WorkflowTable:
    """The life of a quota: proposed, accepted or objected to, revised and proposed again, in force, closed.

    Roles: `manager` proposes, revises and withdraws, `holder` accepts or objects (with one of `policy.objections`,
    where there are some), `superior` upholds a quota over an objection, with evidence. Without an answer in time the
    quota counts as accepted or goes to the superior, as policy says; without a policy there is no deadline. Guards
    take `QuotaFacts`, the whole `QuotaPolicy` and an instant; an instant's own local day counts.

    >>> build_quota_workflow().commands_in("proposed")
    ('accept', 'object', 'revise', 'withdraw')
    """
    pending, final = StateKind.PENDING, StateKind.FINAL
    escalates = policy is not None and policy.silence is Silence.ESCALATED
    deadline = None
    if policy is not None:
        deadline = Deadline(after=timedelta(days=policy.days_to_answer), side=policy.side, fires="lapse")
    disputed = ("objected", "unanswered") if escalates else ("objected",)
    states = [
        WorkflowState(id="draft", kind=StateKind.INITIAL),
        WorkflowState(id="proposed", kind=pending, deadline=deadline),
        WorkflowState(id="accepted"),
        *(WorkflowState(id=state, kind=pending) for state in disputed),
        WorkflowState(id="revised"),
        WorkflowState(id="in_force"),
        WorkflowState(id="closed", kind=final),
        WorkflowState(id="withdrawn", kind=final),
    ]
    lapse = [Transition(sources=["proposed"], command="lapse", target="unanswered" if escalates else "accepted")]
    return WorkflowTable(
        id="quota",
        states=states,
        transitions=[
            Transition(sources=["draft", "revised"], command="propose", target="proposed", role="manager"),
            Transition(sources=["proposed"], command="accept", target="accepted", role="holder"),
            Transition(
                sources=["proposed"],
                command="object",
                target="objected",
                role="holder",
                reasons=policy.objections if policy else (),
            ),
            *(lapse if policy else ()),
            Transition(sources=["proposed", *disputed], command="revise", target="revised", role="manager"),
            Transition(sources=disputed, command="uphold", target="accepted", role="superior", guard=is_upheld),
            Transition(sources=["accepted"], command="begin", target="in_force", guard=has_begun),
            Transition(sources=["in_force"], command="revise", target="revised", role="manager", guard=is_revisable),
            Transition(sources=["in_force"], command="close", target="closed", guard=is_over),
            Transition(
                sources=["draft", "proposed", "revised", *disputed],
                command="withdraw",
                target="withdrawn",
                role="manager",
            ),
        ],
    )


def build_plan_workflow() -> WorkflowTable:
    """The life of a sales plan: draft, submitted, approved, in force, revised and submitted again, closed.

    Roles: `owner` submits and withdraws, `approver` approves or returns. A plan is submitted only when `check_plan`
    allows it, when its children (if any are given) sum to it and, where policy says so, when it agrees with quotas
    and budget; it is approved, and in force revised, with evidence. Guards take `PlanFacts`, the whole `QuotaPolicy`
    and an instant; an instant's own local day counts.

    >>> build_plan_workflow().commands_in("submitted")
    ('approve', 'return', 'withdraw', 'revise')
    """
    return WorkflowTable(
        id="sales_plan",
        states=[
            WorkflowState(id="draft", kind=StateKind.INITIAL),
            WorkflowState(id="submitted", kind=StateKind.PENDING),
            WorkflowState(id="approved"),
            WorkflowState(id="in_force"),
            WorkflowState(id="revised"),
            WorkflowState(id="closed", kind=StateKind.FINAL),
            WorkflowState(id="withdrawn", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(
                sources=["draft", "revised"], command="submit", target="submitted", role="owner", guard=is_whole
            ),
            Transition(sources=["submitted"], command="approve", target="approved", role="approver", guard=is_approved),
            Transition(sources=["submitted"], command="return", target="draft", role="approver"),
            Transition(sources=["approved"], command="begin", target="in_force", guard=has_begun),
            Transition(
                sources=["approved", "in_force"],
                command="revise",
                target="revised",
                role="owner",
                guard=is_revision_approved,
            ),
            Transition(sources=["in_force"], command="close", target="closed", guard=is_over),
            Transition(sources=["draft", "submitted", "revised"], command="withdraw", target="withdrawn", role="owner"),
        ],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType(
    {"quota": build_quota_workflow, "sales_plan": build_plan_workflow}
)


def is_upheld(facts: QuotaFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether evidence carries a quota over its holder's objection."""
    acceptance = demand(policy.acceptance, "acceptance")
    return decide_by(
        policy,
        as_of.date(),
        find_evidence_faults(
            facts.evidence,
            act=acceptance.uphold_act,
            subject=facts.quota.id,
            interested=[facts.quota.holder],
            as_of=as_of,
            path="evidence",
            policy=PolicyReference("AcceptancePolicy", acceptance.id, "uphold_act"),
        ),
    )


def is_revisable(facts: QuotaFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether a quota in force may be revised: the revision is there, approved and in time."""
    if facts.revision is None:
        return decide([codes.REVISION_MISSING(quota=facts.quota.id, path="revision")])
    return check_revision(facts.revision, facts.quota, policy, as_of.date())


def has_begun(facts: QuotaFacts | PlanFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether the span of a quota or plan has begun."""
    subject = _subject(facts)
    if as_of.date() >= subject.span.start:
        return decide([])
    return decide([codes.SPAN_NOT_STARTED(subject=subject.id, start=subject.span.start, path="span.start")])


def is_over(facts: QuotaFacts | PlanFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether the span of a quota or plan is over."""
    subject = _subject(facts)
    end: date | None = subject.span.end
    if end is None or as_of.date() >= end:
        return decide([])
    return decide([codes.SPAN_NOT_OVER(subject=subject.id, end=end, path="span.end")])


def is_whole(facts: PlanFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether a plan is whole, and agrees with its children, its quotas and its budget."""
    checks = [check_plan(facts.plan, policy, as_of.date())]
    if facts.children:
        checks.append(check_child_plans(facts.plan, facts.children))
    if demand(policy.plans, "plans").must_agree:
        checks.append(check_plan_agreement(facts.plan, facts.quotas, facts.granted))
    return decide(reason for check in checks for reason in check.reasons)


def is_approved(facts: PlanFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether somebody other than its owner approved a plan."""
    return _plan_evidence(facts, policy, "approval_act", as_of)


def is_revision_approved(facts: PlanFacts, policy: QuotaPolicy, as_of: datetime) -> Decision:
    """Whether somebody other than its owner approved the revision of a plan."""
    return _plan_evidence(facts, policy, "revision_act", as_of)


def _plan_evidence(facts: PlanFacts, policy: QuotaPolicy, field: str, as_of: datetime) -> Decision:
    plan, rule = facts.plan, demand(policy.plans, "plans")
    return decide_by(
        policy,
        as_of.date(),
        find_evidence_faults(
            facts.evidence,
            act=getattr(rule, field),
            subject=plan.id,
            interested=[plan.owner],
            as_of=as_of,
            path="evidence",
            policy=PolicyReference("PlanPolicy", rule.id, field),
        ),
    )


def _subject(facts: QuotaFacts | PlanFacts) -> Quota | SalesPlan:
    return facts.quota if isinstance(facts, QuotaFacts) else facts.plan
