"""Market-share goals, and goals from growth."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import InvalidValue, Rate
from salesrules.quotas import calculate_growth_quota, convert_market_share, split_market_share


def test_a_share_of_a_market_is_a_volume(make_line, policy) -> None:
    line = make_line("2020", "0.125", unit="share", measure="market_share")
    volume = convert_market_share(line, Decimal("1000.10"), "USD", policy)
    assert (str(volume.amount), volume.unit, volume.measure) == ("125.01", "USD", "amount")
    pieces = convert_market_share(line, Decimal(1000), "count", policy, measure="quantity")
    assert (str(pieces.amount), pieces.measure) == ("125", "quantity")
    with pytest.raises(InvalidValue, match="only a market share"):
        convert_market_share(make_line("2020"), Decimal(1), "USD", policy)
    with pytest.raises(InvalidValue, match="above zero"):
        convert_market_share(line, Decimal(0), "USD", policy)


@settings(deadline=None)
@given(
    share=st.decimals(0, 1, places=4),
    markets=st.lists(st.decimals(1, 10**6, places=2), min_size=1, max_size=6),
)
def test_units_owe_the_same_share_and_sum_to_that_of_the_whole_market(share, markets) -> None:
    from datetime import date

    from salesrules.core import DateRange, PolicyLife, Rounding
    from salesrules.quotas import QuotaPolicy

    policy = QuotaPolicy(
        life=PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1))),
        rounding=Rounding(digits=2, mode="half_up"),
    )
    sizes = {str(index): size for index, size in enumerate(markets)}
    parts = split_market_share(Rate(share), sizes, "USD", policy)
    whole = policy.rounding(Fraction(share) * Fraction(sum(markets)))
    assert sum(volume for volume, _ in parts.values()) == whole
    for name, (volume, own) in parts.items():
        assert own == Fraction(volume) / Fraction(sizes[name])
        assert abs(Fraction(volume) - Fraction(share) * Fraction(sizes[name])) < Fraction(2, 100)


def test_weights_ask_more_of_some_units(policy) -> None:
    sizes = {"north": Decimal(1000), "south": Decimal(3000)}
    parts = split_market_share(Rate.parse("10%"), sizes, "USD", policy, {"south": 1, "north": 1})
    assert parts == {"north": (200, Fraction(1, 5)), "south": (200, Fraction(1, 15))}


def test_impossible_market_shares_are_refused(policy) -> None:
    sizes = {"north": Decimal(100), "south": Decimal(3000)}
    with pytest.raises(InvalidValue, match="of a market of 100"):
        split_market_share(Rate.parse("10%"), sizes, "USD", policy, {"north": 1, "south": 0})
    exactly = split_market_share(Rate.parse("100%"), sizes, "USD", policy)
    assert exactly["north"] == (100, 1)
    with pytest.raises(InvalidValue, match="one weight for each"):
        split_market_share(Rate.parse("10%"), sizes, "USD", policy, {"north": 1})
    with pytest.raises(InvalidValue, match="above zero"):
        split_market_share(Rate.parse("10%"), {"north": Decimal(0)}, "USD", policy)


def test_growth_may_be_negative_and_is_rounded_once(policy) -> None:
    assert str(calculate_growth_quota(Decimal("100.10"), Rate.parse("0.05%"), "USD", policy)) == "100.15"
    assert calculate_growth_quota(Decimal(100), Rate.parse("-20%"), "USD", policy) == 80
