"""The usual case on PostgreSQL in one statement: a reservation or a posting that fits is decided where its rows are.

The statement claims the key, then locks the account and all above it from the root down, looks whether the amount fits
at each, and only then moves the balances and writes the reservation or posting and the entry; so the rows are locked
for no longer than a program written by hand would lock them. An account that stands alone is locked by its guarded
update. Where there is no room, the statement answers with the locked rows, on which the model decides, and one more
writes the entry. Where it finds anything else (a known key, an account that is not as remembered) it changes nothing
but the key, and the model decides as for every other command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql

from salesrules.core import Decision, Ledger, LedgerAccount, LedgerCommand, LedgerEntry, Post, Reserve
from salesrules.storage.sql.amounts import CAPACITY, places_of, to_units, unit_of
from salesrules.storage.sql.codec import (
    allowed_text,
    command_text,
    decision_text,
    instant_text,
    made_text,
    microseconds,
    movements_text,
    to_allowed,
)
from salesrules.storage.sql.prepared import Prepared
from salesrules.storage.sql.rows import AccountRow, to_ledger
from salesrules.storage.sql.session import Session
from salesrules.storage.sql.tables import SqlTables

__all__ = ["Question", "Swift", "refusing_statement", "swift_statement"]

#: So many accounts are remembered.
_REMEMBERED = 100_000

_KEY: BindParameter[str] = bindparam("the_key", type_=String)
_TARGET: BindParameter[str] = bindparam("the_account", type_=String)
_UNITS: BindParameter[int] = bindparam("the_units", type_=BigInteger)
_CHAIN: BindParameter[Sequence[str]] = bindparam("the_chain", type_=postgresql.ARRAY(String))
_SIZE: BindParameter[int] = bindparam("the_size", type_=BigInteger)
_COMMAND: BindParameter[str] = bindparam("the_command", type_=Text)
_DECISION: BindParameter[str] = bindparam("the_decision", type_=Text)
_MOVEMENTS: BindParameter[str] = bindparam("the_movements", type_=Text)


def swift_statement(tables: SqlTables, kind: type[Reserve] | type[Post], *, is_alone: bool) -> Select[Any]:
    """The statement for reservations or postings, on accounts that stand alone or on those with others above them.

    It answers no row where the key is known, and one with `passed` where the amount fits, with the headroom that is
    left. Else `passed` is null, and the rows are those of the account and of all above it, if they are there.
    """
    claimed = (
        postgresql.insert(tables.key).values(id=_KEY).on_conflict_do_nothing().returning(tables.key.c.id).cte("claimed")
    )
    account = tables.account
    moves = account.c.pending if kind is Reserve else account.c.posted
    is_new = exists(select(claimed.c.id))
    if is_alone:
        fits = and_(account.c.id == _TARGET, _fits(account), account.c.is_open, account.c.parent.is_(None), is_new)
        headroom = account.c.limit_units - account.c.pending - account.c.posted
        change = update(account).where(fits).values({moves: moves + _UNITS})
        passed = change.returning(_true(), headroom.label("headroom"), account.c.id.label("root")).cte("passed")
        locked = _locked(account, account.c.id == _TARGET, ~exists(select(passed.c.root)))
        found = claimed.outerjoin(passed, true()).outerjoin(locked, true())
        final = select(passed.c.passed, passed.c.headroom, *locked.c).select_from(found)
    else:
        locked = _locked(account, account.c.id == any_(_CHAIN), is_new)
        headroom = func.min(locked.c.limit_units - locked.c.pending - locked.c.posted) - _UNITS
        root = func.min(locked.c.id).filter(locked.c.parent.is_(None))
        is_chain = and_(
            or_(locked.c.parent.is_(None), locked.c.parent == any_(_CHAIN)),
            or_(locked.c.id != _TARGET, and_(locked.c.is_open, locked.c.depth + literal_column("1") == _SIZE)),
        )
        passed = (
            select(_true(), headroom.label("headroom"), root.label("root"))
            .having(func.count() == _SIZE, func.bool_and(and_(_fits(locked), is_chain)))
            .select_from(locked)
            .cte("passed")
        )
        change = update(account).where(account.c.id == any_(_CHAIN), exists(select(passed.c.root)))
        moved = change.values({moves: moves + _UNITS}).cte("moved")
        found = claimed.outerjoin(passed, true()).outerjoin(locked, passed.c.passed.is_(None))
        final = select(passed.c.passed, passed.c.headroom, *locked.c).select_from(found).add_cte(moved)
    return final.add_cte(_kept(tables, kind, passed), _entered(tables, passed))


def _true() -> ColumnElement[bool]:
    return literal_column("true", Boolean).label("passed")


def _fits(account: Table | CTE) -> ColumnElement[bool]:
    """Whether the amount fits at an account, and is of its unit."""
    most = func.coalesce(account.c.limit_units, literal_column(str(CAPACITY), BigInteger))
    return and_(
        account.c.pending + account.c.posted + _UNITS <= most,
        account.c.unit == bindparam("the_unit", type_=String),
        account.c.digits == bindparam("the_digits", type_=SmallInteger),
    )


def _locked(account: Table, *which: ColumnElement[bool]) -> CTE:
    """Rows of accounts, locked from the root down."""
    columns = [account.c[name] for name in AccountRow._fields]
    return select(*columns).where(*which).order_by(account.c.depth).with_for_update(key_share=True).cte("locked")


def _kept(tables: SqlTables, kind: type[Reserve] | type[Post], passed: FromClause) -> CTE:
    """The row of what passed."""
    row: dict[str, Any] = {"id": _KEY, "account": _TARGET}
    table = tables.reservation if kind is Reserve else tables.posting
    if kind is Reserve:
        row |= {"root": passed.c.root, "reserved": _UNITS, "remaining": _UNITS, "status": literal_column("'open'")}
        row |= {"expires_at": bindparam("the_expires_at", type_=String), "due": bindparam("the_due", type_=BigInteger)}
    else:
        row |= {"posted": _UNITS, "refunded": literal_column("0", BigInteger)}
    return insert(table).from_select(list(row), select(*row.values()).select_from(passed)).cte("kept")


def _entered(tables: SqlTables, passed: FromClause) -> CTE:
    row = {"key": _KEY, "command": _COMMAND, "decision": _DECISION, "movements": _MOVEMENTS}
    values = select(*row.values(), passed.c.headroom)
    return insert(tables.entry).from_select([*row, "headroom"], values).cte("entered")


def refusing_statement(tables: SqlTables) -> Any:
    """The statement that records a refusal unless something has expired in the tree; a row where it did."""
    row = {"key": _KEY, "command": _COMMAND, "decision": _DECISION, "movements": _MOVEMENTS}
    reservation = tables.reservation
    due = exists(select(reservation.c.id)).where(
        reservation.c.root == bindparam("the_root", type_=String),
        reservation.c.due <= bindparam("the_moment", type_=BigInteger),
    )
    return (
        insert(tables.entry)
        .from_select(list(row), select(*row.values()).where(~due))
        .returning(literal_column("true", Boolean))
    )


@attrs.frozen
class _Known:
    """What never changes about an account: the digits that it keeps, and the accounts above it, its own first."""

    digits: int
    chain: tuple[str, ...]


@attrs.frozen
class Question:
    """A command as a statement with its values."""

    command: Reserve | Post
    chain: tuple[str, ...]
    statement: Prepared
    values: dict[str, Any]


class Swift:
    """The statements with what goes into them and what comes out."""

    def __init__(self, tables: SqlTables) -> None:
        self._statements = {
            (kind, is_alone): Prepared(swift_statement(tables, kind, is_alone=is_alone))
            for kind in (Reserve, Post)
            for is_alone in (True, False)
        }
        self._refusing = Prepared(refusing_statement(tables))
        self._known: dict[str, _Known] = {}

    def learn(self, account: LedgerAccount) -> None:
        """Remember an account; were it another one later, the statement would find nothing, and it be learnt anew."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[account.id] = _Known(account.digits, account.chain)

    def question(self, command: LedgerCommand) -> Question | None:
        """The statement for a command with its values; `None` where the model has to decide."""
        if not isinstance(command, Reserve | Post):
            return None
        known, amount = self._known.get(command.account), command.amount
        if known is None or places_of(amount) > known.digits:
            return None
        units, unit = to_units(amount, known.digits), unit_of(amount)
        if units > CAPACITY:
            return None
        is_alone = len(known.chain) == 1
        values = {
            "the_key": command.key,
            "the_account": command.account,
            "the_units": units,
            "the_unit": unit,
            "the_digits": known.digits,
            "the_command": command_text(command),
            "the_decision": allowed_text(unit, known.digits),
            "the_movements": made_text(command),
        }
        if not is_alone:
            values |= {"the_chain": list(known.chain), "the_size": len(known.chain)}
        if isinstance(command, Reserve):
            expires_at = command.expires_at
            values["the_expires_at"] = None if expires_at is None else instant_text(expires_at)
            values["the_due"] = None if expires_at is None else microseconds(expires_at)
        return Question(command, known.chain, self._statements[type(command), is_alone], values)

    def passed(self, question: Question, rows: Sequence[Sequence[Any]]) -> Decision | None:
        """The decision about a command that fits, `None` for any other."""
        if not rows or rows[0][0] is None:
            return None
        return to_allowed(rows[0][1], question.values["the_unit"], question.values["the_digits"])

    def locked(self, question: Question, rows: Sequence[Sequence[Any]]) -> Ledger | None:
        """The ledger as far as the rows go that the statement has locked; `None` where they are not as remembered."""
        accounts = sorted((AccountRow(*row[2:]) for row in rows if row[2] is not None), key=lambda row: row.depth)
        upwards = tuple(account.id for account in reversed(accounts))
        if upwards != question.chain or tuple(account.parent for account in reversed(accounts)) != (*upwards[1:], None):
            return None
        return to_ledger((question.command.account, account) for account in accounts)

    def refuse(self, question: Question, ledger: Ledger, entry: LedgerEntry, session: Session) -> bool:
        """Record a refusal that was decided on what is locked; `False` where something has expired that makes room."""
        values = {
            "the_key": entry.key,
            "the_command": question.values["the_command"],
            "the_decision": decision_text(entry.decision),
            "the_movements": movements_text(entry.movements),
            "the_root": ledger.account(question.command.account).root,
            "the_moment": microseconds(question.command.at),
        }
        return bool(session.answer(self._refusing, values))
