"""The stages of a run: measures and spans, running sums, quotas beside them, pay, and the two frames of the result."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

import narwhals as nw

from salesrules.commissions import DIRECT
from salesrules.core import Fault, FiscalCalendar, PeriodKind
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.expressions.columns import Columns
from salesrules.frames.expressions.credits import Credits
from salesrules.frames.expressions.earning import Earning
from salesrules.frames.expressions.engines import Engine, Lazy, add_columns
from salesrules.frames.expressions.guard import Guard, Scope
from salesrules.frames.expressions.lines import Lines, Paid
from salesrules.frames.expressions.originals import find_lost_returns, take_back, with_sales
from salesrules.frames.expressions.quotas import Held, Missing, needs_of
from salesrules.frames.expressions.sorting import in_order
from salesrules.frames.expressions.spans import Spans, kind_of, spans_of
from salesrules.frames.expressions.tracks import counting, measured, tracks_of

__all__ = ["Run"]


class Run:
    """One plan over checked credits."""

    def __init__(
        self,
        compiled: CompiledPlan,
        credits: Credits,
        engine: Engine,
        pay_period: PeriodKind,
        calendar: FiscalCalendar,
        quotas: Any,
        by_component: bool,
    ) -> None:
        self.compiled, self.credits, self.engine, self.by_component = compiled, credits, engine, by_component
        kinds = {pay_period, *(kind_of(each.accumulate, pay_period) for each in compiled.components)}
        self.needs = needs_of(compiled, pay_period)
        is_number = credits.frame.collect_schema()["payee"].is_integer()
        self.held = Held(quotas, engine, self.needs, is_number)
        payees = credits.extents.get("payee") if self.held.by_number else None
        self.spans: dict[PeriodKind, Spans] = {
            kind: spans_of(calendar, kind, credits.first, credits.last).by_number(payees) for kind in sorted(kinds)
        }
        self.statement = self.spans[pay_period]
        by_accumulation = {
            each.accumulate: self.spans[kind_of(each.accumulate, pay_period)] for each in compiled.components
        }
        self.tracks = tracks_of(compiled, by_accumulation)
        self.earning = Earning(
            compiled=compiled,
            tracks=self.tracks,
            statement=self.statement,
            quota_of={need.component: need.column for need in self.needs if not need.is_target},
            target_of={need.component: need.column for need in self.needs if need.is_target},
        )
        # Returns at original terms take back what each line of their sale was paid.
        by_component = by_component or credits.reverses
        self.lines = Lines(earning=self.earning, engine=engine, order=credits.order, by_component=by_component)

    def given(self) -> Lazy:
        """The credits, beside returns what has come back of their sales, and payees as the quotas have them."""
        frame = with_sales(self.credits, self.engine) if self.credits.has_originals else self.credits.frame
        if frame.collect_schema()["payee"].is_integer() and not self.held.by_number:
            frame = frame.with_columns(payee=nw.col("payee").cast(nw.String))
        return frame

    def measured(self, frame: Lazy) -> Lazy:
        """Add what each credit adds to each track, and the numbers of its spans."""
        made = {track.part: measured(track, self.credits) for track in dict.fromkeys(self.tracks.values())}
        made |= {spans.column: spans.number(nw.col("day")) for spans in self.spans.values()}
        if self.credits.has_originals:
            made["taken_back"] = reduce(add, [nw.col(name).abs() for name in self.credits.sums if name != "cost"])
        keys = {name: key for spans in self.spans.values() for name, key in spans.key.items()}
        return add_columns(frame.with_columns(**made), keys)

    def check(self, columns: Columns) -> list[Fault]:
        """What is wrong with the quotas, with returns, and with the size of numbers: small queries each."""
        if self.credits.has_originals:
            find_lost_returns(self.credits, self.engine, columns)
        faults = [*columns.faults, *self.held.faults]
        if faults:
            return faults
        frame = self.measured(self.given())
        seen: dict[Any, Missing] = {}
        for need in dict.fromkeys(self.needs):
            track = self.tracks[need.component]
            asked = need.column, need.kind, track.credits, track.filters
            if asked not in seen:
                counted = counting(track, self.credits)
                counts = frame if counted is None else frame.filter(counted)
                seen[asked] = self.held.missing(counts, need, self.spans[need.kind])
            self.held.note(seen[asked], need)
        return self.held.faults or self._guard().check(self._everything(), frame, self.held.extent_of)

    def _guard(self) -> Guard:
        return Guard(
            engine=self.engine,
            components=self.compiled.components,
            tracks=self.tracks,
            factor=self.earning.factor,
            limit=max(self.earning.caps, default=0),
            adds_up=self.earning.adds_up,
            quota_of=self.earning.quota_of,
            target_of=self.earning.target_of,
        )

    def _everything(self) -> Scope:
        """All payees together, by sums that were found with the checks."""
        sums = self.credits.sums
        sizes = {"margin": sums.get("amount", 0) + sums.get("cost", 0), "count": self.credits.rows, **sums}
        return Scope(
            sums={track.number: sizes[track.measure.value] for track in self.tracks.values()},
            rows=self.credits.rows,
            held=self.held.extent,
            taken_back=sum(sums[name] for name in sums if name != "cost") if self.credits.has_originals else 0,
        )

    def paid(self) -> Paid:
        """The credits with what they pay, in units of the rounding."""
        # Sorted first: so few columns are moved, and each number is made of what then lies side by side.
        frame = self.measured(in_order(self.given(), self.credits, self.engine))
        frame = self.engine.sorted_by(frame, [name for spans in self.spans.values() for name in spans.key])
        for need in {each.column: each for each in self.needs}.values():
            spans = self.spans[need.kind]
            frame = self.engine.join(frame, self.held.of(need, spans), spans.keys)
            frame = frame.with_columns(**{need.column: nw.col(need.column).fill_null(1)})
        frame, parts = self.lines.paid(frame)
        if not self.credits.reverses:
            return Paid(frame, parts)
        names = parts or ["paid"]
        frame = take_back(frame, self.credits, self.engine, names, self.compiled.rounding.mode)
        return Paid(frame.with_columns(paid=reduce(add, map(nw.col, names))) if parts else frame, parts)

    def lines_of(self, paid: Paid) -> Lazy:
        """What each credit pays, in money."""
        components = self.compiled.components
        made = {name: nw.col(name) for name in ("id", "payee", "day")}
        made["role"] = nw.col("role") if self.credits.has_roles else nw.lit(DIRECT)
        made |= {"period": nw.col("period"), "commission": self._money("paid")}
        if self.by_component and len(components) > 1:
            made |= {f"commission:{each.id}": self._money(f"paid_{place}") for place, each in enumerate(components)}
        return self.statement.name(paid.frame, self.engine).select(**made)

    def statements_of(self, paid: Paid) -> Lazy:
        """What each payee is paid in each period."""
        added = {"credits": nw.len(), "paid": nw.col("paid").sum().cast(nw.Int64)}
        names = ["payee", self.statement.column]
        if self.statement.key:  # they are the same in all rows of a key
            sums = paid.frame.group_by(self.statement.keys).agg(**added, **{name: nw.col(name).max() for name in names})
        else:
            sums = paid.frame.group_by(names).agg(**added)
        made = {name: nw.col(name) for name in ("payee", "period", "credits")}
        return self.statement.name(sums, self.engine).select(**made, commission=self._money("paid"))

    def _money(self, column: str) -> nw.Expr:
        """Units of the rounding as exact decimals."""
        digits = self.compiled.rounding.digits
        units = nw.col(column)
        if digits < 0:
            units = units * 10**-digits
        whole = units.cast(nw.Decimal(38 - max(digits, 0) - 1, 0))
        return (whole * nw.lit(Decimal(1).scaleb(-digits))).cast(nw.Decimal(38, digits)) if digits > 0 else whole
