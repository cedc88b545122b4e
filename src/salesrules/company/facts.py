"""From a folder's tables to facts, with all faults of all files at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from salesrules.commissions import CommissionFacts, Transaction
from salesrules.company.mapping import CompanyDocument, CustomerTable, RegionTable
from salesrules.company.openings import (
    read_opening_balances,
    read_opening_holds,
    read_opening_measures,
    read_opening_uses,
)
from salesrules.company.pay_facts import read_exchange_rates, read_pay_events, read_quotas, read_scores
from salesrules.company.people import read_hierarchies, read_people, read_territories
from salesrules.company.places import Place
from salesrules.company.reading import FolderReader
from salesrules.company.transactions import read_transactions
from salesrules.core import ExchangeRates, FiscalCalendar, InvalidDocument, Reason, as_tuple

__all__ = ["CompanyFacts", "Region", "read_facts"]


@attrs.frozen(kw_only=True)
class Region:
    """A region and the group it adds up to."""

    id: str
    name: str
    group: str = ""


@attrs.frozen(kw_only=True)
class CompanyFacts:
    """What a folder's files say: facts for commissions, names for reports, and what was changed in reading.

    `places` tells the rows of facts that have no source of their own, by the paths that faults have.
    """

    commissions: CommissionFacts
    regions: Mapping[str, Region]
    customers: Mapping[str, str]
    changes: tuple[Reason, ...] = attrs.field(converter=as_tuple)
    places: Mapping[str, Place] = attrs.field(factory=dict, repr=False, eq=False)


def read_facts(
    folder: Path,
    document: CompanyDocument,
    calendar: FiscalCalendar,
    *,
    read: Callable[[FolderReader, CompanyDocument], Sequence[Transaction]] = read_transactions,
) -> CompanyFacts:
    """The facts of a folder; quotas as the files give them, without ramps. `read` gives the transactions.

    Raises `InvalidDocument` with every fault of every file: missing files and columns, cells that cannot be read,
    contradictions among people, and paths that lead out of the folder.
    """
    reader = FolderReader(folder, document.company.currency, calendar)
    people = read_people(reader, document.people)
    regions = _regions(reader, document.regions)
    territories = read_territories(reader, document.territories, people, regions)
    facts = CompanyFacts(
        commissions=CommissionFacts(
            transactions=read(reader, document),
            payees=[attrs.evolve(payee, territories=territories.get(id, ())) for id, (payee, _) in people.items()],
            hierarchies=read_hierarchies(reader, document, people),
            quotas=read_quotas(reader, document.quotas),
            exchange_rates=ExchangeRates.of(read_exchange_rates(reader, document.exchange_rates)),
            average_rates=ExchangeRates.of(read_exchange_rates(reader, document.average_rates)),
            appraisal_scores=read_scores(reader, document.appraisal_scores, people),
            pay_events=read_pay_events(reader, document.pay_events, people),
            opening_balances=read_opening_balances(reader, document.opening_balances, people),
            opening_holds=read_opening_holds(reader, document.opening_holds, people),
            opening_uses=read_opening_uses(reader, document.opening_uses, people),
            opening_measures=read_opening_measures(reader, document.opening_measures, people),
        ),
        regions=regions,
        customers=_customers(reader, document.customers),
        changes=reader.changes,
        places=reader.places,
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
