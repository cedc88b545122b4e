"""Commands, decisions and movements of the ledger as text, and back, each equal to what it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from salesrules.core import (
    ALLOW,
    ChangeLimit,
    CloseAccount,
    Decision,
    ExpireReservations,
    InvalidValue,
    LedgerAmount,
    LedgerBatch,
    LedgerCommand,
    LedgerEntry,
    Money,
    Movement,
    OpenAccount,
    Outcome,
    Post,
    PostReservation,
    Reason,
    Refund,
    ReservationStatus,
    Reserve,
    TransferLimit,
    VoidReservation,
)
from salesrules.storage.sql.amounts import to_amount

__all__ = [
    "allowed_text",
    "command_text",
    "decision_text",
    "instant_text",
    "made_text",
    "microseconds",
    "movements_text",
    "to_allowed",
    "to_entry",
    "to_instant",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COMMANDS: Mapping[str, type] = {
    "open": OpenAccount,
    "close": CloseAccount,
    "limit": ChangeLimit,
    "transfer": TransferLimit,
    "reserve": Reserve,
    "post_reservation": PostReservation,
    "void": VoidReservation,
    "expire": ExpireReservations,
    "post": Post,
    "refund": Refund,
    "batch": LedgerBatch,
}
_WORDS = {kind: word for word, kind in _COMMANDS.items()}
_FIELDS = {kind: tuple(field.name for field in attrs.fields(kind)) for kind in _WORDS}
_MOVEMENT = tuple(field.name for field in attrs.fields(Movement))


def instant_text(instant: datetime) -> str:
    """An instant with its offset and, where it has one, the name of its zone, so that it comes back equal.

    >>> instant_text(datetime(2020, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1))
    '2020-10-25T02:30:00+01:00[Europe/Berlin]'
    """
    zone = instant.tzinfo.key if isinstance(instant.tzinfo, ZoneInfo) else None
    return f"{instant.isoformat()}[{zone}]" if zone else instant.isoformat()


def to_instant(text: str) -> datetime:
    """The instant that such a text stands for."""
    written, _, zone = text.removesuffix("]").partition("[")
    instant = datetime.fromisoformat(written)
    try:
        return instant.astimezone(ZoneInfo(zone)) if zone else instant
    except ZoneInfoNotFoundError:  # written on a machine that knows more zones; the instant is the same
        return instant


def microseconds(instant: datetime) -> int:
    """The whole microseconds from 1970 to an instant.

    >>> microseconds(datetime(1970, 1, 1, 1, tzinfo=UTC))
    3600000000
    """
    return (instant - _EPOCH) // _MICROSECOND


def command_text(command: LedgerCommand) -> str:
    """A command as text; the two that many threads send at once are put together by hand, to the same text."""
    kind = type(command)
    if kind is not Reserve and kind is not Post:
        return _write(_command(command))
    assert isinstance(command, Reserve | Post)
    until = f',"expires_at":{_instant_json(command.expires_at)}' if isinstance(command, Reserve) else ""
    return (
        f'["{_WORDS[kind]}",{{"key":{_quoted(command.key)},"at":{_instant_json(command.at)}'
        f',"account":{_quoted(command.account)},"amount":{_amount_json(command.amount)}{until}}}]'
    )


def made_text(command: Reserve | Post) -> str:
    """The one movement that such a command makes where it passes, as text."""
    key, amount = _quoted(command.key), _amount_json(command.amount)
    made = f'"reserved",{_quoted(command.account)},{amount},{key},null'
    if isinstance(command, Post):
        made = f'"posted",{_quoted(command.account)},{amount},null,{key}'
    return f"[[{made}]]"


#: A text as JSON, as `json.dumps` writes it that leaves other alphabets as they are.
_quoted = json.JSONEncoder(ensure_ascii=False).encode


def _amount_json(amount: LedgerAmount) -> str:
    return f'["money","{amount.amount}","{amount.currency}"]' if isinstance(amount, Money) else str(amount)


def _instant_json(instant: datetime | None) -> str:
    return "null" if instant is None else f'["at","{instant_text(instant)}"]'


def decision_text(decision: Decision) -> str:
    """A decision of the ledger as text: it needs no approvals, and changes at no instant by itself."""
    reasons = [
        [reason.code, reason.severity.value, reason.path, {name: _plain(it) for name, it in reason.parameters.items()}]
        for reason in decision.reasons
    ]
    return _write([decision.outcome.value, _plain(decision.headroom), reasons])


def allowed_text(unit: str, digits: int) -> str:
    """A plain yes whose headroom the database works out, in units of an account's last digit."""
    return f'["allow",["units","{unit}",{digits}],[]]'


def to_allowed(headroom: int | None, unit: str, digits: int) -> Decision:
    """A plain yes with a headroom in units."""
    if headroom is None:
        return ALLOW
    return Decision(outcome=Outcome.ALLOW, headroom=to_amount(headroom, unit, digits))


def movements_text(movements: tuple[Movement, ...]) -> str:
    """Movements as text."""
    return _write([[_plain(getattr(movement, name)) for name in _MOVEMENT] for movement in movements])


def to_entry(command: str, decision: str, movements: str, headroom: int | None) -> LedgerEntry:
    """The entry that three texts stand for, with a headroom in units where the decision asks for one."""
    return LedgerEntry(
        command=_to_command(json.loads(command)),
        decision=_to_decision(json.loads(decision), headroom),
        movements=tuple(
            Movement(**dict(zip(_MOVEMENT, map(_value, fields), strict=True))) for fields in json.loads(movements)
        ),
    )


def _write(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _command(command: LedgerCommand) -> list[Any]:
    kind = type(command)
    if kind not in _WORDS:
        raise InvalidValue("command", command, "give a command of a ledger")
    return [_WORDS[kind], {name: _plain(getattr(command, name)) for name in _FIELDS[kind]}]


def _to_command(data: Any) -> Any:
    word, fields = data
    return _COMMANDS[word](**{name: _value(field) for name, field in fields.items()})


def _to_decision(data: Any, units: int | None) -> Decision:
    outcome, headroom, reasons = data
    if type(headroom) is list and headroom[0] == "units":
        return to_allowed(units, headroom[1], headroom[2])
    if outcome == "allow" and headroom is None and not reasons:
        return ALLOW
    return Decision(
        outcome=outcome,
        headroom=_value(headroom),
        reasons=tuple(
            Reason(code, severity, {name: _value(it) for name, it in parameters.items()}, path)
            for code, severity, path, parameters in reasons
        ),
    )


def _plain(value: object) -> Any:
    """A value as plain data: texts, whole numbers and null as they are, others as a list that begins with a word."""
    kind = type(value)
    if value is None or kind is str or kind is int:
        return value
    if isinstance(value, Money):
        return ["money", str(value.amount), value.currency]
    if isinstance(value, datetime):
        return ["at", instant_text(value)]
    if isinstance(value, ReservationStatus):
        return ["status", value.value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return ["all", *map(_plain, value)]
    return ["command", *_command(value)]  # type: ignore[arg-type]  # it refuses what is none


def _value(data: Any) -> Any:
    if type(data) is not list:
        return data
    return _READERS[data[0]](*data[1:])


_READERS: Mapping[str, Callable[..., Any]] = {
    "money": Money,
    "at": to_instant,
    "status": ReservationStatus,
    "all": lambda *values: tuple(map(_value, values)),
    "command": lambda *parts: _to_command(parts),
}
