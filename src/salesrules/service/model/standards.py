"""Service standards as measured: each step's value, its points, and the weighted score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import Derivation, Operation, as_decimal, as_tuple

__all__ = ["StandardResult", "StandardScore"]


@attrs.frozen(kw_only=True)
class StandardResult:
    """One step as measured, in its unit; `points` are `None` where nothing was measured."""

    standard: str
    unit: str
    measured: Decimal | None
    required: Decimal
    is_met: bool
    points: Decimal | None
    weight: Decimal


@attrs.frozen(kw_only=True)
class StandardScore:
    """The steps and their weighted mean over those that were measured: exact, `None` where none was."""

    results: tuple[StandardResult, ...] = attrs.field(converter=as_tuple)

    @property
    def score(self) -> Fraction | None:
        """The weighted mean of the points."""
        parts = [(result.points, result.weight) for result in self.results if result.points is not None]
        weights = sum((Fraction(weight) for _, weight in parts), Fraction(0))
        if not weights:
            return None
        return sum((Fraction(points) * Fraction(weight) for points, weight in parts), Fraction(0)) / weights

    def derivation(self) -> Derivation | None:
        """How the score came about; `None` where nothing was measured."""
        score = self.score
        if score is None:
            return None
        measured = [result for result in self.results if result.points is not None]
        products = [_product(result) for result in measured]
        weights = [Derivation(label="service.label.weight", value=result.weight) for result in measured]
        return Derivation(
            label="service.label.service_score",
            value=score,
            operation=Operation.QUOTIENT,
            terms=(
                _sum("service.label.weighted_points", products),
                _sum("service.label.weights", weights),
            ),
        )


def _sum(label: str, terms: list[Derivation]) -> Derivation:
    whole = sum((Fraction(term.value) for term in terms), Fraction(0))
    return Derivation(label=label, value=as_decimal(whole), operation=Operation.SUM, terms=terms)


def _product(result: StandardResult) -> Derivation:
    points = result.points or Decimal(0)
    return Derivation(
        label="service.label.points_of_step",
        value=as_decimal(Fraction(points) * Fraction(result.weight)),
        operation=Operation.PRODUCT,
        terms=(
            Derivation(
                label="service.label.points",
                value=points,
                parameters={"measured": result.measured, "unit": result.unit},
            ),
            Derivation(label="service.label.weight", value=result.weight),
        ),
        parameters={"standard": result.standard},
    )
