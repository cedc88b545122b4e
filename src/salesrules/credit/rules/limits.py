"""Limits: average monthly sales × term × grade factor, by season, up to the highest, reviewed in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from salesrules.core import (
    EXACT,
    AmbiguousDay,
    DateRange,
    Derivation,
    ExchangeRates,
    InvalidValue,
    Money,
    Operation,
    Rate,
    exact_product,
    exact_sum,
    narrowed,
)
from salesrules.credit.model import CreditLimit, ProposedLimit
from salesrules.credit.policy import AverageBasis, CreditPolicy, LimitPolicy, Season
from salesrules.credit.rules.exchange import OWN_CURRENCY

__all__ = ["calculate_average_sales", "calculate_limit"]


def calculate_average_sales(
    sales: Iterable[tuple[date, Money]],
    policy: CreditPolicy,
    as_of: date,
    *,
    since: date | None = None,
    rates: ExchangeRates = OWN_CURRENCY,
) -> Derivation:
    """The average monthly sales of the full calendar months before the month of a day, in the policy's currency.

    `sales` are amounts by day; those of other months are left out. Where the policy averages over active months, only
    the months from that of `since` on count, one at least. The value is exact; each sale is converted at the rate of
    its day. Raises `MissingDay` where a rate is missing.
    """
    rule = policy.limits
    end = as_of.replace(day=1)
    months = rule.average_months
    if rule.average_over is AverageBasis.ACTIVE and since is not None:
        months = max(1, min(months, 12 * (end.year - since.year) + end.month - since.month))
    span = DateRange(end - relativedelta(months=months), end)
    amount = exact_sum(
        exact_product(money.amount, rates.rate(money.currency, policy.currency, day))
        for day, money in sales
        if day in span
    )
    terms = (
        Derivation(
            label="credit.label.sales",
            value=amount,
            unit=policy.currency,
            parameters={"start": span.start, "end": span.last},
        ),
        Derivation(label="credit.label.months", value=Decimal(months), unit="count"),
    )
    return Derivation(
        label="credit.label.average_sales",
        value=narrowed(Fraction(amount) / months),
        unit=policy.currency,
        operation=Operation.QUOTIENT,
        terms=terms,
    )


def calculate_limit(
    customer: str,
    grade: str,
    average: Derivation | Decimal,
    policy: CreditPolicy,
    as_of: date,
    *,
    factor: Rate | None = None,
    term_days: int | None = None,
) -> ProposedLimit:
    """The limit of a customer: average monthly sales × term in months × the grade's factor, as changed by season.

    `factor` and `term_days` are those that somebody chose in the ranges of the grade; without them the lowest hold. The
    limit is rounded, never above the highest one, holds until a season begins or ends, and is reviewed as policy says.

    Raises `InvalidValue` for a grade without terms, a factor or a term outside its range and a negative average, and
    `AmbiguousDay` for two seasons.
    """
    rule = policy.limits
    given = average.value if isinstance(average, Derivation) else average
    if given < 0:
        raise InvalidValue("average", given, "who returned more than they bought has no sales to lend on; give zero")
    terms = rule.terms_of(grade)
    if terms is None:
        known = ", ".join(one.grade for one in rule.terms)
        raise InvalidValue("grade", grade, f"the rulebook has terms for {known} only; add some or grade anew")
    chosen = terms.factor if factor is None else factor
    if not terms.factor <= chosen <= (terms.factor_to or terms.factor):
        raise InvalidValue("factor", str(chosen), f"give one from {terms.factor} to {terms.factor_to or terms.factor}")
    days, longest = terms.term_days if term_days is None else term_days, terms.term_days_to or terms.term_days
    if not terms.term_days <= days <= longest:
        raise InvalidValue("term_days", days, f"give days from {terms.term_days} to {longest}")
    if not isinstance(average, Derivation):
        average = Derivation(label="credit.label.average_sales", value=average, unit=policy.currency)
    season = _season(rule, as_of)
    factors = [
        average,
        Derivation(
            label="credit.label.term",
            value=narrowed(Fraction(days, rule.month_days)),
            parameters={"days": days, "month_days": rule.month_days},
        ),
        Derivation(label="credit.label.grade_factor", value=chosen.value, unit="rate", parameters={"grade": grade}),
    ]
    if season is not None:
        value = EXACT.add(Decimal(1), season.adjust.value)
        factors.append(
            Derivation(label="credit.label.season", value=value, unit="rate", parameters={"season": season.id})
        )
    derivation = _limit(customer, grade, factors, policy)
    limit = CreditLimit(
        customer=customer,
        amount=Money(Decimal(derivation.value), policy.currency),  # type: ignore[arg-type]  # rounded, so a decimal
        effective=DateRange(as_of, _next_season(rule, as_of)),
        review_due=as_of + relativedelta(months=rule.review_months),
    )
    return ProposedLimit(limit=limit, average=Fraction(average.value), factor=chosen, derivation=derivation)


def _limit(customer: str, grade: str, factors: list[Derivation], policy: CreditPolicy) -> Derivation:
    """The product of the factors, at most the highest limit, rounded."""
    rule, names = policy.limits, {"customer": customer, "grade": grade}
    exact = Fraction(1)
    for one in factors:
        exact *= Fraction(one.value)
    derivation = Derivation(
        label="credit.label.limit_formula",
        value=narrowed(exact),
        unit=policy.currency,
        operation=Operation.PRODUCT,
        terms=factors,
        parameters=names,
    )
    highest = rule.maximum
    if highest is not None and exact > Fraction(highest.amount):
        exact = Fraction(highest.amount)
        given = Derivation(label="credit.label.highest_limit", value=highest.amount, unit=policy.currency)
        derivation = Derivation(
            label="credit.label.limit",
            value=highest.amount,
            unit=policy.currency,
            operation=Operation.MINIMUM,
            terms=(derivation, given),
            parameters=names,
        )
    rounded = rule.rounding(exact)
    if rounded == derivation.value:
        return derivation
    return Derivation(
        label="credit.label.rounded_limit",
        value=rounded,
        unit=policy.currency,
        operation=Operation.ROUND,
        terms=(derivation,),
        parameters={"digits": rule.rounding.digits, "mode": rule.rounding.mode.value},
    )


def _season(rule: LimitPolicy, as_of: date) -> Season | None:
    found = [season for season in rule.seasons if as_of in season.effective]
    if len(found) > 1:
        raise AmbiguousDay("credit.limits.seasons", as_of, tuple(season.id for season in found))
    return found[0] if found else None


def _next_season(rule: LimitPolicy, as_of: date) -> date | None:
    days = [day for season in rule.seasons for day in (season.effective.start, season.effective.end)]
    return min((day for day in days if day is not None and day > as_of), default=None)
