"""Stored values as text: what a kind dumps, as JSON, so that no backend keeps a value that others can change."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NoReturn, TypeVar

from salesrules.core import InvalidValue, StoredKind

__all__ = ["from_text", "to_text"]

T = TypeVar("T")

_TEXT = frozenset({str})
_SCALARS = frozenset({str, int, bool, type(None)})


def to_text(kind: StoredKind[T], value: T) -> str:
    """The JSON of a value; raises `InvalidValue` where what its kind dumps is not plain data, or holds a float."""
    data = kind.dump(value)
    if not _is_plain(data):
        _check(data, kind.name)
    text = _ENCODER.encode(data)
    if "\\u0000" in text or not (text.isascii() or _is_encodable(text)):
        _check(data, kind.name)  # looks at every text, and says which one it is
    return text


def from_text(kind: StoredKind[T], text: str) -> T:
    """The value that a text of its kind stands for."""
    return kind.load(_DECODER.decode(text))


def _is_plain(data: object) -> bool:
    """Whether data hold nothing but the plain types; subclasses of these are looked at more closely elsewhere."""
    if type(data) in _SCALARS:
        return True
    containers = [data]
    for container in containers:
        values: Collection[object]
        if type(container) is dict:
            if container and not _TEXT.issuperset(map(type, container)):
                return False
            values = container.values()
        elif type(container) is list or type(container) is tuple:
            values = container
        else:
            return False
        if not _SCALARS.issuperset(map(type, values)):
            containers += [value for value in values if type(value) not in _SCALARS]
    return True


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check(data: object, path: str) -> None:
    match data:
        case None | bool() | int():
            pass
        case str():
            if not _is_storable(data):
                raise InvalidValue(path, data, "leave out surrogates and the character NUL, which no database holds")
        case dict():
            for name, value in data.items():
                if type(name) is not str:
                    raise InvalidValue(path, name, "dump mappings with text keys")
                _check(name, path)
                _check(value, f"{path}.{name}")
        case list() | tuple():
            for index, value in enumerate(data):
                _check(value, f"{path}[{index}]")
        case _:
            remedy = "dump mappings, lists, texts, whole numbers, true, false and null only; a decimal as text"
            raise InvalidValue(path, data, remedy)


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= mark <= "\udfff" for mark in text)


def _refuse(numeral: str) -> NoReturn:
    raise InvalidValue("stored value", numeral, "store decimals as text; a float is never exact")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
