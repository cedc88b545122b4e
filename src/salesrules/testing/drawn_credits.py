"""Credits that bring a plan's own running measures onto its thresholds, a step beside them, or anywhere; drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

import attrs

from salesrules.commissions import (
    AcrossAttribute,
    AcrossNumber,
    Component,
    FormulaTable,
    GridTable,
    Measure,
    OpeningMeasure,
    Plan,
)
from salesrules.core import CurrencyTable, FiscalCalendar
from salesrules.quotas import Quota
from salesrules.testing.chooser import Chooser
from salesrules.testing.literal_credits import PlainCredit, counts, measure_of
from salesrules.testing.literal_earnings import Earnings
from salesrules.testing.literal_spans import civil_span

__all__ = ["CreditDrawing", "words_of_attributes"]

_ZERO, _PIECE, _STEP = Decimal(0), Decimal(1), Decimal("0.01")
_DAYS = (0, 0, 0, 1, 2, 7, 20)


def words_of_attributes(plan: Plan) -> dict[str, list[str]]:
    """What transactions can have in each attribute that a plan looks at: its own words, its bounds, and a step beside.

    >>> from salesrules.testing import simple_plan
    >>> words_of_attributes(simple_plan({0: "2%"}))
    {}
    """
    found: dict[str, list[str]] = {}
    for component in plan.components:
        for each in component.filters:
            found.setdefault(each.attribute, ["something else"])[:0] = [*each.one_of, *each.none_of]
    for component in plan.components:  # where an attribute names a column, nothing else will do
        across = component.table.across if isinstance(component.table, GridTable) else None
        if isinstance(across, AcrossAttribute) and isinstance(component.table, GridTable):
            found[across.attribute] = list(component.table.columns)
        elif isinstance(across, AcrossNumber) and across.attribute:
            bounds = [Decimal(band.start) for band in across.columns.bands if isinstance(band.start, int | Decimal)]
            found[across.attribute] = [str(bound + step) for bound in bounds for step in (_ZERO, _STEP)] or ["0"]
    return found


@attrs.define
class _Left:
    """What of a sale has not come back yet."""

    sale: PlainCredit
    amount: Decimal
    cost: Decimal
    quantity: Decimal


class CreditDrawing:
    """Draws credits in the order of days, and follows what the plan's components have measured by then."""

    def __init__(
        self,
        chooser: Chooser,
        plan: Plan,
        pay_period: str,
        calendar: FiscalCalendar,
        quotas: Sequence[Quota],
        openings: Sequence[OpeningMeasure],
        share: Decimal,
    ) -> None:
        self._chooser, self._plan, self._share = chooser, plan, share
        self._sheets = Earnings(
            plan,
            pay_period=pay_period,
            quotas=quotas,
            openings=openings,
            completing=(),
            span_of=partial(civil_span, first_month=calendar.first_month),
        )
        self._left: list[_Left] = []
        self._words = words_of_attributes(plan)
        self._cent = Decimal(1).scaleb(-CurrencyTable.iso().digits(plan.currency))

    def draw(self, first: date, most: int) -> list[PlainCredit]:
        """Up to so many credits of the year that begins on a day."""
        day, found = first, []
        for number in range(most):
            day += timedelta(days=self._chooser.pick(_DAYS))
            if day.year > first.year:
                break
            back = self._left and self._chooser.number(0, 4) == 4
            credit = self._draw_return(number, day) if back else self._draw_sale(number, day)
            self._follow(credit)
            found.append(credit)
        return found

    def _follow(self, credit: PlainCredit) -> None:
        """Add a credit to what runs over its span; a return at original terms leaves that as it is."""
        if credit.original and self._plan.returns == "original_terms":
            return
        for component in self._plan.components:
            if counts(component, credit) and component.accumulate != "transaction":
                span = self._sheets.span(component, credit.day)
                self._sheets.running_in(component, span).measured += measure_of(component.measure, credit)

    def _aim(self, component: Component, day: date) -> Decimal:
        """How far a component's measure is from one of its thresholds, or from a step below or above it."""
        unit = self._unit(component)
        if isinstance(component.table, FormulaTable):
            return unit * self._chooser.number(0, 100)
        span = self._sheets.span(component, day)
        bound = self._chooser.pick([band.start or _ZERO for band in component.table.tiers.bands])
        threshold = Fraction(bound) * self._sheets.scale(component, span)
        running = Fraction(0)
        if component.accumulate != "transaction":
            running = self._sheets.running_in(component, span).measured
        steps = math.floor((threshold - running) / Fraction(self._share) / Fraction(unit))
        return (steps + self._chooser.pick((0, -1, 1))) * unit

    def _unit(self, component: Component) -> Decimal:
        """The least step of what a component measures: a cent, or a piece."""
        return self._cent if component.measure in (Measure.AMOUNT, Measure.MARGIN) else _PIECE

    def _draw_sale(self, number: int, day: date) -> PlainCredit:
        chooser = self._chooser
        component = chooser.pick(self._plan.components)
        aim = self._aim(component, day) if chooser.number(0, 3) else _ZERO
        amount = chooser.number(0, 60_000) * self._cent
        cost = chooser.number(0, int(amount / self._cent)) * self._cent
        quantity = Decimal(chooser.number(0, 6))
        if aim > 0 and component.measure is Measure.AMOUNT:
            amount = aim
        elif aim > 0 and component.measure is Measure.MARGIN:
            amount = cost + aim
        elif aim > 0 and component.measure is Measure.QUANTITY:
            quantity = aim
        sale = PlainCredit(
            id=f"t{number:04}",
            day=day,
            amount=amount,
            cost=cost,
            quantity=quantity,
            attributes={name: chooser.pick(words) for name, words in self._words.items()},
            share=self._share,
        )
        self._left.append(_Left(sale, amount, cost, quantity))
        return sale

    def _draw_return(self, number: int, day: date) -> PlainCredit:
        """All that is left of an earlier sale, a part of it, or as much as brings a measure onto a threshold."""
        chooser = self._chooser
        left = chooser.pick(self._left)
        amount, cost, quantity = left.amount, left.cost, left.quantity
        if left.amount and chooser.pick((True, False)):
            aim = -self._aim(chooser.pick(self._plan.components), day)
            part = chooser.number(1, int(left.amount / self._cent)) * self._cent
            amount = aim if 0 < aim < left.amount and chooser.pick((True, False)) else part
            cost = min(cost, chooser.number(0, 20_000) * self._cent)
            quantity = Decimal(chooser.number(0, int(left.quantity)))
        left.amount, left.cost, left.quantity = left.amount - amount, left.cost - cost, left.quantity - quantity
        if not left.amount:
            self._left.remove(left)
        return attrs.evolve(
            left.sale,
            id=f"t{number:04}",
            day=day,
            amount=-amount,
            cost=-cost,
            quantity=-quantity,
            original=left.sale.id,
        )
