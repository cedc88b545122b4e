"""The workflow table: built once, checked at build, looked up without search afterwards."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.errors import InvalidDocument, UnknownName
from salesrules.core.workflow.faults import find_faults
from salesrules.core.workflow.model import StateKind, Transition, WorkflowState

__all__ = ["REVISE", "START", "WorkflowTable"]

#: The command that withdraws a pending case and restarts it in the initial state.
REVISE = "revise"
#: The command of the opening event of every case.
START = "start"

Steps = Mapping[str, Mapping[str, Transition | tuple[Transition, ...]]]


@attrs.frozen(kw_only=True)
class WorkflowTable:
    """A declarative workflow: states and transitions, proved when it is built.

    Every pending state has the command `revise`, which leads back to the initial state, unless the table says itself
    where `revise` leads. `moves` are all transitions, those included; `steps` finds them by state, then command: one
    transition, or a tuple of alternatives.

    Raises `InvalidDocument` with all faults at once: duplicate, unknown or badly written names, no or several initial
    states, no final state, unreachable states, states from which no final one can be reached, ambiguous transitions,
    and deadlines that cannot fire.

    >>> claim = WorkflowTable(
    ...     id="claim",
    ...     states=(
    ...         WorkflowState(id="draft", kind="initial"),
    ...         WorkflowState(id="submitted", kind="pending"),
    ...         WorkflowState(id="paid", kind="final"),
    ...     ),
    ...     transitions=(
    ...         Transition(sources=("draft",), command="submit", target="submitted"),
    ...         Transition(sources=("submitted",), command="pay", target="paid", role="cashier"),
    ...     ),
    ... )
    >>> claim.commands_in("submitted")
    ('pay', 'revise')
    """

    id: str
    states: tuple[WorkflowState, ...] = attrs.field(converter=as_tuple)
    transitions: tuple[Transition, ...] = attrs.field(converter=as_tuple)
    moves: tuple[Transition, ...] = attrs.field(init=False, repr=False, eq=False)
    steps: Steps = attrs.field(init=False, repr=False, eq=False)
    initial: str = attrs.field(init=False, repr=False, eq=False)
    commands: frozenset[str] = attrs.field(init=False, repr=False, eq=False)
    editing: frozenset[str] = attrs.field(init=False, repr=False, eq=False)
    _states: Mapping[str, WorkflowState] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        moves = self.transitions + self._implied_moves()
        faults = find_faults(self.id, self.states, moves, START)
        if faults:
            raise InvalidDocument(faults)
        grouped: dict[str, dict[str, tuple[Transition, ...]]] = {state.id: {} for state in self.states}
        for move in moves:
            for source in move.sources:
                here = grouped[source]
                here[move.command] = (*here.get(move.command, ()), move)
        steps: Steps = {
            state: {command: found[0] if len(found) == 1 else found for command, found in here.items()}
            for state, here in grouped.items()
        }
        put = object.__setattr__
        put(self, "moves", moves)
        put(self, "steps", steps)
        put(self, "initial", next(state.id for state in self.states if state.kind is StateKind.INITIAL))
        put(self, "commands", frozenset(move.command for move in moves))
        put(self, "editing", frozenset(move.command for move in moves if move.is_editing))
        put(self, "_states", {state.id: state for state in self.states})

    def _implied_moves(self) -> tuple[Transition, ...]:
        """The `revise` of pending states that do not declare it; nowhere to restart without an initial state."""
        declared = {source for move in self.transitions if move.command == REVISE for source in move.sources}
        pending = [state.id for state in self.states if state.kind is StateKind.PENDING and state.id not in declared]
        initial = [state.id for state in self.states if state.kind is StateKind.INITIAL]
        if not pending or not initial:
            return ()
        return (Transition(sources=dict.fromkeys(pending), command=REVISE, target=initial[0]),)

    def state(self, id: str) -> WorkflowState:
        """The state of that id; raises `UnknownName` with the nearest ones."""
        try:
            return self._states[id]
        except KeyError:
            raise UnknownName("state", id, tuple(difflib.get_close_matches(str(id), self._states))) from None

    def commands_in(self, state: str) -> tuple[str, ...]:
        """The commands that lead on from a state, in the table's order; raises `UnknownName` for an unknown state."""
        return tuple(self.steps[self.state(state).id])
