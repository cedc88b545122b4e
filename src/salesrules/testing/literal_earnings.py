"""What each credit earns in a component: the running measures of a span, quotas, columns, and the table asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from salesrules.testing.literal_credits import PlainCredit, counts, measure_of
from salesrules.testing.literal_formula import work_out
from salesrules.testing.literal_spans import quota_over
from salesrules.testing.literal_tables import Row, earned_by, rows_of, value_at

if TYPE_CHECKING:
    from salesrules.commissions import Component, OpeningMeasure, Plan
    from salesrules.quotas import Quota

__all__ = ["Earnings"]

_ZERO = Fraction(0)
_MEASURES = ("amount", "margin", "quantity", "count")
_BY_RATES = ("marginal", "whole_amount", "interpolated_rate")

Span = tuple[date, date]


class _Running:
    """What a component has measured over a span so far: in all, by column, by measure; and the column that paid it."""

    def __init__(self) -> None:
        self.measured = _ZERO
        self.by_column: dict[str, Fraction] = {}
        self.by_measure: dict[str, Fraction] = {}
        self.column: str | None = None


class Earnings:
    """The sheets on which one payee's measures run on; `completing` are the returns that complete their sale's."""

    def __init__(
        self,
        plan: Plan,
        *,
        pay_period: str,
        quotas: Sequence[Quota],
        openings: Sequence[OpeningMeasure],
        completing: Iterable[str],
        span_of: Callable[[str, date], Span],
    ) -> None:
        self.plan, self.quotas, self.openings = plan, quotas, openings
        self.pay_period, self.span_of = pay_period, span_of
        self.completing = frozenset(completing)
        self.running: dict[tuple[str, date], _Running] = {}
        self.copied: dict[tuple[str, date, str], list[Row]] = {}
        self.summed: dict[tuple[str, Span], Fraction] = {}

    def components(self) -> list[Component]:
        """The plan's components; those whose column another one names come after it."""
        return sorted(self.plan.components, key=lambda component: self.observed(component) is not None)

    def observed(self, component: Component) -> Component | None:
        """The component whose measure names the column of this one's table, where one does."""
        table: Any = component.table
        if table.kind != "grid" or table.across.kind != "component":
            return None
        return next(other for other in self.plan.components if other.id == table.across.component)

    def concerns(self, component: Component, credit: PlainCredit) -> bool:
        """Whether a credit changes what a component has earned: it counts it, or the one that names its column does."""
        other = self.observed(component)
        return counts(component, credit) or (other is not None and counts(other, credit))

    def earned(self, component: Component, credit: PlainCredit) -> Fraction:
        """What a credit earns: its measure is added to what runs over the span (or stands alone), the table asked."""
        span = self.span(component, credit.day)
        running = self.running_in(component, span)
        measured = measure_of(component.measure, credit, self.completing) if counts(component, credit) else _ZERO
        if component.accumulate == "transaction":
            running = _Running()
        before = running.measured
        running.measured += measured
        if component.table.kind == "formula":
            return self.by_formula(component, credit, running, measured, span)
        if component.table.kind == "grid":
            return self.by_grid(component, credit, running, before, span)
        return earned_by(component.table.mode, self.rows(component, span), before, running.measured)

    def by_formula(
        self, component: Component, credit: PlainCredit, running: _Running, measured: Fraction, span: Span
    ) -> Fraction:
        """What the formula comes to with the measures after the credit, less what it came to with those before it."""
        table: Any = component.table
        names = {component.measure.value, *(name for name in _MEASURES if name in table.formula)}

        def due() -> Fraction:
            values = {name: running.by_measure.get(name, _ZERO) for name in names}
            if not any(values.values()):
                return _ZERO  # nothing was measured, so nothing is paid
            if "quota" in table.formula or "attainment" in table.formula:
                values["quota"] = self.quota(table.quota_measure, span)
                values["attainment"] = values[component.measure] / values["quota"]
            return work_out(table.formula, values)

        before = due()
        for name in names:
            more = measured if name == component.measure else measure_of(name, credit, self.completing)
            running.by_measure[name] = running.by_measure.get(name, _ZERO) + more
        return due() - before

    def by_grid(
        self, component: Component, credit: PlainCredit, running: _Running, before: Fraction, span: Span
    ) -> Fraction:
        """Find the column, then pay by its rates.

        Where another component names it, the column reached now pays the whole span, less what the one before paid.
        """
        table: Any = component.table
        after = running.measured
        columns = {name: self.rows(component, span, name) for name in table.tiers.bands[0].value}
        if table.across.kind == "component":
            column = self.column_reached(component, span)
            last, running.column = running.column or column, column
            due = earned_by(table.mode, columns[column], _ZERO, after)
            return due - earned_by(table.mode, columns[last], _ZERO, before)
        column = self.column_of(component, credit)
        if table.mode == "marginal":
            return earned_by("marginal", columns[column], before, after)
        paid = _by_reached_row(columns, running.by_column, before)
        running.by_column[column] = running.by_column.get(column, _ZERO) + after - before
        return _by_reached_row(columns, running.by_column, after) - paid

    def column_of(self, component: Component, credit: PlainCredit) -> str:
        """The transaction's own word, or the name that bands give to a number: an attribute, or the deal's size."""
        table: Any = component.table
        across = table.across
        if across.kind == "attribute":
            return credit.attributes[across.attribute]
        if across.attribute:
            number = Fraction(credit.attributes[across.attribute])
        else:
            whole = attrs.evolve(credit, share=Decimal(1))
            number = abs(measure_of(component.measure, whole, self.completing))
        return str(value_at(rows_of(across.columns), number))

    def column_reached(self, component: Component, span: Span) -> str:
        """The name that bands give to what another component has measured over the span, or to its attainment."""
        table: Any = component.table
        other = self.observed(component)
        assert other is not None  # for the type checker: asked only where there is one
        number = self.running_in(other, span).measured
        if table.across.observe == "attainment":
            observed: Any = other.table
            number /= self.quota(observed.quota_measure, span)
        return str(value_at(rows_of(table.across.columns), number))

    def running_in(self, component: Component, span: Span) -> _Running:
        """What runs over a span; a new one begins with what was measured before computing began."""
        key = (component.id, span[0])
        if key not in self.running:
            running = self.running[key] = _Running()
            for opening in self.openings:
                if opening.component == component.id and span[0] <= opening.day < span[1]:
                    name, measured = opening.measure or component.measure.value, Fraction(opening.measured)
                    running.by_measure[name] = running.by_measure.get(name, _ZERO) + measured
                    running.by_column[opening.column] = running.by_column.get(opening.column, _ZERO) + measured
                    if name == component.measure:
                        running.measured += measured
        return self.running[key]

    def span(self, component: Component, day: date) -> Span:
        """The days over which a measure runs; a transaction that stands alone takes the quota of its pay period."""
        word = component.accumulate.value
        return self.span_of(self.pay_period if word in ("transaction", "period") else word, day)

    def rows(self, component: Component, span: Span, column: str = "") -> list[Row]:
        """The table as it holds over a span, or one column of it: bounds of a quota and multiples worked out."""
        key = (component.id, span[0], column)
        if key not in self.copied:
            table: Any = component.table
            unit = self.unit(component, span)
            self.copied[key] = [
                row._replace(value=_number(row.value[column] if column else row.value) * unit)
                for row in rows_of(table.tiers, self.scale(component, span))
            ]
        return self.copied[key]

    def quota(self, measure: str, span: Span) -> Fraction:
        """The payee's quota of a measure over a span."""
        if (measure, span) not in self.summed:
            self.summed[measure, span] = quota_over(self.quotas, measure, span)
        return self.summed[measure, span]

    def scale(self, component: Component, span: Span) -> Fraction:
        """What bounds are multiplied by: the quota over the span where they are shares of it, else one."""
        table: Any = component.table
        by_quota = table.kind == "attainment" or getattr(table, "basis", "amount") == "attainment"
        return self.quota(table.quota_measure, span) if by_quota else Fraction(1)

    def unit(self, component: Component, span: Span) -> Fraction:
        """What values are multiples of: a base rate, a target, or the target for each part of the quota reached."""
        table: Any = component.table
        if table.kind != "multiplier":
            return Fraction(1)
        if table.base_rate is not None:
            return _number(table.base_rate)
        target = Fraction(table.target.amount) if table.target else self.quota(table.target_measure, span)
        return target / self.scale(component, span) if table.mode in _BY_RATES else target


def _number(value: Any) -> Fraction:
    """A rate or an amount as a number."""
    return Fraction(getattr(value, "value", value))


def _by_reached_row(columns: Mapping[str, list[Row]], measured: Mapping[str, Fraction], whole: Fraction) -> Fraction:
    """What each column measured times its rate in the row that all of it together has reached."""
    return sum((part * value_at(columns[name], whole) for name, part in measured.items()), _ZERO)
