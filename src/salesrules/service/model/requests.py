"""Service requests with a clock of their own, and feedback that a department must answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from salesrules.core import is_named

__all__ = ["Feedback", "FeedbackDeadlines", "RequestClock", "ServiceRequest"]


@attrs.frozen(kw_only=True)
class ServiceRequest:
    """A request for service: its kind selects the clock."""

    id: str = attrs.field(validator=is_named)
    customer: str = attrs.field(validator=is_named)
    kind: str = attrs.field(validator=is_named)


@attrs.frozen(kw_only=True)
class RequestClock:
    """How a request's clock stands: time used (working or elapsed, as the policy counts), and when it is due.

    The clock stands still while the request waits for the customer; then `due` is `None` and `paused_since` says since
    when. `is_overdue` is whether the time was or is used up.
    """

    request: str
    used: timedelta
    limit: timedelta
    due: datetime | None
    paused_since: datetime | None
    done_at: datetime | None
    is_overdue: bool


@attrs.frozen(kw_only=True)
class Feedback:
    """What somebody told us about quality, need, market, or a dealer's wish; `department` is who has it now."""

    id: str = attrs.field(validator=is_named)
    kind: str = attrs.field(validator=is_named)
    given_by: str = attrs.field(validator=is_named)
    department: str | None = None


@attrs.frozen(kw_only=True)
class FeedbackDeadlines:
    """By when feedback must reach its owner and be answered, and when it did; the answer counts from the receipt."""

    owner: str
    forward_due: datetime
    forwarded_at: datetime | None
    answer_due: datetime
    answered_at: datetime | None
