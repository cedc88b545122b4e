"""What of every line and month is used: commitments and actuals, an actual never counted beside its commitment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from salesrules.core import Fault, InvalidDocument, Money
from salesrules.expenses.model import BudgetBook, Commitment, Spending, Usage
from salesrules.expenses.policy import ExpensePolicy
from salesrules.expenses.rules.gates import find_gates
from salesrules.expenses.rules.life import demand

__all__ = ["calculate_usage", "find_open_commitments", "used_of"]


class _Entry(NamedTuple):
    line: str
    day: date
    committed: Money
    actual: Money


def find_open_commitments(commitments: Iterable[Commitment], spendings: Iterable[Spending]) -> dict[str, Money]:
    """What of each commitment is still open, by its id: none once an actual took its place.

    A partial actual leaves the rest open, never less than nothing; an actual of zero or less (it was cancelled) opens
    its commitment again. Raises `InvalidDocument` for an id given twice and for an actual of an unknown commitment.
    """
    given, actuals = tuple(commitments), tuple(spendings)
    faults = [
        *_doubles("commitments", [one.id for one in given]),
        *_doubles("spendings", [one.id for one in actuals]),
        *_strangers(given, actuals),
    ]
    if faults:
        raise InvalidDocument(tuple(faults))
    open_now = {entry.id: entry.amount for entry in given}
    spent: dict[str, Money] = {}
    closed: set[str] = set()
    for actual in actuals:
        if actual.commitment is not None:
            id = actual.commitment
            spent[id] = spent.get(id, Money.zero(actual.amount.currency)) + actual.amount
            if spent[id].amount <= 0:
                closed.discard(id)
            elif not actual.is_partial and actual.amount.amount > 0:
                closed.add(id)
    for id, amount in spent.items():
        nothing = Money.zero(amount.currency)
        if amount.amount > 0:
            open_now[id] = nothing if id in closed else max(open_now[id] - amount, nothing)
    return open_now


def calculate_usage(
    book: BudgetBook,
    policy: ExpensePolicy,
    *,
    commitments: Iterable[Commitment] = (),
    spendings: Iterable[Spending] = (),
) -> dict[str, Usage]:
    """The use of every account, by its id: of every line with all below it, and of accumulated months with a control.

    The ids are those of the ledger: the line's, and `line@month`. Raises `InvalidDocument` as `find_open_commitments`
    does, and for entries whose line the book does not have.
    """
    given, actuals = tuple(commitments), tuple(spendings)
    named = (("commitments", [one.line for one in given]), ("spendings", [one.line for one in actuals]))
    faults = [
        _unknown_line(f"{name}[{index}].line", line, book)
        for name, lines in named
        for index, line in enumerate(lines)
        if book.find(line) is None
    ]
    if faults:
        raise InvalidDocument(tuple(faults))
    open_now = find_open_commitments(given, actuals)
    entries = [
        *(_Entry(one.line, one.day, open_now[one.id], Money.zero(one.amount.currency)) for one in given),
        *(_Entry(one.line, one.day, Money.zero(one.amount.currency), one.amount) for one in actuals),
    ]
    usage = {line.id: Usage.none(line.amount.currency) for line in book.lines}
    budgets = demand(policy.budgets, "budgets")
    for entry in entries:
        for gate in find_gates(book, entry.line, entry.day, budgets):
            before = usage.get(gate.account) or Usage.none(entry.actual.currency)
            usage[gate.account] = Usage(
                committed=before.committed + entry.committed, actual=before.actual + entry.actual
            )
    return usage


def used_of(usage: Mapping[str, Usage], account: str, currency: str) -> Usage:
    """The use of an account, nothing where none is recorded."""
    return usage.get(account) or Usage.none(currency)


def _doubles(name: str, ids: list[str]) -> list[Fault]:
    first: dict[str, int] = {}
    for index, id in enumerate(ids):
        first.setdefault(id, index)
    return [
        Fault(
            code="expenses.duplicate_id",
            path=f"{name}[{index}].id",
            problem="another entry has this id",
            remedy="count each once",
            value=id,
        )
        for index, id in enumerate(ids)
        if first[id] != index
    ]


def _strangers(commitments: tuple[Commitment, ...], spendings: tuple[Spending, ...]) -> list[Fault]:
    known = {entry.id for entry in commitments}
    return [
        Fault(
            code="expenses.unknown_commitment",
            path=f"spendings[{index}].commitment",
            problem="there is no such commitment",
            remedy="give the commitment too, or leave it out",
            value=entry.commitment,
        )
        for index, entry in enumerate(spendings)
        if entry.commitment is not None and entry.commitment not in known
    ]


def _unknown_line(path: str, line: str, book: BudgetBook) -> Fault:
    near = book.nearest(line)
    remedy = f"did you mean {near[0]!r}?" if near else "add the line to the book"
    return Fault(code="expenses.unknown_line", path=path, problem="there is no such line", remedy=remedy, value=line)
