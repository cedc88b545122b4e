"""Diagrams of a room's workflows."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

import salesrules
from salesrules.core import InvalidValue, UnknownName, WorkflowTable, to_mermaid, to_scxml

__all__ = ["draw_diagrams", "find_workflows"]

_FORMS = {"mermaid": to_mermaid, "scxml": to_scxml}


def draw_diagrams(room: str, workflow: str | None, form: str) -> list[str]:
    """The workflows that a room's door offers in `WORKFLOWS`, all or the one of that name.

    Raises `UnknownName` for a room without workflows and for an unknown workflow, `InvalidValue` for an unknown form.
    """
    if form not in _FORMS:
        raise InvalidValue("format", form, f"give one of {', '.join(_FORMS)}")
    return [_FORMS[form](build()).rstrip() + "\n" for build in find_workflows(room, workflow).values()]


def find_workflows(room: str, workflow: str | None = None) -> Mapping[str, Callable[..., WorkflowTable]]:
    """The workflows of a room by name, all or the one of that name; raises `UnknownName`."""
    doors = {name: _workflows(name) for name in salesrules.__all__}
    rooms = [name for name, workflows in doors.items() if workflows]
    if room not in rooms:
        raise _unknown("room with workflows", room, rooms)
    known = doors[room]
    if workflow is not None and workflow not in known:
        raise _unknown(f"workflow of {room}", workflow, list(known))
    return known if workflow is None else {workflow: known[workflow]}


def _workflows(room: str) -> Mapping[str, Callable[..., WorkflowTable]]:
    found: Mapping[str, Callable[..., WorkflowTable]] = getattr(getattr(salesrules, room), "WORKFLOWS", {})
    return found


def _unknown(kind: str, name: str, known: Sequence[str]) -> UnknownName:
    return UnknownName(kind, name, tuple(difflib.get_close_matches(name, known)) or tuple(known))
