"""What every check of the room asks first: whether the policy decides at all, and sets what the check needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from salesrules import core
from salesrules.core import Decision, Reason, decide_in_force
from salesrules.expenses.policy import ExpensePolicy

__all__ = ["decide_by", "demand"]

T = TypeVar("T")


def decide_by(policy: ExpensePolicy, as_of: date, findings: Iterable[Reason]) -> Decision:
    """The decision that findings amount to, where the policy decides on a day; else why it decides nothing."""
    return decide_in_force(policy.life, as_of, "ExpensePolicy", findings)


def demand(part: T | None, name: str) -> T:
    """A part of the policy that a check needs; raises `InvalidValue` with its place where the rulebook lacks it."""
    return core.demand(part, f"expenses.{name}")
