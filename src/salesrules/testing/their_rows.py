"""Another system's rows: read without guessing, every fault with its row and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from typing import Any, SupportsIndex

import attrs

from salesrules.core import (
    Fault,
    InvalidDocument,
    InvalidValue,
    Money,
    RoundingMode,
    UnknownName,
    as_tuple,
    nearest_names,
    round_exactly,
    to_decimal,
)
from salesrules.wire import read_table

__all__ = ["KEY", "WORDS", "TheirRow", "TheirRows", "read_rows"]

#: What names a row, as far as the rows have it; each row is compared with the sum of the lines that it names.
KEY = ("transaction", "payee", "component", "role")
#: Everything that a column can be; what is none of them is an attribute of the transaction.
WORDS = (*KEY, "day", "amount", "original", "cost", "quantity", "currency", "paid")

Rows = Iterable[Mapping[str, Any]] | str | PathLike[str]


@attrs.frozen(kw_only=True)
class TheirRow:
    """A row, its cells by our words, and where it stands."""

    place: str
    cells: Mapping[str, Any]
    attributes: Mapping[str, Any]
    file: str | None = None
    line: int | None = None

    def fault(self, word: str, column: str, problem: str, remedy: str, code: str = "unreadable") -> Fault:
        """A fault of one cell."""
        return Fault(
            code=f"testing.{code}",
            path=f"{self.place}.{column}",
            problem=problem,
            remedy=remedy,
            value=self.cells.get(word),
            file=self.file,
            line=self.line,
        )


@attrs.frozen(kw_only=True)
class TheirRows:
    """All rows, and the column of each word that they have."""

    rows: tuple[TheirRow, ...] = attrs.field(converter=as_tuple, repr=False)
    columns: Mapping[str, str]
    float_digits: int | None

    @property
    def key(self) -> tuple[str, ...]:
        """The words that name a row here; all of them where there is no row."""
        return tuple(word for word in KEY if word in self.columns) if self.rows else KEY

    def number(self, row: TheirRow, word: str, faults: list[Fault]) -> Decimal | None:
        """A cell as a number; `None` where it is empty, and where it is none, which is a fault."""
        value = row.cells.get(word)
        if is_empty(value):
            return None
        try:
            return _number(value, self.float_digits)
        except InvalidValue as error:
            faults.append(row.fault(word, self.columns[word], "it is no number that can be read", error.remedy))
            return None

    def day(self, row: TheirRow, word: str, faults: list[Fault]) -> date | None:
        """A cell as a day; `None` where it is none, which is a fault."""
        value = row.cells.get(word)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            faults.append(row.fault(word, self.columns[word], "it is no day", "give a date, or text as 2020-01-31"))
            return None

    def word(self, row: TheirRow, word: str, faults: list[Fault], *, may_be_empty: bool = False) -> str:
        """A cell as text, such as an id; a fault where there is none."""
        value = row.cells.get(word)
        if is_empty(value):
            if not may_be_empty:
                faults.append(row.fault(word, self.columns[word], "it is empty", "fill it"))
            return ""
        if isinstance(value, float):
            problem, remedy = "a name is no float", "turn the column into text before it becomes one"
            faults.append(row.fault(word, self.columns[word], problem, remedy))
        return str(value)

    def key_of(self, row: TheirRow, faults: list[Fault]) -> tuple[str, ...]:
        """What names a row."""
        return tuple(self.word(row, word, faults) for word in self.key)


def read_rows(given: Rows, columns: Mapping[str, str], needed: Sequence[str], float_digits: int | None) -> TheirRows:
    """The rows with their cells by our words; `columns` says which column a word is, where that has another name.

    Raises `UnknownName` for a word that is none, `InvalidValue` for what are no rows, and `InvalidDocument` for needed
    columns that no row has.
    """
    for word in columns:
        if word not in WORDS:
            raise UnknownName("column", word, nearest_names(word, WORDS) or WORDS)
    placed = _from_file(given) if isinstance(given, str | PathLike) else _from_memory(given)
    present = list(dict.fromkeys(name for _, cells, _, _ in placed for name in cells))
    known = {word: columns.get(word, word) for word in WORDS}
    faults = [
        Fault(
            code="testing.missing_column",
            path=f"their_rows.{known[word]}",
            problem=f"no row has the column, which is needed for {word}",
            remedy=_remedy(word, known[word], present),
        )
        for word in dict.fromkeys([*needed, *columns])
        if known[word] not in present and placed
    ]
    if faults:
        raise InvalidDocument(tuple(faults))
    words = {word: column for word, column in known.items() if column in present}
    taken = set(words.values())
    return TheirRows(
        rows=[
            TheirRow(
                place=place,
                cells={word: cells.get(column) for word, column in words.items()},
                attributes={name: value for name, value in cells.items() if name not in taken},
                file=file,
                line=line,
            )
            for place, cells, file, line in placed
        ],
        columns=words,
        float_digits=float_digits,
    )


_Placed = list[tuple[str, Mapping[str, Any], str | None, int | None]]


def _from_file(path: str | PathLike[str]) -> _Placed:
    table = read_table(path)
    return [("their_rows", row.values, table.file, row.line) for row in table.rows]


def _from_memory(given: Iterable[Mapping[str, Any]]) -> _Placed:
    remedy = "give rows as mappings: a list, or what a frame's to_dict('records') or to_dicts() gives; or a path to CSV"
    rows = None if isinstance(given, Mapping) or not isinstance(given, Iterable) else list(given)
    if rows is None or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidValue("their_rows", type(given).__name__, remedy)
    return [(f"their_rows[{number}]", row, None, None) for number, row in enumerate(rows)]


def _remedy(word: str, column: str, present: Sequence[str]) -> str:
    near = nearest_names(column, present)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}say which column it is: columns={{{word!r}: …}}; there are {', '.join(map(str, present))}"


def is_empty(value: object) -> bool:
    """Whether a cell has nothing in it: no value, no text, or the float that frames put in its place."""
    return value is None or value == "" or value != value


def _number(value: object, float_digits: int | None) -> Decimal:
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, float):
        if float_digits is None:
            remedy = "turn the column into text or decimals, or say how many digits it has: float_digits=2"
            raise InvalidValue("number", value, remedy)
        text = float.__repr__(value)  # the shortest text that reads back as this float, whatever its class shows
        return round_exactly(to_decimal(text), float_digits, RoundingMode.HALF_EVEN)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return Decimal(value.__index__())
    return to_decimal(value)
