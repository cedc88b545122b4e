"""Amounts summed up a tree that is given as a plain table of parents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from salesrules.analytics.model import RolledUp, RollUp
from salesrules.analytics.rules.amounts import Amount, read_named_amounts
from salesrules.core import Fault, InvalidDocument, exact_sum

__all__ = ["roll_up"]


def roll_up(amounts: Mapping[str, Amount], parents: Mapping[str, str | None]) -> RollUp:
    """Each node's own amount and its total, its own and all below it; the roots' totals make the sum of all amounts.

    `parents` gives every node its parent (`None` for a root); a node without an amount has zero. The tree may be of
    any depth.

    Raises `InvalidDocument` with every amount of an unknown node, every unknown parent and every cycle, and
    `CurrencyMismatch` for mixed currencies.

    >>> sums = roll_up({"north": 5, "south": 2}, {"all": None, "north": "all", "south": "all"})
    >>> sums.of("all").total, sums.total
    (Decimal('7'), Decimal('7'))
    """
    numbers, unit = read_named_amounts(amounts)
    order, cycles = _leaves_first(parents)
    faults = (*_strangers(amounts, parents), *cycles)
    if faults:
        raise InvalidDocument(faults)
    parts: dict[str | None, list[Decimal]] = {}
    totals: dict[str, Decimal] = {}
    for node in order:
        own = numbers.get(node, Decimal(0))
        below = parts.pop(node, None)
        totals[node] = exact_sum([own, *below]) if below else own
        parts.setdefault(parents[node], []).append(totals[node])
    return RollUp(
        unit=unit,
        entries=[
            RolledUp(key=node, parent=parent, own=numbers.get(node, Decimal(0)), total=totals[node])
            for node, parent in parents.items()
        ],
        total=exact_sum(parts.get(None, ())),
    )


def _strangers(amounts: Mapping[str, Amount], parents: Mapping[str, str | None]) -> Iterator[Fault]:
    for node in amounts:
        if node not in parents:
            yield Fault(
                code="analytics.unknown_node",
                path=f"amounts[{node}]",
                problem="the tree has no such node, so its amount would be lost",
                remedy="add the node to the tree or leave out its amount",
                value=amounts[node],
            )
    for node, parent in parents.items():
        if parent is not None and parent not in parents:
            yield Fault(
                code="analytics.unknown_parent",
                path=f"parents[{node}]",
                problem="the tree has no such node",
                remedy="add the parent to the tree or name another one",
                value=parent,
            )


def _leaves_first(parents: Mapping[str, str | None]) -> tuple[list[str], list[Fault]]:
    """The nodes with every one before its parent, and a fault for each cycle, whose nodes have no such order."""
    waiting_for: dict[str | None, int] = {}
    for parent in parents.values():
        waiting_for[parent] = waiting_for.get(parent, 0) + 1
    order = [node for node in parents if node not in waiting_for]
    for node in order:  # grows while it is walked
        parent = parents[node]
        if parent is None or parent not in parents:
            continue
        waiting_for[parent] -= 1
        if not waiting_for[parent]:
            order.append(parent)
    faults, seen = [], set(order)
    for start in parents:
        path: list[str] = []
        node = start
        while node not in seen:
            seen.add(node)
            path.append(node)
            node = str(parents[node])
        if path:
            faults.append(_cycle(path))
    return order, faults


def _cycle(path: list[str]) -> Fault:
    return Fault(
        code="analytics.cycle",
        path=f"parents[{path[0]}]",
        problem=f"a cycle: {' > '.join([*path, path[0]])}",
        remedy="give one of them another parent, or none",
    )
