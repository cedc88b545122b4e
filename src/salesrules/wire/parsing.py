"""Text into plain data: tables, lists, strings, exact numbers; with what is wrong on the way and where it stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs

from salesrules.wire.findings import Finding, Place, refuse
from salesrules.wire.limits import MAX_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_KEY_PARTS
from salesrules.wire.lines import toml_line
from salesrules.wire.numerals import Unreadable, read_integer, read_number
from salesrules.wire.sources import Format
from salesrules.wire.yaml_text import parse_yaml

__all__ = ["Parsed", "parse_text"]

_TOML_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LONG_KEY = re.compile(
    r"(?<![\w-])(?:(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){%d}" % MAX_KEY_PARTS  # noqa: UP031 - braces are the pattern's
)


@attrs.frozen(kw_only=True)
class Parsed:
    """The data of a document, findings so far, and the line of a place, where it can be known."""

    data: dict[str, Any]
    findings: tuple[Finding, ...]
    line_of: Callable[[Place], int | None]


class JsonObject(dict[str, Any]):
    """A JSON object that remembers keys given twice."""

    twice: tuple[str, ...] = ()


def parse_text(text: str, format: Format, file: str) -> Parsed:
    """The plain data of a document; raises `InvalidDocument` where nothing can be made of it."""
    if len(text) > MAX_BYTES:  # files were measured in bytes before; a text has at least as many as characters
        raise refuse(file, "wire.too_large", f"it has more than {MAX_BYTES} bytes", "leave out what is unused")
    parse = {Format.TOML: _parse_toml, Format.JSON: _parse_json, Format.YAML: parse_yaml}[format]
    data, findings, line_of = parse(text, file)
    if not isinstance(data, dict):
        raise refuse(
            file, "wire.wrong_type", "its top is not a table of names", "write names and their values", value=data
        )
    return Parsed(data=data, findings=(*findings, *_inspect(data, file)), line_of=line_of)


def _parse_toml(text: str, file: str) -> tuple[Any, list[Finding], Callable[[Place], int | None]]:
    long_key = _LONG_KEY.search(text)
    if long_key:
        line = text.count("\n", 0, long_key.start()) + 1
        problem = f"a dotted key has more than {MAX_KEY_PARTS} parts"
        raise refuse(file, "wire.too_deep", problem, "write tables less deep", line=line)
    try:
        data = tomllib.loads(text, parse_float=read_number)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _TOML_POSITION.search(message)
        at_line = position and position[1]
        line = int(at_line) if at_line else text.count("\n") + 1
        problem = f"the TOML is malformed: {message}"
        raise refuse(file, "wire.malformed", problem, "mend it there", line=line) from error
    except (RecursionError, ValueError) as error:
        raise _too_deep_or_long(file, error) from error
    return data, [], lambda place: toml_line(text, place)


def _parse_json(text: str, file: str) -> tuple[Any, list[Finding], Callable[[Place], int | None]]:
    try:
        data = json.loads(
            text,
            object_pairs_hook=_json_object,
            parse_float=read_number,
            parse_int=read_integer,
            parse_constant=Unreadable,
        )
    except json.JSONDecodeError as error:
        problem = f"the JSON is malformed: {error}"
        raise refuse(file, "wire.malformed", problem, "mend it there", line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise _too_deep_or_long(file, error) from error
    return data, [], lambda place: None


def _json_object(pairs: list[tuple[str, Any]]) -> JsonObject:
    result = JsonObject(pairs)
    if len(result) < len(pairs):
        result.twice = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return result


def _too_deep_or_long(file: str, error: Exception) -> Exception:
    if isinstance(error, RecursionError):
        return refuse(file, "wire.too_deep", f"it nests deeper than {MAX_DEPTH} levels", "write it less deep")
    return refuse(file, "wire.malformed", f"a value cannot be read: {error}", "write a plain value")


def _inspect(data: dict[str, Any], file: str) -> list[Finding]:
    """What no type can know: depth, number of items, keys given twice, half characters. A loop, not a recursion."""
    findings: list[Finding] = []
    queue: list[tuple[Place, Any]] = [((), data)]
    count = 0
    while queue:
        place, value = queue.pop()
        if len(place) > MAX_DEPTH:
            problem = f"it nests deeper than {MAX_DEPTH} levels"
            raise refuse(
                file, "wire.too_deep", problem, "write it less deep", value=".".join(map(str, place[:4])) + "…"
            )
        items: list[tuple[str | int, Any]] = []
        if isinstance(value, dict):
            items = list(value.items())
            findings += [_twice((*place, key)) for key in getattr(value, "twice", ())]
            findings += [_half_character((*place, key), key) for key in value if _has_surrogate(key)]
        elif isinstance(value, list):
            items = list(enumerate(value))
        elif isinstance(value, str) and _has_surrogate(value):
            findings.append(_half_character(place, value))
        count += len(items)
        if count > MAX_ITEMS:
            raise refuse(file, "wire.too_many_items", f"it has more than {MAX_ITEMS} values", "split it")
        queue += [((*place, key), inner) for key, inner in items]
    return findings


def _twice(place: Place) -> Finding:
    remedy = "keep one of them"
    return Finding(place=place, code="wire.duplicate_key", problem="the key stands here more than once", remedy=remedy)


def _half_character(place: Place, text: str) -> Finding:
    problem = "the text has half of a surrogate pair, which is no character"
    return Finding(
        place=place, code="wire.invalid_text", problem=problem, remedy="write the whole character", value=ascii(text)
    )


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
