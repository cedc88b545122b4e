"""Approval evidence: the small value by which any rule learns that somebody with the right to do so said yes."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.money import Money
from salesrules.core.validators import is_aware, is_named

__all__ = ["ApprovalEvidence"]


@attrs.frozen(kw_only=True)
class ApprovalEvidence:
    """Who approved what, by which route, when; the `approvals` room produces it, every rule accepts it.

    `subject` is the id of what was approved, `act` the kind of act (`"quota.revise"`), `approver` who said the last
    yes. `reviewers` are all who said yes, where there were several; `amount` is the amount that was before them.
    """

    approver: str = attrs.field(validator=is_named)
    act: str = attrs.field(validator=is_named)
    subject: str = attrs.field(validator=is_named)
    route: str = attrs.field(validator=is_named)
    at: datetime = attrs.field(validator=is_aware)
    reviewers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    amount: Money | None = None

    @property
    def approvers(self) -> tuple[str, ...]:
        """Everybody who said yes, the last one included."""
        return tuple(dict.fromkeys((*self.reviewers, self.approver)))

    def covers(self, act: str, subject: str) -> bool:
        """Whether this evidence is for that act on that subject."""
        return self.act == act and self.subject == subject
