"""YAML by its events, so that nothing is guessed: `12:30` stays text, a key given twice is a fault, lines are known.

Read are mappings with text keys, sequences and scalars of the core schema: `null`, `true`, `false`, decimal integers
and exact decimals; all else that is written plainly is text, days and times too. Anchors, aliases, merge keys, tags
and several documents in one file are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

from salesrules.core import SalesRulesError
from salesrules.wire.findings import Finding, Place, refuse
from salesrules.wire.limits import MAX_DEPTH
from salesrules.wire.numerals import Unreadable, read_integer, read_number

__all__ = ["parse_yaml"]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@attrs.define
class _Builder:
    """The tree under construction: open collections, the pending key of each mapping, lines."""

    findings: list[Finding] = attrs.field(factory=list)
    lines: dict[Place, int] = attrs.field(factory=dict)
    root: list[Any] = attrs.field(factory=list)
    stack: list[tuple[Place, Any]] = attrs.field(factory=list)
    keys: list[str | None] = attrs.field(factory=list)

    def next_place(self) -> Place:
        if not self.stack:
            return ()
        place, container = self.stack[-1]
        return (*place, len(container)) if isinstance(container, list) else (*place, self.keys[-1] or "")

    def expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1][1], dict) and self.keys[-1] is None

    def take_key(self, key: str, line: int) -> None:
        place, container = self.stack[-1]
        self.keys[-1] = key
        if key in container:
            problem, remedy = "the key stands here more than once", "keep one of them"
            self.report("wire.duplicate_key", problem, remedy, line)
        else:
            self.lines[(*place, key)] = line

    def add(self, value: Any, line: int) -> None:
        if not self.stack:
            self.root.append(value)
            return
        place, container = self.stack[-1]
        if isinstance(container, list):
            self.lines[(*place, len(container))] = line
            container.append(value)
        else:
            container[self.keys[-1]] = value
            self.keys[-1] = None

    def open(self, container: Any, line: int) -> None:
        place = self.next_place()
        self.add(container, line)
        self.stack.append((place, container))
        self.keys.append(None)

    def close(self) -> None:
        self.stack.pop()
        self.keys.pop()

    def report(self, code: str, problem: str, remedy: str, line: int, value: Any = None) -> None:
        place = self.next_place()
        self.findings.append(Finding(place=place, code=code, problem=problem, remedy=remedy, value=value, line=line))


def parse_yaml(text: str, file: str) -> tuple[Any, list[Finding], Callable[[Place], int | None]]:
    """Plain data, findings and lines of a YAML document; raises `InvalidDocument` where it is malformed."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError
    except ImportError as error:
        remedy = "install it with: pip install 'salesrules[yaml]', or write the document in TOML"
        raise refuse(file, "wire.missing_extra", "reading YAML needs the extra 'yaml'", remedy) from error
    builder = _Builder()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if len(builder.stack) > MAX_DEPTH:
                raise refuse(file, "wire.too_deep", f"it nests deeper than {MAX_DEPTH} levels", "write it less deep")
            _take(builder, event, event.start_mark.line + 1, file)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"the YAML is malformed: {error.problem or error.context or 'it cannot be read'}"
        line = None if mark is None else mark.line + 1
        raise refuse(file, "wire.malformed", problem, "mend it there", line=line) from error
    except SalesRulesError:
        raise
    except Exception as error:  # hostile bytes reach faults of the parser itself: any of them means "cannot be read"
        raise refuse(file, "wire.malformed", f"the YAML is malformed: {error}", "write plain YAML") from error
    lines = builder.lines
    return builder.root[0] if builder.root else None, builder.findings, lines.get


def _take(builder: _Builder, event: Any, line: int, file: str) -> None:
    kind = type(event).__name__
    if kind == "DocumentStartEvent" and builder.root:
        raise refuse(file, "wire.malformed", "there are several documents in it", "keep one", line=line)
    if kind in ("MappingEndEvent", "SequenceEndEvent"):
        builder.close()
        return
    if kind not in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent", "AliasEvent"):
        return
    if event.anchor is not None:
        problem = "anchors and aliases are not read"
        builder.report("wire.yaml_anchor", problem, "write the value out", line, value=str(event.anchor))
    if getattr(event, "tag", None) is not None:
        problem = "tags are not read"
        builder.report(
            "wire.yaml_tag", problem, "write a plain value, in quotes where it is text", line, str(event.tag)
        )
    if builder.expects_key():
        if kind != "ScalarEvent":
            raise refuse(file, "wire.malformed", "a key is not plain text", "write a plain key", line=line)
        builder.take_key(event.value, line)
    elif kind == "MappingStartEvent":
        builder.open({}, line)
    elif kind == "SequenceStartEvent":
        builder.open([], line)
    else:
        builder.add(None if kind == "AliasEvent" else _scalar(event), line)


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style not in (None, ""):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        return Unreadable(text)
    if _INTEGER.fullmatch(text):
        return read_integer(text)
    return read_number(text) if _DECIMAL.fullmatch(text) else text
