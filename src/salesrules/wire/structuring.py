"""Plain data into typed values by cattrs, strictly; everything that does not fit is found in one pass.

Hooks raise `Misfit` with findings whose places are relative; the hook of a class, list or mapping gathers those of
its parts and puts its own step in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import attrs
from cattrs import AttributeValidationNote, ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, override

from salesrules.core import InvalidDocument, InvalidValue, SalesRulesError
from salesrules.wire.bands import check_dated, read_band_table
from salesrules.wire.findings import Finding, Misfit, parse_path, suggest
from salesrules.wire.forms import FORMS, Form, enum_form, wrong_type
from salesrules.wire.limits import MAX_FINDINGS
from salesrules.wire.shapes import (
    BandTableForm,
    FieldShape,
    is_band_table,
    is_class,
    is_dated,
    is_enum,
    is_literal,
    is_mapping,
    is_tuple,
    is_union,
    shape_of,
    union_of,
)

__all__ = [
    "class_hook",
    "enum_hook",
    "gather",
    "literal_hook",
    "make_converter",
    "one_of_kinds_hook",
    "structure",
    "unknown_key",
    "unsupported_hook",
]

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

_FACTORY: Any = attrs.Factory  # a class at run time, a function to type checkers


def structure(data: Any, kind: type[T]) -> T:
    """The value of a type that plain data stands for; raises `Misfit` with all findings."""
    return _CONVERTER.structure(data, kind)


def _scalar_hook(form: Form) -> Hook:
    return lambda value, _: form.read(value)


def class_hook(kind: Any, converter: Converter) -> Hook:
    """Reads an attrs class from a table of its fields."""
    fields = shape_of(kind)
    names: dict[str, Any] = {field.attribute.name: override(rename=field.name) for field in fields}
    build = make_dict_structure_fn(
        kind, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True, **names
    )

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            required = ", ".join(field.name for field in fields if field.is_required) or "its fields"
            raise wrong_type(value, "a table", f"write a table with {required}")
        try:
            return build(value, kind)
        except ClassValidationError as error:
            raise Misfit(*_class_findings(converter, error, value, kind, fields)) from error

    return hook


def _class_findings(
    converter: Converter,
    group: ClassValidationError,
    value: dict[str, Any],
    kind: Any,
    fields: tuple[FieldShape, ...],
) -> list[Finding]:
    findings: list[Finding] = []
    failed: set[str] = set()
    own_error: Exception | None = None
    names = {field.attribute.name: field.name for field in fields}
    for error in group.exceptions:
        notes = [note for note in getattr(error, "__notes__", ()) if isinstance(note, AttributeValidationNote)]
        name = names[notes[0].name] if notes else ""
        if isinstance(error, ForbiddenExtraKeysError):
            findings += [unknown_key(key, value[key], names.values()) for key in value if key in error.extra_fields]
        elif notes and isinstance(error, Misfit):
            failed.add(name)
            findings += [finding.below(name) for finding in error.findings]
        elif notes and isinstance(error, KeyError) and name not in value:
            failed.add(name)
            findings.append(Finding(place=(name,), code="wire.missing", problem="it is missing", remedy=f"give {name}"))
        elif notes:
            raise error
        else:
            own_error = error
    from_fields = _field_findings(converter, kind, value, fields, failed)
    findings += from_fields
    if own_error is not None and not from_fields:
        findings += _findings_of(own_error, names)
    return findings


def unknown_key(key: str, value: Any, names: Iterable[str]) -> Finding:
    """The finding of a key that is none of the names."""
    remedy, known = "leave it out; known are", tuple(names)
    problem = "the key is unknown"
    return Finding(place=(key,), code="wire.unknown_key", problem=problem, remedy=remedy, value=value, known=known)


def _field_findings(
    converter: Converter, kind: Any, value: dict[str, Any], fields: tuple[FieldShape, ...], failed: set[str]
) -> list[Finding]:
    """What the converters and validators of the fields say, each on its own, since a constructor stops at the first."""
    origin = get_origin(kind) or kind
    partial = origin.__new__(origin)
    findings: list[Finding] = []
    given: list[tuple[FieldShape, Any]] = []
    for field in fields:
        if field.name not in value:
            _set_default(partial, field.attribute)
            continue
        if field.name in failed:
            continue
        part = converter.structure(value[field.name], field.type)
        try:
            converted = field.attribute.converter(part) if callable(field.attribute.converter) else part
        except (SalesRulesError, ValueError, TypeError) as error:
            findings += _findings_of(error, {field.attribute.name: field.name}, (field.name,), part)
            continue
        object.__setattr__(partial, field.attribute.name, converted)
        given.append((field, converted))
    for field, converted in given:
        if field.attribute.validator is None:
            continue
        try:
            field.attribute.validator(partial, field.attribute, converted)
        except AttributeError:
            continue  # the validator looks at another field, which is missing or wrong itself
        except (SalesRulesError, ValueError, TypeError) as error:
            findings += _findings_of(error, {field.attribute.name: field.name}, (field.name,), converted)
    return findings


def _set_default(partial: Any, attribute: attrs.Attribute[Any]) -> None:
    """Give a partial value the default of a field, for the validators of other fields that look at it."""
    default: Any = attribute.default
    if isinstance(default, _FACTORY):
        default = attrs.NOTHING if default.takes_self else default.factory()
    if default is not attrs.NOTHING:
        object.__setattr__(partial, attribute.name, default)


def _findings_of(
    error: Exception, names: dict[str, str], default: tuple[str, ...] = (), value: Any = None
) -> list[Finding]:
    """What a constructor said, at the field that it names."""
    if isinstance(error, InvalidValue):
        place = parse_path(error.field)
        known = names.get(str(place[0])) if place else None
        at = (known, *place[1:]) if known is not None else default
        problem = "the value is not valid" if at else f"{error.field} is not valid"
        return [Finding(place=at, code="wire.invalid_value", problem=problem, remedy=error.remedy, value=error.value)]
    if isinstance(error, InvalidDocument):
        return [
            Finding(
                place=(*default, *parse_path(fault.path)),
                code=fault.code,
                problem=fault.problem,
                remedy=fault.remedy,
                value=fault.value,
                severity=fault.severity,
            )
            for fault in error.faults
        ]
    if not isinstance(error, SalesRulesError | ValueError | TypeError):
        raise error
    problem = f"the value is not valid: {error.args[0] if error.args else error}"
    return [Finding(place=default, code="wire.invalid_value", problem=problem, remedy="change it", value=value)]


def _tuple_hook(kind: Any, converter: Converter) -> Hook:
    """Reads `tuple[X, ...]` from a list."""
    inner = get_args(kind)[0]
    read = converter.get_structure_hook(inner)

    def hook(value: Any, _: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise wrong_type(value, "a list", "write it as [ … ]")
        return tuple(gather(((index, item) for index, item in enumerate(value)), read, inner).values())

    return hook


def _mapping_hook(kind: Any, converter: Converter) -> Hook:
    """Reads `Mapping[str, X]` from a table."""
    inner = get_args(kind)[1]
    read = converter.get_structure_hook(inner)

    def hook(value: Any, _: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong_type(value, "a table of names", "write name = value")
        return gather(value.items(), read, inner)

    return hook


def gather(items: Any, read: Hook, inner: Any) -> dict[Any, Any]:
    """The values of items by their keys; raises `Misfit` with the findings of all of them."""
    values: dict[Any, Any] = {}
    findings: list[Finding] = []
    for key, item in items:
        try:
            values[key] = read(item, inner)
        except Misfit as misfit:
            findings += [finding.below(key) for finding in misfit.findings]
            if len(findings) >= MAX_FINDINGS:
                break
    if findings:
        raise Misfit(*findings)
    return values


def _union_hook(kind: Any, converter: Converter) -> Hook:
    allows_none, only, kinds = union_of(kind)
    one_of = one_of_kinds_hook(kinds, converter.structure)

    def hook(value: Any, _: Any) -> Any:
        if value is None and allows_none:
            return None
        return one_of(value, kind) if kinds else converter.structure(value, only)

    return hook


def one_of_kinds_hook(kinds: Mapping[str, Any], read: Hook) -> Hook:
    """Reads one of several classes that their field `kind` tells apart."""

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise wrong_type(value, "a table with its kind", f"write kind as one of {', '.join(map(repr, kinds))}")
        tag = value.get("kind")
        if not isinstance(tag, str) or tag not in kinds:
            code, problem = (
                ("wire.unknown_choice", "is no known kind") if "kind" in value else ("wire.missing", "it is missing")
            )
            remedy = suggest(tag, kinds, "give one of")
            raise Misfit(Finding(place=("kind",), code=code, problem=problem, remedy=remedy, value=tag))
        return read(value, kinds[tag])

    return hook


def literal_hook(kind: Any) -> Hook:
    """Reads one of several words."""
    choices = get_args(kind)

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            problem, remedy = "is none of the known choices", suggest(value, choices, "give one of")
            raise Misfit(Finding(code="wire.unknown_choice", problem=problem, remedy=remedy, value=value))
        return value

    return hook


def _band_table_hook(kind: Any, converter: Converter) -> Hook:
    form: Any = BandTableForm.__class_getitem__(get_args(kind))  # type: ignore[attr-defined]  # made at run time
    read = converter.get_structure_hook(form)
    return lambda value, _: read_band_table(read(value, form))


def _dated_hook(kind: Any, converter: Converter) -> Hook:
    read = class_hook(kind, converter)
    return lambda value, _: check_dated(read(value, kind))


def unsupported_hook(kind: Any) -> Hook:
    """Refuses a type that no data stands for."""
    raise InvalidValue("type", kind, "a document cannot hold this type; use one of the types for policies")


def enum_hook(kind: type[Enum]) -> Hook:
    """Reads a member of an enum from its value."""
    return _scalar_hook(enum_form(kind))


def make_converter(forms: Mapping[Any, Form], *factories: tuple[Callable[[Any], bool], Any]) -> Converter:
    """A converter that reads single values by their forms, other types by the last factory whose condition holds."""
    converter = Converter(detailed_validation=True)
    for condition, factory in ((lambda kind: True, unsupported_hook), *factories):
        converter.register_structure_hook_factory(condition, factory)
    converter.register_structure_hook_factory(forms.__contains__, lambda kind: _scalar_hook(forms[kind]))

    def read_basic(value: Any, kind: Any) -> Any:
        """Cattrs looks up text, numbers and their subclasses, text enums among them, before any factory."""
        if kind in forms:
            return forms[kind].read(value)
        return enum_form(kind).read(value) if issubclass(kind, Enum) else unsupported_hook(kind)

    for basic in (str, int, float, bytes, Path):
        converter.register_structure_hook(basic, read_basic)
    return converter


_CONVERTER = make_converter(
    FORMS,
    (is_tuple, _tuple_hook),
    (is_mapping, _mapping_hook),
    (is_union, _union_hook),
    (is_class, class_hook),
    (is_dated, _dated_hook),
    (is_band_table, _band_table_hook),
    (is_enum, enum_hook),
    (is_literal, literal_hook),
)
