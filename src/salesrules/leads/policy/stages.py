"""The stages that a lead goes through, who owns each, what it takes to enter one, and how functions hand leads over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import InvalidValue, TimeLimit, WordEnum, as_tuple, is_named, to_decimal

__all__ = [
    "LEAD_ENDS",
    "Bottlenecks",
    "ConditionForm",
    "EntryCondition",
    "FunnelPolicy",
    "HandOff",
    "HandlingScheme",
    "LeadStage",
    "OnDeadline",
    "default_scheme",
]

#: The states in which a lead ends otherwise than by its last stage, or waits in the pool.
LEAD_ENDS = ("lost", "disqualified", "recycled")


def _some(instance: object, attribute: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "give at least one")


class ConditionForm(WordEnum):
    """What a condition asks of a value: that it is there, is true, is one of some words, or at least a number."""

    PRESENT = "present"
    TRUE = "true"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"


@attrs.frozen(kw_only=True)
class EntryCondition:
    """What must be known of a lead before it enters a stage.

    `field` names a value of the facts; `words` go with `one_of`, `number` with `at_least`, which that number itself
    meets. Raises `InvalidValue` where the form lacks what goes with it.
    """

    id: str = attrs.field(validator=is_named)
    field: str = attrs.field(validator=is_named)
    form: ConditionForm = attrs.field(default=ConditionForm.PRESENT, converter=ConditionForm)
    words: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    number: Decimal | None = attrs.field(default=None, converter=attrs.converters.optional(to_decimal))

    def __attrs_post_init__(self) -> None:
        if (self.form is ConditionForm.ONE_OF) != bool(self.words):
            raise InvalidValue("words", self.words, "words go with the form one_of, and only with it")
        if (self.form is ConditionForm.AT_LEAST) != (self.number is not None):
            raise InvalidValue("number", self.number, "a number goes with the form at_least, and only with it")


class OnDeadline(WordEnum):
    """What happens to a lead that stays too long in a stage: it is only overdue, or goes back to the pool."""

    NOTHING = "nothing"
    RECYCLE = "recycle"


@attrs.frozen(kw_only=True)
class LeadStage:
    """One stage: the function that owns it, the command that leads there, after which stages, and on what conditions.

    `after` names the stages from which the command may be given; left out, the one that stands before it.
    """

    id: str = attrs.field(validator=is_named)
    owner: str = attrs.field(validator=is_named)
    command: str = attrs.field(validator=is_named)
    after: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    conditions: tuple[EntryCondition, ...] = attrs.field(default=(), converter=as_tuple)
    deadline: TimeLimit | None = None
    on_deadline: OnDeadline = attrs.field(default=OnDeadline.NOTHING, converter=OnDeadline)


@attrs.frozen(kw_only=True)
class HandOff:
    """How one function hands a lead to the next: the offer must be accepted, within `limit`, or refused with a code."""

    refusals: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    limit: TimeLimit | None = None


@attrs.frozen(kw_only=True)
class HandlingScheme:
    """How leads of some sources and kinds are handled: their stages, hand-offs, and the codes for ending otherwise.

    An empty list of sources or kinds means all. `won` is the stage before which a lead can be lost, disqualified or
    recycled; `restart` the one at which a recycled lead goes on. `assignment` names the rule that finds its owner.
    """

    id: str = attrs.field(validator=is_named)
    sources: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    kinds: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    stages: tuple[LeadStage, ...] = attrs.field(converter=as_tuple, validator=_some)
    won: str = attrs.field(validator=is_named)
    restart: str = attrs.field(validator=is_named)
    hand_off: HandOff = attrs.field(factory=HandOff)
    lost_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    disqualified_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    recycle_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    assignment: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))

    def sources_of(self, index: int) -> tuple[str, ...]:
        """The stages from which the stage at a place may be entered; none for the first."""
        if index == 0:
            return ()
        return self.stages[index].after or (self.stages[index - 1].id,)

    def owner_of(self, stage: str) -> str:
        """The function that owns a stage; raises `InvalidValue` for an unknown one."""
        for one in self.stages:
            if one.id == stage:
                return one.owner
        raise InvalidValue("stage", stage, f"choose one of {', '.join(one.id for one in self.stages)}")


class Bottlenecks(WordEnum):
    """By what the bottleneck of a funnel is found: the lowest conversion, or the longest median stay."""

    CONVERSION = "conversion"
    AGE = "age"


@attrs.frozen(kw_only=True)
class FunnelPolicy:
    """How the bottleneck is found, among the stages that at least `minimum` leads reached."""

    id: str = attrs.field(validator=is_named)
    bottleneck_by: Bottlenecks = attrs.field(default=Bottlenecks.CONVERSION, converter=Bottlenecks)
    minimum: int = 1

    def __attrs_post_init__(self) -> None:
        if self.minimum < 1:
            raise InvalidValue("minimum", self.minimum, "give at least one lead")


def default_scheme() -> HandlingScheme:
    """The stages of a lead without a firm's deadlines, conditions and codes, as diagrams show them."""
    rows = (
        ("captured", "data", "capture", ()),
        ("assigned", "call", "assign", ()),
        ("contacted", "call", "contact", ()),
        ("diagnosed", "call", "diagnose", ()),
        ("visited", "sales", "visit", ("contacted", "diagnosed")),
        ("qualified", "sales", "qualify", ("diagnosed", "visited")),
        ("proposed", "sales", "propose", ()),
        ("negotiating", "sales", "negotiate", ()),
        ("won", "sales", "win", ()),
        ("handed_over", "service", "hand_over", ()),
    )
    stages = [LeadStage(id=id, owner=owner, command=command, after=after) for id, owner, command, after in rows]
    return HandlingScheme(id="default", stages=stages, won="won", restart="assigned")
