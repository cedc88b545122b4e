"""Diagrams of a room's workflows."""

from __future__ import annotations

from types import ModuleType

import salesrules
from salesrules.cli.output import unknown
from salesrules.core import InvalidValue, WorkflowTable, to_mermaid, to_scxml

__all__ = ["draw_diagram"]

_FORMS = {"mermaid": to_mermaid, "scxml": to_scxml}


def draw_diagram(room: str, form: str) -> str:
    """The workflows that a room's door offers, one after the other.

    Raises `UnknownName` for a room without workflows and `InvalidValue` for a form that there is not.
    """
    if form not in _FORMS:
        raise InvalidValue("format", form, f"give one of {', '.join(_FORMS)}")
    doors = {name: _workflows(getattr(salesrules, name)) for name in salesrules.__all__}
    known = [name for name, tables in doors.items() if tables]
    if room not in known:
        raise unknown("room with workflows", room, known)
    return "\n".join(_FORMS[form](table).rstrip() + "\n" for table in doors[room])


def _workflows(door: ModuleType) -> list[WorkflowTable]:
    values = (getattr(door, name) for name in door.__all__)
    return [value for value in values if isinstance(value, WorkflowTable)]
