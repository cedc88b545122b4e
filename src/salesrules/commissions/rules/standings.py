"""What each payee is paid for each closed period, and owes from it: as posted so far, or as a run recomputes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from salesrules.commissions.model import BalanceKind, Statement, StatementLine
from salesrules.core import EXACT, Money, exact_sum

__all__ = ["Key", "Standing", "carried_balances", "posted_standings", "recomputed_standings"]

_ZERO = Decimal(0)
_OF_RESTATING = (BalanceKind.RESTATEMENT_CARRIED, BalanceKind.RESTATEMENT_RECOVERED)


class Key(NamedTuple):
    """One payee's pay for one closed period, by its label, in one currency."""

    payee: str
    period: str
    currency: str


class Standing(NamedTuple):
    """What is earned and paid for a period, what it adds to what is owed and to what is held for the payee, and its
    lines (`None` where they are not told).
    """

    earned: Decimal = _ZERO
    paid: Decimal = _ZERO
    owed: Decimal = _ZERO
    held: Decimal = _ZERO
    lines: tuple[StatementLine, ...] | None = ()


def carried_balances(closed: Iterable[Statement]) -> dict[tuple[str, str], Decimal]:
    """What restating has left each payee owing so far, by payee and currency."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for statement in closed:
        whose = statement.payee, statement.currency
        found[whose] = EXACT.add(found[whose], _of_restating(statement, owed=True))
    return found


def recomputed_standings(statements: Iterable[Statement], periods: Collection[str]) -> Mapping[Key, Standing]:
    """The standings that statements in the order of the periods give, for some of the periods."""
    found: dict[Key, Standing] = {}
    chain = _Chain()
    for s in statements:
        if s.period.label in periods:
            owed, held = chain.steps(s)
            found[_key(s)] = Standing(s.earned.amount, s.paid.amount, owed, held, s.lines)
    return found


def posted_standings(closed: Sequence[Statement]) -> Mapping[Key, Standing]:
    """What was paid for each closed period: in its own statement, and by the restatements of later closed ones."""
    found: dict[Key, Standing] = {}
    chain = _Chain()
    for s in closed:
        owed, held = chain.steps(s)
        paid = EXACT.subtract(s.paid.amount, _of_restating(s))
        owed = EXACT.subtract(owed, _of_restating(s, owed=True))
        own = [s.earned.amount, paid, owed, held]
        for entry in s.restatements:
            # A restatement belongs to the closed period that it concerns, not to the one into which it was posted.
            posted = [entry.earned.amount, entry.amount.amount, entry.owed.amount, _amount(entry.held)]
            own[1:] = [EXACT.subtract(mine, theirs) for mine, theirs in zip(own[1:], posted[1:], strict=True)]
            _add(found, Key(s.payee, entry.period.label, s.currency), posted)
        _add(found, _key(s), own)
    return found


class _Chain:
    """What each statement adds to what was owed and held after the one before it."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}

    def steps(self, statement: Statement) -> tuple[Decimal, Decimal]:
        """What a statement adds to what is owed, and to what is held."""
        whose = statement.payee, statement.currency
        before = self._last.get(whose, (_ZERO, _ZERO))
        after = self._last[whose] = statement.closing.amount, _amount(statement.held)
        return EXACT.subtract(after[0], before[0]), EXACT.subtract(after[1], before[1])


def _key(statement: Statement) -> Key:
    return Key(statement.payee, statement.period.label, statement.currency)


def _amount(money: Money | None) -> Decimal:
    return _ZERO if money is None else money.amount


def _add(found: dict[Key, Standing], key: Key, amounts: Sequence[Decimal]) -> None:
    earned, paid, owed, held = map(EXACT.add, found.get(key, Standing())[:4], amounts)
    found[key] = Standing(earned, paid, owed, held, None)


def _of_restating(statement: Statement, *, owed: bool = False) -> Decimal:
    """What the entries that carry or recover restatements add to pay, or to what is owed."""
    entries = [entry for entry in statement.balances if entry.kind in _OF_RESTATING]
    return exact_sum((entry.owed if owed else entry.amount).amount for entry in entries)
