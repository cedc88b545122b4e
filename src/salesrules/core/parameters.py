"""An immutable, hashable mapping of names to plain values, for what reasons and derivations carry."""

from __future__ import annotations

import functools
from collections.abc import Callable, ItemsView, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import NoneType
from typing import Any, TypeVar

__all__ = ["Parameters", "parameters_of"]

T = TypeVar("T")

#: The classes of values that are no builtin containers: those of most values, and others once they are met.
_ATOMS: set[type] = {str, int, bool, NoneType, Decimal, Fraction, date, datetime}


class Parameters(Mapping[str, Any]):
    """Named values that never change; equal to any mapping with the same items, hashable and picklable.

    Lists, sets and mappings among the values become tuples, frozen sets and parameters.

    >>> Parameters(limit=5) == {"limit": 5}
    True
    """

    __slots__ = ("_items",)
    _items: dict[str, Any]

    def __init__(self, mapping: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        items = {name: _frozen(value) for name, value in {**(mapping or {}), **named}.items()}
        object.__setattr__(self, "_items", items)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: parameters never change; make new ones")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: parameters never change; make new ones")

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of that name, the default where there is none."""
        return self._items.get(name, default)

    def pick(self, getter: Callable[[Mapping[str, Any]], T]) -> T:
        """What an `operator.itemgetter` reads, without a step of Python for each name; raises `KeyError`.

        >>> from operator import itemgetter
        >>> Parameters(limit=5, most=8).pick(itemgetter("most", "limit"))
        (8, 5)
        """
        return getter(self._items)

    def items(self) -> ItemsView[str, Any]:
        """The names with their values."""
        return self._items.items()

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Parameters({', '.join(f'{name}={value!r}' for name, value in self._items.items())})"

    def __reduce__(self) -> tuple[type[Parameters], tuple[dict[str, Any]]]:
        return (Parameters, (dict(self._items),))


@functools.cache
def _is_container(kind: type) -> bool:
    """Whether values of a class are builtin containers that could change; asked once for a class, since it is slow."""
    return issubclass(kind, Mapping | list | set)


def _frozen(value: Any) -> Any:
    """The value, or its immutable twin where it is a builtin container that could change."""
    if not _is_container(type(value)):  # type: ignore[arg-type]  # every class can be hashed
        _ATOMS.add(type(value))
        return value
    match value:
        case Parameters():
            return value
        case Mapping():
            return Parameters(value)
        case list():
            return tuple(map(_frozen, value))
        case _:
            return frozenset(value)


_new = object.__new__
_set_items = Parameters.__dict__["_items"].__set__


def parameters_of(items: dict[str, Any]) -> Parameters:
    """Parameters that take over a mapping which nobody else holds, so that it need not be copied."""
    for name, value in items.items():
        if type(value) not in _ATOMS:
            items[name] = _frozen(value)
    parameters = _new(Parameters)
    _set_items(parameters, items)
    return parameters
