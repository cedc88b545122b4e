"""What is due about a lead, and how far its escalation has come."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesrules.core import as_tuple

__all__ = ["Escalation", "LeadDue"]


@attrs.frozen(kw_only=True)
class LeadDue:
    """By when something must be done: overdue from `due_at` on, warned of from `warn_at` on; instants in UTC."""

    rule: str
    subject: str
    since: datetime
    warn_at: datetime
    due_at: datetime


@attrs.frozen(kw_only=True)
class Escalation:
    """The step that a silent lead has come to: what is done, who is told; `next_at` is when the next one comes.

    `step` is empty before the first one.
    """

    lead: str
    since: datetime
    step: str = ""
    action: str = ""
    tell: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    next_at: datetime | None = None
