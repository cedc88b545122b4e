"""Commands to a case: decided by the table, the actor's roles and the guards; what is allowed becomes events."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from salesrules.core.decisions import ALLOW, Decision, Outcome, Reason
from salesrules.core.errors import InvalidValue
from salesrules.core.instants import is_before
from salesrules.core.workflow import reasons as codes
from salesrules.core.workflow.cases import WorkflowCase, WorkflowEvent, evolve_case
from salesrules.core.workflow.model import Choice, StateKind, Transition
from salesrules.core.workflow.table import WorkflowTable

__all__ = ["advance_case", "check_edit", "decide_command"]


def decide_command(
    table: WorkflowTable,
    case: WorkflowCase,
    command: str,
    *,
    as_of: datetime,
    facts: Any = None,
    policy: Any = None,
    actor: str | None = None,
    roles: Collection[str] = (),
    reason: str | None = None,
) -> tuple[Decision, tuple[WorkflowEvent, ...]]:
    """Whether a command may be done now, and the events that it makes: none unless allowed.

    The guard gets `facts`, `policy` and `as_of`; its warnings and referrals come through in the decision. `roles` are
    those that the actor holds, `reason` is the coded reason of the command. Deadlines do not fire by themselves:
    `expire_case` comes first.

    Raises `InvalidValue` for an instant without a time zone, `UnknownName` for a case in a state the table lacks.
    """
    state = case.state
    try:
        step = table.steps[state][command]
    except KeyError:
        return _deny(_unavailable(table, state, command)), ()
    last = case.history[-1].at
    try:
        # The plain comparison is wrong only in the hour that the end of summer time repeats.
        if (as_of < last or as_of.fold != last.fold) and is_before(as_of, last):
            return _deny(codes.OUT_OF_ORDER(instant=as_of, last=last)), ()
    except (AttributeError, TypeError):
        raise InvalidValue("as_of", as_of, "give an instant with its time zone") from None
    chosen: Transition | None
    if isinstance(step, Transition):
        decision, chosen = ALLOW, step
        if not step.is_unconditional:
            decision = _permit(step, state, facts, policy, as_of, roles, reason)
    else:
        decision, chosen = _choose(step, command, state, facts, policy, as_of, roles, reason)
    if chosen is None or (decision is not ALLOW and not decision.is_allowed):
        return decision, ()
    event = _new(WorkflowEvent)
    _set_command(event, command)
    _set_source(event, state)
    _set_target(event, chosen.target)
    _set_at(event, as_of)
    _set_actor(event, actor)
    _set_reason(event, reason)
    return decision, (event,)


def advance_case(
    table: WorkflowTable,
    case: WorkflowCase,
    command: str,
    *,
    as_of: datetime,
    facts: Any = None,
    policy: Any = None,
    actor: str | None = None,
    roles: Collection[str] = (),
    reason: str | None = None,
) -> WorkflowCase:
    """The case after a command that is allowed; raises `Denied` with the decision otherwise."""
    decision, events = decide_command(
        table, case, command, as_of=as_of, facts=facts, policy=policy, actor=actor, roles=roles, reason=reason
    )
    decision.require()
    for event in events:
        case = evolve_case(case, event)
    return case


def check_edit(table: WorkflowTable, case: WorkflowCase) -> Decision:
    """Whether the content of a case may be edited: not while it is pending (revise it first), nor once it is closed."""
    match table.state(case.state).kind:
        case StateKind.PENDING:
            return _deny(codes.FROZEN(command="edit", state=case.state))
        case StateKind.FINAL:
            return _deny(codes.FINAL(command="edit", state=case.state))
        case _:
            return ALLOW


def _deny(*reasons: Reason) -> Decision:
    return Decision(outcome=Outcome.DENY, reasons=reasons)


def _unavailable(table: WorkflowTable, state: str, command: str) -> Reason:
    """Why a state has no such command: the case is closed or frozen, or the command is another state's or nobody's."""
    kind = table.state(state).kind
    if command not in table.commands:
        nearest = tuple(difflib.get_close_matches(str(command), sorted(table.commands)))
        return codes.UNKNOWN_COMMAND(command=command, nearest=nearest)
    if kind is StateKind.FINAL:
        return codes.FINAL(command=command, state=state)
    if kind is StateKind.PENDING and command in table.editing:
        return codes.FROZEN(command=command, state=state)
    return codes.NOT_ALLOWED(command=command, state=state, expected=table.commands_in(state))


def _permit(
    step: Transition,
    state: str,
    facts: Any,
    policy: Any,
    as_of: datetime,
    roles: Collection[str],
    reason: str | None,
) -> Decision:
    """Whether one transition may be taken: first the role, then the coded reason, then the guard."""
    role = step.role
    if role is not None:
        if isinstance(roles, str):
            raise InvalidValue("roles", roles, "give a collection of roles, since a part of a text is not a role")
        if role not in roles:
            return _deny(codes.ROLE_MISSING(command=step.command, role=role))
    if step.reasons and reason not in step.reasons:
        return _deny(codes.REASON_NEEDED(command=step.command, codes=step.reasons))
    guard = step.guard
    if guard is None:
        return ALLOW
    verdict = guard(facts, policy, as_of)
    if verdict is True:
        return ALLOW
    if verdict is False:
        return _deny((step.refusal or codes.GUARD_REFUSED)(command=step.command, state=state))
    if not isinstance(verdict, Decision):
        raise InvalidValue("guard", verdict, "a guard returns a Decision, True or False")
    return verdict


def _choose(
    steps: tuple[Transition, ...],
    command: str,
    state: str,
    facts: Any,
    policy: Any,
    as_of: datetime,
    roles: Collection[str],
    reason: str | None,
) -> tuple[Decision, Transition | None]:
    """The one of several transitions that may be taken; else why none may, and `None`."""
    allowed: list[tuple[Decision, Transition]] = []
    refused: list[Decision] = []
    for step in steps:
        decision = _permit(step, state, facts, policy, as_of, roles, reason)
        if not decision.is_allowed:
            refused.append(decision)
        elif step.choice is Choice.ORDERED:
            return decision, step
        else:
            allowed.append((decision, step))
    if len(allowed) == 1:
        return allowed[0]
    if allowed:
        targets = tuple(step.target for _, step in allowed)
        return _deny(codes.AMBIGUOUS(command=command, state=state, targets=targets)), None
    return _mildest(refused), None


def _mildest(refused: list[Decision]) -> Decision:
    """A referral where there is one, since somebody may still say yes; else a denial with every distinct reason."""
    for decision in refused:
        if decision.outcome is Outcome.REFER:
            return decision
    return _deny(*dict.fromkeys(reason for decision in refused for reason in decision.reasons))


_new = object.__new__
_set_command = WorkflowEvent.__dict__["command"].__set__
_set_source = WorkflowEvent.__dict__["source"].__set__
_set_target = WorkflowEvent.__dict__["target"].__set__
_set_at = WorkflowEvent.__dict__["at"].__set__
_set_actor = WorkflowEvent.__dict__["actor"].__set__
_set_reason = WorkflowEvent.__dict__["reason"].__set__
