"""What is wrong with quotas in bulk: a fault for each code, with how many needs have it and which are the first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from salesrules.core import DateRange, Fault
from salesrules.frames.crediting.columns import Codes, Days, Places

__all__ = ["SHOWN", "Needs", "QuotaFaults"]

#: How many offenders are named.
SHOWN = 3

_EPOCH = date(1970, 1, 1)


class Needs(NamedTuple):
    """The needs: whose quota, over which days."""

    names: Sequence[str]
    payee: Codes
    start: Days
    end: Days

    def key(self, row: int) -> tuple[str, date, date]:
        """Whose quota a need asks for, from which day until before which."""
        start, end = (_EPOCH + timedelta(days=int(each[row])) for each in (self.start, self.end))
        return self.names[self.payee[row]], start, end

    def shown(self, rows: Places) -> str:
        """The first of some needs, in words."""
        each = (self.key(row) for row in rows[:SHOWN].tolist())
        return ", ".join(f"{payee} {DateRange(start, end)}" for payee, start, end in each)


class QuotaFaults:
    """Collects faults by code: how many needs have each, and which are the first."""

    def __init__(self, measure: str, asked: Needs) -> None:
        self._measure = measure
        self._asked = asked
        self._found: dict[str, tuple[list[int], str, str]] = {}
        self._noted: dict[int, list[str]] = {}
        self._first: dict[tuple[str, date, date], int] = {}

    def note(self, row: int, code: str, problem: str, remedy: str) -> None:
        """A fault of one need."""
        self._found.setdefault(code, ([], problem, remedy))[0].append(row)
        self._noted.setdefault(row, []).append(code)
        self._first[self._asked.key(row)] = row

    def again(self, key: tuple[str, date, date], row: int) -> None:
        """Another need of the same span has the same faults."""
        for code in self._noted.get(self._first.get(key, -1), ()):
            self._found[code][0].append(row)

    def missing(self, rows: Places) -> None:
        """Needs without any line."""
        self._many(rows, "quotas.missing", f"there is no quota of {self._measure}", "add target lines")

    def zero(self, rows: Places) -> None:
        """Needs whose quota is zero."""
        self._many(rows, "commissions.zero_quota", f"the quota of {self._measure} is zero", "give one above zero")

    def units(self, rows: Places, unit: str, units: Sequence[str]) -> None:
        """Needs whose quota is in a unit that cannot be compared."""
        wanted = f"money in {unit}" if unit else "what is counted, not money"
        problem = f"the quota of {self._measure} is in {', '.join(dict.fromkeys(units))}, and compared with {wanted}"
        remedy = "state it in what the component measures, or name another quota_measure"
        self._many(rows, "commissions.quota_unit", problem, remedy)

    def unfit(self, rows: Places) -> None:
        """Needs whose quota is too large, or finer than what is measured."""
        problem = f"the quota of {self._measure} is too large, or has more digits than what is measured"
        self._many(rows, "frames.out_of_range", problem, "round it")

    def _many(self, rows: Places, code: str, problem: str, remedy: str) -> None:
        if len(rows):
            self._found.setdefault(code, ([], problem, remedy))[0].extend(rows.tolist())

    def all(self) -> tuple[Fault, ...]:
        """One fault for each code."""
        return tuple(
            Fault(
                code=code,
                path="quotas",
                problem=f"{problem}; so it is for {len(rows)} payee(s) and span(s)",
                remedy=remedy,
                value=self._asked.shown(np.array(sorted(rows))),
            )
            for code, (rows, problem, remedy) in self._found.items()
        )
