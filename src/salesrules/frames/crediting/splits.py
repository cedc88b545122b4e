"""Lines of transactions: the seller of each, or each who has a split, with their share."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import numpy as np
import pyarrow as pa

from salesrules.core import Rate, SalesRulesError
from salesrules.frames.compiled import LIMIT
from salesrules.frames.crediting.columns import Coded, Codes, Columns, Flags, Numbers, Places, Whole
from salesrules.frames.crediting.people import People
from salesrules.frames.crediting.transactions import Transactions, rows_of

__all__ = ["Lines", "make_lines"]


@attrs.frozen(kw_only=True, eq=False)
class Lines:
    """One line for each transaction and each who sold it: `rows` are the transactions' (`None`: each its own, once).

    `shares` are whole numbers over 10^`digits` (`None`: all whole); `is_shared` says of which lines' transactions
    there are several.
    """

    rows: Places | None
    seller: Codes
    shares: Whole | None = None
    digits: int = 0
    several: Places | None = None


def make_lines(
    found: Transactions, splits: pa.Table | None, people: People, maximum: Rate
) -> tuple[Lines, tuple[Columns, ...]]:
    """The lines of transactions; the readers of the splits have the faults."""
    seller = found.of_sale(found.payee)
    if splits is None or not splits.num_rows:
        return Lines(rows=None, seller=seller), ()
    reader = Columns(splits, "splits")
    wanted, payees, shares = reader.texts("transaction"), reader.coded("payee"), _shares(reader)
    if wanted is None or payees is None or shares is None:
        return Lines(rows=None, seller=seller), (reader,)
    rows, codes = rows_of(found.ids, wanted), people.codes_of(payees.values)[payees.codes]
    _check(reader, found, rows, wanted, payees, codes, people, shares, maximum)
    order = np.argsort(rows, kind="stable")
    order = order[rows[order] >= 0]
    counts = np.bincount(rows[order], minlength=found.rows)
    firsts = np.cumsum(counts) - counts
    counts, firsts = found.of_sale(counts), found.of_sale(firsts)
    each = np.maximum(counts, 1)
    line_rows = np.repeat(np.arange(found.rows), each)
    within = np.arange(len(line_rows)) - np.repeat(np.cumsum(each) - each, each)
    is_split = counts[line_rows] > 0
    places = order[firsts[line_rows[is_split]] + within[is_split]]
    sellers = seller[line_rows]
    sellers[is_split] = codes[places]
    whole = np.full(len(line_rows), 10**shares.digits, dtype=np.int64)
    whole[is_split] = shares.values[places]
    several = np.flatnonzero(counts[line_rows] > 1)
    return Lines(rows=line_rows, seller=sellers, shares=whole, digits=shares.digits, several=several), (reader,)


def _shares(reader: Columns) -> Numbers | None:
    """Shares as decimals (0.5), or as text that a rate is written in (50%)."""
    if not reader.is_text("share"):
        return reader.numbers("share", 0)
    words = reader.coded("share")
    if words is None:
        return None
    rates: list[Decimal] = []
    for word in words.values:
        try:
            rates.append(Rate.parse(word).value)
        except SalesRulesError as error:
            reader.fault("frames.wrong_type", "share", str(error), "write a share as '50%' or '0.5'", [word])
            return None
    digits = digits_of(rates)
    units = [int(Fraction(rate) * 10**digits) for rate in rates]
    if max(map(abs, units), default=0) > LIMIT:
        reader.fault("frames.out_of_range", "share", "shares are too fine for 64 bits", "round them")
        return None
    values = np.array(units, dtype=np.int64)
    return Numbers(values[words.codes], digits)


def digits_of(numbers: list[Decimal]) -> int:
    """How many digits after the point decimals need."""
    digits = 0
    for number in numbers:
        denominator = Fraction(number).denominator
        while 10**digits % denominator:
            digits += 1
    return digits


def _check(
    reader: Columns,
    found: Transactions,
    rows: Places,
    wanted: pa.Array,
    payees: Coded,
    codes: Codes,
    people: People,
    shares: Numbers,
    maximum: Rate,
) -> None:
    def fault(code: str, column: str, problem: str, remedy: str, bad: Flags) -> None:
        reader.rows_fault(code, column, problem, remedy, bad, lambda row: wanted[row])

    unknown = rows < 0
    fault("frames.unknown_transaction", "transaction", "{count} split(s) are of no transaction", "add it", unknown)
    is_return = np.zeros(found.rows, dtype=np.bool_)
    is_return[found.returns] = True
    remedy = "leave them out; a return follows the splits of its original"
    bad = ~unknown & is_return[rows]
    fault("frames.split_return", "transaction", "{count} split(s) are of returns", remedy, bad)
    reader.rows_fault(
        "commissions.unknown_payee", "payee", "{count} split(s) name nobody among the people", "add the person",
        ~people.is_known[codes], lambda row: payees.values[payees.codes[row]],
    )  # fmt: skip
    order = np.lexsort((codes, rows))
    again = np.zeros(len(rows), dtype=np.bool_)
    again[order[1:]] = (rows[order][1:] == rows[order][:-1]) & (codes[order][1:] == codes[order][:-1])
    remedy = "keep one with both shares"
    fault("commissions.split_twice", "payee", "{count} split(s) name a payee again", remedy, again)
    remedy = "leave the split out"
    bad = shares.values <= 0
    fault("commissions.split_share", "share", "{count} share(s) are not above zero", remedy, bad)
    whole, most = 10**shares.digits, int(Fraction(maximum.value) * 10**shares.digits)
    if reader.faults:
        return
    totals = reader.sums("share", rows, shares.values, found.rows)
    if totals is None:
        return
    has = np.bincount(rows, minlength=found.rows) > 0
    for code, problem, remedy, bad in (
        ("splits_under", "less than 100%", "give the rest", has & (totals < whole)),
        ("splits_over", f"more than {maximum}", "take the rest away", totals > most),
    ):
        reader.rows_fault(
            f"commissions.{code}", "share", f"the splits of {{count}} transaction(s) total {problem}", remedy, bad,
            lambda row: found.ids[row],
        )  # fmt: skip
