"""Rules for accounts: opening and closing them, changing their limits and moving limit from one to another."""

from __future__ import annotations

import attrs

from salesrules.core.decisions import Severity
from salesrules.core.ledger import reasons as codes
from salesrules.core.ledger.amounts import floored, is_above, minus, plus
from salesrules.core.ledger.commands import ChangeLimit, CloseAccount, LimitLowering, OpenAccount, TransferLimit
from salesrules.core.ledger.model import Movement, MovementKind
from salesrules.core.ledger.state import Ledger
from salesrules.core.ledger.verdicts import Verdict, check_account, check_amount, refusal

__all__ = ["MOST_LEVELS", "judge_closing", "judge_limit", "judge_limit_transfer", "judge_opening"]

#: How many levels a tree may have, so that every movement has a bounded price.
MOST_LEVELS = 32


def judge_opening(ledger: Ledger, command: OpenAccount) -> Verdict:
    """An id that is new, under an open account of the same unit and digits, within the levels of a tree."""
    if command.account in ledger.accounts:
        return refusal(codes.ACCOUNT_EXISTS(account=command.account, path="account"))
    opened = Movement(kind=MovementKind.OPENED, account=command.account, amount=command.limit)
    if command.parent is None:
        return Verdict(movements=(opened,), headroom=command.limit)
    faults = check_account(ledger, command.parent, "parent")
    if faults:
        return Verdict(reasons=faults)
    parent = ledger.accounts[command.parent]
    if (command.unit, command.digits) != (parent.unit, parent.digits):
        faults += (
            codes.UNIT_OF_PARENT(
                account=command.account,
                unit=command.unit,
                digits=command.digits,
                parent=parent.id,
                expected=parent.unit,
                places=parent.digits,
                path="unit",
            ),
        )
    levels = len(parent.chain) + 1
    if levels > MOST_LEVELS:
        faults += (codes.TOO_DEEP(account=command.account, levels=levels, most=MOST_LEVELS, path="parent"),)
    return Verdict(reasons=faults, movements=(opened,), headroom=None if faults else command.limit)


def judge_closing(ledger: Ledger, command: CloseAccount) -> Verdict:
    """Nothing pending, and no open account under it."""
    faults = check_account(ledger, command.account, "account")
    if faults:
        return Verdict(reasons=faults)
    account, pending = ledger.accounts[command.account], ledger.held[command.account].pending
    if pending or account.children:
        reason = codes.ACCOUNT_IN_USE(account=account.id, pending=pending, children=account.children, path="account")
        return refusal(reason)
    return Verdict(movements=(Movement(kind=MovementKind.CLOSED, account=account.id),))


def judge_limit(ledger: Ledger, command: ChangeLimit) -> Verdict:
    """A limit in the account's unit; below what is used only where the account declares that this blocks it."""
    faults = check_account(ledger, command.account, "account")
    if faults:
        return Verdict(reasons=faults)
    account, limit = ledger.accounts[command.account], command.limit
    movements = (Movement(kind=MovementKind.LIMIT_SET, account=account.id, amount=limit),)
    if limit is None:
        return Verdict(movements=movements)
    faults = check_amount(account, limit, "limit")
    if not faults and is_above(limit, account.capacity):
        faults = (codes.OVER_CAPACITY(account=account.id, capacity=account.capacity, asked=limit, path="limit"),)
    if faults:
        return Verdict(reasons=faults)
    balance = attrs.evolve(ledger.balance(account.id), limit=limit)
    if balance.excess:
        finding = codes.LIMIT_BELOW_USED(
            account=account.id,
            limit=limit,
            posted=balance.posted,
            pending=balance.pending,
            excess=balance.excess,
            path="limit",
            severity=Severity.WARNING if account.lowering is LimitLowering.BLOCK else Severity.ERROR,
        )
        return Verdict(reasons=(finding,), movements=movements, headroom=balance.available)
    return Verdict(movements=movements, headroom=balance.available)


def judge_limit_transfer(ledger: Ledger, command: TransferLimit) -> Verdict:
    """Two open accounts of the amount's unit, both with a limit, and so much of the source's that is free."""
    amount = command.amount
    ends = (("source", command.source), ("target", command.target))
    faults = tuple(fault for path, id in ends for fault in check_account(ledger, id, path))
    if faults:
        return Verdict(reasons=faults)
    source, target = ledger.accounts[command.source], ledger.accounts[command.target]
    faults = check_amount(source, amount, "amount") + check_amount(target, amount, "amount")
    faults += tuple(codes.NOT_LIMITED(account=id, path=path) for path, id in ends if ledger.accounts[id].limit is None)
    if faults or source.limit is None or target.limit is None:
        return Verdict(reasons=faults)
    pending, posted = ledger.held[source.id]
    free = minus(source.limit, plus(pending, posted))
    if is_above(amount, free):
        faults += (
            codes.LIMIT_NOT_FREE(
                account=source.id,
                limit=source.limit,
                posted=posted,
                pending=pending,
                asked=amount,
                headroom=floored(free),
                path="amount",
            ),
        )
    raised = plus(target.limit, amount)
    if is_above(raised, target.capacity):
        faults += (codes.OVER_CAPACITY(account=target.id, capacity=target.capacity, asked=amount, path="amount"),)
    if faults:
        return Verdict(reasons=faults, headroom=floored(free))
    movements = (
        Movement(kind=MovementKind.LIMIT_SET, account=source.id, amount=minus(source.limit, amount)),
        Movement(kind=MovementKind.LIMIT_SET, account=target.id, amount=raised),
    )
    return Verdict(movements=movements, headroom=minus(free, amount))
