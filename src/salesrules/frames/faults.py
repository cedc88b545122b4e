"""What stood in the way of blocks, as faults: counted, with the first offenders."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from salesrules.commissions import Accumulation
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
    reader.rows(
        "frames.duplicate_id", "id", "{count} row(s) have the id, payee and role of another", remedy, doubles, "id"
    )
    rows = _all(outcome.out_of_range)
    problem = f"{{count}} row(s) bring plan {run.plan.id} where 64 bits are not exact"
    remedy = "calculate those payees apart, or all of it with wide=True"
    reader.rows("frames.out_of_range", "amount", problem, remedy, rows, "id")
    return [*reader.faults, *_unmet(outcome, run, credits, reader), *_lacking(outcome, run, credits)]


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
                apart.rows(f"frames.{code}", "id", problem, "give the table a column for them", rows, "id")
                yield from apart.faults
            case _:
                apart = Reader(reader.table, "credits", {})
                problem = f"the formula of {id_} divides by zero on {{count}} row(s)"
                apart.rows(f"frames.{code}", "id", problem, "let it not, as with max(1, …)", rows, "id")
                yield from apart.faults


def _lacking(outcome: Outcome, run: Run, credits: Credits) -> Iterator[Fault]:
    """What modifiers lack: scores, and bands for what they look at."""
    modifiers = {each.id: each for each in run.plan.plan.modifiers}
    labels = run.periods[Accumulation.PERIOD].labels
    for code, id_ in sorted({(each.code, each.modifier) for each in outcome.lacking}):
        found = [each for each in outcome.lacking if (each.code, each.modifier) == (code, id_)]
        codes, periods = (np.concatenate([getattr(each, name) for each in found]) for name in ("payee", "period"))
        order = np.lexsort((periods, codes))[:_SHOWN]
        payees = credits.payees.at(codes[order].astype(np.int64)).to_pylist()
        shown = [f"{payee} {labels[period]}" for payee, period in zip(payees, periods[order].tolist(), strict=True)]
        subject = getattr(modifiers[id_], "subject", "")
        is_missing = code == "missing_score"
        yield Fault(
            code=f"frames.{code}",
            path="scores" if subject else "credits",
            problem=f"{len(codes)} payee(s) and period(s) have no score of {subject} for {id_}"
            if is_missing
            else f"no band of {id_} owns what it looks at for {len(codes)} payee(s) and period(s)",
            remedy="give one for each period, also where it is 1" if is_missing else "let its bands own everything",
            value=", ".join(shown),
        )


def _all(found: list[Places]) -> Places:
    """Rows of several blocks, in the given order."""
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.intp)
