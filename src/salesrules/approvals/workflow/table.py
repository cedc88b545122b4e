"""The life of a request as a table: one pending state per step, in the order of the route."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from salesrules.approvals.model import ApprovalStep, ManagerApprover, StepFacts, StepOutcome
from salesrules.core import (
    Choice,
    StateKind,
    Transition,
    WorkflowState,
    WorkflowTable,
)

__all__ = ["WORKFLOWS", "build_approval_workflow"]

_REQUESTER, _REVIEWER = "requester", "reviewer"


def build_approval_workflow(
    steps: Iterable[ApprovalStep] = (ApprovalStep(id="review", approvers=[ManagerApprover()]),),
    *,
    rejection_reasons: Iterable[str] = (),
    return_reasons: Iterable[str] = (),
) -> WorkflowTable:
    """The life of a request that takes these steps: draft, each step in turn, approved.

    From any step it can be rejected, returned for correction, withdrawn, revised, or expire where the step has a
    deadline. Roles: `requester` submits, revises and withdraws, `reviewer` does the rest. A step of several reviewers
    stays until its votes carry or lose it. An unchanged request that comes back enters at the step it left. Guards
    take `StepFacts`. Without any step a request is approved when it is submitted.

    >>> build_approval_workflow().commands_in("review")
    ('approve', 'reject', 'return', 'withdraw', 'revise')
    """
    return _build(tuple(steps), tuple(rejection_reasons), tuple(return_reasons))


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType({"approval": build_approval_workflow})


@functools.lru_cache(maxsize=256)  # routes repeat, and a table is proved when it is built
def _build(steps: tuple[ApprovalStep, ...], rejections: tuple[str, ...], returns: tuple[str, ...]) -> WorkflowTable:
    ids = [step.id for step in steps]
    final = ["approved", "withdrawn", *(["rejected"] if steps else [])]
    final += ["expired"] if any(step.deadline for step in steps) else []
    open_states = ["draft", *(["returned"] if steps else [])]
    moves = [*_submissions(open_states, ids)]
    for step, following in zip(steps, [*ids[1:], "approved"], strict=False):
        moves += _votes(step, following, rejections)
        moves.append(
            Transition(sources=[step.id], command="return", target="returned", role=_REVIEWER, reasons=returns)
        )
        if step.deadline is not None:
            moves.append(Transition(sources=[step.id], command="expire", target="expired"))
    moves.append(Transition(sources=[*open_states, *ids], command="withdraw", target="withdrawn", role=_REQUESTER))
    if ids:
        moves.append(Transition(sources=ids, command="revise", target="draft", role=_REQUESTER))
    return WorkflowTable(
        id="approval",
        states=[
            WorkflowState(id="draft", kind=StateKind.INITIAL),
            *(
                WorkflowState(
                    id=step.id,
                    kind=StateKind.PENDING,
                    deadline=None if step.deadline is None else step.deadline.to_deadline(),
                )
                for step in steps
            ),
            *(WorkflowState(id=id) for id in open_states[1:]),
            *(WorkflowState(id=id, kind=StateKind.FINAL) for id in final),
        ],
        transitions=moves,
    )


def _submissions(sources: list[str], ids: list[str]) -> Iterator[Transition]:
    """To the step at which a request goes on, straight to the end where nobody need decide it, else to the first."""
    guards = {**{id: _enters(id) for id in ids[1:]}, **({"approved": needs_nobody} if ids else {})}
    for target, guard in guards.items():
        yield Transition(
            sources=sources, command="submit", target=target, role=_REQUESTER, guard=guard, choice=Choice.ORDERED
        )
    first = ids[0] if ids else "approved"
    yield Transition(
        sources=sources, command="submit", target=first, role=_REQUESTER, choice=Choice.ORDERED if ids else None
    )


def _votes(step: ApprovalStep, following: str, rejections: tuple[str, ...]) -> Iterator[Transition]:
    commands: dict[str, tuple[str, ...]] = {"approve": (), "reject": rejections}
    if step.body is not None:
        commands |= {"abstain": (), "close": ()}
    for command, reasons in commands.items():
        for target, guard in ((following, is_carried), ("rejected", is_lost), (step.id, None)):
            if command == "close" and guard is None:
                continue
            yield Transition(
                sources=[step.id],
                command=command,
                target=target,
                role=_REVIEWER,
                guard=guard,
                reasons=reasons,
                choice=Choice.ORDERED,
            )


def needs_nobody(facts: StepFacts, policy: Any, as_of: datetime) -> bool:
    """Whether the route has no step, so that there is none to enter."""
    return facts.entry is None


def is_carried(facts: StepFacts, policy: Any, as_of: datetime) -> bool:
    """Whether the votes of the step say yes."""
    return facts.outcome is StepOutcome.CARRIED


def is_lost(facts: StepFacts, policy: Any, as_of: datetime) -> bool:
    """Whether the votes of the step say no."""
    return facts.outcome is StepOutcome.LOST


def _enters(id: str) -> Callable[[StepFacts, Any, datetime], bool]:
    def enters(facts: StepFacts, policy: Any, as_of: datetime) -> bool:
        return facts.entry == id

    enters.__name__ = f"enters_{id}".replace("-", "_")
    return enters
