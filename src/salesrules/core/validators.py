"""Validators for the fields of frozen values; each names the field, the value and the remedy."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core.errors import InvalidValue

__all__ = ["is_aware", "is_named"]


def is_named(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    """Refuse anything but a text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(attribute.name, value, "name it")


def is_aware(instance: object, attribute: attrs.Attribute[datetime], value: datetime) -> None:
    """Refuse anything but an instant that knows its time zone."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidValue(attribute.name, value, "give an instant with its time zone")
