"""What every table declares: its file, and how the text of its dates and numbers is read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import attrs

from salesrules.core import InvalidValue, Rounding

__all__ = ["NumberFormat", "TableSource", "not_empty"]

_PROBES = (datetime(2003, 11, 24), datetime(2024, 2, 29))  # noqa: DTZ001  # days have no zone


def _mark(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if len(value) != 1 or value.isalnum() or value in "+-" or not (value.isprintable() or value.isspace()):
        raise InvalidValue(attribute.name, value, "give one sign that is no letter, digit, plus or minus")


def _other_than_decimal(instance: NumberFormat, attribute: attrs.Attribute[str], value: str) -> None:
    if value == instance.decimal:
        raise InvalidValue(attribute.name, value, "give another sign than the decimal mark")


def _separator(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if len(value) != 1 or value in '"\r\n\0':
        raise InvalidValue(attribute.name, value, "give one character, such as ',' or ';'")


def _tells_days_apart(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    """A pattern that a day comes back from; one without a year would put every order into 1900."""
    try:
        found = [datetime.strptime(probe.strftime(value), value).date() for probe in _PROBES]  # noqa: DTZ007  # as above
    except (ValueError, re.error):  # a pattern that names something twice is an error of the regular expression
        found = []
    if found != [probe.date() for probe in _PROBES]:
        raise InvalidValue(attribute.name, value, "give a pattern with year, month and day, such as '%d.%m.%Y'")


def not_empty(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse nothing where something is needed."""
    if not value:
        raise InvalidValue(attribute.name, value, "give at least one")


@attrs.frozen(kw_only=True)
class NumberFormat:
    """How numbers are written: the decimal mark, and the mark between groups of three digits, if any."""

    decimal: str = attrs.field(default=".", validator=_mark)
    group: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.and_(_mark, _other_than_decimal))
    )


@attrs.frozen(kw_only=True)
class TableSource:
    """A CSV or Parquet file inside the company's folder, with the formats of its dates and numbers.

    A file whose name ends in `.parquet` is read as Parquet (extra `frames`); its encoding and separator say nothing.

    `encoding` is a name that Python knows, such as `gb18030` or `cp1252`; nothing is guessed. `date_format` is a
    `strptime` pattern. `rounding` is declared where amounts may have more digits than are kept; without it, more
    digits than the currency's are kept as they are.
    """

    file: str
    encoding: str = "utf-8"
    separator: str = attrs.field(default=",", validator=_separator)
    date_format: str = attrs.field(default="%Y-%m-%d", validator=_tells_days_apart)
    number_format: NumberFormat = NumberFormat()  # frozen, so safe to share
    rounding: Rounding | None = None
