"""One payee's plans by day: which pay in a period, and over which days a measure runs on."""

from __future__ import annotations

from datetime import date

from salesrules.commissions.model import Payee
from salesrules.commissions.policy import Accumulation, CommissionPolicy, Plan, ReturnTerms
from salesrules.commissions.rules.assignments import PlanRun, PlanSpan, plan_runs, plan_spans
from salesrules.core import DateRange, FiscalCalendar, PeriodKind

__all__ = ["PlanDays", "period_kind"]

_KINDS = {
    Accumulation.MONTH: PeriodKind.MONTH,
    Accumulation.QUARTER: PeriodKind.QUARTER,
    Accumulation.YEAR: PeriodKind.YEAR,
}


def period_kind(accumulate: Accumulation, pay_period: PeriodKind) -> PeriodKind:
    """The kind of period after which a running measure starts again."""
    return _KINDS.get(accumulate, pay_period)


class PlanDays:
    """Answers for one payee, each question worked out once."""

    def __init__(self, payee: Payee, policy: CommissionPolicy, calendar: FiscalCalendar) -> None:
        self._payee = payee
        self._policy = policy
        self._calendar = calendar
        self._spans: dict[DateRange, tuple[PlanSpan, ...]] = {}

    def spans(self, span: DateRange) -> tuple[PlanSpan, ...]:
        """The plan versions and assignments that hold within a span."""
        found = self._spans.get(span)
        if found is None:
            found = self._spans[span] = plan_spans(self._payee, self._policy, span)
        return found

    def runs(self, span: DateRange) -> tuple[PlanRun, ...]:
        """The plan versions that hold within a span, whatever the assignments behind them."""
        return plan_runs(self.spans(span))

    def kind(self, accumulate: Accumulation) -> PeriodKind:
        """The kind of period after which a running measure starts again."""
        return period_kind(accumulate, self._policy.pay_period)

    def bucket(self, plan: Plan, accumulate: Accumulation, day: date) -> DateRange:
        """The days around a day over which a component of the plan accumulates."""
        whole = self._calendar.at(self.kind(accumulate), day).span
        return next(span for span, held in self.runs(whole) if held is plan and day in span)

    def takes_back(self, sold: date, returned: date) -> bool:
        """Whether a return takes back what its sale paid, by the plan of the sale's day.

        Where nobody was paid for the sale, since no plan held on its day, the plan of the return's day says so.
        """
        for day in (sold, returned):
            for span, plan in self.runs(self._calendar.at(self._policy.pay_period, day).span):
                if day in span:
                    return plan.returns is ReturnTerms.ORIGINAL_TERMS
        return False
