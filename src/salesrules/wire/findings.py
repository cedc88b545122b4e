"""What is wrong in a document while it is being read: findings with a place, which become faults at the end."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

import attrs

from salesrules.core import Fault, InvalidDocument
from salesrules.wire.limits import MAX_FAULTS_SHOWN

__all__ = ["Finding", "Misfit", "Place", "cap_faults", "parse_path", "refuse", "render_path", "suggest"]

#: Keys and positions from the top of a document.
Place = tuple[str | int, ...]

_MOST_NAMES = 500  # to compare a name with; more would cost time without helping anybody
_KEY = re.compile(r"[A-Za-z0-9_$-]+", re.ASCII)
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[\"((?:[^\"\\]|\\.)*)\"\]")


@attrs.frozen(kw_only=True)
class Finding:
    """One thing wrong at a place; `line` where the reader itself knows it.

    `known` are the names of which the value should have been one; the fault suggests the nearest.
    """

    place: Place = ()
    code: str
    problem: str
    remedy: str
    value: Any = None
    line: int | None = None
    severity: str = "error"
    known: tuple[str, ...] = ()

    def below(self, *steps: str | int) -> Finding:
        """The same finding, seen from further up."""
        return attrs.evolve(self, place=(*steps, *self.place))

    def to_fault(self, file: str, line: int | None, may_suggest: bool = True) -> Fault:
        """The finding as a fault, with its path in words, its line and the nearest known name."""
        return Fault(
            code=self.code,
            path=render_path(self.place) or "document",
            problem=self.problem,
            remedy=suggest(self.place[-1], self.known, self.remedy) if self.known and may_suggest else self.remedy,
            value=self.value,
            file=file,
            line=line,
            severity=self.severity,
        )


class Misfit(Exception):
    """Findings on their way up from a value that does not fit its type; never leaves this package."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings)
        self.findings = findings


def render_path(place: Place) -> str:
    """The path as a reader writes it.

    >>> render_path(("commissions", "plans", 2, "rate per cent"))
    'commissions.plans[2]["rate per cent"]'
    """
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # half a character cannot be printed


def parse_path(path: str) -> Place:
    """The place that a path names; what cannot be read ends it.

    >>> parse_path("ramps[2].holders[0]")
    ('ramps', 2, 'holders', 0)
    """
    steps: list[str | int] = []
    position = 0
    while match := _STEP.match(path, position):
        key, index, quoted = match.groups()
        steps.append(int(index) if index else re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else key)
        position = match.end()
    return tuple(steps)


def suggest(name: object, known: Iterable[str], otherwise: str) -> str:
    """A remedy that names the nearest known names, or all of them where none is near and they are few."""
    names = sorted(known)[:_MOST_NAMES]
    near = difflib.get_close_matches(str(name), names)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    return f"{otherwise} {', '.join(map(repr, names))}" if 0 < len(names) <= 12 else otherwise


def cap_faults(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults that are shown, and a last one that says how many more there are."""
    if len(faults) <= MAX_FAULTS_SHOWN:
        return tuple(faults)
    rest = len(faults) - MAX_FAULTS_SHOWN
    more = Fault(
        code="wire.more_faults",
        path="document",
        problem=f"there are {rest} more faults, or more than that",
        remedy="mend those above and read it again",
        file=faults[0].file,
    )
    return (*faults[:MAX_FAULTS_SHOWN], more)


def refuse(
    file: str, code: str, problem: str, remedy: str, value: Any = None, line: int | None = None
) -> InvalidDocument:
    """The error for a file that cannot be read at all."""
    fault = Fault(code=code, path="document", problem=problem, remedy=remedy, value=value, file=file, line=line)
    return InvalidDocument((fault,))
