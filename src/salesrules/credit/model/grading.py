"""Grades and limits of customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import (
    DateRange,
    Derivation,
    Money,
    Rate,
    Reason,
    as_parameters,
    as_tuple,
    is_day,
    is_named,
    to_decimal,
)
from salesrules.credit.model.documents import no_negative_money

__all__ = ["CreditLimit", "CreditProfile", "GradedCustomer", "ProposedLimit"]


def _as_measures(measures: Mapping[str, Any]) -> Mapping[str, Decimal]:
    return as_parameters({name: to_decimal(value, f"measures.{name}") for name, value in measures.items()})


@attrs.frozen(kw_only=True)
class CreditProfile:
    """What is known of a customer for grading: since when they buy (`None`: never yet), and the measured values."""

    customer: str = attrs.field(validator=is_named)
    since: date | None = attrs.field(default=None, validator=attrs.validators.optional(is_day))
    measures: Mapping[str, Decimal] = attrs.field(factory=dict, converter=_as_measures)


@attrs.frozen(kw_only=True)
class GradedCustomer:
    """A customer's score and grade; `scored` is the grade before the gates, `findings` what lowered or prevented it.

    Without a grade a factor was missing. `changes_at` is the day on which the customer is no longer new.
    """

    customer: str
    score: Decimal
    scored: str
    grade: str | None
    findings: tuple[Reason, ...] = attrs.field(default=(), converter=as_tuple)
    changes_at: date | None = None
    derivation: Derivation = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class CreditLimit:
    """How much a customer may owe, on which days, and when that is to be reviewed."""

    customer: str = attrs.field(validator=is_named)
    amount: Money = attrs.field(validator=no_negative_money)
    effective: DateRange
    review_due: date = attrs.field(validator=is_day)


@attrs.frozen(kw_only=True)
class ProposedLimit:
    """A limit as the formula gives it, from the average of monthly sales, with how it came about."""

    limit: CreditLimit
    average: Fraction
    factor: Rate
    derivation: Derivation = attrs.field(repr=False)
