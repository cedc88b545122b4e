"""Tiers: the straight pieces of a payout curve, and the part of a credit that fell into one."""

from __future__ import annotations

from decimal import Decimal

import attrs

__all__ = ["Segment", "TierShare"]


@attrs.frozen(kw_only=True)
class Segment:
    """One straight piece of a payout curve: from `start` on, pay is `base + slope × (measure − start)`."""

    tier: int
    start: Decimal
    end: Decimal | None
    base: Decimal
    slope: Decimal


@attrs.frozen(kw_only=True)
class TierShare:
    """The part of a credit that fell into one tier, the rate there and what it earned.

    `lower` and `upper` are the tier's bounds in the measure's unit; open where they are `None`. `whole` marks the two
    pieces of a whole-amount table that crosses into another tier: all taken back at the old rate, all paid at the new.
    """

    tier: int
    lower: Decimal | None
    upper: Decimal | None
    measure: Decimal
    rate: Decimal
    earned: Decimal
    whole: bool = False
