"""Team pools in bulk: what the credits of many earn together, by the kernel, and each member's part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import (
    DIRECT,
    CommissionPolicy,
    FormulaTable,
    Measure,
    Payee,
    PoolResult,
    TeamPool,
    names_in,
    needed_quota,
    pool_plan,
    pool_weights,
    pools_in_order,
    split_pool,
)
from salesrules.core import (
    CurrencyTable,
    DateRange,
    Fault,
    FiscalCalendar,
    InvalidDocument,
    Money,
    Period,
    as_decimal,
    exact_product,
)
from salesrules.frames.compiled import LIMIT
from salesrules.frames.crediting.columns import Columns, Flags, Places, Whole
from salesrules.frames.crediting.credited import Credited
from salesrules.frames.crediting.people import People
from salesrules.frames.crediting.sharing import passes
from salesrules.frames.job import BulkJob
from salesrules.frames.periods import EPOCH, kind_of
from salesrules.frames.quoting import BulkQuotas

__all__ = ["Pooled", "pool_in_bulk"]

_CALENDAR = FiscalCalendar()
_ALWAYS = DateRange(date.min)
_POOL = "pool"
_MONEY = (Measure.AMOUNT, Measure.MARGIN)


@attrs.frozen(kw_only=True, eq=False)
class Pooled:
    """What each pool came to in each pay period, without its lines, and what is wrong."""

    results: tuple[tuple[PoolResult, Period], ...]
    faults: tuple[Fault, ...]


def pool_in_bulk(
    policy: CommissionPolicy,
    credited: Credited,
    *,
    until: Period,
    payees: pa.Table | None = None,
    quotas: BulkQuotas | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
    wide: bool = False,
) -> Pooled:
    """Every pool in every pay period from the first credit to `until`, as `calculate_commissions` finds them.

    `credited` is what `credit_in_bulk` gives for the policy; `payees` has `payee` and `position`, in the order in which
    cents that are left over are given; `quotas` are those of holders with the pools' ids. The results are those of the
    scalar rules but for their lines, which stay with the kernel. With `wide` nothing is too large, as in `calculate`.

    Raises `InvalidDocument` where the kernel does not do what a pool asks for, by name, or numbers leave 64 bits.
    """
    table = credited.credits
    reader = Columns(table, "credits")
    days = reader.days("day")
    assert days is not None  # credits have days
    end = (until.end - EPOCH).days
    if not policy.pools or not len(days) or int(days.min()) >= end:
        return Pooled(results=(), faults=())
    first = EPOCH + int(days.min()) * _DAY
    periods = calendar.periods(until.kind, DateRange(first, until.end))
    people = [Payee(id=name, name=name, position=position) for name, position in _positions(payees, table["payee"])]
    iso = CurrencyTable.iso() if currencies is None else currencies
    run = _Run(credited, periods, people, quotas, calendar, iso, wide)
    found: dict[str, dict[Period, PoolResult]] = {}
    for pool in pools_in_order(policy.pools):
        fed = [found[other] for other in pool.pools if other in found]
        found[pool.id] = run.results(pool, policy, fed)
    results = [
        (found[pool.id][period], period)
        for period in periods
        for pool in pools_in_order(policy.pools)
        if period in found[pool.id]
    ]
    return Pooled(results=tuple(results), faults=tuple(run.faults))


_DAY = date(1970, 1, 2) - date(1970, 1, 1)


def _positions(payees: pa.Table | None, credited: pa.ChunkedArray) -> Iterator[tuple[str, str]]:
    people = People(payees)
    if people.faults:
        raise InvalidDocument(tuple(people.faults))
    if payees is None:
        yield from ((name, "") for name in sorted(credited.unique().cast(pa.string()).to_pylist()))
    yield from ((people.names[code], position) for code, position in people.positions.items())


class _Feed:
    """The rows that feed a pool, in the order of their payees and days, with what is measured of each."""

    def __init__(self, rows: Places, payee: Whole, day: Whole, measured: Whole) -> None:
        order = np.lexsort((day, payee))
        self.rows = rows[order]
        self.day = day[order]
        self.measured = measured[order]
        self._payee = payee[order]
        self._sums = sums_of(self.measured)

    def between(self, payee: int, start: int, end: int) -> int:
        """What a payee's rows fed from a day until before another."""
        low, high = np.searchsorted(self._payee, (payee, payee + 1))
        days = self.day[low:high]
        first, last = low + np.searchsorted(days, (start, end))
        return int(self._sums[last] - self._sums[first])


def sums_of(values: Whole) -> Whole:
    """The sums of the values before each place and of all, in Python's own numbers where they could leave 64 bits."""
    largest = int(np.abs(values).max(initial=0)) * len(values)
    found: Whole = np.concatenate(([0], np.cumsum(values if largest <= LIMIT else values.astype(object))))
    return found


class _Run:
    """What is the same for every pool; `faults` collects what is wrong."""

    def __init__(
        self,
        credited: Credited,
        periods: Sequence[Period],
        people: Sequence[Payee],
        quotas: BulkQuotas | None,
        calendar: FiscalCalendar,
        currencies: CurrencyTable,
        wide: bool,
    ) -> None:
        reader = Columns(credited.credits, "credits")
        payees, roles, days = reader.coded("payee"), reader.coded("role"), reader.days("day")
        assert payees is not None
        assert roles is not None
        assert days is not None
        self._payees, self._roles, self._days = payees, roles, days.astype(np.int64)
        self._code = {name: code for code, name in enumerate(payees.values)}
        self._reader = reader
        self._table = credited.credits
        self._digits = credited.digits
        self._periods = periods
        self._people = people
        self._quotas = quotas
        self._calendar = calendar
        self._currencies = currencies
        self._wide = wide
        self.faults: list[Fault] = []

    def results(
        self, pool: TeamPool, policy: CommissionPolicy, fed: Sequence[Mapping[Period, PoolResult]]
    ) -> dict[Period, PoolResult]:
        """What a pool came to in each period in which it holds, given what those that feed it did."""
        held = [period for period in self._periods if period.start in pool.effective]
        if not held:
            return {}
        measure = pool.component.measure
        feed = self._feed(pool, held)
        parts = [(period, each[period]) for period in held for each in fed if period in each and each[period].amount]
        if not all(passes(filter_, None) for filter_ in pool.component.filters):
            parts = []  # what other pools pay has no attributes
        unit = Fraction(1, 10 ** self._digits[measure])
        amounts = self._earned(pool, policy, feed, parts, held)
        digits = self._currencies.digits(pool.currency)
        in_days = np.argsort(feed.day, kind="stable")
        sums = sums_of(feed.measured[in_days])
        found: dict[Period, PoolResult] = {}
        for period, gate in zip(held, self._gates(pool, held), strict=True):
            low, high = np.searchsorted(feed.day[in_days], [_number(period.start), _number(period.end)])
            own = unit * int(sums[high] - sums[low])
            own += sum((Fraction(result.amount.amount) for on, result in parts if on == period), Fraction(0))
            measured = as_decimal(own)
            amount = amounts.get(period.label, Money.zero(pool.currency))
            if gate is not None and measured < gate:
                amount = Money.zero(pool.currency)
            result = PoolResult(
                pool=pool.id,
                period=period.label,
                measured=measured,
                gate=gate,
                lines=(),
                amount=amount,
                digits=digits,
            )
            found[period] = self._split(pool, result, period, feed, unit)
        return found

    def _split(self, pool: TeamPool, result: PoolResult, period: Period, feed: _Feed, unit: Fraction) -> PoolResult:
        def own(payee: Payee, held: DateRange) -> Fraction:
            assert held.end is not None  # it lies in a period
            code = self._code.get(payee.id, -1)
            return unit * feed.between(code, _number(held.start), _number(held.end))

        weights = pool_weights(pool, self._people, period, own)
        if weights:
            return attrs.evolve(result, shares=split_pool(result.amount, weights, pool, result.digits))
        if result.amount:
            problem = f"nobody has a part in the {result.amount} of {period.label}"
            code, path = "commissions.pool_without_members", f"pools[{pool.id}]"
            self.faults.append(Fault(code=code, path=path, problem=problem, remedy="name members"))
        return result

    def _feed(self, pool: TeamPool, held: Sequence[Period]) -> _Feed:
        """The credits that a pool counts, in the periods in which it holds."""
        component = pool.component
        kept: Flags = np.array([role in component.credits for role in self._roles.values] + [False])[self._roles.codes]
        starts = np.array([_number(period.start) for period in held])
        ends = np.array([_number(period.end) for period in held])
        place = np.searchsorted(starts, self._days, side="right") - 1
        kept &= (place >= 0) & (self._days < ends[np.maximum(place, 0)])
        if pool.sources:
            position = {payee.id: payee.position for payee in self._people}
            feeds = [name in pool.sources or position.get(name) in pool.sources for name in self._payees.values]
            kept &= np.array([*feeds, False])[self._payees.codes]
        for filter_ in component.filters:
            column = self._reader.coded(filter_.attribute, optional=True)
            assert column is not None  # crediting has read it
            kept &= np.array([passes(filter_, value) for value in (*column.values, None)])[column.codes]
        rows = np.flatnonzero(kept)
        return _Feed(
            rows, self._payees.codes[rows].astype(np.int64), self._days[rows], self._measured(component.measure, rows)
        )

    def _measured(self, measure: Measure, rows: Places) -> Whole:
        if measure is Measure.MARGIN:
            amount, cost = (self._column(name, rows) for name in ("amount", "cost"))
            return amount - cost
        return self._column(measure.value, rows)

    def _column(self, name: str, rows: Places) -> Whole:
        column = self._table[name].take(pa.array(rows))
        if column.null_count:
            problem = f"{column.null_count} credit(s) that feed pools have no {name}"
            fault = Fault(
                code="commissions.unmeasurable", path=f"credits.{name}", problem=problem,
                remedy="mend the facts, or let no pool measure this",
            )  # fmt: skip
            raise InvalidDocument((fault,))
        values: Whole = column.combine_chunks().to_numpy(zero_copy_only=False)
        return values

    def _earned(
        self,
        pool: TeamPool,
        policy: CommissionPolicy,
        feed: _Feed,
        parts: Sequence[tuple[Period, PoolResult]],
        held: Sequence[Period],
    ) -> dict[str, Money]:
        """What the kernel pays in each period for the rows as if they were one payee's."""
        plan = pool_plan(pool, policy)
        component = pool.component
        table = component.table
        if isinstance(table, FormulaTable) and "count" in names_in(table.formula):
            fault = Fault(
                code="frames.formula",
                path=f"pools[{pool.id}].component",
                problem="the bulk engine does not do this: a formula of a pool that counts",
                remedy="calculate it with calculate_commissions, which does all of it",
                value=table.formula,
            )
            raise InvalidDocument((fault,))
        measure = component.measure
        counted = Measure.QUANTITY if measure is Measure.COUNT else measure  # the credits say what each counts
        plan = attrs.evolve(
            plan,
            life=attrs.evolve(plan.life, effective=_ALWAYS),
            components=[attrs.evolve(component, credits=[DIRECT], filters=(), measure=counted)],
        )
        digits = {str(name.value): own for name, own in self._digits.items()}
        digits[str(counted.value)] = self._digits[measure]
        job = BulkJob(
            plan=plan,
            pay_period=held[0].kind,
            quotas=self._held_quotas(pool, held, feed, parts),
            calendar=self._calendar,
            currencies=self._currencies,
            digits=digits,
            by_component=False,
            wide=self._wide,
        )
        _, statements = job.run(self._rows(pool, feed, parts, counted))
        paid = zip(*(statements[name].to_pylist() for name in ("period", "commission")), strict=True)
        return {str(label): Money(Decimal(amount), pool.currency) for label, amount in paid}

    def _rows(
        self, pool: TeamPool, feed: _Feed, parts: Sequence[tuple[Period, PoolResult]], measure: Measure
    ) -> pa.Table:
        own = self._table.take(pa.array(feed.rows))
        names = [name for name in own.column_names if name not in _LEFT_OUT]
        columns: dict[str, Any] = {name: own[name].combine_chunks() for name in names}
        if measure is Measure.QUANTITY:
            columns["quantity"] = pa.array(feed.measured)
        columns["day"] = pa.array(feed.day, pa.int64()).cast(pa.int32()).cast(pa.date32())
        units = [int(Fraction(each.amount.amount) * 10 ** self._digits[Measure.AMOUNT]) for _, each in parts]
        more = {
            "day": pa.array([period.start for period, _ in parts], pa.date32()),
            "amount": pa.array(units, pa.int64()),
            "quantity": pa.array([0] * len(parts), pa.int64()),
        }
        count = len(feed.rows) + len(parts)
        for name, column in columns.items():
            after = more.get(name, pa.nulls(len(parts), column.type))
            columns[name] = pa.chunked_array([column, after]) if len(parts) else column
        columns["id"] = pa.array(np.arange(count))
        columns["payee"] = pa.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int8), pa.array([pool.id]))
        return pa.table(columns)

    def _held_quotas(
        self, pool: TeamPool, held: Sequence[Period], feed: _Feed, parts: Sequence[tuple[Period, PoolResult]]
    ) -> pa.Table | None:
        """The pool's quotas over the spans in which something feeds it."""
        component = pool.component
        wanted = needed_quota(component.table)
        if wanted is None:
            return None
        kind = kind_of(component.accumulate, held[0].kind)
        days = [EPOCH + int(day) * _DAY for day in np.unique(feed.day)] + [period.start for period, _ in parts]
        spans = list(dict.fromkeys(self._calendar.at(kind, day) for day in days))
        digits = self._digits[component.measure]
        amounts = self._over(pool, wanted, [span.span for span in spans], digits)
        return pa.table(
            {
                "payee": pa.array([pool.id] * len(spans), pa.string()),
                "period": pa.array([span.label for span in spans], pa.string()),
                "measure": pa.array([wanted] * len(spans), pa.string()),
                "amount": pa.array(amounts),
            }
        )

    def _over(self, pool: TeamPool, measure: str, spans: Sequence[DateRange], digits: int) -> Whole:
        quotas = self._quotas or BulkQuotas((), currency=pool.currency, calendar=self._calendar)
        needs = pa.table(
            {
                "payee": pa.array([pool.id] * len(spans), pa.string()),
                "start": pa.array([span.start for span in spans], pa.date32()),
                "end": pa.array([span.end for span in spans], pa.date32()),
            }
        )
        unit = pool.currency if pool.component.measure in _MONEY else ""
        found = quotas.over(needs, measure=measure, unit=unit, digits=digits)
        self.faults += [fault for fault in found.faults if fault not in self.faults]
        return found.amounts

    def _gates(self, pool: TeamPool, held: Sequence[Period]) -> Iterable[Decimal | None]:
        """The gate in the measure's unit: where the table goes by attainment, it is a share of the quota."""
        measure = needed_quota(pool.component.table)
        if pool.gate is None or measure is None:
            return [pool.gate] * len(held)
        digits = self._digits[pool.component.measure]
        amounts = self._over(pool, measure, [period.span for period in held], digits)
        return [exact_product(pool.gate, as_decimal(Fraction(int(each), 10**digits))) for each in amounts]


#: Columns of credits that a pool's own rows have not: it measures anew, and all of its rows are one payee's.
_LEFT_OUT = frozenset(
    {"id", "payee", "role", "rule", "sold", "original", "returned", "returned_of", "part", "of_kept", "count"}
)


def _number(day: date) -> int:
    return (day - EPOCH).days
