"""From credits to statement lines: running measures, tiers, caps, returns and rounding, for one payee."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import CapUse, Reversal, SalesCredit, StatementLine
from salesrules.commissions.policy import (
    Accumulation,
    AttainmentTable,
    Cap,
    Component,
    Plan,
    RoundingLevel,
)
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.commissions.rules.measures import Measured, counts, measure_credit, unit_of
from salesrules.core import EXACT, DateRange, ExchangeRates, Money, Rounding, SalesRulesError

__all__ = ["Bucket", "LineMaker"]

_ZERO = Decimal(0)


class Bucket(NamedTuple):
    """A running measure: the plan version, its component, and the days over which it accumulates."""

    plan: str
    component: str
    span: DateRange


class _Account:
    """What a running measure has come to, and the curve and quota that it pays by."""

    __slots__ = ("curve", "measured", "quota")

    def __init__(self, curve: PayoutCurve, quota: Decimal | None) -> None:
        self.curve = curve
        self.quota = quota
        self.measured = _ZERO


class _Totals:
    """What a statement's lines under one plan have earned and paid so far."""

    __slots__ = ("earned", "paid", "payable")

    def __init__(self) -> None:
        self.earned = self.payable = self.paid = _ZERO


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
    ) -> None:
        self._rates = rates
        self._bucket = bucket
        self._quota_over = quota_over
        self._on_fault = on_fault
        self._accounts: dict[Bucket, _Account] = {}
        self._by_day: dict[tuple[str, str, date], _Account] = {}
        self._paid: dict[tuple[str, str], list[tuple[StatementLine, Plan]]] = {}
        self._returned: dict[str, Fraction] = {}

    def measured(self, bucket: Bucket) -> Decimal | None:
        """What was credited in a bucket so far, `None` where nothing was."""
        account = self._accounts.get(bucket)
        return None if account is None else account.measured

    def lines(
        self, plan: Plan, credits: Iterable[SalesCredit], rounding: Rounding, cap: Cap | None
    ) -> list[StatementLine]:
        """The lines of one plan in one period, in the order of the credits; `cap` limits them together."""
        totals = _Totals()
        found: list[StatementLine] = []
        for credit in credits:
            for component in plan.components:
                if counts(component, credit):
                    line = self._line(plan, component, credit, rounding, cap, totals)
                    self._paid.setdefault((credit.transaction.id, credit.role), []).append((line, plan))
                    found.append(line)
        return found

    def reversals(self, credit: SalesCredit, share: Fraction) -> list[StatementLine]:
        """One line for each line of the original: the returned share of what it paid, so that shares sum to it.

        An original that no component counted has no line, so nothing comes back.
        """
        transaction = credit.transaction
        found = []
        for line, plan in self._paid.get((str(transaction.original), credit.role), ()):
            before = self._returned.get(line.id, Fraction(0))
            after = self._returned[line.id] = before + share
            back = [line.rounding(Fraction(line.amount.amount) * part) for part in (before, after)]
            amount = Money(EXACT.subtract(*back), line.amount.currency)
            found.append(
                StatementLine(
                    id=f"{credit.key}/{line.component}/{credit.role}"
                    + (f"/{line.credit.part.number}" if line.credit.part else ""),
                    credit=credit,
                    plan=plan.id,
                    component=line.component,
                    measured=_ZERO,
                    earned=amount.amount,
                    payable=amount.amount,
                    rounding=line.rounding,
                    amount=amount,
                    reversal=Reversal(line=line.id, paid=line.amount, share_before=before, share_after=after),
                )
            )
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
        measured = self._measure(component, credit, plan.currency)
        before = account.measured
        after = account.measured = EXACT.add(before, measured.value)
        if component.accumulate is Accumulation.TRANSACTION:
            before, after = _ZERO, measured.value
        pieces = account.curve.pieces(before, after)
        earned = _ZERO
        for piece in pieces:
            earned = EXACT.add(earned, piece.earned)
        use = None if cap is None else CapUse(policy=cap.id, limit=cap.amount.amount, earned_before=totals.earned)
        payable = earned if use is None else use.room(earned)
        running, running_paid = totals.payable, totals.paid
        if plan.rounding.level is RoundingLevel.LINE:
            running = running_paid = _ZERO
        amount = EXACT.subtract(rounding(EXACT.add(running, payable)), running_paid)
        totals.earned = EXACT.add(totals.earned, earned)
        totals.payable = EXACT.add(totals.payable, payable)
        totals.paid = EXACT.add(totals.paid, amount)
        return StatementLine(
            id=f"{credit.key}/{component.id}/{credit.role}",
            credit=credit,
            plan=plan.id,
            component=component.id,
            measured=measured.value,
            unit=unit_of(component, plan.currency),
            exchange_rate=measured.exchange_rate,
            before=before,
            after=after,
            quota=account.quota,
            pieces=pieces,
            earned=earned,
            payable=payable,
            cap=use,
            rounding=rounding,
            running=running,
            running_paid=running_paid,
            amount=Money(amount, plan.currency),
        )

    def _measure(self, component: Component, credit: SalesCredit, currency: str) -> Measured:
        try:
            return measure_credit(component, credit, currency, self._rates)
        except SalesRulesError as error:
            self._on_fault(credit, error)
            return Measured(_ZERO, Decimal(1))

    def _account(self, plan: Plan, component: Component, day: date) -> _Account:
        key = (plan.id, component.id, day)
        account = self._by_day.get(key)
        if account is None:
            bucket = Bucket(plan.id, component.id, self._bucket(plan, component.accumulate, day))
            account = self._accounts.get(bucket)
            if account is None:
                account = self._accounts[bucket] = self._opened(plan, component, bucket.span)
            self._by_day[key] = account
        return account

    def _opened(self, plan: Plan, component: Component, span: DateRange) -> _Account:
        table = component.table
        quota = None
        if isinstance(table, AttainmentTable):
            quota = self._quota_over(table.quota_measure, span, unit_of(component, plan.currency), plan.currency)
        return _Account(PayoutCurve.of(table.tiers, table.mode, quota or Decimal(1)), quota)
