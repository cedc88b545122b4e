"""A Parquet file as the text of its cells, for readers that map columns and check each cell themselves."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from salesrules.core import Fault, InvalidDocument

__all__ = ["parquet_as_codes", "parquet_as_csv"]

#: What a reader of CSV would break a line at, or refuse; and characters that it takes in one cell at most.
_UNUSUAL: Final = re.compile("[\0\r\n]")
_MOST: Final = 100_000


def parquet_as_csv(path: Path, columns: Sequence[str], *, date_format: str = "%Y-%m-%d", decimal: str = ".") -> str:
    """The named columns of a Parquet file as CSV text; only the header where one of them is missing.

    Days are written by `date_format`, decimals with the mark `decimal`, nulls as empty cells. Raises `InvalidDocument`
    for a file that is no Parquet, and for columns of floats, instants or nested values, which no cell is exact for.
    """
    table = _read(path, columns)
    if isinstance(table, list):
        return _written([table])
    texts = [_texts(table[name].to_pylist(), table[name].type, date_format, decimal) for name in columns]
    return _written([columns, *zip(*texts, strict=True)])


def parquet_as_codes(
    path: Path, columns: Sequence[str], *, date_format: str = "%Y-%m-%d", decimal: str = "."
) -> Mapping[str, tuple[list[str], array[int]]] | None:
    """The named columns of a Parquet file: the texts that each has, as `parquet_as_csv` writes them, and which of them
    stands in each row. `None` where a column is missing, or a text would not be one line of CSV.

    Raises as `parquet_as_csv` does.
    """
    table = _read(path, columns)
    if isinstance(table, list) or len(columns) < 2:
        return None
    found = {}
    for name in columns:
        column = table[name].combine_chunks()
        coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
        texts = [*_texts(coded.dictionary.to_pylist(), coded.dictionary.type, date_format, decimal), ""]
        if any(_UNUSUAL.search(text) or len(text) > _MOST for text in texts):
            return None
        codes = coded.indices.cast(pa.int32()).fill_null(len(texts) - 1)
        found[name] = texts, array("i", codes.to_numpy(zero_copy_only=False).tobytes())
    return found


def _read(path: Path, columns: Sequence[str]) -> pa.Table | list[str]:
    """The named columns, or the names that there are where one of them is missing."""
    try:
        with pq.ParquetFile(path) as file:
            names: list[str] = file.schema_arrow.names
            if any(name not in names for name in columns):
                return names
            table = file.read(columns=list(columns))
    except (OSError, pa.ArrowException) as error:
        problem, remedy = f"the file cannot be read as Parquet ({error})", "write it anew, or name a CSV file"
        raise InvalidDocument((_fault("not_parquet", path, path.name, problem, remedy),)) from None
    faults = [
        _fault("column_kind", path, f"{path.name}:{field.name}", f"a column of {field.type} is not exact", remedy)
        for field in table.schema
        if not _is_exact(field.type)
        for remedy in ("write text, whole numbers, decimals or days",)
    ]
    if faults:
        raise InvalidDocument(tuple(faults))
    return table


def _is_exact(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    checks = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_integer,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_null,
    )
    return any(check(inner) for check in checks)


def _texts(values: Sequence[Any], kind: pa.DataType, date_format: str, decimal: str) -> list[str]:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_date(kind):
        return ["" if value is None else value.strftime(date_format) for value in values]
    if pa.types.is_decimal(kind):
        return ["" if value is None else f"{value:f}".replace(".", decimal) for value in values]
    return ["" if value is None else str(value) for value in values]


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _fault(code: str, file: Path, path: str, problem: str, remedy: str) -> Fault:
    return Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, file=str(file))
