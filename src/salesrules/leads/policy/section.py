"""The section `leads` of a rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from salesrules.core import PolicyLife, PolicyStatus, as_tuple, is_zone, local_midnight
from salesrules.leads.policy.assignment import AssignmentRule, CapacityPolicy
from salesrules.leads.policy.capture import MergePolicy
from salesrules.leads.policy.deadlines import EscalationStep, LeadDeadline
from salesrules.leads.policy.pool import PoolLine, PoolPolicy, lines_of
from salesrules.leads.policy.scoring import ScoringPolicy
from salesrules.leads.policy.stages import FunnelPolicy, HandlingScheme

__all__ = ["LeadPolicy"]


@attrs.frozen(kw_only=True)
class LeadPolicy:
    """The section `leads` of a rulebook; `zone` is where local days and midnights are those of.

    `pool_lines` are the rules of the pool as plain arithmetic, by class of customer. `decides_from` and
    `decides_until` are the instants, in UTC, between which the policy decides, and `reviewed_until` the one up to
    which no review of it is overdue; `None` is open.
    """

    life: PolicyLife
    zone: str = attrs.field(validator=is_zone)
    schemes: tuple[HandlingScheme, ...] = attrs.field(default=(), converter=as_tuple)
    deadlines: tuple[LeadDeadline, ...] = attrs.field(default=(), converter=as_tuple)
    escalation: tuple[EscalationStep, ...] = attrs.field(default=(), converter=as_tuple)
    merging: MergePolicy | None = None
    assignment: tuple[AssignmentRule, ...] = attrs.field(default=(), converter=as_tuple)
    capacity: CapacityPolicy | None = None
    pool: PoolPolicy | None = None
    scoring: ScoringPolicy | None = None
    funnel: FunnelPolicy | None = None
    pool_lines: Mapping[str, tuple[PoolLine, ...]] = attrs.field(init=False, repr=False, eq=False)
    tzinfo: ZoneInfo = attrs.field(init=False, repr=False, eq=False)
    decides_from: datetime = attrs.field(init=False, repr=False, eq=False)
    decides_until: datetime | None = attrs.field(init=False, repr=False, eq=False)
    reviewed_until: datetime | None = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        put, life = object.__setattr__, self.life
        put(self, "pool_lines", {} if self.pool is None else lines_of(self.pool))
        put(self, "tzinfo", ZoneInfo(self.zone))
        put(self, "decides_from", local_midnight(life.effective.start, self.zone))
        end = life.effective.end
        put(self, "decides_until", None if end is None else local_midnight(end, self.zone))
        review = None if life.status is PolicyStatus.SUPERSEDED else life.next_review
        put(
            self,
            "reviewed_until",
            None if review is None else local_midnight(review + timedelta(days=1), self.zone),
        )
