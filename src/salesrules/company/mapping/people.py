"""Tables of people and places: who reports to whom, who works where, to whom is sold."""

from __future__ import annotations

import attrs

from salesrules.company.mapping.tables import TableSource

__all__ = [
    "CustomerColumns",
    "CustomerTable",
    "PeopleColumns",
    "PeopleTable",
    "RegionColumns",
    "RegionTable",
    "ReportingLineColumns",
    "ReportingLineTable",
    "TerritoryColumns",
    "TerritoryTable",
]


@attrs.frozen(kw_only=True)
class PeopleColumns:
    """The columns of people; `manager` is empty at the top, and left out where reporting lines are a file.

    `currency` is what a person is paid in, empty for that of their plan.
    """

    id: str
    name: str
    position: str | None = None
    manager: str | None = None
    currency: str | None = None


@attrs.frozen(kw_only=True)
class PeopleTable(TableSource):
    """Everybody who can sell, be credited or be paid."""

    columns: PeopleColumns


@attrs.frozen(kw_only=True)
class ReportingLineColumns:
    """The columns of dated reporting lines; `ends` is the first day on which a line no longer holds, or empty."""

    person: str
    manager: str
    starts: str
    ends: str | None = None


@attrs.frozen(kw_only=True)
class ReportingLineTable(TableSource):
    """Who reports to whom from when until when."""

    columns: ReportingLineColumns


@attrs.frozen(kw_only=True)
class TerritoryColumns:
    """The columns that pair a person with a region that they work."""

    person: str
    territory: str


@attrs.frozen(kw_only=True)
class TerritoryTable(TableSource):
    """Which regions a person works."""

    columns: TerritoryColumns


@attrs.frozen(kw_only=True)
class RegionColumns:
    """The columns of regions; `group` is what regions add up to."""

    id: str
    name: str
    group: str | None = None


@attrs.frozen(kw_only=True)
class RegionTable(TableSource):
    """The regions that transactions name."""

    columns: RegionColumns


@attrs.frozen(kw_only=True)
class CustomerColumns:
    """The columns of customers."""

    id: str
    name: str


@attrs.frozen(kw_only=True)
class CustomerTable(TableSource):
    """The customers that transactions name."""

    columns: CustomerColumns
