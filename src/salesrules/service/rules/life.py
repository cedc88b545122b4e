"""What every check of the room asks first: whether the policy decides at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import attrs

from salesrules.core import Decision, Reason, check_life, decide_in_force
from salesrules.service.policy import ServicePolicy

__all__ = ["as_it_passes", "decide_by", "decide_until"]


def decide_by(policy: ServicePolicy, as_of: date, findings: Iterable[Reason]) -> Decision:
    """The decision that findings amount to, where the policy decides on a day; else why it decides nothing."""
    return decide_in_force(policy.life, as_of, "ServicePolicy", findings)


def decide_until(policy: ServicePolicy, as_of: date, findings: Iterable[Reason], changes: Iterable[date]) -> Decision:
    """As `decide_by`, with the first of the days or instants that lie ahead as when the answer changes by itself."""
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    decision = decide_by(policy, day, findings)
    ahead = sorted(changes, key=as_it_passes)
    if not ahead or not check_life(policy.life, day, "ServicePolicy").is_allowed:
        return decision
    return attrs.evolve(decision, changes_at=ahead[0])


def as_it_passes(moment: date) -> date:
    """A day as it is, an instant in UTC: the order in which they come."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
