"""Reporting lines by day as arrays: who stands how many levels above whom, looked up once per person and version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs
import numpy as np
import pyarrow as pa

from salesrules.core import Dated, DatedValue, DateRange, Fault
from salesrules.frames.crediting.columns import NEVER, Codes, Columns, Days, Places
from salesrules.frames.crediting.people import People
from salesrules.org import Hierarchy

__all__ = ["AMBIGUOUS", "MISSING", "Chains", "Reporting"]

#: No version of the reporting lines covers a day, or several do.
MISSING, AMBIGUOUS = -1, -2

_NOBODY, _UNKNOWN = -1, -2
_EPOCH = date(1970, 1, 1)


@attrs.frozen(eq=False)
class Chains:
    """The managers above each person, `levels` of them: `above[k - 1][version * people + person]`, below zero for none.

    `depth` is how many of the levels there are, below zero for a person whom the version does not know.
    """

    above: Sequence[Codes]
    depth: Codes
    people: int

    def places(self, versions: Codes, persons: Codes) -> Places:
        """Where the arrays speak of each person on each day; the first place stands in where there is no version."""
        if not len(self.depth):
            return np.zeros(len(persons), dtype=np.intp)
        return np.maximum(versions, 0).astype(np.intp) * self.people + persons


class Reporting:
    """Reporting lines in versions by day, from `Dated[Hierarchy]`, one `Hierarchy` for all days, or a table.

    The table has a row for each person's line: `employee`, `manager` (empty for a root), and the days from `start`
    until before `end` (empty: ever since, for good). On each day it must be a forest, as a `Hierarchy` is. Everybody
    in it is made known to `people`. `faults` has what is wrong with the table.
    """

    def __init__(self, given: Dated[Hierarchy] | Hierarchy | pa.Table | None, people: People) -> None:
        self.faults: list[Fault] = []
        self._people = people
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._parents: list[Sequence[Codes]] = []  # persons with a line and their managers, by version
        self._trees: dict[int, Sequence[Codes]] = {}
        if isinstance(given, pa.Table):
            self._read(given)
        elif given is not None:
            if isinstance(given, Hierarchy):
                given = Dated(subject="hierarchy", entries=[DatedValue(effective=DateRange(date.min), value=given)])
            for entry in given.entries:
                self._add(entry.effective, entry.value)

    def _add(self, effective: DateRange, tree: Hierarchy) -> None:
        found = self._trees.get(id(tree))
        if found is None:
            table = tree.to_parents()
            persons = self._people.codes_of(table)
            found = persons, self._people.known_codes(table.values(), len(table))  # managers are in the tree too
            self._trees[id(tree)] = found
        self._starts.append((effective.start - _EPOCH).days)
        self._ends.append(int(NEVER) if effective.end is None else (effective.end - _EPOCH).days)
        self._parents.append(found)

    def _read(self, table: pa.Table) -> None:
        reader = Columns(table, "hierarchy")
        persons, managers = reader.coded("employee"), reader.coded("manager", optional=True)
        beginning = np.full(reader.rows, -NEVER, dtype=np.int32)
        starts = reader.days("start", optional=True) if reader.has("start") else beginning
        ends = reader.days("end", optional=True) if reader.has("end") else np.full(reader.rows, NEVER, dtype=np.int32)
        self.faults += reader.faults
        if persons is None or managers is None or starts is None or ends is None:
            return
        starts = np.where(starts == NEVER, -NEVER, starts)
        employee = self._people.codes_of(persons.values)[persons.codes]
        manager = np.append(self._people.codes_of(managers.values), _NOBODY).astype(np.int32)[managers.codes]
        remedy = "a line ends after its start; its end is not included"
        problem = "{count} line(s) end before they begin"
        names = self._people.names
        reader.rows_fault(
            "frames.out_of_range", "end", problem, remedy, starts >= ends, lambda row: names[employee[row]]
        )
        cuts = np.unique(np.concatenate((starts, ends[ends < NEVER])))
        found = _TableFaults()
        for cut, following in zip(cuts.tolist(), [*cuts[1:].tolist(), int(NEVER)], strict=True):
            held = np.flatnonzero((starts <= cut) & (cut < ends))
            self._starts.append(cut)
            self._ends.append(following)
            self._parents.append((employee[held], manager[held]))
            found.check(employee[held], manager[held], len(names))
        for code, column, problem, remedy, codes in found.all():
            offenders = [names[code] for code in codes[:3]]
            reader.fault(code, column, f"{problem} ({len(codes)})", remedy, offenders)
        self.faults = reader.faults

    def versions_of(self, days: Days) -> Codes:
        """The version that holds on each day, `MISSING` or `AMBIGUOUS` where there is not one."""
        if not len(days):
            return np.zeros(0, dtype=np.int32)
        first, last = int(days.min()), int(days.max())
        held = np.full(last - first + 1, MISSING, dtype=np.int32)
        for version, (start, end) in enumerate(zip(self._starts, self._ends, strict=True)):
            piece = held[max(start - first, 0) : max(end - first, 0)]
            piece[:] = np.where(piece == MISSING, version, AMBIGUOUS)
        if len(held) and (held == held[0]).all():
            return np.full(len(days), held[0], dtype=np.int32)
        return held[days - first]

    def chains(self, levels: int, used: Iterable[int]) -> Chains:
        """The managers of everybody up to a level, in the versions that are used; others know nobody."""
        people = len(self._people.names)
        versions = len(self._parents)
        above = [np.full((versions, people), _NOBODY, dtype=np.int32) for _ in range(levels)]
        depth = np.full((versions, people), -1, dtype=np.int32)
        for version in used:
            persons, managers = self._parents[version]
            parent = np.full(people + 1, _NOBODY, dtype=np.int32)
            parent[persons] = managers
            reached = parent[:-1]
            depth[version, persons] = 0
            for level in range(levels):
                above[level][version] = reached
                depth[version] += (reached >= 0) & (depth[version] >= 0)
                reached = parent[reached]  # nobody's manager is the last place, nobody
        return Chains([each.reshape(-1) for each in above], depth.reshape(-1), people)


class _TableFaults:
    """What keeps the lines of a day from being a forest, over all days."""

    def __init__(self) -> None:
        self._twice: dict[int, None] = {}
        self._orphans: dict[int, None] = {}
        self._cycles: dict[int, None] = {}

    def check(self, employee: Codes, manager: Codes, people: int) -> None:
        lines = np.bincount(employee, minlength=people)
        self._twice |= dict.fromkeys(np.flatnonzero(lines > 1).tolist())
        has = np.append(lines > 0, True)
        self._orphans |= dict.fromkeys(employee[~has[manager]].tolist())
        parent = np.full(people + 1, _NOBODY, dtype=np.int32)
        parent[employee] = manager
        for _ in range(people.bit_length() + 1):  # each step doubles how far one looks up
            if (parent < 0).all():
                return
            parent = parent[parent]
        # After more steps than there are people one stands on a cycle, and a cycle's own people on all of it.
        self._cycles |= dict.fromkeys(np.unique(parent[parent >= 0]).tolist())

    def all(self) -> Iterable[tuple[str, str, str, str, list[int]]]:
        remedy = "end one of them before the other starts"
        if self._twice:
            yield "frames.ambiguous_line", "employee", "people have several lines on one day", remedy, [*self._twice]
        remedy = "add a line for the manager on all of those days, or leave it out for a root"
        if self._orphans:
            yield "org.orphan", "manager", "people have a manager without a line", remedy, [*self._orphans]
        remedy = "give one of them a manager outside the cycle, or none"
        if self._cycles:
            yield "org.cycle", "manager", "the line upwards returns to where it began", remedy, [*self._cycles]
