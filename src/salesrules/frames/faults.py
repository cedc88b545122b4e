"""What stood in the way of blocks, as faults: counted, with the first offenders."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from salesrules.core import Fault
from salesrules.frames.blocks import Outcome, Run
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Places
from salesrules.frames.reading import Reader

__all__ = ["find_faults"]

_SHOWN = 3


def find_faults(outcome: Outcome, run: Run, credits: Credits, reader: Reader) -> list[Fault]:
    """Every fault of an outcome; `reader` shows what the rows have."""
    doubles = _all(outcome.doubles)
    remedy = "give each credit once; a deal that several share has a row for each payee and role"
    reader.rows("duplicate_id", "id", "{count} row(s) have the id, payee and role of another", remedy, doubles, "id")
    rows = _all(outcome.out_of_range)
    problem = f"{{count}} row(s) bring plan {run.plan.id} where 64 bits are not exact"
    remedy = "calculate those payees apart, or all of it with wide=True"
    reader.rows("out_of_range", "amount", problem, remedy, rows, "id")
    return [*reader.faults, *_unmet(outcome, run, credits, reader)]


def _unmet(outcome: Outcome, run: Run, credits: Credits, reader: Reader) -> Iterator[Fault]:
    components = {each.id: each for each in run.plan.components}
    for (code, id_), found in sorted(outcome.unmet.items()):
        component, rows = components[id_], _all(found)
        match code:
            case "missing_quota" | "missing_target":
                word = "quota" if code == "missing_quota" else "target incentive"
                measure = component.quota_measure if code == "missing_quota" else component.target_measure
                labels = run.periods[component.accumulate]
                periods = [labels.labels[number] for number in labels.at(credits.days[rows[:_SHOWN]])]
                payees = credits.payees.at(credits.payees.codes[rows[:_SHOWN]].astype(np.int64)).to_pylist()
                shown = ", ".join(f"{payee} {period}" for payee, period in zip(payees, periods, strict=True))
                yield Fault(
                    code=f"frames.{code}",
                    path="quotas",
                    problem=f"{len(rows)} payee(s) and period(s) have no {word} of {measure} for {id_}",
                    remedy="add them",
                    value=shown,
                )
            case "unknown_column":
                apart = Reader(reader.table, "credits", {})
                problem = f"{{count}} row(s) fall into no column of the table of {id_}"
                apart.rows(code, "id", problem, "give the table a column for them", rows, "id")
                yield from apart.faults
            case _:
                apart = Reader(reader.table, "credits", {})
                problem = f"the formula of {id_} divides by zero on {{count}} row(s)"
                apart.rows(code, "id", problem, "let it not, as with max(1, …)", rows, "id")
                yield from apart.faults


def _all(found: list[Places]) -> Places:
    """Rows of several blocks, in the given order."""
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.intp)
