"""Reading frames: columns of text, days and exact numbers, with every fault counted and its first offenders named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salesrules.core import Fault, InvalidValue
from salesrules.frames.compiled import LIMIT
from salesrules.frames.kernel import Flags, Whole

__all__ = ["Reader", "as_frame"]

_SHOWN = 3


def as_frame(frame: Any, name: str) -> nw.DataFrame[Any]:
    """A frame in memory of any library that narwhals knows; raises `InvalidValue` for anything else."""
    try:
        return nw.from_native(frame, eager_only=True)
    except TypeError:
        kind = type(frame).__name__
        raise InvalidValue(
            name, kind, "give a Polars, pandas or PyArrow frame in memory (collect a lazy one)"
        ) from None


class Reader:
    """Reads the columns of one frame and collects what is wrong; a faulty column reads as `None`.

    `columns` gives the frame's own name of a column where it is another.
    """

    def __init__(self, frame: nw.DataFrame[Any], name: str, columns: Mapping[str, str]) -> None:
        self._frame = frame
        self._name = name
        self._columns = columns
        self.faults: list[Fault] = []

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        return self._columns.get(column, column) in self._frame.columns

    def texts(self, column: str) -> npt.NDArray[Any] | None:
        """A column of text."""
        array = self._array(column, lambda kind: _is_text(kind), "text")
        if array is None:
            return None
        found: npt.NDArray[Any] = array.cast(pa.string()).to_numpy(zero_copy_only=False).astype(object)
        return found

    def days(self, column: str) -> npt.NDArray[np.datetime64] | None:
        """A column of days: dates, or timestamps at midnight without a zone."""
        array = self._array(column, lambda kind: pa.types.is_date(kind) or _is_plain_timestamp(kind), "dates")
        if array is None:
            return None
        days = array.cast(pa.date32(), safe=False)
        if not days.cast(array.type).equals(array):
            self.fault("wrong_type", column, "there are times of day; a credit counts on a day", "give dates alone")
            return None
        found: npt.NDArray[np.datetime64] = days.cast(pa.int32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
        return found

    def numbers(self, column: str, digits: int) -> Whole | None:
        """A column of exact numbers in units of 10^-`digits`: whole numbers are such units, decimals are converted."""
        array = self._array(column, lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind), "numbers")
        if array is None:
            return None
        if pa.types.is_decimal(array.type):
            values, too_long = _units(array.cast(pa.decimal256(76, array.type.scale)), digits)
        else:
            is_unsigned = pa.types.is_uint64(array.type)
            raw = array.to_numpy(zero_copy_only=False)
            too_long = raw > LIMIT if is_unsigned else np.zeros(len(raw), dtype=np.bool_)
            values = np.where(too_long, 0, raw).astype(np.int64)
        bad = too_long | (values > LIMIT) | (values < -LIMIT)
        if bad.any():
            offenders = [str(array[int(row)].as_py()) for row in np.flatnonzero(bad)[:_SHOWN]]
            problem = f"{int(bad.sum())} number(s) are too large, or have more than {digits} digit(s) after the point"
            self.fault(
                "out_of_range", column, problem, "round them, or give whole numbers of the least unit", offenders
            )
            return None
        return values

    def fault(
        self, code: str, column: str, problem: str, remedy: str, offenders: Sequence[object] | None = None
    ) -> None:
        """Note a fault of a column, with the first offenders."""
        path = f"{self._name}.{self._columns.get(column, column)}"
        value = None if offenders is None else ", ".join(map(str, offenders))
        self.faults.append(Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, value=value))

    def rows(self, code: str, column: str, problem: str, remedy: str, bad: Flags, shown: npt.NDArray[Any]) -> None:
        """Note a fault of rows: how many there are, and what the first of them have in `shown`."""
        if bad.any():
            count = int(bad.sum())
            self.fault(code, column, problem.format(count=count), remedy, list(shown[np.flatnonzero(bad)[:_SHOWN]]))

    def _array(self, column: str, fits: Callable[[Any], bool], wanted: str) -> Any:
        own = self._columns.get(column, column)
        if own not in self._frame.columns:
            self.fault("missing_column", column, "the column is missing", f"add it, or map {column!r} in columns")
            return None
        array = self._frame.get_column(own).to_arrow()
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        if isinstance(array, pa.ChunkedArray):  # none, or several that stay several
            array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if array.null_count:
            rows = [row for row, value in enumerate(array.is_null().to_pylist()) if value][:_SHOWN]
            problem = f"{array.null_count} value(s) are missing"
            self.fault("null", column, problem, "fill them, or leave those rows out", [f"row {row}" for row in rows])
            return None
        if len(array) and not fits(array.type):
            self.fault("wrong_type", column, f"{wanted} are needed", "convert the column", [array.type])
            return None
        if not len(array):
            array = pa.array([], {"text": pa.string(), "dates": pa.date32()}.get(wanted, pa.int64()))
        return array


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_plain_timestamp(kind: Any) -> bool:
    return bool(pa.types.is_timestamp(kind) and kind.tz is None)


def _units(array: Any, digits: int) -> tuple[Whole, Flags]:
    """Decimals in units of 10^-`digits`, and which of them do not fit or have further digits."""
    words = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, 4)[array.offset : array.offset + len(array)]
    values = words[:, 0].copy()
    bad = (words[:, 1:] != (values >> 63)[:, None]).any(axis=1)
    shift = digits - array.type.scale
    factor = 10 ** abs(shift)
    if shift >= 0:
        bad |= (values > LIMIT // factor) | (values < -(LIMIT // factor))
        return np.where(bad, 0, values) * min(factor, LIMIT), bad
    if factor > LIMIT:
        return np.zeros(len(values), dtype=np.int64), bad | (values != 0)
    return values // factor, bad | (values % factor != 0)
