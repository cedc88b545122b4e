"""Any value that a reason carries, as a locale writes it: chosen by its type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs
from babel.lists import format_list as _babel_list

from salesrules.core import CurrencyTable, DateRange, Money, Period, Rate, Rounding
from salesrules.messages.catalogs import find_template
from salesrules.messages.days import format_date, format_instant, format_period, format_range, format_time
from salesrules.messages.locales import babel_locale, negotiate
from salesrules.messages.numerals import format_amount, format_money, format_number, format_rate

__all__ = ["format_list", "format_pairs", "format_quantity", "format_value"]

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def format_value(value: object, locale: str = "en", currencies: CurrencyTable | None = None) -> str:
    """A value in words: money, rates, numbers, days, ranges, choices and lists by their type; text stays as it is.

    A member of an enumeration of this library is shown by its word (`core.severity.error`), or by its value where
    no catalog has one; a record that no type here fits, by its fields. Nothing is escaped: that is the work of who
    writes HTML or a spreadsheet.

    >>> format_value((Money(5, "USD"), Rate.parse("1.5%"), "{x}"))
    '$5.00, 1.5%, and {x}'
    """
    chosen = negotiate(locale)
    match value:
        case None | True | False:
            return _word(f"core.plain.{str(value).lower()}", chosen)
        case Enum():
            return _word(_enum_code(value), chosen, str(value.value))
        case Money():
            return format_money(value, chosen, currencies)
        case Rate():
            return format_rate(value, chosen)
        case int() | Decimal() | Fraction():
            return format_number(value, chosen)
        case datetime():
            return format_instant(value, chosen)
        case date():
            return format_date(value, chosen)
        case time():
            return format_time(value)
        case DateRange():
            return format_range(value, chosen)
        case Period():
            return format_period(value.label, chosen, value.span)
        case Rounding():
            step = format_number(Decimal(1).scaleb(-value.digits), chosen)
            return _word("core.plain.rounding", chosen, step=step, mode=format_value(value.mode, chosen))
        case tuple() | list():
            return format_list((format_value(item, chosen, currencies) for item in value), chosen)
        case Mapping():
            return format_pairs(value, chosen, currencies)
        case _ if attrs.has(type(value)):
            return format_pairs(_fields(value), chosen, currencies)
        case _:
            return str(value)


def format_pairs(pairs: Mapping[str, object], locale: str = "en", currencies: CurrencyTable | None = None) -> str:
    """Names with their values, for what nobody has put in words.

    >>> format_pairs({"found": 1200, "limit": None})
    'found=1,200, limit=none'
    """
    return ", ".join(f"{name}={format_value(value, locale, currencies)}" for name, value in pairs.items())


def format_list(texts: Iterable[str], locale: str = "en") -> str:
    """Texts joined as the locale joins them; the word for none where there is none.

    >>> format_list(["North", "South", "East"]), format_list(["华北", "华南", "华东"], "zh_CN")
    ('North, South, and East', '华北、华南和华东')
    """
    given, chosen = list(texts), negotiate(locale)
    return _babel_list(given, locale=babel_locale(chosen)) if given else _word("core.plain.none", chosen)


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


def _fields(value: Any) -> dict[str, object]:
    """What makes an attrs value what it is, by the names of its arguments."""
    fields = [field for field in attrs.fields(type(value)) if field.init and field.eq]
    return {field.alias or field.name: getattr(value, field.name) for field in fields}


def _word(code: str, locale: str, otherwise: str = "", /, **values: str) -> str:
    template = find_template(code, locale)
    return otherwise if template is None else template.fill(values)
