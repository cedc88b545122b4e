"""Complaints: what the customer said, who looks into it, what was found, and what the customer says then."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core import InvalidValue, WordEnum, as_tuple, is_aware, is_named

__all__ = ["Complaint", "ComplaintDeadline", "ComplaintDeadlines", "CustomerAnswer", "Escalation", "JointFinding"]


@attrs.frozen(kw_only=True)
class JointFinding:
    """What a second department found in a joint case: whose, by whom, when."""

    department: str = attrs.field(validator=is_named)
    given_by: str = attrs.field(validator=is_named)
    given_at: datetime = attrs.field(validator=is_aware)
    text: str = ""


@attrs.frozen(kw_only=True)
class CustomerAnswer:
    """What the customer said of the remedy: who spoke, when, and who took it down (the speaker, where nobody else)."""

    given_by: str = attrs.field(validator=is_named)
    given_at: datetime = attrs.field(validator=is_aware)
    taken_by: str | None = None


@attrs.frozen(kw_only=True)
class Complaint:
    """A complaint as it stands: its kind and severity (ids of the policy), and what was done about it so far.

    `speakers` may answer for the customer; without any, only the customer's own id may. `concerns` names the person
    complained about, where it is one. `department` owns the case, those in `joint` look into it too. `resolved_at` is
    when the last remedy was offered.
    """

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    kind: str = attrs.field(validator=is_named)
    severity: str = attrs.field(validator=is_named)
    taken_by: str = attrs.field(default="", validator=attrs.validators.instance_of(str))
    speakers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    concerns: str | None = None
    department: str | None = None
    handler: str | None = None
    joint: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    findings: tuple[JointFinding, ...] = attrs.field(default=(), converter=as_tuple)
    cause: str | None = None
    remedy: str | None = None
    resolved_at: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(is_aware))
    answer: CustomerAnswer | None = None

    def __attrs_post_init__(self) -> None:
        if self.department is not None and self.department in self.joint:
            raise InvalidValue("joint", self.department, "the owning department is in the case already; name others")
        if len(set(self.joint)) < len(self.joint):
            raise InvalidValue("joint", self.joint, "name each department once")


class ComplaintDeadline(WordEnum):
    """What a complaint owes the customer by an instant."""

    RESPONSE = "response"
    RESOLUTION = "resolution"


@attrs.frozen(kw_only=True)
class ComplaintDeadlines:
    """When a complaint's response and resolution were due, and when they came; `None` where they have not.

    A reopened complaint owes a new resolution, counted from the reopening; `times_reopened` counts these.
    """

    response_due: datetime
    responded_at: datetime | None
    resolution_due: datetime
    resolved_at: datetime | None
    times_reopened: int


@attrs.frozen(kw_only=True)
class Escalation:
    """Who must look at an overdue complaint: the head of which unit, since when, for which missed deadline.

    `level` counts from 1: the first head up the line. `person` is `None` where nobody up the line could take it.
    """

    complaint: str
    deadline: ComplaintDeadline
    level: int
    at: datetime
    person: str | None
    unit: str | None
