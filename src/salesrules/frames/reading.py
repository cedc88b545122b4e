"""Reading frames: columns of names, days and exact numbers, with every fault counted and its first offenders named."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.core import InvalidValue
from salesrules.frames.checked_columns import SHOWN, CheckedColumns, is_name, words_of
from salesrules.frames.compiled import LIMIT
from salesrules.frames.kernel import Flags, Places, Whole

__all__ = ["Names", "Reader", "as_table"]

#: Numbers that name things are used as they are where they span no more than this.
_DENSE = 2**36


def as_table(frame: Any, name: str) -> pa.Table:
    """A frame in memory, of any library that narwhals knows, as a PyArrow table; raises `InvalidValue` for others."""
    if isinstance(frame, pa.Table):
        return frame
    try:
        return nw.from_native(frame, eager_only=True).to_arrow()
    except TypeError:
        kind = type(frame).__name__
        raise InvalidValue(
            name, kind, "give a Polars, pandas or PyArrow frame in memory (collect a lazy one)"
        ) from None


@attrs.frozen(eq=False, slots=False)
class Names:
    """A column of names as whole numbers from zero: those of `values`, or where names are numbers, less `least`.

    What is missing is -1. Numbers that name things stand in the order of the numbers, texts in that of the texts.
    `given` are the numbers as they came.
    """

    given: Whole
    values: pa.Array | None = None
    least: int = 0

    @cached_property
    def codes(self) -> Whole:
        """The code of each row."""
        return self.of(slice(None))

    def of(self, rows: slice | Places) -> Whole:
        """The codes of some rows."""
        own: Whole = self.given[rows]
        return own if self.values is not None else np.subtract(own, self.least, dtype=np.int64, casting="unsafe")

    @cached_property
    def size(self) -> int:
        """One more than the largest code."""
        if self.values is not None:
            return len(self.values)
        return int(self.given.max()) + 1 - self.least if len(self.given) else 0

    def at(self, codes: Whole) -> pa.Array:
        """The names that codes stand for."""
        return pa.array(codes + self.least) if self.values is None else self.values.take(pa.array(codes))

    @cached_property
    def texts(self) -> tuple[str | None, ...]:
        """The names by code, as text."""
        assert self.values is not None
        return tuple(None if value is None else str(value) for value in self.values.to_pylist())

    @cached_property
    def rank(self) -> Whole:
        """Where each name stands in their order."""
        assert self.values is not None
        rank: Whole = pc.rank(self.values, sort_keys="ascending", tiebreaker="first").to_numpy().astype(np.int64) - 1
        return rank

    @cached_property
    def is_in_order(self) -> bool:
        """Whether the codes stand in the order of the names."""
        return bool((self.rank == np.arange(len(self.rank))).all())

    def find(self, names: pa.Array) -> Whole:
        """The codes of given names, -1 for those that do not occur."""
        if self.values is None:
            if not pa.types.is_integer(names.type):
                return np.full(len(names), -1, dtype=np.int64)
            codes = names.fill_null(self.least - 1).to_numpy(zero_copy_only=False).astype(np.int64) - self.least
            return np.where((codes >= 0) & (codes < self.size), codes, -1)
        found = pc.index_in(names.cast(self.values.type), value_set=self.values)
        found_codes: Whole = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return found_codes


class Reader(CheckedColumns):
    """Reads the columns of one table and collects what is wrong; a faulty column reads as `None`."""

    def each(self, *reads: Callable[[Reader], Any], threads: int = 1) -> list[Any]:
        """What several reads give, at the same time on several threads; their faults in the order of the reads."""
        own = [Reader(self.table, self._name, self._columns) for _ in reads]
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lambda read, reader: read(reader), reads, own))
        self.faults += [fault for reader in own for fault in reader.faults]
        return found

    def names(self, column: str, *, optional: bool = False, few: bool = False) -> Names | None:
        """A column of names: text or whole numbers; only an `optional` one may have empty cells.

        Where there are `few` distinct ones, each has a text.
        """
        array = self.array(column, is_name, "names", optional=optional)
        if array is None:
            return None
        if pa.types.is_integer(array.type) and not (few or array.null_count):
            raw = array.to_numpy(zero_copy_only=False)
            least, most = (int(raw.min()), int(raw.max())) if len(raw) else (0, 0)
            if most - least < _DENSE and least > -(2**62) and most < 2**62:
                return Names(raw, None, least)
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        codes = array.indices
        if codes.null_count:
            codes = codes.cast(pa.int64()).fill_null(-1)
        codes = codes.to_numpy(zero_copy_only=False)
        values = array.dictionary
        return Names(codes, values.cast(pa.string()) if not pa.types.is_integer(values.type) else values)

    def days(self, column: str) -> Whole | None:
        """A column of days as numbers from 1970-01-01: dates, or timestamps at midnight without a zone."""
        days = self.dates(column)
        return None if days is None else days.view(pa.int32()).to_numpy(zero_copy_only=False)

    def numbers(self, column: str, digits: int, rows: Whole | None = None) -> Whole | None:
        """A column of exact numbers in units of 10^-`digits`: whole numbers are such units, decimals are converted.

        Only some `rows` are read where they are given.
        """
        array = self.array(column, lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind), "numbers")
        if array is None:
            return None
        if rows is not None and len(rows) < len(array):
            array = array.take(pa.array(rows))
        if pa.types.is_decimal(array.type):
            values, bad = _units(array, digits)
        else:
            raw = array.to_numpy(zero_copy_only=False)
            bad = raw > LIMIT if pa.types.is_uint64(array.type) else np.zeros(0, dtype=np.bool_)
            values = np.where(bad, 0, raw).astype(np.int64) if len(bad) else raw.astype(np.int64, copy=False)
        if len(values) and (int(values.max()) > LIMIT or int(values.min()) < -LIMIT):
            outside = (values > LIMIT) | (values < -LIMIT)
            bad = outside | bad if len(bad) else outside
        if bad.any():
            offenders = [str(array[int(row)].as_py()) for row in np.flatnonzero(bad)[:SHOWN]]
            problem = f"{int(bad.sum())} number(s) are too large, or have more than {digits} digit(s) after the point"
            self.fault(
                "frames.out_of_range", column, problem, "round them, or give whole numbers of the least unit", offenders
            )
            return None
        return values

    def rows(self, code: str, column: str, problem: str, remedy: str, rows: Whole, shown: str) -> None:
        """Note a fault of rows: how many there are (`{count}`), what the first of them have in the column `shown`."""
        if len(rows):
            values = self.table[self.own_name(shown)]
            self.fault(code, column, problem.format(count=len(rows)), remedy, _first(values, rows))


def _first(values: Any, rows: Whole) -> list[object]:
    return [values[int(row)].as_py() for row in rows[:SHOWN]]


def _units(array: Any, digits: int) -> tuple[Whole, Flags]:
    """Decimals in units of 10^-`digits`, and which of them do not fit or have further digits."""
    values, bad = words_of(array)
    shift = digits - array.type.scale
    factor = 10 ** abs(shift)
    if shift == 0:
        return values, bad
    if shift > 0:
        bad |= (values > LIMIT // factor) | (values < -(LIMIT // factor))
        return np.where(bad, 0, values) * min(factor, LIMIT), bad
    if factor > LIMIT:
        return np.zeros(len(values), dtype=np.int64), bad | (values != 0)
    quotients = values // factor
    return quotients, bad | (values != quotients * factor)
