"""Steps of a route: who stands behind each, how many must say yes, and what they must have looked at."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

import attrs

from salesrules.core import Deadline, DeadlineKind, InvalidValue, Side, WordEnum, as_tuple, is_named
from salesrules.org import Threshold

__all__ = [
    "ApprovalStep",
    "Approver",
    "AuthorityApprover",
    "BodyApprover",
    "FunctionApprover",
    "FunctionSeat",
    "ManagerApprover",
    "PersonApprover",
    "PositionApprover",
    "RankApprover",
    "StepDeadline",
    "UnitHeadApprover",
]

_STEP_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
#: States of the workflow beside the steps, after which no step can be named.
RESERVED = frozenset({"draft", "returned", "approved", "rejected", "withdrawn", "expired"})


def _one_or_more(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or value < 1:
        raise InvalidValue(attribute.name, value, "give a whole number of one or more")


class FunctionSeat(WordEnum):
    """Who speaks for a function: the head of its unit, or any of its people."""

    HEAD = "head"
    MEMBERS = "members"


@attrs.frozen(kw_only=True)
class PositionApprover:
    """Whoever holds a position; where it has several seats, all of its holders."""

    kind: Literal["position"] = "position"
    position: str = attrs.field(validator=is_named)


@attrs.frozen(kw_only=True)
class ManagerApprover:
    """The manager so many levels up the requester's line, 1 being the nearest; where it is shorter, its end."""

    kind: Literal["manager"] = "manager"
    level: int = attrs.field(default=1, validator=_one_or_more)


@attrs.frozen(kw_only=True)
class RankApprover:
    """The nearest position of a rank up the requester's line, or of a more senior rank where that one is nearer.

    Which rank is more senior, the policy of the directory says.
    """

    kind: Literal["rank"] = "rank"
    rank: str = attrs.field(validator=is_named)


@attrs.frozen(kw_only=True)
class UnitHeadApprover:
    """The head of the unit that the request concerns, or of the nearest unit of a kind from there up."""

    kind: Literal["unit_head"] = "unit_head"
    unit_kind: str | None = None


@attrs.frozen(kw_only=True)
class FunctionApprover:
    """A function such as finance, legal, marketing or headquarters: the unit of that kind nearest to the requester."""

    kind: Literal["function"] = "function"
    function: str = attrs.field(validator=is_named)
    seat: FunctionSeat = attrs.field(default=FunctionSeat.HEAD, converter=FunctionSeat)


@attrs.frozen(kw_only=True)
class BodyApprover:
    """A committee: its own quorum and majority decide."""

    kind: Literal["body"] = "body"
    body: str = attrs.field(validator=is_named)


@attrs.frozen(kw_only=True)
class PersonApprover:
    """A named person; who has left is followed by whoever holds the position that they held last."""

    kind: Literal["person"] = "person"
    person: str = attrs.field(validator=is_named)


@attrs.frozen(kw_only=True)
class AuthorityApprover:
    """The nearest head up the requester's line whose authority covers the act and its amount (grants of `org`)."""

    kind: Literal["authority"] = "authority"


Approver = (
    PositionApprover
    | ManagerApprover
    | RankApprover
    | UnitHeadApprover
    | FunctionApprover
    | BodyApprover
    | PersonApprover
    | AuthorityApprover
)


@attrs.frozen(kw_only=True)
class StepDeadline:
    """How long a step may lie: so many hours, elapsed or of working time; then the request expires.

    `side` says who owns the due instant: `lower`, at the instant it is too late; `upper`, still in time.
    """

    hours: int = attrs.field(validator=_one_or_more)
    kind: DeadlineKind = attrs.field(converter=DeadlineKind)
    side: Side = attrs.field(converter=Side)

    def to_deadline(self) -> Deadline:
        """The deadline as workflow tables know it."""
        return Deadline(after=timedelta(hours=self.hours), kind=self.kind, side=self.side, fires="expire")


def _is_step_id(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not _STEP_ID.fullmatch(value) or value in RESERVED:
        remedy = f"letters, digits, _ and -, beginning with a letter; none of {', '.join(sorted(RESERVED))}"
        raise InvalidValue(attribute.name, value, remedy)


@attrs.frozen(kw_only=True)
class ApprovalStep:
    """One step: its approvers, how many of them must say yes, and the checklist that each yes confirms.

    Without a `quorum` everybody behind the step must say yes. A body stands alone, since it votes by its own quorum
    and majority. Raises `InvalidValue`.

    >>> ApprovalStep(id="legal", approvers=[FunctionApprover(function="legal")], checklist=["licence"]).checklist
    ('licence',)
    """

    id: str = attrs.field(validator=_is_step_id)
    approvers: tuple[Approver, ...] = attrs.field(converter=as_tuple)
    quorum: Threshold | None = None
    checklist: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    deadline: StepDeadline | None = None
    name: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.approvers:
            raise InvalidValue("approvers", self.approvers, "name at least one")
        if self.body is not None and (len(self.approvers) > 1 or self.quorum is not None):
            raise InvalidValue("approvers", self.approvers, "a body stands alone in its step, with its own quorum")
        if len(set(self.checklist)) < len(self.checklist):
            raise InvalidValue("checklist", self.checklist, "name each item once")

    @property
    def body(self) -> str | None:
        """The body that decides this step, `None` where people do."""
        return next((entry.body for entry in self.approvers if isinstance(entry, BodyApprover)), None)
