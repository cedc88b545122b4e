"""For every type that can be stored, how its values are written and read; both stand side by side, so that they agree.

Single values have the forms of `stored_forms`. An attrs class is a table, a tuple a list. A union needs no more where
its members cannot be taken for each other, or have a field `kind`; else the value stands in a table under the name of
its class, `{"Reserve": {…}}`. So does a value whose type no annotation tells, such as the parameters of a reason.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Mapping
from enum import Enum, StrEnum
from types import GenericAlias
from typing import Any, NewType, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter

from salesrules import core
from salesrules.core import InvalidValue, Parameters
from salesrules.wire.findings import Misfit
from salesrules.wire.forms import Form, dump_enum, enum_form, wrong_type
from salesrules.wire.shapes import is_class, is_enum, is_literal, is_mapping, is_tuple, is_union, kinds_of, shape_of
from salesrules.wire.stored_forms import EVIDENT, STORED_FORMS
from salesrules.wire.structuring import (
    class_hook,
    gather,
    literal_hook,
    make_converter,
    mapping_hook,
    one_of_kinds_hook,
    tuple_hook,
    unknown_key,
)

__all__ = ["form_of"]

_FORMS: dict[Any, Form] = dict(STORED_FORMS)
_LOCK = threading.RLock()


def form_of(kind: Any) -> Form:
    """How values of a type are stored; raises `InvalidValue` for a type that cannot be."""
    with _LOCK:
        if kind not in _FORMS:
            # A class that holds itself finds this while its own form is being made.
            _FORMS[kind] = Form(
                read=lambda data: _FORMS[kind].read(data), write=lambda value: _FORMS[kind].write(value)
            )
            try:
                _FORMS[kind] = _make_form(kind)
            except BaseException:
                del _FORMS[kind]
                raise
        return _FORMS[kind]


def _make_form(kind: Any) -> Form:
    if kind is Any or isinstance(kind, TypeVar) or getattr(kind, "_is_protocol", False):
        return Form(read=_read_any, write=_write_any)
    if isinstance(kind, NewType):
        return form_of(kind.__supertype__)
    for fits, make in _MAKERS:
        if fits(kind):
            return make(kind)
    remedy = "give fields types that can be stored: attrs classes, tuples, mappings, enums of texts, exact numbers"
    raise InvalidValue("type", kind, remedy)


def _reader(kind: Any, hook: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda data: hook(data, kind)


def _below(step: str | int, convert: Callable[[Any], Any], value: Any) -> Any:
    """What reading or writing a part gives, with faults as its whole sees them."""
    try:
        return convert(value)
    except Misfit as misfit:
        raise Misfit(*(finding.below(step) for finding in misfit.findings)) from None


def _class_form(kind: Any) -> Form:
    origin = get_origin(kind) or kind
    if origin is kind and (variables := getattr(kind, "__parameters__", ())):
        return form_of(kind[(Any,) * len(variables)])
    fields = []
    for field in shape_of(kind):
        try:
            write_part = form_of(field.type).write
        except InvalidValue as fault:
            place = f"{origin.__name__}.{field.name}"
            raise InvalidValue(place if fault.field == "type" else fault.field, fault.value, fault.remedy) from None
        fields.append((field.name, _source(origin, field.attribute), write_part, field.attribute.default is None))

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not origin:
            raise wrong_type(value, f"a value of the class {origin.__name__} itself", f"give a {origin.__name__}")
        data = {}
        for name, source, write_part, is_left_out in fields:
            part = getattr(value, source)
            if part is not None or not is_left_out:
                data[name] = _below(name, write_part, part)
        return data

    return Form(read=_reader(kind, class_hook(kind, _CONVERTER)), write=write)


def _source(kind: type, attribute: attrs.Attribute[Any]) -> str:
    """The name under which a field is read: a private one by the property that shows it, where there is one."""
    shown = attribute.alias or attribute.name
    return shown if isinstance(getattr(kind, shown, None), property) else attribute.name


def _tuple_form(kind: Any) -> Form:
    write_item = form_of(get_args(kind)[0]).write

    def write(value: Any) -> list[Any]:
        if not isinstance(value, tuple):
            raise wrong_type(value, "a tuple", "give a tuple")
        return [_below(index, write_item, item) for index, item in enumerate(value)]

    return Form(read=_reader(kind, tuple_hook(kind, _CONVERTER)), write=write)


def _is_fixed_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple and not is_tuple(kind)


def _fixed_tuple_form(kind: Any) -> Form:
    parts = [form_of(part) for part in get_args(kind)]
    expected = f"a list of {len(parts)}"

    def check(values: Any, kind: type[tuple[Any, ...]] | type[list[Any]]) -> None:
        if not isinstance(values, kind) or len(values) != len(parts):
            raise wrong_type(values, expected, f"give {expected}")

    def read(data: Any) -> tuple[Any, ...]:
        check(data, list)
        pairs = enumerate(zip(parts, data, strict=True))
        return tuple(gather(pairs, lambda pair, _: pair[0].read(pair[1]), None).values())

    def write(value: Any) -> list[Any]:
        check(value, tuple)
        return [_below(index, parts[index].write, item) for index, item in enumerate(value)]

    return Form(read=read, write=write)


def _is_set(kind: Any) -> bool:
    return get_origin(kind) is frozenset


def _set_form(kind: Any) -> Form:
    items = form_of(GenericAlias(tuple, (get_args(kind)[0], ...)))

    def write(value: Any) -> list[Any]:
        if not isinstance(value, frozenset):
            raise wrong_type(value, "a frozen set", "give a frozen set")
        return sorted(items.write(tuple(value)), key=lambda item: json.dumps(item, sort_keys=True))

    return Form(read=lambda data: frozenset(items.read(data)), write=write)


def _mapping_form(kind: Any) -> Form:
    write_item = form_of(get_args(kind)[1]).write

    def write(value: Any) -> dict[str, Any]:
        _check_mapping(value)
        return {_write_key(name): _below(str(name), write_item, item) for name, item in value.items()}

    return Form(read=_reader(kind, mapping_hook(kind, _CONVERTER)), write=write)


def _check_mapping(value: Any) -> None:
    if not isinstance(value, Mapping):
        raise wrong_type(value, "a mapping", "give a mapping")


_write_key = STORED_FORMS[str].write


def _is_other_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping) and not is_mapping(kind)


def _other_mapping_form(kind: Any) -> Form:
    """A mapping whose keys are no texts is a list of pairs."""
    pairs = form_of(GenericAlias(tuple, (GenericAlias(tuple, get_args(kind)), ...)))

    def write(value: Any) -> list[Any]:
        _check_mapping(value)
        written: list[Any] = pairs.write(tuple(value.items()))
        return written

    return Form(read=lambda data: dict(pairs.read(data)), write=write)


def _union_form(kind: Any) -> Form:
    members = [member for member in get_args(kind) if member is not type(None)]
    allows_none = len(members) < len(get_args(kind))
    # Where a program may give something that computes what the field shows, the shown is stored.
    members = [member for member in members if not getattr(member, "_is_protocol", False)] or members
    if len(members) == 1:
        inner = form_of(members[0])
    elif EVIDENT.issuperset(members):
        inner = _evident_form(members)
    else:
        kinds = kinds_of(members)
        inner = _tagged_form(members) if kinds is None else _kinds_form(members, kinds)
    if not allows_none:
        return inner
    return Form(
        read=lambda data: None if data is None else inner.read(data),
        write=lambda value: None if value is None else inner.write(value),
    )


def _evident_form(members: list[Any]) -> Form:
    forms = {member: form_of(member) for member in members}
    expected = f"one of {', '.join(member.__name__ for member in members)}"

    def read(data: Any) -> Any:
        for form in forms.values():
            try:
                return form.read(data)
            except Misfit:
                continue
        raise wrong_type(data, expected, "give it as it was written")

    return Form(read=read, write=lambda value: _member(forms, value).write(value))


def _member(forms: Mapping[Any, Form], value: Any) -> Form:
    """The form of the member of a union that a value is."""
    form = forms.get(type(value))
    if form is None:
        names = " or ".join(sorted(kind.__name__ for kind in forms))
        raise wrong_type(value, f"a value of the class {names}", f"give a {names}")
    return form


def _by_class(members: list[Any]) -> dict[Any, Form]:
    forms = {get_origin(member) or member: form_of(member) for member in members}
    if len(forms) < len(members) or len({kind.__name__ for kind in forms}) < len(members):
        raise InvalidValue("type", members, "give every member of a union its own class with its own name")
    return forms


def _kinds_form(members: list[Any], kinds: Mapping[str, Any]) -> Form:
    forms = _by_class(members)
    return Form(
        read=_reader(None, one_of_kinds_hook(kinds, _CONVERTER)), write=lambda value: _member(forms, value).write(value)
    )


def _tagged_form(members: list[Any]) -> Form:
    forms = _by_class(members)
    tagged = _Tagged({kind.__name__: form for kind, form in forms.items()})
    return Form(read=tagged.read, write=lambda value: tagged.write(type(value).__name__, _member(forms, value), value))


class _Tagged:
    """Values in a table of one entry, under the name of what they are."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self.forms = forms

    def read(self, data: Any) -> Any:
        if not isinstance(data, dict) or len(data) != 1:
            raise wrong_type(data, "a table of one entry", f"write a table with one of {', '.join(sorted(self.forms))}")
        ((name, inner),) = data.items()
        if name not in self.forms:
            raise Misfit(unknown_key(name, inner, self.forms))
        return _below(name, self.forms[name].read, inner)

    @staticmethod
    def write(name: str, form: Form, value: Any) -> dict[str, Any]:
        return {name: _below(name, form.write, value)}


def _enum_form(kind: type[Enum]) -> Form:
    if not all(isinstance(member.value, str) for member in kind):
        raise InvalidValue("type", kind, "give the members of an enum texts as their values")

    def write(value: Any) -> Any:
        if type(value) is not kind:
            raise wrong_type(value, f"a {kind.__name__}", f"give a {kind.__name__}")
        return dump_enum(value)

    return Form(read=enum_form(kind).read, write=write)


def _literal_form(kind: Any) -> Form:
    if not all(isinstance(choice, str) for choice in get_args(kind)):
        raise InvalidValue("type", kind, "give choices that are texts")
    read = _reader(kind, literal_hook(kind))
    return Form(read=read, write=read)


#: Values of these classes are themselves wherever they stand.
_PLAIN = (type(None), bool, int, str)


@functools.cache
def _known() -> dict[type, str]:
    """The classes of core, and the single values, by the name under which an untyped value of them stands."""
    known: dict[type, str] = {kind: kind.__name__ for kind in STORED_FORMS if kind not in _PLAIN}
    for name in core.__all__:
        kind = getattr(core, name)
        if isinstance(kind, type) and not issubclass(kind, Exception) and (attrs.has(kind) or issubclass(kind, Enum)):
            known[kind] = name
    return known


@functools.cache
def _untyped() -> _Tagged:
    forms = {name: Form(read=_reader_of(kind), write=_writer_of(kind)) for kind, name in _known().items()}
    forms["frozenset"] = form_of(frozenset[Any])
    forms["mapping"] = form_of(Parameters)
    return _Tagged(forms)


def _reader_of(kind: type) -> Callable[[Any], Any]:
    return lambda data: form_of(kind).read(data)  # made when it is first met


def _writer_of(kind: type) -> Callable[[Any], Any]:
    return lambda value: form_of(kind).write(value)


def _read_any(data: Any) -> Any:
    if type(data) in _PLAIN:
        return data
    if isinstance(data, list):
        return form_of(tuple[Any, ...]).read(data)
    return _untyped().read(data)


def _write_any(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    name = _known().get(type(value))
    if isinstance(value, tuple) and name is None:
        return form_of(tuple[Any, ...]).write(value)
    if name is None and isinstance(value, frozenset):
        name = "frozenset"
    elif name is None and isinstance(value, Parameters):
        name = "mapping"
    elif name is None and isinstance(value, StrEnum):
        return dump_enum(value)  # of a room; it equals its word
    if name is None:
        remedy = "give values of core: texts, exact numbers, money, days, periods, and tuples of them"
        raise wrong_type(value, "a value of core", remedy)
    return _Tagged.write(name, _untyped().forms[name], value)


def _parameters_form(kind: Any) -> Form:
    values = form_of(Mapping[str, Any])
    return Form(read=lambda data: Parameters(values.read(data)), write=values.write)


_MAKERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Form]], ...] = (
    (lambda kind: kind is Parameters, _parameters_form),
    (is_union, _union_form),
    (is_tuple, _tuple_form),
    (_is_fixed_tuple, _fixed_tuple_form),
    (_is_set, _set_form),
    (is_mapping, _mapping_form),
    (_is_other_mapping, _other_mapping_form),
    (is_literal, _literal_form),
    (is_enum, _enum_form),
    (is_class, _class_form),
)


def _hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    read = form_of(kind).read
    return lambda data, _: read(data)


_CONVERTER = make_converter(STORED_FORMS, (lambda kind: True, _hook))
