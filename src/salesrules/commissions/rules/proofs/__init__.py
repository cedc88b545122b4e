"""Proofs on a plan before it pays anyone, exact and without samples, and the inverse: what must be sold to be paid."""

from salesrules.commissions.rules.proofs.gains import (
    gain_from_deferring,
    gain_from_holding_returns,
    gain_from_splitting,
)
from salesrules.commissions.rules.proofs.proving import prove_curve, prove_plan
from salesrules.commissions.rules.proofs.rates import blended_rate, calculate_liability, marginal_rate
from salesrules.commissions.rules.proofs.reaching import find_next_threshold, solve_measure

__all__ = [
    "blended_rate",
    "calculate_liability",
    "find_next_threshold",
    "gain_from_deferring",
    "gain_from_holding_returns",
    "gain_from_splitting",
    "marginal_rate",
    "prove_curve",
    "prove_plan",
    "solve_measure",
]
