"""A workflow table as a document for machines: State Chart XML."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from salesrules.core.workflow.model import Deadline, DeadlineKind, StateKind, Transition, guard_name
from salesrules.core.workflow.table import WorkflowTable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["to_scxml"]

_SCXML = "http://www.w3.org/2005/07/scxml"
#: The namespace of what SCXML itself cannot say.
_OWN = "urn:salesrules:workflow"
_MICROSECOND = timedelta(microseconds=1)


def to_scxml(table: WorkflowTable) -> str:
    """The table as an SCXML 1.0 document, which other state machines can load.

    Transitions stand in the table's order, which decides between alternatives in SCXML as well. A transition that
    stays in its state has no target, so that the deadline of the stay runs on; a deadline in elapsed time that fires
    becomes a delayed event. What SCXML cannot say (guards, roles, coded reasons, working time, pending states) stands
    in attributes of the namespace `urn:salesrules:workflow`, which other readers skip.

    Source: W3C, State Chart XML (SCXML), Recommendation of 1 September 2015.
    """
    # Loaded here, since the parser that comes with it would slow down every import of this library.
    from xml.etree import ElementTree

    root = ElementTree.Element("scxml", {"xmlns": _SCXML, "xmlns:salesrules": _OWN, "version": "1.0"})
    root.set("name", table.id)
    root.set("initial", table.initial)
    for state in table.states:
        element = ElementTree.SubElement(root, "final" if state.kind is StateKind.FINAL else "state", {"id": state.id})
        element.set("salesrules:kind", state.kind.value)
        if state.deadline is not None:
            element.extend(_deadline_parts(element, state.id, state.deadline))
        for move in table.moves:
            if state.id in move.sources:
                ElementTree.SubElement(element, "transition", _transition_attributes(state.id, move))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _deadline_parts(element: Element, state: str, deadline: Deadline) -> list[Element]:
    """Sets the deadline's attributes; an elapsed one that fires also sends its event, and takes it back on leaving."""
    element.set("salesrules:deadline", f"{_seconds(deadline.after)}s")
    element.set("salesrules:deadline-kind", deadline.kind.value)
    element.set("salesrules:deadline-side", deadline.side.value)
    if deadline.fires is None:
        return []
    element.set("salesrules:fires", deadline.fires)
    if deadline.kind is DeadlineKind.WORKING:
        return []
    entry, leave = element.makeelement("onentry", {}), element.makeelement("onexit", {})
    sending = {"event": deadline.fires, "id": f"{state}.deadline", "delay": f"{_seconds(deadline.after)}s"}
    entry.append(element.makeelement("send", sending))
    leave.append(element.makeelement("cancel", {"sendid": f"{state}.deadline"}))
    return [entry, leave]


def _transition_attributes(state: str, move: Transition) -> dict[str, str]:
    attributes = {"event": move.command}
    if move.target != state:
        attributes["target"] = move.target
    if move.guard is not None:
        attributes["salesrules:guard"] = guard_name(move.guard)
    if move.role is not None:
        attributes["salesrules:role"] = move.role
    if move.reasons:
        attributes["salesrules:reasons"] = " ".join(move.reasons)
    return attributes


def _seconds(duration: timedelta) -> str:
    """A duration in seconds, exactly, without an exponent."""
    whole, rest = divmod(duration // _MICROSECOND, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0") if rest else str(whole)
