"""People, who reports to whom on which day, and where they work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date

import attrs

from salesrules.commissions import Payee
from salesrules.company.mapping import CompanyDocument, PeopleTable, ReportingLineTable, TerritoryTable
from salesrules.company.reading import FolderReader, claim
from salesrules.core import Dated, DatedValue, DateRange, InvalidDocument
from salesrules.org import Hierarchy

__all__ = ["People", "read_hierarchies", "read_people", "read_territories"]

#: Payees by id, each with the manager that the people's own table names.
People = Mapping[str, tuple[Payee, str | None]]

_ALWAYS = DateRange(date.min)


def read_people(reader: FolderReader, table: PeopleTable) -> People:
    """The people of a table; a second row of one id is a fault."""
    columns = table.columns
    people: dict[str, tuple[Payee, str | None]] = {}
    for cells, line, row in reader.rows(table, columns):
        id, name = cells.text(row, line, columns.id), cells.text(row, line, columns.name)
        position = cells.text(row, line, columns.position, optional=True) if columns.position else ""
        manager = cells.text(row, line, columns.manager, optional=True) if columns.manager else ""
        if id in people:
            cells.fault(line, columns.id, "this person stands already above", id, "remove one of the rows")
        elif id:
            currency = cells.text(row, line, columns.currency, optional=True) if columns.currency else ""
            payee = reader.made(
                cells, line, columns, Payee, id=id, name=name, position=position, currency=currency or None
            )
            people[id] = (payee or Payee(id=id, name=name, position=position), manager or None)
    return people


def read_hierarchies(reader: FolderReader, document: CompanyDocument, people: People) -> Dated[Hierarchy]:
    """Who reports to whom, by day: from dated reporting lines where the company has them, else from the people."""
    lines = document.reporting_lines
    if lines is None:
        spans = [(_ALWAYS, {id: manager for id, (_, manager) in people.items()})]
    else:
        spans = list(_dated_parents(reader, lines, people))
    entries = []
    for span, parents in spans:
        try:
            entries.append(DatedValue(effective=span, value=Hierarchy.from_parents(parents, subject="people")))
        except InvalidDocument as error:
            placed = [attrs.evolve(fault, file=(lines or document.people).file) for fault in error.faults]
            reader.faults += [fault for fault in placed if fault not in reader.faults]
    return Dated(subject="reporting lines", entries=entries)


def _dated_parents(
    reader: FolderReader, table: ReportingLineTable, people: People
) -> Iterator[tuple[DateRange, dict[str, str | None]]]:
    columns = table.columns
    lines: list[tuple[DateRange, str, str]] = []
    spans: dict[str, list[DateRange]] = defaultdict(list)
    for cells, line, row in reader.rows(table, columns):
        person, manager = (cells.text(row, line, column) for column in (columns.person, columns.manager))
        effective = reader.span(cells, line, row, columns)
        known = [reader.known(cells, line, columns.person, person, people)]
        known += [reader.known(cells, line, columns.manager, manager, people)]
        if effective is None or not all(known):
            continue
        if not claim(spans[person], effective):
            cells.fault(line, columns.starts, "two managers on one day", person, "end one line where the other starts")
        lines.append((effective, person, manager))
    cuts = sorted({date.min, *(s.start for s, _, _ in lines), *(s.end for s, _, _ in lines if s.end is not None)})
    for start, end in zip(cuts, [*cuts[1:], None], strict=True):
        parents: dict[str, str | None] = dict.fromkeys(people)
        parents.update({person: manager for span, person, manager in lines if start in span})
        yield DateRange(start, end), parents


def read_territories(
    reader: FolderReader, table: TerritoryTable | None, people: Collection[str], regions: Collection[str]
) -> Mapping[str, list[str]]:
    """The regions that each person works."""
    found: dict[str, list[str]] = defaultdict(list)
    if table is not None:
        columns = table.columns
        for cells, line, row in reader.rows(table, columns):
            person, territory = cells.text(row, line, columns.person), cells.text(row, line, columns.territory)
            if reader.known(cells, line, columns.person, person, people):
                found[person].append(territory)
            reader.known(cells, line, columns.territory, territory, regions, "no region has this id")
    return found
