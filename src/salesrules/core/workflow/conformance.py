"""What came of holding an event log against a workflow table: cases, deviations and variants."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

import attrs

from salesrules.core.converters import as_tuple
from salesrules.core.decisions import Reason

__all__ = ["Conformance", "Deviation", "LogEntry", "ReplayedCase", "Variant"]


class LogEntry(NamedTuple):
    """One row of an event log: the case's id, what was done, when, and in which role (`None`: not recorded).

    A plain tuple, since logs have many rows; any tuple of these four will do.
    """

    case: str
    activity: str
    instant: datetime
    role: str | None = None


@attrs.frozen(kw_only=True)
class Deviation:
    """One departure from the table: in which case, at which of its events (counted from 1), in which state.

    `expected` are the commands that the table allows there. Where guards that a log cannot answer leave several states
    possible, `state` names them all (`"a | b"`).
    """

    case: str
    position: int
    state: str
    expected: tuple[str, ...] = attrs.field(converter=as_tuple)
    activity: str
    instant: datetime
    reason: Reason


@attrs.frozen(kw_only=True)
class ReplayedCase:
    """One case of a log: how many events, where it ended, its deviations, and the place of its variant."""

    case: str
    events: int
    state: str
    is_finished: bool
    variant: int
    deviations: tuple[Deviation, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def is_conformant(self) -> bool:
        """Whether the case kept to the table throughout."""
        return not self.deviations


@attrs.frozen(kw_only=True)
class Variant:
    """A sequence of activities, and how many cases took it."""

    activities: tuple[str, ...] = attrs.field(converter=as_tuple)
    cases: int


@attrs.frozen(kw_only=True)
class Conformance:
    """All cases of a log in the order of their first events, and its variants, the most frequent first."""

    cases: tuple[ReplayedCase, ...] = attrs.field(converter=as_tuple)
    variants: tuple[Variant, ...] = attrs.field(converter=as_tuple)

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        """Every deviation, case after case."""
        return tuple(deviation for case in self.cases for deviation in case.deviations)

    @property
    def counts(self) -> dict[str, int]:
        """How many deviations there are of each reason code, the most frequent first."""
        return dict(Counter(deviation.reason.code for deviation in self.deviations).most_common())

    @property
    def conformant_cases(self) -> int:
        """How many cases kept to the table throughout."""
        return sum(case.is_conformant for case in self.cases)

    def to_records(self) -> list[dict[str, Any]]:
        """One row per deviation, as plain data."""
        return [
            {
                "case": deviation.case,
                "position": deviation.position,
                "state": deviation.state,
                "expected": ", ".join(deviation.expected),
                "activity": deviation.activity,
                "instant": deviation.instant,
                "code": deviation.reason.code,
            }
            for deviation in self.deviations
        ]
