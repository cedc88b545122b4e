"""Caps and floors over items: what a limit lets through, what it carries over, and what lifts to it."""

from __future__ import annotations

import attrs
import numpy as np

from salesrules.commissions import EarningsCap, EarningsFloor, Excess, LimitSpan
from salesrules.frames.kernel.block import Block, changes
from salesrules.frames.kernel.modifiers.grid import Grid
from salesrules.frames.kernel.modifiers.items import Items, sums
from salesrules.frames.kernel.modifiers.setting import Modifying
from salesrules.frames.kernel.whole import Places, Runs, Whole, round_ratio

__all__ = ["Limits", "Tally"]


class Tally:
    """Whole numbers by key, 0 where there is none."""

    def __init__(self) -> None:
        self._keys: Whole = np.zeros(0, dtype=np.int64)
        self._values: Whole = np.zeros(0, dtype=np.int64)

    def at(self, keys: Whole) -> Whole:
        """The number of each key."""
        if not len(self._keys):
            return np.zeros(len(keys), dtype=np.int64)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[places] == keys, self._values[places], 0)

    def put(self, keys: Whole, values: Whole) -> None:
        """Let keys, each given once, have new numbers."""
        old = ~np.isin(self._keys, keys)
        joined = np.concatenate((self._keys[old], keys))
        order = np.argsort(joined, kind="stable")
        self._keys, self._values = joined[order], np.concatenate((self._values[old], values))[order]


@attrs.frozen
class _Carried:
    """What a cap has cut off and not let through yet, by payee of the block and name, in fine units."""

    payee: Whole
    by: Whole
    amount: Whole


class Limits:
    """Applies caps and floors to the items of a block, and keeps what runs on from one pay period to the next."""

    def __init__(self, setting: Modifying, grid: Grid, block: Block) -> None:
        self._setting, self._grid, self._block = setting, grid, block
        self._used: dict[str, Tally] = {}
        self._carried: dict[str, _Carried] = {}
        self._by = {name: numbers[block.codes_of(name)] for name, numbers in setting.by.items()}

    def carry_in(self, items: Items, cap: EarningsCap, place: int, active: Places) -> None:
        """What was carried over is earned anew, after all else, in the order of the names."""
        carried = self._carried.pop(cap.id, None)
        if carried is None:
            return
        statement = np.full(int(self._grid.number[-1]) + 1, -1, dtype=np.int64)
        statement[self._grid.number[active]] = active
        where = statement[carried.payee]
        value = items.like(carried.amount) * (items.over(where) // items.fine)
        items.add(where, value, carried.amount, place, carried.by)

    def cap(self, items: Items, cap: EarningsCap, chosen: Places) -> None:
        """Hold what items come to under a cap, in their order."""
        limit, names = self._limit(items, cap, chosen), self._names(items, cap, chosen)
        keys = self._keys(items, cap, chosen, names)
        order = np.argsort(keys, kind="stable")
        runs = Runs.of(changes(keys[order]))
        used = self._used.setdefault(cap.id, Tally())
        opening = used.at(keys[order][runs.starts])
        own = items.value[chosen][order]
        after = sums(own, runs) + runs.spread(opening)
        most = limit[order]
        held = np.minimum(after, most) - np.minimum(after - own, most)
        if cap.per is LimitSpan.TRANSACTION:
            held = np.maximum(np.minimum(after, most), -most) - np.maximum(np.minimum(after - own, most), -most)
        elif len(runs.starts):
            ends = runs.ends(after)
            used.put(
                keys[order][runs.starts],
                np.minimum(ends, runs.ends(most)) if cap.excess is Excess.CARRIED else ends,
            )
        values = np.empty_like(held)
        values[order] = held
        changed, less = items.rescale(chosen, values)
        if cap.excess is Excess.CARRIED and len(changed):
            self._carry(cap, items.statement[changed], names[np.searchsorted(chosen, changed)], less)

    def _carry(self, cap: EarningsCap, statement: Whole, names: Whole, less: Whole) -> None:
        keys = self._grid.number[statement] * self._setting.names + names
        distinct, places = np.unique(keys, return_inverse=True)
        amount = np.zeros(len(distinct), dtype=less.dtype)
        np.add.at(amount, places.reshape(-1), less)
        kept = (amount > 0).astype(np.bool_)
        if kept.any():
            payee, by = np.divmod(distinct[kept], self._setting.names)
            self._carried[cap.id] = _Carried(payee, by, amount[kept])

    def _limit(self, items: Items, modifier: EarningsCap | EarningsFloor, chosen: Places) -> Whole:
        limits = self._setting.limits[modifier.id][self._grid.period[items.statement[chosen]]]
        found: Whole = items.like(limits) * (items.below(chosen) // self._setting.whole)
        return found

    def _names(self, items: Items, cap: EarningsCap, chosen: Places) -> Whole:
        """The name that tells limits apart: an attribute of lines, what amounts beside them were carried for."""
        names = items.by[chosen]
        if not cap.by:
            return names
        return np.where(items.is_line[chosen], self._by[cap.by][items.row[chosen]], names)

    def _keys(self, items: Items, cap: EarningsCap, chosen: Places, names: Whole) -> Whole:
        """What has a limit of its own: a payee, a span and a name, or a transaction in a role."""
        statement = items.statement[chosen]
        if cap.per is LimitSpan.TRANSACTION:
            apart = self._block.rows + statement
            return np.where(items.is_line[chosen], items.row[chosen], apart) * self._setting.names + names
        spans = self._setting.spans[cap.id]
        number = self._grid.number[statement] * (int(spans.max()) + 1) + spans[self._grid.period[statement]]
        found: Whole = number * self._setting.names + names
        return found

    def floor_of_transactions(self, items: Items, floor: EarningsFloor, chosen: Places) -> None:
        """Lift what each transaction pays in a role; one that comes back takes back as much."""
        chosen = chosen[items.is_line[chosen]]
        if not len(chosen):
            return
        limit = self._limit(items, floor, chosen)
        row, own = items.row[chosen], items.value[chosen]
        runs = Runs.of(changes(row))
        after = sums(own, runs)
        is_return = self._block.is_return[row]
        reached, before = (
            np.where(is_return, np.minimum(each, -limit), np.maximum(each, limit)) for each in (after, after - own)
        )
        before[runs.starts] = 0
        items.rescale(chosen, reached - before)

    def floor_of_periods(self, items: Items, floor: EarningsFloor, chosen: Places, active: Places, place: int) -> None:
        """Lift what each statement pays, also one without lines."""
        size = self._grid.size
        earned = items.by_statement(items.value[chosen], chosen, size)[active]
        paid = items.by_statement(items.paid[chosen], chosen, size)[active]
        limits = items.like(self._setting.limits[floor.id][self._grid.period[active]])
        limit = limits * (items.over(active) // self._setting.whole)
        low = (earned < limit).astype(np.bool_)
        whole = round_ratio(limits[low], self._setting.whole, items.mode) * items.fine
        items.add(active[low], (limit - earned)[low], whole - paid[low], place)
