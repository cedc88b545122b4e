"""What a charge must pass: its line and every line above, each as a whole and month by month, with what would stop it.

The accounts of the ledger are the same gates, so that what is hard here is hard there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesrules.core import (
    Band,
    CurrencyTable,
    InvalidValue,
    Money,
    Period,
    PeriodKind,
    RoundingMode,
    Side,
    round_exactly,
)
from salesrules.expenses.model import BudgetBook, BudgetLine
from salesrules.expenses.policy import BudgetControl, BudgetPolicy, ControlAction, ControlSpan

__all__ = [
    "Gate",
    "accumulate",
    "band_at",
    "digits_of",
    "find_control",
    "find_gates",
    "hard_limit",
    "line_gate",
    "month_gates",
    "months_of",
]


_ISO = CurrencyTable.iso()


@attrs.frozen(kw_only=True)
class Gate:
    """One account that a charge counts against.

    `account` is its id in the ledger, `basis` what 100 % is, exactly; `limit` the most that may be used, `None` where
    nothing stops. `through` is the last month that counts, `None` for the whole line.
    """

    account: str
    line: BudgetLine
    control: BudgetControl | None
    basis: Fraction
    limit: Money | None
    through: Period | None = None

    @property
    def amount(self) -> Money:
        """What 100 % is, rounded down to whole units of the last digit."""
        currency = self.line.amount.currency
        return Money(round_exactly(self.basis, digits_of(currency), RoundingMode.FLOOR), currency)


def digits_of(currency: str) -> int:
    """The digits after the point that a budget in a currency keeps, by ISO 4217; raises `UnknownName`."""
    return _ISO.digits(currency)


def find_control(line: BudgetLine, level: int, span: ControlSpan, policy: BudgetPolicy) -> BudgetControl | None:
    """The control of a line for a span: of those that match, the one that says most closely what it is for."""
    found = [
        control
        for control in policy.controls
        if control.span is span and control.matches(line.id, line.unit, line.category, level)
    ]
    return max(found, key=lambda control: control.specificity, default=None)


def band_at(control: BudgetControl, basis: Fraction, used: Money) -> Band[ControlAction]:
    """The tolerance that owns a use of a basis; of a budget of nothing any use is beyond the last one."""
    table = control.tolerances
    if not basis:
        return table.bands[-1 if used.amount > 0 else 0]
    return table.bands[table.index_at(Fraction(used.amount) / basis)]


def hard_limit(control: BudgetControl | None, basis: Fraction, currency: str) -> Money | None:
    """The most that may be used before a control stops, in whole units of the currency's last digit; `None` for no end.

    Where the tolerance's side gives its bound to the stop, the bound itself is out.
    """
    if control is None:
        return None
    table, digits = control.tolerances, digits_of(currency)
    for band in table.bands:
        if band.value is not ControlAction.STOP:
            continue
        if band.start is None:
            return Money.zero(currency)
        bound = Fraction(band.start) * basis
        most = round_exactly(bound, digits, RoundingMode.FLOOR)
        if most == bound and (band.side or table.side) is Side.LOWER:
            most -= Decimal(1).scaleb(-digits)
        return Money(max(most, Decimal(0)), currency)
    return None


def months_of(line: BudgetLine, policy: BudgetPolicy) -> tuple[Period, ...]:
    """The fiscal months that a line's span touches, in order."""
    return policy.calendar.periods(PeriodKind.MONTH, line.span)


def accumulate(line: BudgetLine, policy: BudgetPolicy) -> tuple[tuple[Period, Fraction], ...]:
    """Each month of a line with what the months up to and with it add up to, exactly; the last one is the amount.

    Raises `InvalidValue` where the line's weights are not as many as its months.
    """
    months = months_of(line, policy)
    weights = line.weights or (Decimal(1),) * len(months)
    if len(weights) != len(months):
        remedy = f"give {len(months)} weights, one per fiscal month of {line.span}"
        raise InvalidValue(f"budgets.{line.id}.weights", len(weights), remedy)
    whole, so_far, sums = sum(map(Fraction, weights)), Fraction(0), []
    for month, weight in zip(months, weights, strict=True):
        so_far += Fraction(weight)
        sums.append((month, Fraction(line.amount.amount) * so_far / whole))
    return tuple(sums)


def month_gates(line: BudgetLine, level: int, policy: BudgetPolicy) -> tuple[Gate, ...]:
    """The gates of a line's months, each with all months before it; none where no control asks for them."""
    control = find_control(line, level, ControlSpan.ACCUMULATED_MONTHLY, policy)
    if control is None:
        return ()
    currency = line.amount.currency
    return tuple(
        Gate(
            account=f"{line.id}@{month}",
            line=line,
            control=control,
            basis=basis,
            limit=hard_limit(control, basis, currency),
            through=month,
        )
        for month, basis in accumulate(line, policy)
    )


def line_gate(line: BudgetLine, level: int, policy: BudgetPolicy) -> Gate:
    """The gate of a line as a whole."""
    control = find_control(line, level, ControlSpan.ANNUAL, policy)
    basis = Fraction(line.amount.amount)
    limit = hard_limit(control, basis, line.amount.currency)
    return Gate(account=line.id, line=line, control=control, basis=basis, limit=limit)


def find_gates(book: BudgetBook, line: str, day: date, policy: BudgetPolicy) -> tuple[Gate, ...]:
    """All that a charge to a line on a day counts against, from the line up to its root.

    A charge counts in its own month and in every later one, so that no accumulated month is overspent afterwards by
    a charge that is dated back. Raises `UnknownName` for an unknown line.
    """
    return tuple(_gates(book, line, day, policy))


def _gates(book: BudgetBook, line: str, day: date, policy: BudgetPolicy) -> Iterator[Gate]:
    chain = book.chain(line)
    for place, above in enumerate(chain):
        level = len(chain) - place
        yield line_gate(above, level, policy)
        for gate in month_gates(above, level, policy):
            if gate.through is not None and day < gate.through.end:
                yield gate
