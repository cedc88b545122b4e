"""Those who get leads, and who got which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

import attrs

from salesrules.core import Decision, InvalidValue, as_tuple, is_aware, is_named
from salesrules.leads.model.leads import as_instant, optional_instant

__all__ = ["Absence", "AssignableLead", "AssignedLead", "Assignee", "AssignmentResult", "AssignmentState"]


class AssignableLead(Protocol):
    """What assignment reads of a lead; `Lead` has it."""

    @property
    def id(self) -> str:
        """The lead's id."""
        ...

    @property
    def source(self) -> str:
        """Where it came from."""
        ...

    @property
    def kind(self) -> str:
        """What kind of lead it is."""
        ...

    @property
    def territory(self) -> str:
        """The territory that it lies in."""
        ...

    @property
    def customer_class(self) -> str:
        """The class of the customer."""
        ...

    @property
    def skills(self) -> tuple[str, ...]:
        """The skills that it needs."""
        ...


@attrs.frozen(kw_only=True)
class Absence:
    """A time in which somebody gets no leads: from `start` until, but without, `end`."""

    start: datetime = attrs.field(converter=as_instant, validator=is_aware)
    end: datetime = attrs.field(converter=as_instant, validator=is_aware)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidValue("end", self.end, f"an absence ends after its start, {self.start}")


def _as_set(values: Iterable[str]) -> frozenset[str]:
    return frozenset([values] if isinstance(values, str) else values)


@attrs.frozen(kw_only=True)
class Assignee:
    """Somebody who gets leads: for what, how many, and how many there were.

    `load` are the open leads, of at most `capacity`; `taken` those that came today, of at most `day_quota` (`None` is
    without a limit). `given` counts the leads that weighted turns gave so far, `served` is the number of the turn at
    which somebody was last served, any number that rises with time; 0 is never. `inducted_at` is when the induction is
    over, `None` where it is. Empty territories or classes fit none.
    """

    person: str = attrs.field(validator=is_named)
    territories: frozenset[str] = attrs.field(default=frozenset(), converter=_as_set)
    classes: frozenset[str] = attrs.field(default=frozenset(), converter=_as_set)
    skills: frozenset[str] = attrs.field(default=frozenset(), converter=_as_set)
    weight: int = 1
    capacity: int | None = None
    load: int = 0
    day_quota: int | None = None
    taken: int = 0
    given: int = 0
    served: int = 0
    absences: tuple[Absence, ...] = attrs.field(default=(), converter=as_tuple)
    inducted_at: datetime | None = attrs.field(
        default=None, converter=optional_instant, validator=attrs.validators.optional(is_aware)
    )

    def __attrs_post_init__(self) -> None:
        for field in ("weight", "capacity", "load", "day_quota", "taken", "given", "served"):
            value = getattr(self, field)
            if value is not None and (type(value) is not int or value < 0):
                raise InvalidValue(field, value, "give a whole number, zero or more")

    @property
    def has_room(self) -> bool:
        """Whether one more lead fits into the capacity and into the quota of the day."""
        fits = self.capacity is None or self.load < self.capacity
        return fits and (self.day_quota is None or self.taken < self.day_quota)


@attrs.frozen(kw_only=True)
class AssignmentState:
    """Those who get leads, as they stand between two assignments.

    `turn` numbers the assignments so far; `salt`, the id of the first lead, draws the order of those who were never
    served, so that none of them is always the first. Raises `InvalidValue` where a person comes twice.
    """

    people: tuple[Assignee, ...] = attrs.field(converter=as_tuple)
    turn: int = 0
    salt: str = ""

    def __attrs_post_init__(self) -> None:
        seen = set[str]()
        for index, one in enumerate(self.people):
            if one.person in seen:
                raise InvalidValue(f"people[{index}].person", one.person, "give each person once")
            seen.add(one.person)
        latest = max((one.served for one in self.people), default=0)
        if self.turn < latest:
            object.__setattr__(self, "turn", latest)


class AssignedLead(NamedTuple):
    """A lead, who gets it, and by which rule."""

    lead: str
    person: str
    rule: str


@attrs.frozen(kw_only=True)
class AssignmentResult:
    """Who got which lead, in the order of the leads; those that nobody could take, each with why; and the new state."""

    assigned: tuple[AssignedLead, ...] = attrs.field(converter=as_tuple)
    unassigned: tuple[tuple[str, Decision], ...] = attrs.field(converter=as_tuple)
    state: AssignmentState

    @property
    def owners(self) -> dict[str, str]:
        """Who got each lead that somebody got."""
        return {lead: person for lead, person, _ in self.assigned}
