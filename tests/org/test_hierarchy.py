"""Trees: refused tables name every fault; chains, subtrees and sums agree with a literal reading of the table."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidDocument, InvalidValue, PrecisionExceeded, UnknownName
from salesrules.org import Hierarchy, find_tree_faults

SALES = {"sales": None, "north": "sales", "south": "sales", "n1": "north", "n2": "north", "n11": "n1"}


@st.composite
def forests(draw: st.DrawFn) -> dict[str, str | None]:
    size = draw(st.integers(0, 30))
    rows: list[tuple[str, str | None]] = []
    for number in range(size):
        above = draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None
        rows.append((f"p{number}", None if above is None else f"p{above}"))
    return dict(draw(st.permutations(rows)))


def literal_chain(parents: dict[str, str | None], id: str) -> list[str]:
    above = parents[id]
    return [] if above is None else [above, *literal_chain(parents, above)]


def test_chain_is_nearest_first_without_itself() -> None:
    tree = Hierarchy.from_parents(SALES)
    assert tree.chain("n11") == ("n1", "north", "sales")
    assert tree.chain("sales") == ()
    assert tree.parent("n11") == "n1"
    assert tree.parent("sales") is None
    assert (tree.depth("sales"), tree.depth("n11")) == (0, 3)


def test_children_siblings_and_subtree_keep_the_order_of_the_table() -> None:
    tree = Hierarchy.from_parents(SALES)
    assert tree.children("north") == ("n1", "n2")
    assert tree.children("n11") == ()
    assert tree.siblings("n2") == ("n1",)
    assert tree.siblings("sales") == ()
    assert tree.subtree("north") == ("north", "n1", "n11", "n2")
    assert tree.subtree("sales") == ("sales", "north", "n1", "n11", "n2", "south")


def test_is_within_counts_the_id_itself_and_stops_at_both_edges_of_the_subtree() -> None:
    tree = Hierarchy.from_parents(SALES)
    assert tree.is_within("n11", "north")
    assert tree.is_within("north", "north")
    assert not tree.is_within("south", "north")
    assert not tree.is_within("sales", "north")


def test_nearest_asks_only_those_above() -> None:
    tree = Hierarchy.from_parents(SALES)
    assert tree.nearest("n11", lambda id: id.startswith("n")) == "n1"
    assert tree.nearest("n11", lambda id: id == "sales") == "sales"
    assert tree.nearest("n11", lambda id: id == "n11") is None


def test_several_roots_are_a_forest_and_one_root_can_be_demanded() -> None:
    forest = Hierarchy.from_parents({"a": None, "b": None, "b1": "b"})
    assert forest.roots == ("a", "b")
    assert forest.siblings("a") == ("b",)
    with pytest.raises(InvalidValue, match="there are 2"):
        _ = forest.root
    assert Hierarchy.from_parents(SALES).root == "sales"


def test_an_empty_table_has_no_root() -> None:
    tree = Hierarchy.from_parents({})
    assert (len(tree), tree.roots, tree.roll_up({}).total) == (0, (), Decimal(0))
    with pytest.raises(InvalidValue, match="there are 0"):
        _ = tree.root


def test_every_cycle_and_orphan_is_named_with_its_path() -> None:
    parents = {
        "top": None,
        "c": "a", "a": "b", "b": "c", "hangs_on": "a",
        "me": "me",
        "y": "x", "x": "y",
        "lost": "nobody", "astray": "nowhere", "below_lost": "lost",
    }  # fmt: skip
    with pytest.raises(InvalidDocument) as refused:
        Hierarchy.from_parents(parents, subject="people.manager")
    faults = [(fault.code, fault.path, fault.value) for fault in refused.value.faults]
    assert faults == [
        ("org.cycle", "people.manager[a]", ("a", "b", "c")),
        ("org.own_parent", "people.manager[me]", "me"),
        ("org.cycle", "people.manager[x]", ("x", "y")),
        ("org.orphan", "people.manager[astray]", "nowhere"),
        ("org.orphan", "people.manager[lost]", "nobody"),
    ]
    assert "a > b > c > a" in str(refused.value)


def test_names_that_are_unknown_name_their_neighbours() -> None:
    tree = Hierarchy.from_parents(SALES)
    with pytest.raises(UnknownName, match="did you mean 'north'"):
        tree.chain("nort")
    for ask in (tree.parent, tree.children, tree.siblings, tree.subtree, tree.depth):
        with pytest.raises(UnknownName):
            ask("nobody")
    for pair in (("nobody", "sales"), ("sales", "nobody")):
        with pytest.raises(UnknownName) as unknown:
            tree.is_within(*pair)
        assert unknown.value.name == "nobody"


def test_in_a_large_tree_the_search_for_neighbours_is_left_out() -> None:
    tree = Hierarchy.from_parents({f"p{number}": None for number in range(10_001)})
    with pytest.raises(UnknownName) as unknown:
        tree.chain("p10001")
    assert unknown.value.nearest == ()
    assert Hierarchy.from_parents(dict(list(tree.to_parents().items())[1:]))._unknown("p10001").nearest


def test_a_line_of_two_hundred_thousand_needs_no_recursion() -> None:
    size = 200_000
    line: dict[str, str | None] = {f"p{n}": f"p{n - 1}" if n else None for n in range(size)}
    tree = Hierarchy.from_parents(line)
    assert len(tree.chain(f"p{size - 1}")) == size - 1
    assert tree.subtree("p1")[-1] == f"p{size - 1}"
    assert tree.roll_up(dict.fromkeys(line, Decimal(1))).of("p1") == size - 1
    line["p0"] = f"p{size - 1}"
    assert [len(cycle) for cycle in find_tree_faults(line).cycles] == [size]


def test_a_tree_does_not_follow_its_table_and_travels() -> None:
    table: dict[str, str | None] = dict(SALES)
    tree = Hierarchy.from_parents(table)
    table["n11"] = "n11"
    assert tree.chain("n11") == ("n1", "north", "sales")
    tree.to_parents().clear()
    assert len(tree) == 6
    assert "n11" in tree
    assert "x" not in tree
    assert list(tree) == list(SALES)
    assert pickle.loads(pickle.dumps(tree)) == copy.deepcopy(tree) == tree
    assert tree != Hierarchy.from_parents({})
    assert tree != SALES
    assert repr(tree) == "<Hierarchy of 6 ids>"
    with pytest.raises(TypeError):
        hash(tree)


def test_roll_up_sums_own_and_below_and_ties_to_the_total() -> None:
    tree = Hierarchy.from_parents(SALES)
    sums = tree.roll_up({"n11": Decimal("0.10"), "n1": Decimal("0.20"), "south": Decimal("-5"), "sales": Decimal(1)})
    assert dict(sums) == {
        "sales": Decimal("-3.70"), "north": Decimal("0.30"), "n1": Decimal("0.30"), "n11": Decimal("0.10"),
        "n2": Decimal(0), "south": Decimal(-5),
    }  # fmt: skip
    assert sums.total == sums.of("sales") == Decimal("-3.70")
    assert (sums.own("sales"), sums.own("n2")) == (Decimal(1), Decimal(0))
    assert len(sums) == 6
    assert repr(sums) == "<RollUp of 6 ids, total -3.70>"


def test_roll_up_refuses_what_would_be_lost_or_inexact() -> None:
    tree = Hierarchy.from_parents(SALES)
    with pytest.raises(InvalidDocument) as refused:
        tree.roll_up({"stranger": Decimal(1), "nobody": Decimal(2), "n1": Decimal(3)})
    assert [fault.path for fault in refused.value.faults] == ["amounts[nobody]", "amounts[stranger]"]
    for wrong in (Decimal("NaN"), Decimal("Infinity"), 1.5, 3):
        with pytest.raises(InvalidValue, match=r"amounts\[n1\]"):
            tree.roll_up({"n1": wrong})
    with pytest.raises(PrecisionExceeded):
        tree.roll_up({"n1": Decimal("1e200"), "n2": Decimal("1e-200")})
    sums = tree.roll_up({})
    for ask in (sums.of, sums.own):
        with pytest.raises(UnknownName):
            ask("nobody")
    assert sums.get("nobody") is None


@given(parents=forests(), data=st.data())
def test_laws_of_trees(parents: dict[str, str | None], data: st.DataObject) -> None:
    tree = Hierarchy.from_parents(parents)
    amounts = {id: data.draw(st.decimals(-1000, 1000, places=2)) for id in parents}
    sums = tree.roll_up(amounts)
    for id in parents:
        chain = literal_chain(parents, id)
        below = {other for other in parents if other == id or id in literal_chain(parents, other)}
        assert tree.chain(id) == tuple(chain)
        assert set(tree.subtree(id)) == below
        assert len(tree.subtree(id)) == len(below)
        assert {other for other in parents if tree.is_within(other, id)} == below
        assert sums.of(id) == sum((amounts[other] for other in below), Decimal(0))
        assert sums.of(id) == sums.own(id) + sum((sums.of(child) for child in tree.children(id)), Decimal(0))
    assert sum((sums.of(root) for root in tree.roots), Decimal(0)) == sums.total == sum(amounts.values(), Decimal(0))


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.one_of(st.none(), st.sampled_from("abcdefghxy"))))
def test_a_table_is_refused_exactly_where_some_walk_does_not_end_at_a_root(parents: dict[str, str | None]) -> None:
    found = find_tree_faults(parents)
    on_cycle = set()
    for id in parents:
        above, steps = parents[id], 0
        while above is not None and above in parents and above != id and steps < len(parents):
            above, steps = parents[above], steps + 1
        if above == id:
            on_cycle.add(id)
    assert {id for cycle in found.cycles for id in cycle} == on_cycle
    assert sum(map(len, found.cycles)) == len(on_cycle)
    assert set(found.orphans) == {(id, p) for id, p in parents.items() if p is not None and p not in parents}
    for cycle in found.cycles:
        assert cycle[0] == min(cycle)
        assert all(parents[id] == above for id, above in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
