"""Caps and floors over items: what a limit lets through, what it carries over, and what lifts to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from salesrules.commissions import EarningsCap, EarningsFloor, Excess, LimitSpan
from salesrules.frames.kernel.block import Block, changes
from salesrules.frames.kernel.modifiers.grid import Grid
from salesrules.frames.kernel.modifiers.items import Items, sums
from salesrules.frames.kernel.modifiers.setting import Modifying, OpenedCap
from salesrules.frames.kernel.whole import Flags, Places, Runs, Whole, round_ratio

__all__ = ["Kept", "Limits", "Tally"]


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

    def items(self) -> Iterator[tuple[int, int]]:
        """All keys with their numbers."""
        return zip(self._keys.tolist(), self._values.tolist(), strict=True)

    def put(self, keys: Whole, values: Whole) -> None:
        """Let keys, each given once, have new numbers."""
        old = ~np.isin(self._keys, keys)
        joined = np.concatenate((self._keys[old], keys))
        order = np.argsort(joined, kind="stable")
        self._keys, self._values = joined[order], np.concatenate((self._values[old], values))[order]


@attrs.frozen(eq=False)
class Kept:
    """What a cap has come to: for some payees, what their spans have let through, and what is carried over.

    `used` has payee, span, name and an exact amount in units of the rounding; `carried` payee, name and fine units.
    """

    cap: str
    payees: Sequence[int]
    used: Sequence[tuple[int, int, int, Fraction]]
    carried: Sequence[tuple[int, int, int]]


@attrs.frozen
class _Carried:
    """What a cap has cut off and not let through yet, by payee of the block and name, in fine units."""

    payee: Whole
    by: Whole
    amount: Whole

    def among(self, chosen: Flags) -> _Carried:
        """Some of it."""
        return _Carried(self.payee[chosen], self.by[chosen], self.amount[chosen])


_FIELDS = ("payee", "by", "amount")


class Limits:
    """Applies caps and floors to the items of a block, and keeps what runs on from one pay period to the next."""

    def __init__(self, setting: Modifying, grid: Grid, block: Block) -> None:
        self._setting, self._grid, self._block = setting, grid, block
        self._used: dict[str, Tally] = {}
        self._carried: dict[str, _Carried] = {}
        self._deals = _deals(block, grid)
        self._payees = grid.payee[np.flatnonzero(~grid.continues)]
        for id, standing in setting.standing.items():
            rows = [
                (number, *each)
                for number, payee in enumerate(self._payees.tolist())
                for each in sorted(standing.carried.get(payee, ()))
            ]
            if rows:
                payee, by, amount = (list(each) for each in zip(*rows, strict=True))
                self._carried[id] = _Carried(np.array(payee), np.array(by), np.array(amount, dtype=object))
        self._by = {name: numbers[block.codes_of(name)] for name, numbers in setting.by.items()}

    def open(self, items: Items, cap: EarningsCap, active: Places) -> None:
        """Let what a cap had come to when computing began stand in place of what it has come to here."""
        opened = self._setting.opened.get(cap.id)
        here = opened.get(int(self._grid.period[active[0]])) if opened and len(active) else None
        if not here:
            return
        for place in active[np.isin(self._grid.payee[active], [*here])].tolist():
            for each in here[int(self._grid.payee[place])]:
                if cap.per is not LimitSpan.TRANSACTION:
                    spans = self._setting.spans[cap.id]
                    number = int(self._grid.number[place]) * (int(spans.max()) + 1) + spans[self._grid.period[place]]
                    used = self._used.get(cap.id) or self._opened(items, cap)
                    value = np.array([int(each.used * _at(items, place))], dtype=items.value.dtype)
                    used.put(np.array([number * len(self._setting.names) + each.name]), value)
                if each.carried:
                    self._wait(cap, int(self._grid.number[place]), each, items.paid.dtype)

    def _wait(self, cap: EarningsCap, payee: int, opened: OpenedCap, kind: np.dtype[Any]) -> None:
        """Let an amount wait to be earned anew, in place of what waits for the same."""
        amount = np.array([opened.carried], dtype=kind)
        new, waiting = _Carried(np.array([payee]), np.array([opened.name]), amount), self._carried.get(cap.id)
        if waiting is not None:
            others = waiting.among(~((waiting.payee == payee) & (waiting.by == opened.name)))
            pairs = [np.concatenate([getattr(each, name) for each in (others, new)]) for name in _FIELDS]
            order = np.lexsort((pairs[1], pairs[0]))
            new = _Carried(*(each[order] for each in pairs))
        self._carried[cap.id] = new

    def carry_in(self, items: Items, cap: EarningsCap, place: int, active: Places) -> None:
        """What was carried over is earned anew, after all else, in the order of the names."""
        carried = self._carried.pop(cap.id, None)
        if carried is None:
            return
        statement = np.full(int(self._grid.number[-1]) + 1, -1, dtype=np.int64)
        statement[self._grid.number[active]] = active
        where = statement[carried.payee]
        now = where >= 0
        if not now.all():  # those whose plan does not hold in the period wait
            self._carried[cap.id] = carried.among(~now)
            where, carried = where[now], carried.among(now)
        value = items.like(carried.amount) * (items.over(where) // items.fine)
        items.add(where, value, carried.amount, place, carried.by)

    def cap(self, items: Items, cap: EarningsCap, chosen: Places) -> None:
        """Hold what items come to under a cap, in their order."""
        limit, names = self._limit(items, cap, chosen), self._names(items, cap, chosen)
        keys = self._keys(items, cap, chosen, names)
        order = np.argsort(keys, kind="stable")
        runs = Runs.of(changes(keys[order]))
        used = self._used.get(cap.id) or self._opened(items, cap)
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
        keys = self._grid.number[statement] * len(self._setting.names) + names
        distinct, places = np.unique(keys, return_inverse=True)
        amount = np.zeros(len(distinct), dtype=less.dtype)
        np.add.at(amount, places.reshape(-1), less)
        kept = (amount > 0).astype(np.bool_)
        if kept.any():
            payee, by = np.divmod(distinct[kept], len(self._setting.names))
            new, waiting = _Carried(payee, by, amount[kept]), self._carried.get(cap.id)
            if waiting is not None:
                pairs = ((getattr(each, name) for each in (waiting, new)) for name in _FIELDS)
                new = _Carried(*map(np.concatenate, map(tuple, pairs)))
            self._carried[cap.id] = new

    def _opened(self, items: Items, cap: EarningsCap) -> Tally:
        """What the cap's spans had let through before."""
        used = self._used[cap.id] = Tally()
        standing = self._setting.standing.get(cap.id)
        if standing is None or cap.per is LimitSpan.TRANSACTION:
            return used
        statements, width = self._statements(cap)
        found: dict[int, int] = {}
        for number, payee in enumerate(self._payees.tolist()):
            for span, name, value in standing.used.get(payee, ()):
                place = statements.get(number * width + span)
                if place is not None:
                    found[(number * width + span) * len(self._setting.names) + name] = int(value * _at(items, place))
        if found:
            keys = sorted(found)
            used.put(np.array(keys), np.array([found[key] for key in keys], dtype=object))
        return used

    def _statements(self, cap: EarningsCap) -> tuple[dict[int, int], int]:
        """The first statement of each payee in each span of a cap, by number, and how many spans there are."""
        spans = self._setting.spans[cap.id]
        width = int(spans.max()) + 1
        active = np.flatnonzero(self._grid.active)
        keys, first = np.unique(self._grid.number[active] * width + spans[self._grid.period[active]], return_index=True)
        return dict(zip(keys.tolist(), active[first].tolist(), strict=True)), width

    def kept(self, items: Items) -> list[Kept]:
        """What caps have come to, for later versions of the plan; `items` tells what values stand over."""
        found = []
        for cap in self._setting.modifiers:
            if not isinstance(cap, EarningsCap):
                continue
            used: list[tuple[int, int, int, Fraction]] = []
            if cap.per is not LimitSpan.TRANSACTION:
                statements, width = self._statements(cap)
                for key, value in (self._used.get(cap.id) or Tally()).items():
                    place, name = divmod(key, len(self._setting.names))
                    number, span = divmod(place, width)
                    if place in statements:
                        exact = Fraction(int(value), _at(items, statements[place]))
                        used.append((int(self._payees[number]), span, name, exact))
            carried = self._carried.get(cap.id)
            left = [] if carried is None else zip(carried.payee, carried.by, carried.amount, strict=True)
            rest = [(int(self._payees[number]), int(name), int(amount)) for number, name, amount in left]
            found.append(Kept(cap.id, self._payees.tolist(), used, rest))
        return found

    def _limit(self, items: Items, modifier: EarningsCap | EarningsFloor, chosen: Places) -> Whole:
        limits = self._setting.limits[modifier.id][self._grid.kind[items.statement[chosen]]]
        found: Whole = items.like(limits) * (items.below(chosen) // self._setting.whole)
        return found

    def _names(self, items: Items, cap: EarningsCap, chosen: Places) -> Whole:
        """The name that tells limits apart: an attribute of lines, what amounts beside them were carried for."""
        names = items.by[chosen]
        if not cap.by:
            return names
        lines = np.flatnonzero(items.is_line[chosen])
        names[lines] = self._by[cap.by][items.row[chosen[lines]]]
        return names

    def _keys(self, items: Items, cap: EarningsCap, chosen: Places, names: Whole) -> Whole:
        """What has a limit of its own: a payee, a span and a name, or a transaction in a role."""
        statement = items.statement[chosen]
        if cap.per is LimitSpan.TRANSACTION:
            apart = self._block.rows + statement
            own = np.append(self._deals, 0)[items.row[chosen]]  # the last for what stands on no row
            return np.where(items.is_line[chosen], own, apart) * len(self._setting.names) + names
        spans = self._setting.spans[cap.id]
        number = self._grid.number[statement] * (int(spans.max()) + 1) + spans[self._grid.period[statement]]
        found: Whole = number * len(self._setting.names) + names
        return found

    def floor_of_transactions(self, items: Items, floor: EarningsFloor, chosen: Places) -> None:
        """Lift what each transaction pays in a role; one that comes back takes back as much."""
        chosen = chosen[items.is_line[chosen]]
        if not len(chosen):
            return
        order = np.argsort(self._deals[items.row[chosen]], kind="stable")
        row, own = items.row[chosen[order]], items.value[chosen[order]]
        limit = self._limit(items, floor, chosen[order])
        runs = Runs.of(changes(self._deals[row]))
        after = sums(own, runs)
        is_return = self._block.is_return[row]
        reached, before = (
            np.where(is_return, np.minimum(each, -limit), np.maximum(each, limit)) for each in (after, after - own)
        )
        before[runs.starts] = 0
        values = np.empty_like(own)
        values[order] = reached - before
        items.rescale(chosen, values)

    def floor_of_periods(self, items: Items, floor: EarningsFloor, chosen: Places, active: Places, place: int) -> None:
        """Lift what each statement pays, also one without lines."""
        size = self._grid.size
        earned = items.by_statement(items.value[chosen], chosen, size)[active]
        paid = items.by_statement(items.paid[chosen], chosen, size)[active]
        limits = items.like(self._setting.limits[floor.id][self._grid.kind[active]])
        limit = limits * (items.over(active) // self._setting.whole)
        low = (earned < limit).astype(np.bool_)
        whole = round_ratio(limits[low], self._setting.whole, items.mode) * items.fine
        items.add(active[low], (limit - earned)[low], whole - paid[low], place)


def _deals(block: Block, grid: Grid) -> Whole:
    """A number for each transaction in a role: several of a statement's rows, where payments credit parts of it."""
    if block.deals is None:
        return np.arange(block.rows)
    roles = block.codes_of("")
    keys = np.stack((grid.of_row, block.deals, np.zeros(block.rows, dtype=np.int64) if roles is None else roles))
    return np.unique(keys, axis=1, return_inverse=True)[1].reshape(-1)


def _at(items: Items, statement: int) -> int:
    """What values stand over in a statement."""
    below = items.denominators
    return below if isinstance(below, int) else int(below[statement])
