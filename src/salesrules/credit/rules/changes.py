"""When an answer changes by itself: as items become overdue, grow old, reviews fall due, rules begin or end."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from salesrules.core import BandTable, Outcome, Side
from salesrules.credit.model import OverdueProfile
from salesrules.credit.policy import CreditMeasure, CreditRule
from salesrules.credit.rules.measures import Asked

__all__ = ["find_changes"]


def find_changes(asked: Asked, rules: tuple[CreditRule, ...], places: dict[str, int]) -> Iterator[date]:
    """The days after which the finding of some rule is another; `places` has the band of every rule that holds.

    A rule's next change is the first day on which its value reaches a band with another outcome: measures of time
    only grow.
    """
    as_of = asked.as_of
    for day in (asked.standing.changes_at, asked.limit.effective.end):
        if day is not None and day > as_of:
            yield day
    for rule in rules:
        place = places.get(rule.id)
        if place is None:
            if rule.effective.start > as_of:
                yield rule.effective.start
            continue
        if rule.effective.end is not None:
            yield rule.effective.end
        after = _next_band(rule.levels, place)
        if after is not None:
            day = _reached(asked, rule.measure, *after)
            if day is not None:
                yield day


def _next_band(levels: BandTable[Outcome], place: int) -> tuple[Decimal | Fraction | int, bool] | None:
    """Where the next band with another outcome starts, and whether that value itself belongs to it."""
    bands = levels.bands
    for band in bands[place + 1 :]:
        if band.value is not bands[place].value:
            assert band.start is not None  # for the type checker: only the first band may be open below
            return band.start, (band.side or levels.side) is Side.LOWER
    return None


def _reached(
    asked: Asked, measure: CreditMeasure, start: Decimal | Fraction | int, includes_start: bool
) -> date | None:
    """The day on which a measure reaches a bound by itself, `None` for never."""
    overdue = asked.standing.overdue
    match measure:
        case CreditMeasure.REVIEW:
            return asked.limit.review_due + timedelta(days=_whole(start, includes_start))
        case CreditMeasure.OLDEST_ITEM:
            if not overdue.dues:
                return None
            days = max(_whole(start, includes_start), overdue.margin_days + 1)
            return overdue.dues[0] + timedelta(days=days)
        case CreditMeasure.OVERDUE_AMOUNT:
            return _overdue_reaches(overdue, Fraction(start), includes_start)
        case CreditMeasure.OVERDUE_RATIO:
            return _overdue_reaches(overdue, Fraction(start) * Fraction(overdue.total), includes_start)
        case _:
            return None


def _whole(start: Decimal | Fraction | int, includes_start: bool) -> int:
    """The first whole number in a band."""
    return math.ceil(start) if includes_start else math.floor(start) + 1


def _overdue_reaches(overdue: OverdueProfile, amount: Fraction, includes_amount: bool) -> date | None:
    place = (bisect.bisect_left if includes_amount else bisect.bisect_right)(overdue.sums, amount)
    return overdue.overdue_from(place) if place < len(overdue.sums) else None
