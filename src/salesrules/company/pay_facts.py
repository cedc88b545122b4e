"""What pay depends on beside sales: quotas, exchange rates, appraisal scores and events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from salesrules.commissions import AppraisalScore, PayEvent
from salesrules.company.mapping import AppraisalScoreTable, ExchangeRateTable, PayEventTable, QuotaTable
from salesrules.company.reading import FolderReader, claim
from salesrules.core import DateRange, ExchangeRate
from salesrules.quotas import Measure, Quota

__all__ = ["read_exchange_rates", "read_pay_events", "read_quotas", "read_scores"]

#: What quotas are counted in where no unit is given and it is no money.
_UNITS: Final = {Measure.QUANTITY.value: "count", Measure.MARKET_SHARE.value: "share"}


def read_quotas(reader: FolderReader, tables: Sequence[QuotaTable]) -> Iterator[Quota]:
    """The quotas of all tables as they stand there, without ramps."""
    for table in tables:
        columns = table.columns
        for cells, line, row in reader.rows(table, columns):
            holder, amount = cells.text(row, line, columns.holder), cells.number(row, line, columns.amount)
            measure = cells.given(row, line, columns.measure) or table.measure
            currency = reader.currency(cells, line, row, columns.currency)
            unit = cells.given(row, line, columns.unit) or _UNITS.get(measure, currency)
            days = reader.days(cells, line, row, columns, table.period)
            if days is None or amount is None:
                continue
            label, span = days
            id = "-".join([holder, *([] if measure == Measure.AMOUNT else [measure]), label])
            quota = reader.made(
                cells, line, columns, Quota, id=id, holder=holder, span=span, amount=amount, unit=unit, measure=measure
            )
            if quota is not None:
                yield quota


def read_exchange_rates(reader: FolderReader, table: ExchangeRateTable | None) -> Iterator[ExchangeRate]:
    """The rates of a table; two of one pair on one day are a fault."""
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


def read_scores(
    reader: FolderReader, tables: Sequence[AppraisalScoreTable], people: Collection[str]
) -> Iterator[AppraisalScore]:
    """The appraisal scores of all tables."""
    for table in tables:
        columns = table.columns
        for cells, line, row in reader.rows(table, columns):
            payee, score = (
                reader.person(cells, line, row, columns.payee, people),
                cells.number(row, line, columns.score),
            )
            days = reader.days(cells, line, row, columns)
            subject = cells.given(row, line, columns.subject) or table.subject
            if payee and score is not None and days is not None:
                reader.keep("appraisal_scores", table, line, columns)
                yield AppraisalScore(payee=payee, span=days[1], score=score, subject=subject)


def read_pay_events(
    reader: FolderReader, tables: Sequence[PayEventTable], people: Collection[str]
) -> Iterator[PayEvent]:
    """The events of all tables."""
    for table in tables:
        columns = table.columns
        for cells, line, row in reader.rows(table, columns):
            payee, day = reader.person(cells, line, row, columns.payee, people), cells.day(row, line, columns.day)
            event = cells.given(row, line, columns.event) or table.event or ""
            if not event and columns.event is not None:
                cells.fault(line, columns.event, "the cell is empty", None, "fill it in, or name the table's own event")
            transaction = cells.joined(row, line, columns.transaction, optional=True)
            instalments = cells.count(row, line, columns.instalments) if columns.instalments else None
            if payee and event and day is not None:
                reader.keep("pay_events", table, line, columns)
                yield PayEvent(day=day, payee=payee, event=event, transaction=transaction, instalments=instalments)
