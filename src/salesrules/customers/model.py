"""Customers as facts: what is known of them, who registered them, what they bought, and what rules make of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import (
    DateRange,
    Derivation,
    InvalidValue,
    Operation,
    Rate,
    WordEnum,
    as_parameters,
    as_tuple,
    is_aware,
    is_day,
    is_named,
)

__all__ = [
    "Customer",
    "CustomerClass",
    "Handover",
    "HandoverItem",
    "KeyAccountClass",
    "LoyaltyResult",
    "ProfileCompleteness",
    "Protection",
    "Purchase",
    "Quadrant",
    "Registration",
    "RegistrationStep",
    "RejectedStep",
    "SurveyAnswer",
    "SurveyResult",
    "TermsBasis",
    "TradeTerms",
    "VisitSchedule",
    "VisitStatus",
    "is_filled",
]


def is_filled(value: object) -> bool:
    """Whether a field of a profile says something: not nothing, not a blank text, not an empty list.

    >>> is_filled(0), is_filled("  "), is_filled([])
    (True, False, False)
    """
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value) if isinstance(value, list | tuple | set | frozenset | Mapping) else True


@attrs.frozen(kw_only=True)
class Customer:
    """A customer of the firm: `kind` chooses the profile (`"person"`, `"firm"`), `values` are its fields by name.

    `owner` is who looks after the customer now, nobody where it is `None`; the customer is the firm's all the same.
    """

    id: str = attrs.field(validator=is_named)
    kind: str = attrs.field(validator=is_named)
    values: Mapping[str, Any] = attrs.field(factory=dict, converter=as_parameters)
    owner: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))
    customer_class: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))


@attrs.frozen(kw_only=True)
class ProfileCompleteness:
    """How complete a profile is: the weight of the filled fields over the weight of all.

    `missing` lists the empty fields, the heaviest first; `personal` those filled fields that are personal data;
    `unknown` the fields that the profile of this kind does not have.
    """

    customer: str
    filled: tuple[tuple[str, Decimal], ...] = attrs.field(converter=as_tuple)
    missing: tuple[tuple[str, Decimal], ...] = attrs.field(converter=as_tuple)
    personal: tuple[str, ...] = attrs.field(converter=as_tuple)
    unknown: tuple[str, ...] = attrs.field(converter=as_tuple)

    @property
    def score(self) -> Fraction:
        """The share that is filled, 0 to 1."""
        filled = sum((Fraction(weight) for _, weight in self.filled), Fraction(0))
        return filled / (filled + sum((Fraction(weight) for _, weight in self.missing), Fraction(0)))

    def derivation(self) -> Derivation:
        """The score as the weights of the filled fields over those of all fields."""
        every = sorted((*self.filled, *self.missing))
        return Derivation(
            label="customers.label.completeness",
            value=self.score,
            unit="rate",
            operation=Operation.QUOTIENT,
            terms=(
                _weights("customers.label.filled_weight", self.filled),
                _weights("customers.label.whole_weight", every),
            ),
            parameters={"customer": self.customer},
        )


def _weights(label: str, fields: tuple[tuple[str, Decimal], ...] | list[tuple[str, Decimal]]) -> Derivation:
    terms = [
        Derivation(label="customers.label.field_weight", value=weight, parameters={"field": name})
        for name, weight in fields
    ]
    if not terms:
        return Derivation(label=label, value=Decimal(0))
    total = sum((Fraction(weight) for _, weight in fields), Fraction(0))
    return Derivation(label=label, value=total, operation=Operation.SUM, terms=terms)


@attrs.frozen(kw_only=True)
class RegistrationStep:
    """What gave a registration its protection: the kind of step (`"walk_in"`, `"deposit"`), and when it was done."""

    kind: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(validator=is_aware)


def _in_order(
    instance: object, attribute: attrs.Attribute[tuple[RegistrationStep, ...]], value: tuple[RegistrationStep, ...]
) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "give at least the step by which the customer was registered")
    for index in range(1, len(value)):
        if value[index].at < value[index - 1].at:
            raise InvalidValue(
                f"{attribute.name}[{index}].at", value[index].at, "give the steps in their order in time"
            )


@attrs.frozen(kw_only=True)
class Registration:
    """A customer reported by somebody: `values` are what duplicates are recognised by, `steps` what protects it.

    Raises `InvalidValue` without a step, or where the steps are not in their order in time.
    """

    id: str = attrs.field(validator=is_named)
    registrant: str = attrs.field(validator=is_named)
    values: Mapping[str, Any] = attrs.field(converter=as_parameters)
    steps: tuple[RegistrationStep, ...] = attrs.field(converter=as_tuple, validator=_in_order)


@attrs.frozen(kw_only=True)
class Protection:
    """From `start` until, but without, `end` nobody but the registrant may register the customer; `rule` says why."""

    registration: str
    registrant: str
    start: datetime
    end: datetime
    rule: str

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@attrs.frozen(kw_only=True)
class RejectedStep:
    """A step that gave no protection, since another registrant's ran: `protection` is that one."""

    registration: str
    registrant: str
    step: RegistrationStep
    protection: Protection


@attrs.frozen(kw_only=True)
class HandoverItem:
    """One customer handed from who leaves to a successor; `rule` says how the successor was chosen."""

    customer: str
    giver: str
    receiver: str
    rule: str
    checked: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    accepted_at: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(is_aware))


@attrs.frozen(kw_only=True)
class Handover:
    """What somebody who leaves hands over: `leaves_at` starts the time for it."""

    giver: str = attrs.field(validator=is_named)
    leaves_at: datetime = attrs.field(validator=is_aware)
    items: tuple[HandoverItem, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class CustomerClass:
    """The class of a customer by cumulative share: `share` is the one that the class was read from."""

    customer: str
    amount: Decimal
    share: Fraction | None
    customer_class: str


class Quadrant(WordEnum):
    """The four fields of the key-account matrix: how attractive a customer is, and how strong our position there.

    `STAR`: both high; `QUESTION_MARK`: attractive, weak position; `CASH_COW`: strong position, less attractive; `DOG`:
    neither.
    """

    STAR = "star"
    QUESTION_MARK = "question_mark"
    CASH_COW = "cash_cow"
    DOG = "dog"


@attrs.frozen(kw_only=True)
class KeyAccountClass:
    """Where a customer stands in the matrix, with the weighted means that placed it and the strategy of the field."""

    customer: str
    quadrant: Quadrant
    strategy: tuple[str, ...] = attrs.field(converter=as_tuple)
    attractiveness: Derivation
    position: Derivation


class VisitStatus(WordEnum):
    """Where a customer stands in the cadence of visits."""

    NOT_DUE = "not_due"
    DUE = "due"
    OVERDUE = "overdue"


@attrs.frozen(kw_only=True)
class VisitSchedule:
    """When the next contact is due and from when on it is overdue; `rule` is the level or cell that says so."""

    customer: str
    rule: str
    last: datetime
    due_at: datetime
    overdue_at: datetime
    status: VisitStatus


class TermsBasis(WordEnum):
    """From when payment days count: from the invoice, or from the end of its month."""

    INVOICE = "invoice"
    MONTH_END = "month_end"


@attrs.frozen(kw_only=True)
class TradeTerms:
    """The terms of one customer in a range of days: payment days, discount, discount for early payment, and others.

    `discount` and `early_discount` are shares of the amount; the latter is for payment within `early_days`.
    """

    customer: str = attrs.field(validator=is_named)
    effective: DateRange
    payment_days: int
    basis: TermsBasis = attrs.field(default=TermsBasis.INVOICE, converter=TermsBasis)
    discount: Rate = attrs.field(default=Rate(0))
    early_days: int | None = None
    early_discount: Rate = attrs.field(default=Rate(0))
    other: Mapping[str, Any] = attrs.field(factory=dict, converter=as_parameters)

    def __attrs_post_init__(self) -> None:
        if type(self.payment_days) is not int or self.payment_days < 0:
            raise InvalidValue("payment_days", self.payment_days, "give zero or more whole days")
        for field, rate in (("discount", self.discount), ("early_discount", self.early_discount)):
            if not 0 <= rate.value < 1:
                raise InvalidValue(field, str(rate), "a discount is from 0 % to below 100 %")
        if self.early_days is not None and not 0 <= self.early_days <= self.payment_days:
            raise InvalidValue("early_days", self.early_days, "give at most the days of payment")
        if (self.early_days is None) != (self.early_discount.value == 0):
            raise InvalidValue("early_days", self.early_days, "days and discount of early payment are given together")


@attrs.frozen(kw_only=True)
class SurveyAnswer:
    """One answer to a survey: who, on which day, how many points on the survey's scale."""

    customer: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)
    points: int


@attrs.frozen(kw_only=True)
class SurveyResult:
    """What a survey says: the mean of the answers, how many of those asked answered, satisfied and promoting shares.

    `net_promoters` is the share of promoters less that of detractors.
    """

    answers: int
    asked: int
    mean: Fraction
    satisfied: Fraction
    net_promoters: Fraction

    @property
    def response_rate(self) -> Fraction:
        """Answers over those who were asked."""
        return Fraction(self.answers, self.asked)


@attrs.frozen(kw_only=True)
class Purchase:
    """A purchase of a customer on a day."""

    customer: str = attrs.field(validator=is_named)
    day: date = attrs.field(validator=is_day)


@attrs.frozen(kw_only=True)
class LoyaltyResult:
    """How many customers bought in a span, and how many of them again; `rate` is `None` where nobody bought."""

    customers: int
    repeating: int

    @property
    def rate(self) -> Fraction | None:
        """The repeat rate."""
        return Fraction(self.repeating, self.customers) if self.customers else None
