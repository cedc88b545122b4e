"""Documents with one place spoiled: what comes from outside may have anything in it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

__all__ = ["HOSTILE", "SPOILING", "places", "spoiled"]

#: What nobody should write into a document, and what belongs elsewhere in it.
HOSTILE: list[Any] = [
    *(None, True, False, -1, 0, 10**30, "", " ", "-1", "1e99", "NaN", "Infinity", "0.0000000001", "9" * 90),
    *("CNY", "CNY -5", "USD 5", "2026-02-29", "9999-12-31", "0001-01-01", "<b>", "\x00", [], [[]], {}, {"x": 1}, "o1"),
]

#: What to spoil, with what, and how: the arguments of `spoiled`.
SPOILING: dict[str, st.SearchStrategy[Any]] = {
    "place": st.integers(0, 10**6),
    "value": st.sampled_from(HOSTILE),
    "kind": st.sampled_from(["replace", "replace", "remove", "rename", "repeat"]),
}


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document: what holds it, and its key there."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


def spoiled(document: Any, place: int, value: Any, kind: str) -> Any:
    """A copy of plain data in which one place is another value, missing, misnamed, or there twice."""
    made = copy.deepcopy(document)
    found = list(places(made))
    holder, key = found[place % len(found)]
    match kind:
        case "replace":
            holder[key] = value
        case "remove":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
        case _ if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
    return made
