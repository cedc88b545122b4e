"""Appraisal scores of a frame, looked up for many payees and pay periods at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import pyarrow as pa

from salesrules.commissions import Coefficient
from salesrules.core import Fault, InvalidValue
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.kernel.modifiers import Scores
from salesrules.frames.periods import Periods
from salesrules.frames.quotas import HeldAmounts
from salesrules.frames.reading import Names, Reader

__all__ = ["read_scores"]

_SUBJECT = "performance"


def read_scores(
    frame: pa.Table | None, plan: CompiledPlan, payees: Names, periods: Periods, faults: list[Fault]
) -> Mapping[str, Scores]:
    """The scores that each coefficient needs, by its id; `periods` are the pay periods.

    What is wrong with the frame is added to the faults.
    """
    coefficients = [each for each in plan.plan.modifiers if isinstance(each, Coefficient)]
    empty = np.zeros(0, dtype=np.int64)
    nothing = HeldAmounts(empty, empty, empty, 1)
    found = {each.id: _scores(each, nothing, []) for each in coefficients}
    if frame is None or not coefficients:
        return found
    reader = Reader(frame, "scores", {})
    holders, labels = reader.names("payee", few=payees.values is not None), reader.names("period", few=True)
    subjects = reader.names("subject", few=True) if reader.has("subject") else None
    values = reader.array("score", lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind), "numbers")
    if holders is None or labels is None or values is None:
        faults += reader.faults
        return found
    number = {label: index for index, label in enumerate(periods.labels)}
    known = np.array([number.get(str(text), -1) for text in labels.texts] + [-1])[labels.codes]
    whose = payees.find(holders.at(holders.codes))
    for each in coefficients:
        rows = _of_subject(subjects, each.subject, len(frame))
        rows = rows[(whose[rows] >= 0) & (known[rows] >= 0)]
        keys = whose[rows] * len(number) + known[rows]
        order = np.argsort(keys, kind="stable")
        again = order[1:][keys[order][1:] == keys[order][:-1]]
        remedy = "give each payee one score of a subject and period"
        reader.rows(
            "frames.duplicate_score", "payee", "{count} score(s) are given again", remedy, rows[np.sort(again)], "payee"
        )
        distinct = values.take(pa.array(rows)).dictionary_encode()
        scores = [Decimal(value) for value in distinct.dictionary.to_pylist()]
        held = HeldAmounts(whose[rows], known[rows], distinct.indices.to_numpy().astype(np.int64) + 1, len(number))
        found[each.id] = _scores(each, held, scores)
    faults += dict.fromkeys(reader.faults)
    return found


def _of_subject(subjects: Names | None, wanted: str, rows: int) -> Any:
    if subjects is None:
        return np.arange(rows) if wanted == _SUBJECT else np.zeros(0, dtype=np.intp)
    number = subjects.texts.index(wanted) if wanted in subjects.texts else -2
    return np.flatnonzero(subjects.codes == number)


def _scores(modifier: Coefficient, held: HeldAmounts, values: list[Decimal]) -> Scores:
    """The factor of each distinct score over their common denominator, last of all that of none: 1."""
    factors: list[Fraction] = []
    outside = []
    for value in values:
        factor = Fraction(value)
        if modifier.factors is not None:
            try:
                factor = Fraction(modifier.factors.at(value).value)
            except InvalidValue:
                outside.append(len(factors))
                factor = Fraction(1)
        factors.append(factor)
    below = lcm(*(factor.denominator for factor in factors))
    marks = np.zeros(len(factors) + 1, dtype=np.bool_)
    marks[outside] = True
    tops = [int(factor * below) for factor in [*factors, Fraction(1)]]
    fits = max(map(abs, tops)) < 2**62
    return Scores(held, np.array(tops, dtype=np.int64 if fits else object), marks, below)
