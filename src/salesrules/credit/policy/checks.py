"""Credit checks: what is measured, which values allow, warn, refer or deny, and what a release lifts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import attrs

from salesrules.core import (
    EXACT,
    BandTable,
    DateRange,
    InvalidValue,
    Outcome,
    PolicyReference,
    Rate,
    Severity,
    Side,
    WordEnum,
    as_tuple,
    is_named,
)
from salesrules.credit.policy.grading import at_least_one, no_negative_rate

__all__ = ["CreditMeasure", "CreditRule", "ReleasePolicy", "RuleStep"]


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


class RuleStep(NamedTuple):
    """One band of a rule as a check walks over it.

    `start` is where it begins, and belongs to it where `owns_start`; `next` is where a band with another outcome does.
    `severity` and `reference` are those of a reason.
    """

    outcome: Outcome
    weight: int
    start: Decimal
    owns_start: bool
    next: tuple[Decimal, bool] | None
    severity: Severity
    reference: PolicyReference


@attrs.frozen(kw_only=True)
class CreditRule:
    """One row of the matrix: what a measured value does, for customers of some grades (empty: all), on some days.

    `levels` bands the value; its outcomes never become milder as the value grows. `approver` is who can release where
    a band refers. `steps` are the bands again, made ready; `refuses_from` is the place of the first that refuses.
    """

    id: str = attrs.field(validator=is_named)
    measure: CreditMeasure = attrs.field(converter=CreditMeasure)
    effective: DateRange
    grades: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    levels: BandTable[Outcome]
    approver: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))
    steps: tuple[RuleStep, ...] = attrs.field(init=False, eq=False, repr=False)
    refuses_from: int | None = attrs.field(init=False, eq=False, repr=False)
    _bounds: tuple[tuple[Decimal, bool], ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        bands = self.levels.bands
        starts = [_decimal(f"levels.bands[{index}].start", band.start) for index, band in enumerate(bands)]
        owns = [(band.side or self.levels.side) is Side.LOWER for band in bands]
        opens = bands[0].start is None or bands[0].start < 0 or (bands[0].start == 0 and owns[0])
        if not opens or self.levels.end is not None:
            raise InvalidValue("levels", starts[0], "begin at zero and leave the end open: every value has an outcome")
        weights = [band.value.weight for band in bands]
        for index in range(1, len(bands)):
            if weights[index] < weights[index - 1]:
                raise InvalidValue(
                    f"levels.bands[{index}].value", bands[index].value.value, "a higher value is not judged more mildly"
                )
        if self.approver is None and any(band.value is Outcome.REFER for band in bands):
            raise InvalidValue("approver", None, "name who can release what is referred")
        after: list[tuple[Decimal, bool] | None] = [None]
        for index in range(len(bands) - 1, 0, -1):
            is_same = bands[index].value is bands[index - 1].value
            after.append(after[-1] if is_same else (starts[index], owns[index]))
        values = [band.value for band in bands]
        severities = [Severity.WARNING if band.value is Outcome.WARN else Severity.ERROR for band in bands]
        named = [PolicyReference("CreditRule", self.id, f"levels.bands[{index}]") for index in range(len(bands))]
        steps = tuple(map(RuleStep, values, weights, starts, owns, reversed(after), severities, named))
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "_bounds", tuple(zip(starts[1:], owns[1:], strict=True)))
        refusing = (index for index, weight in enumerate(weights) if weight > Outcome.WARN.weight)
        object.__setattr__(self, "refuses_from", next(refusing, None))

    def place(self, part: Decimal, whole: Decimal | None = None) -> int:
        """The place of the band that owns a value, or a part of a whole; below zero counts as nothing.

        Of a whole of nothing, any part is beyond every bound.
        """
        if whole is not None and not whole:
            return len(self.steps) - 1 if part > 0 else 0
        value = part if part > 0 else _ZERO
        place = 0
        for start, is_owned in self._bounds:
            bound = start if whole is None else _multiply(start, whole)
            if value < bound if is_owned else value <= bound:
                break
            place += 1
        return place


_ZERO = Decimal(0)
_multiply = EXACT.multiply


def _decimal(field: str, start: Decimal | Fraction | int | None) -> Decimal:
    """A bound as a decimal; nothing below zero is measured."""
    if isinstance(start, Fraction):
        raise InvalidValue(field, start, "give a decimal or a whole number")
    return _ZERO if start is None else max(Decimal(start), _ZERO)


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
