"""Pacing: what a budget would have used by now if it went evenly with time."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from salesrules.core import InvalidValue, Money, is_before

__all__ = ["calculate_elapsed_share", "calculate_theoretical_amount"]

_MICROSECOND = timedelta(microseconds=1)


def calculate_elapsed_share(start: datetime, end: datetime, as_of: datetime) -> Fraction:
    """The exact share of elapsed time between two instants that is over: from 0 before the start to 1 from the end on.

    Raises `InvalidValue` where the end is not after the start.
    """
    if not is_before(start, end):
        raise InvalidValue("end", end, f"give an instant after {start}")
    share = Fraction((as_of - start) // _MICROSECOND, (end - start) // _MICROSECOND)
    return min(max(share, Fraction(0)), Fraction(1))


def calculate_theoretical_amount(amount: Money, start: datetime, end: datetime, as_of: datetime) -> Fraction:
    """What of an amount time alone would have used, exactly, in the amount's currency: linear in elapsed time.

    Source: OCA account-budgeting, the theoretical amount of a budget line.

    >>> from datetime import UTC
    >>> year = datetime(2014, 1, 1, tzinfo=UTC), datetime(2014, 12, 31, tzinfo=UTC)
    >>> calculate_theoretical_amount(Money(364, "EUR"), *year, datetime(2014, 1, 2, 12, tzinfo=UTC))
    Fraction(3, 2)
    """
    return Fraction(amount.amount) * calculate_elapsed_share(start, end, as_of)
