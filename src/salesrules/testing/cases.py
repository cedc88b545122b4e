"""Cases: a plan with the credits, quotas and openings of one payee, ready for the rules, the oracle or your system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import attrs

from salesrules.commissions import (
    AmountTable,
    Assignment,
    CommissionFacts,
    CommissionPolicy,
    CommissionRun,
    Component,
    DirectCredit,
    OpeningMeasure,
    Payee,
    Plan,
    RateMode,
    ReturnTerms,
    StatementRounding,
    Transaction,
    TransactionKind,
    calculate_commissions,
)
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    FiscalCalendar,
    Money,
    PeriodKind,
    PolicyLife,
    Rate,
    Rounding,
    Side,
    as_tuple,
)
from salesrules.org import Hierarchy
from salesrules.quotas import Quota, QuotaPolicy
from salesrules.testing.literal import LiteralLine, pay_literally
from salesrules.testing.literal_credits import PlainCredit
from salesrules.testing.literal_spans import civil_span

__all__ = ["PAYEE", "PlanCase", "a_life", "plain_quota_policy", "policy_around", "simple_plan"]

#: Whose credits a case has.
PAYEE = "ana"
_LONG_AGO = DateRange(date(1970, 1, 1))
_CALENDAR = FiscalCalendar()
_ONE = Decimal(1)


def a_life() -> PolicyLife:
    """The life of a policy that was made for a test: approved, and in force on every day."""
    return PolicyLife(status="in_force", scope="tests", owner="tests", approver="tests", effective=_LONG_AGO)


def plain_quota_policy() -> QuotaPolicy:
    """Quotas as they are, prorated by days, in cents."""
    return QuotaPolicy(life=a_life(), rounding=Rounding(digits=2, mode="half_up"), proration="prorate_by_days")


def simple_plan(
    tiers: Mapping[int | str | Decimal, str],
    mode: RateMode | str = RateMode.MARGINAL,
    *,
    side: Side | str = Side.LOWER,
    currency: str = "USD",
    returns: ReturnTerms | str = ReturnTerms.CURRENT_MEASURE,
) -> Plan:
    """A plan of one component, which pays the period's amount by rates: for examples, and to begin a test with.

    Lines are rounded half up. What else a plan can say is added with `attrs.evolve`.

    >>> simple_plan({0: "2%", 100: "4%"}).components[0].table.tiers.at(100)
    Rate('4%')
    """
    bands = [Band(start=Decimal(start), value=Rate.parse(rate)) for start, rate in tiers.items()]
    table = AmountTable(mode=mode, tiers=BandTable(bands=bands, side=side))
    part = Component(id="sales", credits=["direct"], measure="amount", accumulate="period", table=table)
    return Plan(
        id="plan",
        family="plan",
        name="Plan",
        life=a_life(),
        currency=currency,
        components=[part],
        rounding=StatementRounding(level="line", mode="half_up"),
        returns=returns,
        proration="none",
    )


def policy_around(
    plan: Plan, pay_period: PeriodKind | str, payees: Iterable[str], since: date, share: Decimal = _ONE
) -> CommissionPolicy:
    """A policy of one plan, which pays the payees from a day on for their share of what they sold.

    Shortfalls are charged at once, so that a period's pay is the sum of its lines.
    """
    effective = DateRange(since)
    return CommissionPolicy(
        life=a_life(),
        pay_period=pay_period,
        carry_shortfall=False,
        plans=[plan],
        crediting=[DirectCredit(id="seller", effective=effective, share=Rate(share))],
        assignments=[Assignment(id="all", plan=plan.family, effective=effective, payees=payees)],
    )


@attrs.frozen(kw_only=True)
class PlanCase:
    """What one payee is paid for, from the first credit on: a plan, credits in any order, quotas, openings.

    Every credit has the same `share`. `calendar` is one of calendar months that begin on the first.
    """

    plan: Plan
    pay_period: PeriodKind = attrs.field(converter=PeriodKind)
    credits: tuple[PlainCredit, ...] = attrs.field(default=(), converter=as_tuple)
    quotas: tuple[Quota, ...] = attrs.field(default=(), converter=as_tuple)
    openings: tuple[OpeningMeasure, ...] = attrs.field(default=(), converter=as_tuple)
    calendar: FiscalCalendar = _CALENDAR

    def rows(self) -> list[dict[str, Any]]:
        """The transactions as rows of plain values for another system, attributes as columns of their own."""
        return [
            {
                "transaction": credit.id,
                "payee": PAYEE,
                "day": credit.day,
                "original": credit.original,
                "amount": credit.amount,
                "cost": credit.cost,
                "quantity": credit.quantity,
                "currency": self.plan.currency,
                **credit.attributes,
            }
            for credit in self.credits
        ]

    def policy(self) -> CommissionPolicy:
        """A policy of this plan alone, from the first day of the fiscal year that holds the first credit."""
        first, _ = self._days()
        share = self.credits[0].share if self.credits else _ONE
        return policy_around(
            self.plan, self.pay_period, (PAYEE,), self.calendar.at(PeriodKind.YEAR, first).start, share
        )

    def facts(self) -> CommissionFacts:
        """The credits as transactions of one payee, with quotas and openings."""
        return CommissionFacts(
            transactions=[self._transaction(credit) for credit in self.credits],
            payees=[Payee(id=PAYEE, name=PAYEE)],
            hierarchies=flat_hierarchy((PAYEE,)),
            quotas=self.quotas,
            opening_measures=self.openings,
        )

    def run(self) -> CommissionRun:
        """What the library pays for the case, up to the last period that has a credit."""
        _, last = self._days()
        return calculate_commissions(
            self.facts(),
            self.policy(),
            period=self.calendar.at(self.pay_period, last),
            quota_policy=plain_quota_policy(),
            calendar=self.calendar,
            currencies=CurrencyTable.iso(),
        )

    def literal(self) -> list[LiteralLine]:
        """What the literal oracle pays for the case."""
        return pay_literally(
            self.plan,
            self.credits,
            pay_period=self.pay_period,
            quotas=self.quotas,
            openings=self.openings,
            digits=CurrencyTable.iso().digits(self.plan.currency),
            span_of=partial(civil_span, first_month=self.calendar.first_month),
        )

    def _days(self) -> tuple[date, date]:
        """The days of the first and the last credit."""
        days = [credit.day for credit in self.credits] or [date(2020, 1, 1)]
        return min(days), max(days)

    def _transaction(self, credit: PlainCredit) -> Transaction:
        currency = self.plan.currency
        return Transaction(
            id=credit.id,
            day=credit.day,
            payee=PAYEE,
            kind=TransactionKind.RETURN if credit.original else TransactionKind.SALE,
            original=credit.original or None,
            amount=Money(credit.amount, currency),
            cost=None if credit.cost is None else Money(credit.cost, currency),
            quantity=credit.quantity,
            attributes=credit.attributes,
        )


def flat_hierarchy(payees: tuple[str, ...]) -> Dated[Hierarchy]:
    """Reporting lines of people who report to nobody."""
    flat = DatedValue(effective=_LONG_AGO, value=Hierarchy.from_parents(dict.fromkeys(payees)))
    return Dated(subject="reporting lines", entries=[flat])
