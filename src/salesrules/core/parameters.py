"""An immutable, hashable mapping of names to plain values, for what reasons and derivations carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Parameters"]


class Parameters(Mapping[str, Any]):
    """Named values that never change; equal to any mapping with the same items, hashable and picklable.

    >>> Parameters(limit=5) == {"limit": 5}
    True
    """

    __slots__ = ("_items",)
    _items: dict[str, Any]

    def __init__(self, mapping: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        object.__setattr__(self, "_items", {**(mapping or {}), **named})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: parameters never change; make new ones")

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Parameters({', '.join(f'{name}={value!r}' for name, value in self._items.items())})"

    def __reduce__(self) -> tuple[type[Parameters], tuple[dict[str, Any]]]:
        return (Parameters, (dict(self._items),))
