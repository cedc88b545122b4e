"""On which days transactions are credited, whole or in parts: booking, delivery, invoice, or as money comes in."""

from __future__ import annotations

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.commissions import Trigger, TriggerTerms
from salesrules.frames.crediting.columns import NEVER, Codes, Columns, Days, Flags, Places, Whole
from salesrules.frames.crediting.transactions import Transactions, rows_of, running_sums

__all__ = ["Occurrences", "Payments", "find_days", "find_parts", "read_payments"]


@attrs.frozen(kw_only=True, eq=False)
class Occurrences:
    """Shares of transactions and the days from which they are credited, those of one transaction in a row.

    `row` is the transaction's; a day that is not known yet is `NEVER`. A part is what was paid up to `after` less what
    was paid up to `before`, both over `of`; `number` counts parts from 1, and is 0 for a whole. `back` over `back_of`
    is the share of what is still kept of a sale that a refund takes back, below zero for none.
    """

    row: Places
    day: Days
    number: Codes
    before: Whole
    after: Whole
    of: Whole
    back: Whole
    back_of: Whole


@attrs.frozen(kw_only=True, eq=False)
class Payments:
    """Payments in the order in which they were given: the transaction's row, the day, the cheque's due day, amount."""

    row: Places
    day: Days
    due: Days
    amount: Whole


def find_days(found: Transactions, terms: TriggerTerms) -> Days:
    """The day on which each transaction is credited as a whole, `NEVER` for one whose trigger has no day yet."""
    match terms.on:
        case Trigger.DELIVERY:
            events = found.delivered
        case Trigger.INVOICE:
            events = found.invoiced
        case _:
            return found.day  # a return never precedes its sale
    assert events is not None
    days: Days = np.maximum(found.day, found.of_sale(np.maximum(events, found.day)))
    return days


def read_payments(
    found: Transactions, payments: pa.Table | None, digits: int
) -> tuple[Payments | None, tuple[Columns, ...]]:
    """The payments, whose readers have the faults; `digits` are those of the transactions' money."""
    if payments is None or not payments.num_rows:
        nothing = np.zeros(0, dtype=np.int64)
        return Payments(row=nothing, day=nothing.astype(np.int32), due=nothing.astype(np.int32), amount=nothing), ()
    reader = Columns(payments, "payments")
    wanted, days, amounts = reader.texts("transaction"), reader.days("day"), reader.numbers("amount", digits)
    due = reader.days("due", optional=True) if reader.has("due") else days
    if wanted is None or days is None or amounts is None or due is None:
        return None, (reader,)
    due = np.where(due == NEVER, days, due)
    rows = rows_of(found.ids, wanted)
    problem = "{count} payment(s) are of no transaction"
    reader.rows_fault("frames.unknown_transaction", "transaction", problem, "add it", rows < 0, lambda row: wanted[row])
    if amounts.digits > found.amount.digits:
        reader.fault("frames.out_of_range", "amount", "amounts are finer than those of transactions", "round them")
    if reader.faults:
        return None, (reader,)
    values = amounts.values * 10 ** (found.amount.digits - amounts.digits)
    _check(reader, found, rows, values, wanted)
    return (None if reader.faults else Payments(row=rows, day=days, due=due, amount=values)), (reader,)


def _check(reader: Columns, found: Transactions, rows: Places, values: Whole, wanted: pa.Array) -> None:
    is_return = np.zeros(found.rows, dtype=np.bool_)
    is_return[found.returns] = True
    bad = np.where(is_return[rows], values >= 0, values <= 0)
    problem = "{count} payment(s) are not of the sign of their transaction"
    remedy = "enter what was paid back with the return that it is paid back for"
    reader.rows_fault("commissions.payment_sign", "amount", problem, remedy, bad, lambda row: wanted[row])
    totals = reader.sums("amount", rows, values, found.rows)
    if totals is None:
        return
    problem, remedy = "more was paid than the amount of {count} transaction(s)", "lower the payments"
    bad = np.abs(totals) > np.abs(found.amount.values)
    reader.rows_fault("commissions.overpaid", "amount", problem, remedy, bad, lambda row: found.ids[row])
    if reader.faults:
        return
    backs = np.zeros(
        found.rows, dtype=np.int64
    )  # what is paid back is at most the returns, whose sums are known to fit
    np.add.at(backs, found.sales, totals[found.returns])
    bad = (backs < 0) & (totals + backs < 0)
    problem = "more is paid back than came in for {count} sale(s)"
    remedy = "correct the payments"
    reader.rows_fault("commissions.refunded_too_much", "amount", problem, remedy, bad, lambda row: found.ids[row])


def find_parts(found: Transactions, payments: Payments, terms: TriggerTerms) -> Occurrences:
    """The parts of transactions that payments credit, and what of them still waits, in the order of transactions."""
    safe = np.maximum(payments.day, payments.due) + np.int32(terms.safety_days)
    day = np.maximum(safe, found.day[payments.row])
    is_return = np.zeros(found.rows, dtype=np.bool_)
    is_return[found.returns] = True
    order = np.lexsort((payments.amount, day, payments.row))
    row, day, amount = payments.row[order], day[order], payments.amount[order]
    begins = _begins(row)
    number = (running_sums(np.ones(len(row), dtype=np.int64), begins)).astype(np.int32)
    whole = np.abs(found.amount.values)
    after = running_sums(np.abs(amount), begins)
    before = after - np.abs(amount)
    back, back_of = np.full(len(row), -1, dtype=np.int64), np.ones(len(row), dtype=np.int64)
    _refund(found, row, day, amount, number, is_return, back, back_of)
    # What is still unpaid waits; where the amount is zero nothing will ever be paid, and all counts at once.
    paid = np.zeros(found.rows, dtype=np.int64)
    np.add.at(paid, row, np.abs(amount))
    rest = np.flatnonzero((paid < whole) | (whole == 0))
    is_free = whole[rest] == 0
    rows = np.concatenate((row, rest))
    zeros, ones = np.zeros(len(rest), dtype=np.int64), np.ones(len(rest), dtype=np.int64)
    of = np.concatenate((whole[row], np.where(is_free, 1, whole[rest])))
    place = np.argsort(rows, kind="stable")  # payments of a transaction before its rest
    numbers = np.concatenate((np.where(np.abs(amount) == whole[row], 0, number), zeros)).astype(np.int32)
    return Occurrences(
        row=rows[place],
        day=np.concatenate((day, np.where(is_free, found.day[rest], NEVER))).astype(np.int32)[place],
        number=numbers[place],
        before=np.concatenate((before, np.where(is_free, 0, paid[rest])))[place],
        after=np.concatenate((after, np.where(is_free, 1, whole[rest])))[place],
        of=of[place],
        back=np.concatenate((back, -ones))[place],
        back_of=np.concatenate((back_of, ones))[place],
    )


def _begins(groups: Places) -> Flags:
    found = np.ones(len(groups), dtype=np.bool_)
    found[1:] = groups[1:] != groups[:-1]
    return found


def _refund(
    found: Transactions,
    row: Places,
    day: Days,
    amount: Whole,
    number: Codes,
    is_return: Flags,
    back: Whole,
    back_of: Whole,
) -> None:
    """Let refunds count once as much has come in, and find which share of what is kept by then each takes back.

    `row`, `day`, `amount` and `number` are all payments by transaction and day; days and shares are written in place.
    """
    refunds = np.flatnonzero(is_return[row])
    if not len(refunds):
        return
    sale = np.full(found.rows, -1, dtype=np.int64)
    sale[found.returns] = found.sales
    of_sale = sale[row[refunds]]
    keys = pa.table({"sale": of_sale, "day": day[refunds], "id": found.ids.take(pa.array(row[refunds]))})
    keys = keys.append_column("number", pa.array(number[refunds]))
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]).to_numpy()
    refunds, of_sale = refunds[order], of_sale[order]
    nominal, given = day[refunds], -amount[refunds]
    refunded = running_sums(given, _begins(of_sale))
    came = np.flatnonzero(~is_return[row] & np.isin(row, of_sale))  # by sale and day already
    sales = row[came]
    received = running_sums(amount[came], _begins(sales))
    # The first payment by which as much had come in: ties of (sale, sum) have the payment first.
    at = _first_at_least(sales, received, of_sale, refunded)
    reached = at < len(came)
    reached[reached] = sales[at[reached]] == of_sale[reached]
    counts = np.where(reached, np.maximum(nominal, day[came[np.minimum(at, len(came) - 1)]]), nominal)
    upto = _last_at_most(sales, day[came].astype(np.int64), of_sale, counts.astype(np.int64))
    has = upto >= 0
    has[has] = sales[upto[has]] == of_sale[has]
    kept = np.where(has, received[np.maximum(upto, 0)], 0) - (refunded - given)
    day[refunds] = counts
    back[refunds] = np.where(kept > 0, given, 0)
    back_of[refunds] = np.where(kept > 0, kept, 1)


def _first_at_least(groups: Places, values: Whole, wanted: Places, bounds: Whole) -> Places:
    """For each wanted group and bound the place of the first value in its group that is the bound or more.

    The values rise within their groups; where a group has no such value, the place is that of another group or the end.
    """
    return _merged(groups, values, wanted, bounds, queries_first=True)


def _last_at_most(groups: Places, values: Whole, wanted: Places, bounds: Whole) -> Places:
    """For each wanted group and bound the place of the last value in its group that is the bound or less."""
    return _merged(groups, values, wanted, bounds, queries_first=False) - 1


def _merged(groups: Places, values: Whole, wanted: Places, bounds: Whole, *, queries_first: bool) -> Places:
    """How many pairs of group and value stand before each wanted pair in their common order."""
    count = len(groups)
    kinds = np.concatenate((np.full(count, int(queries_first)), np.full(len(wanted), int(not queries_first))))
    order = np.lexsort((kinds, np.concatenate((values, bounds)), np.concatenate((groups, wanted))))
    is_value = order < count
    before = np.cumsum(is_value)
    found = np.empty(len(wanted), dtype=np.intp)
    found[order[~is_value] - count] = before[~is_value]
    return found
