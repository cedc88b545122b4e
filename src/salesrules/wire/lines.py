"""The lines of a TOML document, which `tomllib` does not give: looked up only when there is a fault to show."""

from __future__ import annotations

import functools
import tomllib
from typing import Any

from salesrules.wire.findings import Place

__all__ = ["toml_line"]

_KEYS = ("bare_key", "quoted_key", "dotted_key")


def toml_line(text: str, place: Place) -> int | None:
    """The line, from 1, of a place or of the nearest that contains it; `None` without the extra `lines`."""
    lines = _lines(text)
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


@functools.lru_cache(maxsize=4)
def _lines(text: str) -> dict[Place, int]:
    try:
        import tree_sitter
        import tree_sitter_toml
    except ImportError:
        return {}
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    for node in parser.parse(text.encode("utf-8")).root_node.named_children:
        if node.type == "pair":
            _add_pair(node, (), lines)
        elif node.type in ("table", "table_array_element"):
            _add_table(node, lines, counts)
    return lines


def _add_table(node: Any, lines: dict[Place, int], counts: dict[Place, int]) -> None:
    keys = _keys_of(node.named_children[0])
    place: Place = ()
    for position, key in enumerate(keys):
        place = (*place, key)
        lines.setdefault(place, _line(node))
        is_new = node.type == "table_array_element" and position == len(keys) - 1
        if is_new:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:  # a header inside a list of tables means its latest element
            place = (*place, counts[place])
            lines.setdefault(place, _line(node))
    for child in node.named_children[1:]:
        if child.type == "pair":
            _add_pair(child, place, lines)


def _add_pair(node: Any, above: Place, lines: dict[Place, int]) -> None:
    place = above
    for key in _keys_of(node.named_children[0]):
        place = (*place, key)
        lines.setdefault(place, _line(node))
    _add_value(node.named_children[-1], place, lines)


def _add_value(node: Any, place: Place, lines: dict[Place, int]) -> None:
    if node.type == "inline_table":
        for child in (child for child in node.named_children if child.type == "pair"):
            _add_pair(child, place, lines)
    elif node.type == "array":
        elements = [child for child in node.named_children if child.type not in ("comment", "ERROR")]
        for index, child in enumerate(elements):
            lines[(*place, index)] = _line(child)
            _add_value(child, (*place, index), lines)


def _keys_of(node: Any) -> list[str]:
    if node.type == "dotted_key":
        return [key for child in node.named_children for key in _keys_of(child) if child.type in _KEYS]
    text = node.text.decode("utf-8")
    if node.type == "quoted_key":
        return list(tomllib.loads(f"{text} = 0"))
    return [text]


def _line(node: Any) -> int:
    return int(node.start_point.row) + 1
