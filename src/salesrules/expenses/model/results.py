"""What the rules make of claims and budgets: assessed lines, settlements, and rows of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from salesrules.core import Derivation, Money, Operation, UnknownName, as_parameters, as_tuple, nearest_names, total

__all__ = ["AnalysisRow", "BudgetAnalysis", "LineAssessment", "Settlement"]


@attrs.frozen(kw_only=True)
class LineAssessment:
    """One line of a claim in the currency in which claims are paid.

    `claimed` is converted and rounded, `exact` is not rounded yet; `excess` is what lies above the firm's limits, of
    which `person` is the claimant's part. `limit` is the id of the limit that cut it, or `""`.
    """

    line: str
    category: str
    budget: str | None
    claimed: Money
    exact: Money
    excess: Money
    person: Money
    limit: str = ""

    @property
    def firm(self) -> Money:
        """What the firm would bear: with the person's part it is what was claimed."""
        return self.claimed - self.person


@attrs.frozen(kw_only=True)
class Settlement:
    """What a claim comes to: by line, in all, and what is paid once advances are offset.

    `sanctioned` gives what the firm bears of each line, by its id; `offset` is the part of it that settles advances,
    `unsettled` what of the advances the claimant still owes.
    """

    claim: str
    lines: tuple[LineAssessment, ...] = attrs.field(converter=as_tuple)
    sanctioned: Mapping[str, Money] = attrs.field(converter=as_parameters)
    advances: Money

    @property
    def claimed(self) -> Money:
        """What was claimed, in all."""
        return total((line.claimed for line in self.lines), self.advances.currency)

    @property
    def total(self) -> Money:
        """What the firm bears, in all."""
        return total(self.sanctioned.values(), self.advances.currency)

    @property
    def person(self) -> Money:
        """What the claimant bears, in all."""
        return self.claimed - self.total

    @property
    def offset(self) -> Money:
        """What of the firm's part settles advances."""
        return min(self.total, self.advances)

    @property
    def payable(self) -> Money:
        """What is paid to the claimant."""
        return self.total - self.offset

    @property
    def unsettled(self) -> Money:
        """What of the advances is not settled by this claim."""
        return self.advances - self.offset

    def derivation(self) -> Derivation:
        """How the payable amount came about."""
        currency = self.advances.currency
        lines = [
            Derivation(
                label="expenses.label.sanctioned",
                value=self.sanctioned[line.line].amount,
                unit=currency,
                operation=Operation.DIFFERENCE,
                parameters={"line": line.line},
                terms=(
                    Derivation(label="expenses.label.claimed", value=line.claimed.amount, unit=currency),
                    Derivation(
                        label="expenses.label.person",
                        value=(line.claimed - self.sanctioned[line.line]).amount,
                        unit=currency,
                    ),
                ),
            )
            for line in self.lines
        ]
        whole = Derivation(
            label="expenses.label.total",
            value=self.total.amount,
            unit=currency,
            operation=Operation.SUM if lines else Operation.GIVEN,
            terms=lines,
        )
        advances = Derivation(label="expenses.label.advances", value=self.advances.amount, unit=currency)
        offset = Derivation(
            label="expenses.label.offset",
            value=self.offset.amount,
            unit=currency,
            operation=Operation.MINIMUM,
            terms=(whole, advances),
        )
        return Derivation(
            label="expenses.label.payable",
            value=self.payable.amount,
            unit=currency,
            operation=Operation.DIFFERENCE,
            parameters={"claim": self.claim},
            terms=(whole, offset),
        )


@attrs.frozen(kw_only=True)
class AnalysisRow:
    """One line beside what became of it, with all lines below it.

    `forecast` is what the span will have cost if it goes on as it went (never less than what is used already),
    `variance` the budget less the forecast; `per_outcome` the actual over the outcomes, `None` without any.
    """

    line: str
    unit: str
    category: str
    budget: Money
    committed: Money
    actual: Money
    forecast: Money
    outcomes: int

    @property
    def available(self) -> Money:
        """What is left, below zero where it is overdrawn."""
        return self.budget - self.committed - self.actual

    @property
    def variance(self) -> Money:
        """The budget less the forecast: below zero where it will not do."""
        return self.budget - self.forecast

    @property
    def per_outcome(self) -> Fraction | None:
        """The exact actual cost of one outcome, in the currency of the line."""
        return Fraction(self.actual.amount) / self.outcomes if self.outcomes else None


@attrs.frozen(kw_only=True)
class BudgetAnalysis:
    """The rows of a budget tree, each parent before its children."""

    rows: tuple[AnalysisRow, ...] = attrs.field(converter=as_tuple)

    def of(self, line: str) -> AnalysisRow:
        """The row of a line; raises `UnknownName` with the nearest ones."""
        for row in self.rows:
            if row.line == line:
                return row
        raise UnknownName("budget line", line, nearest_names(line, [row.line for row in self.rows]))

    def to_records(self) -> list[dict[str, Any]]:
        """One row per line, as plain data; amounts in `currency`."""
        return [
            {
                "line": row.line,
                "unit": row.unit,
                "category": row.category,
                "currency": row.budget.currency,
                "budget": row.budget.amount,
                "committed": row.committed.amount,
                "actual": row.actual.amount,
                "available": row.available.amount,
                "forecast": row.forecast.amount,
                "variance": row.variance.amount,
                "outcomes": row.outcomes,
                "per_outcome": row.per_outcome,
            }
            for row in self.rows
        ]
