"""The mapping document: which file and column of a company's own means which fact, and how its text is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from salesrules.commissions import TransactionKind
from salesrules.core import InvalidValue, Money, Parameters, PeriodKind, Rounding, as_parameters, as_tuple

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
    "PaymentColumns",
    "PaymentTable",
    "PeopleColumns",
    "PeopleTable",
    "QuotaColumns",
    "QuotaTable",
    "RegionColumns",
    "RegionTable",
    "ReportingLineColumns",
    "ReportingLineTable",
    "SplitColumns",
    "SplitTable",
    "TableSource",
    "TerritoryColumns",
    "TerritoryTable",
    "TransactionColumns",
    "TransactionTable",
]


_PROBES = (datetime(2003, 11, 24), datetime(2024, 2, 29))  # noqa: DTZ001  # days have no zone


def _mark(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if len(value) != 1 or value.isalnum() or value in "+-" or not (value.isprintable() or value.isspace()):
        raise InvalidValue(attribute.name, value, "give one sign that is no letter, digit, plus or minus")


def _other_than_decimal(instance: NumberFormat, attribute: attrs.Attribute[str], value: str) -> None:
    if value == instance.decimal:
        raise InvalidValue(attribute.name, value, "give another sign than the decimal mark")


def _separator(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if len(value) != 1 or value in '"\r\n\0':
        raise InvalidValue(attribute.name, value, "give one character, such as ',' or ';'")


def _tells_days_apart(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    """A pattern that a day comes back from; one without a year would put every order into 1900."""
    try:
        found = [datetime.strptime(probe.strftime(value), value).date() for probe in _PROBES]  # noqa: DTZ007  # as above
    except (ValueError, re.error):  # a pattern that names something twice is an error of the regular expression
        found = []
    if found != [probe.date() for probe in _PROBES]:
        raise InvalidValue(attribute.name, value, "give a pattern with year, month and day, such as '%d.%m.%Y'")


def _not_empty(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not value:
        raise InvalidValue(attribute.name, value, "give at least one")


def _currency(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    Money.zero(value)


@attrs.frozen(kw_only=True)
class NumberFormat:
    """How numbers are written: the decimal mark, and the mark between groups of three digits, if any."""

    decimal: str = attrs.field(default=".", validator=_mark)
    group: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.and_(_mark, _other_than_decimal))
    )


@attrs.frozen(kw_only=True)
class TableSource:
    """A CSV file inside the company's folder: its encoding, separator, and the formats of its dates and numbers.

    `encoding` is a name that Python knows, such as `gb18030` or `cp1252`; nothing is guessed. `date_format` is a
    `strptime` pattern. `rounding` is declared where amounts may have more digits than are kept; without it, more
    digits than the currency's are kept as they are.
    """

    file: str
    encoding: str = "utf-8"
    separator: str = attrs.field(default=",", validator=_separator)
    date_format: str = attrs.field(default="%Y-%m-%d", validator=_tells_days_apart)
    number_format: NumberFormat = NumberFormat()  # frozen, so safe to share
    rounding: Rounding | None = None


@attrs.frozen(kw_only=True)
class CompanyHead:
    """The company's name, its rulebook's file, the currency of amounts without one, and a note for the report."""

    name: str
    rulebook: str
    currency: str = attrs.field(validator=_currency)
    note: str = ""


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


@attrs.frozen(kw_only=True)
class TransactionColumns:
    """The columns of transactions; several columns joined by `/` make an id, and the `original` of a return.

    `delivered` and `invoiced` hold days, empty where that has not happened yet.
    """

    id: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_not_empty)
    day: str
    payee: str
    amount: str
    cost: str | None = None
    quantity: str | None = None
    currency: str | None = None
    original: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    delivered: str | None = None
    invoiced: str | None = None


@attrs.frozen(kw_only=True)
class TransactionTable(TableSource):
    """Sales, or returns, which name their original; `attributes` name the columns that plans may filter on."""

    kind: TransactionKind = attrs.field(converter=TransactionKind)
    columns: TransactionColumns
    attributes: Mapping[str, str] = attrs.field(factory=Parameters, converter=as_parameters)

    def __attrs_post_init__(self) -> None:
        original = self.columns.original
        if self.kind is TransactionKind.RETURN and not original:
            raise InvalidValue("columns.original", None, "name the columns that hold the id of the sale taken back")
        if self.kind is TransactionKind.SALE and original:
            raise InvalidValue("columns.original", original, "leave it out; only a return has an original")


@attrs.frozen(kw_only=True)
class SplitColumns:
    """The columns of splits; `transaction` is its id, made as there, and `share` a share such as `60%` or `0.6`."""

    transaction: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_not_empty)
    payee: str
    share: str


@attrs.frozen(kw_only=True)
class SplitTable(TableSource):
    """Who sold a transaction together, one row for each."""

    columns: SplitColumns


@attrs.frozen(kw_only=True)
class PaymentColumns:
    """The columns of payments; `due` is the day on which a cheque can be cashed, empty for other payments."""

    transaction: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_not_empty)
    day: str
    amount: str
    currency: str | None = None
    due: str | None = None


@attrs.frozen(kw_only=True)
class PaymentTable(TableSource):
    """What customers paid, one row for each payment; below zero what was paid back for a return."""

    columns: PaymentColumns


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
    transactions: tuple[TransactionTable, ...] = attrs.field(converter=as_tuple, validator=_not_empty)
    reporting_lines: ReportingLineTable | None = None
    territories: TerritoryTable | None = None
    regions: RegionTable | None = None
    customers: CustomerTable | None = None
    quotas: QuotaTable | None = None
    splits: SplitTable | None = None
    payments: PaymentTable | None = None
    exchange_rates: ExchangeRateTable | None = None
    average_rates: ExchangeRateTable | None = None
    opening_balances: OpeningBalanceTable | None = None

    def __attrs_post_init__(self) -> None:
        if self.reporting_lines is not None and self.people.columns.manager is not None:
            remedy = "leave it out, or leave out reporting_lines; managers can come from one place only"
            raise InvalidValue("people.columns.manager", self.people.columns.manager, remedy)
