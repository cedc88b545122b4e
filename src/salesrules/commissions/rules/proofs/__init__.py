"""Proofs on a plan before it pays anyone, exact and without samples, and the inverse: what must be sold to be paid."""

__all__: list[str] = []
