"""Days and cents on paper: civil periods, quotas over a span, and rounding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from salesrules.core import InvalidValue

if TYPE_CHECKING:
    from salesrules.quotas import Quota

__all__ = ["civil_span", "money_of", "quota_over", "whole_cents"]

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def civil_span(word: str, day: date, first_month: int = 1) -> tuple[date, date]:
    """The first day of the month, quarter, half-year or year that holds a day, and the first day after it.

    Years begin with the first day of `first_month`; months are counted from there.

    >>> civil_span("quarter", date(2020, 12, 31)), civil_span("year", date(2020, 3, 31), first_month=4)
    ((datetime.date(2020, 10, 1), datetime.date(2021, 1, 1)), (datetime.date(2019, 4, 1), datetime.date(2020, 4, 1)))
    """
    if word not in _MONTHS:
        raise InvalidValue("span", word, f"give one of {', '.join(_MONTHS)}, or a function for other calendars")
    counted = 12 * day.year + day.month - first_month
    first = counted - counted % _MONTHS[word] + first_month - 1
    end = first + _MONTHS[word]
    return date(first // 12, first % 12 + 1, 1), date(end // 12, end % 12 + 1, 1)


def quota_over(quotas: Sequence[Quota], measure: str, span: tuple[date, date]) -> Fraction:
    """The sum of the quotas of a measure that lie within a span; raises `InvalidValue` where they do not fill it."""
    found = [quota for quota in quotas if quota.measure == measure and span[0] <= quota.span.start < span[1]]
    days = sum((quota.span.end - quota.span.start).days for quota in found if quota.span.end is not None)
    if days != (span[1] - span[0]).days or any(quota.span.end is None or quota.span.end > span[1] for quota in found):
        problem = f"give quotas of {measure} that fill the days from {span[0]} to {span[1]} and no others"
        raise InvalidValue("quotas", len(found), problem)
    return sum((Fraction(quota.amount) for quota in found), Fraction(0))


def whole_cents(number: Fraction, digits: int, mode: str) -> int:
    """How many cents a number is (of a currency with so many digits): the cent below, or above as rest and mode say.

    >>> whole_cents(Fraction(-5, 1000), 2, "half_up"), whole_cents(Fraction(-5, 1000), 2, "half_even")
    (-1, 0)
    """
    cents = number * Fraction(10) ** digits
    below = cents.numerator // cents.denominator
    rest, half = cents - below, Fraction(1, 2)
    goes_up = {
        "floor": False,
        "ceiling": rest > 0,
        "down": rest > 0 and number < 0,
        "up": rest > 0 and number > 0,
        "half_up": rest > half or (rest == half and number > 0),
        "half_down": rest > half or (rest == half and number < 0),
        "half_even": rest > half or (rest == half and below % 2 == 1),
    }[mode]
    return below + goes_up


def money_of(cents: int, digits: int) -> Decimal:
    """Cents as an amount, exactly, whatever the precision of the surroundings."""
    return Decimal(f"{cents}E{-digits}")
