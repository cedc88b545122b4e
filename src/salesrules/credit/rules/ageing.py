"""Open items by age, and what is set aside for those that are doubtful."""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from salesrules.core import (
    EXACT,
    Derivation,
    ExchangeRates,
    Money,
    Operation,
    Rate,
    exact_product,
    exact_sum,
)
from salesrules.credit.model import Ageing, AgeingBucket, Allowance, AllowanceLine, OpenItem
from salesrules.credit.policy import AgeBasis, AgeUnit, CreditPolicy
from salesrules.credit.rules.exchange import OWN_CURRENCY
from salesrules.credit.rules.life import demand

__all__ = ["calculate_ageing", "calculate_allowance", "find_overdue"]


def find_overdue(items: Iterable[OpenItem], policy: CreditPolicy, as_of: date) -> tuple[OpenItem, ...]:
    """The items that are overdue on a day: more than the margin's calendar days have passed since they were due."""
    margin = policy.ageing.margin_days
    return tuple(item for item in items if (as_of - item.due).days > margin)


def calculate_ageing(
    items: Iterable[OpenItem], policy: CreditPolicy, as_of: date, *, rates: ExchangeRates = OWN_CURRENCY
) -> Ageing:
    """Open items by bucket on a day, in the policy's currency; every bucket of the policy is there.

    What is not overdue is in the current bucket. Items below zero lessen theirs. Raises `MissingDay` where a rate is
    missing.
    """
    rule = policy.ageing
    names = [rule.current, *(band.value for band in rule.buckets.bands)]
    counts, amounts = dict.fromkeys(names, 0), dict.fromkeys(names, Decimal(0))
    overdue_names = {name: name != rule.current for name in names}
    by_issue = rule.basis is AgeBasis.ISSUED
    for (due, issued, currency), (count, amount) in _by_days(items, by_issue).items():
        age = (as_of - (issued if by_issue else due)).days
        is_overdue = (as_of - due).days > rule.margin_days
        name = rule.buckets.at(age) if is_overdue else rule.current
        counts[name] += count
        worth = exact_product(amount, rates.rate(currency, policy.currency, as_of))
        amounts[name] = EXACT.add(amounts[name], worth)
    buckets = [
        AgeingBucket(
            name=name,
            is_overdue=overdue_names[name],
            count=counts[name],
            amount=Money(amounts[name], policy.currency),
        )
        for name in counts
    ]
    return Ageing(as_of=as_of, currency=policy.currency, buckets=buckets)


#: The items of one day and currency: how many, and what they amount to.
Summed = dict[tuple[date, date, str], tuple[int, Decimal]]


def _by_days(items: Iterable[OpenItem], by_issue: bool) -> Summed:
    """Items summed by their days, since all of one day are of one age: days are few, items many."""
    groups: dict[tuple[date, date, str], list[Decimal]] = {}
    for item in items:
        money, due = item.amount, item.due
        key = (due, item.issued if by_issue else due, money.currency)
        found = groups.get(key)
        if found is None:
            groups[key] = [money.amount]
        else:
            found.append(money.amount)
    with decimal.localcontext(EXACT):
        return {key: (len(amounts), sum(amounts, Decimal(0))) for key, amounts in groups.items()}


def calculate_allowance(
    items: Iterable[OpenItem], policy: CreditPolicy, as_of: date, *, rates: ExchangeRates = OWN_CURRENCY
) -> Allowance:
    """What is set aside for doubtful items on a day: each age band's amount at its rate, rounded band by band.

    An age counts calendar days or completed calendar months, since the item was issued or due, as policy says; what
    is not due yet has the age of nothing. A band that credits make negative sets nothing aside.

    Raises `InvalidValue` where the rulebook sets no allowance, `MissingDay` where a rate is missing.
    """
    rule = demand(policy.allowance, "allowance")
    by_issue = rule.basis is AgeBasis.ISSUED
    amounts: dict[int, list[Decimal]] = {}
    for (due, issued, currency), (_, amount) in _by_days(items, by_issue).items():
        start = issued if by_issue else due
        age = _months(start, as_of) if rule.unit is AgeUnit.MONTHS else (as_of - start).days
        place = rule.rates.index_at(max(age, 0))
        worth = exact_product(amount, rates.rate(currency, policy.currency, as_of))
        amounts.setdefault(place, []).append(worth)
    lines = [
        _line(place, exact_sum(found), rule.rates.bands[place].value, policy)
        for place, found in sorted(amounts.items())
    ]
    return Allowance(as_of=as_of, currency=policy.currency, lines=lines)


def _months(start: date, as_of: date) -> int:
    """The completed calendar months between two days; below zero where the first is later."""
    gap = relativedelta(as_of, start)
    return 12 * gap.years + gap.months


def _line(place: int, amount: Decimal, rate: Rate, policy: CreditPolicy) -> AllowanceLine:
    counted = max(amount, Decimal(0))
    exact = rate.of(counted)
    rounded = policy.rounding(exact)
    names = {"band": place}
    aged = Derivation(label="credit.label.aged_items", value=counted, unit=policy.currency, parameters=names)
    derivation = Derivation(
        label="credit.label.allowance_band",
        value=exact,
        unit=policy.currency,
        operation=Operation.PRODUCT,
        terms=(aged, Derivation(label="credit.label.allowance_rate", value=rate.value, unit="rate")),
        parameters=names,
    )
    if rounded != exact:
        derivation = Derivation(
            label="credit.label.rounded_allowance",
            value=rounded,
            unit=policy.currency,
            operation=Operation.ROUND,
            terms=(derivation,),
            parameters={"digits": policy.rounding.digits, "mode": policy.rounding.mode.value},
        )
    return AllowanceLine(
        band=place,
        amount=Money(amount, policy.currency),
        rate=rate,
        allowance=Money(rounded, policy.currency),
        derivation=derivation,
    )
