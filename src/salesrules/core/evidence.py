"""Approval evidence: the small value by which any rule learns that somebody with the right to do so said yes."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core.errors import InvalidValue

__all__ = ["ApprovalEvidence"]


def _named(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(attribute.name, value, "name it")


def _aware(instance: object, attribute: attrs.Attribute[datetime], value: datetime) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidValue(attribute.name, value, "give an instant with its time zone")


@attrs.frozen(kw_only=True)
class ApprovalEvidence:
    """Who approved what, by which route, when; the `approvals` room produces it, every rule accepts it.

    `subject` is the id of what was approved, `act` the kind of act (`"quota.revise"`).
    """

    approver: str = attrs.field(validator=_named)
    act: str = attrs.field(validator=_named)
    subject: str = attrs.field(validator=_named)
    route: str = attrs.field(validator=_named)
    at: datetime = attrs.field(validator=_aware)

    def covers(self, act: str, subject: str) -> bool:
        """Whether this evidence is for that act on that subject."""
        return self.act == act and self.subject == subject
