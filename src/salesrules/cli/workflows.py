"""Commands about workflows: diagrams, and event logs held against them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from salesrules.cli import output, replaying
from salesrules.cli.diagrams import draw_diagrams
from salesrules.cli.options import FINE, FOUND, Json, Locale
from salesrules.core import InvalidValue
from salesrules.messages import negotiate

__all__ = ["diagram", "replay"]


def diagram(
    room: str, workflow: str | None = None, *, form: Annotated[str, Parameter(name="--format")] = "mermaid"
) -> int:
    """Print the workflows of a room as diagrams.

    Parameters
    ----------
    room
        A room with workflows, such as quotas.
    workflow
        One of the room's workflows, such as quota; without it all of them.
    form
        `mermaid` or `scxml`.
    """
    output.write("\n".join(draw_diagrams(room, workflow, form)))
    return FINE


def replay(
    room: str,
    log: Path,
    *,
    mapping: Annotated[Path, Parameter(name="--map")],
    workflow: str | None = None,
    rulebook: Path | None = None,
    as_of: str | None = None,
    locale: Locale = "en",
    json: Json = False,
) -> int:
    """Hold an event log of another system against a room's workflow: every deviation, and the paths as a diagram.

    Parameters
    ----------
    room
        A room with workflows, such as leads.
    log
        A CSV file with a row for everything that was done: case, activity, instant, role.
    mapping
        A document (TOML, JSON or YAML) that names the log's columns, and what its activities and roles stand for.
    workflow
        One of the room's workflows; needed where it has several.
    rulebook
        A rulebook whose numbers the workflow has; without it there are no deadlines and no coded reasons.
    as_of
        An instant with its offset; then unfinished cases that are overdue by then are named too.
    """
    found = replaying.replay_file(room, log, mapping, workflow, rulebook, _instant(as_of))
    if json:
        output.write_json(found.to_document())
    else:
        replaying.show_replay(found, negotiate(locale))
    return FOUND if found.found.deviations else FINE


def _instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise InvalidValue("as_of", value, "write it as 2020-01-31T12:30:00+08:00") from None
