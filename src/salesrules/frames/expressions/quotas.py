"""Quotas and target incentives: read from their frame, checked, and joined to the credits by payee and span."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals as nw

from salesrules.core import Fault, InvalidValue, PeriodKind
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.expressions.checks import Check, find_wrong_rows, null_checks
from salesrules.frames.expressions.columns import SHOWN, Columns
from salesrules.frames.expressions.engines import Engine, Lazy, as_lazy
from salesrules.frames.expressions.spans import Spans, kind_of

__all__ = ["Held", "Missing", "Need", "needs_of"]


class Need(NamedTuple):
    """A measure of quotas that a component needs, over which kind of period, in units of how many digits."""

    measure: str
    kind: PeriodKind
    digits: int
    is_target: bool
    component: str

    @property
    def column(self) -> str:
        """The name of the column that has it beside each credit."""
        what = "target" if self.is_target else "quota"
        return f"{what}_{self.kind.value}_{self.digits}_{self.measure.encode().hex()}"


def needs_of(compiled: CompiledPlan, pay_period: PeriodKind) -> list[Need]:
    """What the components need of the quotas, component by component."""
    found = []
    for each in compiled.components:
        kind = kind_of(each.accumulate, pay_period)
        if each.curve.by_quota:
            found.append(Need(each.quota_measure, kind, each.digits, False, each.id))
        if each.curve.by_target:
            found.append(Need(each.target_measure, kind, compiled.money_digits, True, each.id))
    return found


class Missing(NamedTuple):
    """How many payees and periods have nothing of what is needed, and the first of them."""

    rows: int
    shown: str


class Held:
    """The quotas of a frame that a plan needs, by payee and span; `faults` has what is wrong with the frame.

    `by_number` says whether payees are whole numbers, here as in the credits; else both are taken as text.
    """

    def __init__(self, frame: Any, engine: Engine, needs: Sequence[Need], by_number: bool) -> None:
        self.faults: list[Fault] = []
        self.by_number = by_number
        self.needs = needs
        self._engine = engine
        self._columns: Columns | None = None
        self._extent: dict[str, tuple[int, int]] = {}
        if not needs:
            return
        if frame is None:
            text = "a frame of quotas is needed for {}".format(", ".join(sorted({need.component for need in needs})))
            self.faults.append(
                Fault(code="frames.missing_quota", path="quotas", problem=text, remedy="give quotas", value=None)
            )
            return
        lazy, _ = as_lazy(frame, "quotas")
        if lazy.implementation.name.partition("_")[0] != engine.name.upper():
            raise InvalidValue("quotas", type(frame).__name__, f"give them as a frame of {engine.name}, as the credits")
        columns = Columns(lazy, "quotas", {})
        for name, kind in (("payee", "text"), ("period", "text"), ("amount", "numbers")):
            columns.need(name, kind)
        if not columns.faults:
            self._check(columns, {need.column: need for need in needs})
        self.faults += columns.faults
        if not columns.faults:
            self._columns = columns
            self.by_number = by_number and columns.is_number("payee")

    def extent(self, need: str) -> tuple[int, int]:
        """The least and the most that is held of what is needed, in any span, by the name of its column."""
        return self._extent[need]

    def extent_of(self, need: str, payee: Any) -> tuple[int, int]:
        """The least and the most that a payee holds of what is needed, by the name of its column."""
        assert self._columns is not None
        columns = self._columns
        wanted = next(each for each in self.needs if each.column == need)
        who = columns.raw("payee") if self.by_number else columns.text("payee")
        rows = columns.frame.filter((who == payee) & _is_of(columns, wanted.measure))
        held = columns.units("amount", wanted.digits)
        [found] = self._engine.fetch(rows.select(least=held.min(), most=held.max()))
        return int(found["least"] or 1), int(found["most"] or 1)

    def of(self, need: Need, spans: Spans) -> Lazy:
        """What each payee holds in each span: its keys and the need's column."""
        assert self._columns is not None
        columns = self._columns
        wanted = _is_of(columns, need.measure) & columns.text("period").is_in(list(spans.labels))
        made: dict[str, nw.Expr] = {"payee": columns.raw("payee") if self.by_number else columns.text("payee")}
        if len(spans.labels) > 1:
            made[spans.column] = spans.number_of_label(columns.text("period"))
        made[need.column] = columns.units("amount", need.digits)
        if not (key := spans.key):
            return columns.frame.filter(wanted).select(**made)
        assert spans.payees is not None
        known = wanted & columns.raw("payee").is_between(*spans.payees)  # others might take a number of these
        return columns.frame.filter(known).select(**made).select(need.column, **key)

    def missing(self, credits: Lazy, need: Need, spans: Spans) -> Missing:
        """The payees and periods of credits that count which have nothing of what is needed."""
        shown_by = ["payee", spans.column]
        alone = credits.join(self.of(need, spans), on=spans.keys, how="anti").select(shown_by).unique()
        [found] = self._engine.fetch(alone.select(rows=nw.len()))
        if not found["rows"]:
            return Missing(0, "")
        first = self._engine.fetch(alone.sort(shown_by).head(SHOWN))
        shown = ", ".join(f"{row['payee']} {spans.labels[row[spans.column]]}" for row in first)
        return Missing(int(found["rows"]), shown)

    def note(self, missing: Missing, need: Need) -> None:
        """Note a fault where something is missing."""
        if missing.rows:
            code, what = ("missing_target", "target incentive") if need.is_target else ("missing_quota", "quota")
            problem = f"{missing.rows} payee(s) and period(s) have no {what} of {need.measure} for {need.component}"
            self.faults.append(
                Fault(code=f"frames.{code}", path="quotas", problem=problem, remedy="add them", value=missing.shown)
            )

    def _check(self, columns: Columns, needs: Mapping[str, Need]) -> None:
        checks = null_checks(columns, ["payee", "period", "amount"], "payee")
        extents: dict[str, nw.Expr] = {}
        for need in needs.values():
            wanted = _is_of(columns, need.measure)
            if (misfits := columns.misfits("amount", need.digits)) is not None:
                problem = f"{{count}} number(s) are too large, or have more than {need.digits} digit(s) after the point"
                remedy = "round them, or give whole numbers of the least unit"
                checks.append(Check("out_of_range", "amount", problem, remedy, wanted & misfits, "amount"))
            low = wanted & (columns.raw("amount") < 0 if need.is_target else columns.raw("amount") <= 0)
            problem = f"{{count}} {'target(s) are below' if need.is_target else 'quota(s) are not above'} zero"
            checks.append(Check("out_of_range", "amount", problem, "give amounts above zero", low, "payee"))
            held = nw.when(wanted).then(columns.raw("amount"))
            extents |= {f"least_{need.column}": held.min(), f"most_{need.column}": held.max()}
        found = find_wrong_rows(columns, self._engine, checks, **extents)
        for need in needs.values():
            unit = 1 if columns.is_number("amount") else 10**need.digits
            least, most = (int((found[f"{end}_{need.column}"] or 0) * unit) for end in ("least", "most"))
            self._extent[need.column] = (max(least, 1), most)
        keys = ["payee", "period", *(["measure"] if columns.has("measure") else [])]
        again = columns.frame.group_by(keys).agg(rows=nw.len()).filter(nw.col("rows") > 1)
        if not columns.faults and (first := self._engine.fetch(again.sort(keys).head(SHOWN))):
            [count] = self._engine.fetch(again.select(rows=(nw.col("rows") - 1).sum()))
            problem = f"{int(count['rows'])} quota(s) are given again"
            remedy = "give each payee one quota of a measure and period"
            columns.fault("duplicate_quota", "payee", problem, remedy, [row["payee"] for row in first])


def _is_of(columns: Columns, measure: str) -> nw.Expr:
    """Which quotas are of a measure: of `amount` where there is no such column."""
    return columns.text("measure") == measure if columns.has("measure") else nw.lit(measure == "amount")
