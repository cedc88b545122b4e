"""What the types of fields are made of: resolved annotations, wire names, unions told apart by `kind`."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import attrs

from salesrules.core import BandTable, Dated, DateRange, InvalidValue, Side
from salesrules.wire.forms import Bound

__all__ = [
    "BandForm",
    "BandTableForm",
    "FieldShape",
    "is_band_table",
    "is_class",
    "is_dated",
    "is_enum",
    "is_literal",
    "is_mapping",
    "is_tuple",
    "is_union",
    "kinds_of",
    "shape_of",
    "union_of",
    "wire_fields",
]

T = TypeVar("T")

#: Names in documents where a keyword or a reader's word differs from the name of the field.
_RENAMED: dict[type, dict[str, str]] = {}


@attrs.frozen(kw_only=True)
class BandForm(Generic[T]):
    """One band of a table: `from` this bound, `to` the next one (may be left out), and its value."""

    start: Bound | None = None
    end: Bound | None = None
    value: T
    side: Side | None = None


@attrs.frozen(kw_only=True)
class BandTableForm(Generic[T]):
    """Bands in ascending order without gap or overlap; `side` says which band owns a value on a bound."""

    side: Side = Side.LOWER
    bands: tuple[BandForm[T], ...]


_RENAMED[DateRange] = {"start": "from", "end": "until"}
_RENAMED[BandForm] = {"start": "from", "end": "to"}


@attrs.frozen(kw_only=True)
class FieldShape:
    """A field as documents know it: its name there, its name in the class, its type and whether it must be given."""

    name: str
    attribute: attrs.Attribute[Any]
    type: Any
    is_required: bool


@functools.cache
def shape_of(kind: Any) -> tuple[FieldShape, ...]:
    """The fields of an attrs class, or of a generic one with its arguments."""
    origin = get_origin(kind) or kind
    attrs.resolve_types(origin)
    arguments = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=False))
    return tuple(
        FieldShape(
            name=name,
            attribute=attribute,
            type=_substitute(attribute.type, arguments),
            is_required=attribute.default is attrs.NOTHING,
        )
        for name, attribute in wire_fields(origin)
    )


def wire_fields(kind: type) -> list[tuple[str, attrs.Attribute[Any]]]:
    """The fields that documents hold of an attrs class, each with its name there."""
    renamed = _RENAMED.get(kind, {})
    return [
        (renamed.get(attribute.name) or attribute.alias or attribute.name, attribute)
        for attribute in attrs.fields(kind)
        if attribute.init
    ]


def _substitute(kind: Any, arguments: dict[Any, Any]) -> Any:
    if isinstance(kind, TypeVar):
        return arguments.get(kind, kind)
    inner = get_args(kind)
    if not inner or not arguments or get_origin(kind) is Literal:
        return kind
    changed = tuple(_substitute(argument, arguments) for argument in inner)
    if isinstance(kind, types.UnionType):
        return functools.reduce(lambda left, right: left | right, changed)
    return get_origin(kind)[changed] if changed != inner else kind


def is_class(kind: Any) -> bool:
    """Whether the type is an attrs class, generic or not."""
    return attrs.has(get_origin(kind) or kind) if isinstance(get_origin(kind) or kind, type) else False


def is_band_table(kind: Any) -> bool:
    """Whether the type is a table of bands."""
    return (get_origin(kind) or kind) is BandTable


def is_dated(kind: Any) -> bool:
    """Whether the type is a series of dated values."""
    return bool((get_origin(kind) or kind) is Dated)


def is_literal(kind: Any) -> bool:
    """Whether the type is a choice of words."""
    return bool(get_origin(kind) is Literal)


def is_enum(kind: Any) -> bool:
    """Whether the type is an enum."""
    return isinstance(kind, type) and issubclass(kind, Enum)


def is_tuple(kind: Any) -> bool:
    """Whether the type is `tuple[X, ...]`."""
    return get_origin(kind) is tuple and len(get_args(kind)) == 2 and get_args(kind)[1] is Ellipsis


def is_mapping(kind: Any) -> bool:
    """Whether the type is `Mapping[str, X]`."""
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping) and get_args(kind)[0] is str


def is_union(kind: Any) -> bool:
    """Whether the type is a union."""
    return get_origin(kind) in (Union, types.UnionType)


def union_of(kind: Any) -> tuple[bool, Any, dict[str, Any]]:
    """Whether a union allows none; its only other member, if it has one; else its members by `kind`.

    Raises `InvalidValue` for a union whose members a document cannot tell apart.
    """
    members = [member for member in get_args(kind) if member is not type(None)]
    allows_none = len(members) < len(get_args(kind))
    if len(members) == 1:
        return allows_none, members[0], {}
    kinds = kinds_of(members)
    if kinds is None:
        raise InvalidValue("type", kind, 'give every member of a union a field `kind: Literal["..."]`')
    return allows_none, None, kinds


def kinds_of(members: Iterable[Any]) -> dict[str, Any] | None:
    """The members of a union by what their field `kind` may be; `None` where one has no such field.

    Raises `InvalidValue` where two share a kind.
    """
    kinds: dict[str, Any] = {}
    for member in members:
        tags = [field.type for field in shape_of(member) if field.name == "kind"] if is_class(member) else []
        if len(tags) != 1 or get_origin(tags[0]) is not Literal:
            return None
        for tag in get_args(tags[0]):
            if kinds.setdefault(tag, member) is not member:
                raise InvalidValue("type", member, "give every member of a union its own kind")
    return kinds
