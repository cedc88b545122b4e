"""Quotas and target incentives of a frame, looked up for many payees and periods at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from salesrules.commissions import Measure
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.kernel import Places, Whole
from salesrules.frames.periods import Periods
from salesrules.frames.reading import Names, Reader, as_table

__all__ = ["HeldAmounts", "read_quotas"]


class HeldAmounts:
    """Amounts above zero by payee and period, both as numbers; what is not there is 0."""

    def __init__(self, payees: Whole, periods: Whole, amounts: Whole, width: int) -> None:
        self._width = width
        keys = payees * width + periods
        order = np.argsort(keys, kind="stable")
        self._keys, self._amounts = keys[order], amounts[order]

    def at(self, payees: Whole, periods: Whole) -> Whole:
        """The amount of each payee in a period."""
        if not len(self._keys):
            return np.zeros(len(payees), dtype=np.int64)
        wanted = payees * self._width + periods
        places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.where(self._keys[places] == wanted, self._amounts[places], 0)


def read_quotas(
    frame: Any, plan: CompiledPlan, payees: Names, periods: dict[str, Periods], faults: list[Any]
) -> tuple[dict[str, HeldAmounts], dict[str, HeldAmounts]]:
    """The quotas and the target incentives of each component that needs them; `periods` are its spans.

    What is wrong with the frame is added to the faults.
    """
    quotas: dict[str, HeldAmounts] = {}
    targets: dict[str, HeldAmounts] = {}
    needing = [each for each in plan.components if each.quota_measure or each.target_measure]
    if not needing:
        return quotas, targets
    empty = np.zeros(0, dtype=np.int64)
    nothing = HeldAmounts(empty, empty, empty, 1)
    if frame is None:
        for component in needing:
            quotas |= {component.id: nothing} if component.quota_measure else {}
            targets |= {component.id: nothing} if component.target_measure else {}
        return quotas, targets
    table = as_table(frame, "quotas")
    reader = Reader(table, "quotas", {})
    holders, labels = reader.names("payee", few=payees.values is not None), reader.names("period", few=True)
    measures = reader.names("measure", few=True) if reader.has("measure") else None
    made: dict[tuple[str, int, int], HeldAmounts] = {}
    whole: dict[tuple[str, int], tuple[Places, Whole | None]] = {}
    for component in needing:
        for wanted, digits, found in (
            (component.quota_measure, component.digits, quotas),
            (component.target_measure, plan.digits[Measure.AMOUNT], targets),
        ):
            if not wanted:
                continue
            found[component.id] = nothing
            span = periods[component.id]
            if (wanted, digits, id(span)) in made:
                found[component.id] = made[wanted, digits, id(span)]
                continue
            if (wanted, digits) not in whole:
                rows = _of_measure(measures, wanted, len(table))
                whole[wanted, digits] = rows, reader.numbers("amount", digits, rows)
            rows, values = whole[wanted, digits]
            if holders is None or labels is None or values is None:
                continue
            number = {label: index for index, label in enumerate(span.labels)}
            known = np.array([number.get(str(text), -1) for text in labels.texts] + [-1])[labels.codes[rows]]
            whose = payees.find(holders.at(holders.codes[rows]))
            _check(reader, rows, whose, known, values, len(number))
            used = (whose >= 0) & (known >= 0)
            found[component.id] = made[wanted, digits, id(span)] = HeldAmounts(
                whose[used], known[used], np.maximum(values[used], 1), len(number)
            )
    faults += dict.fromkeys(reader.faults)
    return quotas, targets


def _of_measure(measures: Names | None, wanted: str, rows: int) -> Places:
    if measures is None:
        return np.arange(rows) if wanted == "amount" else np.zeros(0, dtype=np.intp)
    number = measures.texts.index(wanted) if wanted in measures.texts else -2
    return np.flatnonzero(measures.codes == number)


def _check(reader: Reader, rows: Places, whose: Whole, periods: Whole, amounts: Whole, width: int) -> None:
    remedy = "give each payee one quota of a measure and period"
    keys = np.where((whose >= 0) & (periods >= 0), whose * width + periods, -1 - np.arange(len(rows)))
    order = np.argsort(keys, kind="stable")
    again = order[1:][keys[order][1:] == keys[order][:-1]]
    reader.rows(
        "frames.duplicate_quota", "payee", "{count} quota(s) are given again", remedy, rows[np.sort(again)], "payee"
    )
    low = rows[amounts <= 0]
    reader.rows(
        "frames.out_of_range", "amount", "{count} quota(s) are not above zero", "give quotas above zero", low, "payee"
    )
