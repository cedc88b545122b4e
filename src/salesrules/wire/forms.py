"""How single values are written: for each type how it is read, how it is written, and its JSON Schema.

The loader, the dump and the schema take all from this one table, so that they cannot disagree.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, NewType

import attrs

from salesrules.core import InvalidValue, Money, Rate, to_decimal
from salesrules.wire.findings import Finding, Misfit, suggest
from salesrules.wire.numerals import Unreadable

__all__ = ["FORMS", "Bound", "Form", "dump_enum", "enum_form", "wrong_type"]

#: The bound of a band: an exact number; a document may write it as a rate.
Bound = NewType("Bound", Decimal)

_NUMERAL = r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?"
_RATE = rf"{_NUMERAL} ?[%‰]?"
_MONEY = rf"[A-Z]{{3}} {_NUMERAL}"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"


@attrs.frozen(kw_only=True)
class Form:
    """The wire form of one type: `read` raises `Misfit`, `write` gives plain JSON data."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    schema: dict[str, Any] = attrs.field(factory=dict)


def wrong_type(value: Any, expected: str, remedy: str) -> Misfit:
    """The misfit of a value that is of another type than its field."""
    if isinstance(value, Unreadable):
        problem = "the number is not finite, or absurdly long"
        return Misfit(Finding(code="wire.unreadable_number", problem=problem, remedy=remedy, value=value.text))
    return Misfit(Finding(code="wire.wrong_type", problem=f"{expected} belongs here", remedy=remedy, value=value))


def _exactly(kind: type, expected: str, remedy: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise wrong_type(value, expected, remedy)
        return value

    return read


def _from_text(
    expected: str, remedy: str, pattern: str, make: Callable[[str], Any], native: type | None = None
) -> Callable[[Any], Any]:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: Any) -> Any:
        if native is not None and type(value) is native:
            return value
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise wrong_type(value, expected, remedy)
        try:
            return make(value)
        except ValueError as error:
            problem = f"{expected} belongs here"
            raise Misfit(Finding(code="wire.invalid_value", problem=problem, remedy=remedy, value=value)) from error

    return read


def _read_decimal(value: Any) -> Decimal:
    remedy = 'write a number such as 12.50, or "12.50"'
    is_numeral = isinstance(value, str) and re.fullmatch(_NUMERAL, value, re.ASCII)
    if not is_numeral and type(value) not in (int, Decimal):
        raise wrong_type(value, "an exact number", remedy)
    try:
        return to_decimal(value)
    except InvalidValue as error:
        problem = "the number is out of bounds"
        raise Misfit(Finding(code="wire.invalid_value", problem=problem, remedy=error.remedy, value=value)) from error


def _read_bound(value: Any) -> Decimal:
    if isinstance(value, str) and value.endswith(("%", "‰")):
        rate: Rate = _read_rate(value)
        return rate.value
    return _read_decimal(value)


def _write_number(value: Decimal | Fraction | int) -> str:
    """The plain numeral; raises `InvalidValue` for a fraction that no decimal equals."""
    if isinstance(value, Fraction):
        number = value
        value = Decimal(number.numerator) / Decimal(number.denominator)
        if Fraction(value) != number:
            raise InvalidValue("number", number, "no decimal equals it; use a bound that can be written")
    return f"{Decimal(value):f}"


def _money(text: str) -> Money:
    return Money(text[4:], text[:3])


_read_rate = _from_text("a rate", 'write it as "1.5%", "15‰" or "0.015"', _RATE, Rate.parse)
_number_schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_NUMERAL}$"}]}
_bound_schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_RATE}$"}]}


def _text_schema(pattern: str, example: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$", "examples": [example]}


FORMS: dict[Any, Form] = {
    str: Form(read=_exactly(str, "text", "write it in quotes"), write=str, schema={"type": "string"}),
    int: Form(
        read=_exactly(int, "a whole number", "write it without point and quotes"),
        write=int,
        schema={"type": "integer"},
    ),
    bool: Form(read=_exactly(bool, "true or false", "write true or false"), write=bool, schema={"type": "boolean"}),
    Decimal: Form(read=_read_decimal, write=_write_number, schema=_number_schema),
    Bound: Form(read=_read_bound, write=_write_number, schema=_bound_schema),
    Rate: Form(read=_read_rate, write=str, schema=_text_schema(_RATE, "1.5%")),
    Money: Form(
        read=_from_text("money", 'write currency and amount, as in "CNY 12.50"', _MONEY, _money),
        write=lambda money: f"{money.currency} {money.amount:f}",
        schema=_text_schema(_MONEY, "CNY 12.50"),
    ),
    date: Form(
        read=_from_text("a day", "write it as 2020-01-31", _DATE, date.fromisoformat, date),
        write=date.isoformat,
        schema={**_text_schema(_DATE, "2020-01-31"), "format": "date"},
    ),
    time: Form(
        read=_from_text(
            "a time of day", "write it as 12:30 in quotes, or as 12:30:00", _TIME, time.fromisoformat, time
        ),
        write=time.isoformat,
        schema=_text_schema(_TIME, "12:30"),
    ),
    datetime: Form(
        read=_from_text(
            "an instant with its time zone",
            "write it as 2020-01-31T12:30:00+08:00",
            rf"{_DATE}T{_TIME}(Z|[+-][0-9]{{2}}:[0-9]{{2}})",
            datetime.fromisoformat,
        ),
        write=datetime.isoformat,
        schema=_text_schema(rf"{_DATE}T{_TIME}(Z|[+-][0-9]{{2}}:[0-9]{{2}})", "2020-01-31T12:30:00+08:00"),
    ),
}


@functools.cache
def enum_form(kind: type[Enum]) -> Form:
    """The form of an enum: the value of one of its members."""
    members = {member.value: member for member in kind}

    def read(value: Any) -> Enum:
        if not isinstance(value, str) or value not in members:
            remedy = suggest(value, map(str, members), "give one of")
            problem = "is none of the known choices"
            raise Misfit(Finding(code="wire.unknown_choice", problem=problem, remedy=remedy, value=value))
        return members[value]

    return Form(read=read, write=dump_enum, schema={"enum": list(members)})


def dump_enum(member: Enum) -> Any:
    """The value of a member."""
    return member.value
