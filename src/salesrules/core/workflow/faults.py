"""What can be wrong with a workflow table: every fault at once, found without recursion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from salesrules.core.errors import Fault
from salesrules.core.workflow.model import Choice, StateKind, Transition, WorkflowState

__all__ = ["find_faults"]

# XML's NCName without the dot: an id of SCXML, and in its events a dot would stand for a family of them. The wide
# pattern is compiled only for names that need it, since that takes milliseconds.
_ASCII = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LETTERS = (
    r"A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_WIDE = rf"[{_LETTERS}][{_LETTERS}0-9\u00B7\u0300-\u036F\u203F\u2040-]*"


def find_faults(id: str, states: Sequence[WorkflowState], moves: Sequence[Transition], start: str) -> tuple[Fault, ...]:
    """All faults of a table of that id, states and moves; `start` is the command that no transition may take."""
    return (
        *_state_faults(states),
        *_name_faults(id, states, moves, start),
        *_reference_faults(states, moves),
        *_choice_faults(moves),
        *_deadline_faults(states, moves),
        *_graph_faults(states, moves),
    )


def _fault(code: str, path: str, problem: str, remedy: str, value: object = None) -> Fault:
    return Fault(code=f"workflow.{code}", path=path, problem=problem, remedy=remedy, value=value)


def _state_faults(states: Sequence[WorkflowState]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, state in enumerate(states):
        if state.id in seen:
            yield _fault(
                "duplicate_state", f"states[{index}].id", "two states have one id", "rename one of them", state.id
            )
        seen.add(state.id)
    initial = [state.id for state in states if state.kind is StateKind.INITIAL]
    if len(initial) != 1:
        code = "several_initial" if initial else "missing_initial"
        yield _fault(code, "states", f"{len(initial)} states are initial", "give exactly one the kind initial", initial)
    if all(state.kind is not StateKind.FINAL for state in states):
        yield _fault("missing_final", "states", "no state is final", "give at least one the kind final")


def _name_faults(id: str, states: Sequence[WorkflowState], moves: Sequence[Transition], start: str) -> Iterator[Fault]:
    names = [("id", id)]
    names += [(f"states[{index}].id", state.id) for index, state in enumerate(states)]
    names += [(f"transitions[{index}].command", move.command) for index, move in enumerate(moves)]
    for path, name in names:
        if not (isinstance(name, str) and (_ASCII.fullmatch(name) or re.fullmatch(_WIDE, name))):
            remedy = "begin with a letter or _; go on with letters, digits, _ and -"
            yield _fault("bad_name", path, "this cannot be a name", remedy, name)
    for index, move in enumerate(moves):
        if move.command == start:
            problem = "this command opens every case"
            yield _fault("reserved_command", f"transitions[{index}].command", problem, "name it otherwise", start)


def _reference_faults(states: Sequence[WorkflowState], moves: Sequence[Transition]) -> Iterator[Fault]:
    kinds = {state.id: state.kind for state in states}
    remedy = "add it to the states, or correct the name"
    for index, move in enumerate(moves):
        place = f"transitions[{index}]"
        for position, source in enumerate(move.sources):
            path = f"{place}.sources[{position}]"
            if source not in kinds:
                yield _fault("unknown_state", path, "there is no such state", remedy, source)
            elif source in move.sources[:position]:
                yield _fault("duplicate_source", path, "the state is listed twice", "list it once", source)
            elif kinds[source] is StateKind.FINAL:
                yield _fault("final_with_exit", path, "a final state is left", "end there, or change its kind", source)
            elif kinds[source] is StateKind.PENDING and move.is_editing:
                problem = "a pending state is frozen, but this command edits"
                yield _fault("editing_when_frozen", path, problem, "let it be revised first", source)
        if move.target not in kinds:
            yield _fault("unknown_state", f"{place}.target", "there is no such state", remedy, move.target)


def _choice_faults(moves: Sequence[Transition]) -> Iterator[Fault]:
    groups: dict[tuple[str, str], list[int]] = {}
    for index, move in enumerate(moves):
        for source in dict.fromkeys(move.sources):
            groups.setdefault((source, move.command), []).append(index)
    for (source, command), indices in groups.items():
        if len(indices) > 1:
            problem = _why_ambiguous([moves[index] for index in indices])
            if problem:
                remedy = "declare all of them exclusive with guards, or ordered with at most the last unguarded"
                value = f"{command} in {source}"
                yield _fault("ambiguous", f"transitions[{indices[-1]}]", problem, remedy, value)


def _why_ambiguous(alternatives: Sequence[Transition]) -> str:
    choices = {move.choice for move in alternatives}
    if choices == {Choice.EXCLUSIVE}:
        return "" if all(move.guard for move in alternatives) else "an exclusive transition has no guard"
    if choices == {Choice.ORDERED}:
        # A role is a condition too: whoever lacks it falls through to the next alternative.
        always = [move.guard is None and move.role is None for move in alternatives[:-1]]
        return "an ordered transition before the last one always applies" if any(always) else ""
    return "transitions share a state and a command without a declared choice"


def _deadline_faults(states: Sequence[WorkflowState], moves: Sequence[Transition]) -> Iterator[Fault]:
    for index, state in enumerate(states):
        path = f"states[{index}].deadline"
        if state.deadline is None:
            continue
        if state.kind is StateKind.FINAL:
            yield _fault("final_with_deadline", path, "a final state has a deadline", "take it away", state.id)
        elif state.deadline.fires is not None:
            fired = [move for move in moves if move.command == state.deadline.fires and state.id in move.sources]
            problem = _why_dead(state.id, fired)
            if problem:
                remedy = "fire a command that leaves this state without role and reason"
                yield _fault("deadline_cannot_fire", f"{path}.fires", problem, remedy, state.deadline.fires)


def _why_dead(state: str, fired: Sequence[Transition]) -> str:
    if not fired:
        return "the state has no such command"
    if any(move.role is not None or move.reasons for move in fired):
        return "nobody acts when a deadline fires"
    return "the command stays in the state" if any(move.target == state for move in fired) else ""


def _graph_faults(states: Sequence[WorkflowState], moves: Sequence[Transition]) -> Iterator[Fault]:
    onward: dict[str, list[str]] = {}
    backward: dict[str, list[str]] = {}
    for move in moves:
        for source in move.sources:
            onward.setdefault(source, []).append(move.target)
            backward.setdefault(move.target, []).append(source)
    reached = _reached((state.id for state in states if state.kind is StateKind.INITIAL), onward)
    ending = _reached((state.id for state in states if state.kind is StateKind.FINAL), backward)
    for index, state in enumerate(states):
        path = f"states[{index}]"
        # Without an initial or a final state every other one would be a fault: one sentence about it is enough.
        if reached and state.id not in reached:
            problem, remedy = "no case can come here", "add a transition to it, or remove it"
            yield _fault("unreachable_state", path, problem, remedy, state.id)
        if ending and state.id not in ending:
            problem, remedy = "a case can never end from here", "add a transition that leads to a final state"
            yield _fault("trap_state", path, problem, remedy, state.id)


def _reached(starts: Iterable[str], edges: dict[str, list[str]]) -> set[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached
