"""Parquet that is sorted by payee, as its statistics tell: whole payees come one range after the other, unscattered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.frames.sources import ParquetSource

__all__ = ["PayeeRange", "cut_ranges", "find_ranges"]


@attrs.frozen(kw_only=True)
class PayeeRange:
    """Payees from `start` up to `end`, exclusive (`None`: no bound), and the row groups that make them whole."""

    start: Any
    end: Any
    groups: Sequence[tuple[Any, list[int]]]

    def quotas(self, quotas: pa.Table) -> pa.Table:
        """Those of the payees."""
        if self.start is not None:
            quotas = quotas.filter(pc.greater_equal(quotas["payee"], pa.scalar(self.start)))
        return quotas if self.end is None else quotas.filter(pc.less(quotas["payee"], pa.scalar(self.end)))


@attrs.frozen
class _Group:
    low: Any
    high: Any
    rows: int
    fragment: Any
    id: int


def find_ranges(source: ParquetSource, payee: str, limit: int) -> list[PayeeRange] | None:
    """Ranges of at most `limit` rows beside the payee at the cut; `None` where the rows must be scattered.

    That is where row groups are not sorted by payee or have no statistics of it, or where payees are missing.
    """
    groups = list(_groups(source, payee))
    if None in groups:
        return None
    found: list[PayeeRange] = []
    start: Any = None
    held: list[_Group] = []  # to be read for this range
    before: list[_Group] = []  # read already, and not at an end
    for group in (each for each in groups if each):
        last = held[-1] if held else None
        if last is not None and group.low < last.low:
            return None
        if last is not None and sum(each.rows for each in (*before, *held, group)) > limit:
            found.append(PayeeRange(start=start, end=group.low, groups=_by_file(held)))
            # Of a group that ends at the cut, one payee stays, and a payee stays whole in any case.
            before = [each for each in (*before, *held) if each.high > group.low]
            start, held = group.low, []
        if sum(each.rows for each in before) + group.rows > limit and (before or group.low != group.high):
            return None
        held.append(group)
    return [*found, PayeeRange(start=start, end=None, groups=_by_file(held))]


def cut_ranges(ranges: Iterable[PayeeRange], tables: Iterable[pa.Table], payee: str) -> Iterator[tuple[Any, pa.Table]]:
    """Each range with its rows, from the tables that its groups give; what lies beyond a cut waits for the next."""
    rest: list[pa.Table] = []
    for each, table in zip(ranges, tables, strict=True):
        whole = pa.concat_tables([*rest, table])
        if each.end is None:
            rest = []
        else:
            inside = pc.less(whole[payee], pa.scalar(each.end)).to_numpy()
            count = int(np.count_nonzero(inside))
            if inside[:count].all():  # sorted within its groups too
                whole, rest = whole.slice(0, count), [whole.slice(count)]
            else:
                whole, rest = whole.filter(pa.array(inside)), [whole.filter(pa.array(~inside))]
        if len(whole):
            yield each, whole


def _by_file(groups: Sequence[_Group]) -> list[tuple[Any, list[int]]]:
    found: list[tuple[Any, list[int]]] = []
    for group in groups:
        if found and found[-1][0] is group.fragment:
            found[-1][1].append(group.id)
        else:
            found.append((group.fragment, [group.id]))
    return found


def _groups(source: ParquetSource, payee: str) -> Iterator[_Group | None]:
    """The row groups with the least and the greatest payee of each; `None` for one of which they are not known."""
    for fragment in source.fragments:
        index = fragment.metadata.schema.to_arrow_schema().get_field_index(payee)
        for group in fragment.row_groups:
            if not group.num_rows:
                continue
            known: Any = None if index < 0 else fragment.metadata.row_group(group.id).column(index).statistics
            is_told = known is not None and known.has_min_max and known.has_null_count and not known.null_count
            if is_told and isinstance(known.min, int | str):
                yield _Group(known.min, known.max, group.num_rows, fragment, group.id)
            else:
                yield None
