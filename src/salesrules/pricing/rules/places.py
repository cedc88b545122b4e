"""The band that owns a number, where one does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from salesrules.core import BandTable, InvalidValue

__all__ = ["place_in"]


def place_in(table: BandTable[Any], value: Decimal) -> int | None:
    """The position of the band that owns a value, `None` for one outside the table."""
    try:
        return table.index_at(value)
    except InvalidValue:
        return None
