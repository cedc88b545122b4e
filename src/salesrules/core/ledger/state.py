"""The ledger itself: a value that answers by look-up, and shares with the next one what did not change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import attrs
from immutables import Map

from salesrules.core.errors import UnknownName
from salesrules.core.instants import check_instant
from salesrules.core.ledger.amounts import LedgerAmount, is_above
from salesrules.core.ledger.model import Held, LedgerAccount, LedgerBalance, LedgerEntry, Posting, Reservation
from salesrules.core.names import nearest_names

__all__ = ["Expiring", "Ledger", "find", "hour_of", "next_ledger"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Finds(Protocol[T_co]):
    """A map, or a map that is being changed."""

    def __getitem__(self, key: str, /) -> T_co: ...


#: For each tree, then for each hour, the open reservations that expire in it, with their instants.
Expiring = Map[str, Map[datetime, Map[str, datetime]]]


def hour_of(instant: datetime) -> datetime:
    """The full hour, in UTC, that an instant lies in."""
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _as_map(mapping: Mapping[str, Any]) -> Map[str, Any]:
    return mapping if isinstance(mapping, Map) else Map(mapping)


def _expiring(ledger: Ledger) -> Expiring:
    trees: dict[str, dict[datetime, dict[str, datetime]]] = {}
    for id, reservation in ledger.reservations.items():
        if reservation.expires_at is not None and reservation.is_open:
            hours = trees.setdefault(ledger.accounts[reservation.account].root, {})
            hours.setdefault(hour_of(reservation.expires_at), {})[id] = reservation.expires_at
    return Map({root: Map({hour: Map(ids) for hour, ids in hours.items()}) for root, hours in trees.items()})


@attrs.frozen(kw_only=True)
class Ledger:
    """Accounts with what they hold, reservations and postings by id, and the entry of every command by its key.

    Made by `evolve_ledger` and `restore_ledger`; a new one is empty. An adapter that keeps these in tables may make one
    of the rows that a command touches: its accounts with all above them, its reservation or posting, its entry.

    >>> Ledger().headroom("travel")
    Traceback (most recent call last):
    salesrules.core.errors.UnknownName: unknown account 'travel'
    """

    accounts: Map[str, LedgerAccount] = attrs.field(factory=Map, converter=_as_map, repr=False)
    held: Map[str, Held] = attrs.field(factory=Map, converter=_as_map, repr=False)
    reservations: Map[str, Reservation] = attrs.field(factory=Map, converter=_as_map, repr=False)
    postings: Map[str, Posting] = attrs.field(factory=Map, converter=_as_map, repr=False)
    entries: Map[str, LedgerEntry] = attrs.field(factory=Map, converter=_as_map, repr=False)
    expiring: Expiring = attrs.field(default=attrs.Factory(_expiring, takes_self=True), repr=False)

    def account(self, id: str) -> LedgerAccount:
        """The account of that id; raises `UnknownName` with the nearest ones."""
        return find("account", id, self.accounts)

    def reservation(self, id: str) -> Reservation:
        """The reservation of that id; raises `UnknownName` with the nearest ones."""
        return find("reservation", id, self.reservations)

    def posting(self, id: str) -> Posting:
        """The posting of that id; raises `UnknownName` with the nearest ones."""
        return find("posting", id, self.postings)

    def entry(self, key: str) -> LedgerEntry:
        """What came of the command with that key; raises `UnknownName` with the nearest ones."""
        return find("key", key, self.entries)

    def balance(self, account: str) -> LedgerBalance:
        """What an account holds with all accounts below it; raises `UnknownName` for an unknown one."""
        found = self.account(account)
        pending, posted = self.held[account]
        return LedgerBalance(account=account, limit=found.limit, pending=pending, posted=posted)

    def balances(self, account: str) -> tuple[LedgerBalance, ...]:
        """The balances of an account and of every account above it, its own first."""
        return tuple(map(self.balance, self.account(account).chain))

    def headroom(self, account: str) -> LedgerAmount | None:
        """What would still fit at an account and at every account above it; `None` where none of them has a limit."""
        least: LedgerAmount | None = None
        for balance in self.balances(account):
            free = balance.available
            if free is not None and (least is None or is_above(least, free)):
                least = free
        return least

    def due(self, as_of: datetime, root: str | None = None) -> tuple[Reservation, ...]:
        """The open reservations that have expired by an instant, in the tree of one root or in all; the earliest first.

        Raises `InvalidValue` for an instant without a time zone.
        """
        check_instant("as_of", as_of)
        moment, found = as_of.astimezone(UTC), []
        for hours in self.expiring.values() if root is None else [self.expiring.get(root, Map())]:
            for hour, ids in hours.items():
                if hour <= moment:
                    found += [
                        (at, id) for id, expires_at in ids.items() if (at := expires_at.astimezone(UTC)) <= moment
                    ]
        return tuple(self.reservations[id] for _, id in sorted(found))


_new = object.__new__
_set_accounts, _set_held, _set_reservations, _set_postings, _set_entries, _set_expiring = (
    Ledger.__dict__[field.name].__set__ for field in attrs.fields(Ledger)
)


def next_ledger(
    accounts: Map[str, LedgerAccount],
    held: Map[str, Held],
    reservations: Map[str, Reservation],
    postings: Map[str, Posting],
    entries: Map[str, LedgerEntry],
    expiring: Expiring,
) -> Ledger:
    """The private constructor: maps that our own rules made of an older ledger's need no conversion."""
    ledger = _new(Ledger)
    _set_accounts(ledger, accounts)
    _set_held(ledger, held)
    _set_reservations(ledger, reservations)
    _set_postings(ledger, postings)
    _set_entries(ledger, entries)
    _set_expiring(ledger, expiring)
    return ledger


def find(kind: str, id: str | None, known: _Finds[T]) -> T:
    """What a map has under an id; raises `UnknownName` with the nearest ones."""
    try:
        return known[id]  # type: ignore[index]  # no id at all is an unknown one
    except KeyError:
        nearest = nearest_names(id, known) if isinstance(known, Map) else ()
        raise UnknownName(kind, id, nearest) from None
