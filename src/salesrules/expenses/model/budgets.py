"""Budget lines in a tree, what is charged to them, and what of them is used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import (
    ApprovalEvidence,
    DateRange,
    InvalidValue,
    Money,
    WordEnum,
    as_tuple,
    is_day,
    is_named,
    to_decimal,
)
from salesrules.core import check_identifier as _check_identifier

__all__ = ["BudgetCharge", "BudgetLine", "BudgetStatus", "Commitment", "PlannedUse", "Spending", "Usage"]


class BudgetStatus(WordEnum):
    """Where a budget line stands: only a confirmed one may be spent from; a closed one takes refunds alone."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


def _not_negative(instance: object, attribute: attrs.Attribute[Money], value: object) -> None:
    if not isinstance(value, Money) or value.amount < 0:
        raise InvalidValue(attribute.name, value, "give money, zero or more")


def _above_zero(instance: object, attribute: attrs.Attribute[Money], value: object) -> None:
    if not isinstance(value, Money) or value.amount <= 0:
        raise InvalidValue(attribute.name, value, "give money above zero")


def _closed(instance: object, attribute: attrs.Attribute[DateRange], value: DateRange) -> None:
    if value.end is None:
        raise InvalidValue(attribute.name, value, "a budget is for a range of days with an end")


def _line_id(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    _check_identifier(attribute.name, value)
    if "@" in value or len(value) > 150:
        raise InvalidValue(attribute.name, value, "give at most 150 characters without @, which names months")


def _as_weights(weights: object) -> tuple[Decimal, ...]:
    given = as_tuple(weights)  # type: ignore[arg-type]  # what is no collection raises where it stands
    return tuple(to_decimal(weight, f"weights[{place}]") for place, weight in enumerate(given))


def _weigh_something(instance: object, attribute: attrs.Attribute[Any], value: tuple[Decimal, ...]) -> None:
    if any(weight < 0 for weight in value) or (value and not any(value)):
        raise InvalidValue(attribute.name, list(value), "give weights of zero or more, at least one above zero")


@attrs.frozen(kw_only=True)
class PlannedUse:
    """What a part of a budget is meant for."""

    purpose: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=_not_negative)


@attrs.frozen(kw_only=True)
class BudgetLine:
    """What one unit may spend on one category in a span of days; under a `parent`, whose room it shares.

    `basis` says what the amount was derived from, `plan` what it is for, `evidence` who approved it. `weights` spread
    the amount over the fiscal months that the span touches (none: the same for each). `carried` are the lines whose
    rest was carried into this one. Raises `InvalidValue` for an open span, an amount below zero, a negative weight.
    """

    id: str = attrs.field(validator=_line_id)
    span: DateRange = attrs.field(validator=_closed)
    unit: str = attrs.field(validator=is_named)
    category: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=_not_negative)
    parent: str | None = None
    owner: str = ""
    basis: str = ""
    plan: tuple[PlannedUse, ...] = attrs.field(default=(), converter=as_tuple)
    evidence: ApprovalEvidence | None = None
    status: BudgetStatus = attrs.field(default=BudgetStatus.DRAFT, converter=BudgetStatus)
    weights: tuple[Decimal, ...] = attrs.field(default=(), converter=_as_weights, validator=_weigh_something)
    carried: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def is_confirmed(self) -> bool:
        """Whether it may be spent from."""
        return self.status is BudgetStatus.CONFIRMED


@attrs.frozen(kw_only=True)
class BudgetCharge:
    """An amount, above zero, that a line is to bear on a day."""

    line: str
    day: date = attrs.field(validator=is_day)
    amount: Money = attrs.field(validator=_above_zero)


@attrs.frozen(kw_only=True)
class Usage:
    """What is committed and what is actually spent."""

    committed: Money
    actual: Money

    @property
    def used(self) -> Money:
        """Both together: what counts against a budget."""
        return self.committed + self.actual

    @classmethod
    def none(cls, currency: str) -> Usage:
        """Nothing used, in a currency."""
        nothing = Money.zero(currency)
        return cls(committed=nothing, actual=nothing)


@attrs.frozen(kw_only=True)
class Commitment:
    """An amount that somebody promised to spend from a line; `forwarded` is the day to which it was moved already."""

    id: str = attrs.field(validator=is_named)
    line: str
    day: date = attrs.field(validator=is_day)
    amount: Money = attrs.field(validator=_not_negative)
    forwarded: date | None = None


@attrs.frozen(kw_only=True)
class Spending:
    """An amount that was actually spent from a line, below zero for money that came back.

    Where it names its `commitment`, it takes the commitment's place and is never counted beside it; where it
    `is_partial`, the rest of the commitment stands. `outcomes` is how many of what the money was for it brought.
    """

    id: str = attrs.field(validator=is_named)
    line: str
    day: date = attrs.field(validator=is_day)
    amount: Money
    commitment: str | None = None
    is_partial: bool = False
    outcomes: int = 0
