"""The columns of a lazy frame by the names of the contract: their types, what is wrong in them, and whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from salesrules.core import Fault
from salesrules.frames.compiled import LIMIT
from salesrules.frames.expressions.engines import Lazy

__all__ = ["SHOWN", "Columns"]

#: How many offenders a fault names.
SHOWN = 3
_WORDS = (nw.String, nw.Categorical, nw.Enum)


class Columns:
    """A frame's columns; `names` has the frame's own name where it is another. What is wrong goes to `faults`."""

    def __init__(self, frame: Lazy, name: str, names: Mapping[str, str]) -> None:
        self.frame = frame
        self.faults: list[Fault] = []
        self._name, self._names = name, names
        self._types = frame.collect_schema()

    def own(self, column: str) -> str:
        """The frame's own name of a column."""
        return self._names.get(column, column)

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        return self.own(column) in self._types

    def is_number(self, column: str) -> bool:
        """Whether a column has whole numbers, where text may stand."""
        return self.has(column) and self._types[self.own(column)].is_integer()

    def need(self, column: str, wanted: str) -> None:
        """Note a fault where a column is missing, or is not of the `wanted` kind: text, dates or numbers."""
        if not self.has(column):
            self.fault("missing_column", column, "the column is missing", f"add it, or map {column!r} in columns")
            return
        kind = self._types[self.own(column)]
        fits = {
            "text": kind.is_integer() or isinstance(kind, _WORDS),
            "dates": kind == nw.Date or (isinstance(kind, nw.Datetime) and kind.time_zone is None),
            "numbers": kind.is_integer() or isinstance(kind, nw.Decimal),
        }
        if not fits[wanted]:
            self.fault("wrong_type", column, f"{wanted} are needed", "convert the column", [kind])

    def raw(self, column: str) -> nw.Expr:
        """A column as it is given."""
        return nw.col(self.own(column))

    def name(self, column: str) -> nw.Expr:
        """A column of names: whole numbers as they are, anything else as text."""
        return self.raw(column) if self.is_number(column) else self.text(column)

    def words(self, column: str) -> tuple[str, ...]:
        """The words that a column can have where its type lists them; none where it does not."""
        kind = self._types[self.own(column)]
        return tuple(kind.categories) if isinstance(kind, nw.Enum) else ()

    def word(self, column: str) -> nw.Expr:
        """A column of words: as it is where its type lists them, else as text."""
        return self.raw(column) if self.words(column) else self.text(column)

    def text(self, column: str) -> nw.Expr:
        """A column as text."""
        raw = self.raw(column)
        return raw if self._types[self.own(column)] == nw.String else raw.cast(nw.String)

    def day(self, column: str) -> nw.Expr:
        """A column of days."""
        raw = self.raw(column)
        return raw if self._types[self.own(column)] == nw.Date else raw.cast(nw.Date)

    def has_times(self, column: str) -> nw.Expr | None:
        """Which rows have a time of day; none where the type has none."""
        kind = self._types[self.own(column)]
        return None if kind == nw.Date else self.raw(column) != self.raw(column).cast(nw.Date).cast(kind)

    def units(self, column: str, digits: int) -> nw.Expr:
        """A column of numbers in units of 10^-`digits`: whole numbers are such units, decimals are converted."""
        raw, kind = self.raw(column), self._types[self.own(column)]
        if not isinstance(kind, nw.Decimal):
            return raw if kind == nw.Int64 else raw.cast(nw.Int64)
        if kind.scale > digits:
            raw = raw.cast(nw.Decimal(38, digits))
        return (raw * 10**digits if digits else raw).cast(nw.Int64)

    def misfits(self, column: str, digits: int) -> nw.Expr | None:
        """Which rows have a number that is too large, or finer than the units; none where its type rules that out."""
        raw, kind = self.raw(column), self._types[self.own(column)]
        if not isinstance(kind, nw.Decimal):
            return (raw > LIMIT) | (raw < -LIMIT) if kind in (nw.Int64, nw.UInt64, nw.Int128, nw.UInt128) else None
        found: nw.Expr | None = None
        if kind.precision - kind.scale + digits > 18:
            limit = nw.lit(LIMIT // 10**digits)
            found = (raw > limit) | (raw < -limit)
        if kind.scale <= digits:
            return found
        too_fine = raw != raw.cast(nw.Decimal(38, digits)).cast(kind)
        return too_fine if found is None else found | too_fine

    def fault(self, code: str, column: str, problem: str, remedy: str, offenders: list[Any] | None = None) -> None:
        """Note a fault of a column, with the first offenders."""
        path = f"{self._name}.{self.own(column)}"
        value = None if offenders is None else ", ".join(map(str, offenders))
        self.faults.append(Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, value=value))
