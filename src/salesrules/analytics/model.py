"""Results of analytics: tables of named amounts; each says its unit, iterates over its entries and gives records.

Amounts are exact Decimals in one `unit`: a currency code where moneys came in, empty for plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Generic, TypeVar

import attrs

from salesrules.core import InvalidValue, Rate, UnknownName, WordEnum, as_tuple, nearest_names

__all__ = [
    "CumulativeShare",
    "CumulativeShares",
    "RankTies",
    "Ranked",
    "Ranking",
    "RollUp",
    "RolledUp",
    "Share",
    "Shares",
    "Total",
    "Totals",
]


class RankTies(WordEnum):
    """Which ranks equal amounts get.

    `COMPETITION`: 1, 2, 2, 4; `DENSE`: 1, 2, 2, 3; `ORDINAL`: 1, 2, 3, 4, equals in a declared order.
    """

    COMPETITION = "competition"
    DENSE = "dense"
    ORDINAL = "ordinal"


@attrs.frozen(kw_only=True)
class Total:
    """The sum and the number of the rows that share a key; the key has one name for each column of the table."""

    key: tuple[str, ...]
    amount: Decimal
    count: int


@attrs.frozen(kw_only=True)
class Share:
    """A part of a whole: its exact share, and the rounded one that adds up to 100 % with the others."""

    key: str
    amount: Decimal
    exact: Fraction
    rounded: Rate


@attrs.frozen(kw_only=True)
class CumulativeShare:
    """The share of an amount together with all larger ones, exactly and as rounded."""

    key: str
    amount: Decimal
    cumulative_amount: Decimal
    exact: Fraction
    rounded: Rate


@attrs.frozen(kw_only=True)
class Ranked:
    """A place in a ranking; equal amounts may hold the same rank."""

    rank: int
    key: str
    amount: Decimal


@attrs.frozen(kw_only=True)
class RolledUp:
    """A node's own amount, and its total: its own and those of all nodes below it."""

    key: str
    parent: str | None
    own: Decimal
    total: Decimal


Entry = TypeVar("Entry", Total, Share, CumulativeShare, Ranked, RolledUp)


@attrs.frozen(kw_only=True)
class _Table(Generic[Entry]):
    """Entries in order, found by key."""

    unit: str
    entries: tuple[Entry, ...] = attrs.field(converter=as_tuple)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def _by_key(self) -> dict[tuple[str, ...], Entry]:
        return {entry.key if isinstance(entry.key, tuple) else (entry.key,): entry for entry in self.entries}

    def of(self, *key: str) -> Entry:
        """The entry of a key (several names where the table has several columns).

        Raises `UnknownName` with the nearest known keys.
        """
        try:
            return self._by_key[key]
        except KeyError:
            shown, known = ", ".join(map(str, key)), [", ".join(names) for names in self._by_key]
            raise UnknownName("key", shown, nearest_names(shown, known)) from None


@attrs.frozen(kw_only=True)
class Totals(_Table[Total]):
    """Sums by key, in the order of the keys; `columns` name the parts of a key."""

    columns: tuple[str, ...] = attrs.field(converter=as_tuple)
    total: Decimal
    count: int

    def amounts(self, separator: str = " / ") -> dict[str, Decimal]:
        """The sums by name, for the functions that take amounts; the names of several columns are joined.

        Raises `InvalidValue` where two keys would have the same name.
        """
        named = {separator.join(entry.key): entry.amount for entry in self.entries}
        if len(named) < len(self.entries):
            raise InvalidValue("separator", separator, "two keys get the same name; join them by another text")
        return named

    def to_records(self) -> list[dict[str, Any]]:
        """One row per key: its columns, `amount`, `unit` and `count`."""
        return [
            {
                **dict(zip(self.columns, entry.key, strict=True)),
                "amount": entry.amount,
                "unit": self.unit,
                "count": entry.count,
            }
            for entry in self.entries
        ]


@attrs.frozen(kw_only=True)
class Shares(_Table[Share]):
    """Shares in the order of the amounts that were given."""

    total: Decimal

    def to_records(self) -> list[dict[str, Any]]:
        """One row per part: `key`, `amount`, `unit` and the rounded `share` (0.25 for a quarter)."""
        return [
            {"key": entry.key, "amount": entry.amount, "unit": self.unit, "share": entry.rounded.value}
            for entry in self.entries
        ]


@attrs.frozen(kw_only=True)
class CumulativeShares(_Table[CumulativeShare]):
    """Cumulative shares, the largest amount first."""

    total: Decimal

    def to_records(self) -> list[dict[str, Any]]:
        """One row per part: `key`, `amount`, `cumulative_amount`, `unit` and the rounded `cumulative_share`."""
        return [
            {
                "key": entry.key,
                "amount": entry.amount,
                "cumulative_amount": entry.cumulative_amount,
                "unit": self.unit,
                "cumulative_share": entry.rounded.value,
            }
            for entry in self.entries
        ]


@attrs.frozen(kw_only=True)
class Ranking(_Table[Ranked]):
    """Ranks, the first one first."""

    ties: RankTies = attrs.field(converter=RankTies)

    def up_to(self, rank: int) -> tuple[Ranked, ...]:
        """The entries of this rank and better ones; more than `rank` where equals share it."""
        return tuple(entry for entry in self.entries if entry.rank <= rank)

    def to_records(self) -> list[dict[str, Any]]:
        """One row per place: `rank`, `key`, `amount` and `unit`."""
        return [
            {"rank": entry.rank, "key": entry.key, "amount": entry.amount, "unit": self.unit} for entry in self.entries
        ]


@attrs.frozen(kw_only=True)
class RollUp(_Table[RolledUp]):
    """Amounts summed up a tree, in the order of the parent table; `total` is what the roots amount to."""

    total: Decimal

    def to_records(self) -> list[dict[str, Any]]:
        """One row per node: `key`, `parent`, `own`, `total` and `unit`."""
        return [
            {
                "key": entry.key,
                "parent": entry.parent,
                "own": entry.own,
                "total": entry.total,
                "unit": self.unit,
            }
            for entry in self.entries
        ]
