"""Draws, shortfalls and their recovery: what is advanced in a period and held back in later ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import BalanceEntry, BalanceKind
from salesrules.commissions.policy import Draw, Plan, Proration
from salesrules.commissions.rules.assignments import PlanSpan
from salesrules.core import DateRange, Money, Rounding, RoundingMode, share_of

__all__ = ["prorated", "settle_balances", "share_of_period"]


def prorated(amount: Money, share: Fraction, digits: int) -> Money:
    """The share of an amount, rounded half up once."""
    if share == 1:
        return amount
    exact = Fraction(amount.amount) * share
    return Money(Rounding(digits=digits, mode=RoundingMode.HALF_UP)(exact), amount.currency)


def share_of_period(parts: Iterable[tuple[DateRange, Plan]], period: DateRange) -> Fraction:
    """The share of an amount per period that parts of it leave: their days, or all where a plan does not prorate."""
    shares = [Fraction(1) if plan.proration is Proration.NONE else share_of(part, period) for part, plan in parts]
    return min(sum(shares, Fraction(0)), Fraction(1))


def settle_balances(
    earned: Money,
    owed: Money,
    spans: Iterable[PlanSpan],
    period: DateRange,
    digits: int,
    *,
    carry_shortfall: bool,
    number_of: Callable[[Draw], int] = lambda draw: draw.recovery_starts,
) -> tuple[BalanceEntry, ...]:
    """The entries that turn what was earned into what is paid, given what is owed at the start.

    First a shortfall (earnings below zero) is carried, where policy says so. Then a draw in force lifts pay towards
    its amount, by that amount at most; a recoverable one is owed from then on. Earnings above the draw pay back what is
    owed, at most the draw's `maximum_recovery` of them and its `recovery_limit`, once its recovery has started and
    until it ends; `number_of` says which of a draw's periods this is, counted from 1.
    """
    entries: list[BalanceEntry] = []
    zero = Money.zero(earned.currency)
    left = earned
    if carry_shortfall and earned < zero:
        entries.append(BalanceEntry(kind=BalanceKind.SHORTFALL_CARRIED, amount=-earned, policy="", owed=-earned))
        left = zero
    draws = _draws(spans, period, digits)
    floor = sum((amount for _, amount in draws), zero)
    for draw, amount in draws:
        lift = min(amount, floor - left)
        if lift > zero:
            entries.append(_paid(draw, lift))
            left += lift
    if left > floor and owed > zero:
        shares = [draw.maximum_recovery.value if _recovers(draw, number_of(draw)) else Decimal(0) for draw, _ in draws]
        share = min(shares, default=Decimal(1))
        most = Money(Rounding(digits=digits, mode=RoundingMode.DOWN)(((left - floor) * share).amount), left.currency)
        back = min(owed, most, *(draw.recovery_limit for draw, _ in draws if draw.recovery_limit is not None))
        policy = draws[-1][0].id if draws else ""
        if back:
            entries.append(BalanceEntry(kind=BalanceKind.BALANCE_RECOVERED, amount=-back, policy=policy, owed=-back))
    return tuple(entries)


def _draws(spans: Iterable[PlanSpan], period: DateRange, digits: int) -> list[tuple[Draw, Money]]:
    """Each assignment's draw and what it guarantees in the period: nothing before and after the draw's own days."""
    found: dict[str, tuple[Draw, list[tuple[DateRange, Plan]]]] = {}
    for span, plan, assignment in spans:
        if assignment.draw is not None:
            found.setdefault(assignment.id, (assignment.draw, []))[1].append((span, plan))
    return [
        (draw, prorated(draw.amount, share_of_period(parts, period) * (period.start in draw.effective), digits))
        for draw, parts in found.values()
    ]


def _recovers(draw: Draw, number: int) -> bool:
    """Whether a draw's recovery has started by its period of this number, and not ended yet.

    Before its first period (0) what is owed comes from elsewhere, and is recovered.
    """
    passed = number - draw.recovery_starts
    return number < 1 or (passed >= 0 and (draw.recovery_periods is None or passed < draw.recovery_periods))


def _paid(draw: Draw, lift: Money) -> BalanceEntry:
    owed = lift if draw.recoverable else Money.zero(lift.currency)
    return BalanceEntry(kind=BalanceKind.DRAW_PAID, amount=lift, policy=draw.id, owed=owed)
