"""From a folder's tables to facts, with all faults of all files at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from salesrules.commissions import CommissionFacts, OpeningBalance
from salesrules.company.mapping import (
    CompanyDocument,
    CustomerTable,
    ExchangeRateTable,
    OpeningBalanceTable,
    QuotaTable,
    RegionTable,
)
from salesrules.company.people import read_hierarchies, read_people, read_territories
from salesrules.company.reading import FolderReader, claim
from salesrules.company.transactions import read_transactions
from salesrules.core import (
    DateRange,
    ExchangeRate,
    ExchangeRates,
    FiscalCalendar,
    InvalidDocument,
    Money,
    Reason,
    as_tuple,
)
from salesrules.quotas import Quota

__all__ = ["CompanyFacts", "Region", "read_facts"]


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
    reader = FolderReader(folder, document.company.currency)
    people = read_people(reader, document.people)
    regions = _regions(reader, document.regions)
    territories = read_territories(reader, document.territories, people, regions)
    facts = CompanyFacts(
        commissions=CommissionFacts(
            transactions=read_transactions(reader, document),
            payees=[attrs.evolve(payee, territories=territories.get(id, ())) for id, (payee, _) in people.items()],
            hierarchies=read_hierarchies(reader, document, people),
            quotas=_quotas(reader, document.quotas, calendar),
            opening_balances=_opening_balances(reader, document.opening_balances),
            exchange_rates=ExchangeRates.of(_exchange_rates(reader, document.exchange_rates)),
            average_rates=ExchangeRates.of(_exchange_rates(reader, document.average_rates)),
        ),
        regions=regions,
        customers=_customers(reader, document.customers),
        changes=reader.changes,
    )
    if reader.faults:
        raise InvalidDocument(tuple(reader.faults))
    return facts


def _regions(reader: FolderReader, table: RegionTable | None) -> dict[str, Region]:
    found: dict[str, Region] = {}
    if table is not None:
        columns = table.columns
        for cells, line, row in reader.rows(table, columns):
            id, name = cells.text(row, line, columns.id), cells.text(row, line, columns.name)
            group = cells.text(row, line, columns.group, optional=True) if columns.group else ""
            if id in found:
                cells.fault(line, columns.id, "this region stands already above", id, "remove one of the rows")
            found[id] = Region(id=id, name=name, group=group)
    return found


def _customers(reader: FolderReader, table: CustomerTable | None) -> dict[str, str]:
    found: dict[str, str] = {}
    if table is not None:
        columns = table.columns
        for cells, line, row in reader.rows(table, columns):
            id, name = cells.text(row, line, columns.id), cells.text(row, line, columns.name)
            if id in found:
                cells.fault(line, columns.id, "this customer stands already above", id, "remove one of the rows")
            found[id] = name
    return found


def _quotas(reader: FolderReader, table: QuotaTable | None, calendar: FiscalCalendar) -> Iterator[Quota]:
    if table is None:
        return
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        holder, label = cells.text(row, line, columns.holder), cells.text(row, line, columns.period)
        amount = cells.number(row, line, columns.amount)
        unit = reader.currency(cells, line, row, columns.currency)
        period = reader.made(cells, line, columns, calendar.period, label) if label else None
        if period is None or amount is None:
            continue
        if period.kind is not table.period:
            remedy = f"write a label of a {table.period.value}, or declare another kind of period"
            cells.fault(line, columns.period, f"this is a {period.kind.value}", label, remedy)
            continue
        id, span = f"{holder}-{period.label}", period.span
        quota = reader.made(cells, line, columns, Quota, id=id, holder=holder, span=span, amount=amount, unit=unit)
        if quota is not None:
            yield quota


def _exchange_rates(reader: FolderReader, table: ExchangeRateTable | None) -> Iterator[ExchangeRate]:
    if table is None:
        return
    columns = table.columns
    spans: dict[tuple[str, str], list[DateRange]] = defaultdict(list)
    for cells, line, row in reader.rows(table, columns):
        source, target = cells.text(row, line, columns.source), cells.text(row, line, columns.target)
        rate = cells.number(row, line, columns.rate)
        effective = reader.span(cells, line, row, columns)
        if rate is None or effective is None:
            continue
        if not claim(spans[source, target], effective):
            pair = f"{source}/{target}"
            cells.fault(
                line, columns.starts, "two rates of one pair on one day", pair, "end one where the other starts"
            )
        made = reader.made(
            cells, line, columns, ExchangeRate, source=source, target=target, effective=effective, rate=rate
        )
        if made is not None:
            yield made


def _opening_balances(reader: FolderReader, table: OpeningBalanceTable | None) -> Iterator[OpeningBalance]:
    if table is None:
        return
    columns = table.columns
    for cells, line, row in reader.rows(table, columns):
        payee, day = cells.text(row, line, columns.payee), cells.day(row, line, columns.day)
        owed, currency = cells.number(row, line, columns.owed), reader.currency(cells, line, row, columns.currency)
        if day is None or owed is None:
            continue
        money = reader.made(cells, line, columns, Money, owed, currency)
        if money is not None:
            yield OpeningBalance(payee=payee, day=day, owed=money)
