"""What the rules of a ledger find: reasons, the movements that a command would make, and what would still pass."""

from __future__ import annotations

from typing import NamedTuple

from salesrules.core.decisions import Decision, Reason, decide
from salesrules.core.ledger import reasons as codes
from salesrules.core.ledger.amounts import LedgerAmount, floored, is_above, minus, places_of, plus, unit_of
from salesrules.core.ledger.model import LedgerAccount, Movement
from salesrules.core.ledger.state import Ledger
from salesrules.core.names import nearest_names

__all__ = ["Verdict", "check_account", "check_amount", "check_fit", "refusal"]


class Verdict(NamedTuple):
    """The findings about one command; the movements count only where no finding denies it."""

    reasons: tuple[Reason, ...] = ()
    movements: tuple[Movement, ...] = ()
    headroom: LedgerAmount | None = None

    def to_decision(self) -> Decision:
        """The decision that the findings amount to, with the headroom."""
        return decide(self.reasons, headroom=self.headroom)


def refusal(reason: Reason, headroom: LedgerAmount | None = None) -> Verdict:
    """The verdict that one reason alone amounts to."""
    return Verdict(reasons=(reason,), headroom=headroom)


def check_account(ledger: Ledger, id: str, path: str) -> tuple[Reason, ...]:
    """Whether an account is there and open; `path` is the field of the command that names it."""
    account = ledger.accounts.get(id)
    if account is None:
        return (codes.UNKNOWN_ACCOUNT(account=id, nearest=nearest_names(id, ledger.accounts), path=path),)
    return () if account.is_open else (codes.ACCOUNT_CLOSED(account=id, path=path),)


def check_amount(account: LedgerAccount, amount: LedgerAmount, path: str) -> tuple[Reason, ...]:
    """Whether an amount is in the unit of an account, and no finer than the account keeps."""
    if unit_of(amount) != account.unit:
        return (codes.WRONG_UNIT(account=account.id, unit=account.unit, asked=amount, path=path),)
    if places_of(amount) > account.digits:
        return (codes.TOO_PRECISE(account=account.id, digits=account.digits, asked=amount, path=path),)
    return ()


def check_fit(ledger: Ledger, account: LedgerAccount, amount: LedgerAmount) -> Verdict:
    """Whether an amount fits at an account and at every one above it: each that it would overdraw is a reason.

    The headroom is what would fit; where the amount fits, what would fit after it.
    """
    reasons: list[Reason] = []
    least: LedgerAmount | None = None
    for id in account.chain:
        pending, posted = ledger.held[id]
        limit = ledger.accounts[id].limit
        free = minus(account.capacity if limit is None else limit, plus(pending, posted))
        if limit is not None and (least is None or is_above(least, free)):
            least = free
        if not is_above(amount, free):
            continue
        if limit is None:
            reasons.append(codes.OVER_CAPACITY(account=id, capacity=account.capacity, asked=amount, path="amount"))
        else:
            reasons.append(
                codes.OVER_LIMIT(
                    account=id,
                    limit=limit,
                    posted=posted,
                    pending=pending,
                    asked=amount,
                    headroom=floored(free),
                    path="amount",
                )
            )
    if least is not None:
        least = floored(least) if reasons else minus(least, amount)
    return Verdict(reasons=tuple(reasons), headroom=least)
