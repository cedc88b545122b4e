"""Rows of whole payees in their order, and what a plan needs to know of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from salesrules.commissions import DIRECT, Accumulation, Measure
from salesrules.frames.compiled import CompiledComponent
from salesrules.frames.kernel.curves import Moves, move
from salesrules.frames.kernel.kinds import Kinds, passes
from salesrules.frames.kernel.whole import Flags, Places, Runs, Whole, bound_of, is_wide

__all__ = ["Block", "Unmet", "changes"]


@attrs.frozen
class Unmet:
    """Something that rows lack, so that they cannot be paid: a code, the component, and the rows."""

    code: str
    component: str
    rows: Places


@attrs.define(eq=False, kw_only=True, slots=False)
class Block:
    """Credits of whole payees that one plan version pays, by payee, day, sales before returns, id and role.

    Each array has a value for each row: `payee` and `period` (the pay period) as numbers; `spans` the numbers of the
    spans over which measures accumulate, which change wherever the plan version begins anew; `roles` as numbers of
    `role_names` (`None`: all direct); `attributes` the numbers of values of `attribute_values`; those that `kinds`
    tells apart stand in `kind` instead. `measures` are in least units of 10^-`digits`. `identity` and `original` tell
    transactions and the sales that returns take back (below zero: none). `quotas` and `targets` are by component, not
    above zero where there is none, `openings` what a component had measured before in the span of each row; `columns`
    the columns of tables in two dimensions, below zero where there is none.
    `limits` is the cap over `limits_over`. Rows with `is_reversal` take back what their sale was paid and move no
    measure; `returned` over `returned_of` is the share of its sale that a return takes back, told by the measures
    where it is not given. With `has_counts` the counts of returns are known already. `deals` tells transactions apart
    where several rows are parts of one. `unmet` collects what rows lack.
    """

    payee: Whole
    period: Whole
    spans: Mapping[Accumulation, Whole]
    measures: Mapping[Measure, Whole]
    digits: Mapping[Measure, int]
    is_return: Flags
    roles: Whole | None = None
    role_names: tuple[str, ...] = (DIRECT,)
    attributes: Mapping[str, Whole] = attrs.field(factory=dict)
    attribute_values: Mapping[str, tuple[str | None, ...]] = attrs.field(factory=dict)
    kinds: Kinds | None = None
    kind: Whole | None = None
    columns: Mapping[str, Whole] = attrs.field(factory=dict)
    identity: Whole | None = None
    original: Whole | None = None
    quotas: Mapping[str, Whole] = attrs.field(factory=dict)
    targets: Mapping[str, Whole] = attrs.field(factory=dict)
    openings: Mapping[str, Whole] = attrs.field(factory=dict)
    limits: Whole | None = None
    limits_over: int = 1
    is_reversal: Flags | None = None
    returned: Whole | None = None
    returned_of: Whole | None = None
    has_counts: bool = False
    deals: Whole | None = None
    unmet: list[Unmet] = attrs.field(factory=list)
    _counted: dict[Any, Flags | None] = attrs.field(factory=dict, init=False)
    _measured: dict[Any, Whole] = attrs.field(factory=dict, init=False)
    _moves: dict[Any, Moves] = attrs.field(factory=dict, init=False)
    _largest: dict[Measure, int | None] = attrs.field(factory=dict, init=False)
    _spans: dict[Accumulation, Runs] = attrs.field(factory=dict, init=False)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.payee)

    @cached_property
    def _begins_payee(self) -> Flags:
        return changes(self.payee)

    @cached_property
    def payees(self) -> Runs:
        """The rows of each payee."""
        return Runs.of(self._begins_payee)

    @cached_property
    def statements(self) -> Runs:
        """The rows of each payee in each pay period."""
        return Runs.of(self._begins_payee | changes(self.period))

    def spans_of(self, accumulate: Accumulation) -> Runs:
        """The rows of the span over which a measure accumulates; a transaction's is the pay period."""
        numbers = self.spans.get(accumulate)
        if numbers is None:
            return self.statements
        spans = self._spans.get(accumulate)
        if spans is None:
            spans = self._spans[accumulate] = Runs.of(self._begins_payee | changes(numbers))
        return spans

    def measured(self, component: CompiledComponent) -> Whole:
        """What each row measures in a component: nothing where it is not counted."""
        key = component.measure, component.credits, component.filters
        found = self._measured.get(key)
        if found is None:
            found, counted = self.measures[component.measure], self.counted(component)
            if counted is not None:
                found = np.where(counted, found, 0)
            self._measured[key] = found
        return found

    def largest(self, measure: Measure) -> int | None:
        """One that no row measures more than, above or below zero; `None` where numbers have no bound."""
        if measure not in self._largest:
            values = self.measures[measure]
            self._largest[measure] = None if is_wide(values) else bound_of(values)
        return self._largest[measure]

    def moves(self, component: CompiledComponent, runs: Runs | None) -> Moves:
        """The running measure of a component around each row; raises `OutOfRange`."""
        key = component.measure, component.credits, component.filters, id(runs)
        found = self._moves.get(key)
        if found is None:
            found = self._moves[key] = move(self.measured(component), runs, self.largest(component.measure))
        return found

    def counted(self, component: CompiledComponent) -> Flags | None:
        """The rows that a component counts; `None` for all. A return that takes back what was paid is not counted."""
        key = component.credits, component.filters
        if key not in self._counted:
            found = self._passes(component)
            if self.is_reversal is not None:
                active = ~self.is_reversal
                found = active if found is None else found & active
            self._counted[key] = found
        return self._counted[key]

    def codes_of(self, name: str) -> Whole | None:
        """The numbers of an attribute's values, or of roles (""); `None` where all rows are direct."""
        found = None if self.kinds is None or self.kind is None else self.kinds.codes(name, self.kind)
        if found is None:
            found = self.attributes[name] if name else self.roles
        return found

    def _passes(self, component: CompiledComponent) -> Flags | None:
        lets = None if self.kinds is None or self.kind is None else self.kinds.lets(component)
        if lets is not None and self.kind is not None:
            return None if lets.all() else lets.take(self.kind)
        attributes = {each.attribute: self.codes_of(each.attribute) for each in component.filters}
        own = {name: codes for name, codes in attributes.items() if codes is not None}
        return passes(component, self.rows, self.codes_of(""), self.role_names, own, self.attribute_values)


def changes(values: Whole) -> Flags:
    """Which rows differ from the one before them; the first row does."""
    found = np.ones(len(values), dtype=np.bool_)
    found[1:] = values[1:] != values[:-1]
    return found
