"""What the services read: the lines that matter with all above them, what is used of them, what a key holds."""

from __future__ import annotations

from collections.abc import Iterable

from salesrules.core import AggregateStore, InvalidValue, LedgerBatch, LedgerStore, UnknownName, Versioned
from salesrules.expenses.model import BudgetBook, BudgetCharge, BudgetLine, Usage
from salesrules.expenses.policy import BudgetPolicy
from salesrules.expenses.rules import find_gates, line_gate, month_gates

__all__ = ["batch_of", "load_book", "load_usage", "load_versions", "usage_of_charges", "use_of"]


def load_book(lines: Iterable[str], budgets: AggregateStore[BudgetLine]) -> BudgetBook:
    """The stored lines of these ids, so far as they are there, with every line above them."""
    return load_versions(lines, budgets)[0]


def load_versions(lines: Iterable[str], budgets: AggregateStore[BudgetLine]) -> tuple[BudgetBook, dict[str, int]]:
    """As `load_book`, with the version of each line as it was seen."""
    found: dict[str, Versioned[BudgetLine]] = {}
    waiting = list(dict.fromkeys(lines))
    while waiting:
        id = waiting.pop(0)
        stored = None if id in found else budgets.find(id)
        if stored is not None:
            found[id] = stored
            if stored.value.parent is not None:
                waiting.append(stored.value.parent)
    book = BudgetBook(lines=[stored.value for stored in found.values()])
    return book, {id: stored.version for id, stored in found.items()}


def load_usage(book: BudgetBook, ledger: LedgerStore, policy: BudgetPolicy) -> dict[str, Usage]:
    """What the ledger has used of every line of a book and of its controlled months, by account."""
    accounts: dict[str, None] = {}
    for line in book.lines:
        level = book.level(line.id)
        gates = (line_gate(line, level, policy), *month_gates(line, level, policy))
        accounts.update(dict.fromkeys(gate.account for gate in gates))
    return {account: _usage(account, ledger) for account in accounts}


def usage_of_charges(
    charges: Iterable[BudgetCharge], book: BudgetBook, ledger: LedgerStore, policy: BudgetPolicy
) -> dict[str, Usage]:
    """What the ledger has used of every account that charges count against."""
    accounts: dict[str, None] = {}
    for charge in charges:
        if book.find(charge.line) is not None:
            accounts.update(dict.fromkeys(gate.account for gate in find_gates(book, charge.line, charge.day, policy)))
    return {account: _usage(account, ledger) for account in accounts}


def use_of(account: str, ledger: LedgerStore) -> Usage | None:
    """What the ledger has used of an account, `None` where it has none of that id."""
    try:
        balance = ledger.balance(account)
    except UnknownName:
        return None
    return Usage(committed=balance.pending, actual=balance.posted)  # type: ignore[arg-type]  # budgets are of money


def _usage(account: str, ledger: LedgerStore) -> Usage:
    found = use_of(account, ledger)
    if found is None:
        line, _, month = account.rpartition("@")
        remedy = (
            f"the ledger keeps no months of the line {line!r}: the control by month is newer than it; call renew_limits"
            if month and line
            else "open the line with open_budgets"
        )
        raise InvalidValue("account", account, remedy)
    return found


def batch_of(ledger: LedgerStore, key: str) -> LedgerBatch:
    """The commands that passed under a key; raises `UnknownName` where none did."""
    entry = ledger.entry(key)
    if not isinstance(entry.command, LedgerBatch) or not entry.decision.is_allowed:
        raise UnknownName("key", key)
    return entry.command
