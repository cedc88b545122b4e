"""Where facts were read from: file, line, and the column of each field."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from salesrules.core import Fault

__all__ = ["Place", "column_of", "placed"]

#: Where a field of a fact is called otherwise than the column that it is read from.
_COLUMN_OF = {"start": "starts", "end": "ends", "label": "period"}
_FACT = re.compile(r"(\w+\[\d+\])(?:\.(\w+))?")


@attrs.frozen(kw_only=True)
class Place:
    """A row of a table: its file, its line, and the columns that its mapping names."""

    file: str
    line: int
    columns: object = attrs.field(repr=False)


def column_of(columns: object, field: str) -> str | None:
    """The header of the column that a field is read from, the first of several; `None` where there is none."""
    if field == "span":
        return column_of(columns, "period") or column_of(columns, "starts")
    name = field.rpartition(".")[2]
    column = getattr(columns, _COLUMN_OF.get(name, name), None)
    if isinstance(column, tuple):
        return column[0] if column else None
    return column if isinstance(column, str) else None


def placed(fault: Fault, places: Mapping[str, Place]) -> Fault:
    """The fault at the cell, or the row, of the fact that its path names; the same fault where that has no place."""
    found = _FACT.fullmatch(fault.path)
    place = None if found is None else places.get(found[1])
    if found is None or place is None:
        return fault
    column = column_of(place.columns, found[2]) if found[2] else None
    return attrs.evolve(fault, path=column or fault.path, file=place.file, line=place.line)
