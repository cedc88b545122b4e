"""The dunning ladder: one step at a time, not before its day, not sooner after the last one than policy says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from salesrules.core import ExchangeRates, Money, days_after, exact_product
from salesrules.credit.model import DunningNotice, OpenItem
from salesrules.credit.policy import CreditPolicy, DunningLevel
from salesrules.credit.rules.exchange import OWN_CURRENCY
from salesrules.credit.rules.life import demand

__all__ = ["calculate_dunning", "find_next_dunning"]


def calculate_dunning(
    items: Iterable[OpenItem], policy: CreditPolicy, as_of: date, *, rates: ExchangeRates = OWN_CURRENCY
) -> tuple[DunningNotice, ...]:
    """The notices that are due on a day: for each overdue item the step after the last, where its days have come.

    A level is never skipped. Disputed items, credits and what is below the policy's minimum are left alone. Raises
    `InvalidValue` where the rulebook has no ladder, `MissingDay` where a rate is missing.
    """
    rule = demand(policy.dunning, "dunning")
    notices: list[DunningNotice] = []
    for item in items:
        day = find_next_dunning(item, policy)
        if day is None or day > as_of:
            continue
        worth = Money(
            exact_product(item.amount.amount, rates.rate(item.amount.currency, policy.currency, as_of)),
            policy.currency,
        )
        if rule.minimum is not None and worth < rule.minimum:
            continue
        level = rule.levels[item.dunning_level]
        notices.append(
            DunningNotice(
                item=item.id,
                customer=item.customer,
                days_overdue=(as_of - item.due).days,
                level_before=item.dunning_level,
                level=level.level,
                action=level.action,
                fee=level.fee,
            )
        )
    return tuple(notices)


def find_next_dunning(item: OpenItem, policy: CreditPolicy) -> date | None:
    """The first day on which an item gets its next notice, `None` for none: disputed, a credit, or at the last level.

    Raises `InvalidValue` where the rulebook has no ladder.
    """
    levels = demand(policy.dunning, "dunning").levels
    if item.is_disputed or item.amount.amount <= 0 or item.dunning_level >= len(levels):
        return None
    level: DunningLevel = levels[item.dunning_level]
    days = max(level.days_overdue, policy.ageing.margin_days + 1)
    day = days_after(item.due, days)
    return day if item.dunned_on is None else max(day, days_after(item.dunned_on, level.wait_days))
