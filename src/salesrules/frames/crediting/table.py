"""The table of credits: the receivers of each rule, on the days of its trigger, with their share of the measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from salesrules.commissions import Measure, Trigger, TriggerTerms
from salesrules.core import Fault
from salesrules.frames.crediting.columns import NEVER, Flags, Places, Whole
from salesrules.frames.crediting.measuring import Measured, cut, times
from salesrules.frames.crediting.occurrences import Occurrences, Payments, find_days, find_parts
from salesrules.frames.crediting.people import People
from salesrules.frames.crediting.receivers import Receivers, role_of
from salesrules.frames.crediting.transactions import Transactions

__all__ = ["CreditTable"]

_Chunk = dict[str, Any]


class CreditTable:
    """Collects credits, rule by rule; `digits` are those of the measures in whole numbers.

    `share_digits` are those of the receivers' shares; `payments` are there where a rule waits for cash.
    """

    def __init__(
        self,
        found: Transactions,
        measured: Measured,
        share_digits: int,
        terms: Sequence[TriggerTerms],
        payments: Payments | None,
    ) -> None:
        self._found = found
        self._measured = measured
        self._too_large: dict[Measure, None] = {}
        self._chunks: list[_Chunk] = []
        self._waiting: list[_Chunk] = []
        self._is_credited: Flags = np.zeros(found.rows, dtype=np.bool_)
        cash = dict.fromkeys(each for each in terms if each.on is Trigger.CASH)
        finest = max((each.digits for each in cash), default=0)
        self._base = {measure: max(digits, finest) for measure, digits in measured.digits.items()}
        self._values = {
            measure: self._times(measure, values, 10 ** (self._base[measure] - measured.digits[measure]))
            for measure, values in measured.values.items()
        }
        self.digits: Mapping[Measure, int] = {measure: base + share_digits for measure, base in self._base.items()}
        self._days = {each: find_days(found, each) for each in dict.fromkeys(terms) if each not in cash}
        self._parts: dict[TriggerTerms, tuple[Occurrences, Mapping[Measure, Whole]]] = {}
        for each in cash:
            assert payments is not None
            parts = find_parts(found, payments, each)
            self._parts[each] = parts, {measure: self._cut(measure, parts, each) for measure in self._values}

    def _cut(self, measure: Measure, parts: Occurrences, terms: TriggerTerms) -> Whole:
        values, digits = self._measured.values[measure], self._measured.digits[measure]
        return cut(values, digits, parts, terms.digits, self._base[measure])

    def _times(self, measure: Measure, values: Whole, factors: Whole | int) -> Whole:
        found = times(values, factors)
        if found is None:
            self._too_large.setdefault(measure)
            return np.zeros_like(values)
        return found

    def faults(self) -> Iterator[Fault]:
        """A fault for each measure that with its shares leaves the range in which 64 bits are exact."""
        for measure in self._too_large:
            yield Fault(
                code="frames.out_of_range",
                path=f"transactions.{measure.value}",
                problem=f"times the shares, {measure.value} in units of 10^-{self.digits[measure]} leaves 64 bits",
                remedy="calculate large transactions apart, or let shares have fewer digits",
            )

    def add(self, given: Receivers) -> None:
        """Add what a rule credits to its receivers."""
        terms = given.rule.trigger
        rows = np.arange(self._found.rows, dtype=np.int32) if given.rows is None else given.rows.astype(np.int32)
        self._is_credited[slice(None) if given.rows is None else rows] = True
        if terms.on is Trigger.CASH:
            self._add_parts(given, rows, *self._parts[terms])
            return
        day = self._days[terms] if given.rows is None else self._days[terms][rows]
        payee, shares = given.payee, given.shares
        if terms.on is not Trigger.BOOKING:
            self._wait(given, rows, payee, day)
            if (day == NEVER).any():
                kept = np.flatnonzero(day != NEVER)
                rows, day, payee = rows[kept], day[kept], payee[kept]
                shares = shares if isinstance(shares, int) else shares[kept]
                given = Receivers(given.rule, rows, payee, shares)
        values = {
            measure: self._times(measure, values if given.rows is None else values[rows], shares)
            for measure, values in self._values.items()
        }
        self._chunks.append({"rule": given.rule, "row": rows, "payee": payee, "day": day, "values": values})

    def _add_parts(self, given: Receivers, rows: Places, parts: Occurrences, cuts: Mapping[Measure, Whole]) -> None:
        counts = np.bincount(parts.row, minlength=self._found.rows)
        each = counts[rows]
        receiver = np.repeat(np.arange(len(rows)), each)
        at = np.arange(len(receiver)) - np.repeat(np.cumsum(each) - each - (np.cumsum(counts) - counts)[rows], each)
        day = parts.day[at]
        self._wait(given, rows[receiver], given.payee[receiver], day)
        kept = np.flatnonzero(day != NEVER)
        receiver, at = receiver[kept], at[kept]
        shares = given.shares if isinstance(given.shares, int) else given.shares[receiver]
        self._chunks.append(
            {
                "rule": given.rule,
                "row": rows[receiver],
                "payee": given.payee[receiver],
                "day": day[kept],
                "values": {measure: self._times(measure, values[at], shares) for measure, values in cuts.items()},
                "part": parts.number[at],
                "back": parts.back[at],
                "back_of": parts.back_of[at],
            }
        )

    def _wait(self, given: Receivers, rows: Places, payee: Any, day: Any) -> None:
        booked = self._found.day[rows]
        late = np.flatnonzero(day > booked)
        trigger = np.full(len(late), given.rule.trigger.on.value)
        self._waiting.append({"payee": payee[late], "trigger": trigger, "booked": booked[late], "day": day[late]})

    def uncredited(self) -> pa.Array:
        """The days of the sales that nobody is credited for."""
        sales = ~self._is_credited
        sales[self._found.returns] = False
        return pa.array(self._found.day[sales], pa.date32())

    def waiting(self, people: People) -> pa.Table:
        """What is credited later than it was booked, or not yet."""
        day = _joined(self._waiting, "day", np.int32)
        return pa.table(
            {
                "payee": coded(_joined(self._waiting, "payee", np.int32), pa.array(people.names, pa.string())),
                "trigger": pa.array(_joined(self._waiting, "trigger", np.str_), pa.string()),
                "booked": pa.array(_joined(self._waiting, "booked", np.int32), pa.date32()),
                "expected": pa.array(day, pa.int32(), mask=day == NEVER).cast(pa.date32()),
            }
        )

    def receivers(self) -> Any:
        """The payee of each credit, by number."""
        return _joined(self._chunks, "payee", np.int32)

    def credits(self, people: People, attributes: Mapping[str, Any]) -> pa.Table:
        """All credits; `attributes` are columns of the transactions, dictionaries or others."""
        found = self._found
        rows = _joined(self._chunks, "row", np.int32)
        rules = list(dict.fromkeys(chunk["rule"].id for chunk in self._chunks))
        roles = list(dict.fromkeys(role_of(chunk["rule"]) for chunk in self._chunks))
        lengths = [len(chunk["row"]) for chunk in self._chunks]
        by_rule = np.repeat([rules.index(chunk["rule"].id) for chunk in self._chunks], lengths).astype(np.int32)
        by_role = np.repeat([roles.index(role_of(chunk["rule"])) for chunk in self._chunks], lengths)
        columns: dict[str, Any] = {
            "id": coded(rows, found.ids),
            "payee": coded(self.receivers(), pa.array(people.names, pa.string())),
            "day": pa.array(_joined(self._chunks, "day", np.int32), pa.date32()),
            "role": coded(by_role.astype(np.int32), pa.array(roles, pa.string())),
            "rule": coded(by_rule, pa.array(rules, pa.string())),
            "sold": pa.array(found.of_sale(found.day)[rows], pa.date32()),
        }
        columns |= self._measures(rows)
        if len(found.returns):
            columns |= self._returns(rows)
        if self._parts:
            columns["part"] = pa.array(_joined(self._chunks, "part", np.int32, 0), pa.int32())
            columns["of_kept"] = pa.array(_joined(self._chunks, "back", np.int64, -1) >= 0)
        columns |= {name: column.take(pa.array(rows)) for name, column in attributes.items() if name not in columns}
        return pa.table(columns)

    def _measures(self, rows: Any) -> dict[str, Any]:
        values = {
            measure: np.concatenate([chunk["values"][measure] for chunk in self._chunks] or [np.zeros(0, np.int64)])
            for measure in self._values
        }
        found = {measure.value: pa.array(each) for measure, each in values.items() if measure is not Measure.MARGIN}
        if Measure.MARGIN in values:
            empty = self._measured.no_margin
            mask = None if empty is None else empty[rows]
            found["cost"] = pa.array(values[Measure.AMOUNT] - values[Measure.MARGIN], mask=mask)
        return found

    def _returns(self, rows: Any) -> dict[str, Any]:
        found, shares = self._found, self._found.shares
        assert shares is not None
        is_return = np.zeros(found.rows, dtype=np.bool_)
        is_return[found.returns] = True
        is_sale = ~is_return[rows]
        own = np.flatnonzero(~is_sale)
        at = np.searchsorted(found.returns, rows[own])
        original = np.zeros(len(rows), dtype=np.int32)
        original[own] = found.sales[at]
        returned, returned_of = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows), dtype=np.int64)
        returned[own], returned_of[own] = shares.back[at], shares.of[at]
        if self._parts:
            back = _joined(self._chunks, "back", np.int64, -1)
            kept = np.flatnonzero(back >= 0)
            returned[kept], returned_of[kept] = back[kept], _joined(self._chunks, "back_of", np.int64, 1)[kept]
        return {
            "original": coded(original, found.ids, is_sale),
            "returned": pa.array(returned, mask=is_sale),
            "returned_of": pa.array(returned_of, mask=is_sale),
        }


def coded(codes: Any, values: Any, empty: Flags | None = None) -> Any:
    """A dictionary column."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=empty), values)


def _joined(chunks: Sequence[_Chunk], name: str, kind: Any, default: int | None = None) -> Any:
    found = [
        np.full(len(chunk["row"]), default, dtype=kind) if default is not None and name not in chunk else chunk[name]
        for chunk in chunks
    ]
    return np.concatenate(found) if found else np.zeros(0, dtype=kind)
