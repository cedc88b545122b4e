"""Grades and limits: factors with weights, grades by score, gates; term, factor, season and review of a limit."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import attrs

from salesrules.core import BandTable, DateRange, InvalidValue, Money, Rate, Rounding, WordEnum, as_tuple, is_named

__all__ = [
    "AverageBasis",
    "CreditGate",
    "GradeTerms",
    "GradingPolicy",
    "LimitPolicy",
    "MeasureGate",
    "NewCustomerGate",
    "ScoreFactor",
    "Season",
]


def at_least_one(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    """Refuse anything but a whole number above zero."""
    if type(value) is not int or value < 1:
        raise InvalidValue(attribute.name, value, "give a whole number above zero")


def zero_or_more(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    """Refuse anything but a whole number of zero or more."""
    if type(value) is not int or value < 0:
        raise InvalidValue(attribute.name, value, "give a whole number of zero or more")


def share(instance: object, attribute: attrs.Attribute[Rate], value: Rate) -> None:
    """Refuse a rate that is no share of a whole."""
    if not 0 <= value.value <= 1:
        raise InvalidValue(attribute.name, str(value), "give a rate from 0% to 100%")


def no_negative_rate(instance: object, attribute: attrs.Attribute[Rate], value: Rate) -> None:
    """Refuse a rate below zero."""
    if value.value < 0:
        raise InvalidValue(attribute.name, str(value), "give a rate of zero or more")


@attrs.frozen(kw_only=True)
class ScoreFactor:
    """One factor of the score: how much it weighs, and how many points a measured value gives.

    Without `points` the measure counts as points itself. `missing` is what an unknown measure gives; `None` makes it a
    finding, and the customer gets no grade.
    """

    id: str = attrs.field(validator=is_named)
    weight: Rate = attrs.field(validator=share)
    points: BandTable[Decimal] | None = None
    missing: Decimal | None = None


@attrs.frozen(kw_only=True)
class NewCustomerGate:
    """A customer of fewer than `days` calendar days gets `at_most` a grade; one of exactly so many is no longer new."""

    kind: Literal["new_customer"] = "new_customer"
    id: str = attrs.field(validator=is_named)
    days: int = attrs.field(validator=at_least_one)
    at_most: str


@attrs.frozen(kw_only=True)
class MeasureGate:
    """A customer whose `measure` lies in a band of `grades` gets at most the grade of that band.

    An unknown measure passes the gate.
    """

    kind: Literal["measure"] = "measure"
    id: str = attrs.field(validator=is_named)
    measure: str = attrs.field(validator=is_named)
    grades: BandTable[str]


CreditGate = NewCustomerGate | MeasureGate


@attrs.frozen(kw_only=True)
class GradingPolicy:
    """How customers are graded: weights of `factors` sum to 100 %, `grades` bands the score, the best last."""

    id: str = attrs.field(validator=is_named)
    factors: tuple[ScoreFactor, ...] = attrs.field(converter=as_tuple)
    grades: BandTable[str]
    gates: tuple[CreditGate, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def order(self) -> tuple[str, ...]:
        """All grades, the worst first."""
        return tuple(dict.fromkeys(band.value for band in self.grades.bands))


class AverageBasis(WordEnum):
    """Over how many months sales are averaged: always all of the window, or those since the customer's first sale."""

    WINDOW = "window"
    ACTIVE = "active"


@attrs.frozen(kw_only=True)
class GradeTerms:
    """What a grade may owe: average monthly sales × `term_days` in months × `factor`.

    Where `factor_to` is set, somebody chooses a factor from `factor` up to it, both included; likewise the days of the
    term where `term_days_to` is set.
    """

    grade: str = attrs.field(validator=is_named)
    factor: Rate = attrs.field(validator=no_negative_rate)
    factor_to: Rate | None = attrs.field(default=None, validator=attrs.validators.optional(no_negative_rate))
    term_days: int = attrs.field(validator=zero_or_more)
    term_days_to: int | None = attrs.field(default=None, validator=attrs.validators.optional(zero_or_more))

    def __attrs_post_init__(self) -> None:
        if self.factor_to is not None and self.factor_to < self.factor:
            raise InvalidValue("factor_to", str(self.factor_to), f"give {self.factor} or more")
        if self.term_days_to is not None and self.term_days_to < self.term_days:
            raise InvalidValue("term_days_to", self.term_days_to, f"give {self.term_days} or more")


def _season(instance: object, attribute: attrs.Attribute[Rate], value: Rate) -> None:
    if value.value < -1:
        raise InvalidValue(attribute.name, str(value), "a limit cannot fall by more than 100%")


@attrs.frozen(kw_only=True)
class Season:
    """A change of all limits for some days: `adjust` of them, up or down."""

    id: str = attrs.field(validator=is_named)
    effective: DateRange
    adjust: Rate = attrs.field(validator=_season)


@attrs.frozen(kw_only=True)
class LimitPolicy:
    """How limits are found: `average_months` full calendar months are averaged, a month of terms has `month_days`.

    `rounding` is that of the limit, `maximum` the highest one; seasons may change it by up to `maximum_season` either
    way, that included; after `review_months` calendar months it is reviewed.
    """

    id: str = attrs.field(validator=is_named)
    average_months: int = attrs.field(validator=at_least_one)
    average_over: AverageBasis = attrs.field(default=AverageBasis.WINDOW, converter=AverageBasis)
    month_days: int = attrs.field(default=30, validator=at_least_one)
    terms: tuple[GradeTerms, ...] = attrs.field(converter=as_tuple)
    seasons: tuple[Season, ...] = attrs.field(default=(), converter=as_tuple)
    maximum_season: Rate = attrs.field(validator=no_negative_rate)
    maximum: Money | None = None
    rounding: Rounding
    review_months: int = attrs.field(validator=at_least_one)

    def terms_of(self, grade: str) -> GradeTerms | None:
        """The terms of a grade, `None` where it has none."""
        return next((terms for terms in self.terms if terms.grade == grade), None)
