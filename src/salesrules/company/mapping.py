"""The mapping document: which file and column of a company's own means which fact, and how its text is read."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesrules.commissions import TransactionKind
from salesrules.core import Parameters, PeriodKind, Rounding, as_parameters, as_tuple

__all__ = [
    "CompanyDocument",
    "CompanyHead",
    "CustomerColumns",
    "CustomerTable",
    "ExchangeRateColumns",
    "ExchangeRateTable",
    "NumberFormat",
    "OpeningBalanceColumns",
    "OpeningBalanceTable",
    "PeopleColumns",
    "PeopleTable",
    "QuotaColumns",
    "QuotaTable",
    "RegionColumns",
    "RegionTable",
    "ReportingLineColumns",
    "ReportingLineTable",
    "TableSource",
    "TerritoryColumns",
    "TerritoryTable",
    "TransactionColumns",
    "TransactionTable",
]


@attrs.frozen(kw_only=True)
class NumberFormat:
    """How numbers are written: the decimal mark, and the mark between groups of digits, if any."""

    decimal: str = "."
    group: str | None = None


@attrs.frozen(kw_only=True)
class TableSource:
    """A CSV file inside the company's folder: its encoding, separator, and the formats of its dates and numbers.

    `date_format` is a `strptime` pattern. `rounding` is declared where amounts may have more digits than are kept;
    without it, more digits than the currency's are kept as they are.
    """

    file: str
    encoding: str = "utf-8"
    separator: str = ","
    date_format: str = "%Y-%m-%d"
    number_format: NumberFormat = NumberFormat()  # frozen, so safe to share
    rounding: Rounding | None = None


@attrs.frozen(kw_only=True)
class CompanyHead:
    """The company's name, its rulebook's file, the currency of amounts without one, and a note for the report."""

    name: str
    rulebook: str
    currency: str
    note: str = ""


@attrs.frozen(kw_only=True)
class PeopleColumns:
    """The columns of people; `manager` is empty at the top, and left out where reporting lines are a file."""

    id: str
    name: str
    position: str | None = None
    manager: str | None = None


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


@attrs.frozen(kw_only=True)
class TransactionColumns:
    """The columns of transactions; several columns joined by `/` make an id, and the `original` of a return."""

    id: tuple[str, ...] = attrs.field(converter=as_tuple)
    day: str
    payee: str
    amount: str
    cost: str | None = None
    quantity: str | None = None
    currency: str | None = None
    original: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class TransactionTable(TableSource):
    """Sales, or returns; `attributes` name the columns that plans may filter on."""

    kind: TransactionKind = attrs.field(converter=TransactionKind)
    columns: TransactionColumns
    attributes: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)


@attrs.frozen(kw_only=True)
class QuotaColumns:
    """The columns of quotas; `period` holds labels such as `2020-03`, `2020-Q1` or `2020`."""

    holder: str
    period: str
    amount: str
    currency: str | None = None


@attrs.frozen(kw_only=True)
class QuotaTable(TableSource):
    """Quotas per holder and period of one kind."""

    period: PeriodKind = attrs.field(converter=PeriodKind)
    columns: QuotaColumns


@attrs.frozen(kw_only=True)
class ExchangeRateColumns:
    """The columns of exchange rates: one unit of `source` is `rate` units of `target`; `ends` is not included."""

    source: str
    target: str
    rate: str
    starts: str
    ends: str | None = None


@attrs.frozen(kw_only=True)
class ExchangeRateTable(TableSource):
    """Exchange rates by day."""

    columns: ExchangeRateColumns


@attrs.frozen(kw_only=True)
class OpeningBalanceColumns:
    """The columns of opening balances: what a payee owes on the first day of a pay period."""

    payee: str
    day: str
    owed: str
    currency: str | None = None


@attrs.frozen(kw_only=True)
class OpeningBalanceTable(TableSource):
    """What payees owe from before the first period."""

    columns: OpeningBalanceColumns


@attrs.frozen(kw_only=True)
class CompanyDocument:
    """A company's folder, described: `company.toml`."""

    company: CompanyHead
    people: PeopleTable
    transactions: tuple[TransactionTable, ...] = attrs.field(converter=as_tuple)
    reporting_lines: ReportingLineTable | None = None
    territories: TerritoryTable | None = None
    regions: RegionTable | None = None
    customers: CustomerTable | None = None
    quotas: QuotaTable | None = None
    exchange_rates: ExchangeRateTable | None = None
    opening_balances: OpeningBalanceTable | None = None
