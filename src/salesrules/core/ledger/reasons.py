"""The reason codes that a ledger can give."""

from __future__ import annotations

from salesrules.core.decisions import ReasonCode

__all__ = [
    "ACCOUNT_CLOSED",
    "ACCOUNT_EXISTS",
    "ACCOUNT_IN_USE",
    "LIMIT_BELOW_USED",
    "LIMIT_NOT_FREE",
    "NOT_LIMITED",
    "OVER_CAPACITY",
    "OVER_LIMIT",
    "OVER_REFUND",
    "OVER_RESERVATION",
    "REASONS",
    "RESERVATION_CLOSED",
    "RESERVATION_EXPIRED",
    "TOO_DEEP",
    "TOO_PRECISE",
    "UNIT_OF_PARENT",
    "UNKNOWN_ACCOUNT",
    "UNKNOWN_POSTING",
    "UNKNOWN_RESERVATION",
    "WRONG_UNIT",
]

#: An amount does not fit under the limit of an account, which may be one above the account that was asked.
OVER_LIMIT = ReasonCode("ledger.over_limit", ("account", "limit", "posted", "pending", "asked", "headroom"))
#: An amount would make an account hold more than any account can.
OVER_CAPACITY = ReasonCode("ledger.over_capacity", ("account", "capacity", "asked"))
#: There is no such account.
UNKNOWN_ACCOUNT = ReasonCode("ledger.unknown_account", ("account", "nearest"))
#: The account was closed.
ACCOUNT_CLOSED = ReasonCode("ledger.account_closed", ("account",))
#: An account of that id was opened before.
ACCOUNT_EXISTS = ReasonCode("ledger.account_exists", ("account",))
#: An account with something pending, or with open accounts under it, cannot be closed.
ACCOUNT_IN_USE = ReasonCode("ledger.account_in_use", ("account", "pending", "children"))
#: The tree would have more levels than a ledger allows.
TOO_DEEP = ReasonCode("ledger.too_deep", ("account", "levels", "most"))
#: An account has another unit, or other digits, than the account above it.
UNIT_OF_PARENT = ReasonCode("ledger.unit_of_parent", ("account", "unit", "digits", "parent", "expected", "places"))
#: An amount is not in the unit of the account.
WRONG_UNIT = ReasonCode("ledger.wrong_unit", ("account", "unit", "asked"))
#: An amount has more digits after the point than the account keeps.
TOO_PRECISE = ReasonCode("ledger.too_precise", ("account", "digits", "asked"))
#: A new limit lies below what is used; a warning where the account allows that.
LIMIT_BELOW_USED = ReasonCode("ledger.limit_below_used", ("account", "limit", "posted", "pending", "excess"))
#: Less of a limit is free than should be transferred.
LIMIT_NOT_FREE = ReasonCode("ledger.limit_not_free", ("account", "limit", "posted", "pending", "asked", "headroom"))
#: An account without a limit can neither give nor take a part of one.
NOT_LIMITED = ReasonCode("ledger.not_limited", ("account",))
#: There is no such reservation.
UNKNOWN_RESERVATION = ReasonCode("ledger.unknown_reservation", ("reservation", "nearest"))
#: Nothing is left of the reservation: it was posted, voided or has expired.
RESERVATION_CLOSED = ReasonCode("ledger.reservation_closed", ("reservation", "status"))
#: The reservation expired before it was posted.
RESERVATION_EXPIRED = ReasonCode("ledger.reservation_expired", ("reservation", "expires_at", "instant"))
#: More should be posted than is left of the reservation.
OVER_RESERVATION = ReasonCode("ledger.over_reservation", ("reservation", "asked", "headroom"))
#: There is no such posting.
UNKNOWN_POSTING = ReasonCode("ledger.unknown_posting", ("posting", "nearest"))
#: More should be refunded than was posted and is not refunded yet.
OVER_REFUND = ReasonCode("ledger.over_refund", ("posting", "posted", "refunded", "asked", "headroom"))

REASONS = (
    OVER_LIMIT,
    OVER_CAPACITY,
    UNKNOWN_ACCOUNT,
    ACCOUNT_CLOSED,
    ACCOUNT_EXISTS,
    ACCOUNT_IN_USE,
    TOO_DEEP,
    UNIT_OF_PARENT,
    WRONG_UNIT,
    TOO_PRECISE,
    LIMIT_BELOW_USED,
    LIMIT_NOT_FREE,
    NOT_LIMITED,
    UNKNOWN_RESERVATION,
    RESERVATION_CLOSED,
    RESERVATION_EXPIRED,
    OVER_RESERVATION,
    UNKNOWN_POSTING,
    OVER_REFUND,
)
