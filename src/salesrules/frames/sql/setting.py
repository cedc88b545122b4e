"""What a query is made from: the compiled plan, the dialect, the user's tables and columns, and the periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

import attrs
from sqlglot import exp

from salesrules.commissions import DIRECT, Accumulation, Measure, prorated, share_of_period
from salesrules.core import (
    DateRange,
    FiscalCalendar,
    InvalidValue,
    PeriodKind,
)
from salesrules.frames.compiled import CompiledComponent, CompiledPlan
from salesrules.frames.sql.curves import Curve
from salesrules.frames.sql.dialects import Dialect
from salesrules.frames.sql.naming import field, slugs
from salesrules.frames.sql.tree import case, column, literal

__all__ = ["Part", "Setting", "Stretch", "check_days", "parts_of"]

_KINDS = {
    Accumulation.MONTH: PeriodKind.MONTH,
    Accumulation.QUARTER: PeriodKind.QUARTER,
    Accumulation.YEAR: PeriodKind.YEAR,
}
_MONEY = (Measure.AMOUNT, Measure.MARGIN)


@attrs.frozen(kw_only=True)
class Part:
    """A component and the names of its columns; `ending` is empty for the only one.

    What it counts has the name of the first component that counts the same (`counted`), what runs on that of the first
    that counts the same over the same span (`running`). `span` is the column with the label of the span over which its
    measure runs; empty where each credit stands alone.
    `quota` and `target` are the columns of what the payee holds over the span `held_over`.
    """

    component: CompiledComponent
    ending: str
    counted: str
    running: str
    span: str
    held_over: str
    quota: str = ""
    target: str = ""

    def name(self, word: str) -> str:
        """A column of this component."""
        if word == "measure":
            return f"measure{self.counted}"
        return f"{word}{self.running if word in ('measured', 'measured_before') else self.ending}"

    def made(self, word: str) -> exp.Column:
        """A column of this component, ready for use."""
        return column(self.name(word))

    @property
    def curve(self) -> Curve:
        """The component's curve over its columns."""
        return Curve(component=self.component, quota=lambda: column(self.quota), target=lambda: column(self.target))

    @property
    def moved(self) -> str:
        """The column with what is measured up to a credit, or of the credit where it stands alone."""
        return "measured" if self.span else "measure"

    @property
    def is_proportional(self) -> bool:
        """Whether what a credit earns depends on nothing but the credit."""
        return self.curve.is_flat and not self.needs

    @property
    def has_tiers(self) -> bool:
        """Whether it matters how much is measured."""
        return len(self.component.curve.slopes) > 1

    @property
    def needs(self) -> bool:
        """Whether it cannot be worked out without a quota or a target."""
        return bool(self.quota or self.target)

    def if_moved(self, value: exp.Expression) -> exp.Expression:
        """Zero where nothing was counted, so that no quota is needed for that."""
        if not self.needs:
            return value
        return case((exp.EQ(this=self.made("measure"), expression=literal(0)), literal(0)), default=value)


@attrs.frozen(kw_only=True)
class Stretch:
    """Days on which no period changes, from `start` until `end`: the labels by column, and the pay period's cap."""

    start: date
    end: date
    labels: Mapping[str, str]
    most: int | None


@attrs.frozen(kw_only=True)
class Setting:
    """All that the query is made from.

    `credits` and `quotas` name the user's tables, `columns` and `quota_columns` those of their columns that have other
    names (empty: there is none). `is_decimal` says whether money comes and goes as decimals, or else as whole numbers
    of the least unit; `has_numbers` whether ids are numbers; `by_component` whether the pay of each component is shown.
    """

    plan: CompiledPlan
    dialect: Dialect
    pay_period: PeriodKind
    days: DateRange
    calendar: FiscalCalendar
    parts: tuple[Part, ...]
    credits: exp.Table
    quotas: exp.Table
    columns: Mapping[str, str]
    quota_columns: Mapping[str, str]
    is_decimal: bool
    has_numbers: bool
    by_component: bool

    @property
    def has_role(self) -> bool:
        """Whether the credits have roles: where the plan asks for others than the seller's, or the column is named."""
        wanted = any(tuple(part.component.credits) != (DIRECT,) for part in self.parts)
        return bool(self.columns.get("role", "role" if wanted else ""))

    @property
    def has_original(self) -> bool:
        """Whether returns name their sale: where that matters for what they take back or how they count."""
        wanted = self.plan.reverses or Measure.COUNT in self.measures
        return wanted and bool(self.columns.get("original", "original"))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the components measure."""
        return tuple(dict.fromkeys(part.component.measure for part in self.parts))

    @property
    def numbers(self) -> dict[str, int]:
        """The columns with numbers that are read, and their digits."""
        found: dict[str, int] = {}
        wanted = set(self.measures)
        if wanted & {*_MONEY, Measure.COUNT} or self.has_original or not wanted:
            found["amount"] = self.plan.money_digits
        if Measure.MARGIN in wanted:
            found["cost"] = self.plan.money_digits
        if Measure.QUANTITY in wanted or "quantity" in self.columns:
            found["quantity"] = 0
        return found

    @property
    def attributes(self) -> dict[str, str]:
        """The columns that filters look at, and their names in the query."""
        names = dict.fromkeys(each.attribute for part in self.parts for each in part.component.filters)
        return {name: f"attribute_{slug}" for name, slug in zip(names, slugs(names), strict=True)}

    @property
    def spans(self) -> dict[str, PeriodKind]:
        """The columns with labels of spans, and their kinds; the pay period is the first."""
        found = {"period": self.pay_period}
        for part in self.parts:
            kind = _KINDS.get(part.component.accumulate, self.pay_period)
            if kind is not self.pay_period:
                found[f"in_{kind.value}"] = kind
        return found

    @property
    def held(self) -> dict[str, tuple[str, int, str]]:
        """What payees hold: the columns, each with the measure, its digits and the column of the span."""
        found: dict[str, tuple[str, int, str]] = {}
        for part in self.parts:
            if part.quota:
                found[part.quota] = (part.component.quota_measure, part.component.digits, part.held_over)
            if part.target:
                found[part.target] = (part.component.target_measure, self.plan.money_digits, part.held_over)
        return found

    @property
    def has_quota_measure(self) -> bool:
        """Whether quotas are told apart by what they are of."""
        wanted = {measure for measure, _, _ in self.held.values()} - {"amount"}
        return bool(self.quota_columns.get("measure", "measure" if wanted else ""))

    @property
    def adds_up(self) -> bool:
        """Whether what the lines of a statement earn is added up."""
        return self.plan.is_cumulative or self.plan.plan.cap is not None

    @property
    def telescopes(self) -> bool:
        """Whether a statement has earned what its measures have earned in all, so that nothing need be added up."""
        return all(
            part.is_proportional or (part.span == "period" and not part.curve.earns_at_zero) for part in self.parts
        )

    @property
    def proportional(self) -> tuple[Part, ...]:
        """The components whose credits stand alone and yet are added up over a statement, all of them as one."""
        return tuple(part for part in self.parts if part.is_proportional) if self.adds_up and self.telescopes else ()

    @property
    def is_together(self) -> bool:
        """Whether the lines of a credit are only paid in all, so that there is one column `paid`."""
        several = len(self.parts) > 1 and self.plan.is_cumulative
        return several and not self.by_component and not (self.plan.reverses and self.has_original)

    @property
    def stretches(self) -> list[Stretch]:
        """The days of the query, cut wherever a period of any kind begins."""
        spans = {name: self.calendar.periods(kind, self.days) for name, kind in self.spans.items()}
        first, end = self.days.start, self.days.end
        assert end is not None
        cuts = sorted({first, *(period.start for found in spans.values() for period in found if period.start > first)})
        made = []
        for start, until in zip(cuts, [*cuts[1:], end], strict=True):
            here = {name: next(p for p in found if start in p.span) for name, found in spans.items()}
            most = self.most_in(here["period"].span)
            made.append(Stretch(start=start, end=until, labels={n: p.label for n, p in here.items()}, most=most))
        return made

    def most_in(self, period: DateRange) -> int | None:
        """The cap of a pay period, for the days on which the plan holds, over the scale of the components."""
        plan = self.plan.plan
        if plan.cap is None:
            return None
        held = plan.life.effective.intersection(period)
        share = share_of_period([] if held is None else [(held, plan)], period)
        digits = self.plan.rounding.digits
        amount = Fraction(prorated(plan.cap.amount, share, digits).amount)
        return int(amount * Fraction(10) ** digits * self.parts[0].component.curve.scale)

    def source(self) -> exp.Table:
        """The table of credits."""
        return _aliased(self.credits, "given")

    def own(self, name: str) -> exp.Column:
        """The user's own column of credits."""
        return field(self.theirs(name), "given")

    def held_source(self) -> exp.Table:
        """The table of quotas."""
        return _aliased(self.quotas, "held")

    def held_field(self, name: str) -> exp.Column:
        """The user's own column of quotas."""
        return field(self.quota_columns.get(name, name), "held")

    def in_units(self, value: exp.Expression, digits: int) -> exp.Expression:
        """The user's number in whole units."""
        return self.dialect.units(value, digits if self.is_decimal else 0)

    def theirs(self, name: str) -> str:
        """The user's own name of a column of credits."""
        return self.columns.get(name, name)

    def order(self, table: str = "") -> list[exp.Ordered]:
        """The order in which credits count: by day, sales before returns, then id and role."""
        make = self.dialect.ordered
        found = [make(column("day", table)), make(column("is_return", table))]
        found.append(make(column("id", table), is_text=not self.has_numbers))
        return [*found, make(column("role", table), is_text=True)] if self.has_role else found

    def key(self) -> list[str]:
        """The columns that tell a credit from others."""
        return ["id", "payee", "role"] if self.has_role else ["id", "payee"]


def _aliased(given: exp.Table, name: str) -> exp.Table:
    made = given.copy()
    made.set("alias", exp.TableAlias(this=exp.Identifier(this=name, quoted=False)))
    return made


def parts_of(plan: CompiledPlan, pay_period: PeriodKind) -> tuple[Part, ...]:
    """The components with the names of their columns."""
    endings = [""] if len(plan.components) == 1 else [f"_{slug}" for slug in slugs(c.id for c in plan.components)]
    return tuple(_parts(plan, pay_period, endings))


def _parts(plan: CompiledPlan, pay_period: PeriodKind, endings: list[str]) -> Iterator[Part]:
    known: dict[object, str] = {}
    names: dict[tuple[str, str, int, str], str] = {}

    def holder(word: str, measure: str, digits: int, span: str) -> str:
        if not measure:
            return ""
        key = (word, measure, digits, span)
        taken = sum(known[0] == word for known in names)
        return names.setdefault(key, word if not taken else f"{word}_{taken + 1}")

    for component, ending in zip(plan.components, endings, strict=True):
        kind = _KINDS.get(component.accumulate, pay_period)
        held_over = "period" if kind is pay_period else f"in_{kind.value}"
        counted = known.setdefault((component.credits, component.filters, component.measure), ending)
        running = known.setdefault((counted, held_over), ending)
        part = Part(component=component, ending=ending, counted=counted, running=running, span="", held_over=held_over)
        part = attrs.evolve(
            part,
            quota=holder("quota", component.quota_measure, component.digits, held_over),
            target=holder("target", component.target_measure, plan.money_digits, held_over),
        )
        stands_alone = part.curve.is_flat or component.accumulate is Accumulation.TRANSACTION
        yield part if stands_alone else attrs.evolve(part, span=held_over)


def check_days(setting: Setting) -> None:
    """Raise `InvalidValue` for days on which the plan does not hold, or that begin within a period."""
    days, effective = setting.days, setting.plan.plan.life.effective
    if not effective.encloses(days):
        raise InvalidValue("days", str(days), f"give days on which the plan holds: {effective}")
    if days.start == effective.start:
        return
    starts = {kind: setting.calendar.at(kind, days.start).start for kind in setting.spans.values()}
    earliest = max(min(starts.values()), effective.start)
    if earliest < days.start:
        kinds = " and ".join(kind.value for kind, start in starts.items() if start < days.start)
        remedy = f"begin with {earliest}, the first day of the {kinds}, since measures run from there"
        raise InvalidValue("days", str(days), remedy)
