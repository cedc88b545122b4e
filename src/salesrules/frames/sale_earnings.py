"""From the credits of a run to what each sale earned in each period, by plan and payout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import CommissionPolicy, EarnedOnSale, Plan, ReturnTerms
from salesrules.core import EXACT, InvalidDocument
from salesrules.frames.kernel import Flags, Places, Whole
from salesrules.frames.kernel.block import changes
from salesrules.frames.payouts import PREFIX
from salesrules.frames.periods import EPOCH
from salesrules.frames.reading import Names, Reader, as_table

__all__ = ["earned_on_sales", "places_of"]


def places_of(plan: Plan) -> dict[str, int | None]:
    """The place among a plan's payouts of each column."""
    return {PREFIX: None, **{PREFIX + payout.id: place for place, payout in enumerate(plan.payouts)}}


def earned_on_sales(policy: CommissionPolicy, credits: Any) -> Iterator[tuple[str, str, EarnedOnSale]]:
    """Payee, label of the period, and what a sale earned in it, in the order in which its lines were made.

    Raises `InvalidDocument` where the credits are not such as `calculate` gives for these plans.
    """
    lines = _read(policy, credits)
    order = lines.order([plan.returns is ReturnTerms.ORIGINAL_TERMS for plan in policy.plans])
    keys = (lines.payee, lines.period, lines.plan, lines.sale)
    apart = np.logical_or.reduce([changes(each[order]) for each in keys])
    number = np.cumsum(apart) * len(lines.columns) + lines.place[order]
    distinct, first, where = np.unique(number, return_index=True, return_inverse=True)
    sums = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(sums, where.reshape(-1), lines.amount[order])
    places = [[places_of(plan).get(name) for name in lines.columns] for plan in policy.plans]
    for at in np.argsort(first, kind="stable").tolist():
        line = int(order[first[at]])
        plan, payee, period, sale = (int(each[line]) for each in (lines.plan, *keys[:2], lines.sale))
        amount = Decimal(int(sums[at])).scaleb(-lines.digits, EXACT)
        day = EPOCH + timedelta(days=int(lines.day[line]))
        on_sale = EarnedOnSale(policy.plans[plan].id, lines.sales[sale], places[plan][lines.place[line]], amount, day)
        yield lines.payees[payee], lines.periods[period], on_sale


@attrs.frozen(kw_only=True, eq=False)
class _Lines:
    """What credits are paid, one row for each column of payouts in which a credit has something.

    `payee`, `period`, `plan` and `sale` are numbers of their texts and of the policy's plans, `place` that of the
    column, `within` what orders the lines of a sale; amounts are units of 10^-`digits`.
    """

    payees: Sequence[str]
    periods: Sequence[str]
    sales: Sequence[str]
    columns: Sequence[str]
    digits: int
    payee: Whole
    period: Whole
    plan: Whole
    sale: Whole
    place: Places
    day: Whole
    is_return: Flags
    within: tuple[Whole, ...]
    amount: Whole

    def order(self, reverses: Sequence[bool]) -> Places:
        """The lines of a sale follow each other: what takes back what was paid comes after all that is measured."""
        takes_back = self.is_return & np.array(reverses, dtype=np.bool_)[self.plan]
        keys = (self.payee, self.period, self.plan, self.sale, takes_back, *self.within, self.place)
        found: Places = np.lexsort(keys[::-1])
        return found


def _read(policy: CommissionPolicy, credits: Any) -> _Lines:
    table = as_table(credits, "credits")
    reader = Reader(table, "credits", {})
    payee, period, id, sale = (reader.names(name, few=True) for name in ("payee", "period", "id", "sale"))
    roles = reader.names("role", few=True) if reader.has("role") else None
    plans, days = _plans(policy, reader), reader.days("day")
    columns = [name for name in table.column_names if name.startswith(PREFIX)]
    if not columns:
        remedy = "give the credits as calculate gave them, with a column for each payout"
        reader.fault("frames.missing_column", PREFIX, "what payouts pay is missing", remedy)
    amounts, digits = _amounts(reader, columns)
    if payee is None or period is None or id is None or sale is None or days is None or reader.faults:
        raise InvalidDocument(tuple(reader.faults))
    found = [np.flatnonzero((plans >= 0) & exists) for _, exists in amounts]
    row = np.concatenate(found)
    assert id.values is not None
    assert sale.values is not None
    own = id.codes.astype(np.int64)[row]
    sold = id.find(sale.values)[sale.codes[row]]
    is_return = sold != own
    role = np.zeros(len(row), dtype=np.int64) if roles is None else roles.rank[roles.codes[row]]
    day = days.astype(np.int64)[row]
    return _Lines(
        payees=_texts(payee),
        periods=_texts(period),
        sales=_texts(sale),
        columns=columns,
        digits=digits,
        payee=payee.codes[row],
        period=period.codes[row],
        plan=plans[row],
        sale=sale.codes[row],
        place=np.repeat(np.arange(len(columns)), [len(each) for each in found]),
        day=day,
        is_return=is_return,
        within=(day, is_return, id.rank[own], role),
        amount=np.concatenate([values[rows] for (values, _), rows in zip(amounts, found, strict=True)]),
    )


def _texts(names: Names) -> tuple[str, ...]:
    return tuple("" if text is None else text for text in names.texts)


def _plans(policy: CommissionPolicy, reader: Reader) -> Whole:
    """The place of the plan that pays each row, below zero where none does."""
    if not reader.has("plan"):
        if len(policy.plans) > 1:
            reader.fault("frames.missing_column", "plan", "the column is missing", "say which plan pays each credit")
        return np.zeros(len(reader.table), dtype=np.int64)
    names = reader.names("plan", optional=True, few=True)
    if names is None:
        return np.full(len(reader.table), -1, dtype=np.int64)
    places: Mapping[str | None, int] = {plan.id: place for place, plan in enumerate(policy.plans)}
    known = np.array([places.get(text, -1) for text in names.texts] + [-1], dtype=np.int64)
    unknown = np.flatnonzero((known[names.codes] < 0) & (names.codes >= 0))
    remedy = "settle by the policy that the credits were calculated by"
    reader.rows("frames.unknown_plan", "plan", "the policy has no such plan in {count} row(s)", remedy, unknown, "plan")
    return known[names.codes]


def _amounts(reader: Reader, columns: Sequence[str]) -> tuple[list[tuple[Whole, Flags]], int]:
    """The amounts of each column, and which rows have one, in units of as many digits as the finest needs."""
    found = [reader.array(name, pa.types.is_decimal, "decimals", optional=True) for name in columns]
    if any(each is None for each in found):
        return [], 0
    kinds = [each.type for each in found if pa.types.is_decimal(each.type)]  # a column without a value has no type
    digits = max((kind.scale for kind in kinds), default=0)
    kind = pa.decimal128(38, digits)
    pairs = []
    for name, each in zip(columns, found, strict=True):
        filled = Reader(pa.table({name: each.fill_null(0).cast(kind)}), "credits", {})
        values = filled.numbers(name, digits)
        reader.faults += filled.faults
        if values is not None:
            pairs.append((values, each.is_valid().to_numpy(zero_copy_only=False)))
    return pairs, digits
