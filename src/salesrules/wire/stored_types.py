"""For every type that can be stored, how its values are written and read; both stand side by side, so that they agree.

Single values have the forms of `stored_forms`. An attrs class is a table, a tuple a list. A union needs no more where
its members cannot be taken for each other, or have a field `kind`; else the value stands in a table under the name of
its class, `{"Reserve": {…}}`. So does a value whose type no annotation tells, such as the parameters of a reason.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from enum import Enum, StrEnum
from typing import Any, NewType, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter

from salesrules import core
from salesrules.core import InvalidValue, Parameters
from salesrules.wire.forms import Form, dump_enum, enum_form, wrong_type
from salesrules.wire.shapes import is_class, is_enum, is_literal, is_union, shape_of
from salesrules.wire.stored_forms import STORED_FORMS
from salesrules.wire.stored_many import CONTAINERS, FormOf, below
from salesrules.wire.stored_unions import Tagged, union_form
from salesrules.wire.structuring import class_hook, literal_hook, make_converter

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
            return make(kind, form_of)
    remedy = "give fields types that can be stored: attrs classes, tuples, mappings, enums of texts, exact numbers"
    raise InvalidValue("type", kind, remedy)


def _reader(kind: Any, hook: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda data: hook(data, kind)


def _class_form(kind: Any, form_of: FormOf) -> Form:
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
                data[name] = below(name, write_part, part)
        return data

    return Form(read=_reader(kind, class_hook(kind, _CONVERTER)), write=write)


def _source(kind: type, attribute: attrs.Attribute[Any]) -> str:
    """The name under which a field is read: a private one by the property that shows it, where there is one."""
    shown = attribute.alias or attribute.name
    return shown if isinstance(getattr(kind, shown, None), property) else attribute.name


def _enum_form(kind: type[Enum], form_of: FormOf) -> Form:
    if not all(isinstance(member.value, str) for member in kind):
        raise InvalidValue("type", kind, "give the members of an enum texts as their values")

    def write(value: Any) -> Any:
        if type(value) is not kind:
            raise wrong_type(value, f"a {kind.__name__}", f"give a {kind.__name__}")
        return dump_enum(value)

    return Form(read=enum_form(kind).read, write=write)


def _literal_form(kind: Any, form_of: FormOf) -> Form:
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
def _untyped() -> Tagged:
    forms = {name: Form(read=_reader_of(kind), write=_writer_of(kind)) for kind, name in _known().items()}
    forms["frozenset"] = form_of(frozenset[Any])
    forms["mapping"] = form_of(Parameters)
    return Tagged(forms)


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
    if type(value) is tuple:
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
    return _untyped().write(name, value)


def _parameters_form(kind: Any, form_of: FormOf) -> Form:
    values = form_of(Mapping[str, Any])
    return Form(read=lambda data: Parameters(values.read(data)), write=values.write)


_MAKERS: tuple[tuple[Callable[[Any], bool], Callable[[Any, FormOf], Form]], ...] = (
    (lambda kind: kind is Parameters, _parameters_form),
    (is_union, union_form),
    *CONTAINERS,
    (is_literal, _literal_form),
    (is_enum, _enum_form),
    (is_class, _class_form),
)


def _hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    read = form_of(kind).read
    return lambda data, _: read(data)


_CONVERTER = make_converter(STORED_FORMS, (lambda kind: True, _hook))
