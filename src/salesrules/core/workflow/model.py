"""The parts of a workflow table: states, deadlines and transitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs

from salesrules.core.bands import Side
from salesrules.core.converters import as_tuple
from salesrules.core.decisions import Decision, ReasonCode
from salesrules.core.errors import InvalidValue
from salesrules.core.instants import is_before
from salesrules.core.word_enum import WordEnum

__all__ = ["Choice", "Deadline", "DeadlineKind", "Guard", "StateKind", "Transition", "WorkflowState", "guard_name"]

#: What a transition may ask: facts, the room's policy and the instant go in, a decision or a plain yes or no comes out.
Guard = Callable[[Any, Any, datetime], Decision | bool]


class StateKind(WordEnum):
    """What a state is: where a case begins, lies open, is frozen while others decide, or ends."""

    INITIAL = "initial"
    NORMAL = "normal"
    PENDING = "pending"
    FINAL = "final"


class DeadlineKind(WordEnum):
    """How the time in a state is counted: as it passes, or in working time only."""

    ELAPSED = "elapsed"
    WORKING = "working"


class Choice(WordEnum):
    """How transitions with the same state and command are told apart.

    `EXCLUSIVE`: at most one guard allows, every one is asked; `ORDERED`: the first that allows, in the table's order.
    """

    EXCLUSIVE = "exclusive"
    ORDERED = "ordered"


def _positive(instance: object, attribute: attrs.Attribute[timedelta], value: object) -> None:
    if not isinstance(value, timedelta) or value <= timedelta(0):
        raise InvalidValue(attribute.name, value, "give a timedelta above zero")


@attrs.frozen(kw_only=True)
class Deadline:
    """How long a case may stay in a state, and the command that fires when the time is up.

    `after` is a duration; where `kind` is working it counts working time only (`timedelta(hours=16)` is two days of
    eight hours). `side` says who owns the due instant: `LOWER`, at the instant it is too late; `UPPER`, still in time.
    """

    after: timedelta = attrs.field(validator=_positive)
    kind: DeadlineKind = attrs.field(default=DeadlineKind.ELAPSED, converter=DeadlineKind)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    fires: str | None = None

    def is_missed(self, due: datetime, as_of: datetime) -> bool:
        """Whether an instant lies beyond the due one, by the declared side."""
        return not is_before(as_of, due) if self.side is Side.LOWER else is_before(due, as_of)


@attrs.frozen(kw_only=True)
class WorkflowState:
    """A state: its id, its kind, and the deadline of a stay in it."""

    id: str
    kind: StateKind = attrs.field(default=StateKind.NORMAL, converter=StateKind)
    deadline: Deadline | None = None


def _some(instance: object, attribute: attrs.Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "name at least one state")


def _takes_command_and_state(
    instance: object, attribute: attrs.Attribute[ReasonCode | None], value: ReasonCode | None
) -> None:
    if value is not None and set(value.parameters) != {"command", "state"}:
        raise InvalidValue(attribute.name, value.parameters, "give a code with the parameters command and state")


@attrs.frozen(kw_only=True)
class Transition:
    """One row of the table: in any of `sources`, `command` leads to `target`, if role, reason and guard allow.

    `refusal` is the code that a plain no of the guard gives (it takes the parameters `command` and `state`); without
    one, `workflow.guard_refused`. Where `reasons` are listed, the actor gives one of these codes with the command.
    `choice` is declared by transitions that share a state and a command. `is_editing` marks a command that changes the
    content of the case, which a pending state denies. A transition to the same state leaves its deadline running.
    `is_unconditional` says that neither role, reason nor guard is asked for.
    """

    sources: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_some)
    command: str
    target: str
    guard: Guard | None = None
    role: str | None = None
    reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    refusal: ReasonCode | None = attrs.field(default=None, validator=_takes_command_and_state)
    choice: Choice | None = attrs.field(default=None, converter=attrs.converters.optional(Choice))
    is_editing: bool = False
    is_unconditional: bool = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        free = self.guard is None and self.role is None and not self.reasons
        object.__setattr__(self, "is_unconditional", free)


def guard_name(guard: Guard) -> str:
    """The name under which diagrams show a guard.

    >>> guard_name(lambda facts, policy, as_of: True)
    'guard'
    """
    name: str = getattr(guard, "__name__", "guard")
    return name if name.isidentifier() else "guard"
