"""The mapping document as a whole: `company.toml`."""

from __future__ import annotations

import attrs

from salesrules.company.mapping.openings import (
    OpeningBalanceTable,
    OpeningHoldTable,
    OpeningMeasureTable,
    OpeningUseTable,
)
from salesrules.company.mapping.pay import AppraisalScoreTable, ExchangeRateTable, PayEventTable, QuotaTable
from salesrules.company.mapping.people import (
    CustomerTable,
    PeopleTable,
    RegionTable,
    ReportingLineTable,
    TerritoryTable,
)
from salesrules.company.mapping.sales import PaymentTable, SplitTable, TransactionTable
from salesrules.company.mapping.tables import not_empty
from salesrules.core import InvalidValue, Money, as_tuple

__all__ = ["CompanyDocument", "CompanyHead"]


def _currency(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    Money.zero(value)


@attrs.frozen(kw_only=True)
class CompanyHead:
    """The company's name, its rulebook's file, the currency of amounts without one, and a note for the report."""

    name: str
    rulebook: str
    currency: str = attrs.field(validator=_currency)
    note: str = ""


@attrs.frozen(kw_only=True)
class CompanyDocument:
    """A company's folder, described: `company.toml`."""

    company: CompanyHead
    people: PeopleTable
    transactions: tuple[TransactionTable, ...] = attrs.field(converter=as_tuple, validator=not_empty)
    reporting_lines: ReportingLineTable | None = None
    territories: TerritoryTable | None = None
    regions: RegionTable | None = None
    customers: CustomerTable | None = None
    quotas: tuple[QuotaTable, ...] = attrs.field(default=(), converter=as_tuple)
    splits: SplitTable | None = None
    payments: PaymentTable | None = None
    exchange_rates: ExchangeRateTable | None = None
    average_rates: ExchangeRateTable | None = None
    appraisal_scores: tuple[AppraisalScoreTable, ...] = attrs.field(default=(), converter=as_tuple)
    pay_events: tuple[PayEventTable, ...] = attrs.field(default=(), converter=as_tuple)
    opening_balances: OpeningBalanceTable | None = None
    opening_holds: OpeningHoldTable | None = None
    opening_uses: OpeningUseTable | None = None
    opening_measures: OpeningMeasureTable | None = None

    def __attrs_post_init__(self) -> None:
        if self.reporting_lines is not None and self.people.columns.manager is not None:
            remedy = "leave it out, or leave out reporting_lines; managers can come from one place only"
            raise InvalidValue("people.columns.manager", self.people.columns.manager, remedy)
