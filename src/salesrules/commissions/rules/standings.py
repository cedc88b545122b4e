"""What each payee is paid for each closed period, and owes from it: as posted so far, or as a run recomputes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from salesrules.commissions.model import BalanceKind, Statement, StatementLine
from salesrules.core import EXACT, exact_sum

__all__ = ["Key", "Standing", "carried_balances", "posted_standings", "recomputed_standings"]

_ZERO = Decimal(0)
_OF_RESTATING = (BalanceKind.RESTATEMENT_CARRIED, BalanceKind.RESTATEMENT_RECOVERED)


class Key(NamedTuple):
    """One payee's pay for one closed period, by its label, in one currency."""

    payee: str
    period: str
    currency: str


class Standing(NamedTuple):
    """What is paid for a period, what it adds to the amount owed, and its lines (`None` where they are not told)."""

    paid: Decimal = _ZERO
    owed: Decimal = _ZERO
    lines: tuple[StatementLine, ...] | None = ()


def carried_balances(closed: Iterable[Statement]) -> dict[tuple[str, str], Decimal]:
    """What restating has left each payee owing so far, by payee and currency."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for statement in closed:
        found[statement.payee, statement.currency] += _of_restating(statement, owed=True)
    return found


def recomputed_standings(statements: Iterable[Statement], periods: Collection[str]) -> Mapping[Key, Standing]:
    """The standings that statements in the order of the periods give, for some of the periods."""
    found: dict[Key, Standing] = {}
    closings: dict[tuple[str, str], Decimal] = {}
    for s in statements:
        if s.period.label not in periods:
            continue
        whose = s.payee, s.currency
        owed = EXACT.subtract(s.closing.amount, closings.get(whose, _ZERO))
        closings[whose] = s.closing.amount
        found[Key(s.payee, s.period.label, s.currency)] = Standing(s.paid.amount, owed, s.lines)
    return found


def posted_standings(closed: Sequence[Statement]) -> Mapping[Key, Standing]:
    """What was paid for each closed period: in its own statement, and by the restatements of later closed ones."""
    found: dict[Key, Standing] = {}
    closings: dict[tuple[str, str], Decimal] = {}
    for s in closed:
        whose = s.payee, s.currency
        restated = exact_sum(entry.amount.amount for entry in s.restatements)
        paid = exact_sum((s.paid.amount, -restated, -_of_restating(s)))
        # The restatements of a period belong to the closed periods that they concern, also in what is owed.
        owed = EXACT.subtract(s.closing.amount, closings.get(whose, _ZERO))
        owed = exact_sum((owed, -exact_sum(e.owed.amount for e in s.restatements), -_of_restating(s, owed=True)))
        closings[whose] = s.closing.amount
        _add(found, Key(s.payee, s.period.label, s.currency), paid, owed)
        for entry in s.restatements:
            key = Key(s.payee, entry.period.label, s.currency)
            _add(found, key, entry.amount.amount, entry.owed.amount)
    return found


def _add(found: dict[Key, Standing], key: Key, paid: Decimal, owed: Decimal) -> None:
    before = found.get(key, Standing())
    found[key] = Standing(EXACT.add(before.paid, paid), EXACT.add(before.owed, owed), None)


def _of_restating(statement: Statement, *, owed: bool = False) -> Decimal:
    """What the entries that carry or recover restatements add to pay, or to what is owed."""
    entries = [entry for entry in statement.balances if entry.kind in _OF_RESTATING]
    return exact_sum((entry.owed if owed else entry.amount).amount for entry in entries)
