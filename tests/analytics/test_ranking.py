from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.analytics import Ranked, RankTies, rank
from salesrules.core import CurrencyMismatch, InvalidValue, Money, SupportsRecords, UnknownName

AMOUNTS = {"a": 7, "b": 9, "c": 7, "d": 5}


def places(ranking):
    return [(entry.rank, entry.key) for entry in ranking]


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [("competition", [1, 2, 2, 4]), ("dense", [1, 2, 2, 3]), ("ordinal", [1, 2, 3, 4])],
)
def test_each_rule_for_equal_amounts(ties, ranks):
    ranking = rank(AMOUNTS, ties=ties, order="dcba")
    assert places(ranking) == list(zip(ranks, "bcad", strict=True))
    assert ranking.ties is RankTies(ties)


def test_equals_are_listed_by_their_text_unless_an_order_is_declared():
    assert places(rank(AMOUNTS, ties=RankTies.COMPETITION)) == [(1, "b"), (2, "a"), (2, "c"), (4, "d")]
    assert places(rank(AMOUNTS, ties=RankTies.ORDINAL, order=["c", "a", "b", "d"]))[1] == (2, "c")


def test_the_lowest_may_come_first():
    ranking = rank(AMOUNTS, ties=RankTies.COMPETITION, lowest_first=True)
    assert places(ranking) == [(1, "d"), (2, "a"), (2, "c"), (4, "b")]


def test_an_ordinal_ranking_needs_its_order():
    with pytest.raises(InvalidValue) as caught:
        rank(AMOUNTS, ties=RankTies.ORDINAL)
    assert (caught.value.field, caught.value.value) == ("order", None)
    assert caught.value.remedy == "declare the order of equal amounts for an ordinal ranking"


@pytest.mark.parametrize("order", [[], ["a", "b", "c"], ["a", "b", "c", "d", "e"], ["a", "b", "c", "c"]])
def test_the_order_names_every_key_once(order):
    with pytest.raises(InvalidValue, match="order"):
        rank(AMOUNTS, ties=RankTies.DENSE, order=order)


@given(st.dictionaries(st.text(max_size=2), st.integers(-3, 3)), st.booleans())
def test_ranks_are_what_their_names_mean(amounts, lowest_first):
    def better(other, key):
        return amounts[other] < amounts[key] if lowest_first else amounts[other] > amounts[key]

    order = sorted(amounts, reverse=True)
    for entry in rank(amounts, ties=RankTies.COMPETITION, lowest_first=lowest_first):
        assert entry.rank == 1 + sum(better(other, entry.key) for other in amounts)
    for entry in rank(amounts, ties=RankTies.DENSE, lowest_first=lowest_first):
        assert entry.rank == 1 + len({amounts[other] for other in amounts if better(other, entry.key)})
    ordinal = rank(amounts, ties=RankTies.ORDINAL, order=order, lowest_first=lowest_first)
    for entry in ordinal:
        ahead = [o for o in amounts if better(o, entry.key)]
        equals = [o for o in order[: order.index(entry.key)] if amounts[o] == amounts[entry.key]]
        assert entry.rank == 1 + len(ahead) + len(equals)
    assert [entry.rank for entry in ordinal] == list(range(1, len(amounts) + 1))


def test_decimals_are_compared_by_value():
    ranking = rank({"a": Decimal("1.0"), "b": Decimal("1.00"), "c": Decimal("1.001")}, ties=RankTies.DENSE)
    assert places(ranking) == [(1, "c"), (2, "a"), (2, "b")]


def test_up_to_a_rank_includes_all_who_share_it():
    ranking = rank(AMOUNTS, ties=RankTies.COMPETITION)
    assert [entry.key for entry in ranking.up_to(2)] == ["b", "a", "c"]
    assert [entry.key for entry in ranking.up_to(1)] == ["b"]
    assert ranking.up_to(0) == ()
    assert len(ranking.up_to(4)) == 4


def test_moneys_records_and_look_up():
    ranking = rank({"a": Money(1, "CNY"), "b": Money(2, "CNY")}, ties=RankTies.DENSE)
    assert isinstance(ranking, SupportsRecords)
    assert ranking.to_records() == [
        {"rank": 1, "key": "b", "amount": Decimal(2), "unit": "CNY"},
        {"rank": 2, "key": "a", "amount": Decimal(1), "unit": "CNY"},
    ]
    assert ranking.of("a") == Ranked(rank=2, key="a", amount=Decimal(1))
    with pytest.raises(UnknownName):
        ranking.of("x")
    with pytest.raises(CurrencyMismatch):
        rank({"a": Money(1, "CNY"), "b": Money(2, "USD")}, ties=RankTies.DENSE)
    with pytest.raises(InvalidValue, match="rank_ties: 'best' is not valid"):
        rank({}, ties="best")
    assert len(rank({}, ties=RankTies.DENSE)) == 0
