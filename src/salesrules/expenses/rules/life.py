"""What every check of the room asks first: whether the policy decides at all, and sets what the check needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from salesrules.core import ALLOW, Decision, InvalidValue, Reason, check_life, decide
from salesrules.expenses.policy import ExpensePolicy

__all__ = ["decide_by", "demand"]

T = TypeVar("T")


def decide_by(policy: ExpensePolicy, as_of: date, findings: Iterable[Reason]) -> Decision:
    """The decision that findings amount to, where the policy decides on a day; else why it decides nothing.

    Findings that are made one by one are not even sought then.
    """
    life = check_life(policy.life, as_of, "ExpensePolicy")
    if life is ALLOW:
        return decide(findings)
    return decide([*life.reasons, *findings]) if life.is_allowed else life


def demand(part: T | None, name: str) -> T:
    """A part of the policy that a check needs; raises `InvalidValue` with its place where the rulebook lacks it."""
    if part is None:
        raise InvalidValue(f"expenses.{name}", None, "the rulebook does not set this; add the section")
    return part
