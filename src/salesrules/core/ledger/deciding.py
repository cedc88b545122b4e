"""Commands to a ledger: replayed where they came before, else judged; what is decided becomes an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from salesrules.core.decisions import Decision, Reason, decide
from salesrules.core.errors import IdempotencyConflict, InvalidValue
from salesrules.core.ledger.account_rules import judge_closing, judge_limit, judge_limit_transfer, judge_opening
from salesrules.core.ledger.commands import (
    ChangeLimit,
    CloseAccount,
    ExpireReservations,
    LedgerBatch,
    LedgerCommand,
    OpenAccount,
    Post,
    PostReservation,
    Refund,
    Reserve,
    TransferLimit,
    VoidReservation,
    same_payload,
)
from salesrules.core.ledger.evolving import apply_movements, evolve_ledger
from salesrules.core.ledger.model import LedgerEntry, Movement
from salesrules.core.ledger.movement_rules import (
    expired_by,
    judge_expiry,
    judge_posting,
    judge_refund,
    judge_use,
    judge_voiding,
)
from salesrules.core.ledger.state import Ledger
from salesrules.core.ledger.verdicts import Verdict

__all__ = ["advance_ledger", "decide_ledger"]

_RULES: Mapping[type, Callable[[Ledger, Any], Verdict]] = {
    OpenAccount: judge_opening,
    CloseAccount: judge_closing,
    ChangeLimit: judge_limit,
    TransferLimit: judge_limit_transfer,
    Reserve: judge_use,
    Post: judge_use,
    PostReservation: judge_posting,
    VoidReservation: judge_voiding,
    ExpireReservations: judge_expiry,
    Refund: judge_refund,
}


def decide_ledger(ledger: Ledger, command: LedgerCommand) -> tuple[Decision, tuple[LedgerEntry, ...]]:
    """Whether a command passes, and the entries to record, of a denial too.

    A command whose key is known gives the first decision again, and no entries: there is nothing more to record. The
    decision's headroom is what would still pass: for reserving and posting at the account and all above it, for a
    reservation what is left of it, for a refund what can still be refunded.

    Where a command needs room, what has expired by its instant in that tree is released first; these movements stand
    at the head of its entry.

    Raises `IdempotencyConflict` where the key is known with another payload, with both.
    """
    known = ledger.entries.get(command.key)
    if known is not None:
        if not same_payload(known.command, command):
            raise IdempotencyConflict(command.key, known.command, command)
        return known.decision, ()
    if isinstance(command, LedgerBatch):
        return _decide_batch(ledger, command)
    found = _judge(ledger, command)
    decision = found.to_decision()
    movements = found.movements if decision.is_allowed else ()
    return decision, (LedgerEntry(command=command, decision=decision, movements=movements),)


def advance_ledger(ledger: Ledger, command: LedgerCommand) -> Ledger:
    """The ledger after a command that passes; raises `Denied` with the decision otherwise."""
    decision, entries = decide_ledger(ledger, command)
    decision.require()
    for entry in entries:
        ledger = evolve_ledger(ledger, entry)
    return ledger


def _judge(ledger: Ledger, command: LedgerCommand) -> Verdict:
    rule = _RULES.get(type(command))
    if rule is None:
        raise InvalidValue("command", command, "give a command of a ledger")
    found = rule(ledger, command)
    if not found.reasons:
        return found
    expired = _expired_where_asked(ledger, command)
    if not expired:
        return found
    after = rule(apply_movements(ledger, command, expired), command)
    return after._replace(movements=expired + after.movements)


def _expired_where_asked(ledger: Ledger, command: LedgerCommand) -> tuple[Movement, ...]:
    """What has expired in the tree in which a command needs room."""
    id = command.source if isinstance(command, TransferLimit) else getattr(command, "account", "")
    account = ledger.accounts.get(id)
    if account is None or account.root not in ledger.expiring:
        return ()
    return expired_by(ledger, command.at, account.root)


def _decide_batch(ledger: Ledger, batch: LedgerBatch) -> tuple[Decision, tuple[LedgerEntry, ...]]:
    """All commands in their order, or none, with every refusal.

    A command that needs what a refused one would have made is left out: its own refusal would say nothing new. Of a
    refused batch only the batch is recorded, since what one of its commands met was made by the others.
    """
    entries: list[LedgerEntry] = []
    reasons: list[Reason] = []
    missing: set[tuple[str, str]] = set()
    for index, command in enumerate(batch.commands):
        if not missing.isdisjoint(_needed(command)):
            continue
        decision, made = decide_ledger(ledger, command)
        reasons += [attrs.evolve(reason, path=f"commands[{index}].{reason.path}") for reason in decision.reasons]
        if not decision.is_allowed:
            missing.update(_made(command))
            continue
        for entry in made:
            ledger = evolve_ledger(ledger, entry)
        entries += made
    decision = decide(reasons)
    whole = LedgerEntry(command=batch, decision=decision)
    return decision, (*entries, whole) if decision.is_allowed else (whole,)


def _made(command: LedgerCommand) -> Iterator[tuple[str, str]]:
    """What a command would have made, for others to name."""
    yield "key", command.key
    if isinstance(command, OpenAccount):
        yield "account", command.account


def _needed(command: LedgerCommand) -> Iterator[tuple[str, str]]:
    """What a command names that another must have made."""
    for kind, fields in _NAMES.items():
        for field in fields:
            id = getattr(command, field, None)
            if id is not None and not (field == "account" and isinstance(command, OpenAccount)):
                yield kind, id


_NAMES = {"account": ("account", "parent", "source", "target"), "key": ("reservation", "posting")}
