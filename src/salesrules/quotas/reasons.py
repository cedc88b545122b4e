"""The reason codes of the room, and the labels of its derivations."""

from __future__ import annotations

from salesrules.core import ReasonCode

__all__ = ["LABELS", "REASONS"]

REASONS: tuple[ReasonCode, ...] = ()

LABELS: dict[str, tuple[str, ...]] = {}
