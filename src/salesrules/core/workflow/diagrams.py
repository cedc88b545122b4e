"""Pictures for people, in Mermaid: a workflow table as a state diagram, the paths of a log as a flowchart."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from salesrules.core.workflow.conformance import Conformance
from salesrules.core.workflow.model import Deadline, DeadlineKind, StateKind, Transition, guard_name
from salesrules.core.workflow.table import WorkflowTable

__all__ = ["paths_to_mermaid", "to_mermaid"]

_UNSAFE = re.compile(r"[^\w .,/()\[\]-]")


def to_mermaid(table: WorkflowTable) -> str:
    """The table as a Mermaid state diagram.

    A label shows command, guard and role, a note the deadline; pending states have a dashed border.

    >>> from salesrules.core.workflow.model import WorkflowState
    >>> offered, declined = WorkflowState(id="offered", kind="initial"), WorkflowState(id="declined", kind="final")
    >>> decline = Transition(sources=["offered"], command="decline", target="declined", role="guest")
    >>> print(to_mermaid(WorkflowTable(id="gift", states=[offered, declined], transitions=[decline])))
    stateDiagram-v2
        state "offered" as s0
        state "declined" as s1
        [*] --> s0
        s0 --> s1: decline / guest
        s1 --> [*]
    """
    # Aliases, since a state may have the name of a Mermaid keyword.
    alias = {state.id: f"s{index}" for index, state in enumerate(table.states)}
    pending = [alias[state.id] for state in table.states if state.kind is StateKind.PENDING]
    lines = ["stateDiagram-v2"]
    lines += [f'state "{_escaped(state.id)}" as {alias[state.id]}' for state in table.states]
    lines += [f"[*] --> {alias[table.initial]}"]
    lines += [
        f"{alias[source]} --> {alias[move.target]}: {_label(move)}" for move in table.moves for source in move.sources
    ]
    lines += [f"{alias[state.id]} --> [*]" for state in table.states if state.kind is StateKind.FINAL]
    lines += [f"note right of {alias[state.id]}: {_note(state.deadline)}" for state in table.states if state.deadline]
    if pending:
        lines += ["classDef pending stroke-dasharray: 4 4", f"class {','.join(pending)} pending"]
    return "\n    ".join(lines)


def paths_to_mermaid(found: Conformance) -> str:
    """The paths that the cases of a log took, as a Mermaid flowchart: what followed on what, and in how many cases.

    A step that a case took several times counts each time; the more frequent steps stand first, and have thicker lines.

    >>> from salesrules.core.workflow.conformance import Variant
    >>> variants = [Variant(activities=["call", "visit"], cases=3), Variant(activities=["call"], cases=1)]
    >>> print(paths_to_mermaid(Conformance(cases=(), variants=variants)))
    flowchart TD
        begin(( ))
        finish((( )))
        a0["call"]
        a1["visit"]
        begin -->|4| a0
        a0 -->|3| a1
        a1 -->|3| finish
        a0 -->|1| finish
        linkStyle 0,1,2 stroke-width:3px
    """
    steps: Counter[tuple[str | None, str | None]] = Counter()
    for variant in found.variants:
        for step in itertools.pairwise((None, *variant.activities, None)):
            steps[step] += variant.cases
    names = dict.fromkeys(activity for variant in found.variants for activity in variant.activities)
    alias = {name: f"a{index}" for index, name in enumerate(names)}
    ranked = steps.most_common()
    most = ranked[0][1] if ranked else 0
    thick = [str(index) for index, (_, count) in enumerate(ranked) if 2 * count >= most]
    lines = ["flowchart TD", "begin(( ))", "finish((( )))"]
    lines += [f'{alias[name]}["{_escaped(name)}"]' for name in names]
    lines += [
        f"{'begin' if source is None else alias[source]} -->|{count}| {'finish' if target is None else alias[target]}"
        for (source, target), count in ranked
    ]
    lines += [f"linkStyle {','.join(thick)} stroke-width:3px"] if thick else []
    return "\n    ".join(lines)


def _label(move: Transition) -> str:
    guard = f" [{guard_name(move.guard)}]" if move.guard is not None else ""
    role = f" / {move.role}" if move.role is not None else ""
    return _escaped(f"{move.command}{guard}{role}")


def _note(deadline: Deadline) -> str:
    counted = " of working time" if deadline.kind is DeadlineKind.WORKING else ""
    fires = f", then {deadline.fires}" if deadline.fires is not None else ""
    return _escaped(f"{deadline.after}{counted}{fires}")


def _escaped(text: str) -> str:
    """The text with Mermaid's entity codes for everything that could end a label."""
    return _UNSAFE.sub(lambda found: f"#{ord(found.group())};", text)
