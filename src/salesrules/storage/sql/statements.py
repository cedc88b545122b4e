"""The statements of a storage, built once; only inserting what may be there already differs between databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Insert, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from salesrules.storage.sql.amounts import CAPACITY
from salesrules.storage.sql.rows import AccountRow
from salesrules.storage.sql.swift import Swift
from salesrules.storage.sql.tables import SqlTables

__all__ = ["Statements"]


def _insert_if_new(table: Table, dialect: str) -> Insert:
    """An insert that leaves a row alone which is there, having waited for whoever is just inserting it."""
    match dialect:
        case "postgresql":
            statement: Insert = postgresql.insert(table).on_conflict_do_nothing()
        case "sqlite":
            statement = sqlite.insert(table).on_conflict_do_nothing()
        case _:
            statement = insert(table).prefix_with("IGNORE")
    return statement.execution_options(preserve_rowcount=True)  # whether the row is new


class Statements:
    """The statements on some tables in the dialect of a database."""

    def __init__(self, tables: SqlTables, dialect: str) -> None:
        self._values(tables, dialect)
        self._ledger_reads(tables)
        self._ledger_writes(tables, dialect)
        #: Commands that fit in one statement, which only PostgreSQL can.
        self.swift = Swift(tables) if dialect == "postgresql" else None

    def _values(self, tables: SqlTables, dialect: str) -> None:
        table: Any = tables.aggregate
        here = (table.c.kind == bindparam("of_kind"), table.c.id == bindparam("of_id"))
        self.find_aggregate = select(table.c.version, table.c.data).where(*here)
        self.aggregate_version = select(table.c.version).where(*here).with_for_update(read=True)
        self.aggregate_ids = select(table.c.id).where(here[0])
        self.add_aggregate = _insert_if_new(table, dialect)
        self.change_aggregate = (
            update(table)
            .where(*here, table.c.version == bindparam("expected"))
            .values(version=bindparam("version"), data=bindparam("data"))
        )
        table = tables.stream
        here = (table.c.kind == bindparam("of_kind"), table.c.id == bindparam("of_id"))
        self.lock_stream = select(table.c.length).where(*here).with_for_update()
        self.add_stream = _insert_if_new(table, dialect)
        self.change_stream = update(table).where(*here).values(length=bindparam("length"))
        table = tables.event
        self.add_event = insert(table)
        self.events = (
            select(table.c.data)
            .where(
                table.c.kind == bindparam("of_kind"),
                table.c.stream == bindparam("of_id"),
                table.c.position >= bindparam("start"),
            )
            .order_by(table.c.position)
        )

    def _ledger_reads(self, tables: SqlTables) -> None:
        account, chain = tables.account, tables.chain
        self.chains = (
            select(chain.c.account, *(account.c[name] for name in AccountRow._fields))
            .join_from(chain, account, account.c.id == chain.c.ancestor)
            .where(chain.c.account.in_(bindparam("ids", expanding=True)))
            .order_by(account.c.depth, account.c.id)
        )
        #: Roots first: who holds the root of a tree can lock any row of it, and nobody else holds one.
        self.lock_chains = self.chains.with_for_update(of=account)
        reservation, posting, entry = tables.reservation, tables.posting, tables.entry
        due = reservation.c.due <= bindparam("moment")
        in_trees = reservation.c.root.in_(bindparam("roots", expanding=True))
        self.account_ids = select(account.c.id)
        self.reservation_ids = select(reservation.c.id)
        self.posting_ids = select(posting.c.id)
        self.keys = select(entry.c.key)
        self.reservation_accounts = select(reservation.c.account).where(
            reservation.c.id.in_(bindparam("ids", expanding=True))
        )
        self.posting_accounts = select(posting.c.account).where(posting.c.id.in_(bindparam("ids", expanding=True)))
        self.reservations = select(reservation).where(reservation.c.id.in_(bindparam("ids", expanding=True)))
        self.postings = select(posting).where(posting.c.id.in_(bindparam("ids", expanding=True)))
        self.lock_reservations = self.reservations.with_for_update()
        self.lock_postings = self.postings.with_for_update()
        self.due_accounts = select(reservation.c.account).where(due).distinct()
        self.lock_due = select(reservation).where(due, in_trees).with_for_update()
        with_unit = (account.c.unit, account.c.digits)
        reservations = select(reservation, *with_unit).join_from(
            reservation, account, account.c.id == reservation.c.account
        )
        postings = select(posting, *with_unit).join_from(posting, account, account.c.id == posting.c.account)
        self.reservation = reservations.where(reservation.c.id == bindparam("of_id"))
        self.posting = postings.where(posting.c.id == bindparam("of_id"))
        self.due = reservations.where(due)
        texts = (entry.c.command, entry.c.decision, entry.c.movements, entry.c.headroom)
        self.entries = select(*texts).order_by(entry.c.number)
        self.entry = select(*texts).where(entry.c.key == bindparam("of_id"))
        self.entries_of = select(entry.c.key, *texts).where(entry.c.key.in_(bindparam("keys", expanding=True)))
        self.lock_entries_of = self.entries_of.with_for_update(read=True)

    def _ledger_writes(self, tables: SqlTables, dialect: str) -> None:
        account, reservation, posting = tables.account, tables.reservation, tables.posting
        self.claim = _insert_if_new(tables.key, dialect)
        self.unclaim = delete(tables.key).where(tables.key.c.id.in_(bindparam("ids", expanding=True)))
        self.add_account, self.add_chain = insert(account), insert(tables.chain)
        self.add_reservation, self.add_posting = insert(reservation), insert(posting)
        self.add_entry = insert(tables.entry).inline()
        self.change_account = (
            update(account)
            .where(account.c.id == bindparam("of_id"))
            .values(limit_units=bindparam("limit_units"), is_open=bindparam("is_open"), children=bindparam("children"))
        )
        to_pending: BindParameter[int] = bindparam("to_pending")
        to_posted: BindParameter[int] = bindparam("to_posted")
        self.move = (
            update(account)
            .where(
                account.c.id.in_(bindparam("ids", expanding=True)),
                account.c.pending + to_pending >= 0,
                account.c.posted + to_posted >= 0,
            )
            .values(pending=account.c.pending + to_pending, posted=account.c.posted + to_posted)
        )
        used = account.c.pending + account.c.posted + to_pending + to_posted
        self.move_within_limits = self.move.where(used <= func.coalesce(account.c.limit_units, CAPACITY))
        self.change_reservation = (
            update(reservation)
            .where(reservation.c.id == bindparam("of_id"), reservation.c.remaining == bindparam("expected"))
            .values(remaining=bindparam("remaining"), status=bindparam("status"), due=bindparam("due"))
        )
        self.change_posting = (
            update(posting)
            .where(posting.c.id == bindparam("of_id"), posting.c.refunded == bindparam("expected"))
            .values(refunded=bindparam("refunded"))
        )
