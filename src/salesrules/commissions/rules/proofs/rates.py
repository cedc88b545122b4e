"""What a curve pays at a point: for the next unit, on average, at an attainment, for a spread of attainments."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from salesrules.commissions.model import SpanCurve
from salesrules.commissions.policy import Plan
from salesrules.commissions.rules.curve import PayoutCurve
from salesrules.core import Exact

__all__ = ["blended_rate", "calculate_liability", "marginal_rate"]


def marginal_rate(curve: PayoutCurve | SpanCurve, at: Exact) -> Exact:
    """What the next unit pays from a measure on, as a share of it."""
    raise NotImplementedError


def blended_rate(curve: PayoutCurve | SpanCurve, at: Exact) -> Exact:
    """What a measure pays in all, as a share of it."""
    raise NotImplementedError


def calculate_liability(
    curve: PayoutCurve | SpanCurve | Plan,
    attainment: Decimal | Mapping[Decimal, Decimal],
    *,
    quota: Decimal = Decimal(1),
    target: Decimal = Decimal(1),
) -> Exact:
    """What is owed at an attainment of a quota (0.9 is 90 %), or on average for weights of attainments that total 1."""
    raise NotImplementedError
