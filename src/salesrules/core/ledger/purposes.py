"""What a client asked for under a key, as one text, so that the key cannot stand for anything else later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from salesrules.core.decisions import Decision
from salesrules.core.errors import IdempotencyConflict, InvalidValue, UnknownName
from salesrules.core.ledger.commands import LedgerBatch
from salesrules.core.money import Money
from salesrules.core.word_enum import WordEnum

if TYPE_CHECKING:
    from salesrules.core.storage_ports import LedgerStore

__all__ = ["describe_purpose", "find_replay"]


def describe_purpose(command: str, /, **values: object) -> str:
    """A command with its values as one text: equal for equal values, however they are written, and for no others.

    Values are texts, whole numbers, decimals, money, days, instants, frozen values of these, and lists of them. Raises
    `InvalidValue` for anything else.

    >>> describe_purpose("transfer", source="fairs", amount=Money("100.00", "EUR"))
    'transfer {"amount": "EUR 100", "source": "fairs"}'
    """
    plain = {name: _plain(value, name) for name, value in values.items()}
    return f"{command} {json.dumps(plain, ensure_ascii=False, sort_keys=True)}"


def find_replay(ledger: LedgerStore, key: str, purpose: str) -> Decision | None:
    """What came of a key before, `None` for a new one.

    A service asks this before it looks at anything else, since what it would look at has changed by the command itself.
    Raises `IdempotencyConflict` where the key came for another purpose, with both.
    """
    try:
        known = ledger.entry(key)
    except UnknownName:
        return None
    before = known.command.purpose if isinstance(known.command, LedgerBatch) else ""
    if before != purpose:
        raise IdempotencyConflict(key, before or known.command, purpose)
    return known.decision


def _plain(value: Any, path: str) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, WordEnum):
        return value.value
    if isinstance(value, Money):
        return f"{value.currency} {_number(value.amount)}"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(it, f"{path}.{name}") for name, it in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(it, f"{path}[{place}]") for place, it in enumerate(value)]
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        return {field.name: _plain(getattr(value, field.name), f"{path}.{field.name}") for field in fields}
    raise InvalidValue(path, value, "give texts, numbers, money, days, instants, or frozen values of them")


def _number(value: Decimal) -> str:
    """A decimal without the zeros at its end, so that 100.00 and 100 are one."""
    text = format(value, "f")
    shown = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if shown == "-0" else shown
