"""Numbers from their source text, exactly; what cannot be one is kept as such until its place is known."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import attrs

from salesrules.core import InvalidValue, to_decimal

__all__ = ["Unreadable", "read_integer", "read_number"]

_LONGEST = 41  # a sign and the forty digits that an exact number may have


@attrs.frozen
class Unreadable:
    """A number that a document may not hold: NaN, an infinity, or one that is absurdly long."""

    text: str

    def __repr__(self) -> str:
        return self.text


def read_number(text: str) -> Decimal | Unreadable:
    """The exact number that a numeral stands for, never by way of a float.

    >>> read_number("80.90"), read_number("nan")
    (Decimal('80.90'), nan)
    """
    try:
        return to_decimal(Decimal(text))
    except (InvalidOperation, InvalidValue):
        return Unreadable(text[:80])


def read_integer(text: str) -> int | Unreadable:
    """The whole number that a numeral stands for; a very long one is not read at all."""
    return int(text) if len(text) <= _LONGEST else Unreadable(text[:80])
