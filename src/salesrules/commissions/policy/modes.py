"""How tiers pay."""

from __future__ import annotations

from salesrules.core import WordEnum

__all__ = ["RateMode"]


class RateMode(WordEnum):
    """How tiers pay: each its own slice (`marginal`), or the reached rate on everything (`whole_amount`)."""

    MARGINAL = "marginal"
    WHOLE_AMOUNT = "whole_amount"
