"""Whether one limit of authority lies within another, and whether a unit lies within a reach."""

from __future__ import annotations

from typing import Any

from salesrules.core import Money, PolicyReference, Rate, Reason, Side
from salesrules.org import reasons
from salesrules.org.model import Act, AmountLimit, Limit, NoLimit, RankLimit, RateLimit
from salesrules.org.policy import OrgPolicy
from salesrules.org.rules.hierarchy import Hierarchy

__all__ = ["find_limit_fault", "find_reach_fault", "is_within_unit", "size_of"]


def size_of(act: Act) -> Limit | None:
    """The size of an act as the smallest limit that allows it; `None` for an act without a size."""
    if act.amount is not None:
        return AmountLimit(maximum=act.amount, side=Side.UPPER)
    if act.rate is not None:
        return RateLimit(maximum=act.rate, side=Side.UPPER)
    if act.rank is not None:
        return RankLimit(maximum=act.rank, side=Side.UPPER)
    return None


def find_limit_fault(
    asked: Limit | None, limit: Limit, policy: OrgPolicy, where: PolicyReference | None = None
) -> Reason | None:
    """Why what is asked goes beyond a limit, `None` where it stays within.

    Sizes of another kind or currency, ranks that the policy does not know, and acts without a size are within no
    limit but `NoLimit`.
    """
    if isinstance(limit, NoLimit):
        return None
    sizes = _comparable(asked, limit, policy)
    if sizes is not None and sizes[0] <= sizes[1]:
        return None
    shown: dict[str, Any] = {"asked": _shown(asked), "limit": _shown(limit)}
    if sizes is None:
        return reasons.AUTHORITY_OTHER_SIZE(**shown, policy=where)
    return reasons.AUTHORITY_EXCEEDED(**shown, policy=where)


def _comparable(
    asked: Limit | None, limit: Limit, policy: OrgPolicy
) -> tuple[tuple[Any, bool], tuple[Any, bool]] | None:
    """Both sizes as (maximum, whether the maximum itself is allowed), where they can be compared."""
    match asked, limit:
        case AmountLimit(), AmountLimit() if asked.maximum.currency == limit.maximum.currency:
            return (asked.maximum.amount, _closed(asked)), (limit.maximum.amount, _closed(limit))
        case RateLimit(), RateLimit():
            return (asked.maximum.value, _closed(asked)), (limit.maximum.value, _closed(limit))
        case RankLimit(), RankLimit():
            levels = policy.rank_level(asked.maximum), policy.rank_level(limit.maximum)
            if None not in levels:
                return (levels[0], _closed(asked)), (levels[1], _closed(limit))
    return None


def _closed(limit: AmountLimit | RateLimit | RankLimit) -> bool:
    return limit.side is Side.UPPER


def _shown(limit: Limit | None) -> Money | Rate | str | None:
    return "∞" if isinstance(limit, NoLimit) else None if limit is None else limit.maximum


def find_reach_fault(
    asked: str | None, within: str | None, units: Hierarchy, where: PolicyReference | None = None
) -> Reason | None:
    """Why a unit lies outside a reach (`within=None`: anywhere), `None` where it lies inside."""
    if within is None or is_within_unit(asked, within, units):
        return None
    return reasons.AUTHORITY_OUT_OF_REACH(unit=asked, within=within, policy=where)


def is_within_unit(unit: str | None, within: str, units: Hierarchy) -> bool:
    """Whether a unit is another one or lies below it; units that do not stand on the day lie nowhere."""
    return unit is not None and unit in units and within in units and units.is_within(unit, within)
