"""Analysis: budget, committed, actual, forecast, variance and cost per outcome, rolled up the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from salesrules.analytics import calculate_totals, roll_up
from salesrules.core import DateRange, Money, RoundingMode, days_after, round_exactly, share_of
from salesrules.expenses.model import AnalysisRow, BudgetAnalysis, BudgetBook, Commitment, Spending, Usage
from salesrules.expenses.policy import ExpensePolicy
from salesrules.expenses.rules.gates import digits_of
from salesrules.expenses.rules.usage import calculate_usage

__all__ = ["analyse_budgets", "calculate_forecast"]


def calculate_forecast(used: Money, actual: Money, span: DateRange, as_of: date) -> Money:
    """What a span will have cost at its end if it goes on as it went, in whole units of the last digit, half up.

    The actual over the share of the span's calendar days that are over, the day itself among them; never less than what
    is used already. Before the first day it is what is used.

    >>> year = DateRange(date(2026, 1, 1), date(2027, 1, 1))
    >>> calculate_forecast(Money(80, "EUR"), Money(73, "EUR"), year, date(2026, 3, 14))
    Money('365.00', 'EUR')
    """
    gone = span.intersection(DateRange(span.start, days_after(as_of, 1))) if as_of >= span.start else None
    if gone is None:
        return used
    whole = Fraction(actual.amount) / share_of(gone, span)
    return max(used, Money(round_exactly(whole, digits_of(used.currency), RoundingMode.HALF_UP), used.currency))


def analyse_budgets(
    book: BudgetBook,
    policy: ExpensePolicy,
    as_of: date,
    *,
    commitments: Iterable[Commitment] = (),
    spendings: Iterable[Spending] = (),
    usage: Mapping[str, Usage] | None = None,
) -> BudgetAnalysis:
    """Every line beside what became of it, with all lines below it; the children's use sums to the parent's.

    Where `usage` is given (as a ledger has it), it counts; `spendings` then only bring their outcomes. Raises as
    `calculate_usage` does.
    """
    actuals = tuple(spendings)
    used = calculate_usage(book, policy, commitments=commitments, spendings=actuals) if usage is None else usage
    counts = calculate_totals(actuals, amount=lambda one: one.outcomes, by={"line": lambda one: one.line})
    own = {line.id: 0 for line in book.lines}
    own.update({entry.key[0]: int(entry.amount) for entry in counts})
    outcomes = roll_up(own, {line.id: line.parent for line in book.lines}) if own else None
    rows = []
    for line in book.top_down():
        found = used.get(line.id) or Usage.none(line.amount.currency)
        rows.append(
            AnalysisRow(
                line=line.id,
                unit=line.unit,
                category=line.category,
                budget=line.amount,
                committed=found.committed,
                actual=found.actual,
                forecast=calculate_forecast(found.used, found.actual, line.span, as_of),
                outcomes=int(outcomes.of(line.id).total) if outcomes else 0,
            )
        )
    return BudgetAnalysis(rows=rows)
