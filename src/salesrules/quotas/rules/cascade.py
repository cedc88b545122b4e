"""From the annual goal to regions, groups and people, and over periods: every level ties to the one above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

import attrs

from salesrules.core import Fault, FiscalCalendar, InvalidDocument, InvalidValue, PeriodKind, Rate, allocate_units
from salesrules.quotas.model import Measure, Quota
from salesrules.quotas.policy import QuotaPolicy, TableOrder
from salesrules.quotas.rules.allocation import Weight, from_units, split_amount, table_units, to_units
from salesrules.quotas.rules.periods import raised_by, split_periods

__all__ = ["Tree", "allocate_quotas", "cascade_amount"]


class Tree(Protocol):
    """What a cascade asks of a hierarchy of units and people: `salesrules.org.Hierarchy` answers it."""

    def children(self, id: str, /) -> Sequence[str]:
        """The ids straight below, in a declared order; none for a person."""
        ...


def cascade_amount(
    amount: Decimal, root: str, tree: Tree, weights: Mapping[str, Weight], unit: str, policy: QuotaPolicy
) -> dict[str, Decimal]:
    """The amount of the root and of everyone below it, top down: the children of a unit sum to the unit.

    `weights` are those among siblings, by id; the root needs none. With `policy.level_buffers` the children sum to
    the unit's amount plus its level's buffer, rounded.
    Raises `InvalidDocument` naming everyone without a usable weight and each unit whose children all weigh zero.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, PolicyLife, Rounding
    >>> from types import SimpleNamespace
    >>> policy = QuotaPolicy(
    ...     life=PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1))),
    ...     rounding=Rounding(digits=2, mode="half_up"),
    ... )
    >>> firm = SimpleNamespace(children=lambda id: ("north", "south") if id == "firm" else ())
    >>> cascade_amount(Decimal(100), "firm", firm, {"north": 2, "south": 1}, "USD", policy)["south"]
    Decimal('33.33')
    """
    levels = list(_levels(root, tree))
    _check_weights(levels, weights)
    amounts = {root: amount}
    for depth, parent, children in levels:
        whole = raised_by(amounts[parent], _buffer(depth, policy), unit, policy)
        amounts.update(split_amount(whole, {child: weights[child] for child in children}, unit, policy))
    return amounts


def allocate_quotas(
    goal: Quota,
    tree: Tree,
    weights: Mapping[str, Weight],
    kind: PeriodKind,
    calendar: FiscalCalendar,
    policy: QuotaPolicy,
) -> tuple[Quota, ...]:
    """The goal as one quota line per holder (the goal's own and all below it) and period, in the order of the tree.

    With `policy.table` both margins, the children of a unit sum to it in every period, and everyone's periods to
    their part of the goal. Rows first cascades the goal, then splits each one's part over the periods (the children
    of a unit tie over the whole span, within a unit or two per period); columns first splits the goal over the
    periods and cascades each of them (they tie in every period). Lines get the id `goal:holder:label`.

    Raises `InvalidValue` for a market share (see `split_market_share`), and as `cascade_amount` and `split_periods`.
    """
    if goal.measure == Measure.MARKET_SHARE:
        raise InvalidValue("goal.measure", goal.measure, "market shares do not add up; use split_market_share")
    periods = split_periods(goal, kind, calendar, policy)
    if policy.table is TableOrder.ROWS_FIRST:
        parts = cascade_amount(goal.amount, goal.holder, tree, weights, goal.unit, policy)
        rows = {
            holder: split_periods(attrs.evolve(goal, holder=holder, amount=part), kind, calendar, policy)
            for holder, part in parts.items()
        }
        return tuple(
            attrs.evolve(line, id=_line_id(goal, holder, line)) for holder, lines in rows.items() for line in lines
        )
    if policy.table is TableOrder.COLUMNS_FIRST:
        columns = [cascade_amount(line.amount, goal.holder, tree, weights, goal.unit, policy) for line in periods]
        cells = {holder: [column[holder] for column in columns] for holder in columns[0]}
    else:
        cells = _tied_cells(goal, periods, tree, weights, policy)
    return tuple(
        attrs.evolve(line, id=_line_id(goal, holder, line), holder=holder, amount=amount)
        for holder, amounts in cells.items()
        for line, amount in zip(periods, amounts, strict=True)
    )


def _tied_cells(
    goal: Quota, periods: Sequence[Quota], tree: Tree, weights: Mapping[str, Weight], policy: QuotaPolicy
) -> dict[str, list[Decimal]]:
    levels = list(_levels(goal.holder, tree))
    _check_weights(levels, weights)
    cells = {goal.holder: [to_units(line.amount, goal.unit, policy) for line in periods]}
    for depth, parent, children in levels:
        columns = cells[parent]
        buffer = _buffer(depth, policy)
        if buffer.value:
            plain = from_units(sum(columns), goal.unit, policy)
            whole = to_units(raised_by(plain, buffer, goal.unit, policy), goal.unit, policy)
            columns = list(allocate_units(whole, columns, policy.ties)) if whole else columns
        rows = allocate_units(sum(columns), [weights[child] for child in children], policy.ties)
        cells.update(zip(children, table_units(rows, columns, policy.ties), strict=True))
    return {holder: [from_units(cell, goal.unit, policy) for cell in line] for holder, line in cells.items()}


def _line_id(goal: Quota, holder: str, line: Quota) -> str:
    return f"{goal.id}:{holder}{line.id.removeprefix(goal.id)}"


def _buffer(depth: int, policy: QuotaPolicy) -> Rate:
    return policy.level_buffers[depth] if depth < len(policy.level_buffers) else Rate(0)


def _levels(root: str, tree: Tree) -> Iterator[tuple[int, str, Sequence[str]]]:
    """Depth, unit and its children, for every unit that has some, each parent before its children."""
    reached = [(0, root)]
    for depth, parent in reached:
        children = tree.children(parent)
        if children:
            yield depth, parent, children
            reached += [(depth + 1, child) for child in children]


def _check_weights(levels: Sequence[tuple[int, str, Sequence[str]]], weights: Mapping[str, Weight]) -> None:
    faults = [
        Fault(
            code="quotas.weight",
            path=f"weights[{child}]",
            problem=f"{child} has no usable weight among the children of {parent}",
            remedy="give an exact number that is zero or more",
            value=weights.get(child),
        )
        for _, parent, children in levels
        for child in children
        if not _is_usable(weights.get(child))
    ]
    faults += [
        Fault(
            code="quotas.weights_all_zero",
            path=f"weights[{parent}]",
            problem=f"the children of {parent} all weigh zero",
            remedy="give at least one of them a weight above zero",
        )
        for _, parent, children in levels
        if all(_is_usable(weights.get(child)) and not weights[child] for child in children)
    ]
    if faults:
        raise InvalidDocument(tuple(faults))


def _is_usable(weight: object) -> bool:
    if isinstance(weight, Decimal):
        return weight.is_finite() and weight >= 0
    return isinstance(weight, int | Fraction) and not isinstance(weight, bool) and weight >= 0
