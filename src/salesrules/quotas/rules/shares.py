"""Market-share goals: turned into volumes by the size of the market, and split over units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import InvalidValue, Rate, exact_product, exact_sum, to_decimal
from salesrules.quotas.model import Measure, Quota
from salesrules.quotas.policy import QuotaPolicy
from salesrules.quotas.rules.allocation import Weight, split_amount

__all__ = ["calculate_growth_quota", "convert_market_share", "split_market_share"]


def convert_market_share(
    quota: Quota, market: Decimal, unit: str, policy: QuotaPolicy, *, measure: str = Measure.AMOUNT
) -> Quota:
    """A market-share line as a line of what it means in a market of a size, in `unit`, rounded as policy says.

    Raises `InvalidValue` where the line is not a market share or the market is not above zero.
    """
    if quota.measure != Measure.MARKET_SHARE:
        raise InvalidValue("quota.measure", quota.measure, "only a market share can be turned into a volume")
    _check_market("market", market)
    volume = policy.rounding_of(unit)(exact_product(quota.amount, market))
    return attrs.evolve(quota, amount=volume, unit=unit, measure=measure, origin=None)


def split_market_share(
    share: Rate,
    markets: Mapping[str, Decimal],
    unit: str,
    policy: QuotaPolicy,
    weights: Mapping[str, Weight] | None = None,
) -> dict[str, tuple[Decimal, Fraction]]:
    """A share of the whole market split over units: for each its volume in `unit` and its exact share of its market.

    `markets` are the sizes of the units' markets in `unit`. The volumes sum to the share of the whole market, rounded
    as policy says. They are split by `weights`, or, where none are given, by the sizes, so that every unit owes the
    same share to the unit of rounding. Raises `InvalidValue` for a market that is not above zero, for weights of other
    units than the markets, and for a split that asks a unit for more than its market.
    """
    for name, market in markets.items():
        _check_market(f"markets[{name}]", market)
    used = markets if weights is None else weights
    if used.keys() != markets.keys():
        raise InvalidValue("weights", sorted(used), f"give one weight for each of {sorted(markets)}")
    whole = policy.rounding_of(unit)(share.of(exact_sum(markets.values())))
    volumes = split_amount(whole, {name: used[name] for name in markets}, unit, policy)
    for name, volume in volumes.items():
        if volume > markets[name]:
            raise InvalidValue(f"weights[{name}]", used[name], f"it asks for {volume} of a market of {markets[name]}")
    return {name: (volume, Fraction(volume) / Fraction(markets[name])) for name, volume in volumes.items()}


def calculate_growth_quota(base: Decimal, growth: Rate, unit: str, policy: QuotaPolicy) -> Decimal:
    """The sales of a past period plus growth, in `unit`, rounded as policy says; growth may be negative.

    Source: quota setting by territory growth, "last quarter's sales + growth" (blog.salescookie.com, 2024-07-17).
    """
    return policy.rounding_of(unit)(exact_sum((to_decimal(base, "base"), growth.of(base))))


def _check_market(field: str, market: Decimal) -> None:
    if to_decimal(market, field) <= 0:
        raise InvalidValue(field, market, "give the size of the market, above zero")
