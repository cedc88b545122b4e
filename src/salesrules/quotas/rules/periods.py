"""Splitting a quota over periods: evenly, by days, or as the seasons go."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import (
    EXACT,
    DateRange,
    FiscalCalendar,
    InvalidValue,
    Period,
    PeriodKind,
    Rate,
    TieOrder,
    allocate_units,
    share_of,
)
from salesrules.quotas.model import Measure, Quota
from salesrules.quotas.policy import PERIODS_PER_YEAR, EvenBy, QuotaPolicy, Seasonality
from salesrules.quotas.rules.allocation import split_amount

__all__ = ["calculate_period_weights", "calculate_seasonality", "raised_by", "split_periods"]

_KINDS = list(PeriodKind)


def split_periods(quota: Quota, kind: PeriodKind, calendar: FiscalCalendar, policy: QuotaPolicy) -> tuple[Quota, ...]:
    """A quota line split into one line per period that it covers, in order; together they sum to it.

    The weights are those of `calculate_period_weights`. A period at an edge of the line counts with the days inside,
    so weeks of a month are cut at its ends. Splitting a year into quarters and each quarter into months ties at both
    levels. With `policy.period_buffer` the lines sum to the rounded line plus that share of it. A market share holds
    in each period as it stands. Lines get the id `line:label`.

    Raises `InvalidValue` where the amount has more digits than the smallest unit.
    """
    spans = {period.label: part for period, part in _parts(quota.span, kind, calendar)}
    if quota.measure == Measure.MARKET_SHARE:
        parts = dict.fromkeys(spans, quota.amount)
    else:
        weights = calculate_period_weights(quota.span, kind, calendar, policy, measure=quota.measure)
        parts = split_amount(
            raised_by(quota.amount, policy.period_buffer, quota.unit, policy), weights, quota.unit, policy
        )
    return tuple(
        attrs.evolve(quota, id=f"{quota.id}:{label}", span=spans[label], amount=amount, origin=None)
        for label, amount in parts.items()
    )


def raised_by(amount: Decimal, buffer: Rate, unit: str, policy: QuotaPolicy) -> Decimal:
    """The amount plus a buffer, rounded as the unit is; the amount itself where there is no buffer."""
    if not buffer.value:
        return amount
    return policy.rounding_of(unit)(EXACT.add(amount, buffer.of(amount)))


def calculate_period_weights(
    span: DateRange, kind: PeriodKind, calendar: FiscalCalendar, policy: QuotaPolicy, *, measure: str = Measure.AMOUNT
) -> dict[str, Fraction]:
    """The weight of each period of a kind in a closed span, by label, in order.

    The seasonality of the measure on the first day gives the weights of its own kind; a coarser period weighs the sum
    of its seasons, a finer one its part of the season: evenly by `policy.even_by`. Without a seasonality all weigh the
    same (`PERIOD`) or their days (`DAY`). Weeks always weigh their days. What the span covers in part weighs in
    proportion to its days. All days are calendar days.
    """
    season = policy.seasonality_on(span.start, measure)
    return {
        period.label: _weight(period, part, season, calendar, policy) for period, part in _parts(span, kind, calendar)
    }


def calculate_seasonality(
    sales: Mapping[str, Decimal], kind: PeriodKind, calendar: FiscalCalendar, digits: int = 4
) -> tuple[Decimal, ...]:
    """The weights of a `Seasonality` from past sales by period label: each period's mean share of its fiscal year.

    Only years with all their periods count, each the same. The weights have `digits` digits and sum to exactly 1,
    the largest remainders rounded up, the earlier of equals first. Raises `InvalidValue` where no year is complete,
    a label is of another kind, or a year's sales do not sum to more than zero.

    >>> halves = {"2019-H1": Decimal(30), "2019-H2": Decimal(70)}
    >>> calculate_seasonality(halves, PeriodKind.HALF_YEAR, FiscalCalendar())
    (Decimal('0.3000'), Decimal('0.7000'))
    """
    years: dict[int, dict[int, Decimal]] = {}
    for label, amount in sales.items():
        period = calendar.period(label)
        if period.kind is not kind:
            raise InvalidValue("sales", label, f"give sales by {kind.value}")
        years.setdefault(period.year, {})[period.number] = amount
    complete = {year: found for year, found in sorted(years.items()) if len(found) == PERIODS_PER_YEAR.get(kind)}
    if not complete:
        raise InvalidValue("sales", sorted(sales), f"give every {kind.value} of at least one fiscal year")
    shares = [Fraction(0)] * PERIODS_PER_YEAR[kind]
    for year, found in complete.items():
        whole = sum(map(Fraction, found.values()))
        if whole <= 0:
            raise InvalidValue("sales", str(whole), f"the sales of {year} must sum to more than zero")
        for number, amount in found.items():
            shares[number - 1] += Fraction(amount) / whole
    parts = allocate_units(10**digits, shares, TieOrder.FIRST)
    return tuple(Decimal(part).scaleb(-digits, context=EXACT) for part in parts)


def _parts(span: DateRange, kind: PeriodKind, calendar: FiscalCalendar) -> list[tuple[Period, DateRange]]:
    """The periods of a kind that share a day with a span, each with the days that they share."""
    common = [(period, period.span.intersection(span)) for period in calendar.periods(kind, span)]
    return [(period, part) for period, part in common if part is not None]


def _weight(
    period: Period, part: DateRange, season: Seasonality | None, calendar: FiscalCalendar, policy: QuotaPolicy
) -> Fraction:
    by_days = period.kind is PeriodKind.WEEK or policy.even_by is EvenBy.DAY
    if season is None:
        return Fraction(part.days) if by_days else share_of(part, within=period.span)
    is_finer = _KINDS.index(period.kind) < _KINDS.index(season.kind)
    weight = Fraction(0)
    for one in calendar.periods(season.kind, part):
        if is_finer and not by_days:
            share = share_of(part, within=period.span) / len(calendar.subdivide(one, period.kind))
        else:
            share = share_of(part, within=one.span)
        weight += Fraction(season.weights[one.number - 1]) * share
    return weight
