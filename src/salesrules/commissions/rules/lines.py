"""From credits to statement lines: running measures, tiers, caps, returns and rounding, for one payee."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesrules.commissions.model import CapUse, Reversal, SalesCredit, StatementLine, TierShare
from salesrules.commissions.policy import (
    Accumulation,
    AttainmentTable,
    Cap,
    Component,
    Plan,
    ReturnTerms,
    RoundingLevel,
)
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.commissions.rules.measures import Measured, counts, measure_credit, unit_of
from salesrules.core import EXACT, DateRange, ExchangeRates, Money, Rounding

__all__ = ["Bucket", "LineMaker"]

_ZERO = Decimal(0)


class Bucket(NamedTuple):
    """A running measure: the plan version, its component, and the days over which it accumulates."""

    plan: str
    component: str
    span: DateRange


class _Totals:
    """What a statement's lines under one plan have earned and paid so far."""

    __slots__ = ("earned", "paid", "payable")

    def __init__(self) -> None:
        self.earned = self.payable = self.paid = _ZERO


class LineMaker:
    """Makes one payee's lines, period after period, and keeps what runs on between them.

    `bucket_span` gives the days over which a component accumulates around a credit's day, `quota_over` the payee's
    quota of a measure over such days.
    """

    def __init__(
        self,
        *,
        rates: ExchangeRates,
        bucket_span: Callable[[Plan, Accumulation, SalesCredit], DateRange],
        quota_over: Callable[[str, DateRange], Decimal],
    ) -> None:
        self._rates = rates
        self._bucket_span = bucket_span
        self._quota_over = quota_over
        self._curves: dict[Bucket, PayoutCurve] = {}
        self._paid: dict[tuple[str, str], list[tuple[StatementLine, Plan]]] = {}
        self._returned: dict[str, Fraction] = {}
        self.measured: dict[Bucket, Decimal] = {}

    def lines(
        self, plan: Plan, credits: Iterable[SalesCredit], rounding: Rounding, cap: Cap | None
    ) -> list[StatementLine]:
        """The lines of one plan's days in one period, in the order of the credits; `cap` limits these days."""
        totals = _Totals()
        found: list[StatementLine] = []
        for credit in credits:
            for component in plan.components:
                if counts(component, credit):
                    line = self._line(plan, component, credit, rounding, cap, totals)
                    self._paid.setdefault((credit.transaction.id, credit.role), []).append((line, plan))
                    found.append(line)
        return found

    def is_reversal(self, credit: SalesCredit) -> bool:
        """Whether a credit is a return that takes back what its original paid, rather than a measure of its own."""
        originals = self._paid.get((credit.transaction.original or "", credit.role), ())
        return any(plan.returns is ReturnTerms.ORIGINAL_TERMS for _, plan in originals)

    def reversals(self, credit: SalesCredit, share: Fraction) -> list[StatementLine]:
        """One line for each line of the original: the returned share of what it paid, so that shares sum to it."""
        transaction = credit.transaction
        found = []
        for line, plan in self._paid[(str(transaction.original), credit.role)]:
            before = self._returned.get(line.id, Fraction(0))
            after = self._returned[line.id] = before + share
            back = [line.rounding(Fraction(line.amount.amount) * part) for part in (before, after)]
            amount = Money(EXACT.subtract(*back), line.amount.currency)
            found.append(
                StatementLine(
                    id=f"{transaction.id}/{line.component}/{credit.role}",
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
        measured = measure_credit(component, credit, plan.currency, self._rates)
        before, after, pieces = self._accumulate(plan, component, credit, measured)
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
            id=f"{credit.transaction.id}/{component.id}/{credit.role}",
            credit=credit,
            plan=plan.id,
            component=component.id,
            measured=measured.value,
            unit=unit_of(component, plan.currency),
            exchange_rate=measured.exchange_rate,
            before=before,
            after=after,
            pieces=pieces,
            earned=earned,
            payable=payable,
            cap=use,
            rounding=rounding,
            running=running,
            running_paid=running_paid,
            amount=Money(amount, plan.currency),
        )

    def _accumulate(
        self, plan: Plan, component: Component, credit: SalesCredit, measured: Measured
    ) -> tuple[Decimal, Decimal, tuple[TierShare, ...]]:
        """The running measure before and after a credit, and how the credit falls across the tiers."""
        bucket = Bucket(plan.id, component.id, self._bucket_span(plan, component.accumulate, credit))
        before = self.measured.get(bucket, _ZERO)
        after = self.measured[bucket] = EXACT.add(before, measured.value)
        if component.accumulate is Accumulation.TRANSACTION:
            before, after = _ZERO, measured.value
        return before, after, self._curve(component, bucket).pieces(before, after)

    def _curve(self, component: Component, bucket: Bucket) -> PayoutCurve:
        curve = self._curves.get(bucket)
        if curve is None:
            table = component.table
            scale = Decimal(1)
            if isinstance(table, AttainmentTable):
                scale = self._quota_over(table.quota_measure, bucket.span)
            curve = self._curves[bucket] = PayoutCurve.of(table.tiers, table.mode, scale)
        return curve
