"""Team pools: what feeds them, what they pay, and how it is split among their members."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.commissions.policy.plans import Component
from salesrules.core import DateRange, RoundingMode, TieOrder, WordEnum, as_tuple, to_decimal

__all__ = ["PoolMember", "PoolSplit", "TeamPool"]


class PoolSplit(WordEnum):
    """How a pool is split: in equal parts, by the members' weights, or by the credits of their own that fed it."""

    EQUAL = "equal"
    WEIGHTED = "weighted"
    BY_SHARE = "by_share"


def _number_or_none(value: object) -> Decimal | None:
    return None if value is None else to_decimal(value, "gate")


@attrs.frozen(kw_only=True)
class PoolMember:
    """Who has a part in a pool on which days, named or by position; a part of a period counts by its days."""

    id: str
    effective: DateRange
    payees: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    positions: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    weight: Decimal = attrs.field(default=Decimal(1), converter=to_decimal)


@attrs.frozen(kw_only=True)
class TeamPool:
    """An amount earned together in each pay period that begins within `effective`, split without losing a cent.

    `component` says which roles feed it, what is measured and how that pays. It is fed by the credits of the payees or
    positions in `sources` (all, where there are none), from whatever department, and by what the pools in `pools` pay,
    which is an amount. A return lowers the running measure. A period pays nothing unless its measure reaches `gate`;
    the gate itself pays. A table by attainment takes the quota of a holder with the pool's id. Parts are paid besides
    what a plan pays: no draw counts them, and they recover nothing.
    """

    id: str
    effective: DateRange
    currency: str
    component: Component
    sources: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    pools: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    gate: Decimal | None = attrs.field(default=None, converter=_number_or_none)
    members: tuple[PoolMember, ...] = attrs.field(converter=as_tuple)
    split: PoolSplit = attrs.field(converter=PoolSplit)
    ties: TieOrder = attrs.field(default=TieOrder.FIRST, converter=TieOrder)
    rounding: RoundingMode = attrs.field(default=RoundingMode.HALF_UP, converter=RoundingMode)
