"""A plan over a whole frame of credits: read, check, sort, run the kernel, and give the same kind of frame back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salesrules.commissions import DIRECT, Accumulation, Measure, Plan
from salesrules.core import CurrencyTable, Fault, FiscalCalendar, InvalidDocument, PeriodKind
from salesrules.frames.compiled import CompiledComponent, CompiledPlan
from salesrules.frames.compiling import compile_plan
from salesrules.frames.kernel import Earned, Flags, OutOfRange, Whole, earn, round_ratio, run_within, running
from salesrules.frames.reading import Reader, as_frame

__all__ = ["BulkResult", "calculate"]

_CALENDAR = FiscalCalendar()
_KINDS = {
    Accumulation.MONTH: PeriodKind.MONTH,
    Accumulation.QUARTER: PeriodKind.QUARTER,
    Accumulation.YEAR: PeriodKind.YEAR,
}


@attrs.frozen(kw_only=True)
class BulkResult:
    """Two frames of the kind that came in: what each credit pays, in the given order, and a statement per payee.

    `credits` has `id`, `payee`, `day`, `role`, `period`, `commission` and, for a plan of several components, one
    column `commission:ID` for each; `statements` has `payee`, `period`, `credits` (how many) and `commission`. Pay is
    decimal, in the plan's currency.
    """

    credits: Any
    statements: Any


class _Credits(NamedTuple):
    """The credits in the order in which they count; `order` leads back to the given rows."""

    order: npt.NDArray[np.intp]
    id: npt.NDArray[Any]
    payee: npt.NDArray[Any]
    day: npt.NDArray[np.datetime64]
    role: npt.NDArray[Any]
    measures: Mapping[Measure, Whole]


def calculate(
    plan: Plan,
    credits: Any,
    *,
    pay_period: PeriodKind | str,
    quotas: Any = None,
    columns: Mapping[str, str] | None = None,
    calendar: FiscalCalendar = _CALENDAR,
    currencies: CurrencyTable | None = None,
) -> BulkResult:
    """What a plan version pays everybody who has it on all of the days of their credits.

    `credits` has `id`, `payee`, `day`, and what the plan measures: `amount` and, for a margin, `cost`, in the plan's
    currency as decimals or as whole numbers of its least unit; `quantity` in whole pieces; returns below zero. `role`
    is `direct` where there is no such column. Credits count by day, sales before returns, then by id and role.
    `quotas` has `payee`, `period` (a label of the span over which the component accumulates, such as `2020-Q1`),
    `measure` (`amount` where there is no such column) and `amount`. `columns` gives the credits' own names.

    Raises `InvalidDocument` with every feature of the plan that it cannot do, before a row is read; then with every
    fault of the frames, with counts and the first offenders.
    """
    compiled = compile_plan(plan, currencies)
    kind = PeriodKind(pay_period)
    frame = as_frame(credits, "credits")
    reader = Reader(frame, "credits", columns or {})
    found = _read(reader, plan, compiled)
    if found is None:
        raise InvalidDocument(tuple(reader.faults))
    held = _Quotas(quotas, compiled)
    begins_payee = _changes(found.payee)
    labels, paid_periods = _periods(calendar, kind, found.day)
    begins = begins_payee | _changes(paid_periods)
    earned: list[Earned] = []
    for component in compiled.components:
        made = _earn(component, found, begins_payee, _spans(calendar, component, kind, found.day), held, reader)
        earned.append(made or Earned(np.zeros(len(found.order), dtype=np.int64), 1))
    faults = [*reader.faults, *held.faults]
    if faults:
        raise InvalidDocument(tuple(faults))
    try:
        amounts = _round(compiled, earned, begins)
        in_all = [sum(each) for each in zip(*(part.tolist() for part in amounts), strict=True)]
        commission = np.array(in_all, dtype=np.int64)
        totals = running(commission, begins)
    except (OutOfRange, OverflowError):
        fault = _fault("out_of_range", "plan.rounding", "what a statement pays in all leaves 64 bits", "split the run")
        raise InvalidDocument((fault,)) from None
    return _result(compiled, frame, found, labels[paid_periods], begins, amounts, commission, totals)


def _read(reader: Reader, plan: Plan, compiled: CompiledPlan) -> _Credits | None:
    ids, payees, days = reader.texts("id"), reader.texts("payee"), reader.days("day")
    wanted = {component.measure for component in compiled.components}
    measures: dict[Measure, Whole] = {}
    amount = cost = quantity = None
    if wanted & {Measure.AMOUNT, Measure.MARGIN}:
        amount = reader.numbers("amount", compiled.money_digits)
    if Measure.MARGIN in wanted:
        cost = reader.numbers("cost", compiled.money_digits)
    if Measure.QUANTITY in wanted and (quantity := reader.numbers("quantity", 0)) is not None:
        measures[Measure.QUANTITY] = quantity
    roles = reader.texts("role") if reader.has("role") else None
    if ids is None or payees is None or days is None or reader.faults:
        return None
    if roles is None:
        roles = np.full(len(ids), DIRECT, dtype=object)
    if amount is not None:
        measures[Measure.AMOUNT] = amount
        if cost is not None:
            measures[Measure.MARGIN] = amount - cost
    is_return = np.zeros(len(ids), dtype=np.bool_)
    for given in (amount, cost, quantity):
        is_return |= False if given is None else given < 0
    codes = [np.unique(each, return_inverse=True)[1] for each in (roles, ids, payees)]
    order = np.lexsort((codes[0], codes[1], is_return, days, codes[2]))
    keys = np.lexsort((codes[0], codes[1], codes[2]))
    same = np.zeros(len(ids), dtype=np.bool_)
    if len(ids):
        same[keys[1:]] = np.all([each[keys][1:] == each[keys][:-1] for each in codes], axis=0)
    remedy = "give each credit once; a deal that several share has a row for each payee and role"
    reader.rows("duplicate_id", "id", "{count} row(s) have the id, payee and role of another", remedy, same, ids)
    effective = plan.life.effective
    outside = days < np.datetime64(effective.start)
    if effective.end is not None:
        outside |= days >= np.datetime64(effective.end)
    remedy = "run each plan version over the credits of its own days"
    reader.rows(
        "not_in_force", "day", "the plan version does not hold on the day of {count} row(s)", remedy, outside, ids
    )
    if reader.faults:
        return None
    in_order = {measure: values[order] for measure, values in measures.items()}
    return _Credits(order, ids[order], payees[order], days[order], roles[order], in_order)


class _Quotas:
    """The quotas of a frame by payee, measure and period; `faults` has what is wrong with the frame."""

    def __init__(self, frame: Any, compiled: CompiledPlan) -> None:
        self.faults: list[Fault] = []
        self._by_digits: dict[int, dict[tuple[str, str, str], int]] = {}
        needing = [component for component in compiled.components if component.quota_measure]
        if frame is None or not needing:
            return
        reader = Reader(as_frame(frame, "quotas"), "quotas", {})
        payees, periods = reader.texts("payee"), reader.texts("period")
        measures = reader.texts("measure") if reader.has("measure") else None
        for digits in sorted({component.digits for component in needing}):
            wanted = {component.quota_measure for component in needing if component.digits == digits}
            amounts = reader.numbers("amount", digits)
            if payees is None or periods is None or amounts is None:
                continue
            names = ["amount"] * len(payees) if measures is None else measures.tolist()
            held: dict[tuple[str, str, str], int] = {}
            again = np.zeros(len(payees), dtype=np.bool_)
            rows = zip(payees.tolist(), names, periods.tolist(), amounts.tolist(), strict=True)
            for row, (payee, name, period, amount) in enumerate(rows):
                key = (payee, name, period)
                again[row] = key in held
                held[key] = amount
            self._by_digits[digits] = held
            remedy = "give each payee one quota of a measure and period"
            reader.rows("duplicate_quota", "payee", "{count} quota(s) are given again", remedy, again, payees)
            low = np.array([name in wanted for name in names], dtype=np.bool_) & (amounts <= 0)
            remedy = "give quotas above zero"
            reader.rows("out_of_range", "amount", "{count} quota(s) are not above zero", remedy, low, payees)
        self.faults = list(dict.fromkeys(reader.faults))

    def of(self, component: CompiledComponent, payee: str, period: str) -> int | None:
        """The quota of a payee in a period, `None` where there is none."""
        return self._by_digits.get(component.digits, {}).get((payee, component.quota_measure, period))


def _earn(
    component: CompiledComponent,
    found: _Credits,
    begins_payee: Flags,
    spans: tuple[npt.NDArray[Any], npt.NDArray[np.intp]],
    held: _Quotas,
    reader: Reader,
) -> Earned | None:
    """What each credit earned in a component; `None` where a fault was noted."""
    counted = np.isin(found.role, component.credits)
    measures = np.where(counted, found.measures[component.measure], 0)
    labels, periods = spans
    begins = begins_payee | _changes(periods)
    quotas = None
    if component.curve.by_quota:
        quotas = _quotas_of(component, found, labels[periods], begins, counted, held, reader)
        if quotas is None:
            return None
    alone = component.accumulate is Accumulation.TRANSACTION
    try:
        return earn(component.curve, measures, np.ones_like(begins) if alone else begins, quotas)
    except OutOfRange as error:
        bad = np.zeros(len(measures), dtype=np.bool_)
        bad[error.rows] = True
        problem = f"{{count}} row(s) bring {component.id} where 64 bits are not exact"
        reader.rows("out_of_range", component.measure.value, problem, "calculate those payees apart", bad, found.id)
        return None


def _quotas_of(
    component: CompiledComponent,
    found: _Credits,
    labels: npt.NDArray[Any],
    begins: Flags,
    counted: Flags,
    held: _Quotas,
    reader: Reader,
) -> Whole | None:
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=len(begins))
    needed = np.logical_or.reduceat(counted, starts) if len(starts) else counted
    values, missing = [], []
    for start, is_needed in zip(starts.tolist(), needed.tolist(), strict=True):
        quota = held.of(component, found.payee[start], labels[start])
        if quota is None and is_needed:
            missing.append(f"{found.payee[start]} {labels[start]}")
        values.append(quota if quota is not None and quota > 0 else 1)
    if missing and not held.faults:
        problem = f"{len(missing)} payee(s) and period(s) have no quota of {component.quota_measure} for {component.id}"
        reader.faults.append(_fault("missing_quota", "quotas", problem, "add them", ", ".join(missing[:3])))
    return None if missing else np.repeat(np.array(values, dtype=np.int64), lengths)


def _round(compiled: CompiledPlan, earned: Sequence[Earned], begins: Flags) -> list[Whole]:
    """Each component's pay of each credit, in units of the rounding."""
    mode = compiled.rounding.mode
    if not compiled.is_cumulative:
        return [round_ratio(numerator, denominator, mode) for numerator, denominator in earned]
    # A statement's lines in their order: credit by credit, of each the components; they have one denominator.
    lines = np.stack([numerator for numerator, _ in earned], axis=1).reshape(-1)
    denominator = earned[0].denominator
    first = np.zeros(len(lines), dtype=np.bool_)
    first[:: len(earned)] = begins
    paid = run_within(lines, denominator, first, mode).reshape(-1, len(earned))
    return [paid[:, place] for place in range(len(earned))]


def _spans(
    calendar: FiscalCalendar, component: CompiledComponent, kind: PeriodKind, days: npt.NDArray[np.datetime64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    return _periods(calendar, _KINDS.get(component.accumulate, kind), days)


def _periods(
    calendar: FiscalCalendar, kind: PeriodKind, days: npt.NDArray[np.datetime64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """The labels of the periods that hold the days, and which of them each row has; each day is looked up once."""
    distinct, places = np.unique(days, return_inverse=True)
    names = [calendar.at(kind, day).label for day in distinct.tolist()]
    number = {name: index for index, name in enumerate(dict.fromkeys(names))}
    labels = np.array([*number], dtype=object)
    return labels, np.array([number[name] for name in names], dtype=np.intp)[places]


def _changes(values: npt.NDArray[Any]) -> Flags:
    """Which rows differ from the one before them; the first row does."""
    found = np.ones(len(values), dtype=np.bool_)
    found[1:] = values[1:] != values[:-1]
    return found


def _result(
    compiled: CompiledPlan,
    frame: nw.DataFrame[Any],
    found: _Credits,
    periods: npt.NDArray[Any],
    begins: Flags,
    amounts: Sequence[Whole],
    commission: Whole,
    totals: Whole,
) -> BulkResult:
    back = np.argsort(found.order)  # from the given rows to their places in order
    digits = compiled.rounding.digits
    columns = {
        "id": pa.array(found.id[back], pa.string()),
        "payee": pa.array(found.payee[back], pa.string()),
        "day": pa.array(found.day[back], pa.date32()),
        "role": pa.array(found.role[back], pa.string()),
        "period": pa.array(periods[back], pa.string()),
        "commission": _money(commission[back], digits),
    }
    if len(amounts) > 1:
        parts = zip(compiled.components, amounts, strict=True)
        columns |= {f"commission:{component.id}": _money(part[back], digits) for component, part in parts}
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=len(begins))
    statements = {
        "payee": pa.array(found.payee[starts], pa.string()),
        "period": pa.array(periods[starts], pa.string()),
        "credits": pa.array(lengths, pa.int64()),
        "commission": _money(totals[starts + lengths - 1], digits),
    }
    backend = frame.implementation
    made = (nw.from_arrow(pa.table(each), backend=backend).to_native() for each in (columns, statements))
    return BulkResult(credits=next(made), statements=next(made))


def _money(values: Whole, digits: int) -> Any:
    """Units of 10^-`digits` as exact decimals, straight into Arrow's 128 bits."""
    words = np.stack([values, values >> 63], axis=1)
    factor = 10 ** max(-digits, 0)
    array = pa.Array.from_buffers(pa.decimal128(38, max(digits, 0)), len(values), [None, pa.py_buffer(words.tobytes())])
    return array if factor == 1 else pa.array([value.as_py() * factor for value in array], pa.decimal128(38, 0))


def _fault(code: str, path: str, problem: str, remedy: str, value: str | None = None) -> Fault:
    return Fault(code=f"frames.{code}", path=path, problem=problem, remedy=remedy, value=value)
