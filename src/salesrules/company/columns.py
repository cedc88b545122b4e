"""The cells of a table column by column: what many rows share is read once, to the same values as row by row."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import compress, islice
from typing import Final, TypeVar

import attrs

from salesrules.company.cells import CellReader
from salesrules.company.mapping import TableSource
from salesrules.company.reasons import DATE_CONVERTED, NUMBER_ROUNDED, ROWS_READ, TEXT_TRIMMED
from salesrules.core import EXACT, InvalidValue, Reason, exact_sum

__all__ = ["ColumnTable", "UncleanTable", "coded_rows"]

T = TypeVar("T")

#: Rows that are put into columns at a time.
_ROWS: Final = 1 << 14
_ISO = "%Y-%m-%d"


class UncleanTable(Exception):  # no error that anybody sees: the rows are then read one by one
    """A cell is at fault, or may be: which one, and why, is said by reading row by row."""


@attrs.frozen
class _Column:
    """The texts of a column, each once, and which of them stands in each row."""

    texts: Sequence[str]
    codes: array[int]

    def spread(self, values: Sequence[T]) -> list[T]:
        """A value for each text as a value for each row."""
        return [values[code] for code in self.codes]


class ColumnTable:
    """A table in columns, with the changes that `CellReader` counts; `UncleanTable` is raised for what it refuses.

    The methods give a value for each row, and are called in the order in which the cells of a row would be read.
    """

    def __init__(
        self, source: TableSource, lines: Sequence[int], coded: Mapping[str, tuple[Sequence[str], array[int]]]
    ):
        self.lines = lines
        self._source = source
        self._columns = {name: _Column(*found) for name, found in coded.items()}
        self._cells = CellReader(source)
        self._trimmed: dict[str, tuple[int, int]] = {}
        self._converted: dict[str, tuple[int, int]] = {}
        self._rounded: dict[str, tuple[int, int, Decimal]] = {}

    def text(self, column: str, *, optional: bool = False) -> list[str]:
        """The cells without white space around them."""
        return self._columns[column].spread(self._stripped(column, optional=optional))

    def joined(self, columns: Sequence[str], *, optional: bool = False) -> list[str]:
        """Ids of several cells, joined by a slash; empty where it is optional and all of them are."""
        parts = [
            self._columns[each].spread(self._stripped(each, optional=optional, unless_blank=optional))
            for each in columns
        ]
        if len(columns) == 1:
            return parts[0]
        if not optional:
            return ["/".join(cells) for cells in zip(*parts, strict=True)]
        if any(any(cells) and not all(cells) for cells in zip(*parts, strict=True)):
            raise UncleanTable
        return ["/".join(cells) if cells[0] else "" for cells in zip(*parts, strict=True)]

    def day(self, column: str) -> list[date]:
        """The dates of the cells."""
        return self._columns[column].spread([_fit(day) for day in self._days(column, optional=False)])

    def optional_day(self, column: str) -> list[date | None]:
        """The dates of cells that may be empty."""
        return self._columns[column].spread(self._days(column, optional=True))

    def number(self, column: str) -> list[Decimal]:
        """The numbers of the cells."""
        return self._columns[column].spread([_fit(number) for number in self._numbers(column, optional=False)])

    def optional_number(self, column: str) -> list[Decimal | None]:
        """The numbers of cells that may be empty."""
        return self._columns[column].spread(self._numbers(column, optional=True))

    def made(self, column: str, make: Callable[[str], T]) -> list[T]:
        """What `make` makes of the cells, which are not empty; what it refuses with `InvalidValue` is not clean."""
        try:
            return self._columns[column].spread([make(text) for text in self._stripped(column)])
        except InvalidValue as error:
            raise UncleanTable from error

    def changes(self) -> Iterator[Reason]:
        """What was read and changed on the way, as `CellReader.changes` says it: each kind by where it came first."""
        file, form = self._source.file, self._source.date_format
        yield ROWS_READ(file=file, count=len(self.lines))
        for column, (_, count) in _by_first(self._trimmed):
            yield TEXT_TRIMMED(file=file, column=column, count=count)
        for column, (_, count) in _by_first(self._converted):
            yield DATE_CONVERTED(file=file, column=column, count=count, format=form)
        for column, (_, count, total) in sorted(self._rounded.items(), key=lambda item: item[1][0]):
            yield NUMBER_ROUNDED(file=file, column=column, count=count, total=total)

    def _stripped(self, column: str, *, optional: bool = False, unless_blank: bool = False) -> list[str]:
        found = self._columns[column]
        texts = [text.strip() for text in found.texts]
        is_used = _used(found)
        if not optional and not all(compress(texts, is_used)):
            raise UncleanTable
        changed = [
            used and text != raw and bool(text or not unless_blank)
            for text, raw, used in zip(texts, found.texts, is_used, strict=True)
        ]
        if column not in self._trimmed and any(changed):
            self._trimmed[column] = _counted(found, changed)
        return texts

    def _days(self, column: str, *, optional: bool) -> list[date | None]:
        found = self._columns[column]
        texts = self._stripped(column, optional=optional)
        days = [self._cells.parse_day(text) if text else None for text in texts]
        used = _used(found)
        if any(day is None and text for day, text in compress(zip(days, texts, strict=True), used)):
            raise UncleanTable
        given = [day is not None for day in days]
        if self._source.date_format != _ISO and column not in self._converted and any(compress(given, used)):
            self._converted[column] = _counted(found, given)
        return days

    def _numbers(self, column: str, *, optional: bool) -> list[Decimal | None]:
        found, rounding = self._columns[column], self._source.rounding
        texts = self._stripped(column, optional=optional)
        numbers = [self._cells.parse_number(text) if text else None for text in texts]
        used = _used(found)
        if any(number is None and text for number, text in compress(zip(numbers, texts, strict=True), used)):
            raise UncleanTable
        if rounding is None:
            return numbers
        rounded = [None if number is None else rounding(number) for number in numbers]
        changed = [each != number for each, number in zip(rounded, numbers, strict=True)]
        if column not in self._rounded and any(compress(changed, used)):
            first, count = _counted(found, changed)
            differences = [
                EXACT.subtract(each, number) if each is not None and number is not None else Decimal(0)
                for each, number in zip(rounded, numbers, strict=True)
            ]
            total = exact_sum(differences[code] for code in found.codes if changed[code])
            self._rounded[column] = first, count, total
        return rounded


def _fit(value: T | None) -> T:
    """A value of a text that stands in some row; texts that stand in none may be no value."""
    return value  # type: ignore[return-value]  # used texts were all found to be values


def _used(column: _Column) -> list[bool]:
    """Which texts stand in some row; a Parquet dictionary may hold others."""
    used = [False] * len(column.texts)
    for code in set(column.codes):
        used[code] = True
    return used


def _counted(column: _Column, changed: Sequence[bool]) -> tuple[int, int]:
    """The first of the rows whose text is changed, and how many there are."""
    rows = [row for row, code in enumerate(column.codes) if changed[code]]
    return rows[0], len(rows)


def _by_first(found: Mapping[str, tuple[int, int]]) -> list[tuple[str, tuple[int, int]]]:
    """By the first row; of one row in the order in which its cells are read."""
    return sorted(found.items(), key=lambda item: item[1][0])


def coded_rows(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Sequence[str], on_rows: Callable[[int], object] | None = None
) -> tuple[array[int], dict[str, tuple[list[str], array[int]]]]:
    """The lines of rows, and for each column its texts with the codes of the rows; `on_rows` is told how many came."""
    lines = array("q")
    known: list[dict[str, int]] = [{} for _ in columns]
    codes = [array("i") for _ in columns]
    left = iter(rows)
    while batch := list(islice(left, _ROWS)):
        lines.extend([line for line, _ in batch])
        for texts, held, cells in zip(known, codes, zip(*(cells for _, cells in batch), strict=True), strict=True):
            held.extend([texts.setdefault(text, len(texts)) for text in cells])
        if on_rows is not None:
            on_rows(len(batch))
    return lines, {name: ([*texts], held) for name, texts, held in zip(columns, known, codes, strict=True)}
