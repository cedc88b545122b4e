"""What stood open when computing began: balances, amounts held, what caps had used and components measured."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from salesrules.commissions import OpeningBalance, OpeningHold, OpeningMeasure, OpeningUse
from salesrules.company.mapping import OpeningBalanceTable, OpeningHoldTable, OpeningMeasureTable, OpeningUseTable
from salesrules.company.reading import FolderReader

__all__ = ["read_opening_balances", "read_opening_holds", "read_opening_measures", "read_opening_uses"]


def read_opening_balances(
    reader: FolderReader, table: OpeningBalanceTable | None, people: Collection[str]
) -> Iterator[OpeningBalance]:
    """What payees owe."""
    if table is None:
        return
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        payee, day = reader.person(cells, line, row, columns.payee, people), cells.day(row, line, columns.day)
        owed = reader.money(cells, line, row, columns, columns.owed)
        if payee and day is not None and owed is not None:
            reader.keep("opening_balances", table, line, columns)
            yield OpeningBalance(payee=payee, day=day, owed=owed)


def read_opening_holds(
    reader: FolderReader, table: OpeningHoldTable | None, people: Collection[str]
) -> Iterator[OpeningHold]:
    """What is held for payees."""
    if table is None:
        return
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        payee, day = reader.person(cells, line, row, columns.payee, people), cells.day(row, line, columns.day)
        amount = reader.money(cells, line, row, columns, columns.amount)
        policy = cells.given(row, line, columns.policy)
        transaction = cells.joined(row, line, columns.transaction, optional=True)
        due = cells.day(row, line, columns.due, optional=True) if columns.due else None
        if payee and day is not None and amount is not None:
            reader.keep("opening_holds", table, line, columns)
            yield OpeningHold(payee=payee, day=day, amount=amount, policy=policy, transaction=transaction, due=due)


def read_opening_uses(
    reader: FolderReader, table: OpeningUseTable | None, people: Collection[str]
) -> Iterator[OpeningUse]:
    """How much of caps was used and carried over."""
    if table is None:
        return
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        payee, day = reader.person(cells, line, row, columns.payee, people), cells.day(row, line, columns.day)
        policy, by = cells.text(row, line, columns.policy), cells.given(row, line, columns.by)
        used = reader.money(cells, line, row, columns, columns.used)
        carried = reader.money(cells, line, row, columns, columns.carried, optional=True) if columns.carried else None
        if payee and policy and day is not None and used is not None:
            reader.keep("opening_uses", table, line, columns)
            yield OpeningUse(payee=payee, day=day, policy=policy, used=used, carried=carried, by=by)


def read_opening_measures(
    reader: FolderReader, table: OpeningMeasureTable | None, people: Collection[str]
) -> Iterator[OpeningMeasure]:
    """What components had measured."""
    if table is None:
        return
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        payee, day = reader.person(cells, line, row, columns.payee, people), cells.day(row, line, columns.day)
        component, measured = cells.text(row, line, columns.component), cells.number(row, line, columns.measured)
        measure, column = cells.given(row, line, columns.measure), cells.given(row, line, columns.column)
        if payee and component and day is not None and measured is not None:
            reader.keep("opening_measures", table, line, columns)
            yield OpeningMeasure(
                payee=payee, day=day, component=component, measured=measured, measure=measure, column=column
            )
