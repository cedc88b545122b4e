"""Columns of PyArrow tables as NumPy arrays: coded text, days, exact numbers; what is wrong is counted and named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.core import Fault
from salesrules.frames.compiled import LIMIT

__all__ = ["NEVER", "Coded", "Codes", "Columns", "Days", "Flags", "Numbers", "Places", "Whole"]

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.signedinteger[Any]]

#: A day that has not come: later than any other.
NEVER = np.int32(2**31 - 1)

_SHOWN = 3
_LARGE = 2**31 - 1


class Coded(NamedTuple):
    """A column of text: each row's place among the distinct values, below zero where it is empty."""

    codes: Codes
    values: list[str]


class Numbers(NamedTuple):
    """A column of exact numbers in units of 10^-`digits`; `empty` marks rows without one."""

    values: Whole
    digits: int
    empty: Flags | None = None


class Columns:
    """Reads the columns of one table; a faulty one reads as `None`, and `faults` says why.

    `names` gives the table's own name of a column where it is another.
    """

    def __init__(self, table: pa.Table, name: str, names: Mapping[str, str] | None = None) -> None:
        self._table = table
        self._name = name
        self._names = names or {}
        self.faults: list[Fault] = []

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return int(self._table.num_rows)

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return self._names.get(column, column) in self._table.column_names

    def given(self, column: str) -> Any:
        """A column as it stands, in one array."""
        return _one_chunk(self._table.column(self._names.get(column, column)))

    def is_text(self, column: str) -> bool:
        """Whether a column is there as text."""
        own = self._names.get(column, column)
        if own not in self._table.column_names:
            return False
        kind = self._table.schema.field(own).type
        return _is_name(kind) and not pa.types.is_integer(kind)

    def texts(self, column: str, *, optional: bool = False) -> pa.Array | None:
        """A column as an array of text; whole numbers are read as their text. Empty values only where `optional`."""
        array = self._array(column, _is_name, "text", optional)
        return None if array is None else _as_text(array)

    def coded(self, column: str, *, optional: bool = False) -> Coded | None:
        """A column of text by codes."""
        array = self._array(column, _is_name, "text", optional, decode=False)
        if array is None:
            return None
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        codes = pc.fill_null(array.indices.cast(pa.int32()), -1).to_numpy(zero_copy_only=False)
        return _distinct(codes, _as_text(array.dictionary).to_pylist())

    def days(self, column: str, *, optional: bool = False) -> Days | None:
        """A column of dates, or of timestamps at midnight without a zone, as days since 1970; `NEVER` where empty."""
        array = self._array(column, _is_day, "dates", optional)
        if array is None:
            return None
        days = array.cast(pa.date32(), safe=False)
        if not pa.types.is_date32(array.type) and not days.cast(array.type).equals(array):
            self.fault("frames.wrong_type", column, "there are times of day", "give dates alone")
            return None
        found: Days = pc.fill_null(days.cast(pa.int32()), int(NEVER)).to_numpy(zero_copy_only=False)
        return found

    def numbers(self, column: str, least: int, *, optional: bool = False) -> Numbers | None:
        """A column of exact numbers in as few digits as they need, and `least` at least.

        Whole numbers are in units of 10^-`least`; decimals are converted.
        """
        array = self._array(column, _is_number, "decimals or whole numbers", optional)
        if array is None:
            return None
        empty = None
        if array.null_count:
            empty = np.asarray(array.is_null())
            array = array.fill_null(0)
        values, digits, bad = _units(array, least)
        if bad.any():
            offenders = [str(array[int(row)].as_py()) for row in np.flatnonzero(bad)[:_SHOWN]]
            problem = f"{int(bad.sum())} number(s) are too large, or too fine, for 64 bits"
            self.fault("frames.out_of_range", column, problem, "round them, or calculate those rows apart", offenders)
            return None
        return Numbers(values, digits, empty)

    def sums(self, column: str, rows: Places, values: Whole, size: int) -> Whole | None:
        """The sums of values by row number, below `size`; `None`, with a fault, where one could leave 64 bits."""
        counts = np.bincount(rows, minlength=size)
        if int(np.abs(values).max(initial=0)) * int(counts.max(initial=0)) > 2 * LIMIT:
            self.fault("frames.out_of_range", column, "sums could leave 64 bits", "calculate those rows apart")
            return None
        found = np.zeros(size, dtype=np.int64)
        np.add.at(found, rows, values)
        return found

    def fault(
        self, code: str, column: str, problem: str, remedy: str, offenders: Iterable[object] | None = None
    ) -> None:
        """Note a fault of a column, with the first offenders."""
        path = f"{self._name}.{self._names.get(column, column)}"
        value = None if offenders is None else ", ".join(map(str, offenders))
        self.faults.append(Fault(code=code, path=path, problem=problem, remedy=remedy, value=value))

    def rows_fault(
        self, code: str, column: str, problem: str, remedy: str, bad: Flags | Places, shown: Callable[[int], object]
    ) -> None:
        """Note a fault of rows, if there are any: how many (`{count}`), and what `shown` says of the first."""
        places = np.flatnonzero(bad) if bad.dtype == np.bool_ else bad
        if len(places):
            self.fault(code, column, problem.format(count=len(places)), remedy, map(shown, places[:_SHOWN].tolist()))

    def _array(self, column: str, fits: Callable[[Any], bool], wanted: str, optional: bool, decode: bool = True) -> Any:
        own = self._names.get(column, column)
        if own not in self._table.column_names:
            remedy = f"add it, or map {column!r} in columns"
            self.fault("frames.missing_column", column, "the column is missing", remedy)
            return None
        array = _one_chunk(self._table.column(own))
        if decode and pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if not len(array) or (optional and pa.types.is_null(array.type)):
            kind = {"text": pa.string(), "dates": pa.date32()}.get(wanted, pa.int64())
            return pa.nulls(len(array), kind)
        if not fits(array.type):
            self.fault("frames.wrong_type", column, f"{wanted} are needed", "convert the column", [array.type])
            return None
        if array.null_count and not optional:
            rows = np.flatnonzero(np.asarray(array.is_null()))[:_SHOWN]
            problem = f"{array.null_count} value(s) are missing"
            remedy = "fill them, or leave those rows out"
            self.fault("frames.null", column, problem, remedy, [f"row {row}" for row in rows])
            return None
        return array


def _one_chunk(column: pa.ChunkedArray) -> Any:
    """A column as one array; text of more than 2 GB gets longer offsets."""
    if pa.types.is_string(column.type) and column.nbytes > _LARGE:
        column = column.cast(pa.large_string())
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks()


def _as_text(array: Any) -> Any:
    is_plain = pa.types.is_string(array.type) or pa.types.is_large_string(array.type)
    return array if is_plain else array.cast(pa.string())


def _distinct(codes: Codes, values: list[str]) -> Coded:
    """The codes with each value once, as where a dictionary names one twice, or numbers read as the same text."""
    number = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(number) < len(values):
        merged = np.array([*(number[value] for value in values), -1], dtype=np.int32)
        codes, values = merged[codes], [*number]
    return Coded(codes, values)


def _is_name(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return bool(is_text or pa.types.is_integer(kind))


def _is_day(kind: Any) -> bool:
    return bool(pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None))


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _units(array: Any, least: int) -> tuple[Whole, int, Flags]:
    """Numbers in units of 10^-digits, `least` digits or more, and which of them do not fit."""
    if not pa.types.is_decimal(array.type):
        is_unsigned = pa.types.is_uint64(array.type)
        raw = array.to_numpy(zero_copy_only=False)
        bad = (raw > LIMIT) if is_unsigned else (raw > LIMIT) | (raw < -LIMIT)
        return np.where(bad, 0, raw).astype(np.int64) if is_unsigned else raw.astype(np.int64, copy=False), least, bad
    values, scale, bad = _words(array)
    if bad.any() and scale > least:  # perhaps only for the zeros at the end
        with contextlib.suppress(pa.ArrowInvalid):
            values, scale, bad = _words(array.cast(pa.decimal128(38, least)))
    if scale <= least:
        factor = 10 ** (least - scale)
        bad |= np.abs(values) > LIMIT // factor
        return np.where(bad, 0, values) * factor, least, bad
    for digits in range(max(least, scale - 18), scale):
        factor = 10 ** (scale - digits)
        whole = values // factor
        if np.array_equal(whole * factor, values):
            return whole, digits, bad
    return values, scale, bad | (np.abs(values) > LIMIT)


def _words(array: Any) -> tuple[Whole, int, Flags]:
    """Decimals as whole numbers of their least digit, and which of them take more than 64 bits."""
    width = array.type.bit_width // 64
    if array.type.bit_width < 64:
        array = array.cast(pa.decimal128(38, array.type.scale))
        width = 2
    words = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, width)
    words = words[array.offset : array.offset + len(array)]
    values = words[:, 0].copy()
    bad = np.zeros(len(values), dtype=np.bool_)
    for place in range(1, width):
        bad |= words[:, place] != (values >> 63)
    return np.where(bad, 0, values) if bad.any() else values, array.type.scale, bad
