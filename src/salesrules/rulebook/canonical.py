"""The canonical content of a value, and its hash: the version of a document.

The hash is taken over what the document says, after defaults are filled in, not over its text: comments, white
space, the order of keys, `1.50` for `1.5` and a default written out leave it as it is. The order of entries counts.
Two values of one library version have the same hash where they are equal, and only there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import InvalidValue

__all__ = ["canonical_form", "content_hash", "fields_of"]


def fields_of(value: Any) -> list[tuple[str, Any]]:
    """The fields of an attrs value that make it what it is, by the name of their argument."""
    return [
        (attribute.alias or attribute.name, getattr(value, attribute.name))
        for attribute in attrs.fields(type(value))
        if attribute.init and attribute.eq
    ]


def canonical_form(value: Any, field: str = "value") -> Any:
    """Plain JSON data that is the same for equal values; raises `InvalidValue` for what a policy cannot hold.

    >>> canonical_form(Decimal("1.50"))
    ['#', '3/2']
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal) and not value.is_finite():
        raise InvalidValue(field, value, "a policy holds finite numbers only")
    if isinstance(value, int | Decimal | Fraction):
        return ["#", str(Fraction(value))]
    if isinstance(value, date | time):
        return ["@", value.isoformat()]
    if attrs.has(type(value)):
        return {name: canonical_form(inner, f"{field}.{name}") for name, inner in fields_of(value)}
    if isinstance(value, Mapping):
        return {"=": sorted([str(name), canonical_form(inner, f"{field}.{name}")] for name, inner in value.items())}
    if isinstance(value, tuple):
        return [".", *(canonical_form(inner, f"{field}[{index}]") for index, inner in enumerate(value))]
    raise InvalidValue(field, value, "a policy holds text, exact numbers, days, tuples, mappings and frozen attrs only")


def content_hash(value: Any) -> str:
    """The SHA-256 of the canonical form, as 64 hexadecimal digits."""
    text = json.dumps(canonical_form(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
