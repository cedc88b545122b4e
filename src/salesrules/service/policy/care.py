"""What a firm sets about care after delivery."""

from __future__ import annotations

import attrs

from salesrules.core import DateRange, InvalidValue, WordEnum, as_tuple

__all__ = ["CareKind", "CareSchedule", "CareStep", "FreeDay"]


class CareKind(WordEnum):
    """What is done: a return visit, a survey, or a prompt to buy again."""

    RETURN_VISIT = "return_visit"
    SURVEY = "survey"
    REPURCHASE_PROMPT = "repurchase_prompt"


class FreeDay(WordEnum):
    """Where a task goes that falls due on a day without work: it stays, or moves to the working day after or before."""

    STAYS = "stays"
    NEXT_WORKING_DAY = "next_working_day"
    PREVIOUS_WORKING_DAY = "previous_working_day"


@attrs.frozen(kw_only=True)
class CareStep:
    """A task so many months and calendar days after the delivery, in time for `days_allowed` more calendar days.

    A month that lacks the day ends on its last one: a year after 29 February is 28 February.
    """

    id: str
    kind: CareKind = attrs.field(converter=CareKind)
    owner: str
    months_after: int = 0
    days_after: int = 0
    days_allowed: int = 0

    def __attrs_post_init__(self) -> None:
        for name, most in (("months_after", 600), ("days_after", 20_000), ("days_allowed", 20_000)):
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise InvalidValue(name, value, f"give zero to {most}")


@attrs.frozen(kw_only=True)
class CareSchedule:
    """The tasks that a delivery starts, for the customer classes named, by the day of the delivery."""

    id: str
    customer_classes: tuple[str, ...] = attrs.field(converter=as_tuple)
    effective: DateRange
    steps: tuple[CareStep, ...] = attrs.field(converter=as_tuple)
    on_free_day: FreeDay = attrs.field(default=FreeDay.STAYS, converter=FreeDay)
