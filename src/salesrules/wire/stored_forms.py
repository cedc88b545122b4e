"""How single values are stored: exactly, and so that none can be taken for one of another type.

Documents are written by people and read generously; what is stored is written by us and read as it was written: a
decimal keeps its exponent, a fraction stays a fraction, an instant keeps its zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from salesrules.core import Money, Rate
from salesrules.wire.findings import Finding, Misfit
from salesrules.wire.forms import Form, wrong_type

__all__ = ["EVIDENT", "STORED_FORMS", "invalid"]

_NUMERAL = r"[+-]?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]{1,5})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?"
_INSTANT = rf"{_DATE}T{_TIME}[+-][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{6}})?)?(\[[A-Za-z0-9_/+-]+\])?"
_DURATION = r"(?P<sign>-?)P(?P<days>[0-9]+)DT(?P<seconds>[0-9]+)\.(?P<microseconds>[0-9]{6})S"


def invalid(value: Any, problem: str, remedy: str) -> Misfit:
    """The misfit of a value that is of the right type, and yet none that can be stored."""
    return Misfit(Finding(code="wire.invalid_value", problem=problem, remedy=remedy, value=value))


def _plain_form(kind: type, expected: str) -> Form:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise wrong_type(value, expected, f"give {expected}")
        return value

    return Form(read=check, write=check)


def _write_text(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type(value, "a text", "give a text")
    return str.__str__(value)  # of a member of a `StrEnum`, its word


def _text_form(
    kind: type, expected: str, pattern: str, write: Callable[[Any], str], read: Callable[[str], Any]
) -> Form:
    """The form of a type whose values are written as texts of a pattern."""
    compiled = re.compile(pattern, re.ASCII)

    def read_checked(value: Any) -> Any:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise wrong_type(value, f"{expected}, as it is stored,", f"give {expected} as it was written")
        try:
            return read(value)
        except (ValueError, LookupError) as error:
            raise invalid(value, f"{expected} belongs here", f"give {expected} as it was written") from error

    def write_checked(value: Any) -> str:
        if type(value) is not kind:
            raise wrong_type(value, expected, f"give {expected}")
        try:
            text = write(value)
        except ValueError:
            text = ""
        if not compiled.fullmatch(text):
            raise invalid(value, "it cannot be stored exactly", f"give {expected} within the usual bounds")
        return text

    return Form(read=read_checked, write=write_checked)


def _read_money(text: str) -> Money:
    return Money.zero(text[:3]).with_amount(Decimal(text[4:]))  # a sum may have more digits than `Money` takes at once


def _write_rate(rate: Rate) -> str:
    return f"{Rate(rate.value).value.scaleb(2)}%"


def _read_rate(text: str) -> Rate:
    return Rate(Decimal(text[:-1]).scaleb(-2))


def _write_instant(instant: datetime) -> str:
    zone = instant.tzinfo.key if isinstance(instant.tzinfo, ZoneInfo) else None
    return instant.isoformat() if zone is None else f"{instant.isoformat()}[{zone}]"


def _read_instant(text: str) -> datetime:
    written, _, zone = text.rstrip("]").partition("[")
    instant = datetime.fromisoformat(written)
    if not zone:
        return instant
    local = instant.replace(tzinfo=ZoneInfo(zone))
    for fold in (0, 1):  # the offset tells the first of two equal hours from the second
        if local.replace(fold=fold).utcoffset() == instant.utcoffset():
            return local.replace(fold=fold)
    return instant.astimezone(ZoneInfo(zone))  # the zone has another offset by now; the instant stays


def _write_duration(duration: timedelta) -> str:
    size = abs(duration)
    return f"{'-' if duration < size else ''}P{size.days}DT{size.seconds}.{size.microseconds:06}S"


def _read_duration(text: str) -> timedelta:
    match = re.fullmatch(_DURATION, text, re.ASCII)
    assert match is not None  # the form has looked
    days, seconds, microseconds = (int(match[name]) for name in ("days", "seconds", "microseconds"))
    try:
        duration = timedelta(days=days, seconds=seconds, microseconds=microseconds)
    except OverflowError as error:
        raise ValueError(text) from error
    return -duration if match["sign"] else duration


STORED_FORMS: dict[Any, Form] = {
    str: Form(read=_plain_form(str, "a text").read, write=_write_text),
    int: _plain_form(int, "a whole number"),
    bool: _plain_form(bool, "true or false"),
    Decimal: _text_form(Decimal, "a decimal", _NUMERAL, str, Decimal),
    Fraction: _text_form(
        Fraction,
        "a fraction",
        r"-?[0-9]+/[1-9][0-9]*",
        lambda value: f"{value.numerator}/{value.denominator}",
        Fraction,
    ),
    Money: _text_form(
        Money, "money", rf"[A-Z]{{3}} {_NUMERAL}", lambda value: f"{value.currency} {value.amount}", _read_money
    ),
    Rate: _text_form(Rate, "a rate", rf"{_NUMERAL}%", _write_rate, _read_rate),
    date: _text_form(date, "a day", _DATE, date.isoformat, date.fromisoformat),
    time: _text_form(time, "a time of day without a zone", _TIME, time.isoformat, time.fromisoformat),
    datetime: _text_form(datetime, "an instant with its time zone", _INSTANT, _write_instant, _read_instant),
    timedelta: _text_form(timedelta, "a duration", _DURATION, _write_duration, _read_duration),
}

#: The types whose stored forms nobody can take for each other, so that a union of them needs no more.
EVIDENT = frozenset(STORED_FORMS) - {str}
