"""CSV files in: strict rows of text with their line numbers, or all faults at once."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path

import attrs

from salesrules.core import Fault, InvalidDocument, InvalidValue, as_tuple
from salesrules.wire.findings import cap_faults, refuse, suggest
from salesrules.wire.limits import MAX_FIELD_CHARACTERS, MAX_TABLE_BYTES
from salesrules.wire.sources import decode, read_bytes

__all__ = ["Table", "TableRow", "iterate_table", "parse_table", "read_table"]


@attrs.frozen(kw_only=True)
class TableRow:
    """One row: the line on which it starts, counted from 1, and the text of each column that was asked for."""

    line: int
    values: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Table:
    """The rows of a file, in its order; blank lines are left out. `columns` are those that the file has."""

    file: str
    columns: tuple[str, ...] = attrs.field(converter=as_tuple)
    rows: tuple[TableRow, ...] = attrs.field(converter=as_tuple, repr=False)

    def fault(self, row: TableRow, column: str, code: str, problem: str, remedy: str) -> Fault:
        """A fault of one cell, with its file, line, column and value."""
        value = row.values.get(column)
        path = f"{Path(self.file).name}:{column}"
        return Fault(code=code, path=path, problem=problem, remedy=remedy, value=value, file=self.file, line=row.line)


def read_table(
    path: str | PathLike[str],
    columns: Sequence[str] = (),
    *,
    optional: Sequence[str] = (),
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Table:
    """The rows of a CSV file (with or without a byte-order mark) whose first line names the columns.

    `columns` must be there, `optional` ones may be; others are left out. With neither, all columns are kept. Cells
    stay the text they are. Raises `InvalidDocument` with all faults at once: missing columns with the nearest header,
    rows with too few or too many cells, broken quotes, NUL characters.
    """
    text = decode(read_bytes(path, MAX_TABLE_BYTES), str(path), encoding)
    return parse_table(text, columns, optional=optional, delimiter=delimiter, file=str(path))


def parse_table(
    text: str,
    columns: Sequence[str] = (),
    *,
    optional: Sequence[str] = (),
    delimiter: str = ",",
    file: str = "table.csv",
) -> Table:
    r"""The rows of a CSV text; as `read_table`.

    >>> parse_table("id,name\n1,Ann\n", ["name"]).rows
    (TableRow(line=2, values={'name': 'Ann'}),)
    """
    wanted, rows = _picked(text, columns, optional, delimiter, file)
    found = tuple(TableRow(line=line, values=dict(zip(wanted, cells, strict=True))) for line, cells in rows)
    return Table(file=file, columns=wanted, rows=found)


def iterate_table(
    path: str | PathLike[str], columns: Sequence[str], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows that `read_table` gives, one after the other: the line and the cells of `columns`, in their order.

    Raises as `read_table` does: for the file and its header before the first row, for rows after the last one.
    """
    text = decode(read_bytes(path, MAX_TABLE_BYTES), str(path), encoding)
    wanted, rows = _picked(text, columns, (), delimiter, str(path))
    order = [wanted.index(name) for name in columns]
    if order == list(range(len(wanted))):
        yield from rows
    else:
        for line, cells in rows:
            yield line, tuple([cells[place] for place in order])


def _picked(
    text: str, columns: Sequence[str], optional: Sequence[str], delimiter: str, file: str
) -> tuple[tuple[str, ...], Iterator[tuple[int, tuple[str, ...]]]]:
    """The columns of a text that are wanted, as the header has them, and their cells in each row."""
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InvalidValue("delimiter", delimiter, "give one character, such as ',' or ';'")
    faults: list[Fault] = []
    lines = _rows(text, delimiter, file, faults)
    _, header = next(lines, (1, []))
    if not faults:
        faults += _header_faults(header, columns, delimiter, file)
    if faults:
        raise InvalidDocument(cap_faults(faults))
    wanted = [name for name in header if not (columns or optional) or name in {*columns, *optional}]
    places = [header.index(name) for name in wanted]

    def rows() -> Iterator[tuple[int, tuple[str, ...]]]:
        for line, cells in lines:
            if len(cells) == len(header):
                yield line, tuple([cells[place] for place in places])
            else:
                problem = f"the row has {len(cells)} cells, the header {len(header)}"
                remedy = "give one cell per column; put a cell that holds the delimiter in quotes"
                faults.append(_fault(file, "", "wire.wrong_cell_count", problem, remedy, line))
        if faults:
            raise InvalidDocument(cap_faults(faults))

    return tuple(wanted), rows()


def _rows(text: str, delimiter: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line on which each starts; what cannot be read is added to the faults and left out."""
    if not text.strip():
        raise refuse(file, "wire.empty", "it is empty", "fill it, or give the path of another file")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    has_nul = "\0" in text
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            remedy = "write a quote inside a quoted cell twice, and close every quote"
            faults.append(_fault(file, "", "wire.malformed", f"the row cannot be read: {error}", remedy, line))
            continue
        if has_nul and any("\0" in cell for cell in cells):
            problem = "the row has a NUL character"
            faults.append(_fault(file, "", "wire.nul", problem, "export the file again as text in UTF-8", line))
        elif max(map(len, cells), default=0) > MAX_FIELD_CHARACTERS:
            problem = f"a cell has more than {MAX_FIELD_CHARACTERS} characters"
            faults.append(_fault(file, "", "wire.too_large", problem, "close the quote that opens it", line))
        elif cells:
            yield line, cells


def _header_faults(header: list[str], columns: Sequence[str], delimiter: str, file: str) -> Iterator[Fault]:
    for name, count in Counter(header).items():
        if count > 1:
            problem = f"the header names the column {count} times"
            yield _fault(file, name, "wire.duplicate_column", problem, "name each column once", 1)
    for name in columns:
        if name not in header:
            other = next((sign for sign in ";\t|," if len(header) == 1 and sign != delimiter and sign in header[0]), "")
            remedy = f"the header is separated by {other!r}; say so" if other else suggest(name, header, "known are")
            yield _fault(file, name, "wire.missing_column", "the column is missing", remedy, 1)


def _fault(file: str, column: str, code: str, problem: str, remedy: str, line: int) -> Fault:
    path = f"{Path(file).name}:{column}" if column else Path(file).name
    return Fault(code=code, path=path, problem=problem, remedy=remedy, file=file, line=line)
