"""From a folder's tables to facts, with all faults of all files at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ParamSpec, TypeVar

import attrs

from salesrules.commissions import CommissionFacts, OpeningBalance, Payee, Transaction
from salesrules.company.cells import CellReader
from salesrules.company.mapping import (
    CompanyDocument,
    CustomerTable,
    ExchangeRateTable,
    OpeningBalanceTable,
    PeopleTable,
    QuotaTable,
    RegionTable,
    ReportingLineTable,
    TableSource,
    TerritoryTable,
    TransactionTable,
)
from salesrules.company.paths import inside
from salesrules.core import (
    Dated,
    DatedValue,
    DateRange,
    ExchangeRate,
    ExchangeRates,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Money,
    PeriodKind,
    Reason,
    SalesRulesError,
    as_tuple,
)
from salesrules.org import Hierarchy
from salesrules.quotas import Quota
from salesrules.wire import read_table

__all__ = ["CompanyFacts", "Region", "read_facts"]

P = ParamSpec("P")
T = TypeVar("T")
_ALWAYS = DateRange(date.min)


@attrs.frozen(kw_only=True)
class Region:
    """A region and the group it adds up to."""

    id: str
    name: str
    group: str = ""


@attrs.frozen(kw_only=True)
class CompanyFacts:
    """What a folder's files say: facts for commissions, names for reports, and what was changed in reading."""

    commissions: CommissionFacts
    regions: Mapping[str, Region]
    customers: Mapping[str, str]
    changes: tuple[Reason, ...] = attrs.field(converter=as_tuple)


def read_facts(folder: Path, document: CompanyDocument, calendar: FiscalCalendar) -> CompanyFacts:
    """The facts of a folder; quotas as the files give them, without ramps.

    Raises `InvalidDocument` with every fault of every file: missing files and columns, cells that cannot be read,
    contradictions among people, and paths that lead out of the folder.
    """
    reader = _FolderReader(folder, document, calendar)
    facts = reader.read()
    if reader.faults:
        raise InvalidDocument(tuple(reader.faults))
    return facts


class _FolderReader:
    def __init__(self, folder: Path, document: CompanyDocument, calendar: FiscalCalendar) -> None:
        self._folder = folder
        self._document = document
        self._calendar = calendar
        self._changes: list[Reason] = []
        self.faults: list[Fault] = []

    def read(self) -> CompanyFacts:
        document = self._document
        territories = self._territories(document.territories)
        people = self._people(document.people, territories)
        hierarchies = self._hierarchies(document, people)
        commissions = CommissionFacts(
            transactions=[t for table in document.transactions for t in self._transactions(table)],
            payees=[payee for payee, _ in people.values()],
            hierarchies=hierarchies,
            quotas=self._quotas(document.quotas),
            opening_balances=self._opening_balances(document.opening_balances),
            exchange_rates=ExchangeRates.of(self._exchange_rates(document.exchange_rates)),
        )
        return CompanyFacts(
            commissions=commissions,
            regions=self._regions(document.regions),
            customers=self._customers(document.customers),
            changes=self._changes,
        )

    def _rows(self, source: TableSource, columns: object) -> Iterator[tuple[CellReader, int, Mapping[str, str]]]:
        """The rows of a table with the reader of their cells; a table that cannot be read at all is a fault."""
        cells = CellReader(source)
        try:
            table = read_table(inside(self._folder, source.file), _named_columns(columns), delimiter=source.separator)
        except InvalidDocument as error:
            self.faults += [attrs.evolve(fault, file=source.file) for fault in error.faults]
            return
        for row in table.rows:
            cells.next_row()
            yield cells, row.line, row.values
        self.faults += cells.faults
        self._changes += cells.changes()

    def _made(
        self, cells: CellReader, line: int, make: Callable[P, T], *arguments: P.args, **named: P.kwargs
    ) -> T | None:
        """What `make` makes, or `None` with a fault of the row where its value is refused."""
        try:
            return make(*arguments, **named)
        except InvalidValue as error:
            cells.fault(line, error.field, f"it is not valid as {error.field}", error.value, error.remedy)
        except SalesRulesError as error:
            cells.fault(line, "row", str(error), None, "correct the row")
        return None

    def _people(self, table: PeopleTable, territories: Mapping[str, list[str]]) -> dict[str, tuple[Payee, str | None]]:
        columns = table.columns
        people: dict[str, tuple[Payee, str | None]] = {}
        for cells, line, row in self._rows(table, columns):
            id = cells.text(row, line, columns.id)
            if id in people:
                cells.fault(line, columns.id, "this person stands already above", id, "remove one of the rows")
            payee = Payee(
                id=id,
                name=cells.text(row, line, columns.name),
                position=cells.text(row, line, columns.position, optional=True) if columns.position else "",
                territories=territories.get(id, []),
            )
            manager = cells.text(row, line, columns.manager, optional=True) if columns.manager else ""
            people[id] = (payee, manager or None)
        return people

    def _hierarchies(
        self, document: CompanyDocument, people: Mapping[str, tuple[Payee, str | None]]
    ) -> Dated[Hierarchy]:
        if document.reporting_lines is None:
            spans: list[tuple[DateRange, dict[str, str | None]]] = [
                (_ALWAYS, {id: manager for id, (_, manager) in people.items()})
            ]
        else:
            spans = list(self._dated_parents(document.reporting_lines, people))
        entries = []
        for span, parents in spans:
            try:
                entries.append(DatedValue(effective=span, value=Hierarchy.from_parents(parents, subject="people")))
            except InvalidDocument as error:
                self.faults += [attrs.evolve(fault, file=document.people.file) for fault in error.faults]
        return Dated(subject="reporting lines", entries=entries)

    def _dated_parents(
        self, table: ReportingLineTable, people: Mapping[str, tuple[Payee, str | None]]
    ) -> Iterator[tuple[DateRange, dict[str, str | None]]]:
        columns = table.columns
        lines: list[tuple[DateRange, str, str]] = []
        for cells, line, row in self._rows(table, columns):
            person, manager = (cells.text(row, line, column) for column in (columns.person, columns.manager))
            effective = self._span(cells, line, row, columns.starts, columns.ends)
            if person not in people:
                cells.fault(line, columns.person, "nobody has this id", person, "add the person, or correct the id")
            if any(who == person and effective and span.overlaps(effective) for span, who, _ in lines):
                cells.fault(
                    line, columns.starts, "two managers on one day", person, "end one line where the other starts"
                )
            if effective is not None:
                lines.append((effective, person, manager))
        cuts = sorted({date.min, *(s.start for s, _, _ in lines), *(s.end for s, _, _ in lines if s.end is not None)})
        for start, end in zip(cuts, [*cuts[1:], None], strict=True):
            parents: dict[str, str | None] = dict.fromkeys(people)
            parents.update({person: manager for span, person, manager in lines if start in span})
            yield DateRange(start, end), parents

    def _span(
        self, cells: CellReader, line: int, row: Mapping[str, str], starts: str, ends: str | None
    ) -> DateRange | None:
        start = cells.day(row, line, starts)
        end = cells.day(row, line, ends, optional=True) if ends else None
        return None if start is None else self._made(cells, line, DateRange, start, end)

    def _territories(self, table: TerritoryTable | None) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if table is not None:
            for cells, line, row in self._rows(table, table.columns):
                person = cells.text(row, line, table.columns.person)
                found.setdefault(person, []).append(cells.text(row, line, table.columns.territory))
        return found

    def _regions(self, table: RegionTable | None) -> dict[str, Region]:
        found: dict[str, Region] = {}
        if table is not None:
            columns = table.columns
            for cells, line, row in self._rows(table, columns):
                id, name = cells.text(row, line, columns.id), cells.text(row, line, columns.name)
                group = cells.text(row, line, columns.group, optional=True) if columns.group else ""
                found[id] = Region(id=id, name=name, group=group)
        return found

    def _customers(self, table: CustomerTable | None) -> dict[str, str]:
        found: dict[str, str] = {}
        if table is not None:
            for cells, line, row in self._rows(table, table.columns):
                found[cells.text(row, line, table.columns.id)] = cells.text(row, line, table.columns.name)
        return found

    def _transactions(self, table: TransactionTable) -> Iterator[Transaction]:
        columns = table.columns
        for cells, line, row in self._rows(table, (columns, table.attributes)):
            id, payee = cells.joined(row, line, columns.id), cells.text(row, line, columns.payee)
            day, amount = cells.day(row, line, columns.day), cells.number(row, line, columns.amount)
            cost = cells.number(row, line, columns.cost, optional=True) if columns.cost else None
            quantity = cells.number(row, line, columns.quantity, optional=True) if columns.quantity else None
            currency = self._currency(cells, line, row, columns.currency)
            attributes = {
                name: cells.text(row, line, column, optional=True) for name, column in table.attributes.items()
            }
            original = cells.joined(row, line, columns.original) if columns.original else None
            price = None if amount is None else self._made(cells, line, Money, amount, currency)
            if day is None or price is None:
                continue
            transaction = self._made(
                cells,
                line,
                Transaction,
                id=id,
                day=day,
                payee=payee,
                kind=table.kind,
                amount=price,
                cost=None if cost is None else Money(cost, currency),
                quantity=quantity or Decimal(0),
                original=original,
                attributes=attributes,
                source=f"{table.file}:{line}",
            )
            if transaction is not None:
                yield transaction

    def _quotas(self, table: QuotaTable | None) -> Iterator[Quota]:
        if table is None:
            return
        columns = table.columns
        for cells, line, row in self._rows(table, columns):
            holder, label = cells.text(row, line, columns.holder), cells.text(row, line, columns.period)
            amount = cells.number(row, line, columns.amount)
            unit = self._currency(cells, line, row, columns.currency)
            period = self._made(cells, line, self._calendar.period, label)
            if period is None or amount is None:
                continue
            if period.kind is not PeriodKind(table.period):
                remedy = f"write a label of a {table.period.value}, or declare another kind of period"
                cells.fault(line, columns.period, f"this is a {period.kind.value}", label, remedy)
                continue
            id, span = f"{holder}-{period.label}", period.span
            quota = self._made(cells, line, Quota, id=id, holder=holder, span=span, amount=amount, unit=unit)
            if quota is not None:
                yield quota

    def _exchange_rates(self, table: ExchangeRateTable | None) -> Iterator[ExchangeRate]:
        if table is None:
            return
        columns = table.columns
        for cells, line, row in self._rows(table, columns):
            source, target = cells.text(row, line, columns.source), cells.text(row, line, columns.target)
            rate = cells.number(row, line, columns.rate)
            effective = self._span(cells, line, row, columns.starts, columns.ends)
            if rate is None or effective is None:
                continue
            made = self._made(cells, line, ExchangeRate, source=source, target=target, effective=effective, rate=rate)
            if made is not None:
                yield made

    def _opening_balances(self, table: OpeningBalanceTable | None) -> Iterator[OpeningBalance]:
        if table is None:
            return
        columns = table.columns
        for cells, line, row in self._rows(table, columns):
            payee, day = cells.text(row, line, columns.payee), cells.day(row, line, columns.day)
            owed, currency = cells.number(row, line, columns.owed), self._currency(cells, line, row, columns.currency)
            if day is None or owed is None:
                continue
            money = self._made(cells, line, Money, owed, currency)
            if money is not None:
                yield OpeningBalance(payee=payee, day=day, owed=money)

    def _currency(self, cells: CellReader, line: int, row: Mapping[str, str], column: str | None) -> str:
        return cells.text(row, line, column) if column else self._document.company.currency


def _named_columns(columns: object) -> Sequence[str]:
    """Every header that a mapping names, once, in the order of the mapping."""
    parts = columns if isinstance(columns, tuple) else (columns,)
    values = [
        value
        for part in parts
        for value in (part.values() if isinstance(part, Mapping) else attrs.asdict(part, recurse=False).values())
    ]
    flat = [name for value in values if value for name in (value if isinstance(value, tuple) else (value,))]
    return list(dict.fromkeys(flat))
