"""By when something must be done about a lead, when to warn, and whom to tell as it goes on."""

from __future__ import annotations

import attrs

from salesrules.core import InvalidValue, TimeCount, TimeLimit, WordEnum, as_tuple, is_named

__all__ = ["DeadlineSubject", "EscalationStep", "LeadDeadline"]


class DeadlineSubject(WordEnum):
    """What must happen in time.

    `FIRST_CONTACT`: the first follow-up since the owner has the lead; `FOLLOW_UP`: the next one after the last;
    `IDLE`: anything at all (a follow-up, an activity, a step); `STAGNATION`: a step to the next stage.
    """

    FIRST_CONTACT = "first_contact"
    FOLLOW_UP = "follow_up"
    IDLE = "idle"
    STAGNATION = "stagnation"


@attrs.frozen(kw_only=True)
class LeadDeadline:
    """How long something may take; the owner is warned from `warn_hours` hours before it is overdue.

    Working hours and days are those of the firm's working time; the warning then counts working hours too. An empty
    list of stages means all.
    """

    id: str = attrs.field(validator=is_named)
    subject: DeadlineSubject = attrs.field(converter=DeadlineSubject)
    limit: TimeLimit
    warn_hours: int = 0
    stages: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        if type(self.warn_hours) is not int or self.warn_hours < 0:
            raise InvalidValue("warn_hours", self.warn_hours, "give zero or more hours")

    @property
    def counts_working_time(self) -> bool:
        """Whether it needs the firm's working time."""
        return self.limit.counted is TimeCount.WORKING


@attrs.frozen(kw_only=True)
class EscalationStep:
    """What is done once a lead has had no follow-up for so long: the action, a code of the firm, and who is told."""

    id: str = attrs.field(validator=is_named)
    after: TimeLimit
    action: str = attrs.field(validator=is_named)
    tell: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
