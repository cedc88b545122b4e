"""Faults of many parts of a run as those of one: counts added up, the first offenders of all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import pyarrow as pa

from salesrules.core import Fault, InvalidDocument, InvalidValue
from salesrules.frames.job import BulkJob

__all__ = ["check_parts", "gather_faults", "run_part"]

_SHOWN = 3
#: A count in a fault's sentence: "3 row(s)", "2 payee(s) and period(s)".
_COUNT = re.compile(r"\b(\d+)(?= \w+\(s\))")


def gather_faults(parts: Iterable[Sequence[Fault]]) -> tuple[Fault, ...]:
    """The faults of all parts, those that say the same added up; `value` names the first offenders of the first parts.

    >>> def found(problem, value):
    ...     return [Fault(code="frames.null", path="credits.id", problem=problem, remedy="fill them", value=value)]
    >>> [fault] = gather_faults([found("2 value(s) are missing", "a, b"), found("5 value(s) are missing", "c, d, e")])
    >>> fault.problem, fault.value
    ('7 value(s) are missing', 'a, b, c')
    """
    first: dict[tuple[str, str, str, str], Fault] = {}
    counts: dict[tuple[str, str, str, str], int] = {}
    offenders: dict[tuple[str, str, str, str], list[str]] = {}
    for fault in (each for part in parts for each in part):
        count = _COUNT.search(fault.problem)
        said = fault.problem if count is None else _COUNT.sub("{}", fault.problem, count=1)
        key = (fault.code, fault.path, said, fault.remedy)
        first.setdefault(key, fault)
        if count is not None:
            counts[key] = counts.get(key, 0) + int(count[1])
        if fault.value is not None and fault.value not in offenders.setdefault(key, []):
            offenders[key].append(fault.value)
    return tuple(_in_all(fault, counts.get(key), offenders.get(key, [])) for key, fault in first.items())


def _in_all(fault: Fault, count: int | None, offenders: Sequence[Any]) -> Fault:
    problem = fault.problem if count is None else _COUNT.sub(str(count), fault.problem, count=1)
    if len(offenders) < 2:
        return attrs.evolve(fault, problem=problem)
    several = [name for value in offenders for name in str(value).split(", ")]
    return attrs.evolve(fault, problem=problem, value=", ".join(several[:_SHOWN]))


def check_parts(job: BulkJob) -> None:
    """Raise `InvalidValue` where parts could end their statements on different pay periods."""
    if job.plan.modifiers and job.until is None:
        remedy = "give the day of the last credit of all, so that the statements of all parts end on its pay period"
        raise InvalidValue("until", None, remedy)


def run_part(job: BulkJob, credits: pa.Table) -> tuple[pa.Table, pa.Table]:
    """`job.run` over a part of a larger run: empty values are told by the ids of their rows, not by places in the part.

    Raises `InvalidDocument` as `job.run` does.
    """
    try:
        return job.run(credits)
    except InvalidDocument as error:
        raise InvalidDocument(tuple(_placed(fault, job, credits) for fault in error.faults)) from None


def _placed(fault: Fault, job: BulkJob, credits: pa.Table) -> Fault:
    column = fault.path.removeprefix("credits.")
    if fault.code != "frames.null" or column not in credits.column_names:
        return fault
    empty = credits.filter(credits[column].is_null()).slice(0, _SHOWN)
    names = [name for key in ("id", "payee") if (name := job.columns.get(key, key)) in empty.column_names]
    shown = [next((f"{name} {row[name]}" for name in names if row[name] is not None), "?") for row in empty.to_pylist()]
    return attrs.evolve(fault, value=", ".join(shown))
