"""Typed values into plain JSON data, so that reading it back gives the same value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs
from cattrs import Converter

from salesrules.core import BandTable
from salesrules.wire.bands import band_table_form
from salesrules.wire.forms import FORMS, Bound, dump_enum
from salesrules.wire.shapes import shape_of

__all__ = ["dump"]


def dump(value: Any) -> Any:
    """Plain data: tables, lists, text, whole numbers; decimals and days as text. Fields that are none are left out.

    Raises `InvalidValue` for a bound that no decimal equals.
    """
    return _CONVERTER.unstructure(value)


def _dump_class(value: Any) -> dict[str, Any]:
    kind: Any = type(value)
    given = {field: getattr(value, field.attribute.name) for field in shape_of(kind)}
    return {
        field.name: FORMS[Bound].write(inner) if _is_bound(field.type, inner) else dump(inner)
        for field, inner in given.items()
        if inner is not None or field.attribute.default is not None
    }


def _is_bound(kind: Any, value: Any) -> bool:
    return value is not None and Bound in getattr(kind, "__args__", ())


_CONVERTER = Converter()
_CONVERTER.register_unstructure_hook_factory(attrs.has, lambda kind: _dump_class)
_CONVERTER.register_unstructure_hook_func(
    lambda kind: isinstance(kind, type) and issubclass(kind, Mapping),
    lambda mapping: {name: dump(value) for name, value in mapping.items()},
)
_CONVERTER.register_unstructure_hook(tuple, lambda values: [dump(value) for value in values])
_CONVERTER.register_unstructure_hook(list, lambda values: [dump(value) for value in values])
_CONVERTER.register_unstructure_hook(BandTable, lambda table: dump(band_table_form(table)))
_CONVERTER.register_unstructure_hook_func(lambda kind: isinstance(kind, type) and issubclass(kind, Enum), dump_enum)
for _kind, _form in FORMS.items():
    if _kind is not Bound:
        _CONVERTER.register_unstructure_hook(_kind, _form.write)
