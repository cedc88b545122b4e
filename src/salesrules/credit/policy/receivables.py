"""Receivables: ageing, allowance, dunning, collection targets and the match of revenue postings."""

from __future__ import annotations

import attrs

from salesrules.core import BandTable, InvalidValue, Money, Rate, WordEnum, as_tuple, is_named
from salesrules.credit.policy.grading import no_negative_rate, share, zero_or_more

__all__ = [
    "AgeBasis",
    "AgeUnit",
    "AgeingPolicy",
    "AllowancePolicy",
    "CollectionPolicy",
    "DunningLevel",
    "DunningPolicy",
    "PostingPolicy",
]


class AgeBasis(WordEnum):
    """From which day an item ages: the one on which it was due, or the one on which it was issued."""

    DUE = "due"
    ISSUED = "issued"


class AgeUnit(WordEnum):
    """What an age is counted in: calendar days, or completed calendar months."""

    DAYS = "days"
    MONTHS = "months"


@attrs.frozen(kw_only=True)
class AgeingPolicy:
    """Which items are overdue, and which bucket they are in.

    An item is overdue once more than `margin_days` calendar days have passed since it was due; until then it is in
    the bucket `current`. `buckets` bands the calendar days since then (`basis` says since when).
    """

    id: str = attrs.field(validator=is_named)
    margin_days: int = attrs.field(default=0, validator=zero_or_more)
    basis: AgeBasis = attrs.field(default=AgeBasis.DUE, converter=AgeBasis)
    buckets: BandTable[str]
    current: str = attrs.field(default="current", validator=is_named)

    def __attrs_post_init__(self) -> None:
        first = self.buckets.bands[0].start
        if (first is not None and first > 0) or self.buckets.end is not None:
            raise InvalidValue(
                "buckets", first, "begin at zero or below and leave the end open: every age has a bucket"
            )


@attrs.frozen(kw_only=True)
class AllowancePolicy:
    """What is set aside for doubtful items: `rates` bands their age in `unit` since the day of `basis`."""

    id: str = attrs.field(validator=is_named)
    basis: AgeBasis = attrs.field(converter=AgeBasis)
    unit: AgeUnit = attrs.field(converter=AgeUnit)
    rates: BandTable[Rate]

    def __attrs_post_init__(self) -> None:
        first = self.rates.bands[0].start
        if (first is not None and first > 0) or self.rates.end is not None:
            raise InvalidValue("rates", first, "begin at zero or below and leave the end open: every age has a rate")


@attrs.frozen(kw_only=True)
class DunningLevel:
    """One step: from `days_overdue` calendar days after the due day on, and `wait_days` after the step before.

    `action` is what is done (a letter, a visit, a lawyer), `fee` what it costs the customer.
    """

    level: int
    days_overdue: int = attrs.field(validator=zero_or_more)
    wait_days: int = attrs.field(default=0, validator=zero_or_more)
    action: str = attrs.field(validator=is_named)
    fee: Money | None = None


@attrs.frozen(kw_only=True)
class DunningPolicy:
    """The ladder: levels from 1 without a gap, later ones not earlier; an item below `minimum` is left alone."""

    id: str = attrs.field(validator=is_named)
    levels: tuple[DunningLevel, ...] = attrs.field(converter=as_tuple)
    minimum: Money | None = None

    def __attrs_post_init__(self) -> None:
        for index, level in enumerate(self.levels):
            if level.level != index + 1:
                raise InvalidValue(f"levels[{index}].level", level.level, f"number the levels from 1; give {index + 1}")
            if index and level.days_overdue < self.levels[index - 1].days_overdue:
                raise InvalidValue(
                    f"levels[{index}].days_overdue", level.days_overdue, "a later step does not come earlier"
                )


@attrs.frozen(kw_only=True)
class CollectionPolicy:
    """How much of what is owed comes in: of last year's items, of this year's that matured, and of the others."""

    id: str = attrs.field(validator=is_named)
    last_year: Rate = attrs.field(validator=share)
    matured: Rate = attrs.field(validator=share)
    current: Rate = attrs.field(validator=share)


@attrs.frozen(kw_only=True)
class PostingPolicy:
    """How revenue postings are matched: amounts within `tolerance`, that included, agree; later ones are late.

    `late_days` counts calendar days after the invoice, that day included.
    """

    id: str = attrs.field(validator=is_named)
    tolerance: Rate = attrs.field(default=Rate(0), validator=no_negative_rate)
    late_days: int = attrs.field(default=0, validator=zero_or_more)
