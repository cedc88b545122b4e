"""What every check of the room asks first: whether the policy decides at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from salesrules.core import Decision, Reason, decide_in_force, local_day
from salesrules.customers.policy import CustomerPolicy

__all__ = ["decide_by"]


def decide_by(policy: CustomerPolicy, as_of: date | datetime, findings: Iterable[Reason]) -> Decision:
    """The decision that findings amount to, where the policy decides on the day; else why it decides nothing.

    Of an instant the day in the policy's zone counts.
    """
    day = local_day(as_of, policy.zone) if isinstance(as_of, datetime) else as_of
    return decide_in_force(policy.life, day, "CustomerPolicy", findings)
