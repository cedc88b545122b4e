"""What a command changed in a part of the ledger, written to its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from salesrules.core import BackendUnavailable, Ledger, LedgerEntry, MovementKind
from salesrules.storage.sql.amounts import to_units
from salesrules.storage.sql.codec import command_text, decision_text, movements_text
from salesrules.storage.sql.rows import (
    account_values,
    chain_values,
    posting_values,
    reservation_values,
)
from salesrules.storage.sql.session import Session
from salesrules.storage.sql.statements import Statements

__all__ = ["LedgerWriter"]


class LedgerWriter:
    """Writes what differs between the ledger before some entries and after them.

    The rows are locked, so every change finds what it was decided on; each still says so itself: balances move only
    where nothing falls below zero and no limit is exceeded, what is left of a reservation or a posting only from what
    it was. A change that misses its row stops the unit of work.
    """

    def __init__(self, session: Session, statements: Statements, backend: str) -> None:
        self._session = session
        self._statements = statements
        self._backend = backend

    def write(self, before: Ledger, after: Ledger, entries: Sequence[LedgerEntry]) -> None:
        """Write the changes, and the entries in their order."""
        self._write_accounts(before, after)
        self._write_balances(before, after, entries)
        self._write_reservations(before, after)
        self._write_postings(before, after)
        rows = [
            {
                "key": entry.key,
                "command": command_text(entry.command),
                "decision": decision_text(entry.decision),
                "movements": movements_text(entry.movements),
            }
            for entry in entries
        ]
        self._session.change(self._statements.add_entry, rows[0] if len(rows) == 1 else rows)

    def _write_accounts(self, before: Ledger, after: Ledger) -> None:
        for id, account in sorted(after.accounts.items(), key=lambda item: len(item[1].chain)):
            known = before.accounts.get(id)
            if known is account:
                continue
            if known is None:
                self._session.change(self._statements.add_account, account_values(account))
                self._session.change(self._statements.add_chain, chain_values(account))
            else:
                values = account_values(account)
                changes = {name: values[name] for name in ("limit_units", "is_open", "children")}
                self._expect(1, self._session.change(self._statements.change_account, {"of_id": id, **changes}))

    def _write_balances(self, before: Ledger, after: Ledger, entries: Sequence[LedgerEntry]) -> None:
        """Balances that change alike, such as those of a chain, change in one statement."""
        alike: dict[tuple[int, int], list[str]] = defaultdict(list)
        for id, (pending, posted) in after.held.items():
            account, known = after.accounts[id], before.held.get(id)
            if known == (pending, posted):
                continue
            steps = to_units(pending, account.digits), to_units(posted, account.digits)
            if known is not None:
                steps = (
                    steps[0] - to_units(known.pending, account.digits),
                    steps[1] - to_units(known.posted, account.digits),
                )
            if steps != (0, 0):
                alike[steps].append(id)
        moves_limits = any(movement.kind is MovementKind.LIMIT_SET for entry in entries for movement in entry.movements)
        for (to_pending, to_posted), ids in alike.items():
            needs_room = to_pending + to_posted > 0 and not moves_limits
            statement = self._statements.move_within_limits if needs_room else self._statements.move
            values = {"ids": ids, "to_pending": to_pending, "to_posted": to_posted}
            self._expect(len(ids), self._session.change(statement, values))

    def _write_reservations(self, before: Ledger, after: Ledger) -> None:
        for id, reservation in after.reservations.items():
            known = before.reservations.get(id)
            if known is reservation:
                continue
            account = after.accounts[reservation.account]
            values = reservation_values(reservation, account)
            if known is None:
                self._session.change(self._statements.add_reservation, values)
            else:
                changes = {name: values[name] for name in ("remaining", "status", "due")}
                changes |= {"of_id": id, "expected": to_units(known.remaining, account.digits)}
                self._expect(1, self._session.change(self._statements.change_reservation, changes))

    def _write_postings(self, before: Ledger, after: Ledger) -> None:
        for id, posting in after.postings.items():
            known = before.postings.get(id)
            if known is posting:
                continue
            account = after.accounts[posting.account]
            values = posting_values(posting, account)
            if known is None:
                self._session.change(self._statements.add_posting, values)
            else:
                expected = to_units(known.refunded, account.digits)
                changes = {"of_id": id, "expected": expected, "refunded": values["refunded"]}
                self._expect(1, self._session.change(self._statements.change_posting, changes))

    def _expect(self, rows: int, changed: int) -> None:
        if changed != rows:
            self._session.break_off(
                BackendUnavailable(self._backend, "rows of the ledger were changed while they were locked")
            )
