"""What every check of the room asks first: whether the policy decides at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import attrs

from salesrules.core import Decision, Reason, check_life, decide_in_force
from salesrules.invitations.policy import InvitationPolicy

__all__ = ["decide_by"]


def decide_by(
    policy: InvitationPolicy, as_of: date, findings: Iterable[Reason], changes_at: date | None = None
) -> Decision:
    """The decision that findings amount to, where the policy decides on a day; else why it decides nothing.

    An instant's own local day counts. `changes_at` is when the answer changes by itself.
    """
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    decision = decide_in_force(policy.life, day, "InvitationPolicy", findings)
    if changes_at is None or not check_life(policy.life, day, "InvitationPolicy").is_allowed:
        return decision
    return attrs.evolve(decision, changes_at=changes_at)
