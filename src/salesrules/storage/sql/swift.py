"""The usual case on PostgreSQL in one statement: a reservation or a posting that fits is decided where its rows are.

The statement claims the key, locks the account and all above it from the root down, looks whether the amount fits at
each, and only then moves the balances and writes the reservation or posting and the entry; so the rows are locked for
no longer than a program written by hand would lock them. Where it finds anything else (a known key, no room, a closed
or unknown account, another unit) it changes nothing but the key, and the model decides as for every other command.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Row,
    Select,
    SmallInteger,
    String,
    Text,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from salesrules.core import Decision, LedgerAccount, LedgerCommand, Movement, MovementKind, Post, Reserve
from salesrules.storage.sql.amounts import CAPACITY, places_of, to_units, unit_of
from salesrules.storage.sql.codec import (
    allowed_text,
    command_text,
    instant_text,
    microseconds,
    movements_text,
    to_allowed,
)
from salesrules.storage.sql.tables import SqlTables

__all__ = ["Swift", "swift_statement"]

#: Digits of so many accounts are remembered.
_REMEMBERED = 100_000


def swift_statement(tables: SqlTables, kind: type[Reserve] | type[Post]) -> Select[Any]:
    """The statement for reservations or postings; one row: whether the key is new, whether it fits, the headroom."""
    account, chain = tables.account, tables.chain
    key: BindParameter[str] = bindparam("the_key", type_=String)
    target: BindParameter[str] = bindparam("the_account", type_=String)
    units: BindParameter[int] = bindparam("the_units", type_=BigInteger)
    claimed = (
        postgresql.insert(tables.key).values(id=key).on_conflict_do_nothing().returning(tables.key.c.id).cte("claimed")
    )
    locked = (
        select(account)
        .join_from(chain, account, account.c.id == chain.c.ancestor)
        .where(chain.c.account == target)
        .order_by(account.c.depth, account.c.id)
        .with_for_update(of=account)
        .cte("locked")
    )
    used = locked.c.pending + locked.c.posted
    fits = and_(
        used + units <= func.coalesce(locked.c.limit_units, literal(CAPACITY, BigInteger)),
        or_(locked.c.is_open, locked.c.id != target),
        locked.c.unit == bindparam("the_unit", type_=String),
        locked.c.digits == bindparam("the_digits", type_=SmallInteger),
    )
    decided = select(
        and_(func.count() > 0, func.coalesce(func.bool_and(fits), False), exists(select(claimed.c.id))).label("fits"),
        (func.min(locked.c.limit_units - used) - units).label("headroom"),
        func.min(locked.c.id).filter(locked.c.depth == 0).label("root"),
    ).cte("decided")
    moves = account.c.pending if kind is Reserve else account.c.posted
    moved = (
        update(account)
        .where(account.c.id == locked.c.id, select(decided.c.fits).scalar_subquery())
        .values({moves: moves + units})
        .returning(account.c.id)
        .cte("moved")
    )
    if kind is Reserve:
        row = {
            "id": key,
            "account": target,
            "root": decided.c.root,
            "reserved": units,
            "remaining": units,
            "status": literal("open", String),
            "expires_at": bindparam("the_expires_at", type_=String),
            "due": bindparam("the_due", type_=BigInteger),
        }
        kept = insert(tables.reservation).from_select(list(row), select(*row.values()).where(decided.c.fits))
    else:
        row = {"id": key, "account": target, "posted": units, "refunded": literal(0, BigInteger)}
        kept = insert(tables.posting).from_select(list(row), select(*row.values()).where(decided.c.fits))
    entry = {
        "key": key,
        "command": bindparam("the_command", type_=Text),
        "decision": bindparam("the_decision", type_=Text),
        "movements": bindparam("the_movements", type_=Text),
        "headroom": decided.c.headroom,
    }
    entered = insert(tables.entry).from_select(list(entry), select(*entry.values()).where(decided.c.fits))
    return select(exists(select(claimed.c.id)).label("is_new"), decided.c.fits, decided.c.headroom).add_cte(
        moved, kept.cte("kept"), entered.cte("entered")
    )


class Swift:
    """The statements with what goes into them and what comes out."""

    def __init__(self, tables: SqlTables) -> None:
        self._statements = {kind: swift_statement(tables, kind) for kind in (Reserve, Post)}
        self._digits: dict[str, int] = {}

    def learn(self, account: LedgerAccount) -> None:
        """Remember the digits of an account; wrong ones would make the statement find nothing, and be learnt anew."""
        if len(self._digits) >= _REMEMBERED:
            self._digits.clear()
        self._digits[account.id] = account.digits

    def question(self, command: LedgerCommand) -> tuple[Select[Any], dict[str, Any]] | None:
        """The statement for a command with its values; `None` where the model has to decide."""
        if not isinstance(command, Reserve | Post):
            return None
        digits, amount = self._digits.get(command.account), command.amount
        if digits is None or places_of(amount) > digits:
            return None
        units = to_units(amount, digits)
        if units > CAPACITY:
            return None
        values = {
            "the_key": command.key,
            "the_account": command.account,
            "the_units": units,
            "the_unit": unit_of(amount),
            "the_digits": digits,
            "the_command": command_text(command),
            "the_decision": allowed_text(unit_of(amount), digits),
        }
        if isinstance(command, Reserve):
            kind, made, expires_at = MovementKind.RESERVED, {"reservation": command.key}, command.expires_at
            values["the_expires_at"] = None if expires_at is None else instant_text(expires_at)
            values["the_due"] = None if expires_at is None else microseconds(expires_at)
        else:
            kind, made = MovementKind.POSTED, {"posting": command.key}
        values["the_movements"] = movements_text((Movement(kind=kind, account=command.account, amount=amount, **made),))
        return self._statements[type(command)], values

    def answer(self, row: Row[Any], values: dict[str, Any]) -> Decision:
        """The decision about a command that fits."""
        return to_allowed(row.headroom, values["the_unit"], values["the_digits"])
