"""From the text of cells to values: every change is counted, every fault kept with file, line and column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from salesrules.company.mapping import TableSource
from salesrules.company.reasons import DATE_CONVERTED, NUMBER_ROUNDED, ROWS_READ, TEXT_TRIMMED
from salesrules.core import EXACT, Fault, InvalidValue, Reason, to_decimal

__all__ = ["CellReader"]

_ISO = "%Y-%m-%d"


class CellReader:
    """Reads the cells of one table; `faults` and `changes` tell afterwards what was wrong and what was changed."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._rows = 0
        self._trimmed: dict[str, int] = defaultdict(int)
        self._rounded: dict[str, list[Decimal]] = defaultdict(list)
        self._converted: dict[str, int] = defaultdict(int)
        self._days: dict[str, date] = {}
        self.faults: list[Fault] = []

    def next_row(self) -> None:
        """Count a row."""
        self._rows += 1

    def text(self, row: Mapping[str, str], line: int, column: str, *, optional: bool = False) -> str:
        """The cell without white space around it; an empty one is a fault unless it is optional."""
        raw = row[column]
        text = raw.strip()
        if text != raw:
            self._trimmed[column] += 1
        if not text and not optional:
            self.fault(line, column, "the cell is empty", None, "fill it in, or leave the row out")
        return text

    def joined(self, row: Mapping[str, str], line: int, columns: Sequence[str]) -> str:
        """An id of several cells, joined by a slash."""
        return "/".join(self.text(row, line, column) for column in columns)

    def day(self, row: Mapping[str, str], line: int, column: str, *, optional: bool = False) -> date | None:
        """The date of a cell in the declared format; `None` where it is a fault, or empty and optional."""
        text = self.text(row, line, column, optional=optional)
        if not text:
            return None
        found = self._days.get(text)
        if found is None:
            try:
                found = self._days[text] = datetime.strptime(text, self._source.date_format).date()  # noqa: DTZ007  # days have no zone
            except ValueError:
                remedy = f"write it as {self._source.date_format}, or declare another date_format"
                self.fault(line, column, "this is not a date in the declared format", text, remedy)
                return None
        if self._source.date_format != _ISO:
            self._converted[column] += 1
        return found

    def number(self, row: Mapping[str, str], line: int, column: str, *, optional: bool = False) -> Decimal | None:
        """The number of a cell in the declared format, rounded if so declared; `None` where it is a fault."""
        text = self.text(row, line, column, optional=optional)
        if not text:
            return None
        style = self._source.number_format
        plain = text.replace(style.group, "") if style.group else text
        if style.decimal != ".":
            plain = plain.replace(".", "\0").replace(
                style.decimal, "."
            )  # a stray point must not pass as a decimal mark
        try:
            number = to_decimal(plain, column)
        except InvalidValue:
            remedy = "write a plain number, or declare its decimal and group marks in number_format"
            self.fault(line, column, "this is not a number in the declared format", text, remedy)
            return None
        if self._source.rounding is None:
            return number
        rounded = self._source.rounding(number)
        if rounded != number:
            self._rounded[column].append(EXACT.subtract(rounded, number))
        return rounded

    def fault(self, line: int, column: str, problem: str, value: object, remedy: str) -> None:
        """Keep a fault of one cell."""
        self.faults.append(
            Fault(
                code="company.cell",
                path=column,
                problem=problem,
                value=value,
                remedy=remedy,
                file=self._source.file,
                line=line,
            )
        )

    def changes(self) -> Iterator[Reason]:
        """What was read, and what was changed on the way."""
        file = self._source.file
        yield ROWS_READ(file=file, count=self._rows)
        for column, count in self._trimmed.items():
            yield TEXT_TRIMMED(file=file, column=column, count=count)
        for column, count in self._converted.items():
            yield DATE_CONVERTED(file=file, column=column, count=count, format=self._source.date_format)
        for column, differences in self._rounded.items():
            whole = Decimal(0)
            for difference in differences:
                whole = EXACT.add(whole, difference)
            yield NUMBER_ROUNDED(file=file, column=column, count=len(differences), total=whole)
