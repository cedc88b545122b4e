"""The columns of a table as arrays, each looked at before it is used: what is wrong is noted, with first offenders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.core import Fault
from salesrules.frames.kernel import Flags, Whole

__all__ = ["SHOWN", "CheckedColumns", "is_name", "words_of"]

#: How many offenders are shown.
SHOWN = 3
#: Bytes of text that short offsets reach.
_LARGE = 2**31 - 1


class CheckedColumns:
    """Gives the columns of one table; a faulty one is `None`, and `faults` says why.

    `columns` gives the table's own name of a column where it is another.
    """

    def __init__(self, table: pa.Table, name: str, columns: Mapping[str, str] | None = None) -> None:
        self.table = table
        self._name = name
        self._columns = columns or {}
        self.faults: list[Fault] = []

    def own_name(self, column: str) -> str:
        """The table's own name of a column."""
        return self._columns.get(column, column)

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return self.own_name(column) in self.table.column_names

    def given(self, column: str) -> Any:
        """A column as it stands, in one array."""
        return _in_one(self.table[self.own_name(column)])

    def fault(
        self, code: str, column: str, problem: str, remedy: str, offenders: Iterable[object] | None = None
    ) -> None:
        """Note a fault of a column, with the first offenders."""
        path = f"{self._name}.{self.own_name(column)}"
        value = None if offenders is None else ", ".join(map(str, offenders))
        self.faults.append(Fault(code=code, path=path, problem=problem, remedy=remedy, value=value))

    def array(self, column: str, fits: Callable[[Any], bool], wanted: str, *, optional: bool = False) -> Any:
        """A column as one array, dictionaries of names left as they are; `None` with a fault where it does not fit."""
        if not self.has(column):
            remedy = f"add it, or map {column!r} in columns"
            self.fault("frames.missing_column", column, "the column is missing", remedy)
            return None
        array = self.given(column)
        if array.null_count and not optional:
            rows = pc.indices_nonzero(array.is_null())[:SHOWN].to_pylist()
            problem, remedy = f"{array.null_count} value(s) are missing", "fill them, or leave those rows out"
            self.fault("frames.null", column, problem, remedy, [f"row {row}" for row in rows])
            return None
        kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
        if not fits(kind):
            if array.null_count < len(array):
                self.fault("frames.wrong_type", column, f"{wanted} are needed", "convert the column", [array.type])
                return None
            plain = {"names": pa.string(), "dates": pa.date32()}.get(wanted, pa.int64())
            return pa.nulls(len(array), plain)
        return array.dictionary_decode() if pa.types.is_dictionary(array.type) and wanted != "names" else array

    def dates(self, column: str, *, optional: bool = False) -> pa.Array | None:
        """A column of dates, or of timestamps at midnight without a zone, as dates."""
        array = self.array(column, _is_day, "dates", optional=optional)
        if array is None:
            return None
        days = array.cast(pa.date32(), safe=False)
        if days.type != array.type and not days.cast(array.type).equals(array):
            self.fault("frames.wrong_type", column, "there are times of day; a day is needed", "give dates alone")
            return None
        return days


def is_name(kind: Any) -> bool:
    """Whether values of a type can name something: text and whole numbers."""
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return bool(is_text or pa.types.is_integer(kind))


def words_of(array: Any) -> tuple[Whole, Flags]:
    """Decimals as whole numbers of their least digit, and which of them take more than 64 bits."""
    if array.type.bit_width < 64:
        array = array.cast(pa.decimal128(38, array.type.scale))
    width = array.type.bit_width // 64
    words = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, width)
    words = words[array.offset : array.offset + len(array)]
    values = words[:, 0].copy()
    return values, (words[:, 1:] != (values >> 63)[:, None]).any(axis=1)


def _in_one(column: pa.ChunkedArray) -> Any:
    """A column as one array, without a copy where it is one already; text of more than 2 GB gets longer offsets."""
    if pa.types.is_string(column.type) and column.nbytes > _LARGE:
        column = column.cast(pa.large_string())
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks()


def _is_day(kind: Any) -> bool:
    return bool(pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None))
