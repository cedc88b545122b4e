"""What every check of the room asks first: whether the policy decides at all, and sets what the check needs."""

from __future__ import annotations

from typing import TypeVar

from salesrules.core import InvalidValue

__all__ = ["demand"]

T = TypeVar("T")


def demand(part: T | None, name: str) -> T:
    """A part of the policy that a rule needs; raises `InvalidValue` with its place where the rulebook lacks it."""
    if part is None:
        raise InvalidValue(f"credit.{name}", None, "the rulebook does not set this; add the section")
    return part
