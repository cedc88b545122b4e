"""What every check of the room asks first: whether the policy decides at all, and sets what the check needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

from salesrules.core import Decision, InvalidValue, Reason, check_life, decide, local_day
from salesrules.leads.policy import LeadPolicy

__all__ = ["decide_by", "demand"]

T = TypeVar("T")


def decide_by(policy: LeadPolicy, as_of: date | datetime, findings: Iterable[Reason]) -> Decision:
    """The decision that findings amount to, where the policy decides on the day; else why it decides nothing.

    Of an instant the day in the policy's zone counts. Findings that are made one by one are not even sought then.
    """
    day = local_day(as_of, policy.zone) if isinstance(as_of, datetime) else as_of
    life = check_life(policy.life, day, "LeadPolicy")
    return decide([*life.reasons, *findings]) if life.is_allowed else life


def demand(part: T | None, name: str) -> T:
    """A part of the policy that a check needs; raises `InvalidValue` with its place where the rulebook lacks it."""
    if part is None or part == ():
        raise InvalidValue(f"leads.{name}", None, "the rulebook does not set this; add the section")
    return part
