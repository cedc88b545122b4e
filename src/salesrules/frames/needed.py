"""What a run reads of a table: the columns that its plan can ask for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from salesrules.commissions import Plan

__all__ = ["needed_columns", "needed_quota_columns"]

_ALWAYS = ("id", "payee", "day", "role", "original", "share")
#: Which columns a word of the plan needs beside one of its own name: what came back of a sale is told by all of them.
_MEASURED = {
    "margin": ("amount", "cost"),
    "count": ("amount", "cost", "quantity"),
    "original_terms": ("amount", "cost", "quantity"),
}
_QUOTA_COLUMNS = ("payee", "period", "measure", "amount")


def needed_columns(plan: Plan, present: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """Those of a table's own column names that the plan may read, in the table's order.

    Every word that stands in the plan counts, be it a measure, an attribute of a filter or a name in a formula, so that
    nothing is left out; `columns` gives the table's own names.

    >>> from salesrules.testing import simple_plan
    >>> needed_columns(simple_plan({0: "2%"}), ["note", "rep", "id", "day", "amount"], {"payee": "rep"})
    ['rep', 'id', 'day', 'amount']
    """
    words = {word for text in _texts(plan) for word in (text, *re.findall(r"\w+", text))}
    wanted = {*_ALWAYS, *words, *(name for word in words for name in _MEASURED.get(word, ()))}
    own = {columns.get(name, name) for name in wanted}
    return [name for name in present if name in own]


def needed_quota_columns(present: Sequence[str]) -> list[str]:
    """Those of the columns of a table of quotas that are read."""
    return [name for name in present if name in _QUOTA_COLUMNS]


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield str(value)
        case Mapping():
            for key, inner in value.items():
                yield from (*_texts(key), *_texts(inner))
        case tuple() | list() | set() | frozenset():
            for inner in value:
                yield from _texts(inner)
        case _ if attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                yield from _texts(getattr(value, field.name))
        case _:
            pass
