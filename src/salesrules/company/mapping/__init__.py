"""The mapping document: which file and column of a company's own means which fact, and how its text is read."""

from __future__ import annotations

from salesrules.company.mapping.columns import DayColumns, MoneyColumns
from salesrules.company.mapping.document import CompanyDocument, CompanyHead
from salesrules.company.mapping.openings import (
    OpeningBalanceColumns,
    OpeningBalanceTable,
    OpeningHoldColumns,
    OpeningHoldTable,
    OpeningMeasureColumns,
    OpeningMeasureTable,
    OpeningUseColumns,
    OpeningUseTable,
)
from salesrules.company.mapping.pay import (
    AppraisalScoreColumns,
    AppraisalScoreTable,
    ExchangeRateColumns,
    ExchangeRateTable,
    PayEventColumns,
    PayEventTable,
    QuotaColumns,
    QuotaTable,
)
from salesrules.company.mapping.people import (
    CustomerColumns,
    CustomerTable,
    PeopleColumns,
    PeopleTable,
    RegionColumns,
    RegionTable,
    ReportingLineColumns,
    ReportingLineTable,
    TerritoryColumns,
    TerritoryTable,
)
from salesrules.company.mapping.sales import (
    PaymentColumns,
    PaymentTable,
    SplitColumns,
    SplitTable,
    TransactionColumns,
    TransactionTable,
)
from salesrules.company.mapping.tables import NumberFormat, TableSource

__all__ = [
    "AppraisalScoreColumns",
    "AppraisalScoreTable",
    "CompanyDocument",
    "CompanyHead",
    "CustomerColumns",
    "CustomerTable",
    "DayColumns",
    "ExchangeRateColumns",
    "ExchangeRateTable",
    "MoneyColumns",
    "NumberFormat",
    "OpeningBalanceColumns",
    "OpeningBalanceTable",
    "OpeningHoldColumns",
    "OpeningHoldTable",
    "OpeningMeasureColumns",
    "OpeningMeasureTable",
    "OpeningUseColumns",
    "OpeningUseTable",
    "PayEventColumns",
    "PayEventTable",
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
