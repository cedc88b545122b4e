"""Whether charges fit: at every ancestor, for the year and month by month, with every tolerance that they reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from salesrules.core import (
    ALLOW,
    Decision,
    Money,
    PolicyReference,
    Reason,
    Severity,
    decide,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetBook, BudgetCharge, Usage
from salesrules.expenses.policy import BudgetPolicy, ControlAction, ExpensePolicy
from salesrules.expenses.rules.amounts import has_more_digits
from salesrules.expenses.rules.gates import Gate, band_at, digits_of, find_gates
from salesrules.expenses.rules.life import decide_by, demand
from salesrules.expenses.rules.usage import used_of

__all__ = ["calculate_headroom", "check_charges", "find_charge_reasons"]

_SEVERITY = {ControlAction.INFORM: Severity.INFO, ControlAction.WARN: Severity.WARNING}


def check_charges(
    charges: Iterable[BudgetCharge],
    book: BudgetBook,
    usage: Mapping[str, Usage],
    policy: ExpensePolicy,
    as_of: date,
) -> Decision:
    """Whether charges fit together: all of them, in their order, or none.

    Denied with every reason at once: an unknown line, one that is not confirmed (itself or any above it), a day outside
    its span, another currency, more decimals than the currency has, and every account, at the line or above, for the
    whole or for accumulated months, where a control stops. Where a tolerance is reached that informs or warns, the
    decision says so. `usage` is what is used before, as `calculate_usage` gives it.

    The headroom is what would still fit of the last charge's kind (line and day), and after all of them where they fit;
    `changes_at` is, where accumulated months alone stand in the way, the first day from which the same would fit.
    """
    budgets, given = demand(policy.budgets, "budgets"), tuple(charges)
    decision = decide_by(policy, as_of, find_charge_reasons(given, book, usage, budgets))
    if not given:
        return decision
    headroom = calculate_headroom(given, book, usage, budgets, is_taken=decision.is_allowed)
    if decision is ALLOW and headroom is None:
        return decision
    changes_at = None if decision.is_allowed else _next_fit(given, decision, book, usage, budgets)
    return attrs.evolve(decision, headroom=headroom, changes_at=changes_at)


def find_charge_reasons(
    charges: Iterable[BudgetCharge],
    book: BudgetBook,
    usage: Mapping[str, Usage],
    policy: BudgetPolicy,
    *,
    path: str = "charges",
) -> Iterator[Reason]:
    """What speaks against charges, and which tolerances they reach; a charge counts for those that follow it."""
    taken: dict[str, Money] = {}
    for index, charge in enumerate(charges):
        here = f"{path}[{index}]"
        misfits = tuple(_misfits(charge, book, here))
        yield from misfits
        if misfits and book.find(charge.line) is None:
            continue
        if any(reason.code == codes.OTHER_CURRENCY.code for reason in misfits):
            continue
        for gate in find_gates(book, charge.line, charge.day, policy):
            before = used_of(usage, gate.account, charge.amount.currency)
            earlier = taken.get(gate.account, Money.zero(charge.amount.currency))
            taken[gate.account] = earlier + charge.amount
            yield from _reached(gate, before, earlier, charge, here)


def calculate_headroom(
    charges: tuple[BudgetCharge, ...],
    book: BudgetBook,
    usage: Mapping[str, Usage],
    policy: BudgetPolicy,
    *,
    is_taken: bool,
) -> Money | None:
    """What would still fit at the last charge's line and day; after all charges where they are taken.

    `None` where nothing stops, or the line is not there.
    """
    last = charges[-1]
    if book.find(last.line) is None:
        return None
    least: Money | None = None
    taken: dict[str, Money] = {}
    for charge in charges if is_taken else ():
        for gate in find_gates(book, charge.line, charge.day, policy):
            taken[gate.account] = taken.get(gate.account, Money.zero(charge.amount.currency)) + charge.amount
    for gate in find_gates(book, last.line, last.day, policy):
        if gate.limit is None or gate.limit.currency != last.amount.currency:
            continue
        free = gate.limit - used_of(usage, gate.account, gate.limit.currency).used
        free -= taken.get(gate.account, Money.zero(free.currency))
        least = free if least is None or free < least else least
    return None if least is None else max(least, Money.zero(least.currency))


def _misfits(charge: BudgetCharge, book: BudgetBook, path: str) -> Iterator[Reason]:
    line = book.find(charge.line)
    if line is None:
        yield codes.UNKNOWN_LINE(line=charge.line, nearest=book.nearest(charge.line), path=f"{path}.line")
        return
    for above in book.chain(line.id):
        if not above.is_confirmed:
            yield codes.NOT_CONFIRMED(line=above.id, status=above.status, path=f"{path}.line")
    if charge.day not in line.span:
        yield codes.OUTSIDE_SPAN(line=line.id, day=charge.day, span=line.span, path=f"{path}.day")
    if charge.amount.currency != line.amount.currency:
        yield codes.OTHER_CURRENCY(
            line=line.id, currency=line.amount.currency, asked=charge.amount, path=f"{path}.amount"
        )
        return
    digits = digits_of(line.amount.currency)
    if has_more_digits(charge.amount, digits):
        yield codes.TOO_PRECISE(amount=charge.amount, digits=digits, path=f"{path}.amount")


def _reached(gate: Gate, before: Usage, earlier: Money, charge: BudgetCharge, path: str) -> Iterator[Reason]:
    """What one gate says about a charge, beside what is used and what earlier charges take."""
    control = gate.control
    if control is None:
        return
    already = before.used + earlier
    used = already + charge.amount
    band = band_at(control, gate.basis, used)
    action = band.value
    if action is ControlAction.IGNORE:
        return
    common: dict[str, Any] = {
        "line": gate.line.id,
        "path": f"{path}.amount",
        "policy": PolicyReference("BudgetControl", control.id, "tolerances"),
    }
    if gate.through is not None:
        common["month"] = gate.through
    if action is ControlAction.STOP:
        assert gate.limit is not None  # for the type checker: what can stop has a limit
        yield (codes.OVER_BUDGET if gate.through is None else codes.OVER_MONTHS)(
            limit=gate.limit,
            committed=before.committed + earlier,
            actual=before.actual,
            asked=charge.amount,
            headroom=max(gate.limit - already, Money.zero(charge.amount.currency)),
            **common,
        )
        return
    yield (codes.TOLERANCE_REACHED if gate.through is None else codes.MONTHS_REACHED)(
        used=used, budget=gate.amount, tolerance=band.start or Decimal(0), severity=_SEVERITY[action], **common
    )


def _next_fit(
    charges: tuple[BudgetCharge, ...],
    decision: Decision,
    book: BudgetBook,
    usage: Mapping[str, Usage],
    policy: BudgetPolicy,
) -> date | None:
    """The first day of a later month from which the same charges would fit, where only months stand in the way."""
    stopping = {reason.code for reason in decision.reasons if reason.severity is Severity.ERROR}
    if stopping != {codes.OVER_MONTHS.code}:
        return None
    starts = {
        gate.through.start
        for charge in charges
        for gate in find_gates(book, charge.line, charge.day, policy)
        if gate.through is not None
    }
    for start in sorted(starts):
        moved = [attrs.evolve(charge, day=max(charge.day, start)) for charge in charges]
        if decide(find_charge_reasons(moved, book, usage, policy)).is_allowed:
            return start
    return None
