"""Where results go: a Parquet file that appears whole or not at all, or an Arrow stream on disk that is read again."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from salesrules.core import Fault, InvalidDocument

__all__ = ["ArrowOutput", "Output", "ParquetOutput"]


class Output(Protocol):
    """Takes tables one after the other."""

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        ...


#: Digits of money in a file: 18 of them take 8 bytes in Parquet, where more would take 16.
_DIGITS = 18


class _Open:
    """A file that a writer of Arrow's fills, closed at the end of a `with` block."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = pa.schema([pa.field(field.name, _stored(field.type)) for field in schema])
        self._writer: Any = None

    def write(self, table: pa.Table) -> None:
        """Add rows; raises `InvalidDocument` for money of more than 18 digits."""
        try:
            self._writer.write_table(table.cast(self._schema))
        except pa.ArrowInvalid as error:
            remedy = "split the run"
            fault = Fault(code="frames.out_of_range", path="plan.rounding", problem=str(error), remedy=remedy)
            raise InvalidDocument((fault,)) from None

    def finish(self) -> None:
        """Close the file; what was written is all on disk."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()


class ParquetOutput(_Open):
    """A Parquet file under another name beside its own until `move_into_place`; without that call, nothing remains."""

    def __enter__(self) -> Self:
        self._hidden = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
        # Numbers that differ from row to row: their differences are packed in half the time and space of Snappy.
        packed = [
            field.name
            for field in self._schema
            if pa.types.is_decimal(field.type) or (pa.types.is_integer(field.type) and field.name != "payee")
        ]
        self._writer = pq.ParquetWriter(
            self._hidden,
            self._schema,
            use_dictionary=[name for name in self._schema.names if name != "id" and name not in packed],
            column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
            store_decimal_as_integer=True,
            store_schema=False,  # text is text for readers, also where it came in dictionaries
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # a full disk, which the error in flight tells already
            self.finish()
        self._hidden.unlink(missing_ok=True)

    def move_into_place(self) -> None:
        """Give the file its name, in place of what had it."""
        self._hidden.replace(self._path)


class ArrowOutput(_Open):
    """An Arrow stream in a file that is read once it is written."""

    def __enter__(self) -> Self:
        self._writer = pa.ipc.new_stream(str(self._path), self._schema)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    @contextlib.contextmanager
    def read(self) -> Iterator[pa.RecordBatchReader]:
        """What was written, as a stream."""
        self.finish()
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_stream(file) as reader:
            yield reader


def _stored(kind: pa.DataType) -> pa.DataType:
    return pa.decimal128(_DIGITS, kind.scale) if pa.types.is_decimal(kind) else kind
