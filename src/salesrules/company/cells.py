"""From the text of cells to values: every change is counted, every fault kept with file, line and column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from salesrules.company.mapping import NumberFormat, TableSource
from salesrules.company.reasons import DATE_CONVERTED, NUMBER_ROUNDED, ROWS_READ, TEXT_TRIMMED
from salesrules.core import EXACT, Fault, InvalidValue, Reason, exact_sum, to_decimal

__all__ = ["MOST_FAULTS", "CellReader"]

#: Faults of one kind in one column that are listed; a last one says how many more there are.
MOST_FAULTS: Final = 100

_ISO = "%Y-%m-%d"
_SPACES = " \u00a0\u2009\u202f"  # one space stands for all: which one a program writes cannot be seen
_NO_DIGIT = re.compile("[^0-9]")


class CellReader:
    """Reads the cells of one table; `faults` and `changes` tell afterwards what was wrong and what was changed.

    A cell that two facts are read from counts once.
    """

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._numeral = _numeral(source.number_format)
        self._rows = 0
        self._seen: set[tuple[str, str]] = set()  # what was counted or reported of the row being read
        self._trimmed: Counter[str] = Counter()
        self._rounded: dict[str, list[Decimal]] = {}
        self._converted: Counter[str] = Counter()
        self._days: dict[str, date | None] = {}
        self._faults: list[Fault] = []
        self._kinds: Counter[tuple[str, str]] = Counter()

    def next_row(self) -> None:
        """Count a row."""
        self._rows += 1
        self._seen.clear()

    def text(self, row: Mapping[str, str], line: int, column: str, *, optional: bool = False) -> str:
        """The cell without white space around it; an empty one is a fault unless it is optional."""
        raw = row[column]
        text = raw.strip()
        if text != raw and self._is_new("trimmed", column):
            self._trimmed[column] += 1
        if not text and not optional:
            self.fault(line, column, "the cell is empty", None, "fill it in, or leave the row out")
        return text

    def given(self, row: Mapping[str, str], line: int, column: str | None) -> str:
        """The text of a cell that need be neither mapped nor filled in."""
        return self.text(row, line, column, optional=True) if column else ""

    def joined(self, row: Mapping[str, str], line: int, columns: Sequence[str], *, optional: bool = False) -> str:
        """An id of several cells, joined by a slash; where it is optional, all of them may be empty."""
        if optional and not any(row[column].strip() for column in columns):
            return ""
        return "/".join(self.text(row, line, column) for column in columns)

    def day(self, row: Mapping[str, str], line: int, column: str, *, optional: bool = False) -> date | None:
        """The date of a cell in the declared format; `None` where it is a fault, or empty and optional."""
        text = self.text(row, line, column, optional=optional)
        if not text:
            return None
        found = self.parse_day(text)
        if found is None:
            remedy = f"write it as {self._source.date_format}, or declare another date_format"
            self.fault(line, column, "this is not a date in the declared format", text, remedy)
        elif self._source.date_format != _ISO and self._is_new("converted", column):
            self._converted[column] += 1
        return found

    def number(self, row: Mapping[str, str], line: int, column: str, *, optional: bool = False) -> Decimal | None:
        """The number of a cell in the declared format, rounded if so declared; `None` where it is a fault."""
        text = self.text(row, line, column, optional=optional)
        if not text:
            return None
        number = self.parse_number(text)
        if number is None:
            remedy = "write a plain number, or declare its decimal and group marks in number_format"
            self.fault(line, column, "this is not a number in the declared format", text, remedy)
            return None
        if self._source.rounding is None:
            return number
        rounded = self._source.rounding(number)
        if rounded != number and self._is_new("rounded", column):
            self._rounded.setdefault(column, []).append(EXACT.subtract(rounded, number))
        return rounded

    def count(self, row: Mapping[str, str], line: int, column: str) -> int | None:
        """The whole number, zero or more, of a cell; `None` where it is a fault, or empty."""
        number = self.number(row, line, column, optional=True)
        if number is None:
            return None
        if number < 0 or number != int(number):
            self.fault(line, column, "this is not a whole number, zero or more", number, "correct it")
            return None
        return int(number)

    def parse_day(self, text: str) -> date | None:
        """The date that a text is in the declared format; `None` where it is none."""
        if text not in self._days:
            self._days[text] = _parse_day(text, self._source.date_format)
        return self._days[text]

    def parse_number(self, text: str) -> Decimal | None:
        """The number that a text is in the declared format, not rounded; `None` where it is none."""
        match = self._numeral.fullmatch(text)
        if match is None:
            return None
        sign, whole, fraction = match.groups(default="")
        plain = sign + _NO_DIGIT.sub("", whole)
        try:
            return to_decimal(f"{plain}.{fraction}" if fraction else plain)
        except InvalidValue:  # more digits than a number of this world has
            return None

    def fault(self, line: int, column: str, problem: str, value: object, remedy: str | Callable[[], str]) -> None:
        """Keep a fault of one cell; of many of one kind in a column only the first are kept, and all counted.

        A remedy that takes time to find is given as a function, which is called only for a fault that is kept.
        """
        if not self._is_new(problem, column):
            return
        self._kinds[column, problem] += 1
        if self._kinds[column, problem] <= MOST_FAULTS:
            self._faults.append(
                self._fault(column, problem, remedy if isinstance(remedy, str) else remedy(), value, line)
            )

    def faults(self) -> tuple[Fault, ...]:
        """The faults so far, in the order in which they were found."""
        more = [
            self._fault(column, f"{count - MOST_FAULTS} more: {problem}", "mend those above and read it again")
            for (column, problem), count in self._kinds.items()
            if count > MOST_FAULTS
        ]
        return (*self._faults, *more)

    def changes(self) -> Iterator[Reason]:
        """What was read, and what was changed on the way."""
        file = self._source.file
        yield ROWS_READ(file=file, count=self._rows)
        for column, count in self._trimmed.items():
            yield TEXT_TRIMMED(file=file, column=column, count=count)
        for column, count in self._converted.items():
            yield DATE_CONVERTED(file=file, column=column, count=count, format=self._source.date_format)
        for column, differences in self._rounded.items():
            yield NUMBER_ROUNDED(file=file, column=column, count=len(differences), total=exact_sum(differences))

    def _is_new(self, what: str, column: str) -> bool:
        """Whether this is the first time that it is said of a column of the row being read."""
        before = len(self._seen)
        self._seen.add((what, column))
        return len(self._seen) > before

    def _fault(self, column: str, problem: str, remedy: str, value: object = None, line: int | None = None) -> Fault:
        return Fault(
            code="company.cell",
            path=column,
            problem=problem,
            value=value,
            remedy=remedy,
            file=self._source.file,
            line=line,
        )


def _numeral(style: NumberFormat) -> re.Pattern[str]:
    """What a number looks like: sign, whole part, fraction.

    Groups have exactly three digits, so that 12,50 is never 1250; there are no exponents, since a spreadsheet that
    writes 1.23457E+11 has dropped digits.
    """
    group = rf"[{_SPACES}]" if style.group and style.group in _SPACES else re.escape(style.group or "")
    whole = rf"[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+" if group else "[0-9]+"
    return re.compile(rf"([+-]?)({whole})(?:{re.escape(style.decimal)}([0-9]+))?")


def _parse_day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007  # days have no zone
    except ValueError:
        return None
