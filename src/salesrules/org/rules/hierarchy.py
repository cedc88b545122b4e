"""A tree over ids from a parent table: chains at once, subtrees and sums from an index built on first use."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import attrs

from salesrules.core import Fault, InvalidDocument, InvalidValue, UnknownName, nearest_names
from salesrules.org.rules.rollup import RollUp

__all__ = ["Hierarchy", "TreeFaults", "find_tree_faults"]


@attrs.frozen(kw_only=True)
class TreeFaults:
    """What keeps a parent table from being a forest.

    `cycles` are paths upwards, each starting at its smallest id (one id: its own parent); `orphans` are pairs of an
    id and the parent it names that is not in the table. Both are sorted.
    """

    cycles: tuple[tuple[str, ...], ...]
    orphans: tuple[tuple[str, str], ...]


def find_tree_faults(parents: Mapping[str, str | None]) -> TreeFaults:
    """All cycles and orphans of a parent table, in linear time and without recursion.

    >>> find_tree_faults({"a": "b", "b": "a", "c": "c", "d": "x"})
    TreeFaults(cycles=(('a', 'b'), ('c',)), orphans=(('d', 'x'),))
    """
    above = set(parents.values())
    above.discard(None)
    missing = above - parents.keys()
    orphans = [(id, parent) for id, parent in parents.items() if parent in missing] if missing else []
    # Only an id that is somebody's parent can lie on a cycle, so the many ids at the bottom are never walked from.
    walk_of: dict[str, int] = {}
    cycles = []
    for walk, start in enumerate(above):
        id: str | None = start
        while id is not None and id not in walk_of:
            walk_of[id] = walk
            id = parents.get(id)
        if id is not None and walk_of[id] == walk:
            cycles.append(_cycle_through(id, parents))
    return TreeFaults(cycles=tuple(sorted(cycles)), orphans=tuple(sorted((id, str(parent)) for id, parent in orphans)))


def _cycle_through(start: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    path = [start]
    while (above := parents[path[-1]]) != start:
        path.append(str(above))
    place = path.index(min(path))
    return (*path[place:], *path[:place])


@attrs.frozen(kw_only=True)
class _Index:
    """The tree in order of entry: an id's subtree is the slice from its entry up to its exit."""

    roots: tuple[str, ...]
    children: dict[str | None, list[str]]
    order: list[str]
    entry: dict[str, int]
    exits: array[int]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Hierarchy:
    """A forest over ids, made from a parent table by `from_parents`; it never changes.

    Chains are walked in the table itself. The first question about children, a subtree or a sum builds an interval
    index once (linear, no recursion).

    >>> tree = Hierarchy.from_parents({"sales": None, "north": "sales", "south": "sales", "n1": "north"})
    >>> tree.subtree("north"), tree.chain("n1")
    (('north', 'n1'), ('north', 'sales'))
    >>> tree.roll_up({"n1": Decimal(5), "south": Decimal(2)}).of("sales")
    Decimal('7')
    """

    _parents: dict[str, str | None] = attrs.field(converter=dict)
    _built: list[_Index] = attrs.field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        _check(self._parents, "parents")

    @classmethod
    def from_parents(cls, parents: Mapping[str, str | None], *, subject: str = "parents") -> Hierarchy:
        """The forest of a table of id and parent (`None` for a root); children keep the order of the table.

        `subject` names the table in the faults. Raises `InvalidDocument` that names every cycle with its path, every
        id that is its own parent and every orphan.
        """
        table = dict(parents)
        _check(table, subject)
        tree = cls.__new__(cls)  # it is checked already
        object.__setattr__(tree, "_parents", table)
        object.__setattr__(tree, "_built", [])
        return tree

    def parent(self, id: str) -> str | None:
        """The id above, `None` for a root; raises `UnknownName`."""
        try:
            return self._parents[id]
        except KeyError:
            raise self._unknown(id) from None

    def chain(self, id: str) -> tuple[str, ...]:
        """The ids above, nearest first, without the id itself; raises `UnknownName`."""
        parents = self._parents
        try:
            above = parents[id]
        except KeyError:
            raise self._unknown(id) from None
        chain = []
        while above is not None:
            chain.append(above)
            above = parents[above]
        return tuple(chain)

    def depth(self, id: str) -> int:
        """How many ids lie above: 0 for a root; raises `UnknownName`."""
        return len(self.chain(id))

    def nearest(self, id: str, test: Callable[[str], bool]) -> str | None:
        """The nearest id above for which the test holds, `None` where there is none; raises `UnknownName`."""
        return next((above for above in self.chain(id) if test(above)), None)

    @property
    def roots(self) -> tuple[str, ...]:
        """The ids without a parent, in the order of the table."""
        return self._index.roots

    @property
    def root(self) -> str:
        """The one root; raises `InvalidValue` where there is none or more than one."""
        roots = self.roots
        if len(roots) != 1:
            raise InvalidValue("roots", roots[:5], f"one root is needed here, there are {len(roots)}; use `roots`")
        return roots[0]

    def children(self, id: str) -> tuple[str, ...]:
        """The ids directly below, in the order of the table; raises `UnknownName`."""
        if id not in self._parents:
            raise self._unknown(id)
        return tuple(self._index.children.get(id, ()))

    def siblings(self, id: str) -> tuple[str, ...]:
        """The other ids with the same parent (for a root: the other roots); raises `UnknownName`."""
        above = self.parent(id)
        beside = self.roots if above is None else self.children(above)
        return tuple(other for other in beside if other != id)

    def subtree(self, id: str) -> tuple[str, ...]:
        """The id itself and all below it, each parent before its children; raises `UnknownName`."""
        index = self._index
        try:
            start = index.entry[id]
        except KeyError:
            raise self._unknown(id) from None
        return tuple(index.order[start : index.exits[start]])

    def is_within(self, id: str, ancestor: str) -> bool:
        """Whether the id is the ancestor itself or lies below it; raises `UnknownName` for either."""
        index = self._index
        try:
            place, start = index.entry[id], index.entry[ancestor]
        except KeyError as unknown:
            raise self._unknown(unknown.args[0]) from None
        return start <= place < index.exits[start]

    def roll_up(self, amounts: Mapping[str, Decimal]) -> RollUp:
        """The amounts summed up the tree: for each id its own and all below it, exactly; ids left out count as zero.

        Raises `InvalidDocument` for amounts of ids that are not in the tree (they would be lost from the total) and
        `InvalidValue` for what is not a finite Decimal.
        """
        if not amounts.keys() <= self._parents.keys():
            raise InvalidDocument(tuple(map(_stranger, sorted(amounts.keys() - self._parents.keys()))))
        index = self._index
        return RollUp.of_amounts(amounts, index.order, index.children, index.roots)

    def __contains__(self, id: object) -> bool:
        return id in self._parents

    def __iter__(self) -> Iterator[str]:
        return iter(self._parents)

    def __len__(self) -> int:
        return len(self._parents)

    def __eq__(self, other: object) -> bool:
        return self._parents == other._parents if isinstance(other, Hierarchy) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equal by its table, which is a dictionary

    def __repr__(self) -> str:
        return f"<Hierarchy of {len(self._parents)} ids>"

    def to_parents(self) -> dict[str, str | None]:
        """The parent table, as a copy."""
        return dict(self._parents)

    @property
    def _index(self) -> _Index:
        if not self._built:
            self._built.append(_build_index(self._parents))
        return self._built[0]

    def _unknown(self, id: object) -> UnknownName:
        return UnknownName("id", id, nearest_names(id, self._parents))


def _build_index(parents: dict[str, str | None]) -> _Index:
    children: dict[str | None, list[str]] = {above: [] for above in dict.fromkeys(parents.values())}
    for id, above in parents.items():
        children[above].append(id)
    roots = tuple(children.pop(None, ()))
    order: list[str] = []
    stack = [*reversed(roots)]
    while stack:
        id = stack.pop()
        order.append(id)
        if id in children:
            stack.extend(reversed(children[id]))
    entry = dict(zip(order, range(len(order)), strict=True))
    exits = array("q", range(1, len(order) + 1))
    for id in reversed([id for id in order if id in children]):  # a subtree ends where that of its last child ends
        exits[entry[id]] = exits[entry[children[id][-1]]]
    return _Index(roots=roots, children=children, order=order, entry=entry, exits=exits)


def _check(parents: dict[str, str | None], subject: str) -> None:
    found = find_tree_faults(parents)
    if found.cycles or found.orphans:
        raise InvalidDocument(_faults(found, subject))


def _faults(found: TreeFaults, subject: str) -> tuple[Fault, ...]:
    loops = [
        Fault(
            code="org.own_parent" if len(cycle) == 1 else "org.cycle",
            path=f"{subject}[{cycle[0]}]",
            problem=f"the line upwards returns to where it began: {' > '.join((*cycle, cycle[0]))}",
            remedy="give one of them a parent outside the cycle, or none",
            value=cycle[0] if len(cycle) == 1 else cycle,
        )
        for cycle in found.cycles
    ]
    return (
        *loops,
        *(
            Fault(
                code="org.orphan",
                path=f"{subject}[{id}]",
                problem="the parent is not in the table",
                remedy="add the parent, or leave it out for a root",
                value=parent,
            )
            for id, parent in found.orphans
        ),
    )


def _stranger(id: str) -> Fault:
    return Fault(
        code="org.unknown_id",
        path=f"amounts[{id}]",
        problem="the tree has no such id, so its amount would be lost from the total",
        remedy="add the id to the tree or leave out its amount",
        value=id,
    )
