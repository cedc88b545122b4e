"""How tuples, sets and mappings are stored: each part by its own form, with faults as the whole sees them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import GenericAlias
from typing import Any, get_args, get_origin, get_type_hints

from salesrules.wire.findings import Finding, Misfit
from salesrules.wire.forms import Form, wrong_type
from salesrules.wire.shapes import is_mapping, is_tuple
from salesrules.wire.stored_forms import STORED_FORMS
from salesrules.wire.structuring import gather, unknown_key

__all__ = ["CONTAINERS", "FormOf", "below"]

#: Finds the form of a type.
FormOf = Callable[[Any], Form]

_write_key = STORED_FORMS[str].write


def below(step: str | int, convert: Callable[[Any], Any], value: Any) -> Any:
    """What reading or writing a part gives, with faults as its whole sees them."""
    try:
        return convert(value)
    except Misfit as misfit:
        raise Misfit(*(finding.below(step) for finding in misfit.findings)) from None


def _read_each(items: Iterable[tuple[Any, Any]], form: Form) -> dict[Any, Any]:
    return gather(items, lambda item, _: form.read(item), None)


def _read_parts(items: Iterable[tuple[Any, tuple[Form, Any]]]) -> dict[Any, Any]:
    return gather(items, lambda pair, _: pair[0].read(pair[1]), None)


def _check(value: Any, kind: type, expected: str) -> None:
    if not isinstance(value, kind):
        raise wrong_type(value, expected, f"give {expected}")


def _tuple_form(kind: Any, form_of: FormOf) -> Form:
    item_form = form_of(get_args(kind)[0])

    def read(data: Any) -> tuple[Any, ...]:
        _check(data, list, "a list")
        return tuple(_read_each(enumerate(data), item_form).values())

    def write(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise wrong_type(value, "a tuple", "give a tuple")
        return [below(index, item_form.write, item) for index, item in enumerate(value)]

    return Form(read=read, write=write)


def _is_fixed_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple and not is_tuple(kind)


def _fixed_tuple_form(kind: Any, form_of: FormOf) -> Form:
    parts = [form_of(part) for part in get_args(kind)]

    def check(values: Any, kind: type[tuple[Any, ...]] | type[list[Any]]) -> None:
        if type(values) is not kind or len(values) != len(parts):
            expected = f"a list of {len(parts)}"
            raise wrong_type(values, expected, f"give {expected}")

    def read(data: Any) -> tuple[Any, ...]:
        check(data, list)
        return tuple(_read_parts(enumerate(zip(parts, data, strict=True))).values())

    def write(value: Any) -> list[Any]:
        check(value, tuple)
        return [below(index, parts[index].write, item) for index, item in enumerate(value)]

    return Form(read=read, write=write)


def _is_named_tuple(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def _named_tuple_form(kind: Any, form_of: FormOf) -> Form:
    hints = get_type_hints(kind)
    parts = {name: form_of(hints[name]) for name in kind._fields}

    def read(data: Any) -> Any:
        _check(data, dict, f"a table with {', '.join(parts)}")
        findings = [unknown_key(name, value, parts) for name, value in data.items() if name not in parts]
        for name in parts:
            if name not in data and name not in kind._field_defaults:
                found = Finding(place=(name,), code="wire.missing", problem="it is missing", remedy=f"give {name}")
                findings.append(found)
        if findings:
            raise Misfit(*findings)
        return kind(**_read_parts((name, (parts[name], value)) for name, value in data.items()))

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise wrong_type(value, f"a {kind.__name__}", f"give a {kind.__name__}")
        return {name: below(name, part.write, getattr(value, name)) for name, part in parts.items()}

    return Form(read=read, write=write)


def _is_set(kind: Any) -> bool:
    return get_origin(kind) is frozenset


def _set_form(kind: Any, form_of: FormOf) -> Form:
    items = form_of(GenericAlias(tuple, (get_args(kind)[0], ...)))

    def write(value: Any) -> list[Any]:
        _check(value, frozenset, "a frozen set")
        return sorted(items.write(tuple(value)), key=lambda item: json.dumps(item, sort_keys=True))

    return Form(read=lambda data: frozenset(items.read(data)), write=write)


def _mapping_form(kind: Any, form_of: FormOf) -> Form:
    item_form = form_of(get_args(kind)[1])

    def read(data: Any) -> dict[str, Any]:
        _check(data, dict, "a table of names")
        return _read_each(data.items(), item_form)

    def write(value: Any) -> dict[str, Any]:
        _check(value, Mapping, "a mapping")
        return {_write_key(name): below(str(name), item_form.write, item) for name, item in value.items()}

    return Form(read=read, write=write)


def _is_other_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping) and not is_mapping(kind)


def _other_mapping_form(kind: Any, form_of: FormOf) -> Form:
    """A mapping whose keys are no texts is a list of pairs."""
    pairs = form_of(GenericAlias(tuple, (GenericAlias(tuple, get_args(kind)), ...)))

    def write(value: Any) -> Any:
        _check(value, Mapping, "a mapping")
        return pairs.write(tuple(value.items()))

    return Form(read=lambda data: dict(pairs.read(data)), write=write)


#: For each kind of container whether a type is one, and how its form is made.
CONTAINERS: tuple[tuple[Callable[[Any], bool], Callable[[Any, FormOf], Form]], ...] = (
    (is_tuple, _tuple_form),
    (_is_fixed_tuple, _fixed_tuple_form),
    (_is_named_tuple, _named_tuple_form),
    (_is_set, _set_form),
    (is_mapping, _mapping_form),
    (_is_other_mapping, _other_mapping_form),
)
