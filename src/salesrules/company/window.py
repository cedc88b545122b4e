"""How far back the lines of a period reach: which of everything sold must be looked at one by one to write them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from salesrules.commissions import (
    Accumulation,
    CommissionPolicy,
    EarningsCap,
    Excess,
    LimitSpan,
    Plan,
    ReturnTerms,
    Trigger,
    TriggerTerms,
)
from salesrules.company.sold import SoldColumns
from salesrules.core import FiscalCalendar, Period, PeriodKind, exact_sum

__all__ = ["rows_within_reach"]

_KINDS: Final = {
    Accumulation.MONTH: PeriodKind.MONTH,
    Accumulation.QUARTER: PeriodKind.QUARTER,
    Accumulation.YEAR: PeriodKind.YEAR,
}
_CAPS: Final = {LimitSpan.QUARTER: PeriodKind.QUARTER, LimitSpan.YEAR: PeriodKind.YEAR}


def rows_within_reach(
    policy: CommissionPolicy, calendar: FiscalCalendar, period: Period, sold: SoldColumns, named: Iterable[str] = ()
) -> Sequence[int]:
    """The rows of everything sold that the lines of a period come from, in their order.

    They are all that may be credited from the first day on which a measure or a cap of the period began to run, each
    sale with all of its returns, and those that are `named`. Where returns of the period take back what their sale was
    paid, they are also all that may be credited while a measure or a cap of that sale ran. A cap that carries over what
    it cuts off, or holds for the whole life of a plan, began to run with its plan.
    """
    reach, span_of = _Reach(policy, sold), _spans(policy, calendar)
    spans = {(span_of(period.start)[0], date.max)}
    spans |= {(plan.life.effective.start, date.max) for plan in policy.plans if any(map(_runs_on, _caps(plan)))}
    if any(plan.returns is ReturnTerms.ORIGINAL_TERMS for plan in policy.plans):
        returned = (row for row, original in enumerate(sold.original) if original is not None)
        taken = {sold.original[row] for row in returned if reach.latest(row) >= period.start}
        for row, id in enumerate(sold.id):
            if id in taken:
                last = min(reach.latest(row), period.start)
                spans.add((span_of(sold.day[row])[0], max(span_of(last)[1], sold.day[row])))

    @functools.cache
    def is_near(first: date, last: date) -> bool:
        return any(first < end and start <= last for start, end in spans)

    heads = [original or id for id, original in zip(sold.id, sold.original, strict=True)]
    wanted = {head for row, head in enumerate(heads) if is_near(sold.day[row], reach.latest(row))}
    wanted.update(named)
    return [row for row, head in enumerate(heads) if head in wanted or sold.id[row] in wanted]


def _caps(plan: Plan) -> list[EarningsCap]:
    return [each for each in plan.modifiers if isinstance(each, EarningsCap)]


def _runs_on(cap: EarningsCap) -> bool:
    """Whether what a cap does in a period goes by all that was earned under it before."""
    return cap.per is LimitSpan.PLAN or cap.excess is Excess.CARRIED


def _spans(policy: CommissionPolicy, calendar: FiscalCalendar) -> Callable[[date], tuple[date, date]]:
    """The first and the end of all spans, over which something runs, that hold a day."""
    entries = [*(c for plan in policy.plans for c in plan.components), *(pool.component for pool in policy.pools)]
    kinds = {policy.pay_period, *(_KINDS.get(each.accumulate, policy.pay_period) for each in entries)}
    kinds |= {_CAPS[cap.per] for plan in policy.plans for cap in _caps(plan) if cap.per in _CAPS}

    @functools.cache
    def span_of(day: date) -> tuple[date, date]:
        found = [calendar.at(kind, day) for kind in kinds]
        return min(each.start for each in found), max(each.end for each in found)

    return span_of


class _Reach:
    """The last day on which rows may be credited; what waits for a day yet to come is never over."""

    def __init__(self, policy: CommissionPolicy, sold: SoldColumns) -> None:
        self._sold = sold
        self._terms = [rule.trigger for rule in policy.crediting if rule.trigger.on is not Trigger.BOOKING]

    def latest(self, row: int) -> date:
        """No day after this one credits the row; nothing is credited before it is booked."""
        return max([self._sold.day[row], *(self._last(row, terms) for terms in self._terms)])

    def _last(self, row: int, terms: TriggerTerms) -> date:
        sold = self._sold
        if sold.original[row] is not None:  # it waits for what its sale waits for
            return date.max
        if terms.on is not Trigger.CASH:
            return (sold.delivered if terms.on is Trigger.DELIVERY else sold.invoiced)[row] or date.max
        paid = sold.payments.get(sold.id[row], ())
        if exact_sum(payment.amount.amount for payment in paid) < sold.amount[row]:
            return date.max
        days = [max(payment.day, payment.due or payment.day) for payment in paid]
        last = max(days, default=sold.day[row])
        return date.fromordinal(min(last.toordinal() + terms.safety_days, date.max.toordinal()))
