"""What a firm sets for its contracts: required terms, templates, payment, deadlines, what a change re-opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import attrs

from salesrules.core import (
    DateRange,
    Fault,
    InvalidValue,
    PolicyLife,
    Rounding,
    Severity,
    Side,
    WordEnum,
    as_tuple,
    is_named,
    nearest_names,
)

__all__ = [
    "ContractPolicy",
    "DayKind",
    "DayLimit",
    "LateRule",
    "PaymentRule",
    "RenewalRule",
    "RequiredTerms",
    "TemplateRule",
    "Term",
    "check_policy",
]


class Term(WordEnum):
    """What a contract may have to say."""

    SELLER = "seller"
    BUYER = "buyer"
    OWNER = "owner"
    MATTER = "matter"
    LINES = "lines"
    TOTAL = "total"
    LINE_AMOUNTS = "line_amounts"
    PAYMENT_METHOD = "payment_method"
    PAYMENT_DAYS = "payment_days"
    DELIVERY = "delivery"
    SIGNATORY = "signatory"
    BUYER_SIGNATORY = "buyer_signatory"
    BUYER_LICENCE = "buyer_licence"
    DATED = "dated"
    EFFECTIVE = "effective"
    TEMPLATE = "template"
    QUOTATION = "quotation"
    OBLIGATIONS = "obligations"


class DayKind(WordEnum):
    """Which days are counted."""

    CALENDAR = "calendar"
    WORKING = "working"


def _not_negative(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not int or value < 0):
        raise InvalidValue(attribute.name, value, "give a whole number of zero or more")


def _terms(given: Iterable[Term | str]) -> tuple[Term, ...]:
    return tuple(map(Term, given))


@attrs.frozen(kw_only=True)
class RequiredTerms:
    """Terms that a contract must have while the entry holds; `severity` is how much it weighs that one lacks."""

    id: str = attrs.field(validator=is_named)
    effective: DateRange
    terms: tuple[Term, ...] = attrs.field(converter=_terms)
    severity: Severity = attrs.field(default=Severity.ERROR, converter=Severity)


@attrs.frozen(kw_only=True)
class TemplateRule:
    """A version of a template that may be used for contracts dated in its days."""

    id: str = attrs.field(validator=is_named)
    version: int = attrs.field(validator=_not_negative)
    effective: DateRange


@attrs.frozen(kw_only=True)
class PaymentRule:
    """The payment methods that a contract may name (none: any), and the most days of credit; `None` is no limit.

    `side` owns exactly `maximum_days`: `upper`, still allowed; `lower`, not.
    """

    methods: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    maximum_days: int | None = attrs.field(default=None, validator=_not_negative)
    side: Side = attrs.field(converter=Side)


@attrs.frozen(kw_only=True)
class DayLimit:
    """So many days after the day before it; the last of them is still in time. `kind` says which days count."""

    days: int = attrs.field(validator=_not_negative)
    kind: DayKind = attrs.field(converter=DayKind)


@attrs.frozen(kw_only=True)
class LateRule:
    """When what is owed is overdue, and when that is a breach: calendar days after the due day.

    With `grace_days` of 0 the day after is overdue. `side` owns exactly `breach_days` late: `upper`, no breach yet;
    `lower`, a breach.
    """

    grace_days: int = attrs.field(default=0, validator=_not_negative)
    breach_days: int = attrs.field(validator=_not_negative)
    side: Side = attrs.field(converter=Side)


@attrs.frozen(kw_only=True)
class RenewalRule:
    """How many calendar days before its end the renewal of a contract is to be decided."""

    days_before: int = attrs.field(validator=_not_negative)


@attrs.frozen(kw_only=True)
class ContractPolicy:
    """The section `contracts` of a rulebook.

    `rounding` is that of a line's amount. `sign_act` and `change_act` are the acts of the approval matrix.
    `filing` counts from the signature until finance has the contract, `handoff` from there until those who perform it
    do. `material_fields` are the fields whose change re-opens the review. `credit_from_days` is from how many days of
    payment on a credit decision is needed (`None`: never). `prepared` remembers what is asked on a day.
    """

    life: PolicyLife
    rounding: Rounding
    required: tuple[RequiredTerms, ...] = attrs.field(converter=as_tuple)
    templates: tuple[TemplateRule, ...] = attrs.field(default=(), converter=as_tuple)
    payment: PaymentRule | None = None
    sign_act: str = attrs.field(default="contract.sign", validator=is_named)
    change_act: str = attrs.field(default="contract.change", validator=is_named)
    filing: DayLimit | None = None
    handoff: DayLimit | None = None
    late: LateRule | None = None
    renewal: RenewalRule | None = None
    material_fields: tuple[str, ...] = attrs.field(converter=as_tuple)
    credit_from_days: int | None = attrs.field(default=None, validator=_not_negative)
    prepared: dict[date, Any] = attrs.field(init=False, repr=False, eq=False, factory=dict)

    def required_on(self, day: date) -> tuple[tuple[Term, RequiredTerms], ...]:
        """The terms that a contract of a day must have, each with the entry that asks it."""
        found: dict[Term, RequiredTerms] = {}
        for entry in self.required:
            if day in entry.effective:
                for term in entry.terms:
                    found.setdefault(term, entry)
        return tuple(found.items())


#: The fields of a contract whose change may be material.
FIELDS = (
    "template", "parties", "owner", "signatory", "unit", "matter", "customer_type", "currency", "lines", "discount",
    "total", "payment", "delivery", "effective", "quotation", "obligations", "attributes",
)  # fmt: skip


def check_policy(policy: ContractPolicy) -> tuple[Fault, ...]:
    """The faults between fields: ids and template versions given twice at once, fields that no contract has."""
    return (*_doubled(policy), *_unknown_fields(policy))


def _doubled(policy: ContractPolicy) -> Iterator[Fault]:
    for name in ("required", "templates"):
        entries = getattr(policy, name)
        for place, entry in enumerate(entries):
            key = (entry.id, getattr(entry, "version", None))
            for other in entries[:place]:
                if key == (other.id, getattr(other, "version", None)) and entry.effective.overlaps(other.effective):
                    yield Fault(
                        code="contracts.duplicate_id",
                        path=f"{name}[{place}].id",
                        problem="the entry is given twice at the same time",
                        remedy="end the earlier one first, or leave one out",
                        value=entry.id,
                    )
                    break


def _unknown_fields(policy: ContractPolicy) -> Iterator[Fault]:
    for place, field in enumerate(policy.material_fields):
        if field not in FIELDS:
            near = nearest_names(field, FIELDS, 1)
            yield Fault(
                code="contracts.unknown_field",
                path=f"material_fields[{place}]",
                problem="no contract has this field",
                remedy=f"did you mean {near[0]!r}?" if near else f"give one of {', '.join(FIELDS)}",
                value=field,
            )
