"""One payee through the periods: plans, lines, balances and statements, with every fault that stands in the way."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, Inexact
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
from salesrules.commissions.policy import Cap, CommissionPolicy, Component, Draw, Plan
from salesrules.commissions.reasons import EXCESS_WAITING, STILL_HELD, UNCOUNTED
from salesrules.commissions.rules.assignments import PlanRun, PlanSpan
from salesrules.commissions.rules.balances import prorated, settle_balances, share_of_period
from salesrules.commissions.rules.crediting import report_without_plan
from salesrules.commissions.rules.fact_checks import unmeasurable
from salesrules.commissions.rules.held_quotas import HeldQuotas
from salesrules.commissions.rules.lines import Bucket, LineMaker
from salesrules.commissions.rules.measures import counts, unit_of
from salesrules.commissions.rules.modifiers import ModifierRun
from salesrules.commissions.rules.payouts import PayoutRun, PayoutStanding
from salesrules.commissions.rules.plan_days import PlanDays
from salesrules.commissions.rules.reversals import ReversalMaker
from salesrules.commissions.rules.table_curves import needed_quota
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    Money,
    Period,
    PolicyReference,
    Reason,
    Rounding,
    SalesRulesError,
    total,
)
from salesrules.quotas import CountsWorkingDays, Quota, QuotaPolicy

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
    originals: frozenset[str]
    returned: Mapping[str, Fraction]
    working_time: CountsWorkingDays | None = None


class PayeeRun:
    """Makes the statements of one payee in the order of the periods.

    `faults` collects what is wrong on the way, `findings` what is worth telling, by period.
    """

    def __init__(self, setting: Setting, payee: Payee, credits: Sequence[SalesCredit], quotas: Sequence[Quota]) -> None:
        self._setting = setting
        self._payee = payee
        self._credits = credits
        self._days = [credit.day for credit in credits]
        self._plans = PlanDays(payee, setting.policy, setting.calendar)
        self._quotas = HeldQuotas(payee.id, quotas, setting.quota_policy, setting.calendar, setting.working_time)
        self._maker = LineMaker(
            rates=setting.facts.exchange_rates,
            bucket=self._plans.bucket,
            quota_over=self._quotas.over,
            on_fault=self._cannot_measure,
            openings=[opening for opening in setting.facts.opening_measures if opening.payee == payee.id],
        )
        self._reversals = ReversalMaker(setting.originals)
        self._modifiers = ModifierRun(
            calendar=setting.calendar,
            scores=[score for score in setting.facts.appraisal_scores if score.payee == payee.id],
            openings=[opening for opening in setting.facts.opening_uses if opening.payee == payee.id],
            on_fault=self._fault,
        )
        self._payouts = PayoutRun(
            calendar=setting.calendar,
            plans=setting.policy.plans,
            events=[event for event in setting.facts.pay_events if event.payee == payee.id],
            openings=[opening for opening in setting.facts.opening_holds if opening.payee == payee.id],
            rounding_of=self._rounding,
            on_fault=self._fault,
        )
        self._faults: list[Fault] = []
        self.findings: dict[Period, list[Reason]] = defaultdict(list)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, in the order found; quotas last."""
        return [*self._faults, *self._quotas.faults]

    def statements(self, periods: Sequence[Period], standing: PayoutStanding | None = None) -> list[Statement]:
        """The payee's statements; periods in which no plan holds and nothing is credited are left out.

        `standing` is what of payouts stands when the last period begins, where the facts of earlier ones are not all
        there.
        """
        openings = {o.day: o.owed for o in self._setting.facts.opening_balances if o.payee == self._payee.id}
        owed: Money | None = None
        found = []
        settling = self._payouts
        if standing is not None:  # until then there is nothing to settle
            self._payouts = PayoutRun(
                calendar=self._setting.calendar, plans=(), rounding_of=self._rounding, on_fault=self._fault
            )
        for period in periods:
            owed = openings.get(period.start, owed)
            if standing is not None and period == periods[-1]:
                self._payouts = settling
                self._payouts.resume(standing)
                self._faults.clear()  # of periods whose facts are not all there
            try:
                statement = self._statement(period, owed)
            except InvalidDocument as error:
                self._faults += error.faults
                owed = None
            except (SalesRulesError, Inexact) as error:
                problem = "the exact amounts have too many digits" if isinstance(error, Inexact) else str(error)
                self._fault("uncomputable", problem, "mend the facts or the rulebook", period.label)
            else:
                if statement is not None:
                    found.append(statement)
                    owed = statement.closing
        return found

    def _statement(self, period: Period, owed: Money | None) -> Statement | None:
        spans = self._plans.spans(period.span)
        lines = self._lines(period)
        self._report_waiting(period, spans)
        if not spans and not lines and not self._payouts.has_due(period):
            if self._payouts.held:
                held = Money(self._payouts.held, self._payouts.currency)
                self.findings[period].append(STILL_HELD(payee=self._payee.id, amount=held))
            return None
        currency = self._single_currency(period, spans, lines)
        measurements = self._measurements(period)
        adjustments = self._modifiers.adjust(lines, measurements, period, self._plans.runs(period.span), self._rounding)
        earned = total([*(line.amount for line in lines), *(entry.amount for entry in adjustments)], currency)
        payouts = self._payouts.settle(period, lines, adjustments, currency)
        payable = total([earned, *(entry.amount for entry in payouts)])
        opening = owed or Money.zero(currency)
        if opening.currency != currency:
            remedy = f"state the opening balance in {currency}, or settle it before the plan's currency changes"
            raise InvalidDocument(
                (self._made("balance_currency", "what is owed is not in the plan's", remedy, opening),)
            )
        setting = self._setting
        settled = settle_balances(
            payable,
            opening,
            spans,
            period.span,
            setting.currencies.digits(currency),
            carry_shortfall=setting.policy.carry_shortfall,
            number_of=lambda draw: self._number_of(draw, period),
        )
        pay = total([payable, *(entry.amount for entry in settled)])
        small = self._payouts.carry_minimum(pay, [span.plan for span in spans], period)
        entries = (*payouts, *settled, *small)
        return Statement(
            payee=self._payee.id,
            period=period,
            currency=currency,
            plans=tuple(dict.fromkeys(span.plan.id for span in spans)),
            lines=lines,
            measurements=measurements,
            adjustments=adjustments,
            balances=entries,
            earned=earned,
            paid=total([earned, *(entry.amount for entry in entries)]),
            opening=opening,
            closing=total([opening, *(entry.owed for entry in entries)]),
            held=Money(self._payouts.held, currency) if self._payouts.held else None,
        )

    def _number_of(self, draw: Draw, period: Period) -> int:
        """Which of a draw's periods one is: 1 for the first that starts on or after the draw's own first day."""
        if period.start < draw.effective.start:
            return 0
        span = DateRange(draw.effective.start, period.end)
        found = self._setting.calendar.periods(period.kind, span)
        return sum(1 for each in found if each.start in span)

    def _lines(self, period: Period) -> list[StatementLine]:
        reversed_: list[SalesCredit] = []
        measured: list[SalesCredit] = []
        for credit in self._credits_in(period):
            (reversed_ if self._is_reversal(credit) else measured).append(credit)
        held: dict[str, list[PlanRun]] = {}
        for run in self._plans.runs(period.span):
            held.setdefault(run.plan.id, []).append(run)
        lines: list[StatementLine] = []
        for runs in held.values():
            plan = runs[0].plan
            rounding = self._rounding(plan)
            credits = [credit for credit in measured if any(credit.day in run.span for run in runs)]
            made = self._maker.lines(plan, credits, rounding, _cap_of(plan, runs, period, rounding.digits))
            self._reversals.keep(made)
            lines += made
            self._report_uncounted(period, plan, credits)
        plans = [run for runs in held.values() for run in runs]
        self._report_without_plan(period, [c for c in measured if not any(c.day in run.span for run in plans)])
        for credit in reversed_:
            lines += self._reversals.lines(credit, self._setting.returned[credit.transaction.id])
        return lines

    def _is_reversal(self, credit: SalesCredit) -> bool:
        original = credit.transaction.original
        return original is not None and self._plans.takes_back(self._setting.sales[original].day, credit.day)

    def _rounding(self, plan: Plan) -> Rounding:
        digits = plan.rounding.digits
        if digits is None:
            digits = self._setting.currencies.digits(plan.currency)
        return Rounding(digits=digits, mode=plan.rounding.mode)

    def _credits_in(self, period: Period) -> Sequence[SalesCredit]:
        return self._credits[bisect_left(self._days, period.start) : bisect_left(self._days, period.end)]

    def _measurements(self, period: Period) -> list[Measurement]:
        return [
            found
            for span, plan in self._plans.runs(period.span)
            for component in plan.components
            for measured in self._setting.calendar.periods(self._plans.kind(component.accumulate), span)
            if (found := self._measurement(plan, component, measured, max(span.start, measured.start))) is not None
        ]

    def _measurement(self, plan: Plan, component: Component, period: Period, day: date) -> Measurement | None:
        span = self._plans.bucket(plan, component.accumulate, day)
        measured = self._maker.measured(Bucket(plan.id, component.id, span))
        unit = unit_of(component, plan.currency)
        quota, wanted = None, needed_quota(component.table)
        if wanted is not None:
            if measured is None and not self._quotas.has(wanted, span):
                return None  # nothing was credited, so nothing was paid: a missing quota does no harm
            quota = self._quotas.over(wanted, span, unit, plan.currency)
        return Measurement(
            plan=plan.id,
            component=component.id,
            label=period.label,
            measured=measured or Decimal(0),
            unit=unit,
            quota=quota,
            start=span.start,
        )

    def _single_currency(self, period: Period, spans: Sequence[PlanSpan], lines: Sequence[StatementLine]) -> str:
        held = {self._payouts.currency} if self._payouts.held or self._payouts.has_due(period) else set()
        first, *others = sorted(
            {span.plan.currency for span in spans} | {line.amount.currency for line in lines} | held
        )
        if others:
            problem = "plans in several currencies would pay in one period"
            remedy = "let the assignment change at the end of a period"
            raise InvalidDocument((self._made("mixed_currencies", problem, remedy, period.label),))
        return first

    def _report_without_plan(self, period: Period, credits: Sequence[SalesCredit]) -> None:
        direct = [credit for credit in credits if credit.role == DIRECT]
        if direct:
            self._fault(
                "no_plan",
                f"no plan pays this person for {len(direct)} credit(s) from {direct[0].day} to {direct[-1].day}",
                "add or extend an assignment or the days of its plan; a plan without components pays nothing",
                direct[0].transaction.id,
            )
        others = Counter((self._payee.id, credit.role) for credit in credits if credit.role != DIRECT)
        if others:
            self.findings[period] += report_without_plan(others)

    def _report_uncounted(self, period: Period, plan: Plan, credits: Sequence[SalesCredit]) -> None:
        """Credits that a plan pays nothing for, since none of its components counts them."""
        left = [c for c in credits if not any(counts(component, c) for component in plan.components)]
        for role, lines in sorted(Counter(credit.role for credit in left if plan.components).items()):
            self.findings[period].append(UNCOUNTED(payee=self._payee.id, plan=plan.id, role=role, lines=lines))

    def _report_waiting(self, period: Period, spans: Sequence[PlanSpan]) -> None:
        """What a cap carried over while its plan does not hold any more."""
        for (family, cap), amount in self._modifiers.waiting().items():
            if all(span.plan.family != family for span in spans):
                currency = next(plan.currency for plan in self._setting.policy.plans if plan.family == family)
                policy = PolicyReference("EarningsCap", cap, "excess")
                self.findings[period].append(
                    EXCESS_WAITING(payee=self._payee.id, cap=cap, amount=Money(amount, currency), policy=policy)
                )

    def _cannot_measure(self, credit: SalesCredit, error: SalesRulesError) -> None:
        self._faults.append(unmeasurable(credit.transaction, error))

    def _fault(self, code: str, problem: str, remedy: str, value: object) -> None:
        self._faults.append(self._made(code, problem, remedy, value))

    def _made(self, code: str, problem: str, remedy: str, value: object) -> Fault:
        path = f"payees[{self._payee.id}]"
        return Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=str(value))


def _cap_of(plan: Plan, runs: Sequence[PlanRun], period: Period, digits: int) -> Cap | None:
    """The plan's cap for the days on which it holds in a period."""
    if plan.cap is None:
        return None
    return attrs.evolve(plan.cap, amount=prorated(plan.cap.amount, share_of_period(runs, period.span), digits))
