"""Transactions as arrays, with the sale behind each return; what does not fit is a fault, counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from salesrules.commissions import Measure
from salesrules.frames.crediting.columns import Coded, Codes, Columns, Days, Flags, Numbers, Places, Whole
from salesrules.frames.crediting.distinct import are_distinct
from salesrules.frames.crediting.people import People

Number = TypeVar("Number", bound=np.generic)

__all__ = ["Shares", "Transactions", "read_transactions", "rows_of"]


@attrs.frozen(eq=False)
class Shares:
    """The share of its sale that each return takes back, over `of`, and whether all of the sale has come back by it."""

    back: Whole
    of: Whole
    completes: Flags


@attrs.frozen(kw_only=True, eq=False)
class Transactions:
    """One row for each transaction. `returns` are the rows of returns, `sales` those of the sales that they take back.

    `delivered` and `invoiced` are days of sales, later than any other where they are not known.
    """

    ids: pa.Array
    payee: Codes
    day: Days
    returns: Places
    sales: Places
    shares: Shares | None
    amount: Numbers
    cost: Numbers | None
    quantity: Numbers | None
    attributes: Mapping[str, Coded]
    delivered: Days | None
    invoiced: Days | None

    @property
    def rows(self) -> int:
        """How many transactions there are."""
        return len(self.day)

    def of_sale(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Values of each row's sale: its own for a sale."""
        if not len(self.returns):
            return values
        found = values.copy()
        found[self.returns] = values[self.sales]
        return found


def read_transactions(
    reader: Columns,
    people: People,
    digits: int,
    attributes: Collection[str],
    events: Collection[str],
    measures: Collection[Measure],
) -> Transactions | None:
    """The transactions, or `None` where the reader found faults.

    `digits` are those of money in whole numbers; `attributes`, `events` (`delivered`, `invoiced`) and `measures` are
    what policy speaks of. Quantities are read too where something may have come back of a sale without an amount.
    """
    ids, payees, days = reader.texts("id"), reader.coded("payee"), reader.days("day")
    amount = reader.numbers("amount", digits)
    cost = reader.numbers("cost", digits, optional=True) if Measure.MARGIN in measures else None
    asks = Measure.QUANTITY in measures or (reader.has("original") and reader.has("quantity"))
    quantity = reader.numbers("quantity", 0) if asks else None
    originals = reader.texts("original", optional=True) if reader.has("original") else None
    named = {name: reader.coded(name, optional=True) for name in attributes}
    known = {name: reader.days(name, optional=True) for name in events}
    if reader.faults or ids is None or payees is None or days is None or amount is None:
        return None
    _check_ids(reader, ids)
    numbers = people.codes_of(payees.values)
    if people.is_closed:
        strange = np.flatnonzero(~people.is_known[numbers])
        bad = np.isin(payees.codes, strange) if len(strange) else np.zeros(len(days), dtype=np.bool_)
        problem, remedy = "{count} transaction(s) are of nobody among the people", "add the person"
        reader.rows_fault(
            "commissions.unknown_payee", "payee", problem, remedy, bad, lambda row: payees.values[payees.codes[row]]
        )
    returns, sales, shares = _match_returns(reader, ids, days, originals, amount, cost, quantity)
    if reader.faults:
        return None
    return Transactions(
        ids=ids,
        payee=numbers[payees.codes],
        day=days,
        returns=returns,
        sales=sales,
        shares=shares,
        amount=amount,
        cost=cost,
        quantity=quantity,
        attributes={name: column for name, column in named.items() if column is not None},
        delivered=known.get("delivered"),
        invoiced=known.get("invoiced"),
    )


def rows_of(ids: pa.Array, wanted: pa.Array) -> Places:
    """The row of each wanted id among the ids, below zero for an unknown one; ids are there once."""
    distinct = wanted.dictionary_encode()
    at = pc.index_in(ids, value_set=distinct.dictionary.cast(ids.type))
    hits = np.flatnonzero(np.asarray(at.is_valid()))
    found = np.full(len(distinct.dictionary), -1, dtype=np.intp)
    found[at.drop_null().to_numpy(zero_copy_only=False)] = hits
    places: Places = found[distinct.indices.to_numpy(zero_copy_only=False)]
    return places


def _check_ids(reader: Columns, ids: pa.Array) -> None:
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py() or are_distinct(ids):
        return
    codes = ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    again = np.ones(len(ids), dtype=np.bool_)
    again[np.unique(codes, return_index=True)[1]] = False
    problem, remedy = "{count} transaction(s) have the id of another", "remove them, or map a key that tells them apart"
    reader.rows_fault("commissions.duplicate_transaction", "id", problem, remedy, again, lambda row: ids[row])


def _match_returns(
    reader: Columns,
    ids: pa.Array,
    days: Days,
    originals: pa.Array | None,
    amount: Numbers,
    cost: Numbers | None,
    quantity: Numbers | None,
) -> tuple[Places, Places, Shares | None]:
    is_return = np.zeros(len(ids), dtype=np.bool_)
    if originals is not None:
        is_return = np.asarray(originals.is_valid())
    given = {"amount": amount, "cost": cost, "quantity": quantity}
    for name, numbers in given.items():
        if numbers is None:
            continue
        problem = "{count} number(s) below zero are of no return"
        remedy = "name the sale that comes back in `original`"
        bad = (numbers.values < 0) & ~is_return
        reader.rows_fault("commissions.unfit_return", name, problem, remedy, bad, lambda row: ids[row])
        bad = (numbers.values > 0) & is_return
        problem, remedy = "{count} return(s) are above zero", "give what came back below zero"
        reader.rows_fault("commissions.unfit_return", name, problem, remedy, bad, lambda row: ids[row])
    returns = np.flatnonzero(is_return)
    if originals is None or not len(returns):
        return returns, returns, None
    sales = rows_of(ids, originals.take(pa.array(returns)))

    def fault(problem: str, remedy: str, bad: Flags) -> None:
        reader.rows_fault("commissions.unfit_return", "original", problem, remedy, returns[bad], lambda row: ids[row])

    lost = (sales < 0) | is_return[sales]
    fault("{count} return(s) have no sale that they take back", "give the id of a sale among the transactions", lost)
    fault("{count} return(s) precede their sale", "correct the days", ~lost & (days[returns] < days[sales]))
    if lost.any():
        return returns, sales, None
    if any(
        reader.sums(name, sales, numbers.values[returns], len(ids)) is None
        for name, numbers in given.items()
        if numbers
    ):
        return returns, sales, None
    shares, over = _shares(ids, days, returns, sales, amount.values, None if quantity is None else quantity.values)
    remedy = "lower them, or enter the rest against another sale"
    fault("{count} return(s) take back more than was sold", remedy, over)
    return returns, sales, shares


def _shares(
    ids: pa.Array, days: Days, returns: Places, sales: Places, amounts: Whole, quantities: Whole | None
) -> tuple[Shares, Flags]:
    """What share of its sale each return takes back, and which of them take back more than is left."""
    back, of = -amounts[returns], amounts[sales]
    if quantities is not None:
        by_quantity = (of == 0) & (quantities[sales] != 0)
        back, of = np.where(by_quantity, -quantities[returns], back), np.where(by_quantity, quantities[sales], of)
    back, of = np.where(of == 0, 1, back), np.where(of == 0, 1, of)
    keys = pa.table({"sale": sales, "day": days[returns], "id": ids.take(pa.array(returns))})
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]).to_numpy()
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = sales[order][1:] != sales[order][:-1]
    within = running_sums(back[order], begins)
    reached = np.empty_like(within)
    reached[order] = within
    return Shares(back, of, (reached - back < of) & (reached >= of)), reached > of


def running_sums(values: Whole, begins: Flags) -> Whole:
    """The sum of each run up to each row; a run begins where it is marked. A wrap over many runs does no harm."""
    if not len(values):
        return values
    sums = np.cumsum(values)
    starts = np.flatnonzero(begins)
    offsets = sums[starts] - values[starts]
    return sums - np.repeat(offsets, np.diff(starts, append=len(values)))
