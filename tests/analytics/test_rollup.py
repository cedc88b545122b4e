import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.analytics import RolledUp, check_tie_out, roll_up
from salesrules.core import ALLOW, CurrencyMismatch, InvalidDocument, InvalidValue, Money, SupportsRecords

TREE = {"n1": "north", "all": None, "north": "all", "south": "all", "abroad": None}


def test_each_node_has_its_own_and_all_below_it():
    sums = roll_up({"n1": Decimal("5.5"), "south": 2, "north": 1, "abroad": 4}, TREE)
    assert list(sums) == [
        RolledUp(key="n1", parent="north", own=Decimal("5.5"), total=Decimal("5.5")),
        RolledUp(key="all", parent=None, own=Decimal(0), total=Decimal("8.5")),
        RolledUp(key="north", parent="all", own=Decimal(1), total=Decimal("6.5")),
        RolledUp(key="south", parent="all", own=Decimal(2), total=Decimal(2)),
        RolledUp(key="abroad", parent=None, own=Decimal(4), total=Decimal(4)),
    ]
    assert sums.total == Decimal("12.5")
    assert sums.of("north").total == Decimal("6.5")
    assert sums.unit == ""


@st.composite
def forests(draw):
    size = draw(st.integers(0, 12))
    parents = {str(n): draw(st.sampled_from([None, *map(str, range(n))])) for n in range(size)}
    shuffled = {node: parents[node] for node in draw(st.permutations(list(parents)))}
    amounts = draw(st.dictionaries(st.sampled_from(list(parents)), st.integers(-9, 9))) if parents else {}
    return amounts, shuffled


def under(node, top, parents):
    while node is not None:
        if node == top:
            return True
        node = parents[node]
    return False


@given(forests())
def test_totals_are_those_of_a_walk_from_every_node_and_tie(forest):
    amounts, parents = forest
    sums = roll_up(amounts, parents)
    assert [entry.key for entry in sums] == list(parents)
    for entry in sums:
        assert entry.own == amounts.get(entry.key, 0)
        assert entry.total == sum(n for node, n in amounts.items() if under(node, entry.key, parents))
    assert sums.total == sum(amounts.values())
    assert check_tie_out([entry.total for entry in sums if entry.parent is None], sums.total) is ALLOW
    assert check_tie_out([entry.own for entry in sums], sums.total) is ALLOW


def test_a_chain_of_any_depth_is_summed_without_recursion():
    depth = 50_000
    started = time.perf_counter()
    chain = {str(n): str(n - 1) if n else None for n in range(depth)}
    assert roll_up({str(depth - 1): 7}, chain).of("0").total == 7
    assert time.perf_counter() - started < 10


def test_all_faults_come_at_once_with_their_places():
    parents = {"a": "b", "b": "c", "c": "a", "self": "self", "below": "a", "lost": "nowhere", "root": None}
    with pytest.raises(InvalidDocument) as caught:
        roll_up({"ghost": 5, "root": 1}, parents)
    assert [(fault.code, fault.path, fault.value) for fault in caught.value.faults] == [
        ("analytics.unknown_node", "amounts[ghost]", 5),
        ("analytics.unknown_parent", "parents[lost]", "nowhere"),
        ("analytics.cycle", "parents[a]", None),
        ("analytics.cycle", "parents[self]", None),
    ]
    assert [fault.problem for fault in caught.value.faults] == [
        "the tree has no such node, so its amount would be lost",
        "the tree has no such node",
        "a cycle: a > b > c > a",
        "a cycle: self > self",
    ]
    assert [fault.remedy for fault in caught.value.faults] == [
        "add the node to the tree or leave out its amount",
        "add the parent to the tree or name another one",
        "give one of them another parent, or none",
        "give one of them another parent, or none",
    ]


def test_a_cycle_of_an_empty_name_is_found_too():
    with pytest.raises(InvalidDocument, match="a cycle: x >  > x"):
        roll_up({}, {"x": "", "": "x"})
    assert roll_up({"": 1}, {"": None, "x": ""}).of("").total == 1


def test_moneys_records_and_wrong_amounts():
    sums = roll_up({"b": Money("1.50", "CNY")}, {"a": None, "b": "a"})
    assert isinstance(sums, SupportsRecords)
    assert sums.to_records() == [
        {"key": "a", "parent": None, "own": Decimal(0), "total": Decimal("1.50"), "unit": "CNY"},
        {"key": "b", "parent": "a", "own": Decimal("1.50"), "total": Decimal("1.50"), "unit": "CNY"},
    ]
    with pytest.raises(CurrencyMismatch):
        roll_up({"a": Money(1, "CNY"), "b": Money(2, "USD")}, {"a": None, "b": "a"})
    with pytest.raises(InvalidValue, match=r"^amounts\[a\]: "):
        roll_up({"a": 0.5}, {"a": None})
    assert roll_up({}, {}).total == 0
