"""What a ledger can be asked to do; every command carries a key that its client made."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.errors import InvalidValue
from salesrules.core.instants import is_before
from salesrules.core.ledger.amounts import (
    COUNT,
    LedgerAmount,
    capacity_of,
    is_amount,
    is_digits,
    is_limit,
    is_unit,
    places_of,
    unit_of,
    usual_digits,
)
from salesrules.core.validators import is_aware, is_identifier
from salesrules.core.word_enum import WordEnum

__all__ = [
    "ChangeLimit",
    "CloseAccount",
    "ExpireReservations",
    "LedgerBatch",
    "LedgerCommand",
    "LimitLowering",
    "OpenAccount",
    "Post",
    "PostReservation",
    "Refund",
    "Remainder",
    "Reserve",
    "TransferLimit",
    "VoidReservation",
    "same_payload",
]


class LimitLowering(WordEnum):
    """What a new limit below what is used does: it is denied, or it holds, with a finding, and blocks further use."""

    DENY = "deny"
    BLOCK = "block"


class Remainder(WordEnum):
    """What becomes of the rest of a reservation when a part of it is posted: it stays reserved, or is released."""

    KEEP = "keep"
    RELEASE = "release"


@attrs.frozen(kw_only=True)
class _Command:
    """The key that makes it one command however often it is sent, and the instant at which it was first asked."""

    key: str = attrs.field(validator=is_identifier)
    at: datetime = attrs.field(validator=is_aware)


def _are_digits_of_unit(instance: OpenAccount, attribute: attrs.Attribute[int], value: int) -> None:
    is_digits(instance, attribute, value)
    if instance.unit == COUNT and value:
        raise InvalidValue(attribute.name, value, "give 0, since a count is whole")


@attrs.frozen(kw_only=True)
class OpenAccount(_Command):
    """Open an account, under a parent or as the root of a tree.

    `unit` is a currency code or `"count"`; `digits` is how many digits after the point its amounts may have, by
    default those of ISO 4217. `limit` is in the unit, `None` for none. Raises `InvalidValue` where they do not agree.
    """

    account: str = attrs.field(validator=is_identifier)
    unit: str = attrs.field(validator=is_unit)
    digits: int = attrs.field(
        default=attrs.Factory(lambda self: usual_digits(self.unit), takes_self=True), validator=_are_digits_of_unit
    )
    limit: LedgerAmount | None = attrs.field(default=None, validator=is_limit)
    parent: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_identifier))
    lowering: LimitLowering = attrs.field(default=LimitLowering.DENY, converter=LimitLowering)

    def __attrs_post_init__(self) -> None:
        limit = self.limit
        if limit is None:
            return
        if unit_of(limit) != self.unit or places_of(limit) > self.digits:
            remedy = f"give a limit in {self.unit} with at most {self.digits} digits after the point"
            raise InvalidValue("limit", limit, remedy)
        if limit > capacity_of(self.unit, self.digits):  # type: ignore[operator]  # both in the account's unit
            raise InvalidValue("limit", limit, "give less than 10^18 units of the last digit")


@attrs.frozen(kw_only=True)
class CloseAccount(_Command):
    """Close an account to further use; what was posted stays, and can be refunded still."""

    account: str = attrs.field(validator=is_identifier)


@attrs.frozen(kw_only=True)
class ChangeLimit(_Command):
    """Give an account a new limit, or none."""

    account: str = attrs.field(validator=is_identifier)
    limit: LedgerAmount | None = attrs.field(validator=is_limit)


@attrs.frozen(kw_only=True)
class TransferLimit(_Command):
    """Move a part of one account's limit, so far as it is free, to another's."""

    source: str = attrs.field(validator=is_identifier)
    target: str = attrs.field(validator=is_identifier)
    amount: LedgerAmount = attrs.field(validator=is_amount)

    def __attrs_post_init__(self) -> None:
        if self.source == self.target:
            raise InvalidValue("target", self.target, "name another account than the source")


@attrs.frozen(kw_only=True)
class Reserve(_Command):
    """Set an amount aside; the reservation has the command's key as its id.

    From the instant `expires_at` on it can no longer be posted. Raises `InvalidValue` where that is not after `at`.
    """

    account: str = attrs.field(validator=is_identifier)
    amount: LedgerAmount = attrs.field(validator=is_amount)
    expires_at: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(is_aware))

    def __attrs_post_init__(self) -> None:
        if self.expires_at is not None and not is_before(self.at, self.expires_at):
            raise InvalidValue("expires_at", self.expires_at, f"give an instant after {self.at}")


@attrs.frozen(kw_only=True)
class PostReservation(_Command):
    """Post what was reserved: all that is left of it, or `amount`; then `remainder` says what becomes of the rest.

    The posting has the command's key as its id. Raises `InvalidValue` for an amount without `remainder`.
    """

    reservation: str = attrs.field(validator=is_identifier)
    amount: LedgerAmount | None = attrs.field(default=None, validator=attrs.validators.optional(is_amount))
    remainder: Remainder | None = attrs.field(default=None, converter=attrs.converters.optional(Remainder))

    def __attrs_post_init__(self) -> None:
        if (self.amount is None) != (self.remainder is None):
            raise InvalidValue(
                "remainder", self.remainder, "say keep or release where, and only where, an amount is given"
            )


@attrs.frozen(kw_only=True)
class VoidReservation(_Command):
    """Give up what is left of a reservation."""

    reservation: str = attrs.field(validator=is_identifier)


@attrs.frozen(kw_only=True)
class ExpireReservations(_Command):
    """Release every reservation that has expired by `at`."""


@attrs.frozen(kw_only=True)
class Post(_Command):
    """Post an amount without reserving it first; the posting has the command's key as its id."""

    account: str = attrs.field(validator=is_identifier)
    amount: LedgerAmount = attrs.field(validator=is_amount)


@attrs.frozen(kw_only=True)
class Refund(_Command):
    """Take back all or part of one posting; no limit can stand in its way."""

    posting: str = attrs.field(validator=is_identifier)
    amount: LedgerAmount = attrs.field(validator=is_amount)


def _is_text(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str):
        raise InvalidValue(attribute.name, value, "give a text, as `describe_purpose` makes it")


@attrs.frozen(kw_only=True)
class LedgerBatch(_Command):
    """Commands that pass in their order, all or none, each with a key of its own.

    `purpose` is what a client asked for, where the commands are what a service made of it at that moment
    (`describe_purpose`); then it is the payload, and the commands are not. Raises `InvalidValue` for none, for a batch
    within a batch, and for one that has the batch's own key.
    """

    commands: tuple[LedgerCommand, ...] = attrs.field(converter=as_tuple)
    purpose: str = attrs.field(default="", validator=_is_text)

    def __attrs_post_init__(self) -> None:
        if not self.commands:
            raise InvalidValue("commands", self.commands, "give at least one")
        for index, command in enumerate(self.commands):
            if not isinstance(command, _Command) or isinstance(command, LedgerBatch):
                raise InvalidValue(f"commands[{index}]", command, "give a command of a ledger that is no batch")
            if command.key == self.key:
                raise InvalidValue(f"commands[{index}].key", command.key, "give it another key than the batch's")


LedgerCommand = (
    OpenAccount
    | CloseAccount
    | ChangeLimit
    | TransferLimit
    | Reserve
    | PostReservation
    | VoidReservation
    | ExpireReservations
    | Post
    | Refund
    | LedgerBatch
)


def same_payload(first: LedgerCommand, second: LedgerCommand) -> bool:
    """Whether two commands ask for the same; the instant at which they were asked is no part of that."""
    if type(first) is not type(second):
        return False
    if isinstance(first, LedgerBatch) and isinstance(second, LedgerBatch):
        if first.purpose or second.purpose:
            return first.purpose == second.purpose
        pairs = zip(first.commands, second.commands, strict=False)
        return len(first.commands) == len(second.commands) and all(same_payload(*pair) for pair in pairs)
    names = [field.name for field in attrs.fields(type(first)) if field.name != "at"]
    return all(getattr(first, name) == getattr(second, name) for name in names)
