"""One case in a workflow: its events, and the state that they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.errors import InvalidValue
from salesrules.core.instants import is_before
from salesrules.core.validators import is_aware
from salesrules.core.workflow.table import REVISE, START, WorkflowTable

__all__ = ["WorkflowCase", "WorkflowEvent", "evolve_case", "restore_case", "start_case"]


@attrs.frozen(kw_only=True)
class WorkflowEvent:
    """What happened: a command took the case from `source` to `target` at an instant.

    `actor` is the id of who gave the command, `None` where time did; `reason` is the code given with it. The opening
    event has no source.
    """

    command: str
    source: str | None
    target: str
    at: datetime = attrs.field(validator=is_aware)
    actor: str | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True)
class WorkflowCase:
    """Where a case stands: its state, since when, and the events that led there, oldest first.

    Made by `start_case`, `evolve_case` and `restore_case`. Raises `InvalidValue` where the history is empty or does not
    end in the state.
    """

    state: str
    since: datetime = attrs.field(validator=is_aware)
    history: tuple[WorkflowEvent, ...] = attrs.field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        if not self.history or self.history[-1].target != self.state:
            raise InvalidValue("history", self.history, f"give the events that led to {self.state}, oldest first")

    @property
    def events_of_round(self) -> tuple[WorkflowEvent, ...]:
        """The events since the case was opened or last revised; what was said before no longer counts."""
        start = max(index for index, event in enumerate(self.history) if event.command in (START, REVISE))
        return self.history[start:]


def start_case(table: WorkflowTable, *, as_of: datetime, actor: str | None = None) -> WorkflowCase:
    """A new case in the initial state, with its opening event.

    Raises `InvalidValue` for an instant without a time zone.
    """
    return _opened(WorkflowEvent(command=START, source=None, target=table.initial, at=as_of, actor=actor))


def evolve_case(case: WorkflowCase, event: WorkflowEvent) -> WorkflowCase:
    """The case after an event, which becomes the last of its history.

    An event that stays in its state leaves `since` as it is. Raises `InvalidValue` where the event starts from another
    state, or lies before the last one.
    """
    history = case.history
    at, last = event.at, history[-1].at
    if event.source != case.state:
        raise InvalidValue("event.source", event.source, f"the case is in {case.state}; give its own next event")
    if (at < last or at.fold != last.fold) and is_before(at, last):
        raise InvalidValue("event.at", at, f"the last event was at {last}; give events in their order")
    target = event.target
    evolved = _new(WorkflowCase)
    _set_state(evolved, target)
    _set_since(evolved, at if target != event.source else case.since)
    _set_history(evolved, history + (event,))  # noqa: RUF005 - unpacking goes through a list, at twice the time
    return evolved


def restore_case(events: Iterable[WorkflowEvent]) -> WorkflowCase:
    """The case that a recorded history adds up to, oldest event first.

    Raises `InvalidValue` where the first event does not open a case, or an event does not follow from those before.
    """
    opening, *following = events if (events := tuple(events)) else (None,)
    if opening is None or opening.command != START or opening.source is not None:
        raise InvalidValue("events", opening, "begin with the event that opened the case")
    case = _opened(opening)
    for event in following:
        case = evolve_case(case, event)
    return case


def _opened(event: WorkflowEvent) -> WorkflowCase:
    return WorkflowCase(state=event.target, since=event.at, history=(event,))


# Frozen constructors set every field through `object.__setattr__`; the slots' own setters take half the time.
_new = object.__new__
_set_state = WorkflowCase.__dict__["state"].__set__
_set_since = WorkflowCase.__dict__["since"].__set__
_set_history = WorkflowCase.__dict__["history"].__set__
