"""How tiers pay."""

from __future__ import annotations

from salesrules.core import WordEnum

__all__ = ["RateMode"]


class RateMode(WordEnum):
    """How tiers pay.

    By rates: each tier its own slice (`marginal`); the reached rate on everything (`whole_amount`); or on everything
    the rate that lies between the bounds' rates in proportion, the last one for all above (`interpolated_rate`).
    By amounts: the reached tier's amount alone (`fixed`); the amounts of all reached tiers (`cumulative_fixed`); the
    amount that lies between the bounds' amounts in proportion, the last one for all above (`interpolated_amount`); or
    each tier's amount in proportion to the part of the tier that is filled (`proportional_amount`).
    """

    MARGINAL = "marginal"
    WHOLE_AMOUNT = "whole_amount"
    INTERPOLATED_RATE = "interpolated_rate"
    FIXED = "fixed"
    CUMULATIVE_FIXED = "cumulative_fixed"
    INTERPOLATED_AMOUNT = "interpolated_amount"
    PROPORTIONAL_AMOUNT = "proportional_amount"

    @property
    def pays_amounts(self) -> bool:
        """Whether a tier's value is an amount, not a rate on the measure."""
        return self in _BY_AMOUNTS


_BY_AMOUNTS = frozenset(
    {RateMode.FIXED, RateMode.CUMULATIVE_FIXED, RateMode.INTERPOLATED_AMOUNT, RateMode.PROPORTIONAL_AMOUNT}
)
