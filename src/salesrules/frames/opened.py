"""What stood when computing began: what components had measured, for each row of credits, and what caps had come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

import attrs
import numpy as np
import pyarrow as pa

from salesrules.commissions import Accumulation, CommissionPolicy, FormulaTable, GridTable, OpeningMeasure, OpeningUse
from salesrules.core import EXACT, Fault, InvalidDocument, exact_sum
from salesrules.frames.assigning import Assigned
from salesrules.frames.compiled import LIMIT, CompiledComponent, CompiledPlan
from salesrules.frames.kernel import Places, Whole
from salesrules.frames.kernel.modifiers import OpenedCap
from salesrules.frames.periods import Periods
from salesrules.frames.reading import Names

__all__ = ["OpenedMeasures", "find_unopened", "opened_caps"]


def find_unopened(policy: CommissionPolicy, openings: Iterable[OpeningMeasure]) -> Iterator[Fault]:
    """A fault where openings name components that measure several things, or in several columns."""
    named = {opening.component for opening in openings}
    parts = [part for plan in policy.plans for part in plan.components if part.id in named]
    found = sorted({part.id for part in parts if isinstance(part.table, FormulaTable | GridTable)})
    if found:
        yield Fault(
            code="frames.opening_measures",
            path="opening_measures",
            problem="formulas and tables in two dimensions begin with nothing measured",
            remedy="calculate them with calculate_commissions",
            value=", ".join(found),
        )


@attrs.frozen(eq=False)
class OpenedMeasures:
    """Looks up opening measures for credits by payee, plan version and days; faults are added to those given."""

    openings: Sequence[OpeningMeasure]
    assigned: Assigned
    credits: pa.Table
    days: Whole
    periods: Mapping[Accumulation, Periods]
    faults: list[Fault]

    def of_rows(self, plan: CompiledPlan, rows: Places, run: Whole) -> dict[str, Whole]:
        """By component what was measured before in the span of each row, in least units; only where anything was.

        `run` has the number of each row's run, below zero for none.
        """
        found: dict[str, Whole] = {}
        for component in plan.components:
            own = [each for each in self.openings if each.component == component.id]
            if own:
                found[component.id] = self._of(component, own, rows, run)
        return found

    def _of(self, component: CompiledComponent, openings: Sequence[OpeningMeasure], rows: Places, run: Whole) -> Whole:
        column = self.credits["payee"].combine_chunks()
        names = column.dictionary.cast(pa.string()).to_pylist()
        number = {name: place for place, name in enumerate(names)}
        of_payee: dict[int, list[OpeningMeasure]] = {}
        for each in openings:
            of_payee.setdefault(number.get(each.payee, -1), []).append(each)
        payees = np.asarray(column.indices).astype(np.int64)
        concerned = rows[np.isin(payees[rows], [*of_payee]) & (run[rows] >= 0)]
        periods = self.periods[component.accumulate]
        numbers = periods.at(self.days[concerned]).astype(np.int64)
        runs = len(self.assigned.runs)
        keys = (payees[concerned] * len(periods.found) + numbers) * runs + run[concerned]
        distinct, places = np.unique(keys, return_inverse=True)
        values = []
        for key in distinct.tolist():
            (who, period), held = divmod(key // runs, len(periods.found)), self.assigned.runs[key % runs]
            span = held.span.intersection(periods.found[period].span)
            days = [each for each in of_payee[who] if span is not None and each.day in span]
            values.append(self._in_units(component, days))
        kind = np.int64 if max(map(abs, values), default=0) <= LIMIT else object
        found = np.zeros(len(run), dtype=kind)
        found[concerned] = np.array(values, dtype=kind)[places.reshape(-1)]
        return found

    def _in_units(self, component: CompiledComponent, openings: Sequence[OpeningMeasure]) -> int:
        """What was measured in least units; a finer number is a fault."""
        measured = exact_sum({each.measure: each.measured for each in openings}.values())
        whole = measured.scaleb(component.digits, EXACT)
        if whole != whole.to_integral_value():
            path = f"opening_measures[{openings[0].payee} {component.id}].measured"
            self.faults.append(_too_fine(path, "what was measured is finer than what is credited", measured))
        return int(whole)


def opened_caps(
    plan: CompiledPlan,
    openings: Iterable[OpeningUse],
    payees: Names,
    names: Sequence[str],
    periods: Periods,
    fine: int,
) -> dict[str, dict[int, dict[int, list[OpenedCap]]]]:
    """What caps had come to, by cap, number of the pay period that it opens, and payee; `names` tell limits apart.

    Raises `InvalidDocument` with all amounts that were carried over and are finer than what a statement pays.
    """
    number = {period.start: place for place, period in enumerate(periods.found)}
    found: dict[str, dict[int, dict[int, list[OpenedCap]]]] = {}
    unit = Fraction(10) ** plan.rounding.digits
    faults: list[Fault] = []
    for each in openings:
        [payee] = payees.find(pa.array([each.payee])).tolist()
        carried = Fraction(0 if each.carried is None else each.carried.amount) * unit * fine
        if carried.denominator > 1:
            path = f"opening_uses[{each.payee} {each.policy}].carried"
            faults.append(_too_fine(path, "what was carried over is finer than pay", each.carried))
        elif payee >= 0 and each.day in number:
            opened = OpenedCap(names.index(each.by), Fraction(each.used.amount) * unit, int(carried))
            found.setdefault(each.policy, {}).setdefault(number[each.day], {}).setdefault(payee, []).append(opened)
    if faults:
        raise InvalidDocument(tuple(faults))
    return found


def _too_fine(path: str, problem: str, value: object) -> Fault:
    remedy = "round it, or calculate with calculate_commissions"
    return Fault(code="frames.numbers_too_fine", path=path, problem=problem, remedy=remedy, value=str(value))
