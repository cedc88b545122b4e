"""The words in which a disagreement is told: labels, and no reasons."""

from __future__ import annotations

__all__ = ["LABELS"]

#: Label → the parameters its sentence uses.
LABELS: dict[str, tuple[str, ...]] = {
    "testing.label.disagrees": ("differing", "compared"),
    "testing.label.by_how_much": ("total", "more", "less"),
    "testing.label.missing": ("count",),
    "testing.label.surplus": ("count",),
    "testing.label.unreadable": ("count",),
    "testing.label.transaction": (),
    "testing.label.payee": (),
    "testing.label.component": (),
    "testing.label.role": (),
    "testing.label.theirs": (),
    "testing.label.ours": (),
    "testing.label.difference": (),
    "testing.label.more_rows": ("count",),
    "testing.label.first_derivation": ("row",),
    "testing.label.no_line": ("row",),
    "testing.label.repeat": (),
}
