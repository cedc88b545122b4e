"""The lives of claims and of budget lines.

A claim's table is made of the review steps that the rulebook lists: a firm adds, drops or renames one without code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import attrs

from salesrules.core import (
    ALLOW,
    ApprovalEvidence,
    Choice,
    Deadline,
    Decision,
    Guard,
    Outcome,
    Reason,
    StateKind,
    Transition,
    WorkflowEvent,
    WorkflowState,
    WorkflowTable,
    decide,
    decide_command,
    evolve_case,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetFacts, ClaimFacts, ClaimFile, Sanction
from salesrules.expenses.policy import ExpensePolicy, Refusal, ReviewPolicy, ReviewStep
from salesrules.expenses.rules import (
    check_confirmation,
    decide_by,
    demand,
    find_open_approvals,
    find_sanction_reasons,
)

__all__ = ["STARTER_REVIEWS", "WORKFLOWS", "advance_claim", "build_budget_workflow", "build_claim_workflow"]

#: Supervisor, then finance, then the cashier: what `build_claim_workflow` builds without a policy.
STARTER_REVIEWS = ReviewPolicy(
    steps=(ReviewStep(id="supervisor", role="supervisor"), ReviewStep(id="finance", role="finance"))
)


def build_claim_workflow(policy: ReviewPolicy | None = None) -> WorkflowTable:
    """The life of a claim: draft, submitted, approved step by step, paid; or rejected, returned, withdrawn.

    For each step of the policy, in its order, the role of the step gives the commands `<step>_approve`, `<step>_return`
    (to the draft) and `<step>_reject`, the last two with one of the step's coded reasons where it has some. A step that
    may be skipped is passed over where the claim does not need it. The commands of payment are the ids of its steps.
    The role `claimant` edits, submits, revises (from any pending state) and withdraws. Guards take `ClaimFacts`, the
    whole `ExpensePolicy` and an instant; `advance_claim` makes the facts.

    Raises `InvalidDocument` where the steps' names clash.

    >>> build_claim_workflow().commands_in("supervisor_approved")
    ('finance_approve', 'finance_return', 'finance_reject', 'revise')
    """
    reviews = policy or STARTER_REVIEWS
    states = ["submitted", *(f"{step.id}_approved" for step in reviews.steps)]
    paying = [*(f"{step.id}_done" for step in reviews.payment[:-1])]
    rejected = "rejected" if reviews.refusal is Refusal.FINAL else "refused"
    return WorkflowTable(
        id="claim",
        states=[
            WorkflowState(id="draft", kind=StateKind.INITIAL),
            *(
                WorkflowState(id=state, kind=StateKind.PENDING, deadline=_deadline(reviews.steps[place:]))
                for place, state in enumerate(states)
            ),
            *(WorkflowState(id=state) for state in paying),
            *((WorkflowState(id="refused"),) if rejected == "refused" else ()),
            WorkflowState(id="paid", kind=StateKind.FINAL),
            *((WorkflowState(id="rejected", kind=StateKind.FINAL),) if rejected == "rejected" else ()),
            WorkflowState(id="withdrawn", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(
                sources=["draft"], command="edit", target="draft", role="claimant", guard=is_own, is_editing=True
            ),
            Transition(sources=["draft"], command="submit", target="submitted", role="claimant", guard=may_submit),
            Transition(sources=["draft"], command="withdraw", target="withdrawn", role="claimant", guard=is_own),
            *_review_moves(reviews, states, rejected),
            *_payment_moves(reviews, states, paying),
            *(_acknowledgements() if rejected == "refused" else ()),
            Transition(sources=states, command="revise", target="draft", role="claimant", guard=is_own),
        ],
    )


def _deadline(steps: tuple[ReviewStep, ...]) -> Deadline | None:
    """How long a claim may wait for the first of these steps that none skips."""
    step = next((step for step in steps if not step.may_be_skipped), None)
    if step is None or step.hours is None:
        return None
    return Deadline(after=timedelta(hours=step.hours), kind=step.hours_kind, side=step.hours_side)


def _review_moves(reviews: ReviewPolicy, states: list[str], rejected: str) -> Iterator[Transition]:
    for place, step in enumerate(reviews.steps):
        sources = []
        for source, skipped in _ways_to(place, reviews.steps, states):
            sources.append(source)
            guard = _may_approve(step, skipped)
            yield Transition(
                sources=[source], command=f"{step.id}_approve", target=states[place + 1], role=step.role, guard=guard
            )
        for word, target in (("return", "draft"), ("reject", rejected)):
            yield Transition(
                sources=sources,
                command=f"{step.id}_{word}",
                target=target,
                role=step.role,
                reasons=step.reasons,
                guard=may_review,
            )


def _ways_to(
    place: int, steps: tuple[ReviewStep, ...], states: list[str]
) -> Iterator[tuple[str, tuple[ReviewStep, ...]]]:
    """The states from which a step may be taken, the nearest first, each with the steps that this passes over."""
    for before in range(place, -1, -1):
        skipped = steps[before:place]
        if not all(step.may_be_skipped for step in skipped):
            return
        yield states[before], skipped


def _payment_moves(reviews: ReviewPolicy, states: list[str], paying: list[str]) -> Iterator[Transition]:
    first, *others = reviews.payment
    targets = [*paying, "paid"]
    for source, skipped in _ways_to(len(reviews.steps), reviews.steps, states):
        yield Transition(
            sources=[source],
            command=first.id,
            target=targets[0],
            role=first.role,
            guard=_may_pay(skipped, is_first=True),
        )
    for place, step in enumerate(others):
        yield Transition(
            sources=[paying[place]], command=step.id, target=targets[place + 1], role=step.role, guard=_may_pay(())
        )


def _acknowledgements() -> tuple[Transition, ...]:
    def gives_up(facts: ClaimFacts, policy: ExpensePolicy, as_of: datetime) -> Decision | bool:
        own = is_own(facts, policy, as_of)
        return own if facts.gives_up or not own.is_allowed else False

    common: dict[str, Any] = {
        "sources": ["refused"],
        "command": "acknowledge",
        "role": "claimant",
        "choice": Choice.ORDERED,
    }
    return (
        Transition(target="withdrawn", guard=gives_up, **common),
        Transition(target="draft", guard=is_own, **common),
    )


def advance_claim(
    table: WorkflowTable,
    file: ClaimFile,
    command: str,
    *,
    actor: str,
    roles: Collection[str],
    policy: ExpensePolicy,
    as_of: datetime,
    finding: Decision | None = None,
    sanctions: Collection[Sanction] = (),
    reason: str | None = None,
    gives_up: bool = False,
    evidence: Iterable[ApprovalEvidence] = (),
) -> tuple[Decision, ClaimFile]:
    """Whether somebody may give a command to a claim now, and the file afterwards: the same one unless allowed.

    `finding` is what `check_claim` said, needed to submit; `sanctions` come with an approval, and what they do not name
    stays as it was. Whatever leads back to the draft, or ends without payment, takes sanctions back. Nobody reviews or
    pays their own claim, by whatever role. The first step of payment needs `evidence` of what the approval matrix asked
    for (`file.asked`).
    """
    facts = ClaimFacts(
        file=file, actor=actor, finding=finding, sanctions=sanctions, gives_up=gives_up, evidence=evidence
    )
    decision, events = decide_command(
        table, file.case, command, as_of=as_of, facts=facts, policy=policy, actor=actor, roles=roles, reason=reason
    )
    for event in events:
        file = _after(file, event, facts.sanctions)
    return decision, file


def _after(file: ClaimFile, event: WorkflowEvent, sanctions: tuple[Sanction, ...]) -> ClaimFile:
    case = evolve_case(file.case, event)
    if event.target in ("draft", "rejected", "refused", "withdrawn"):
        return attrs.evolve(file, case=case, sanctions=())
    given = {sanction.line: sanction for sanction in (*file.sanctions, *sanctions)}
    return attrs.evolve(file, case=case, sanctions=tuple(given.values()))


def build_budget_workflow() -> WorkflowTable:
    """The life of a budget line: draft, confirmed with evidence, closed.

    Roles: `owner` edits and closes, `approver` confirms. Guards take `BudgetFacts`, the whole `ExpensePolicy` and an
    instant.

    >>> build_budget_workflow().commands_in("draft")
    ('edit', 'confirm')
    """
    return WorkflowTable(
        id="budget",
        states=[
            WorkflowState(id="draft", kind=StateKind.INITIAL),
            WorkflowState(id="confirmed"),
            WorkflowState(id="closed", kind=StateKind.FINAL),
        ],
        transitions=[
            Transition(sources=["draft"], command="edit", target="draft", role="owner", is_editing=True),
            Transition(sources=["draft"], command="confirm", target="confirmed", role="approver", guard=is_confirmable),
            Transition(sources=["confirmed"], command="close", target="closed", role="owner"),
        ],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType(
    {"claim": build_claim_workflow, "budget": build_budget_workflow}
)


def is_confirmable(facts: BudgetFacts, policy: ExpensePolicy, as_of: datetime) -> Decision:
    """Whether a budget line is whole and somebody other than its owner approved it."""
    return check_confirmation(facts.line, facts.evidence, policy, as_of)


def is_own(facts: ClaimFacts, policy: ExpensePolicy, as_of: datetime) -> Decision:
    """Whether who acts is the claimant."""
    claim = facts.file.claim
    if facts.actor == claim.claimant:
        return ALLOW
    return decide([codes.NOT_CLAIMANT(actor=facts.actor, claim=claim.id, path="actor")])


def may_submit(facts: ClaimFacts, policy: ExpensePolicy, as_of: datetime) -> Decision:
    """Whether the claimant submits a claim that was checked and is not denied; what must be approved is, to be paid."""
    own = is_own(facts, policy, as_of)
    finding = facts.finding
    if finding is None:
        missing = codes.NOT_CHECKED(claim=facts.file.claim.id, path="finding")
        return decide_by(policy, as_of.date(), [*own.reasons, missing])
    if not own.is_allowed:
        return Decision(outcome=Outcome.DENY, reasons=(*own.reasons, *finding.reasons))
    if finding.outcome is Outcome.REFER:
        return attrs.evolve(finding, outcome=Outcome.WARN)
    return finding


def may_review(facts: ClaimFacts, policy: ExpensePolicy, as_of: datetime) -> Decision:
    """Whether who acts is neither the claimant nor, where policy says so, somebody who reviewed this round already."""
    return decide_by(policy, as_of.date(), _strangers(facts, policy))


def _strangers(facts: ClaimFacts, policy: ExpensePolicy) -> Iterator[Reason]:
    file = facts.file
    if facts.actor == file.claim.claimant:
        yield codes.OWN_CLAIM(actor=facts.actor, claim=file.claim.id, path="actor")
    if demand(policy.reviews, "reviews").distinct:
        for event in _round(file):
            if event.actor == facts.actor and event.command.endswith("_approve"):
                step = event.command.removesuffix("_approve")
                yield codes.SAME_REVIEWER(actor=facts.actor, step=step, path="actor")


def _round(file: ClaimFile) -> tuple[WorkflowEvent, ...]:
    """The events since the claim was last submitted: what was said before no longer counts."""
    history = file.case.history
    return history[max(place for place, event in enumerate(history) if event.command in ("start", "submit")) :]


def _may_approve(step: ReviewStep, skipped: tuple[ReviewStep, ...]) -> Guard:
    def may_approve(facts: ClaimFacts, policy: ExpensePolicy, as_of: datetime) -> Decision:
        reasons = [*_strangers(facts, policy), *_needed(skipped, facts, policy), *_misjudged(step, facts, policy)]
        return decide_by(policy, as_of.date(), reasons)

    return may_approve


def _may_pay(skipped: tuple[ReviewStep, ...], *, is_first: bool = False) -> Guard:
    def may_pay(facts: ClaimFacts, policy: ExpensePolicy, as_of: datetime) -> Decision:
        file = facts.file
        reasons = [*_needed(skipped, facts, policy)]
        if is_first:
            before = [line.prior_approval for line in file.claim.lines if line.prior_approval is not None]
            reasons += find_open_approvals(file.asked, [*facts.evidence, *before], as_of)
        if facts.actor == file.claim.claimant:
            reasons.append(codes.OWN_CLAIM(actor=facts.actor, claim=file.claim.id, path="actor"))
        return decide_by(policy, as_of.date(), reasons)

    return may_pay


def _needed(skipped: tuple[ReviewStep, ...], facts: ClaimFacts, policy: ExpensePolicy) -> Iterator[Reason]:
    """The steps that would be passed over although the claim needs them."""
    if skipped:
        amount = facts.file.claimed(demand(policy.claims, "claims").currency)
        for step in skipped:
            if step.is_needed(amount):
                yield codes.STEP_SKIPPED(step=step.id, amount=amount, path="command")


def _misjudged(step: ReviewStep, facts: ClaimFacts, policy: ExpensePolicy) -> Iterator[Reason]:
    """What speaks against the sanctions that come with an approval."""
    if not facts.sanctions:
        return
    if not step.may_sanction:
        yield codes.SANCTION_NOT_ALLOWED(step=step.id, path="sanctions")
    claimed = {line.line: line.claimed for line in facts.file.lines}
    yield from find_sanction_reasons(claimed, facts.sanctions, demand(policy.claims, "claims"))
