"""The part of the stored ledger that a command or a question touches, read from its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import attrs
from sqlalchemy import Select

from salesrules.core import (
    Decision,
    ExpireReservations,
    InvalidValue,
    Ledger,
    LedgerBatch,
    LedgerCommand,
    LedgerEntry,
    TransferLimit,
    nearest_names,
)
from salesrules.storage.sql.codec import microseconds, to_entry
from salesrules.storage.sql.rows import AccountRow, to_ledger
from salesrules.storage.sql.session import Session
from salesrules.storage.sql.statements import Statements

__all__ = ["LedgerReader", "parts_of"]

T = TypeVar("T")

#: More names than these are not searched for neighbours; the model does not search more either.
_SEARCHED = 10_000
#: So many values go into one statement.
_AT_ONCE = 500


def parts_of(command: LedgerCommand) -> tuple[LedgerCommand, ...]:
    """The commands of a batch, or the one command."""
    return command.commands if isinstance(command, LedgerBatch) else (command,)


class LedgerReader:
    """Reads parts of the ledger; for a command it locks what the command may change, roots first."""

    def __init__(self, session: Session, statements: Statements) -> None:
        self._session = session
        self._statements = statements

    def entries(self, keys: Collection[str], *, is_locked: bool = False) -> dict[str, LedgerEntry]:
        """The entries of those of the keys that are known."""
        statement = self._statements.lock_entries_of if is_locked else self._statements.entries_of
        return {
            row.key: to_entry(row.command, row.decision, row.movements, row.headroom)
            for row in self._selected(statement, keys, "keys")
        }

    def part(self, accounts: Collection[str], entries: dict[str, LedgerEntry] | None = None) -> Ledger:
        """The ledger as far as some accounts and all above them go, without locks."""
        return to_ledger(self._chains(self._statements.chains, accounts), entries=entries)

    def locked(self, command: LedgerCommand, entries: dict[str, LedgerEntry]) -> Ledger:
        """The part that a command needs where nothing has expired; nobody else changes it until the unit ends."""
        parts = parts_of(command)
        accounts = set(_named(parts, "account", "parent", "source", "target"))
        reservations = sorted(set(_named(parts, "reservation")))
        postings = sorted(set(_named(parts, "posting")))
        statements = self._statements
        accounts.update(row.account for row in self._selected(statements.reservation_accounts, reservations))
        accounts.update(row.account for row in self._selected(statements.posting_accounts, postings))
        expiries = [part.at for part in parts if isinstance(part, ExpireReservations)]
        moment = max(map(microseconds, expiries), default=None)
        if moment is not None:
            accounts.update(row.account for row in self._session.rows(statements.due_accounts, {"moment": moment}))
        chains = self._chains(statements.lock_chains, accounts)
        found = list(self._selected(statements.lock_reservations, reservations))
        if moment is not None:
            found += self._due([row.id for _, row in chains if row.parent is None], moment, reservations)
        return to_ledger(chains, found, list(self._selected(statements.lock_postings, postings)), entries)

    def with_expired(self, command: LedgerCommand, ledger: Ledger) -> Ledger | None:
        """The part with what has expired in the trees in which a command needs room; `None` where nothing has.

        The roots of these trees are locked already, so that nobody else holds any row of theirs.
        """
        parts = parts_of(command)
        asking = [part for part in parts if isinstance(part, TransferLimit) or hasattr(part, "account")]
        ids = {part.source if isinstance(part, TransferLimit) else part.account for part in asking}
        roots = {account.root for id in ids if (account := ledger.accounts.get(id)) is not None}
        if not roots:
            return None
        moment = max(microseconds(part.at) for part in asking)
        due = self._due(sorted(roots), moment, ledger.reservations)
        if not due:
            return None
        chains = self._chains(self._statements.lock_chains, {row.account for row in due})
        return _joined(ledger, to_ledger(chains, due))

    def with_nearest(self, decision: Decision) -> Decision:
        """The decision with the nearest known names for those that nothing stands behind.

        A part of the ledger knows too few names to find them.
        """
        if all("nearest" not in reason.parameters for reason in decision.reasons):
            return decision
        ids = {
            "account": self._statements.account_ids,
            "reservation": self._statements.reservation_ids,
            "posting": self._statements.posting_ids,
        }
        reasons = []
        for reason in decision.reasons:
            given = reason.parameters
            if "nearest" in given:
                (kind,) = given.keys() - {"nearest"}
                nearest = self.nearest(ids[kind], given[kind], given["nearest"])
                reason = attrs.evolve(reason, parameters={**given, "nearest": nearest})
            reasons.append(reason)
        return attrs.evolve(decision, reasons=reasons)

    def nearest(self, ids: Select[Any], name: object, also: Iterable[str] = ()) -> tuple[str, ...]:
        """The nearest of stored names and of some others; none where too many are stored."""
        known = [row[0] for row in self._session.rows(ids.limit(_SEARCHED + 1))]
        return () if len(known) > _SEARCHED else nearest_names(name, {*known, *also})

    def _chains(self, statement: Select[Any], accounts: Collection[str]) -> list[tuple[str, AccountRow]]:
        rows = self._selected(statement, sorted(accounts))
        return [(account, AccountRow(*columns)) for account, *columns in rows]

    def _due(self, roots: Sequence[str], moment: int, loaded: Collection[str]) -> list[Any]:
        """What has expired in some trees, apart from what is there already."""
        values = {"moment": moment, "roots": roots}
        return [row for row in self._session.rows(self._statements.lock_due, values) if row.id not in loaded]

    def _selected(self, statement: Select[Any], values: Collection[str], name: str = "ids") -> Iterator[Any]:
        """What a statement finds for some values; nothing is asked for none."""
        given = list(values)
        for start in range(0, len(given), _AT_ONCE):
            yield from self._session.rows(statement, {name: given[start : start + _AT_ONCE]})


def _named(parts: Iterable[LedgerCommand], *fields: str) -> Iterator[str]:
    for part in parts:
        for field in fields:
            id = getattr(part, field, None)
            if id is not None:
                yield id


def _joined(one: Ledger, other: Ledger) -> Ledger:
    """Two parts of one ledger as one."""
    return Ledger(
        accounts=other.accounts.update(one.accounts),
        held=other.held.update(one.held),
        reservations=other.reservations.update(one.reservations),
        postings=one.postings,
        entries=one.entries,
    )


def check_command(command: object) -> None:
    """Nothing for a command of a ledger; raises `InvalidValue` for anything else."""
    if not isinstance(command, LedgerCommand):
        raise InvalidValue("command", command, "give a command of a ledger")
