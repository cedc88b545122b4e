"""What changed between two versions of a rulebook, entry by entry, as codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import attrs

from salesrules.core import BandTable, DateRange, Money, PolicyStatus, Rate, Reason, ReasonCode, Rounding
from salesrules.rulebook import reasons
from salesrules.rulebook.canonical import fields_of
from salesrules.rulebook.entries import child_key
from salesrules.rulebook.model import Rulebook

__all__ = ["Change", "diff"]

_WHOLE = (Money, Rate, DateRange, Rounding)
_CODES = {code.code: code for code in reasons.REASONS}


@attrs.frozen(kw_only=True)
class Change:
    """One difference: its code, its place by stable ids (`quotas.ramps[id=starters].shares`), old and new value."""

    code: str
    path: str
    old: Any = None
    new: Any = None

    def to_reason(self) -> Reason:
        """The change as a reason, which `salesrules.messages` puts in words."""
        code = _CODES[self.code]
        values = {"place": self.path, "old": self.old, "new": self.new}
        return code(path=self.path, **{name: values[name] for name in code.parameters})


def diff(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """The changes from one rulebook to another, none where they are equal; entries are matched by id, not position.

    >>> [change.path for change in diff(Rulebook(name="A"), Rulebook(name="B"))]
    ['rulebook.name']
    """
    return tuple(_compare_rulebooks(old, new))


def _compare_rulebooks(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    yield from _compare("rulebook.name", old.name, new.name)
    yield from _compare("rulebook.currencies", old.currency_digits, new.currency_digits)
    yield from _compare("rulebook.calendar", old.calendar, new.calendar)
    yield from _compare("rulebook.working_time", old.working_time, new.working_time)
    yield from _compare_items(
        "", dict(old.sections), dict(new.sections), reasons.SECTION_ADDED, reasons.SECTION_REMOVED
    )


def _compare(path: str, old: Any, new: Any) -> Iterator[Change]:
    if type(old) is type(new) and old == new:
        return
    if attrs.has(type(old)) and attrs.has(type(new)) and not isinstance(old, _WHOLE):
        yield from _compare_attrs(path, old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _compare_items(f"{path}.", dict(old), dict(new))
    elif isinstance(old, tuple) and isinstance(new, tuple) and _are_records(old) and _are_records(new):
        yield from _compare_lists(path, old, new)
    elif old != new:
        yield _change(_code_of(path, old, new), path, old, new)


def _compare_attrs(path: str, old: Any, new: Any) -> Iterator[Change]:
    if type(old) is not type(new):
        kinds = [getattr(value, "kind", type(value).__name__) for value in (old, new)]
        yield _change(reasons.KIND_CHANGED, path, *kinds)
        return
    later = dict(fields_of(new))
    for name, value in fields_of(old):
        # A table of bands is one thing to its reader: `commissions.rates[from=100]`, not `commissions.rates.bands[…]`.
        below = path if isinstance(old, BandTable) and name == "bands" else f"{path}.{name}"
        yield from _compare(below, value, later[name])


def _compare_items(
    prefix: str,
    old: dict[Any, Any],
    new: dict[Any, Any],
    added: ReasonCode = reasons.ENTRY_ADDED,
    removed: ReasonCode = reasons.ENTRY_REMOVED,
) -> Iterator[Change]:
    for key, value in old.items():
        if key in new:
            yield from _compare(f"{prefix}{key}", value, new[key])
        else:
            yield _change(removed, f"{prefix}{key}", value, None)
    for key, value in new.items():
        if key not in old:
            yield _change(added, f"{prefix}{key}", None, value)


def _compare_lists(path: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Change]:
    before, after = _by_place(old), _by_place(new)
    yield from _compare_items(path, before, after)
    kept_before = [key for key in before if key in after]
    kept_after = [key for key in after if key in before]
    if kept_before != kept_after:
        yield _change(reasons.ORDER_CHANGED, path, tuple(kept_before), tuple(kept_after))


def _are_records(values: tuple[Any, ...]) -> bool:
    return all(attrs.has(type(value)) and not isinstance(value, _WHOLE) for value in values)


def _by_place(values: tuple[Any, ...]) -> dict[str, Any]:
    """The items by the place they are known by; twins of an id (a fault that rooms report) by their count as well."""
    seen: Counter[Hashable] = Counter()
    places: dict[str, Any] = {}
    for index, value in enumerate(values):
        place = child_key(value) or f"[{index}]"
        seen[place] += 1
        places[place if seen[place] == 1 else f"{place}[{seen[place]}]"] = value
    return places


def _code_of(path: str, old: Any, new: Any) -> ReasonCode:
    if isinstance(old, PolicyStatus) and isinstance(new, PolicyStatus):
        return reasons.STATUS_CHANGED
    if isinstance(old, DateRange) and isinstance(new, DateRange) and path.endswith("effective"):
        return reasons.EFFECTIVE_CHANGED
    return reasons.VALUE_CHANGED


def _change(code: ReasonCode, path: str, old: Any, new: Any) -> Change:
    return Change(code=code.code, path=path, old=old, new=new)
