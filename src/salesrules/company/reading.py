"""The tables of a folder, row by row, with all faults and all changes of all files in one place."""

from __future__ import annotations

import bisect
import difflib
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

import attrs

from salesrules.company.cells import CellReader
from salesrules.company.columns import ColumnTable, UncleanTable, coded_rows
from salesrules.company.mapping import DayColumns, ExchangeRateColumns, MoneyColumns, ReportingLineColumns, TableSource
from salesrules.company.paths import inside
from salesrules.company.places import Place, column_of
from salesrules.core import DateRange, Fault, FiscalCalendar, InvalidDocument, InvalidValue, Money, PeriodKind, Reason
from salesrules.wire import Table, iterate_table, parse_table, read_table

__all__ = ["FolderReader", "claim", "is_parquet", "named_columns"]

P = ParamSpec("P")
T = TypeVar("T")


class FolderReader:
    """Reads the tables of one folder; `faults` and `changes` gather what was wrong and what was changed in them.

    `own_currency` is that of amounts whose table names none. `places` tells where facts without a source of their own
    were read from, by their paths (`pay_events[0]`).
    """

    def __init__(self, folder: Path, currency: str, calendar: FiscalCalendar) -> None:
        self._folder = folder
        self.own_currency = currency
        self._calendar = calendar
        self._kept: Counter[str] = Counter()
        self.places: dict[str, Place] = {}
        self.changes: list[Reason] = []
        self.faults: list[Fault] = []

    def rows(self, source: TableSource, columns: object) -> Iterator[tuple[CellReader, int, Mapping[str, str]]]:
        """The rows of a table with the reader of their cells; a table that cannot be read at all is a fault."""
        cells = CellReader(source)
        try:
            table = _read(inside(self._folder, source.file), source, named_columns(columns))
        except InvalidDocument as error:
            self.faults += [
                attrs.evolve(fault, file=fault.file if fault.code == "company.path_outside" else source.file)
                for fault in error.faults
            ]
            return
        for row in table.rows:
            cells.next_row()
            yield cells, row.line, row.values
        self.faults += cells.faults()
        self.changes += cells.changes()

    def column_table(
        self, source: TableSource, columns: object, on_rows: Callable[[int], object] | None = None
    ) -> ColumnTable:
        """A table in columns; raises `UncleanTable` where it cannot be read, or not in columns."""
        names = named_columns(columns)
        try:
            path = inside(self._folder, source.file)
            if is_parquet(source):
                coded = _codes(path, source, names)
                return ColumnTable(source, range(2, 2 + len(next(iter(coded.values()))[1])), coded)
            rows = iterate_table(path, names, delimiter=source.separator, encoding=source.encoding)
            return ColumnTable(source, *coded_rows(rows, names, on_rows))
        except InvalidDocument as error:
            raise UncleanTable from error

    def made(
        self, cells: CellReader, line: int, columns: object, make: Callable[P, T], *arguments: P.args, **named: P.kwargs
    ) -> T | None:
        """What `make` makes, or `None` with a fault at the column whose value is refused."""
        try:
            return make(*arguments, **named)
        except InvalidValue as error:
            if error.value == "":  # the empty cell is a fault already
                return None
            place = column_of(columns, error.field) or error.field
            cells.fault(line, place, f"it is not valid as {error.field}", error.value, error.remedy)
        return None

    def keep(self, kind: str, source: TableSource, line: int, columns: object) -> None:
        """Note the place of the next fact of a kind, for faults that are found when all facts are there."""
        self.places[f"{kind}[{self._kept[kind]}]"] = Place(file=source.file, line=line, columns=columns)
        self._kept[kind] += 1

    def known(
        self, cells: CellReader, line: int, column: str, id: str, among: Collection[str], problem: str = ""
    ) -> bool:
        """Whether an id is among those known; a fault where it is not, unless none could be read themselves."""
        if id and among and id not in among:

            def remedy() -> str:
                near = difflib.get_close_matches(id, among, n=1)
                return f"add it, or did you mean {near[0]!r}?" if near else "add it, or correct the id"

            cells.fault(line, column, problem or "nobody has this id", id, remedy)
        return id in among

    def span(
        self,
        cells: CellReader,
        line: int,
        row: Mapping[str, str],
        columns: ReportingLineColumns | ExchangeRateColumns | DayColumns,
    ) -> DateRange | None:
        """The days of a row, from its first until its end or open; `None` where they are a fault."""
        assert columns.starts is not None  # for the type checker: the mapping was checked
        start = cells.day(row, line, columns.starts)
        end = cells.day(row, line, columns.ends, optional=True) if columns.ends else None
        return None if start is None else self.made(cells, line, columns, DateRange, start, end)

    def days(
        self,
        cells: CellReader,
        line: int,
        row: Mapping[str, str],
        columns: DayColumns,
        kind: PeriodKind | None = None,
    ) -> tuple[str, DateRange] | None:
        """The days of a row with their label: a period, of a kind where one is declared, or a first day and an end.

        `None` where they are a fault.
        """
        if columns.period is None:
            span = self.span(cells, line, row, columns)
            return None if span is None else (str(span.start), span)
        label = cells.text(row, line, columns.period)
        period = self.made(cells, line, columns, self._calendar.period, label) if label else None
        if period is None:
            return None
        if kind is not None and period.kind is not kind:
            remedy = f"write a label of a {kind.value}, or declare another kind of period"
            cells.fault(line, columns.period, f"this is a {period.kind.value}", label, remedy)
            return None
        return period.label, period.span

    def person(self, cells: CellReader, line: int, row: Mapping[str, str], column: str, people: Collection[str]) -> str:
        """The id of somebody among the people; empty with a fault where it is none, unless none could be read."""
        id = cells.text(row, line, column)
        return id if self.known(cells, line, column, id, people) else ""

    def money(
        self,
        cells: CellReader,
        line: int,
        row: Mapping[str, str],
        columns: MoneyColumns,
        column: str,
        *,
        optional: bool = False,
    ) -> Money | None:
        """The amount of a cell in the row's currency; `None` where it is a fault, or empty and optional."""
        number = cells.number(row, line, column, optional=optional)
        currency = self.currency(cells, line, row, columns.currency)
        return None if number is None else self.made(cells, line, columns, Money, number, currency)

    def currency(self, cells: CellReader, line: int, row: Mapping[str, str], column: str | None) -> str:
        """The currency that a row names, or the company's where none is mapped."""
        return cells.text(row, line, column) if column else self.own_currency


def claim(spans: list[DateRange], span: DateRange) -> bool:
    """Put a span into a list of spans that do not overlap; false, and not put there, where it overlaps one of them."""
    place = bisect.bisect_right(spans, span.start, key=lambda other: other.start)
    if any(other.overlaps(span) for other in spans[max(place - 1, 0) : place + 1]):
        return False
    spans.insert(place, span)
    return True


def _read(path: Path, source: TableSource, columns: Sequence[str]) -> Table:
    """The rows of a CSV file, or of a Parquet file, whose lines are its rows after a header."""
    if not is_parquet(source):
        return read_table(path, columns, delimiter=source.separator, encoding=source.encoding)
    try:
        from salesrules.frames import parquet_as_csv
    except ImportError as error:
        problem, remedy = f"reading Parquet needs {error.name}", "pip install 'salesrules[frames]', or name a CSV file"
        fault = Fault(code="company.missing_extra", path="file", problem=problem, remedy=remedy, value=source.file)
        raise InvalidDocument((fault,)) from None
    text = parquet_as_csv(path, columns, date_format=source.date_format, decimal=source.number_format.decimal)
    return parse_table(text, columns, file=str(path))


def _codes(path: Path, source: TableSource, columns: Sequence[str]) -> Mapping[str, tuple[Sequence[str], array[int]]]:
    try:
        from salesrules.frames import parquet_as_codes
    except ImportError as error:
        raise UncleanTable from error
    form, decimal = source.date_format, source.number_format.decimal
    found = parquet_as_codes(path, columns, date_format=form, decimal=decimal)
    if found is None:
        raise UncleanTable
    return found


def is_parquet(source: TableSource) -> bool:
    """Whether a table is a Parquet file, by its name."""
    return source.file.lower().endswith(".parquet")


def named_columns(columns: object) -> Sequence[str]:
    """Every header that a mapping names, once, in the order of the mapping."""
    parts = columns if isinstance(columns, tuple) else (columns,)
    values = [
        value
        for part in parts
        for value in (part.values() if isinstance(part, Mapping) else attrs.asdict(part, recurse=False).values())
    ]
    flat = [name for value in values if value for name in (value if isinstance(value, tuple) else (value,))]
    return list(dict.fromkeys(flat))
