"""What a firm sets about customers: profiles, registration, hand-over, classes, attention, terms and satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import (
    BandTable,
    InvalidValue,
    PolicyLife,
    Rate,
    Side,
    TimeLimit,
    WordEnum,
    as_parameters,
    as_tuple,
    is_named,
    is_zone,
    to_decimal,
)
from salesrules.customers.model import Quadrant

__all__ = [
    "AbcPolicy",
    "AttentionLevel",
    "CumulativeBasis",
    "CustomerPolicy",
    "DuplicateRule",
    "EqualAmounts",
    "FieldForm",
    "FollowUpCell",
    "HandoverPolicy",
    "MatchedField",
    "MatrixFactor",
    "MatrixPolicy",
    "ProfileField",
    "ProfileRule",
    "ProtectionRule",
    "QuadrantStrategy",
    "RegistrationPolicy",
    "SatisfactionPolicy",
    "SuccessorRule",
    "TermsRule",
]


def _positive(instance: object, attribute: attrs.Attribute[Any], value: Decimal) -> None:
    if value <= 0:
        raise InvalidValue(attribute.name, value, "a weight is above zero")


def _some(instance: object, attribute: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "give at least one")


@attrs.frozen(kw_only=True)
class ProfileField:
    """A field of a profile: its weight in the score, and whether it is personal data."""

    name: str = attrs.field(validator=is_named)
    weight: Decimal = attrs.field(default=Decimal(1), converter=to_decimal, validator=_positive)
    is_personal: bool = False


@attrs.frozen(kw_only=True)
class ProfileRule:
    """What a profile of some kinds of customer holds, and the score from which it is complete enough.

    `side` owns the bound: `LOWER`, a score of exactly `complete_from` is enough; `UPPER`, it is not.
    """

    id: str = attrs.field(validator=is_named)
    kinds: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_some)
    fields: tuple[ProfileField, ...] = attrs.field(converter=as_tuple, validator=_some)
    complete_from: Rate
    side: Side = attrs.field(default=Side.LOWER, converter=Side)


class FieldForm(WordEnum):
    """What two values must have in common to be the same.

    `EXACT`: everything; `TEXT`: their letters, whatever their case, width and spaces; `DIGITS`: their digits, as in
    telephone numbers; `EMAIL`: all but case and spaces.
    """

    EXACT = "exact"
    TEXT = "text"
    DIGITS = "digits"
    EMAIL = "email"


@attrs.frozen(kw_only=True)
class MatchedField:
    """A field by which duplicates are recognised, and how its values are compared.

    Of digits only the `last` so many count, where that is given: a country code then makes no difference.
    """

    field: str = attrs.field(validator=is_named)
    form: FieldForm = attrs.field(default=FieldForm.EXACT, converter=FieldForm)
    last: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.last is not None and (self.form is not FieldForm.DIGITS or self.last < 1):
            raise InvalidValue("last", self.last, "only of digits a last number above zero counts")


@attrs.frozen(kw_only=True)
class DuplicateRule:
    """Two records are the same customer where all of these fields are filled and equal."""

    id: str = attrs.field(validator=is_named)
    fields: tuple[MatchedField, ...] = attrs.field(converter=as_tuple, validator=_some)


@attrs.frozen(kw_only=True)
class ProtectionRule:
    """How long a step of a registration protects the registrant."""

    id: str = attrs.field(validator=is_named)
    step: str = attrs.field(validator=is_named)
    limit: TimeLimit


@attrs.frozen(kw_only=True)
class RegistrationPolicy:
    """How duplicates are recognised and registrants protected.

    `may_renew` says whether the same registrant may register the customer again once the protection is over.
    """

    id: str = attrs.field(validator=is_named)
    duplicates: tuple[DuplicateRule, ...] = attrs.field(converter=as_tuple, validator=_some)
    protections: tuple[ProtectionRule, ...] = attrs.field(converter=as_tuple, validator=_some)
    may_renew: bool = True


class SuccessorRule(WordEnum):
    """Who gets the customers of somebody who leaves: the head, or the successors in turn, fewest customers first."""

    HEAD = "head"
    SHARED = "shared"


@attrs.frozen(kw_only=True)
class HandoverPolicy:
    """How customers are handed over: what is checked for each, within which time, and to whom.

    `by_class` names the rule for classes of customers; `otherwise` is for all others.
    """

    id: str = attrs.field(validator=is_named)
    limit: TimeLimit
    checklist: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    by_class: Mapping[str, SuccessorRule] = attrs.field(factory=dict, converter=as_parameters)
    otherwise: SuccessorRule = attrs.field(default=SuccessorRule.SHARED, converter=SuccessorRule)


class CumulativeBasis(WordEnum):
    """Which cumulative share places a customer: with its own amount, or what the larger ones have before it.

    With its own, a single customer above the first bound is never in the first class; before its own, the largest
    customer always is.
    """

    WITH_OWN = "with_own"
    BEFORE_OWN = "before_own"


class EqualAmounts(WordEnum):
    """What becomes of customers with equal amounts at a bound: one class for all, or by the order of their ids."""

    TOGETHER = "together"
    IN_ORDER = "in_order"


@attrs.frozen(kw_only=True)
class AbcPolicy:
    """Classes by cumulative share: bands from 0, the last one open; `rest` is the class of who bought nothing."""

    id: str = attrs.field(validator=is_named)
    classes: BandTable[str]
    rest: str = attrs.field(validator=is_named)
    basis: CumulativeBasis = attrs.field(default=CumulativeBasis.WITH_OWN, converter=CumulativeBasis)
    equal_amounts: EqualAmounts = attrs.field(default=EqualAmounts.TOGETHER, converter=EqualAmounts)


@attrs.frozen(kw_only=True)
class MatrixFactor:
    """A factor that is scored, and its weight among those of its axis."""

    id: str = attrs.field(validator=is_named)
    weight: Decimal = attrs.field(converter=to_decimal, validator=_positive)


@attrs.frozen(kw_only=True)
class QuadrantStrategy:
    """What is done for the customers in one field of the matrix, as codes of the firm."""

    quadrant: Quadrant = attrs.field(converter=Quadrant)
    actions: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_some)


@attrs.frozen(kw_only=True)
class MatrixPolicy:
    """The key-account matrix: factors of both axes, the scale of their scores, the cut-offs, strategies per field.

    `side` owns a mean that lies exactly on a cut-off: `LOWER`, it is high; `UPPER`, low.
    """

    id: str = attrs.field(validator=is_named)
    attractiveness: tuple[MatrixFactor, ...] = attrs.field(converter=as_tuple, validator=_some)
    position: tuple[MatrixFactor, ...] = attrs.field(converter=as_tuple, validator=_some)
    attractiveness_cut: Decimal = attrs.field(converter=to_decimal)
    position_cut: Decimal = attrs.field(converter=to_decimal)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    lowest: Decimal = attrs.field(converter=to_decimal)
    highest: Decimal = attrs.field(converter=to_decimal)
    strategies: tuple[QuadrantStrategy, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class AttentionLevel:
    """How often customers of some classes are visited: due once `due` is over since the last visit, then `overdue`."""

    id: str = attrs.field(validator=is_named)
    classes: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_some)
    due: TimeLimit
    overdue: TimeLimit


@attrs.frozen(kw_only=True)
class FollowUpCell:
    """How often a customer with such a need and such a willingness is followed up."""

    id: str = attrs.field(validator=is_named)
    need: str = attrs.field(validator=is_named)
    willingness: str = attrs.field(validator=is_named)
    due: TimeLimit
    overdue: TimeLimit


@attrs.frozen(kw_only=True)
class TermsRule:
    """The best terms for customers of some classes without an approval, which is for the act `approval_act`."""

    id: str = attrs.field(validator=is_named)
    classes: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_some)
    payment_days: int
    discount: Rate
    early_discount: Rate = attrs.field(default=Rate(0))
    approver: str = attrs.field(validator=is_named)
    approval_act: str = attrs.field(default="customer.terms", validator=is_named)


@attrs.frozen(kw_only=True)
class SatisfactionPolicy:
    """The scale of surveys, and what counts as satisfied, promoting, detracting and good enough.

    All bounds belong to the better side: `promoter_from` points promote, `detractor_to` points detract.
    `repeat_purchases` is how many purchases on different days make a customer one who repeats.
    """

    id: str = attrs.field(validator=is_named)
    lowest: int
    highest: int
    satisfied_from: int
    promoter_from: int
    detractor_to: int
    mean_from: Decimal = attrs.field(converter=to_decimal)
    response_from: Rate
    repeat_from: Rate
    repeat_purchases: int = 2

    def __attrs_post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise InvalidValue("highest", self.highest, f"give more than the lowest points, {self.lowest}")
        for field in ("satisfied_from", "promoter_from", "detractor_to"):
            if not self.lowest <= getattr(self, field) <= self.highest:
                raise InvalidValue(field, getattr(self, field), f"give points from {self.lowest} to {self.highest}")
        if self.detractor_to >= self.promoter_from:
            raise InvalidValue("detractor_to", self.detractor_to, f"give less than {self.promoter_from}")
        if self.repeat_purchases < 2:
            raise InvalidValue("repeat_purchases", self.repeat_purchases, "to repeat takes two purchases or more")


@attrs.frozen(kw_only=True)
class CustomerPolicy:
    """The section `customers` of a rulebook; `zone` is where local days and midnights are those of."""

    life: PolicyLife
    zone: str = attrs.field(validator=is_zone)
    profiles: tuple[ProfileRule, ...] = attrs.field(default=(), converter=as_tuple)
    registration: RegistrationPolicy | None = None
    handover: HandoverPolicy | None = None
    abc: AbcPolicy | None = None
    matrix: MatrixPolicy | None = None
    attention: tuple[AttentionLevel, ...] = attrs.field(default=(), converter=as_tuple)
    follow_ups: tuple[FollowUpCell, ...] = attrs.field(default=(), converter=as_tuple)
    terms: tuple[TermsRule, ...] = attrs.field(default=(), converter=as_tuple)
    satisfaction: SatisfactionPolicy | None = None
