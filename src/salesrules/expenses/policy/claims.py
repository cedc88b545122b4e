"""What a firm sets about claims: categories, evidence, lateness, duplicates, limits, currencies and precision."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesrules.core import (
    BandTable,
    DateRange,
    InvalidValue,
    Money,
    PolicyReference,
    Rate,
    Rounding,
    Severity,
    Side,
    WordEnum,
    as_parameters,
    as_tuple,
    is_currency,
    is_named,
)

__all__ = [
    "ClaimPolicy",
    "DayCount",
    "DuplicatePolicy",
    "EvidencePolicy",
    "ExcessPolicy",
    "ExpenseCategory",
    "ExpenseLimit",
    "LatePolicy",
    "LimitPer",
    "Precision",
    "RateDay",
    "Strictness",
]


class DayCount(WordEnum):
    """Which days count: all of them, or those on which the firm works."""

    CALENDAR = "calendar"
    WORKING = "working"


class Strictness(WordEnum):
    """What a finding does to a claim: it goes on with a warning, or it is denied."""

    WARN = "warn"
    DENY = "deny"

    @property
    def severity(self) -> Severity:
        """The severity of such a finding."""
        return Severity.WARNING if self is Strictness.WARN else Severity.ERROR


class Precision(WordEnum):
    """What becomes of an amount with more decimals than its currency has: rounded with a warning, or refused."""

    ROUND = "round"
    REFUSE = "refuse"


class RateDay(WordEnum):
    """The day whose exchange rate converts an expense: its own, or that of the submission."""

    EXPENSE = "expense"
    SUBMISSION = "submission"


class LimitPer(WordEnum):
    """What a limit is for: one line, each head of a line, each day over all lines, or the whole claim."""

    LINE = "line"
    HEAD = "head"
    DAY = "day"
    CLAIM = "claim"


@attrs.frozen(kw_only=True)
class ExpenseCategory:
    """A category of expenses: what of it somebody must approve, before it is spent and once it is claimed.

    Where `prior_act` names an act, spending without its prior approval is the person's. Where `claim_act` names one,
    the approval matrix is asked for it: for all such lines of a claim together, or, where `is_per_line`, for each (an
    event) with what it costs a head.
    """

    id: str = attrs.field(validator=is_named)
    prior_act: str | None = None
    claim_act: str | None = None
    is_per_line: bool = False


@attrs.frozen(kw_only=True)
class EvidencePolicy:
    """Which kinds of paper a line needs, by its amount in the currency of claims; for some categories or all others."""

    id: str = attrs.field(validator=is_named)
    categories: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    required: BandTable[tuple[str, ...]]
    strictness: Strictness = attrs.field(default=Strictness.DENY, converter=Strictness)


@attrs.frozen(kw_only=True)
class LatePolicy:
    """How many days after an expense a claim may come in.

    `side` owns the last day: `UPPER`, the day number `days` is still in time; `LOWER`, it is late already.
    """

    id: str = attrs.field(validator=is_named)
    days: int
    day_count: DayCount = attrs.field(default=DayCount.CALENDAR, converter=DayCount)
    side: Side = attrs.field(default=Side.UPPER, converter=Side)
    strictness: Strictness = attrs.field(default=Strictness.DENY, converter=Strictness)

    def __attrs_post_init__(self) -> None:
        if self.days < 0:
            raise InvalidValue("days", self.days, "give zero or more days")


@attrs.frozen(kw_only=True)
class DuplicatePolicy:
    """When two lines are one expense claimed twice.

    The same party and invoice number always are. Near are lines of one party, not more than `days` calendar days apart
    (that distance included), whose amounts differ by no more than `tolerance` of the larger (that difference included).
    """

    id: str = attrs.field(validator=is_named)
    days: int = 0
    tolerance: Rate = attrs.field(default=Rate(0))
    same: Strictness = attrs.field(default=Strictness.DENY, converter=Strictness)
    near: Strictness = attrs.field(default=Strictness.WARN, converter=Strictness)

    def __attrs_post_init__(self) -> None:
        if self.days < 0:
            raise InvalidValue("days", self.days, "give zero or more days")
        if self.tolerance.value < 0:
            raise InvalidValue("tolerance", str(self.tolerance), "give a share of zero or more")


@attrs.frozen(kw_only=True)
class ExpenseLimit:
    """The most that the firm bears of some categories, per line, head, day or claim; the limit itself is within.

    For some ranks and city classes, or all that no closer one names: of limits of one kind the one that names more
    wins. `reference` is how a finding names it.
    """

    id: str = attrs.field(validator=is_named)
    categories: tuple[str, ...] = attrs.field(converter=as_tuple)
    per: LimitPer = attrs.field(converter=LimitPer)
    amount: Money
    ranks: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    city_classes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    effective: DateRange
    reference: PolicyReference = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.amount.amount < 0:
            raise InvalidValue("amount", self.amount, "give zero or more")
        object.__setattr__(self, "reference", PolicyReference("ExpenseLimit", self.id, "amount"))

    @property
    def specificity(self) -> int:
        """How closely it says whom it is for; the higher wins."""
        return bool(self.ranks) + bool(self.city_classes)

    def is_for(self, rank: str | None, city_class: str) -> bool:
        """Whether it is for claimants of a rank in cities of a class."""
        return (not self.ranks or rank in self.ranks) and (not self.city_classes or city_class in self.city_classes)


@attrs.frozen(kw_only=True)
class ExcessPolicy:
    """Who bears what lies above a limit: the firm its share, the person the rest."""

    id: str = attrs.field(validator=is_named)
    firm_share: Rate = attrs.field(default=Rate(0))

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.firm_share.value <= 1:
            raise InvalidValue("firm_share", str(self.firm_share), "give a share from 0% to 100%")


#: For how many ranks and classes of cities a policy remembers the limits before its memory is emptied.
_REMEMBERED = 1_000


@attrs.frozen(kw_only=True)
class ClaimPolicy:
    """What a claim must be, and how much of it the firm bears.

    Claims are paid in `currency`; other currencies are converted at the rate of `rate_day`, rounded by `rounding`.
    `cities` says of each city its class, `city_class` that of all others.
    """

    id: str = attrs.field(default="claims", validator=is_named)
    currency: str = attrs.field(validator=is_currency)
    rounding: Rounding
    precision: Precision = attrs.field(default=Precision.REFUSE, converter=Precision)
    rate_day: RateDay = attrs.field(default=RateDay.EXPENSE, converter=RateDay)
    categories: tuple[ExpenseCategory, ...] = attrs.field(converter=as_tuple)
    evidence: tuple[EvidencePolicy, ...] = attrs.field(default=(), converter=as_tuple)
    late: LatePolicy | None = None
    duplicates: DuplicatePolicy | None = None
    limits: tuple[ExpenseLimit, ...] = attrs.field(default=(), converter=as_tuple)
    cities: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    city_class: str = "other"
    excess: ExcessPolicy | None = None
    _categories: Mapping[str, ExpenseCategory] = attrs.field(init=False, repr=False, eq=False)
    _evidence: Mapping[str, tuple[EvidencePolicy, ...]] = attrs.field(init=False, repr=False, eq=False)
    _limits: Mapping[str, tuple[ExpenseLimit, ...]] = attrs.field(init=False, repr=False, eq=False)
    _limits_for: dict[tuple[str, str | None, str], tuple[ExpenseLimit, ...]] = attrs.field(
        init=False, repr=False, eq=False, factory=dict
    )

    def __attrs_post_init__(self) -> None:
        # Every line of every claim asks for these, so they are looked up without search.
        limits: dict[str, list[ExpenseLimit]] = {}
        for limit in sorted(self.limits, key=lambda limit: -limit.specificity):
            for category in dict.fromkeys(limit.categories):
                limits.setdefault(category, []).append(limit)
        evidence: dict[str, list[EvidencePolicy]] = {}
        for rule in self.evidence:
            for category in rule.categories or ("",):
                evidence.setdefault(category, []).append(rule)
        put = object.__setattr__
        put(self, "_categories", {category.id: category for category in self.categories})
        put(self, "_evidence", {category: tuple(found) for category, found in evidence.items()})
        put(self, "_limits", {category: tuple(found) for category, found in limits.items()})

    def category(self, id: str) -> ExpenseCategory | None:
        """The category of that id, `None` where the firm has no such one."""
        return self._categories.get(id)

    def evidence_for(self, category: str) -> tuple[EvidencePolicy, ...]:
        """The rules for the papers of a category: its own, or else those that name none."""
        return self._evidence.get(category) or self._evidence.get("", ())

    def limits_for(self, category: str, rank: str | None, city_class: str) -> tuple[ExpenseLimit, ...]:
        """The limits of a category for a rank in a class of cities, whatever their days; the closest come first.

        The same words have the same limits, which are looked for once.
        """
        known = self._limits_for.get((category, rank, city_class))
        if known is None:
            if len(self._limits_for) >= _REMEMBERED:
                self._limits_for.clear()
            known = tuple(limit for limit in self._limits.get(category, ()) if limit.is_for(rank, city_class))
            self._limits_for[category, rank, city_class] = known
        return known

    def class_of(self, city: str | None) -> str:
        """The class of a city, by its name as written."""
        return self.cities.get(city, self.city_class) if city else self.city_class
