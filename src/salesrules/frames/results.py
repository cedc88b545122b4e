"""Results as tables: what each credit pays, and the statements, in exact decimals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from salesrules.frames.blocks import Outcome, Statements
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Flags, Whole
from salesrules.frames.kernel.block import changes
from salesrules.frames.kernel.whole import Runs
from salesrules.frames.periods import Periods
from salesrules.frames.reading import Names

__all__ = ["credits_table", "money", "period_labels", "statements_table", "with_gaps"]

_ROWS = 1 << 16
#: Bytes of a text that its view holds itself.
_INLINE = 12


def credits_table(
    plan: CompiledPlan,
    credits: Credits,
    given: Mapping[str, tuple[pa.Field, pa.ChunkedArray]],
    periods: Periods,
    outcome: Outcome,
    *,
    views: bool = False,
    threads: int = 1,
) -> pa.Table:
    """What each credit pays, in the given order; `given` are the columns of ids, payees, days and roles.

    With `views` the texts of periods are views, which some libraries take over without a copy.
    """
    digits = plan.rounding.digits
    amounts = {"commission": outcome.total}
    if len(outcome.by_component) > 1:
        own = {each.id: part for each, part in zip(plan.components, outcome.by_component, strict=True)}
        amounts |= {f"commission:{component.id}": own[component.id] for component in plan.plan.components}
    with ThreadPoolExecutor(threads) as pool:
        labels = pool.submit(_labels_of_days, periods, credits.days, views=views)
        paid = dict(zip(amounts, pool.map(lambda each: money(each, digits), amounts.values()), strict=True))
        made = {"period": labels.result(), **paid}
    fields = [field.with_name(name) for name, (field, _) in given.items()]
    fields += [pa.field(name, array.type) for name, array in made.items()]
    return pa.table([*(column for _, column in given.values()), *made.values()], schema=pa.schema(fields))


def statements_table(
    digits: int,
    names: Names,
    periods: Periods,
    found: Sequence[Statements],
    *,
    adjusted: bool = False,
    by_plan: Sequence[str] = (),
) -> pa.Table:
    """The statements by payee and period; `adjustments` only where they are asked for.

    Those `by_plan` are empty where a plan pays nothing beside the credits.
    """
    given = [[each.payee, each.period, each.credits, each.total] for each in found]
    for own, each in zip(given, found, strict=True):
        none = np.zeros(len(each.payee), dtype=np.int64)
        beside = none if each.adjustments is None else each.adjustments
        marks = none if each.has_beside is None else each.has_beside.astype(np.int64)
        own += [beside] if adjusted else []
        own += [part if plan == each.plan else none for plan in by_plan for part in (beside, marks)]
    payee, period, count, *amounts = (
        [np.concatenate(each) for each in zip(*given, strict=True)]
        if given
        else [np.zeros(0, dtype=np.int64)] * (4 + adjusted + 2 * len(by_plan))
    )
    order = np.lexsort((period, payee if names.values is None else names.rank[payee]))
    payee, period, count, *amounts = (each[order] for each in (payee, period, count, *amounts))
    if len(payee):  # several plans may pay in one statement
        runs = Runs.of(changes(payee) | changes(period))
        if len(runs.starts) < len(payee):
            count, *amounts = (np.add.reduceat(each, runs.starts) for each in (count, *amounts))
            payee, period = payee[runs.starts], period[runs.starts]
    columns = {
        "payee": names.at(payee),
        "period": period_labels(periods, period),
        "credits": pa.array(count, pa.int64()),
        **{name: money(each, digits) for name, each in zip(("commission", "adjustments"), amounts, strict=False)},
    }
    apart = amounts[1 + adjusted :]
    for plan, beside, marks in zip(by_plan, apart[::2], apart[1::2], strict=True):
        columns[f"adjustments:{plan}"] = with_gaps(money(beside, digits), marks > 0)
    return pa.table(columns)


def with_gaps(amounts: pa.Array, exists: Flags) -> pa.Array:
    """Amounts of which only those that exist are given."""
    bits = pa.array(exists).buffers()[1]
    return pa.Array.from_buffers(amounts.type, len(amounts), [bits, amounts.buffers()[1]])


def period_labels(periods: Periods, numbers: Whole) -> pa.Array:
    """The labels of periods as text; those of one kind are of one length, so that they are laid side by side."""
    texts = [label.encode() for label in periods.labels] or [b""]
    width = len(texts[0])
    if any(len(text) != width for text in texts) or width * len(numbers) >= 2**31 or not width:
        return pa.array([periods.labels[number] for number in numbers.tolist()], pa.large_string())
    offsets = np.arange(0, width * (len(numbers) + 1), width, dtype=np.int32)
    words = np.array(texts, dtype=f"S{width}")[numbers]
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(words))


def _labels_of_days(periods: Periods, days: Whole, *, views: bool) -> pa.Array:
    texts = [label.encode() for label in periods.labels]
    if not views or not texts or max(map(len, texts)) > _INLINE:
        return period_labels(periods, periods.at(days))
    # A short text's view is its length and the text itself, in sixteen bytes that are copied as one number.
    view = np.array([(len(text), text) for text in texts], dtype=[("length", "<i4"), ("text", f"S{_INLINE}")])
    by_day = view.view(np.complex128)[periods.number]
    found = np.empty(len(days), dtype=np.complex128)
    for begin in range(0, len(days), _ROWS):  # what is in between stays in the processor's cache
        own = slice(begin, begin + _ROWS)
        by_day.take(days[own].astype(np.intp) - periods.first, out=found[own], mode="clip")
    return pa.Array.from_buffers(pa.string_view(), len(days), [None, pa.py_buffer(found)])


def money(values: Whole, digits: int) -> pa.Array:
    """Units of 10^-`digits` as exact decimals, straight into Arrow's 128 bits.

    >>> money(np.array([-5, 1234]), 2).to_pylist()
    [Decimal('-0.05'), Decimal('12.34')]
    """
    words = np.empty((len(values), 2), dtype=np.int64)
    words[:, 0] = values
    np.right_shift(words[:, 0], 63, out=words[:, 1])
    if digits >= 0:
        return pa.Array.from_buffers(pa.decimal128(38, digits), len(values), [None, pa.py_buffer(words)])
    factor = 10**-digits
    return pa.array([int(value) * factor for value in values.tolist()], pa.decimal128(38, 0))
