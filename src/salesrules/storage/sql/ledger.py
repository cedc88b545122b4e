"""The ledger in tables: a command locks the rows that it touches, and the model decides on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Select

from salesrules.core import (
    Decision,
    IdempotencyConflict,
    InvalidValue,
    Ledger,
    LedgerAccount,
    LedgerAmount,
    LedgerBalance,
    LedgerBatch,
    LedgerCommand,
    LedgerEntry,
    Posting,
    Reservation,
    UnknownName,
    decide_ledger,
    evolve_ledger,
)
from salesrules.storage.sql.codec import microseconds, to_entry
from salesrules.storage.sql.reading import LedgerReader, check_command
from salesrules.storage.sql.rows import to_posting, to_reservation
from salesrules.storage.sql.session import Session
from salesrules.storage.sql.statements import Statements
from salesrules.storage.sql.swift import Question, Swift
from salesrules.storage.sql.values import can_be_id
from salesrules.storage.sql.writing import LedgerWriter

__all__ = ["SqlLedgerStore"]


class SqlLedgerStore:
    """The ledger within one unit of work; it answers what `salesrules.core.Ledger` would."""

    def __init__(self, session: Session, statements: Statements, backend: str) -> None:
        self._session = session
        self._statements = statements
        self._reader = LedgerReader(session, statements)
        self._writer = LedgerWriter(session, statements, backend)

    def execute(self, command: LedgerCommand) -> Decision:
        """Decide a command and record its entries, of a denial too; raises `IdempotencyConflict`.

        Its key is claimed first, which waits for any other unit that is just claiming it. Then the accounts that it
        names are locked with all above them, and decided on as the model does.
        """
        check_command(command)
        self._session.begin_change()
        swift = self._statements.swift
        question = swift.question(command) if swift is not None else None
        if swift is not None and question is not None:
            rows = self._session.answer(question.statement, question.values)
            decision = swift.passed(question, rows) or (self._refused(swift, question, rows) if rows else None)
            if decision is not None:
                return decision
            is_new = bool(rows)
        else:
            is_new = self._session.change(self._statements.claim, {"id": command.key}) == 1
        if not is_new:
            known = self._reader.entries([command.key], is_locked=True)
            return decide_ledger(Ledger(entries=known), command)[0]
        keys, entries = [command.key], dict[str, LedgerEntry]()
        if isinstance(command, LedgerBatch):
            inner = sorted({part.key for part in command.commands})
            self._session.change(self._statements.claim, [{"id": key} for key in inner])
            entries = self._reader.entries(inner, is_locked=True)
            keys += [key for key in inner if key not in entries]
        try:
            decision, recorded = self._decide(command, entries)
        except (IdempotencyConflict, InvalidValue):
            self._session.change(self._statements.unclaim, {"ids": keys})
            raise
        unused = set(keys).difference(entry.key for entry in recorded)
        if unused:
            self._session.change(self._statements.unclaim, {"ids": sorted(unused)})
        return decision

    def _refused(self, swift: Swift, question: Question, rows: Sequence[Sequence[Any]]) -> Decision | None:
        """The refusal of a command that found no room, recorded; `None` where more must be looked at to decide."""
        ledger = swift.locked(question, rows)
        if ledger is None:
            return None
        decision, (entry,) = decide_ledger(ledger, question.command)
        is_told = not decision.is_allowed and swift.refuse(question, ledger, entry, self._session)
        return decision if is_told else None

    def _decide(self, command: LedgerCommand, known: dict[str, LedgerEntry]) -> tuple[Decision, Sequence[LedgerEntry]]:
        """Decide on the locked rows, and write what follows."""
        ledger = self._reader.locked(command, known)
        if self._statements.swift is not None:
            for account in ledger.accounts.values():
                self._statements.swift.learn(account)
        decision, entries = decide_ledger(ledger, command)
        if decision.reasons:
            with_expired = self._reader.with_expired(command, ledger)
            if with_expired is not None:
                ledger = with_expired
                decision, entries = decide_ledger(ledger, command)
            told = self._reader.with_nearest(decision)
            if told is not decision:
                decision, entries = told, (*entries[:-1], attrs.evolve(entries[-1], decision=told))
        after = ledger
        for entry in entries:
            after = evolve_ledger(after, entry)
        self._writer.write(ledger, after, entries)
        return decision, entries

    def account(self, id: str) -> LedgerAccount:
        """The account of that id; raises `UnknownName`."""
        return self._part(id).account(id)

    def balance(self, account: str) -> LedgerBalance:
        """What an account holds with all accounts below it; raises `UnknownName`."""
        return self._part(account).balance(account)

    def balances(self, account: str) -> Sequence[LedgerBalance]:
        """The balances of an account and of every account above it, its own first; raises `UnknownName`."""
        return self._part(account).balances(account)

    def headroom(self, account: str) -> LedgerAmount | None:
        """What would still fit at an account and at every account above it; raises `UnknownName`."""
        return self._part(account).headroom(account)

    def reservation(self, id: str) -> Reservation:
        """The reservation of that id; raises `UnknownName`."""
        row = self._row(self._statements.reservation, "reservation", id, self._statements.reservation_ids)
        return to_reservation(row, row)

    def posting(self, id: str) -> Posting:
        """The posting of that id; raises `UnknownName`."""
        row = self._row(self._statements.posting, "posting", id, self._statements.posting_ids)
        return to_posting(row, row)

    def entry(self, key: str) -> LedgerEntry:
        """What came of the command with that key; raises `UnknownName`."""
        row = self._row(self._statements.entry, "key", key, self._statements.keys)
        return to_entry(row.command, row.decision, row.movements, row.headroom)

    def due(self, as_of: datetime) -> Sequence[Reservation]:
        """The open reservations that have expired by an instant, the earliest first."""
        Ledger().due(as_of)  # refuses an instant without a zone
        rows = self._session.rows(self._statements.due, {"moment": microseconds(as_of)})
        return tuple(to_reservation(row, row) for row in sorted(rows, key=lambda row: (row.due, row.id)))

    def entries(self) -> Iterable[LedgerEntry]:
        """Every entry in the order in which they were recorded."""
        self._session.check_open()
        rows = self._session.stream(self._statements.entries)
        return (to_entry(row.command, row.decision, row.movements, row.headroom) for row in rows)

    def _part(self, account: str) -> Ledger:
        """The account with all above it."""
        self._session.check_open()
        found = self._reader.part([account]) if can_be_id(account) else Ledger()
        if account not in found.accounts:
            raise UnknownName("account", account, self._reader.nearest(self._statements.account_ids, account))
        return found

    def _row(self, statement: Select[Any], kind: str, id: str, ids: Select[Any]) -> Any:
        """The row of an id; raises `UnknownName` with the nearest ones."""
        self._session.check_open()
        row = self._session.first(statement, {"of_id": id}) if can_be_id(id) else None
        if row is None:
            raise UnknownName(kind, id, self._reader.nearest(ids, id))
        return row
