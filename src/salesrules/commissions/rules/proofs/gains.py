"""What a given move gains: splitting a deal, moving it to the next span, holding back a return."""

from __future__ import annotations

from decimal import Decimal

from salesrules.commissions.model import DealGain, SpanCurve
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.core import Exact

__all__ = ["gain_from_deferring", "gain_from_holding_returns", "gain_from_splitting"]


def gain_from_splitting(curve: PayoutCurve | SpanCurve, deal: Decimal, *, digits: int = 2) -> DealGain:
    """The most that booking a deal as two gains where each deal is measured alone, and the parts on the grid."""
    raise NotImplementedError


def gain_from_deferring(
    curve: PayoutCurve | SpanCurve, measured: Decimal, deal: Decimal, next_measured: Decimal = Decimal(0)
) -> Exact:
    """What booking a deal in the next span gains, from where both spans stand without it; below zero where it loses."""
    raise NotImplementedError


def gain_from_holding_returns(
    curve: PayoutCurve | SpanCurve, measured: Decimal, returned: Decimal, next_measured: Decimal = Decimal(0)
) -> Exact:
    """What entering a return in the next span gains under `current_measure`, where both stand without the return."""
    raise NotImplementedError
