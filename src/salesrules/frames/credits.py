"""The credits of a table as arrays: who, when, in which role, of which attributes, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import DIRECT, AcrossAttribute, AcrossNumber, EarningsCap, GridTable, Measure, names_in
from salesrules.frames.checked_columns import is_name
from salesrules.frames.compiled import CompiledComponent, CompiledPlan
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.kernel.grids import columns_by_size
from salesrules.frames.kernel.kinds import Kinds, passes
from salesrules.frames.reading import Names, Reader

__all__ = ["Credits", "read_credits"]


#: So many kinds of rows are told apart by one number.
_KINDS = 1024


@attrs.frozen(eq=False, slots=False)
class Credits:
    """What a plan needs to know of each row, in the given order.

    `original` has the code of the id of the sale that a return takes back, -1 for none; `columns` the column of each
    table in two dimensions that the rows themselves fall into, -1 for none. `part` tells apart what several payments
    credit of one transaction. What else there is of returns is as in a `Block`.
    """

    ids: Names
    payees: Names
    days: Whole
    is_return: Flags
    roles: Names | None
    measures: Mapping[Measure, Whole]
    digits: Mapping[Measure, int]
    attributes: Mapping[str, Names]
    columns: Mapping[str, Whole]
    original: Whole | None
    is_reversal: Flags | None = None
    returned: Whole | None = None
    returned_of: Whole | None = None
    has_counts: bool = False
    part: Whole | None = None

    @cached_property
    def role_names(self) -> tuple[str, ...]:
        """The roles by code."""
        return (DIRECT,) if self.roles is None else tuple(map(str, self.roles.texts))

    @cached_property
    def attribute_values(self) -> dict[str, tuple[str | None, ...]]:
        """The values of each attribute by code, what is missing last."""
        return {name: (*values.texts, None) for name, values in self.attributes.items()}

    @cached_property
    def first_day(self) -> int:
        """The first day of all."""
        return int(self.days.min())

    @cached_property
    def kinds(self) -> Kinds:
        """The codes of roles and attributes that are few enough to ride along in a sorting key."""
        named = {**({} if self.roles is None else {"": self.roles}), **self.attributes}
        sizes: dict[str, int] = {}
        for name, each in named.items():
            if int(each.codes.min(initial=0)) >= 0 and prod(sizes.values()) * each.size <= _KINDS:
                sizes[name] = each.size
        return Kinds(
            sizes=sizes,
            has_roles=self.roles is not None,
            role_names=self.role_names,
            attribute_values=self.attribute_values,
        )

    def names_of(self, name: str) -> Names:
        """An attribute, or the roles ("")."""
        if name:
            return self.attributes[name]
        assert self.roles is not None
        return self.roles

    def counted(self, component: CompiledComponent, rows: Places) -> Flags:
        """Which of some rows a component counts, as far as roles and filters say."""
        roles = None if self.roles is None else self.roles.codes[rows]
        attributes = {name: values.codes[rows] for name, values in self.attributes.items()}
        found = passes(component, len(rows), roles, self.role_names, attributes, self.attribute_values)
        return np.ones(len(rows), dtype=np.bool_) if found is None else found

    @property
    def rows(self) -> int:
        """How many credits there are."""
        return len(self.days)


def read_credits(reader: Reader, plan: CompiledPlan, *, threads: int = 1) -> Credits | None:
    """Read what a plan needs; `None` where the reader has noted a fault."""
    ids, payees, days, roles, (measures, digits, is_return) = reader.each(
        lambda own: own.names("id"),
        lambda own: own.names("payee"),
        lambda own: own.days("day"),
        lambda own: own.names("role", few=True) if own.has("role") else None,
        lambda own: _measures(own, plan),
        threads=threads,
    )
    original = None
    named = None
    if reader.has("original"):
        given = reader.array("original", is_name, "names", optional=True)
        if given is not None and given.null_count < len(given):
            named = given.is_valid().to_numpy(zero_copy_only=False)
            if plan.reverses or Measure.COUNT in digits:
                original = _codes(ids, given, reader)
    attributes = {
        filter_.attribute: found
        for component in plan.components
        for filter_ in component.filters
        if (found := reader.names(filter_.attribute, optional=True, few=True)) is not None
    }
    for modifier in plan.plan.modifiers:
        if isinstance(modifier, EarningsCap) and modifier.by and modifier.by not in attributes:
            names = reader.names(modifier.by, optional=True, few=True)
            attributes |= {} if names is None else {modifier.by: names}
    columns: dict[str, Whole] = {}
    for component in plan.components:
        if isinstance(component.table, GridTable):
            found_columns = _columns(reader, component, component.table, measures.get(component.measure))
            if found_columns is not None:
                columns[component.id] = found_columns
    if reader.faults or ids is None or payees is None or days is None:
        return None
    if is_return is None:
        is_return = np.zeros(len(days), dtype=np.bool_)
    if named is not None:  # a return may be of nothing
        is_return = is_return | named
    if Measure.COUNT in digits:
        one: Whole | int | None = 10 ** digits[Measure.COUNT]
        if reader.has("share"):
            one = reader.numbers("share", digits[Measure.COUNT])
        if one is None:
            return None
        measures[Measure.COUNT] = np.broadcast_to(np.asarray(one), len(days))
    is_reversal = original >= 0 if plan.reverses and original is not None else None
    return Credits(ids, payees, days, is_return, roles, measures, digits, attributes, columns, original, is_reversal)


def _measures(reader: Reader, plan: CompiledPlan) -> tuple[dict[Measure, Whole], dict[Measure, int], Flags | None]:
    """The measures that a plan needs, their digits, and which rows are returns: those with anything below zero."""
    needed = {each.measure for each in plan.components}
    for component in plan.components:
        names = names_in(component.formula) if component.formula else frozenset()
        needed |= {measure for measure in Measure if measure.value in names}
    if plan.reverses or Measure.COUNT in needed or not needed:  # the share that comes back is told by them
        needed |= {measure for measure in (Measure.AMOUNT, Measure.QUANTITY) if reader.has(measure.value)}
    digits = {measure: plan.digits[measure] for measure in needed}
    measures: dict[Measure, Whole] = {}
    amount = cost = None
    is_return: Flags | None = None
    if needed & _MONEY:
        amount = reader.numbers("amount", plan.digits[Measure.AMOUNT])
    if Measure.MARGIN in needed:
        cost = reader.numbers("cost", digits[Measure.MARGIN])
    if Measure.QUANTITY in needed and (quantity := reader.numbers("quantity", digits[Measure.QUANTITY])) is not None:
        measures[Measure.QUANTITY] = quantity
    if amount is not None:
        measures[Measure.AMOUNT] = amount
        if cost is not None:
            measures[Measure.MARGIN] = amount - cost
    for given in (amount, cost, measures.get(Measure.QUANTITY)):
        if given is not None:
            is_return = given < 0 if is_return is None else is_return | (given < 0)
    return measures, digits, is_return


_MONEY = frozenset({Measure.AMOUNT, Measure.MARGIN})


def _codes(ids: Names | None, given: Any, reader: Reader) -> Whole | None:
    if ids is None:
        return None
    if pa.types.is_dictionary(given.type):
        given = given.dictionary_decode()
    found = ids.find(given)
    unknown = np.flatnonzero((found < 0) & given.is_valid().to_numpy(zero_copy_only=False))
    remedy = "add their sales to the credits, or leave the column empty where a return names none"
    reader.rows(
        "frames.unknown_original", "original", "{count} return(s) name a sale that is not there", remedy, unknown, "id"
    )
    return found


def _columns(reader: Reader, component: CompiledComponent, table: GridTable, measured: Whole | None) -> Whole | None:
    """The column of each row; `None` where another component decides, or what counts is not known yet."""
    match table.across:
        case AcrossAttribute(attribute=attribute):
            names = reader.names(attribute, optional=True, few=True)
            if names is None:
                return None
            number = {name: index for index, name in enumerate(component.columns)}
            known = np.array([number.get(str(text), -1) for text in names.texts] + [-1], dtype=np.int64)
            return known[names.codes]
        case AcrossNumber(attribute=attribute) as across:
            if attribute:
                values, unit = reader.numbers(attribute, 9), 10**9
            else:
                values, unit = None if measured is None else np.abs(measured), 10**component.digits
            return None if values is None else columns_by_size(component, across, values, unit)
        case _:
            return None
