"""Tables of what pay depends on beside sales: quotas, exchange rates, appraisal scores and events."""

from __future__ import annotations

import attrs

from salesrules.company.mapping.columns import check_day_columns
from salesrules.company.mapping.tables import TableSource, not_empty
from salesrules.core import InvalidValue, PeriodKind, as_tuple

__all__ = [
    "AppraisalScoreColumns",
    "AppraisalScoreTable",
    "ExchangeRateColumns",
    "ExchangeRateTable",
    "PayEventColumns",
    "PayEventTable",
    "QuotaColumns",
    "QuotaTable",
]


@attrs.frozen(kw_only=True)
class QuotaColumns:
    """The columns of quotas; `period` holds labels such as `2020-03`, `2020-Q1` or `2020`.

    In place of `period`, `starts` and `ends` hold the first day and the first one after. `measure` is what is promised,
    `unit` what it is counted in; where that is money, a column `currency` says the same.
    """

    holder: str
    amount: str
    period: str | None = None
    starts: str | None = None
    ends: str | None = None
    currency: str | None = None
    measure: str | None = None
    unit: str | None = None

    def __attrs_post_init__(self) -> None:
        check_day_columns(self, is_closed=True)


@attrs.frozen(kw_only=True)
class QuotaTable(TableSource):
    """Quotas per holder and days: periods of one kind, of any kind where none is named, or other spans.

    `measure` is that of rows that name none: `amount`, `quantity`, `market_share`, or a word of the rulebook's.
    """

    period: PeriodKind | None = attrs.field(default=None, converter=attrs.converters.optional(PeriodKind))
    measure: str = attrs.field(default="amount", validator=not_empty)
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
class AppraisalScoreColumns:
    """The columns of appraisal scores: of a `period` such as `2020-Q1`, or of the days from `starts` until `ends`."""

    payee: str
    score: str
    period: str | None = None
    starts: str | None = None
    ends: str | None = None
    subject: str | None = None

    def __attrs_post_init__(self) -> None:
        check_day_columns(self, is_closed=False)


@attrs.frozen(kw_only=True)
class AppraisalScoreTable(TableSource):
    """What appraisals gave people; `subject` is that of rows that name none."""

    subject: str = attrs.field(default="performance", validator=not_empty)
    columns: AppraisalScoreColumns


@attrs.frozen(kw_only=True)
class PayEventColumns:
    """The columns of events; `transaction` is the id of a sale, made as there, empty where all of a payee's are meant.

    `instalments` is how many the customer had paid.
    """

    day: str
    payee: str
    event: str | None = None
    transaction: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    instalments: str | None = None


@attrs.frozen(kw_only=True)
class PayEventTable(TableSource):
    """What decides about pay already earned: lapses, cancellations; `event` is that of rows that name none."""

    event: str | None = None
    columns: PayEventColumns

    def __attrs_post_init__(self) -> None:
        if not self.event and self.columns.event is None:
            remedy = "name the event of all rows, such as 'cancellation', or the column that says it"
            raise InvalidValue("event", self.event, remedy)
