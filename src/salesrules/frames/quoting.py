"""Quotas over many spans at once: whole lines are summed in NumPy, parts of lines worked out by `calculate_quota`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import attrs
import numpy as np
import pyarrow as pa

from salesrules.core import (
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    PolicyLife,
    Rounding,
    SalesRulesError,
    as_decimal,
)
from salesrules.frames.compiled import LIMIT
from salesrules.frames.crediting.columns import Codes, Columns, Days, Flags, Places, Whole
from salesrules.frames.quota_faults import SHOWN, Needs, QuotaFaults
from salesrules.quotas import CountsWorkingDays, Measure, Proration, Quota, QuotaPolicy, calculate_quota

__all__ = ["BulkQuotas", "Quoted"]

_EPOCH = date(1970, 1, 1)
_CALENDAR = FiscalCalendar()
_REFUSING = QuotaPolicy(
    life=PolicyLife(status="draft", scope="all", owner="nobody", effective=DateRange(date.min)),
    rounding=Rounding(digits=2, mode="half_up"),
    proration=Proration.REFUSE,
)
_DIGITS = 12  # more are of no use: what is finer is refused


@attrs.frozen(kw_only=True, eq=False)
class Quoted:
    """The quota of each need, in whole numbers of the digits asked for; 1 where none `is_held`; `faults` say why."""

    amounts: Whole
    is_held: Flags
    faults: tuple[Fault, ...]


class _Lines(NamedTuple):
    """Quota lines of one measure by holder, start and end: holders by code, days since 1970, units by code."""

    holder: Codes
    start: Days
    end: Days
    amount: Whole
    unit: Codes


class BulkQuotas:
    """Quotas by holder, measure and days, from `Quota` facts or a table, for many questions at once.

    A table has `payee`, `amount` (decimals, or whole numbers of the least unit), `measure` (`amount` where absent),
    and the days: `period` (a label of the calendar, such as `2020-Q1`) or `start` and `end`, which is not included;
    perhaps `unit`, as that of a `Quota`. A table's line that is just the span asked for goes before others, so that
    it may hold quotas of quarters beside those of their year.

    `quota_policy` says how a part of a line counts; without one, parts are refused. `money_digits` are those of money
    in whole numbers. Raises `InvalidDocument` with the faults of a table.
    """

    def __init__(
        self,
        quotas: Sequence[Quota] | pa.Table,
        *,
        currency: str,
        money_digits: int = 2,
        quota_policy: QuotaPolicy | None = None,
        calendar: FiscalCalendar = _CALENDAR,
        working_time: CountsWorkingDays | None = None,
    ) -> None:
        self._currency = currency
        self._money_digits = money_digits
        self._policy = _REFUSING if quota_policy is None else quota_policy
        self._calendar = calendar
        self._working_time = working_time
        self._holders: dict[str, int] = {}
        self._units: dict[str, int] = {}
        self._lines: dict[str, _Lines] = {}
        self._digits: dict[str, int] = {}
        self._facts: dict[tuple[str, int], list[Quota]] = {}
        self._is_table = isinstance(quotas, pa.Table)
        self._are_whole = False
        if isinstance(quotas, pa.Table):
            self._read(quotas)
        else:
            self._take(quotas)

    def _take(self, quotas: Iterable[Quota]) -> None:
        by_measure: dict[str, list[Quota]] = {}
        for quota in quotas:
            by_measure.setdefault(quota.measure, []).append(quota)
        for measure, own in by_measure.items():
            holder = np.array([self._holder(quota.holder) for quota in own], dtype=np.int32)
            for code, quota in zip(holder.tolist(), own, strict=True):
                self._facts.setdefault((measure, code), []).append(quota)
            digits = min(max((-int(quota.amount.as_tuple().exponent) for quota in own), default=0), _DIGITS)
            digits = max(digits, 0)
            amounts = [Fraction(quota.amount) * 10**digits for quota in own]
            fits = [amount.denominator == 1 and amount <= LIMIT for amount in amounts]
            self._keep(
                measure,
                digits,
                holder,
                np.array([(quota.span.start - _EPOCH).days for quota in own], dtype=np.int32),
                np.array([(_end(quota) - _EPOCH).days for quota in own], dtype=np.int32),
                np.array([int(amount) if ok else -1 for amount, ok in zip(amounts, fits, strict=True)], dtype=np.int64),
                np.array([self._unit(quota.unit) for quota in own], dtype=np.int32),
            )

    def _read(self, table: pa.Table) -> None:
        reader = Columns(table, "quotas")
        holders, amounts = reader.coded("payee"), reader.numbers("amount", 0)
        measures = reader.coded("measure") if reader.has("measure") else None
        units = reader.coded("unit") if reader.has("unit") else None
        days = self._read_days(reader)
        if reader.faults or holders is None or amounts is None or days is None:
            raise InvalidDocument(tuple(reader.faults))
        bad = amounts.values < 0
        remedy = "give quotas of zero or more"
        reader.rows_fault(
            "frames.out_of_range", "amount", "{count} quota(s) are below zero", remedy, bad,
            lambda row: holders.values[holders.codes[row]],
        )  # fmt: skip
        if reader.faults:
            raise InvalidDocument(tuple(reader.faults))
        self._are_whole = bool(pa.types.is_integer(reader.given("amount").type))
        holder = np.array([self._holder(name) for name in holders.values], dtype=np.int32)[holders.codes]
        unit = np.full(len(holder), -1, dtype=np.int32)
        if units is not None:
            unit = np.array([self._unit(name) for name in units.values], dtype=np.int32)[units.codes]
        names = [Measure.AMOUNT.value] if measures is None else measures.values
        for place, measure in enumerate(names):
            own = slice(None) if measures is None else np.flatnonzero(measures.codes == place)
            start, end = (each[own] for each in days)
            self._keep(measure, amounts.digits, holder[own], start, end, amounts.values[own], unit[own])

    def _read_days(self, reader: Columns) -> tuple[Days, Days] | None:
        if not reader.has("period"):
            start, end = reader.days("start"), reader.days("end")
            if start is None or end is None:
                return None
            remedy = "a span ends after its start; its end is not included"
            reader.rows_fault(
                "frames.out_of_range", "end", "{count} span(s) end before they begin", remedy, start >= end, str
            )
            return start, end
        labels = reader.coded("period")
        if labels is None:
            return None
        spans: list[tuple[int, int]] = []
        for label in labels.values:
            try:
                period = self._calendar.period(label)
            except SalesRulesError as error:
                reader.fault("frames.unknown_period", "period", str(error), "give a label such as 2020-Q1", [label])
                return None
            spans.append(((period.start - _EPOCH).days, (period.end - _EPOCH).days))
        each = np.array(spans, dtype=np.int32).reshape(-1, 2)[labels.codes]
        return each[:, 0], each[:, 1]

    def _keep(
        self, measure: str, digits: int, holder: Codes, start: Days, end: Days, amount: Whole, unit: Codes
    ) -> None:
        order = np.lexsort((end, start, holder))
        self._lines[measure] = _Lines(holder[order], start[order], end[order], amount[order], unit[order])
        self._digits[measure] = digits

    def _holder(self, name: str) -> int:
        return self._holders.setdefault(name, len(self._holders))

    def _unit(self, name: str) -> int:
        return self._units.setdefault(name, len(self._units))

    def digits_of(self, measure: str, unit: str) -> int:
        """How many digits after the point the quotas of a measure have, counted in `unit` (empty for what is counted).

        Parts of lines are rounded by policy and may have others.
        """
        if self._are_whole:
            return self._money_digits if unit else 0
        return self._digits.get(measure, 0)

    def over(self, needs: pa.Table, *, measure: str, unit: str, digits: int) -> Quoted:
        """The quota of a measure for each row of `needs`: `payee`, `start` and `end`, which is not included.

        As `calculate_quota` gives it, for a component that measures in `unit` (the plan's currency, empty where it
        counts), in whole numbers of 10^-`digits`. Quotas that are missing, zero, in a unit that cannot be compared,
        finer or larger than fits are faults, with counts and the first offenders.

        >>> held = pa.table({"payee": ["ana"], "period": ["2020-Q1"], "amount": [900_00]})
        >>> quotas = BulkQuotas(held, currency="USD")
        >>> may = pa.table({"payee": ["ana"], "start": [date(2020, 1, 1)], "end": [date(2020, 4, 1)]})
        >>> quotas.over(may, measure="amount", unit="USD", digits=2).amounts.tolist()
        [90000]
        """
        reader = Columns(needs, "needs")
        payees, start, end = reader.coded("payee"), reader.days("start"), reader.days("end")
        if payees is None or start is None or end is None:
            raise InvalidDocument(tuple(reader.faults))
        lines = self._lines.get(measure)
        asked = Needs(payees.values, payees.codes, start, end)
        faults = QuotaFaults(measure, asked)
        amounts = np.zeros(len(start), dtype=np.int64)
        if lines is None or not len(lines.holder):
            faults.missing(np.arange(len(start)))
            return Quoted(amounts=np.maximum(amounts, 1), is_held=amounts > 0, faults=faults.all())
        holder = np.array([self._holders.get(name, -1) for name in payees.values], dtype=np.int64)[payees.codes]
        known = self._whole(lines, holder, start, end, measure)
        own = self.digits_of(measure, unit)
        rows = np.flatnonzero(known.is_whole)
        faults.zero(rows[known.amount[rows] == 0])
        amounts[rows] = _scaled(known.amount[rows], digits - own, rows, faults)
        amounts[self._other_units(faults, unit, known.unit[rows], rows)] = 0
        none = ~known.is_whole & ~known.has_line
        faults.missing(np.flatnonzero(none))
        self._in_part(np.flatnonzero(~known.is_whole & ~none), asked, measure, unit, digits, amounts, faults)
        return Quoted(amounts=np.maximum(amounts, 1), is_held=amounts > 0, faults=faults.all())

    def _other_units(self, faults: QuotaFaults, unit: str, units: Codes, rows: Places) -> Places:
        """The rows whose quota cannot be compared."""
        names = [*self._units, ""]
        fits = [(name == self._currency) == bool(unit) for name in names[:-1]]
        bad = ~np.array([*fits, True])[units]
        found: Places = rows[bad]
        faults.units(found, unit, [names[code] for code in units[bad][:SHOWN].tolist()])
        return found

    def _whole(self, lines: _Lines, holder: Whole, start: Days, end: Days, measure: str) -> _Known:
        """Needs that whole lines make up, one after the other without a gap or another line in between."""
        days = np.unique(np.concatenate((lines.start, lines.end, start, end)))
        size = len(days) + 1
        places = [np.searchsorted(days, each) for each in (lines.start, lines.end, start, end)]
        first, last, wanted, until = places
        begins = lines.holder.astype(np.int64) * size + first
        low = np.searchsorted(begins, holder * size + wanted)
        high = np.searchsorted(begins, holder * size + until)
        top = len(begins) - 1
        at, before_end = np.minimum(low, top), np.maximum(high - 1, 0)
        same = lines.holder[1:] == lines.holder[:-1]
        breaks = np.concatenate(([0], np.cumsum(~same | (lines.end[:-1] != lines.start[1:]))))
        changes = np.concatenate(([0], np.cumsum(~same | (lines.unit[:-1] != lines.unit[1:]))))
        reached = np.maximum.accumulate(lines.holder.astype(np.int64) * size + last)  # the latest end so far
        free = (low == 0) | (reached[np.maximum(low - 1, 0)] <= holder * size + wanted)
        is_whole = (low < high) & (holder >= 0) & (lines.holder[at] == holder) & (first[at] == wanted) & free
        is_whole &= (last[before_end] == until) & (breaks[before_end] == breaks[at])
        is_whole &= changes[before_end] == changes[at]
        is_whole &= measure != Measure.MARKET_SHARE.value
        # The sum wraps only where it is used nowhere: what is summed is below the limit, line by line and in all.
        sums = np.concatenate(([0], np.cumsum(np.maximum(lines.amount, 0))))
        largest = np.concatenate(([0.0], np.cumsum(np.maximum(lines.amount, 0).astype(np.float64))))
        unfit = np.concatenate(([0], np.cumsum(lines.amount < 0)))
        is_whole &= (unfit[high] == unfit[low]) & (largest[high] - largest[low] < LIMIT)
        amount = sums[high] - sums[low]
        unit = lines.unit[at]
        if self._is_table:
            ends = (begins * size) + last
            exact = np.searchsorted(ends, (holder * size + wanted) * size + until)
            hit = np.minimum(exact, top)
            found = (holder >= 0) & (ends[hit] == (holder * size + wanted) * size + until)
            twice = found & (ends[np.minimum(hit + 1, top)] == ends[hit]) & (hit < top)
            found &= ~twice
            is_whole = (is_whole | found) & ~twice
            amount, unit = np.where(found, lines.amount[hit], amount), np.where(found, lines.unit[hit], unit)
        has_line = (holder >= 0) & np.isin(holder, lines.holder)
        return _Known(is_whole, amount, unit.astype(np.int32), has_line)

    def _in_part(
        self,
        rows: Places,
        asked: Needs,
        measure: str,
        unit: str,
        digits: int,
        amounts: Whole,
        faults: QuotaFaults,
    ) -> None:
        """Spans that lines cover in part, that gaps interrupt or that lines cover twice, each one worked out once."""
        found: dict[tuple[str, date, date], int | None] = {}
        for row in rows.tolist():
            key = asked.key(row)
            if key not in found:
                found[key] = self._calculated(key, row, measure, unit, digits, faults)
            else:
                faults.again(key, row)
            amount = found[key]
            if amount is not None:
                amounts[row] = amount

    def _calculated(
        self, key: tuple[str, date, date], row: int, measure: str, unit: str, digits: int, faults: QuotaFaults
    ) -> int | None:
        payee, start, end = key
        try:
            held = calculate_quota(
                payee,
                DateRange(start, end),
                self._facts_of(measure, payee, unit),
                self._policy,
                self._calendar,
                measure=measure,
                working_time=self._working_time,
            )
        except InvalidDocument as error:
            for code in dict.fromkeys(fault.code for fault in error.faults):
                first = next(fault for fault in error.faults if fault.code == code)
                faults.note(row, code, first.problem, first.remedy)
            return None
        place = np.array([row])
        if not held.amount:
            faults.zero(place)
            return None
        if (held.unit == self._currency) != bool(unit):
            faults.units(place, unit, [held.unit])
            return None
        exact = Fraction(held.amount) * 10**digits
        if exact.denominator != 1 or exact > LIMIT:
            faults.unfit(place)
            return None
        return int(exact)

    def _facts_of(self, measure: str, payee: str, unit: str) -> list[Quota]:
        """The holder's lines as facts; a table's are made into such."""
        code = self._holders[payee]
        if not self._is_table or (measure, code) in self._facts:
            return self._facts.get((measure, code), [])
        lines, names = self._lines[measure], [*self._units]
        low, high = np.searchsorted(lines.holder, [code, code + 1])
        made = []
        for line in range(low, high):
            amount = Fraction(int(lines.amount[line]), 10 ** self.digits_of(measure, unit))
            made.append(
                Quota(
                    id=f"quotas[{payee}] {line - low + 1}",
                    holder=payee,
                    span=DateRange(*(_EPOCH + timedelta(days=int(each[line])) for each in (lines.start, lines.end))),
                    amount=as_decimal(amount),
                    unit=(unit or "count") if lines.unit[line] < 0 else names[lines.unit[line]],
                    measure=measure,
                )
            )
        self._facts[measure, code] = made
        return made


class _Known(NamedTuple):
    is_whole: Flags
    amount: Whole
    unit: Codes
    has_line: Flags


def _scaled(amounts: Whole, shift: int, rows: Places, faults: QuotaFaults) -> Whole:
    """Amounts in other units; what is too large or too fine is a fault, and reads as 1."""
    factor = 10 ** abs(shift)
    if shift >= 0:
        bad = amounts > LIMIT // factor
        scaled = np.where(bad, 1, amounts) * min(factor, LIMIT)
    else:
        scaled = amounts // factor
        bad = scaled * factor != amounts
    faults.unfit(rows[bad])
    found: Whole = np.where(bad, 1, scaled)
    return found


def _end(quota: Quota) -> date:
    assert quota.span.end is not None  # quotas are closed
    return quota.span.end
