"""One whole number for several columns, where Polars sorts: far faster to sort by than the columns themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from salesrules.frames.expressions.engines import Lazy

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Rank", "day_number", "hashed", "joined", "ranks_of", "runs_of"]

#: How large one number can become, so that 64 bits with a sign hold it.
_ROOM = 2**63


class Rank(NamedTuple):
    """A column's place among all that it can be, from zero, and how much that is."""

    place: pl.Expr
    size: int


def ranks_of(frame: Lazy, ends: Mapping[str, tuple[int, int]]) -> dict[str, Rank]:
    """The ranks of the columns that have some: conditions, words that their type lists, numbers and days between ends.

    Days have the ends of their `day_number`.
    """
    import polars as pl

    found = {}
    for name, kind in frame.collect_schema().items():
        number = pl.col(name).to_physical().cast(pl.Int64)
        if kind == nw.Boolean:
            found[name] = Rank(pl.col(name).cast(pl.Int64), 2)
        elif isinstance(kind, nw.Enum):
            found[name] = Rank(number, max(len(kind.categories), 1))
        elif name in ends and (kind.is_integer() or kind == nw.Date):
            least, most = ends[name]
            found[name] = Rank(number - least, most - least + 1)
    return found


def day_number(day: date) -> int:
    """How many days lie between the beginning of 1970 and a day."""
    return (day - date(1970, 1, 1)).days


def runs_of(columns: Sequence[str], ranks: Mapping[str, Rank]) -> list[list[str]]:
    """Columns in their order, those together that lie side by side and whose ranks have room in one number."""
    found: list[list[str]] = []
    room = 0
    for name in columns:
        size = ranks[name].size if name in ranks else _ROOM + 1
        if size <= room:
            found[-1].append(name)
        else:
            found.append([name])
            room = _ROOM
        room //= size
    return found


def joined(columns: Sequence[str], ranks: Mapping[str, Rank]) -> pl.Expr:
    """The number that is ordered as the columns are, the first one before all."""
    first, *rest = (ranks[name] for name in columns)
    number = first.place
    for each in rest:
        number = number * each.size + each.place
    return number


def hashed(frame: Lazy, columns: Sequence[str]) -> pl.Expr:
    """A number that is the same where all columns are, and that others seldom share."""
    import polars as pl

    kinds = frame.collect_schema()
    # The numbers of categories may differ from one part of a frame to the next.
    parts = [pl.col(name).cast(pl.String) if kinds[name] == nw.Categorical else pl.col(name) for name in columns]
    return reduce(xor, [part.hash(seed) for seed, part in enumerate(parts)])
