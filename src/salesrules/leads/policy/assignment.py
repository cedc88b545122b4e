"""Who gets a lead: whom it may go to, and how the next one of these is picked."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from salesrules.core import InvalidValue, Rounding, WordEnum, is_named

__all__ = ["AssignmentPick", "AssignmentRule", "CapacityPolicy", "LeadMatch"]


class LeadMatch(WordEnum):
    """What of a lead must fit a person: the territory, the customer's class, all skills that the lead needs."""

    TERRITORY = "territory"
    CUSTOMER_CLASS = "customer_class"
    SKILL = "skill"


class AssignmentPick(WordEnum):
    """How one of those whom a lead may go to is picked; those who were served longest ago go first among equals.

    `ROUND_ROBIN`: who was served longest ago; `LOAD`: who has the fewest leads open; `UTILISATION`: whose open leads
    are the smallest share of the capacity; `WEIGHTED`: who is furthest behind the share that the weight promises.
    """

    ROUND_ROBIN = "round_robin"
    LOAD = "load"
    UTILISATION = "utilisation"
    WEIGHTED = "weighted"


def _as_matches(words: Iterable[str]) -> tuple[LeadMatch, ...]:
    return tuple(LeadMatch(word) for word in words)


@attrs.frozen(kw_only=True)
class AssignmentRule:
    """How leads that a scheme sends here are assigned: whom they fit, and who of these is next.

    `otherwise` names the rule for leads that fit nobody who can take one; without it they stay unassigned.
    """

    id: str = attrs.field(validator=is_named)
    match: tuple[LeadMatch, ...] = attrs.field(default=(), converter=_as_matches)
    pick: AssignmentPick = attrs.field(converter=AssignmentPick)
    otherwise: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_named))


@attrs.frozen(kw_only=True)
class CapacityPolicy:
    """How a monthly capacity becomes the quota of a day: over `days` days, rounded as declared."""

    id: str = attrs.field(validator=is_named)
    days: int
    rounding: Rounding

    def __attrs_post_init__(self) -> None:
        if type(self.days) is not int or self.days < 1:
            raise InvalidValue("days", self.days, "give at least one day")
        if self.rounding.digits != 0:
            raise InvalidValue("rounding.digits", self.rounding.digits, "give 0, since leads are whole")
