"""Credit checks: what is measured, which values allow, warn, refer or deny, and what a release lifts."""

from __future__ import annotations

import attrs

from salesrules.core import BandTable, DateRange, InvalidValue, Outcome, Rate, Side, WordEnum, as_tuple, is_named
from salesrules.credit.policy.grading import at_least_one, no_negative_rate

__all__ = ["CreditMeasure", "CreditRule", "ReleasePolicy"]


class CreditMeasure(WordEnum):
    """What a check looks at.

    `LIMIT`: exposure with the order over the limit (`1` is 100 %). `OLDEST_ITEM`: calendar days since the oldest
    overdue item was due. `OVERDUE_AMOUNT`: in the policy's currency. `OVERDUE_RATIO`: overdue over all open items.
    `DUNNING_LEVEL`: the highest of any open item. `ORDER_AMOUNT`: the order itself, in the policy's currency.
    `REVIEW`: calendar days since the limit's review was due.
    """

    LIMIT = "limit"
    OLDEST_ITEM = "oldest_item"
    OVERDUE_AMOUNT = "overdue_amount"
    OVERDUE_RATIO = "overdue_ratio"
    DUNNING_LEVEL = "dunning_level"
    ORDER_AMOUNT = "order_amount"
    REVIEW = "review"

    @property
    def is_of_the_order(self) -> bool:
        """Whether a smaller order could pass where this one does not."""
        return self is CreditMeasure.LIMIT or self is CreditMeasure.ORDER_AMOUNT


@attrs.frozen(kw_only=True)
class CreditRule:
    """One row of the matrix: what a measured value does, for customers of some grades (empty: all), on some days.

    `levels` bands the value; its outcomes never become milder as the value grows. `approver` is who can release where
    a band refers.
    """

    id: str = attrs.field(validator=is_named)
    measure: CreditMeasure = attrs.field(converter=CreditMeasure)
    effective: DateRange
    grades: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    levels: BandTable[Outcome]
    approver: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))

    def __attrs_post_init__(self) -> None:
        bands = self.levels.bands
        first = bands[0]
        starts_at_zero = first.start is None or first.start < 0 or (first.start == 0 and self._side(0) is Side.LOWER)
        if not starts_at_zero or self.levels.end is not None:
            raise InvalidValue(
                "levels", first.start, "begin at zero and leave the end open: every value has an outcome"
            )
        for index in range(1, len(bands)):
            if bands[index].value.weight < bands[index - 1].value.weight:
                raise InvalidValue(
                    f"levels.bands[{index}].value", bands[index].value.value, "a higher value is not judged more mildly"
                )
        if self.approver is None and any(band.value is Outcome.REFER for band in bands):
            raise InvalidValue("approver", None, "name who can release what is referred")

    def _side(self, index: int) -> Side:
        return self.levels.bands[index].side or self.levels.side


@attrs.frozen(kw_only=True)
class ReleasePolicy:
    """What an approved release lifts, and for how long.

    It lifts what is referred, never what is denied; it holds for `valid_days` calendar days from the day of the
    approval, that day included, for the released amount plus `maximum_deviation` of it, that included.
    """

    id: str = attrs.field(validator=is_named)
    act: str = "credit.release"
    valid_days: int = attrs.field(validator=at_least_one)
    maximum_deviation: Rate = attrs.field(validator=no_negative_rate)
