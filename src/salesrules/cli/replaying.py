"""An event log held against a room's workflow: deviations by rule and one by one, and the paths as a diagram."""

from __future__ import annotations

import types
import typing
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from salesrules.cli import output
from salesrules.cli.diagrams import find_workflows
from salesrules.company import LogMapping, check_log_mapping, read_log
from salesrules.core import Conformance, InvalidValue, WorkflowTable, paths_to_mermaid, replay_log
from salesrules.messages import format_instant, render, text
from salesrules.wire import load_document, load_rulebook

__all__ = ["Replayed", "build_from_rulebook", "replay_file", "show_replay"]


@attrs.frozen(kw_only=True)
class Replayed:
    """A log that was replayed, against which workflow of which room."""

    room: str
    workflow: str
    events: int
    found: Conformance

    def to_document(self) -> dict[str, Any]:
        """The result as JSON data."""
        found = self.found
        return {
            "format": "salesrules.replay/1",
            "room": self.room,
            "workflow": self.workflow,
            "cases": len(found.cases),
            "events": self.events,
            "conformant_cases": found.conformant_cases,
            "counts": found.counts,
            "deviations": [
                {
                    "case": deviation.case,
                    "event": deviation.position,
                    "activity": deviation.activity,
                    "instant": deviation.instant.isoformat(),
                    "state": deviation.state,
                    "expected": list(deviation.expected),
                    "code": deviation.reason.code,
                }
                for deviation in found.deviations
            ],
            "variants": [{"activities": list(v.activities), "cases": v.cases} for v in found.variants],
            "diagram": paths_to_mermaid(found),
        }


def replay_file(
    room: str, log: Path, mapping: Path, workflow: str | None, rulebook: Path | None, as_of: datetime | None
) -> Replayed:
    """A log file held against a workflow: the room's only one, or the one named; with the rulebook's numbers if given.

    Raises `UnknownName`, `InvalidValue` and `InvalidDocument` for what cannot be found or read.
    """
    known = find_workflows(room, workflow)
    if len(known) > 1:
        raise InvalidValue("workflow", None, f"{room} has several; name one of {', '.join(known)}")
    ((name, build),) = known.items()
    book = None if rulebook is None else load_rulebook(rulebook)
    table = build() if book is None else build_from_rulebook(build, book.section(room), room)
    words = load_document(mapping, LogMapping)
    check_log_mapping(words, table, str(mapping))
    entries = read_log(log, words)
    if as_of is not None and as_of.tzinfo is None:
        raise InvalidValue("as_of", as_of, "give its offset, as in 2020-01-31T12:30:00+08:00")
    found = replay_log(
        table,
        entries,
        activities={activity: command or None for activity, command in words.activities.items()} or None,
        roles={role: meant or None for role, meant in words.roles.items()} or None,
        as_of=as_of,
        working_time=None if book is None else book.working_time,
    )
    return Replayed(room=room, workflow=name, events=len(entries), found=found)


def build_from_rulebook(build: Callable[..., WorkflowTable], section: Any, room: str) -> WorkflowTable:
    """A room's workflow with its policy's numbers: its builder takes the whole section, or one part of it, by its type.

    A builder that takes nothing, or what no rulebook holds (a route that facts select), is called so. Raises
    `InvalidValue` where the section lacks the part.
    """
    hints = typing.get_type_hints(build)
    hints.pop("return", None)
    for name, hint in hints.items():
        kinds = _classes(hint)
        if isinstance(section, kinds):
            return build(**{name: section})
        fields = [field.name for field, type in _typed_fields(section) if set(_classes(type)) & set(kinds)]
        parts = [part for field in fields if isinstance(part := getattr(section, field), kinds)]
        if parts:
            return build(**{name: parts[0]})
        if fields:
            raise InvalidValue(f"{room}.{fields[0]}", None, "the workflow needs this part of the rulebook; add it")
    return build()


def _classes(hint: Any) -> tuple[type, ...]:
    """The classes of a union, or the one class; none for a list of things."""
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    kinds = typing.get_args(hint) if is_union else (hint,)
    return tuple(kind for kind in kinds if isinstance(kind, type) and kind is not types.NoneType)


def _typed_fields(section: Any) -> list[tuple[Any, Any]]:
    hints = typing.get_type_hints(type(section))
    return [(field, hints[field.name]) for field in attrs.fields(type(section))]


def show_replay(replayed: Replayed, locale: str) -> None:
    """Print how many cases kept to the table, the deviations by rule, each one of them, and the paths."""
    found = replayed.found
    words = {"cases": len(found.cases), "conformant": found.conformant_cases, "events": replayed.events}
    output.write(text("cli.label.replayed", locale, workflow=replayed.workflow, **words) + "\n")
    by_rule = Counter(deviation.reason.code for deviation in found.deviations)
    for code, count in by_rule.most_common():
        output.write(text("cli.label.deviations_by_rule", locale, count=count, rule=code) + "\n")
    for deviation in found.deviations:
        line = text(
            "cli.label.deviation",
            locale,
            case=deviation.case,
            event=deviation.position,
            activity=deviation.activity,
            instant=format_instant(deviation.instant, locale),
            reason=render(deviation.reason, locale),
        )
        output.write(line + "\n")
    output.write(f"\n{paths_to_mermaid(found)}\n")
