"""Everybody whom tables speak of, by number; and those who are among the people, with their positions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from salesrules.core import Fault
from salesrules.frames.crediting.columns import Codes, Columns, Flags

__all__ = ["People"]


class People:
    """Numbers for ids of persons, given as they come up; `payees` (`payee`, `position`) are those who can be paid.

    Where no payees are given, everybody can be. `faults` has what is wrong with the table.
    """

    def __init__(self, payees: pa.Table | None) -> None:
        self.names: list[str] = []
        self._number: dict[str, int] = {}
        self.faults: list[Fault] = []
        self.positions: dict[int, str] = {}
        self.is_closed = False
        if payees is not None:
            self._read(payees)

    def _read(self, payees: pa.Table) -> None:
        reader = Columns(payees, "payees")
        ids = reader.coded("payee")
        positions = reader.coded("position", optional=True) if reader.has("position") else None
        if ids is not None:
            again = np.ones(len(ids.codes), dtype=np.bool_)
            again[np.unique(ids.codes, return_index=True)[1]] = False
            problem, remedy = "{count} payee(s) have the id of another", "give each their own"
            reader.rows_fault(
                "frames.duplicate_id", "payee", problem, remedy, again, lambda row: ids.values[ids.codes[row]]
            )
            codes = self.codes_of(ids.values)[ids.codes]
            names = [""] * len(codes)
            if positions is not None:
                names = [*positions.values, ""]
                names = [names[code] for code in positions.codes.tolist()]
            self.positions = dict(zip(codes.tolist(), names, strict=True))
            self.is_closed = True
        self.faults = reader.faults

    def codes_of(self, names: Iterable[str]) -> Codes:
        """The numbers of persons; those who are new get theirs."""
        number = self._number
        wanted = [*names]
        for name in wanted:
            if name not in number:
                number[name] = len(number)
        if len(number) > len(self.names):
            self.names = [*number]
        return np.fromiter(map(number.__getitem__, wanted), np.int32, len(wanted))

    def known_codes(self, names: Iterable[str | None], count: int) -> Codes:
        """The numbers of so many persons who have one, below zero for nobody."""
        number = self._number
        return np.fromiter((-1 if name is None else number[name] for name in names), np.int32, count)

    @property
    def is_known(self) -> Flags:
        """Whether each can be paid."""
        if not self.is_closed:
            return np.ones(len(self.names), dtype=np.bool_)
        known = np.zeros(len(self.names), dtype=np.bool_)
        known[list(self.positions)] = True
        return known

    def holding(self, payees: Iterable[str], positions: Iterable[str]) -> Codes:
        """Those who are named or hold one of the positions, in the order of the people."""
        named, held = set(payees), set(positions)
        if not self.is_closed:
            return self.codes_of(dict.fromkeys(payees))
        return np.array(
            [code for code, position in self.positions.items() if self.names[code] in named or position in held],
            dtype=np.int32,
        )
