"""Kinds of stored values from their types alone: every part is written and read by the type of its field."""

from __future__ import annotations

from types import UnionType
from typing import Any, TypeVar, overload

from salesrules.core import InvalidDocument, InvalidValue, StoredKind
from salesrules.wire.findings import Misfit, cap_faults, render_path
from salesrules.wire.limits import MAX_FAULTS_SHOWN
from salesrules.wire.stored_types import form_of

__all__ = ["stored_kind"]

T = TypeVar("T")


@overload
def stored_kind(kind: type[T], *, name: str) -> StoredKind[T]: ...
@overload
def stored_kind(kind: UnionType, *, name: str) -> StoredKind[Any]: ...
def stored_kind(kind: Any, *, name: str) -> StoredKind[Any]:
    """How values of a type are stored: an attrs class, or a union of several.

    Their fields may be texts, whole numbers, truth values, `Decimal`, `Fraction`, `Money`, `Rate`, days, instants with
    a zone, times and durations, enums of texts, choices of words, other attrs classes (generic ones too), tuples (named
    ones too), sets, mappings, and unions of these. What comes back equals what was stored, exactly. Reading is strict:
    an unknown key, a missing field or another type is a fault with its path. A field that was added since needs a
    default, and one that was taken away or renamed a kind of its own that mends the data first; the `name` is stored,
    so keep it.

    Raises `InvalidValue` at once for a type that cannot be stored, and, when dumping, for a value that is not of its
    declared type; loading raises `InvalidDocument` with all faults at once.

    >>> from salesrules.core import DateRange
    >>> from datetime import date
    >>> spans = stored_kind(DateRange, name="span")
    >>> spans.dump(DateRange(date(2026, 1, 1)))
    {'from': '2026-01-01'}
    >>> spans.load({"from": "2026-01-01"})
    DateRange(start=datetime.date(2026, 1, 1), end=None)
    """
    form = form_of(kind)

    def dump(value: Any) -> Any:
        try:
            return form.write(value)
        except Misfit as misfit:
            finding = misfit.findings[0]
            path = f"{name}.{render_path(finding.place)}" if finding.place else name
            raise InvalidValue(path, finding.value, finding.remedy) from None

    def load(data: Any) -> Any:
        try:
            return form.read(data)
        except Misfit as misfit:
            faults = [
                finding.to_fault(name, None, index < MAX_FAULTS_SHOWN) for index, finding in enumerate(misfit.findings)
            ]
            raise InvalidDocument(cap_faults(faults)) from None

    return StoredKind(name=name, dump=dump, load=load)
