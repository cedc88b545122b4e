"""A ledger for everything that is limited: reserve, then post, void or let expire; never over a limit, at any level.

>>> from datetime import UTC, datetime
>>> from salesrules.core.money import Money
>>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
>>> def cny(amount):
...     return Money(amount, "CNY")
>>> ledger = Ledger()
>>> for command in [
...     OpenAccount(key="k1", at=noon, account="2026", unit="CNY", limit=cny(1000)),
...     OpenAccount(key="k2", at=noon, account="2026/travel", parent="2026", unit="CNY", limit=cny(400)),
...     Reserve(key="trip-7", at=noon, account="2026/travel", amount=cny(300)),
... ]:
...     ledger = advance_ledger(ledger, command)
>>> decision, entries = decide_ledger(ledger, Post(key="k3", at=noon, account="2026/travel", amount=cny(200)))
>>> decision.outcome.value, decision.reasons[0].code, decision.headroom
('deny', 'ledger.over_limit', Money('100', 'CNY'))
>>> ledger = advance_ledger(
...     ledger, PostReservation(key="k4", at=noon, reservation="trip-7", amount=cny(250), remainder="release")
... )
>>> [(balance.account, str(balance.posted), str(balance.available)) for balance in ledger.balances("2026/travel")]
[('2026/travel', 'CNY 250', 'CNY 150'), ('2026', 'CNY 250', 'CNY 750')]
"""

from salesrules.core.ledger.amounts import COUNT, LedgerAmount
from salesrules.core.ledger.commands import (
    ChangeLimit,
    CloseAccount,
    ExpireReservations,
    LedgerBatch,
    LedgerCommand,
    LimitLowering,
    OpenAccount,
    Post,
    PostReservation,
    Refund,
    Remainder,
    Reserve,
    TransferLimit,
    VoidReservation,
)
from salesrules.core.ledger.deciding import advance_ledger, decide_ledger
from salesrules.core.ledger.evolving import evolve_ledger, restore_ledger
from salesrules.core.ledger.model import (
    Held,
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    Movement,
    MovementKind,
    Posting,
    Reservation,
    ReservationStatus,
)
from salesrules.core.ledger.purposes import describe_purpose, find_replay
from salesrules.core.ledger.reasons import REASONS
from salesrules.core.ledger.state import Ledger

__all__ = [
    "COUNT",
    "REASONS",
    "ChangeLimit",
    "CloseAccount",
    "ExpireReservations",
    "Held",
    "Ledger",
    "LedgerAccount",
    "LedgerAmount",
    "LedgerBalance",
    "LedgerBatch",
    "LedgerCommand",
    "LedgerEntry",
    "LimitLowering",
    "Movement",
    "MovementKind",
    "OpenAccount",
    "Post",
    "PostReservation",
    "Posting",
    "Refund",
    "Remainder",
    "Reservation",
    "ReservationStatus",
    "Reserve",
    "TransferLimit",
    "VoidReservation",
    "advance_ledger",
    "decide_ledger",
    "describe_purpose",
    "evolve_ledger",
    "find_replay",
    "restore_ledger",
]
