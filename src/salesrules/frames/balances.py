"""Balances over statements: from what was earned to what is paid, payee by payee, by the scalar rules themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from salesrules.commissions import (
    BalanceEntry,
    BalanceKind,
    CommissionPolicy,
    Draw,
    OpeningHold,
    Payee,
    PayEvent,
    PayoutRun,
    PayoutStanding,
    Plan,
    PlanSpan,
    plan_spans,
    settle_balances,
)
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Money,
    Period,
    Rounding,
    exact_sum,
)
from salesrules.frames.earnings import Earnings, read_earnings, read_events, read_holds, read_owed, read_people

__all__ = ["settle_in_bulk"]

_CALENDAR = FiscalCalendar()
_ZERO = Decimal(0)
#: The columns that say why pay differs from what was earned, in the order in which it comes to do so.
_KINDS = {
    "held_back": (BalanceKind.HELD,),
    "released": (BalanceKind.RELEASED,),
    "cancelled": (BalanceKind.HELD_CANCELLED,),
    "clawed_back": (BalanceKind.CLAWED_BACK, BalanceKind.CLAWBACK_OFFSET),
    "shortfalls": (BalanceKind.SHORTFALL_CARRIED,),
    "draws": (BalanceKind.DRAW_PAID,),
    "recovered": (BalanceKind.BALANCE_RECOVERED,),
    "minimum": (BalanceKind.MINIMUM_CARRIED,),
}
_AMOUNTS = ("earned", *_KINDS, "pools", "paid", "opening", "closing", "held", "forfeited")


def settle_in_bulk(
    policy: CommissionPolicy,
    statements: Any,
    *,
    until: date,
    credits: Any = None,
    payees: Any = None,
    owed: Any = None,
    events: Any = (),
    holds: Any = (),
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    on_last: Callable[[str, PayoutStanding], object] | None = None,
) -> pa.Table:
    """What is paid of what statements come to: payouts, clawbacks, draws, shortfalls, recovery and minimum payments.

    `statements` has `payee`, `period` and `commission`, and `credits` what each of them is paid, both as `calculate`
    gives them; credits are needed where plans have payouts or clawbacks, which go by sale. `payees` has `payee` and
    `position` of everybody who can be paid (those of the statements, and whom assignments name, where it is not given).
    `owed` has `payee`, `day` and `amount` of what is owed from before. `events` are `PayEvent`s, or a frame with
    `payee`, `day`, `event` and, where there are such, `transaction` and `instalments`; `holds` are `OpeningHold`s, or a
    frame with `payee`, `day`, `amount`, `policy`, `transaction` and `due`. Amounts are decimals in the plans' currency.

    Gives a row for each payee and pay period, from the first assignment, credit or debt to the period of `until`, in
    which a plan holds, something was earned, or something held may change: `earned`; what is `held_back` of it (not
    above zero), `released` of what was held, `cancelled` of it by returns, and `clawed_back`; `shortfalls` (carried),
    `draws` (advanced), `recovered` (not above zero), and what is carried since it is below a `minimum`; what `pools`
    pay, and what is `paid` in all. Then what is owed at the `opening` and the `closing`, what is `held` at the end, and
    how much of that was `forfeited`. `on_last` is told of each payee what of payouts stands as the last period begins.

    Raises `InvalidDocument` where plans pay in several currencies, where credits are needed and not given, and for
    events that lack what a clawback needs.
    """
    _check(policy)
    earnings = read_earnings(policy, statements, credits)
    run = _Balances(policy, earnings, calendar, currencies or CurrencyTable.iso(), until)
    for event in read_events(events):
        run.events[event.payee].append(event)
    for hold in read_holds(holds, run.currency):
        run.holds[hold.payee].append(hold)
    run.owed.update(read_owed(owed))
    run.on_last = on_last
    people = read_people(payees) if payees is not None else run.people()
    found = [row for payee in people for row in run.rows(payee)]
    if run.faults:
        raise InvalidDocument(tuple(run.faults))
    digits = max((-int(value.as_tuple().exponent) for row in found for value in row[2:]), default=0)
    columns = {
        name: pa.array([row[place] for row in found], pa.string()) for place, name in enumerate(("payee", "period"))
    }
    kind = pa.decimal128(38, max(digits, run.digits))
    columns |= {name: pa.array([row[place] for row in found], kind) for place, name in enumerate(_AMOUNTS, start=2)}
    return pa.table(columns)


def _check(policy: CommissionPolicy) -> None:
    if not policy.plans:
        raise InvalidValue("plans", 0, "give the policy the plans that paid the statements")
    currencies = sorted({plan.currency for plan in policy.plans})
    if len(currencies) > 1:
        fault = Fault(
            code="frames.mixed_currencies",
            path="plans",
            problem="plans pay in several currencies",
            remedy="settle the plans of each currency apart",
            value=", ".join(currencies),
        )
        raise InvalidDocument((fault,))


class _Balances:
    """Settles payees one after the other; which plans and draws hold is worked out once for those who are alike."""

    def __init__(
        self,
        policy: CommissionPolicy,
        earnings: Earnings,
        calendar: FiscalCalendar,
        currencies: CurrencyTable,
        until: date,
    ) -> None:
        self._policy, self._earnings, self._calendar = policy, earnings, calendar
        self.currency = policy.plans[0].currency
        self.digits = currencies.digits(self.currency)
        self.events: dict[str, list[PayEvent]] = defaultdict(list)
        self.holds: dict[str, list[OpeningHold]] = defaultdict(list)
        self.owed: dict[str, dict[date, Decimal]] = {}
        self.faults: list[Fault] = []
        self.on_last: Callable[[str, PayoutStanding], object] | None = None
        self._end = calendar.at(policy.pay_period, until).end
        self._spans: dict[tuple[tuple[str, ...], Period], tuple[PlanSpan, ...]] = {}
        self._number: dict[tuple[date, Period], int] = {}

    def people(self) -> list[Payee]:
        """Whom statements, assignments and what stood open before name, in the order of their ids."""
        named = {id for each in self._policy.assignments for id in each.payees}
        everybody = {*self._earnings.earned, *named, *self.holds, *self.owed}
        return [Payee(id=id, name=id) for id in sorted(everybody)]

    def rows(self, payee: Payee) -> Iterator[tuple[Any, ...]]:
        """A payee's rows in the order of the pay periods."""
        own = [each for each in self._policy.assignments if payee.id in each.payees or payee.position in each.positions]
        earned, opened = self._earnings.earned.get(payee.id, {}), self.owed.get(payee.id, {})
        days = [*(each.effective.start for each in own), *opened, *(hold.day for hold in self.holds[payee.id])]
        days += [self._calendar.period(label).start for label in earned]
        first = min(days, default=self._end)
        alike = tuple(f"{each.id}\0{payee.id in each.payees}" for each in own)
        payouts = self._payouts(payee)
        owed = _ZERO
        if first >= self._end:
            return
        for period in self._calendar.periods(self._policy.pay_period, DateRange(first, self._end)):
            owed = opened.get(period.start, owed)
            if self.on_last is not None and period.end == self._end:
                self.on_last(payee.id, payouts.standing)
            key = alike, period
            spans = self._spans.get(key)
            if spans is None:
                spans = self._spans[key] = plan_spans(payee, self._policy, period.span)
            if spans or period.label in earned or payouts.has_due(period):
                entries = self._entries(payee, period, owed, spans, payouts)
                amounts = self._amounts(payee, period, owed, entries)
                held = exact_sum(-entry.held.amount for entry in entries if _forfeits(entry) and entry.held is not None)
                yield payee.id, period.label, *amounts, payouts.held, held
                owed = amounts[-1]

    def _payouts(self, payee: Payee) -> PayoutRun:
        def note(code: str, problem: str, remedy: str, value: str) -> None:
            path = f"payees[{payee.id}]"
            self.faults.append(
                Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=value)
            )

        return PayoutRun(
            calendar=self._calendar,
            plans=self._policy.plans,
            events=self.events[payee.id],
            openings=self.holds[payee.id],
            rounding_of=self._rounding,
            on_fault=note,
        )

    def _rounding(self, plan: Plan) -> Rounding:
        digits = plan.rounding.digits
        return Rounding(digits=self.digits if digits is None else digits, mode=plan.rounding.mode)

    def _entries(
        self, payee: Payee, period: Period, owed: Decimal, spans: tuple[PlanSpan, ...], payouts: PayoutRun
    ) -> Sequence[BalanceEntry]:
        """What turns the earnings of a period into pay: what is due of them, then balances, then the minimum."""
        earned_ = self._earnings.on_sales.get(payee.id, {}).get(period.label)
        on_sales = () if earned_ is None else earned_.in_order(span.plan.id for span in spans)
        earned = self._earnings.earned.get(payee.id, {}).get(period.label, _ZERO)
        due = payouts.settle_earned(period, on_sales, self.currency)
        payable = Money(exact_sum([earned, *(entry.amount.amount for entry in due)]), self.currency)
        settled = settle_balances(
            payable,
            Money(owed, self.currency),
            spans,
            period.span,
            self.digits,
            carry_shortfall=self._policy.carry_shortfall,
            number_of=lambda draw: self._number_of(draw, period),
        )
        pay = sum((entry.amount for entry in settled), payable)
        return *due, *settled, *payouts.carry_minimum(pay, [span.plan for span in spans], period)

    def _amounts(
        self, payee: Payee, period: Period, owed: Decimal, entries: Sequence[BalanceEntry]
    ) -> tuple[Decimal, ...]:
        earned = self._earnings.earned.get(payee.id, {}).get(period.label, _ZERO)
        pools = self._earnings.pools.get(payee.id, {}).get(period.label, _ZERO)
        kinds = [
            exact_sum(entry.amount.amount for entry in entries if entry.kind in kinds) for kinds in _KINDS.values()
        ]
        closing = exact_sum([owed, *(entry.owed.amount for entry in entries)])
        return earned, *kinds, pools, exact_sum([earned, *kinds, pools]), owed, closing

    def _number_of(self, draw: Draw, period: Period) -> int:
        """Which of a draw's periods one is: 1 for the first that starts on or after the draw's own first day."""
        key = draw.effective.start, period
        if key not in self._number:
            self._number[key] = 0
            if period.start >= draw.effective.start:
                span = DateRange(draw.effective.start, period.end)
                starts = [each.start for each in self._calendar.periods(period.kind, span)]
                self._number[key] = sum(1 for start in starts if start in span)
        return self._number[key]


def _forfeits(entry: BalanceEntry) -> bool:
    return entry.kind is BalanceKind.HELD_FORFEITED
