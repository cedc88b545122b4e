"""Rows of whole payees in their order, and what a plan needs to know of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import attrs
import numpy as np

from salesrules.commissions import DIRECT, Accumulation, Measure
from salesrules.frames.compiled import CompiledComponent
from salesrules.frames.kernel.whole import Flags, Places, Runs, Whole

__all__ = ["Block", "Unmet"]


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
    `role_names` (`None`: all direct); `attributes` the numbers of values of `attribute_values`; `measures` in least
    units of 10^-`digits`. `identity` and `original` tell transactions and the sales that returns take back (below
    zero: none). `quotas` and `targets` are by component, not above zero where there is none; `columns` the columns of
    tables in two dimensions, below zero where there is none. `limits` is the cap over `limits_over`. With `reverses` a
    return that names its original moves no measure. `unmet` collects what rows lack.
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
    columns: Mapping[str, Whole] = attrs.field(factory=dict)
    identity: Whole | None = None
    original: Whole | None = None
    quotas: Mapping[str, Whole] = attrs.field(factory=dict)
    targets: Mapping[str, Whole] = attrs.field(factory=dict)
    limits: Whole | None = None
    limits_over: int = 1
    reverses: bool = False
    unmet: list[Unmet] = attrs.field(factory=list)

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
        spans = self.spans.get(accumulate)
        return self.statements if spans is None else Runs.of(self._begins_payee | changes(spans))

    @cached_property
    def is_reversal(self) -> Flags:
        """The rows that take back what their original was paid."""
        if not self.reverses or self.original is None:
            return np.zeros(self.rows, dtype=np.bool_)
        found: Flags = self.original >= 0
        return found

    def counted(self, component: CompiledComponent) -> Flags | None:
        """The rows that a component counts; `None` for all."""
        found: Flags | None = None
        if self.roles is None:
            found = None if DIRECT in component.credits else np.zeros(self.rows, dtype=np.bool_)
        else:
            wanted = np.isin(np.array(self.role_names), component.credits)
            if not wanted.all():
                found = wanted[self.roles]
        for filter_ in component.filters:
            values = self.attribute_values[filter_.attribute]
            passes = [
                (not filter_.one_of or value in filter_.one_of) and value not in filter_.none_of for value in values
            ]
            if not all(passes):
                each = np.array(passes)[self.attributes[filter_.attribute]]
                found = each if found is None else found & each
        return found


def changes(values: Whole) -> Flags:
    """Which rows differ from the one before them; the first row does."""
    found = np.ones(len(values), dtype=np.bool_)
    found[1:] = values[1:] != values[:-1]
    return found
