"""What a requester does with a request: open, edit, submit, revise, withdraw; and what time does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import ApprovalFile, ApprovalRequest, Directory, StepFacts
from salesrules.approvals.policy import ApprovalPolicy, ApprovalRule
from salesrules.approvals.rules.routing import route
from salesrules.approvals.workflow.table import build_approval_workflow
from salesrules.core import (
    CountsWorkingTime,
    Decision,
    ExchangeRates,
    InvalidValue,
    Money,
    Outcome,
    Reason,
    WorkflowTable,
    check_edit,
    decide,
    decide_command,
    evolve_case,
    expire_case,
    start_case,
)

__all__ = [
    "edit_request",
    "expire_request",
    "open_request",
    "revise_request",
    "submit_request",
    "table_of",
    "withdraw_request",
]


def table_of(file: ApprovalFile, rule: ApprovalRule | None = None) -> WorkflowTable:
    """The workflow of a file's own steps."""
    if rule is None:
        return build_approval_workflow(file.steps)
    return build_approval_workflow(
        file.steps, rejection_reasons=rule.rejection_reasons, return_reasons=rule.return_reasons
    )


def open_request(request: ApprovalRequest, *, as_of: datetime) -> ApprovalFile:
    """A new file with a request in draft."""
    return ApprovalFile(
        request=request, case=start_case(build_approval_workflow(()), as_of=as_of, actor=request.requester)
    )


def edit_request(file: ApprovalFile, request: ApprovalRequest) -> tuple[Decision, ApprovalFile]:
    """The file with a changed request: in draft and after a return only, since what is pending is frozen.

    Raises `InvalidValue` where it is another request, or somebody else's.
    """
    for field in ("id", "requester"):
        if getattr(request, field) != getattr(file.request, field):
            raise InvalidValue(field, getattr(request, field), f"it stays {getattr(file.request, field)!r}")
    decision = check_edit(table_of(file), file.case)
    return (decision, attrs.evolve(file, request=request)) if decision.is_allowed else (decision, file)


def submit_request(
    file: ApprovalFile,
    policy: ApprovalPolicy,
    directory: Directory,
    *,
    actor: str,
    as_of: datetime,
    related: Iterable[ApprovalRequest] = (),
    rates: ExchangeRates | None = None,
) -> tuple[Decision, ApprovalFile]:
    """Send a request on its route (`route`, with whose faults it is denied).

    The first time, and after a material change or where the route itself has become another one, it begins at the
    first step and what was said before is void. Otherwise it goes on at the step that it left. The decision tells
    which, and names who is behind the steps.
    """
    if actor != file.request.requester:
        return _not_theirs(actor, file), file
    early = _refused(file, "submit", as_of)
    if early is not None:
        return early, file
    found = route(file.request, policy, directory, as_of=as_of, related=related, rates=rates)
    if found.decision.outcome is Outcome.DENY:
        return found.decision, file
    steps = tuple(routed.step for routed in found.steps)
    rule = policy.find_rule(file.request.act, as_of.date())
    changed = _material_changes(file, rule, found.amount)
    goes_on = file.submitted is not None and not changed and steps == file.steps and file.position is not None
    said: list[Reason] = []
    if goes_on:
        said.append(codes.ROUTE_RESUMED(step=file.position))
    elif file.submitted is not None:
        said.append(codes.ROUTE_RESTARTED(fields=changed or ("steps",)))
    renewed = attrs.evolve(
        file,
        steps=steps or file.steps,
        submitted=file.request,
        amount=found.amount,
        route=found.name,
        votes=file.votes if goes_on else (),
        past_votes=file.past_votes if goes_on else (*file.past_votes, *file.votes),
        position=file.position if goes_on else None,
    )
    entry = renewed.position or next((step.id for step in steps), None)
    decision, moved = _move(renewed, "submit", as_of, actor=actor, facts=StepFacts(entry=entry), rule=rule)
    if not decision.is_allowed:
        return decision, file
    reasons = (*found.decision.reasons, *said)
    outcome = max(decide(reasons).outcome, decision.outcome, key=lambda outcome: outcome.weight)
    answer = attrs.evolve(found.decision, outcome=outcome, reasons=reasons)
    return answer, moved


def revise_request(file: ApprovalFile, *, actor: str, as_of: datetime) -> tuple[Decision, ApprovalFile]:
    """Take a pending request back into draft, so that it can be edited and submitted again."""
    return _taken_back(file, "revise", actor, as_of)


def withdraw_request(file: ApprovalFile, *, actor: str, as_of: datetime) -> tuple[Decision, ApprovalFile]:
    """Give a request up for good."""
    return _taken_back(file, "withdraw", actor, as_of)


def expire_request(
    file: ApprovalFile, *, as_of: datetime, working_time: CountsWorkingTime | None = None
) -> tuple[Decision, ApprovalFile]:
    """The file as time has left it: expired where its step was due, at that instant, whenever it is asked for."""
    decision, events = expire_case(table_of(file), file.case, as_of, working_time=working_time)
    case = file.case
    for event in events:
        case = evolve_case(case, event)
    return decision, attrs.evolve(file, case=case)


def _material_changes(file: ApprovalFile, rule: ApprovalRule | None, amount: Money | None) -> tuple[str, ...]:
    """The fields whose change makes void what was said: those of the rule, and always these.

    What is approved, who may approve it, and an amount above the one that the reviewers had before them.
    """
    before = file.submitted
    if before is None or rule is None:
        return ()
    names = dict.fromkeys(("act", "subject", "interested", *rule.material_fields))
    changed = [name for name in names if file.request.value(name) != before.value(name)]
    if "amount" not in changed and _exceeds(amount, file.amount):
        changed.append("amount")
    return tuple(changed)


def _exceeds(amount: Money | None, seen: Money | None) -> bool:
    if amount is None or seen is None:
        return amount is not None
    return amount.currency != seen.currency or amount.amount > seen.amount


def _taken_back(file: ApprovalFile, command: str, actor: str, as_of: datetime) -> tuple[Decision, ApprovalFile]:
    if actor != file.request.requester:
        return _not_theirs(actor, file), file
    step = file.step
    decision, moved = _move(file, command, as_of, actor=actor)
    if decision.is_allowed and step is not None:
        moved = leave_step(moved, step.id)
    return decision, moved


def leave_step(file: ApprovalFile, step: str) -> ApprovalFile:
    """The file to go on at a step that it left; what was said in that step is void, what was said before stands."""
    return attrs.evolve(
        file,
        position=step,
        votes=tuple(vote for vote in file.votes if vote.review.step != step),
        past_votes=(*file.past_votes, *file.votes_in(step)),
    )


def _move(
    file: ApprovalFile,
    command: str,
    as_of: datetime,
    *,
    actor: str,
    facts: StepFacts | None = None,
    rule: ApprovalRule | None = None,
) -> tuple[Decision, ApprovalFile]:
    decision, events = decide_command(
        table_of(file, rule), file.case, command, as_of=as_of, facts=facts, actor=actor, roles=("requester",)
    )
    case = file.case
    for event in events:
        case = evolve_case(case, event)
    return decision, attrs.evolve(file, case=case)


def _refused(file: ApprovalFile, command: str, as_of: datetime) -> Decision | None:
    """Why a command is impossible where the file stands, before its route is sought."""
    table = table_of(file)
    if command in table.commands_in(file.case.state):
        return None
    return decide_command(table, file.case, command, as_of=as_of)[0]


def _not_theirs(actor: str, file: ApprovalFile) -> Decision:
    return decide([codes.NOT_THE_REQUESTER(person=actor, requester=file.request.requester)])
