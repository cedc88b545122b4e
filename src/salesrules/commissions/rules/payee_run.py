"""One payee through the periods: plans, lines, balances and statements, with every fault that stands in the way."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.commissions.model import (
    DIRECT,
    CommissionFacts,
    Measurement,
    Payee,
    SalesCredit,
    Statement,
    StatementLine,
    Transaction,
)
from salesrules.commissions.policy import Accumulation, AttainmentTable, CommissionPolicy, Component, Plan, ReturnTerms
from salesrules.commissions.reasons import OVERRIDE_WITHOUT_PLAN
from salesrules.commissions.rules.assignments import PlanSpan, plan_spans
from salesrules.commissions.rules.balances import prorated, settle_balances
from salesrules.commissions.rules.lines import Bucket, LineMaker
from salesrules.commissions.rules.measures import unit_of
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    Money,
    Period,
    PeriodKind,
    Reason,
    Rounding,
    SalesRulesError,
    as_decimal,
    total,
)
from salesrules.quotas import Quota, QuotaPolicy, calculate_quota

__all__ = ["PayeeRun", "Setting"]


@attrs.frozen(kw_only=True)
class Setting:
    """What is the same for every payee of a run."""

    facts: CommissionFacts
    policy: CommissionPolicy
    quota_policy: QuotaPolicy
    calendar: FiscalCalendar
    currencies: CurrencyTable
    sales: Mapping[str, Transaction]
    returned: Mapping[str, Fraction]


class PayeeRun:
    """Makes the statements of one payee in the order of the periods; `faults` collects what is wrong on the way."""

    def __init__(self, setting: Setting, payee: Payee, credits: Sequence[SalesCredit], quotas: Sequence[Quota]) -> None:
        self._setting = setting
        self._payee = payee
        self._credits = credits
        self._days = [credit.day for credit in credits]
        self._quotas = quotas
        self._spans: dict[DateRange, tuple[PlanSpan, ...]] = {}
        self._quota_cache: dict[tuple[str, DateRange], Decimal | None] = {}
        self._maker = LineMaker(
            rates=setting.facts.exchange_rates, bucket_span=self._bucket_span, quota_over=self._quota_over
        )
        self.faults: list[Fault] = []
        self.findings: list[Reason] = []

    def statements(self, periods: Sequence[Period]) -> list[Statement]:
        """The payee's statements; periods in which no plan holds and nothing is credited are left out."""
        openings = {o.day: o.owed for o in self._setting.facts.opening_balances if o.payee == self._payee.id}
        owed: Money | None = None
        found = []
        for period in periods:
            try:
                owed = openings.get(period.span.start, owed)
                statement = self._statement(period, owed)
            except InvalidDocument as error:
                self.faults += error.faults
            except SalesRulesError as error:
                self._fault("commissions.uncomputable", str(error), "mend the facts or the rulebook", period.label)
            else:
                if statement is not None:
                    found.append(statement)
                    owed = statement.closing
        return found

    def _statement(self, period: Period, owed: Money | None) -> Statement | None:
        spans = self._spans_of(period.span)
        credits = self._credits_in(period.span)
        lines = self._lines(period, spans, credits)
        if not spans and not lines:
            return None
        currency = self._single_currency(period, spans, lines)
        earned = total([line.amount for line in lines], currency)
        opening = owed or Money.zero(currency)
        setting = self._setting
        entries = settle_balances(
            earned,
            opening,
            spans,
            period.span,
            setting.currencies.digits(currency),
            carry_shortfall=setting.policy.carry_shortfall,
        )
        return Statement(
            payee=self._payee.id,
            period=period,
            currency=currency,
            plans=tuple(dict.fromkeys(span.plan.id for span in spans)),
            lines=lines,
            measurements=self._measurements(spans),
            balances=entries,
            earned=earned,
            paid=total([earned, *(entry.amount for entry in entries)]),
            opening=opening,
            closing=total([opening, *(entry.owed for entry in entries)]),
        )

    def _lines(self, period: Period, spans: Sequence[PlanSpan], credits: Sequence[SalesCredit]) -> list[StatementLine]:
        reversed_ = [credit for credit in credits if self._is_reversal(credit)]
        measured = [credit for credit in credits if not self._is_reversal(credit)]
        self._report_without_plan([c for c in measured if not any(c.day in span.span for span in spans)])
        lines: list[StatementLine] = []
        for span, plan, _ in spans:
            rounding = self._rounding(plan)
            cap = plan.cap
            if cap is not None:
                cap = attrs.evolve(cap, amount=prorated(cap.amount, span, period.span, plan, rounding.digits))
            lines += self._maker.lines(plan, [c for c in measured if c.day in span], rounding, cap)
        for credit in reversed_:
            lines += self._maker.reversals(credit, self._setting.returned[credit.transaction.id])
        return lines

    def _is_reversal(self, credit: SalesCredit) -> bool:
        """Whether a credit is a return of a sale whose plan takes returns back at original terms."""
        original = credit.transaction.original
        if original is None:
            return False
        day = self._setting.sales[original].day
        spans = self._spans_of(self._setting.calendar.at(self._setting.policy.pay_period, day).span)
        return any(day in span.span and span.plan.returns is ReturnTerms.ORIGINAL_TERMS for span in spans)

    def _rounding(self, plan: Plan) -> Rounding:
        digits = plan.rounding.digits
        if digits is None:
            digits = self._setting.currencies.digits(plan.currency)
        return Rounding(digits=digits, mode=plan.rounding.mode)

    def _credits_in(self, span: DateRange) -> Sequence[SalesCredit]:
        low = bisect.bisect_left(self._days, span.start)
        return (
            self._credits[low:] if span.end is None else self._credits[low : bisect.bisect_left(self._days, span.end)]
        )

    def _spans_of(self, span: DateRange) -> tuple[PlanSpan, ...]:
        found = self._spans.get(span)
        if found is None:
            found = self._spans[span] = plan_spans(self._payee, self._setting.policy, span)
        return found

    def _bucket_span(self, plan: Plan, accumulate: Accumulation, credit: SalesCredit) -> DateRange:
        whole = self._setting.calendar.at(self._kind(accumulate), credit.day).span
        return next(span for span, held, _ in self._spans_of(whole) if held is plan and credit.day in span)

    def _kind(self, accumulate: Accumulation) -> PeriodKind:
        if accumulate in (Accumulation.PERIOD, Accumulation.TRANSACTION):
            return self._setting.policy.pay_period
        return PeriodKind(accumulate.value)

    def _quota_over(self, measure: str, span: DateRange) -> Decimal:
        """The payee's quota; a missing or empty one is a fault, and one stands in so that all faults are found."""
        key = (measure, span)
        if key not in self._quota_cache:
            self._quota_cache[key] = None
            try:
                amount = self._calculate_quota(measure, span)
            except InvalidDocument as error:
                self.faults += error.faults
            else:
                if amount:
                    self._quota_cache[key] = amount
                else:
                    self._fault("commissions.zero_quota", f"the quota over {span} is zero", "give one above zero", "0")
        return self._quota_cache[key] or Decimal(1)

    def _has_quota(self, measure: str, span: DateRange) -> bool:
        try:
            return bool(self._calculate_quota(measure, span))
        except InvalidDocument:
            return False

    def _calculate_quota(self, measure: str, span: DateRange) -> Decimal:
        setting = self._setting
        held = calculate_quota(
            self._payee.id, span, self._quotas, setting.quota_policy, setting.calendar, measure=measure
        )
        return as_decimal(held.amount)

    def _measurements(self, spans: Sequence[PlanSpan]) -> list[Measurement]:
        return [
            found
            for span, plan, _ in spans
            for component in plan.components
            for period in self._setting.calendar.periods(self._kind(component.accumulate), span)
            if (found := self._measurement(plan, component, period, span)) is not None
        ]

    def _measurement(self, plan: Plan, component: Component, period: Period, span: DateRange) -> Measurement | None:
        held = [s.span for s in self._spans_of(period.span) if s.plan is plan and s.span.overlaps(span)]
        bucket = Bucket(plan.id, component.id, held[0])
        quota = None
        measured = self._maker.measured.get(bucket)
        if isinstance(component.table, AttainmentTable):
            if measured is None and not self._has_quota(component.table.quota_measure, bucket.span):
                return None  # nothing was credited, so nothing was paid: a missing quota does no harm
            quota = self._quota_over(component.table.quota_measure, bucket.span)
        return Measurement(
            plan=plan.id,
            component=component.id,
            label=period.label,
            measured=measured or Decimal(0),
            unit=unit_of(component, plan.currency),
            quota=quota,
        )

    def _single_currency(self, period: Period, spans: Sequence[PlanSpan], lines: Sequence[StatementLine]) -> str:
        first, *others = sorted({span.plan.currency for span in spans} | {line.amount.currency for line in lines})
        if others:
            self._fault(
                "commissions.mixed_currencies",
                "plans in several currencies would pay in one period",
                "let the assignment change at the end of a period",
                period.label,
            )
            return next((span.plan.currency for span in spans), first)
        return first

    def _report_without_plan(self, credits: Sequence[SalesCredit]) -> None:
        direct = [credit for credit in credits if credit.role == DIRECT]
        if direct:
            self._fault(
                "commissions.no_plan",
                f"no plan pays this person for {len(direct)} credit(s) from {direct[0].day} to {direct[-1].day}",
                "add or extend an assignment, also one to a plan without components if nothing is to be paid",
                direct[0].transaction.id,
            )
        for role in sorted({credit.role for credit in credits} - {DIRECT}):
            lines = sum(1 for credit in credits if credit.role == role)
            self.findings.append(OVERRIDE_WITHOUT_PLAN(payee=self._payee.id, role=role, lines=lines))

    def _fault(self, code: str, problem: str, remedy: str, value: str) -> None:
        path = f"payees[{self._payee.id}]"
        self.faults.append(Fault(code=code, path=path, problem=problem, remedy=remedy, value=value))
