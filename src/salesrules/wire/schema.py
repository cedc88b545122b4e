"""JSON Schema of documents (draft 2020-12), made from the same types and forms that the loader reads by."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from typing import Any, get_args, get_origin

import attrs

from salesrules.rulebook import HOUSE, SectionRegistry
from salesrules.wire.dumping import dump
from salesrules.wire.forms import FORMS, enum_form
from salesrules.wire.rulebooks import Head
from salesrules.wire.shapes import (
    BandForm,
    BandTableForm,
    FieldShape,
    is_band_table,
    is_class,
    is_literal,
    is_mapping,
    is_tuple,
    is_union,
    shape_of,
    union_of,
)

__all__ = ["document_schema", "rulebook_schema"]

_FACTORY: Any = attrs.Factory  # a class at run time, a function to type checkers
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def document_schema(kind: type, title: str = "") -> dict[str, Any]:
    """The schema of documents that hold one value of an attrs class, as `load_document` reads them."""
    builder = _Builder()
    reference = builder.schema(kind)
    return {"$schema": _DRAFT, "title": title or kind.__name__, **reference, "$defs": builder.sorted_definitions()}


def rulebook_schema(registry: SectionRegistry = HOUSE) -> dict[str, Any]:
    """The schema of rulebooks with the sections of a registry; editors complete and check a document by it.

    It refuses less than the loader: what lies between fields (overlaps, twins, unknown references), the validators
    of single fields and whole numbers written with a point are left to the loader.

    >>> sorted(rulebook_schema(SectionRegistry(sections={}))["properties"])
    ['$schema', 'rulebook']
    """
    builder = _Builder()
    properties = {"$schema": {"type": "string"}, "rulebook": builder.schema(Head)}
    for name in registry.names:
        properties[name] = builder.schema(registry.load(name)[0])
    return {
        "$schema": _DRAFT,
        "title": "Rulebook",
        "description": "The policies of a sales organisation, one section for each room.",
        "type": "object",
        "properties": properties,
        "required": ["rulebook"],
        "additionalProperties": False,
        "$defs": builder.sorted_definitions(),
    }


@attrs.define
class _Builder:
    definitions: dict[str, Any] = attrs.field(factory=dict)

    def sorted_definitions(self) -> dict[str, Any]:
        return dict(sorted(self.definitions.items()))

    def schema(self, kind: Any) -> dict[str, Any]:
        """The schema of a type; classes and enums by reference, so that each stands there once."""
        if kind in FORMS:
            return dict(FORMS[kind].schema)
        if is_tuple(kind):
            return {"type": "array", "items": self.schema(get_args(kind)[0])}
        if is_mapping(kind):
            return {"type": "object", "additionalProperties": self.schema(get_args(kind)[1])}
        if is_union(kind):
            return self._union(kind)
        if is_literal(kind):
            choices = list(get_args(kind))
            return {"const": choices[0]} if len(choices) == 1 else {"enum": choices}
        if is_band_table(kind):
            return self._defined(BandTableForm.__class_getitem__(get_args(kind)), self._class)  # type: ignore[attr-defined]  # made at run time
        if is_class(kind):
            return self._defined(kind, self._class)
        return self._defined(kind, _enum)

    def _defined(self, kind: Any, make: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        name = _name(kind)
        if name not in self.definitions:
            self.definitions[name] = {}  # a class that holds itself finds its own name
            self.definitions[name] = {**_described(kind), **make(kind)}
        return {"$ref": f"#/$defs/{name}"}

    def _union(self, kind: Any) -> dict[str, Any]:
        allows_none, only, kinds = union_of(kind)
        if only is not None:
            choices = [self.schema(only)]
        else:
            choices = [{**self.schema(member), "required": ["kind"]} for member in dict.fromkeys(kinds.values())]
        if allows_none:
            choices.append({"type": "null"})
        return choices[0] if len(choices) == 1 else {"oneOf" if kinds else "anyOf": choices}

    def _class(self, kind: Any) -> dict[str, Any]:
        fields = shape_of(kind)
        return {
            "type": "object",
            "properties": {field.name: {**self.schema(field.type), **_default(field)} for field in fields},
            "required": [field.name for field in fields if field.is_required],
            "additionalProperties": False,
        }


def _enum(kind: type[Enum]) -> dict[str, Any]:
    return enum_form(kind).schema


def _default(field: FieldShape) -> dict[str, Any]:
    default = field.attribute.default
    known = default is not None and default is not attrs.NOTHING and not isinstance(default, _FACTORY)
    return {"default": dump(default)} if known else {}


def _described(kind: Any) -> dict[str, Any]:
    text = inspect.getdoc(get_origin(kind) or kind) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return {"description": paragraph} if paragraph else {}


def _name(kind: Any) -> str:
    """The name of a definition: the room and the class, so that two rooms may have a class of the same name."""
    if kind in FORMS or kind in (Ellipsis, type(None)):
        return str(getattr(kind, "__name__", "any"))
    origin = get_origin(kind) or kind
    package, _, rest = str(origin.__module__).partition(".")
    room = f"{rest.partition('.')[0]}." if package == "salesrules" else ""
    name = {BandTableForm: "core.BandTable", BandForm: "core.Band"}.get(origin, f"{room}{origin.__name__}")
    return "-".join([name, *(_name(argument) for argument in get_args(kind) if not isinstance(argument, str))])
