"""Approval evidence: the small value by which any rule learns that somebody with the right to do so said yes."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core.validators import is_aware, is_named

__all__ = ["ApprovalEvidence"]


@attrs.frozen(kw_only=True)
class ApprovalEvidence:
    """Who approved what, by which route, when; the `approvals` room produces it, every rule accepts it.

    `subject` is the id of what was approved, `act` the kind of act (`"quota.revise"`).
    """

    approver: str = attrs.field(validator=is_named)
    act: str = attrs.field(validator=is_named)
    subject: str = attrs.field(validator=is_named)
    route: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(validator=is_aware)

    def covers(self, act: str, subject: str) -> bool:
        """Whether this evidence is for that act on that subject."""
        return self.act == act and self.subject == subject
