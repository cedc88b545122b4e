"""Draws, shortfalls and their recovery: what is advanced in a period and held back in later ones."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import BalanceEntry, BalanceKind
from salesrules.commissions.policy import Draw, Plan, Proration
from salesrules.commissions.rules.assignments import PlanSpan
from salesrules.core import DateRange, Money, Rounding, RoundingMode, share_of

__all__ = ["prorated", "settle_balances"]


def prorated(amount: Money, part: DateRange, whole: DateRange, plan: Plan, digits: int) -> Money:
    """An amount per period, cut to the days of a part of it where the plan says so, rounded half up."""
    if plan.proration is Proration.NONE or part == whole:
        return amount
    exact = Fraction(amount.amount) * share_of(part, whole)
    return Money(Rounding(digits=digits, mode=RoundingMode.HALF_UP)(exact), amount.currency)


def settle_balances(
    earned: Money, owed: Money, spans: Iterable[PlanSpan], period: DateRange, digits: int, *, carry_shortfall: bool
) -> tuple[BalanceEntry, ...]:
    """The entries that turn what was earned into what is paid, given what is owed at the start.

    First a shortfall (earnings below zero) is carried, where policy says so. Then a draw in force lifts pay to its
    amount; a recoverable one is owed from then on. Earnings above the draw pay back what is owed, at most the draw's
    `maximum_recovery` of them.
    """
    entries: list[BalanceEntry] = []
    zero = Money.zero(earned.currency)
    left = earned
    if carry_shortfall and earned < zero:
        entries.append(BalanceEntry(kind=BalanceKind.SHORTFALL_CARRIED, amount=-earned, policy="", owed=-earned))
        left = zero
    draws = [
        (draw, prorated(draw.amount, span, period, plan, digits) if period.start in draw.effective else zero)
        for span, plan, assignment in spans
        if (draw := assignment.draw) is not None
    ]
    floor = sum((amount for _, amount in draws), zero)
    for draw, amount in draws:
        lift = min(amount, floor - left)
        if lift > zero:
            entries.append(_paid(draw, lift))
            left += lift
    if not any(entry.kind is BalanceKind.DRAW_PAID for entry in entries) and left > floor and owed > zero:
        share = min((draw.maximum_recovery.value for draw, _ in draws), default=Decimal(1))
        most = Money(Rounding(digits=digits, mode=RoundingMode.DOWN)(((left - floor) * share).amount), left.currency)
        back = min(owed, most)
        policy = draws[-1][0].id if draws else ""
        if back:
            entries.append(BalanceEntry(kind=BalanceKind.BALANCE_RECOVERED, amount=-back, policy=policy, owed=-back))
    return tuple(entries)


def _paid(draw: Draw, lift: Money) -> BalanceEntry:
    owed = lift if draw.recoverable else Money.zero(lift.currency)
    return BalanceEntry(kind=BalanceKind.DRAW_PAID, amount=lift, policy=draw.id, owed=owed)
