"""Looking up an entry of the policy by its id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from salesrules.core import UnknownName, nearest_names

__all__ = ["HasId", "find_entry"]


class HasId(Protocol):
    """An entry with a stable id."""

    @property
    def id(self) -> str:
        """The id."""
        ...


T = TypeVar("T", bound=HasId)


def find_entry(kind: str, id: str, entries: Iterable[T]) -> T:
    """The entry of that id; raises `UnknownName` with the nearest ids."""
    known = {entry.id: entry for entry in entries}
    try:
        return known[id]
    except KeyError:
        raise UnknownName(kind, id, nearest_names(id, known)) from None
