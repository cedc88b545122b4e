"""The public pool: when a lead goes back to it, what keeps it, and who may take it out again.

The rules of recall are a small form of plain date arithmetic (`PoolLine`), so that a rule, a table of rows and a
data frame can compute the same instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesrules.core import InvalidValue, PolicyReference, Side, TimeCount, TimeLimit, WordEnum, as_tuple, is_named

__all__ = [
    "ClaimLimits",
    "PoolConflict",
    "PoolLimit",
    "PoolLimitKind",
    "PoolLine",
    "PoolPolicy",
    "PoolProtection",
    "ProtectionEnd",
    "lines_of",
]


class PoolLimitKind(WordEnum):
    """Since when a limit counts.

    `NO_FOLLOW_UP`: since the last follow-up, or since the owner has the lead where that is later; `NO_DEAL`: since the
    owner has it; `STAGNATION`: since the lead is in its stage, or since the owner has it where that is later.
    """

    NO_FOLLOW_UP = "no_follow_up"
    NO_DEAL = "no_deal"
    STAGNATION = "stagnation"


#: The facts from the latest of which each kind of limit counts.
_STARTS = {
    PoolLimitKind.NO_FOLLOW_UP: ("owned_since", "last_follow_up"),
    PoolLimitKind.NO_DEAL: ("owned_since",),
    PoolLimitKind.STAGNATION: ("owned_since", "stage_entered"),
}


class ProtectionEnd(WordEnum):
    """What the end of a protection means: only that it keeps no longer, or that the lead goes back."""

    SHIELDS = "shields"
    RECALLS = "recalls"


class PoolConflict(WordEnum):
    """What decides where rules disagree.

    `STRICTEST`: the lead goes back as soon as any rule says so. `ORDER`: the rule that stands first in the named order
    decides, of those that say something at that instant; so a protection keeps the lead from those behind it.
    """

    STRICTEST = "strictest"
    ORDER = "order"


def _dates_only(instance: object, attribute: attrs.Attribute[Any], value: TimeLimit) -> None:
    if value.days is None or value.counted is TimeCount.WORKING:
        raise InvalidValue(attribute.name, value, "the pool counts elapsed or calendar days, so that it stays plain")


@attrs.frozen(kw_only=True)
class PoolLimit:
    """How long a lead may stay with its owner without a follow-up, a deal, or a step; for some classes, or all.

    A limit that names the class of a lead's customer goes before one of the same kind that names none.
    """

    id: str = attrs.field(validator=is_named)
    kind: PoolLimitKind = attrs.field(converter=PoolLimitKind)
    limit: TimeLimit = attrs.field(validator=_dates_only)
    classes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class PoolProtection:
    """How long a lead is protected since its owner has it; each activity extends that, up to a cap.

    An activity at which the protection still runs makes it last at least `extension_days` from there, never shorter
    than before and never beyond `cap_days` since the owner has the lead. Days are counted as `counted` says; `side`
    owns the end.
    """

    id: str = attrs.field(validator=is_named)
    days: int
    extension_days: int = 0
    cap_days: int | None = None
    counted: TimeCount = attrs.field(default=TimeCount.ELAPSED, converter=TimeCount)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    ends: ProtectionEnd = attrs.field(default=ProtectionEnd.SHIELDS, converter=ProtectionEnd)
    classes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        if self.counted is TimeCount.WORKING:
            raise InvalidValue("counted", self.counted.value, "the pool counts elapsed or calendar days")
        for field, least in (("days", 1), ("extension_days", 0)):
            value = getattr(self, field)
            if type(value) is not int or not least <= value < 1_000_000:
                raise InvalidValue(field, value, f"give a whole number of days from {least} on")
        if self.cap_days is not None and self.cap_days < self.days:
            raise InvalidValue("cap_days", self.cap_days, f"the cap is at least the {self.days} days of the protection")


@attrs.frozen(kw_only=True)
class ClaimLimits:
    """How many leads one may own in all, and claim on one local day; `None` sets no limit."""

    id: str = attrs.field(validator=is_named)
    owned: int | None = None
    per_day: int | None = None

    def __attrs_post_init__(self) -> None:
        for field in ("owned", "per_day"):
            value = getattr(self, field)
            if value is not None and (type(value) is not int or value < 0):
                raise InvalidValue(field, value, "give zero or more leads, or nothing for no limit")


@attrs.frozen(kw_only=True)
class PoolPolicy:
    """The rules of the pool: what recalls, what protects, what decides between them, and who may claim.

    `order` names limits and protections, the first to decide first, where the conflict rule is `order`. The owner is
    warned `warn_days` days of 24 hours before the recall. A former owner waits `former_owner_wait` since the lead left
    them, and nobody claims a lead before `cool_down` is over since it came into the pool.
    """

    id: str = attrs.field(validator=is_named)
    limits: tuple[PoolLimit, ...] = attrs.field(default=(), converter=as_tuple)
    protections: tuple[PoolProtection, ...] = attrs.field(default=(), converter=as_tuple)
    conflict: PoolConflict = attrs.field(converter=PoolConflict)
    order: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    warn_days: int = 0
    former_owner_wait: TimeLimit | None = None
    cool_down: TimeLimit | None = None
    claims: ClaimLimits | None = None

    def __attrs_post_init__(self) -> None:
        if type(self.warn_days) is not int or self.warn_days < 0:
            raise InvalidValue("warn_days", self.warn_days, "give zero or more days")

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class that some rule names, in the order in which they come."""
        entries: Iterable[PoolLimit | PoolProtection] = (*self.limits, *self.protections)
        return tuple(dict.fromkeys(name for entry in entries for name in entry.classes))


@attrs.frozen(kw_only=True)
class PoolLine:
    """One line of the plain arithmetic that says when a lead goes back.

    Its end is the latest of the facts in `starts`, `days` later: as time passes, or as local midnights do where
    `is_calendar`; `is_late` adds the step that a bound of the side `upper` needs. For each activity before the end, the
    end becomes the later of itself and the activity plus `extension_days`, and never passes `owned_since` plus
    `cap_days`. `keeps` says that the lead stays until then whatever lines behind it say, `recalls` that it goes back
    then: at the earliest, over all lines that recall, of the later of its own end and those of the keeping lines before
    it.
    """

    rule: str
    policy: PolicyReference
    starts: tuple[str, ...]
    days: int
    is_calendar: bool
    is_late: bool
    extension_days: int = 0
    cap_days: int | None = None
    keeps: bool
    recalls: bool


def lines_of(policy: PoolPolicy) -> Mapping[str, tuple[PoolLine, ...]]:
    """The lines for each class that a rule names, and under `""` those for all others, in the order that decides."""
    return {name: tuple(_lines(policy, name)) for name in ("", *policy.classes)}


def _lines(policy: PoolPolicy, customer_class: str) -> list[PoolLine]:
    is_ordered = policy.conflict is PoolConflict.ORDER
    lines = [
        PoolLine(
            rule=limit.id,
            policy=PolicyReference("PoolLimit", limit.id, "limit"),
            starts=_STARTS[limit.kind],
            days=limit.limit.days or 0,
            is_calendar=limit.limit.counted is TimeCount.CALENDAR,
            is_late=limit.limit.side is Side.UPPER,
            keeps=False,
            recalls=True,
        )
        for limit in policy.limits
        if _is_for(limit, customer_class, [one for one in policy.limits if one.kind is limit.kind])
    ]
    lines += [
        PoolLine(
            rule=protection.id,
            policy=PolicyReference("PoolProtection", protection.id, "days"),
            starts=("owned_since",),
            days=protection.days,
            is_calendar=protection.counted is TimeCount.CALENDAR,
            is_late=protection.side is Side.UPPER,
            extension_days=protection.extension_days,
            cap_days=protection.cap_days,
            keeps=is_ordered,
            recalls=protection.ends is ProtectionEnd.RECALLS,
        )
        for protection in policy.protections
        if _is_for(protection, customer_class, policy.protections)
    ]
    if is_ordered:
        lines = sorted(
            (line for line in lines if line.rule in policy.order), key=lambda line: policy.order.index(line.rule)
        )
    return lines


def _is_for(
    entry: PoolLimit | PoolProtection, customer_class: str, alike: Iterable[PoolLimit | PoolProtection]
) -> bool:
    """Whether an entry is for a class: it names it, or names none while none of its like names it."""
    if entry.classes:
        return customer_class in entry.classes
    return not any(customer_class in other.classes for other in alike)
