"""When an answer changes by itself: as items become overdue, grow old, reviews fall due, rules begin or end."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from salesrules.core import days_after, exact_product
from salesrules.credit.model import OverdueProfile
from salesrules.credit.policy import CreditMeasure, CreditRule
from salesrules.credit.rules.measures import Asked

__all__ = ["find_changes"]


def find_changes(asked: Asked, rules: Iterable[CreditRule], held: Iterable[tuple[CreditRule, int]]) -> Iterator[date]:
    """The days after which the finding of some rule is another; `held` are those that hold, with the place of the band.

    A rule's next change is the first day on which its value reaches a band with another outcome: measures of time
    only grow.
    """
    as_of = asked.as_of
    for day in (asked.standing.changes_at, asked.limit.effective.end):
        if day is not None and day > as_of:
            yield day
    for rule in rules:
        if rule.effective.start > as_of:
            yield rule.effective.start
    for rule, place in held:
        if rule.effective.end is not None:
            yield rule.effective.end
        after = rule.steps[place].next
        if after is not None:
            day = _reached(asked, rule.measure, *after)
            if day is not None:
                yield day


def _reached(asked: Asked, measure: CreditMeasure, start: Decimal, includes_start: bool) -> date | None:
    """The day on which a measure reaches a bound by itself, `None` for never."""
    overdue = asked.standing.overdue
    match measure:
        case CreditMeasure.REVIEW:
            return days_after(asked.limit.review_due, _whole(start, includes_start))
        case CreditMeasure.OLDEST_ITEM:
            if not overdue.dues:
                return None
            days = max(_whole(start, includes_start), overdue.margin_days + 1)
            return days_after(overdue.dues[0], days)
        case CreditMeasure.OVERDUE_AMOUNT:
            return _overdue_reaches(overdue, start, includes_start)
        case CreditMeasure.OVERDUE_RATIO:
            return _overdue_reaches(overdue, exact_product(start, overdue.total), includes_start)
        case _:
            return None


def _whole(start: Decimal, includes_start: bool) -> int:
    """The first whole number in a band."""
    return math.ceil(start) if includes_start else math.floor(start) + 1


def _overdue_reaches(overdue: OverdueProfile, amount: Decimal, includes_amount: bool) -> date | None:
    place = (bisect.bisect_left if includes_amount else bisect.bisect_right)(overdue.sums, amount)
    return overdue.overdue_from(place) if place < len(overdue.sums) else None
