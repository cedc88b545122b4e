"""Columns of PyArrow tables as NumPy arrays: coded text, days, exact numbers; what is wrong is counted and named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.frames.checked_columns import SHOWN, CheckedColumns, is_name, words_of
from salesrules.frames.compiled import LIMIT

__all__ = ["NEVER", "Coded", "Codes", "Columns", "Days", "Flags", "Numbers", "Places", "Whole"]

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.signedinteger[Any]]

#: A day that has not come: later than any other.
NEVER = np.int32(2**31 - 1)


class Coded(NamedTuple):
    """A column of text: each row's place among the distinct values, below zero where it is empty."""

    codes: Codes
    values: list[str]


class Numbers(NamedTuple):
    """A column of exact numbers in units of 10^-`digits`; `empty` marks rows without one."""

    values: Whole
    digits: int
    empty: Flags | None = None


class Columns(CheckedColumns):
    """Reads the columns of one table; a faulty one reads as `None`, and `faults` says why."""

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return int(self.table.num_rows)

    def is_text(self, column: str) -> bool:
        """Whether a column is there as text."""
        if not self.has(column):
            return False
        kind = self.table.schema.field(self.own_name(column)).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        return is_name(kind) and not pa.types.is_integer(kind)

    def texts(self, column: str, *, optional: bool = False) -> pa.Array | None:
        """A column as an array of text; whole numbers are read as their text. Empty values only where `optional`."""
        array = self.array(column, is_name, "names", optional=optional)
        if array is None:
            return None
        return _as_text(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array)

    def coded(self, column: str, *, optional: bool = False) -> Coded | None:
        """A column of text by codes."""
        array = self.array(column, is_name, "names", optional=optional)
        if array is None:
            return None
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        codes = pc.fill_null(array.indices.cast(pa.int32()), -1).to_numpy(zero_copy_only=False)
        return _distinct(codes, _as_text(array.dictionary).to_pylist())

    def days(self, column: str, *, optional: bool = False) -> Days | None:
        """A column of dates, or of timestamps at midnight without a zone, as days since 1970; `NEVER` where empty."""
        days = self.dates(column, optional=optional)
        if days is None:
            return None
        found: Days = pc.fill_null(days.cast(pa.int32()), int(NEVER)).to_numpy(zero_copy_only=False)
        return found

    def numbers(self, column: str, least: int, *, optional: bool = False) -> Numbers | None:
        """A column of exact numbers in as few digits as they need, and `least` at least.

        Whole numbers are in units of 10^-`least`; decimals are converted.
        """
        array = self.array(column, _is_number, "decimals or whole numbers", optional=optional)
        if array is None:
            return None
        empty = None
        if array.null_count:
            empty = np.asarray(array.is_null())
            array = array.fill_null(0)
        values, digits, bad = _units(array, least)
        if bad.any():
            offenders = [str(array[int(row)].as_py()) for row in np.flatnonzero(bad)[:SHOWN]]
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

    def rows_fault(
        self, code: str, column: str, problem: str, remedy: str, bad: Flags | Places, shown: Callable[[int], object]
    ) -> None:
        """Note a fault of rows, if there are any: how many (`{count}`), and what `shown` says of the first."""
        places = np.flatnonzero(bad) if bad.dtype == np.bool_ else bad
        if len(places):
            self.fault(code, column, problem.format(count=len(places)), remedy, map(shown, places[:SHOWN].tolist()))


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
    """Decimals as whole numbers of their least digit, how many digits that are, and which do not fit."""
    values, bad = words_of(array)
    return np.where(bad, 0, values) if bad.any() else values, array.type.scale, bad
