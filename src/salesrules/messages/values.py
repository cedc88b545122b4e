"""Any value that a reason carries, as a locale writes it: chosen by its type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from babel.lists import format_list as _babel_list

from salesrules.core import CurrencyTable, DateRange, Money, Rate
from salesrules.messages.catalogs import find_template
from salesrules.messages.days import format_date, format_instant, format_range, format_time
from salesrules.messages.locales import babel_locale, negotiate
from salesrules.messages.numerals import format_amount, format_money, format_number, format_rate

__all__ = ["format_list", "format_quantity", "format_value"]

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def format_value(value: object, locale: str = "en", currencies: CurrencyTable | None = None) -> str:
    """A value in words: money, rates, numbers, days, ranges, choices and lists by their type; text stays as it is.

    A member of an enumeration of this library is shown by its word (`core.severity.error`), or by its value where
    no catalog has one. Nothing is escaped: that is the work of whoever writes HTML or a spreadsheet.

    >>> format_value((Money(5, "USD"), Rate.parse("1.5%"), "{x}"))
    '$5.00, 1.5%, and {x}'
    """
    match value:
        case None | True | False:
            return _word(f"core.plain.{str(value).lower()}", locale)
        case Enum():
            return _word(_enum_code(value), locale, str(value.value))
        case Money():
            return format_money(value, locale, currencies)
        case Rate():
            return format_rate(value, locale)
        case int() | Decimal() | Fraction():
            return format_number(value, locale)
        case datetime():
            return format_instant(value, locale)
        case date():
            return format_date(value, locale)
        case time():
            return format_time(value)
        case DateRange():
            return format_range(value, locale)
        case tuple() | list():
            return format_list((format_value(item, locale, currencies) for item in value), locale)
        case _:
            return str(value)


def format_list(texts: Iterable[str], locale: str = "en") -> str:
    """Texts joined as the locale joins them; the word for none where there is none.

    >>> format_list(["North", "South", "East"]), format_list(["华北", "华南", "华东"], "zh_CN")
    ('North, South, and East', '华北、华南和华东')
    """
    given = list(texts)
    return _babel_list(given, locale=babel_locale(negotiate(locale))) if given else _word("core.plain.none", locale)


def format_quantity(
    number: Decimal | Fraction | int, unit: str, locale: str = "en", currencies: CurrencyTable | None = None
) -> str:
    """A number by its unit: a currency code, `"rate"`, `"count"`, nothing, or a word that follows the number.

    >>> format_quantity(Decimal(5), "USD"), format_quantity(Decimal("0.5"), "rate"), format_quantity(3, "points")
    ('$5.00', '50%', '3 points')
    """
    if _CURRENCY.fullmatch(unit):
        return format_amount(number, unit, locale, currencies)
    if unit == "rate":
        return format_rate(number, locale)
    shown = format_number(number, locale)
    return shown if unit in ("", "count") else f"{shown} {unit}"


def _enum_code(member: Enum) -> str:
    """`core.rounding_mode.half_up` for a member of an enumeration of `salesrules.core`, whatever its module there."""
    library, _, rest = type(member).__module__.partition(".")
    name = _CAPITAL.sub("_", type(member).__name__).lower()
    return f"{rest.partition('.')[0]}.{name}.{member.value}" if library == "salesrules" else ""


def _word(code: str, locale: str, otherwise: str = "") -> str:
    template = find_template(code, negotiate(locale))
    return otherwise if template is None else template.fill({})
