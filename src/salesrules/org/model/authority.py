"""Acts, the limits of authority over them, and delegations of that authority."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import attrs

from salesrules.core import InvalidValue, Money, Rate, Side, WordEnum, as_tuple
from salesrules.org.model.instants import InstantRange

__all__ = [
    "Act",
    "AmountLimit",
    "ChainEnd",
    "Delegation",
    "DelegationChain",
    "Limit",
    "NoLimit",
    "RankLimit",
    "RateLimit",
]


_NOTHING = Decimal(0)


def _not_negative(instance: object, attribute: attrs.Attribute[Any], value: Money | None) -> None:
    if value is not None and value.amount < _NOTHING:
        raise InvalidValue(attribute.name, value, "give the size of the act, zero or more")


def _no_negative_rate(instance: object, attribute: attrs.Attribute[Any], value: Rate | None) -> None:
    if value is not None and value.value < _NOTHING:
        raise InvalidValue(attribute.name, value, "give the size of the act, zero or more")


@attrs.frozen(kw_only=True)
class AmountLimit:
    """Up to an amount; `side` says where an act of exactly the maximum belongs: `upper` allows it, `lower` does not."""

    kind: Literal["amount"] = "amount"
    maximum: Money = attrs.field(validator=_not_negative)
    side: Side = attrs.field(converter=Side)


@attrs.frozen(kw_only=True)
class RateLimit:
    """Up to a rate, such as a discount; `side` as with `AmountLimit`."""

    kind: Literal["rate"] = "rate"
    maximum: Rate = attrs.field(validator=_no_negative_rate)
    side: Side = attrs.field(converter=Side)


@attrs.frozen(kw_only=True)
class RankLimit:
    """For acts on people: up to a rank (the id of a `Rank`); `side` as with `AmountLimit`."""

    kind: Literal["rank"] = "rank"
    maximum: str
    side: Side = attrs.field(converter=Side)


@attrs.frozen(kw_only=True)
class NoLimit:
    """Any size, also for acts that have none."""

    kind: Literal["unlimited"] = "unlimited"


Limit = AmountLimit | RateLimit | RankLimit | NoLimit


@attrs.frozen(kw_only=True)
class Act:
    """Something to be decided: its kind, its size (at most one of amount, rate and rank) and the unit it concerns.

    `rank` is the rank of the person whom an act on people concerns. Raises `InvalidValue` for two sizes or a negative
    one.
    """

    kind: str
    amount: Money | None = attrs.field(default=None, validator=_not_negative)
    rate: Rate | None = attrs.field(default=None, validator=_no_negative_rate)
    rank: str | None = None
    unit: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.amount is None) + (self.rate is None) + (self.rank is None) < 2:
            sizes = [size for size in (self.amount, self.rate, self.rank) if size is not None]
            raise InvalidValue("size", tuple(map(str, sizes)), "give one of amount, rate and rank")


@attrs.frozen(kw_only=True)
class Delegation:
    """One person lends another their authority in a window of instants, never more than they have.

    `acts` empty means every kind of act; `limit` and `unit` (with all below it) narrow it further. `may_be_passed_on`
    says whether the delegate may delegate it again. Raises `InvalidValue` where somebody delegates to themselves.
    """

    id: str
    grantor: str
    delegate: str
    window: InstantRange
    acts: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    limit: Limit | None = None
    unit: str | None = None
    may_be_passed_on: bool = True

    def __attrs_post_init__(self) -> None:
        if self.grantor == self.delegate:
            raise InvalidValue("delegate", self.delegate, "nobody delegates to themselves; name another person")

    def is_for(self, kind: str) -> bool:
        """Whether this delegation covers a kind of act."""
        return not self.acts or kind in self.acts


class ChainEnd(WordEnum):
    """Why a chain of delegations was followed no further."""

    END = "end"
    BOUND = "bound"
    CYCLE = "cycle"


@attrs.frozen(kw_only=True)
class DelegationChain:
    """The people along a chain of delegations, the first grantor first, the delegations, and why it ended there."""

    people: tuple[str, ...] = attrs.field(converter=as_tuple)
    delegations: tuple[Delegation, ...] = attrs.field(converter=as_tuple)
    end: ChainEnd

    @property
    def delegate(self) -> str:
        """The last person: who acts for the first one (the first themselves where nothing is delegated)."""
        return self.people[-1]
