"""From credits to statement lines: running measures, tiers, caps, returns and rounding, for one payee."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import attrs

from salesrules.commissions.model import CapUse, OpeningMeasure, SalesCredit, StatementLine
from salesrules.commissions.policy import (
    Accumulation,
    AcrossAttribute,
    AcrossComponent,
    AcrossNumber,
    Cap,
    Component,
    FormulaTable,
    GridTable,
    Measure,
    Observed,
    Plan,
    Residual,
    RoundingLevel,
)
from salesrules.commissions.rules.accounts import Account, Move, Moving
from salesrules.commissions.rules.columns import column_named, in_order, moves, number_of
from salesrules.commissions.rules.formula import names_in
from salesrules.commissions.rules.measures import Measured, counts, measure_as, measure_credit, unit_of
from salesrules.commissions.rules.opening import open_account
from salesrules.commissions.rules.residuals import spread_residual
from salesrules.core import (
    EXACT,
    DateRange,
    Exact,
    ExchangeRates,
    Money,
    Rate,
    Rounding,
    SalesRulesError,
    exact_sum,
    narrowed,
    plus,
)

__all__ = ["Bucket", "LineMaker"]

_ZERO, _ONE = Decimal(0), Decimal(1)
_WHOLE = Rate(1)


class Bucket(NamedTuple):
    """A running measure: the plan version, its component, and the days over which it accumulates."""

    plan: str
    component: str
    span: DateRange


class _Totals:
    """What a statement's lines under one plan have earned and paid so far."""

    __slots__ = ("earned", "paid", "payable", "zero")

    def __init__(self, currency: str) -> None:
        self.zero = Money.zero(currency)
        self.earned: Exact = _ZERO
        self.payable: Exact = _ZERO
        self.paid = _ZERO


class LineMaker:
    """Makes one payee's lines, period after period, and keeps what runs on between them.

    `bucket` gives the days over which a component accumulates around a day, `quota_over` the payee's quota of a measure
    over such days, for a unit and a currency. `on_fault` is told of a credit that cannot be measured; it counts as zero
    so that all faults are found.
    """

    def __init__(
        self,
        *,
        rates: ExchangeRates,
        bucket: Callable[[Plan, Accumulation, date], DateRange],
        quota_over: Callable[[str, DateRange, str, str], Decimal],
        on_fault: Callable[[SalesCredit, SalesRulesError], None],
        openings: Sequence[OpeningMeasure] = (),
    ) -> None:
        self._rates = rates
        self._openings = openings
        self._bucket = bucket
        self._quota_over = quota_over
        self._on_fault = on_fault
        self._accounts: dict[Bucket, Account] = {}
        self._recent: dict[tuple[str, str], tuple[DateRange, Account]] = {}

    def measured(self, bucket: Bucket) -> Decimal | None:
        """What was credited in a bucket so far, `None` where nothing was."""
        account = self._accounts.get(bucket)
        return None if account is None else account.measured

    def lines(
        self, plan: Plan, credits: Iterable[SalesCredit], rounding: Rounding, cap: Cap | None
    ) -> list[StatementLine]:
        """The lines of one plan in one period, in the order of the credits; `cap` limits them together."""
        totals = _Totals(plan.currency)
        found: list[StatementLine] = []
        components = in_order(plan)
        for credit in credits:
            found += [
                self._line(plan, component, credit, rounding, cap, totals)
                for component in components
                if moves(component, credit, plan)
            ]
        if plan.rounding.residual is Residual.LARGEST_REMAINDER:
            return spread_residual(found, rounding)
        return found

    def _line(
        self,
        plan: Plan,
        component: Component,
        credit: SalesCredit,
        rounding: Rounding,
        cap: Cap | None,
        totals: _Totals,
    ) -> StatementLine:
        account = self._account(plan, component, credit.day)
        measured = Measured(_ZERO, _ONE)
        if counts(component, credit):
            measured = self._measure(component, credit, plan.currency)
        try:
            moved = account.move(self._moving(plan, component, credit, measured.value))
        except SalesRulesError as error:
            self._on_fault(credit, error)
            moved = Move(account.measured, account.measured, _ZERO)
        earned = moved.earned
        use = None if cap is None else CapUse(policy=cap.id, limit=cap.amount.amount, earned_before=totals.earned)
        payable = earned if use is None else use.room(earned)
        running, running_paid = totals.payable, totals.paid
        if plan.rounding.level is not RoundingLevel.CUMULATIVE:
            running = running_paid = _ZERO
        by_tier = plan.rounding.level is RoundingLevel.TIER and payable == earned and moved.formula is None
        if by_tier:
            amount = exact_sum(rounding(piece.earned) for piece in moved.tiers)
        else:
            amount = EXACT.subtract(rounding(plus(running, payable)), running_paid)
        totals.earned = plus(totals.earned, earned)
        totals.payable = plus(totals.payable, payable)
        totals.paid = EXACT.add(totals.paid, amount)
        return StatementLine(
            id=f"{credit.key}/{component.id}/{credit.role}",
            credit=credit,
            plan=plan.id,
            component=component.id,
            measured=measured.value,
            unit=unit_of(component, plan.currency),
            exchange_rate=measured.exchange_rate,
            before=moved.before,
            after=moved.after,
            quota=account.quota,
            base=account.base,
            pieces=moved.pieces,
            formula=moved.formula,
            earned=earned,
            payable=payable,
            cap=use,
            rounding=rounding,
            running=running,
            running_paid=running_paid,
            is_rounded_by_tier=by_tier,
            amount=totals.zero.with_amount(amount),
        )

    def _measure(self, component: Component, credit: SalesCredit, currency: str) -> Measured:
        try:
            return measure_credit(component, credit, currency, self._rates)
        except SalesRulesError as error:
            self._on_fault(credit, error)
            return Measured(_ZERO, _ONE)

    def _moving(self, plan: Plan, component: Component, credit: SalesCredit, measured: Decimal) -> Moving:
        """The credit as the component's account sees it."""
        match component.table:
            case FormulaTable(formula=formula):
                wanted = [measure for measure in Measure if measure in names_in(formula)]
                found = {each.value: measure_as(each, credit, plan.currency, self._rates).value for each in wanted}
                return Moving(measured, measures={component.measure.value: measured} | found)
            case GridTable(across=AcrossAttribute(attribute=attribute), columns=columns):
                return Moving(measured, column_named(credit.transaction, attribute, columns))
            case GridTable(across=AcrossNumber() as across):
                return Moving(measured, across.columns.at(self._number(plan, component, credit, across)))
            case _:
                return Moving(measured)

    def _number(self, plan: Plan, component: Component, credit: SalesCredit, across: AcrossNumber) -> Decimal:
        """An attribute as a number, or how large the whole deal is, whoever has which share or part of it."""
        if across.attribute:
            return number_of(credit.transaction, across.attribute)
        whole = attrs.evolve(credit, share=_WHOLE, part=None)
        return measure_as(component.measure, whole, plan.currency, self._rates).value.copy_abs()

    def _account(self, plan: Plan, component: Component, day: date) -> Account:
        key = (plan.id, component.id)
        recent = self._recent.get(key)
        if recent is not None and day in recent[0]:  # credits come by day, so most stand in the last one's span
            return recent[1]
        span = self._bucket(plan, component.accumulate, day)
        bucket = Bucket(plan.id, component.id, span)
        account = self._accounts.get(bucket)
        if account is None:
            account = self._accounts[bucket] = self._opened(plan, component, span)
        self._recent[key] = span, account
        return account

    def _opened(self, plan: Plan, component: Component, span: DateRange) -> Account:
        unit = unit_of(component, plan.currency)

        def reached(across: AcrossComponent) -> str:
            other = next(each for each in plan.components if each.id == across.component)
            account = self._account(plan, other, span.start)
            observed: Exact = account.measured
            if across.observe is Observed.ATTAINMENT and account.quota is not None:
                observed = narrowed(Fraction(account.measured) / Fraction(account.quota))
            return across.columns.at(observed)

        openings: dict[tuple[str, str], Decimal] = {}
        for opening in self._openings:
            if opening.component == component.id and opening.day in span:
                openings[opening.measure, opening.column] = opening.measured
        return open_account(
            component,
            quota_of=lambda measure: self._quota_over(measure, span, unit, plan.currency),
            target_of=lambda measure: self._quota_over(measure, span, plan.currency, plan.currency),
            openings=openings,
            reached=reached,
        )
