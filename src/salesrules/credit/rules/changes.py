"""When an answer changes by itself: as items become overdue, grow old, and reviews fall due."""

from __future__ import annotations

import bisect
import math
from datetime import date
from decimal import Decimal

from salesrules.core import days_after, exact_product
from salesrules.credit.model import OverdueProfile
from salesrules.credit.policy import CreditMeasure
from salesrules.credit.rules.measures import Asked

__all__ = ["find_change"]

#: Members that are looked up through their class take as long as a call.
_OLDEST_ITEM, _REVIEW = CreditMeasure.OLDEST_ITEM, CreditMeasure.REVIEW
_OVERDUE_AMOUNT, _OVERDUE_RATIO = CreditMeasure.OVERDUE_AMOUNT, CreditMeasure.OVERDUE_RATIO


def find_change(asked: Asked, measure: CreditMeasure, start: Decimal, includes_start: bool) -> date | None:
    """The day on which a measure reaches a bound by itself, `None` for never: measures of time only grow."""
    overdue = asked.standing.overdue
    if measure is _REVIEW:
        return days_after(asked.limit.review_due, _whole(start, includes_start))
    if measure is _OLDEST_ITEM:
        if not overdue.dues:
            return None
        days = max(_whole(start, includes_start), overdue.margin_days + 1)
        return days_after(overdue.dues[0], days)
    if measure is _OVERDUE_AMOUNT:
        return _overdue_reaches(overdue, start, includes_start)
    if measure is _OVERDUE_RATIO:
        return _overdue_reaches(overdue, exact_product(start, overdue.total), includes_start)
    return None


def _whole(start: Decimal, includes_start: bool) -> int:
    """The first whole number in a band."""
    return math.ceil(start) if includes_start else math.floor(start) + 1


def _overdue_reaches(overdue: OverdueProfile, amount: Decimal, includes_amount: bool) -> date | None:
    place = (bisect.bisect_left if includes_amount else bisect.bisect_right)(overdue.sums, amount)
    return overdue.overdue_from(place) if place < len(overdue.sums) else None
