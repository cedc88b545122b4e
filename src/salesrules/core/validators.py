"""Validators for the fields of frozen values; each names the field, the value and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import attrs

from salesrules.core.errors import InvalidValue
from salesrules.core.instants import check_instant

__all__ = ["check_identifier", "each_is", "is_aware", "is_day", "is_identifier", "is_named", "plain_day"]


def is_named(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    """Refuse anything but a text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(attribute.name, value, "name it")


def is_identifier(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Refuse anything but a name that every database can hold as a key."""
    check_identifier(attribute.name, value)


def check_identifier(field: str, value: object) -> None:
    """Nothing for a printable text of 1 to 200 characters without a blank at either end; else raises `InvalidValue`.

    >>> check_identifier("key", " k7")
    Traceback (most recent call last):
    salesrules.core.errors.InvalidValue: key: ' k7' is not valid; give 1 to 200 printable characters, no blank at an end
    """
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable() or value.strip() != value:
        raise InvalidValue(field, value, "give 1 to 200 printable characters, no blank at an end")


def is_aware(instance: object, attribute: attrs.Attribute[datetime], value: datetime) -> None:
    """Refuse anything but an instant that knows its time zone."""
    check_instant(attribute.name, value)


def plain_day(field: str, value: object) -> date:
    """The value where it is a date without a time; raises `InvalidValue` otherwise."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidValue(field, value, "give a date without a time")
    return value


def is_day(instance: object, attribute: attrs.Attribute[date], value: object) -> None:
    """Refuse anything but a date without a time."""
    if type(value) is not date:
        plain_day(attribute.name, value)


def each_is(kind: type) -> Callable[[object, attrs.Attribute[Any], tuple[object, ...]], None]:
    """A validator that refuses a tuple with anything in it but values of one class."""

    def check(instance: object, attribute: attrs.Attribute[Any], values: tuple[object, ...]) -> None:
        for index, value in enumerate(values):
            if not isinstance(value, kind):
                raise InvalidValue(f"{attribute.name}[{index}]", value, f"give a value of the class {kind.__name__}")

    return check
