"""A Parquet file as the text of its cells, for readers that map columns and check each cell themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from salesrules.core import Fault, InvalidDocument

__all__ = ["parquet_as_csv"]


def parquet_as_csv(path: Path, columns: Sequence[str], *, date_format: str = "%Y-%m-%d", decimal: str = ".") -> str:
    """The named columns of a Parquet file as CSV text; only the header where one of them is missing.

    Days are written by `date_format`, decimals with the mark `decimal`, nulls as empty cells. Raises `InvalidDocument`
    for a file that is no Parquet, and for columns of floats, instants or nested values, which no cell is exact for.
    """
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if any(name not in names for name in columns):
                return _written([names])
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
    texts = [_texts(table[name], date_format, decimal) for name in columns]
    return _written([columns, *zip(*texts, strict=True)])


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


def _texts(column: pa.ChunkedArray, date_format: str, decimal: str) -> list[str]:
    values = column.to_pylist()
    if pa.types.is_date(column.type):
        return ["" if value is None else value.strftime(date_format) for value in values]
    if pa.types.is_decimal(column.type):
        return ["" if value is None else f"{value:f}".replace(".", decimal) for value in values]
    return ["" if value is None else str(value) for value in values]


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _fault(code: str, file: Path, path: str, problem: str, remedy: str) -> Fault:
    return Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, file=str(file))
