"""Typed values into plain JSON data, so that reading it back gives the same value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs
from cattrs import Converter

from salesrules.core import BandTable, InvalidValue
from salesrules.wire.bands import band_table_form
from salesrules.wire.forms import FORMS, Bound, dump_enum
from salesrules.wire.shapes import wire_fields

__all__ = ["dump"]


def dump(value: Any) -> Any:
    """Plain data: tables, lists, text, whole numbers; decimals and days as text. Fields that are none are left out.

    Raises `InvalidValue` for a float and for a fraction that no decimal equals.
    """
    return _CONVERTER.unstructure(value)


def _dump_class(value: Any) -> dict[str, Any]:
    given = [(name, getattr(value, attribute.name), attribute.default) for name, attribute in wire_fields(type(value))]
    return {name: dump(inner) for name, inner, default in given if inner is not None or default is not None}


def _dump_mapping(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dump(value) for name, value in mapping.items()}


def _dump_items(values: Iterable[Any]) -> list[Any]:
    return [dump(value) for value in values]


def _refuse_float(value: float) -> Any:
    raise InvalidValue("value", value, "give a Decimal; a float is not exact")


_CONVERTER = Converter()
_CONVERTER.register_unstructure_hook_factory(attrs.has, lambda kind: _dump_class)
_CONVERTER.register_unstructure_hook_func(lambda kind: issubclass(kind, Mapping), _dump_mapping)
_CONVERTER.register_unstructure_hook_func(lambda kind: issubclass(kind, Enum), dump_enum)
_CONVERTER.register_unstructure_hook(tuple, _dump_items)
_CONVERTER.register_unstructure_hook(list, _dump_items)
_CONVERTER.register_unstructure_hook(BandTable, lambda table: _dump_class(band_table_form(table)))
_CONVERTER.register_unstructure_hook(float, _refuse_float)
_CONVERTER.register_unstructure_hook(Fraction, FORMS[Bound].write)
for _kind, _form in FORMS.items():
    if _kind is not Bound:
        _CONVERTER.register_unstructure_hook(_kind, _form.write)
