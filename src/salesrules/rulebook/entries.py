"""The entries of a policy: everything with a stable id, with its path and the lives and ranges it stands under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import Band, DateRange, PolicyLife, PolicyReference
from salesrules.rulebook.canonical import fields_of

__all__ = ["Entry", "Standing", "child_key", "standing_on", "walk_entries"]


class Standing(StrEnum):
    """What an entry does on a day: it decides, or why it does not."""

    DECIDES = "decides"
    NOT_APPROVED = "not_approved"
    NOT_YET = "not_yet"
    ENDED = "ended"


@attrs.frozen(kw_only=True)
class Entry:
    """An entry of a rulebook: a section, or anything inside with a stable `id`.

    `path` counts positions, as lines in a document do (`quotas.ramps[0]`); `stable_path` names ids, as a comparison
    needs it (`quotas.ramps[id=starters]`). `qualified_id` has the ids of the entries around it in front, for an id
    that is unique among its siblings only (`representative-2019/quota`). `under` are the lives and effective ranges
    of the entry and of all that it lies in, the outermost first.
    """

    path: str
    stable_path: str
    type: str
    id: str
    qualified_id: str
    value: Any
    under: tuple[PolicyLife | DateRange, ...]

    @property
    def reference(self) -> PolicyReference:
        """The entry as a decision refers to it."""
        return PolicyReference(self.type, self.id)

    @property
    def life(self) -> PolicyLife | None:
        """The entry's own life, where it has one."""
        life = getattr(self.value, "life", None)
        return life if isinstance(life, PolicyLife) else None


def standing_on(entry: Entry, day: date) -> Standing:
    """What the entry does on a day; the outermost reason not to decide is given."""
    for bound in entry.under:
        days = bound.effective if isinstance(bound, PolicyLife) else bound
        if day < days.start:
            return Standing.NOT_YET
        if day not in days:
            return Standing.ENDED
        if isinstance(bound, PolicyLife) and not bound.decides_on(day):
            return Standing.NOT_APPROVED
    return Standing.DECIDES


def child_key(value: Any) -> str | None:
    """The step of a stable path to an item of a list: by its id, a band's start, or the days on which it holds."""
    if isinstance(getattr(value, "id", None), str):
        return f"[id={value.id}]"
    if isinstance(value, Band):
        return f"[from={_numeral(value.start)}]"
    if attrs.has(type(value)) and isinstance(getattr(value, "effective", None), DateRange):
        return f"[effective={value.effective}]"
    return None


def _numeral(bound: Decimal | Fraction | int | None) -> str:
    """The bound as text, the same for `100`, `100.0` and `1E+2`."""
    if bound is None:
        return "-∞"
    return f"{bound.normalize():f}" if isinstance(bound, Decimal) else str(bound)


def walk_entries(section: str, policy: Any) -> Iterator[Entry]:
    """The entries of one section, itself first, in the order of the document."""
    name, under = type(policy).__name__, _bounds(policy)
    top = Entry(path=section, stable_path=section, type=name, id=section, qualified_id="", value=policy, under=under)
    yield top
    yield from _inside(policy, top)


def _inside(value: Any, around: Entry) -> Iterator[Entry]:
    """The entries in a value; `around` carries its paths, the ids that lead to it and the bounds it stands under."""
    if isinstance(value, PolicyLife | DateRange):
        return
    if attrs.has(type(value)):
        for name, inner in fields_of(value):
            yield from _entry_and_inside(inner, _step(around, f".{name}"))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _entry_and_inside(inner, _step(around, f".{name}"))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _entry_and_inside(inner, _step(around, f"[{index}]", child_key(inner)))


def _entry_and_inside(value: Any, around: Entry) -> Iterator[Entry]:
    if attrs.has(type(value)):
        around = attrs.evolve(around, under=(*around.under, *_bounds(value)))
        id = getattr(value, "id", None)
        if isinstance(id, str):
            qualified = f"{around.qualified_id}/{id}" if around.qualified_id else id
            around = attrs.evolve(around, type=type(value).__name__, id=id, qualified_id=qualified, value=value)
            yield around
    yield from _inside(value, around)


def _bounds(value: Any) -> tuple[PolicyLife | DateRange, ...]:
    bounds = (getattr(value, "life", None), getattr(value, "effective", None))
    return tuple(bound for bound in bounds if isinstance(bound, PolicyLife | DateRange))


def _step(around: Entry, step: str, stable: str | None = None) -> Entry:
    return attrs.evolve(around, path=around.path + step, stable_path=around.stable_path + (stable or step))
