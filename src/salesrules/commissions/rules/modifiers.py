"""Modifiers at work: gates, kickers, multipliers, coefficients, caps and floors, in order, for one payee.

Each works on items, the lines that its plan pays in the period, and leaves parts that sum to its adjustment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions.model import (
    Adjustment,
    AdjustmentKind,
    AdjustmentPart,
    AppraisalScore,
    Measurement,
    OpeningUse,
    StatementLine,
    TransactionKind,
)
from salesrules.commissions.policy import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Excess,
    Gate,
    Kicker,
    LimitSpan,
    Modifier,
    Multiplier,
    Observed,
    Plan,
    RoundingLevel,
)
from salesrules.commissions.rules.assignments import PlanRun
from salesrules.commissions.rules.balances import prorated, share_of_period
from salesrules.commissions.rules.modifier_items import Item, clamp, reaches, rescale
from salesrules.core import EXACT, FiscalCalendar, Money, Period, PeriodKind, Rounding, exact_sum

__all__ = ["ModifierRun"]

_NOTHING = Fraction(0)
_KINDS = {LimitSpan.QUARTER: PeriodKind.QUARTER, LimitSpan.YEAR: PeriodKind.YEAR}
_Limit = tuple[str, str, date | None, str]


class ModifierRun:
    """Adjusts one payee's lines, period after period, and keeps what caps, kickers and returns need of earlier ones.

    `on_fault` is told (code, problem, remedy, value) of an appraisal score that is missing.
    """

    def __init__(
        self,
        *,
        calendar: FiscalCalendar,
        scores: Sequence[AppraisalScore] = (),
        openings: Sequence[OpeningUse] = (),
        on_fault: Callable[[str, str, str, str], None],
    ) -> None:
        self._calendar = calendar
        self._scores = scores
        self._openings = openings
        self._on_fault = on_fault
        self._used: dict[_Limit, Fraction] = defaultdict(Fraction)
        self._carried: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._kicked: dict[tuple[str, str, str, date | None], Decimal] = defaultdict(Decimal)
        self._changed: dict[str, Decimal] = defaultdict(Decimal)

    def waiting(self) -> Mapping[tuple[str, str], Decimal]:
        """What caps have carried over and not earned anew yet, by plan family and cap."""
        return {key: exact_sum(parts.values()) for key, parts in self._carried.items() if parts}

    def adjust(
        self,
        lines: Sequence[StatementLine],
        measurements: Sequence[Measurement],
        period: Period,
        runs: Sequence[PlanRun],
        rounding_of: Callable[[Plan], Rounding],
    ) -> list[Adjustment]:
        """The adjustments of a period, plan by plan in the order of their modifiers, then those of returned lines.

        `measurements` stand as at the end of the period; `runs` are the days on which plan versions hold within it.
        """
        plans = {run.plan.id: run.plan for run in runs if run.plan.modifiers}
        found: list[Adjustment] = []
        for plan in plans.values():
            own = [line for line in lines if line.plan == plan.id and line.reversal is None]
            seen = [measurement for measurement in measurements if measurement.plan == plan.id]
            days = [run for run in runs if run.plan is plan]
            found += self._of_plan(
                plan, [Item.of(line, plan.modifier_base) for line in own], seen, period, days, rounding_of(plan)
            )
        for adjustment in found:
            for part in adjustment.parts:
                if part.line:
                    self._changed[part.line] = EXACT.add(self._changed[part.line], part.amount)
        if self._changed:
            found += self._returned(lines)
        return found

    def _of_plan(
        self,
        plan: Plan,
        items: list[Item],
        seen: Sequence[Measurement],
        period: Period,
        runs: Sequence[PlanRun],
        rounding: Rounding,
    ) -> Iterator[Adjustment]:
        for modifier in plan.modifiers:
            scope = [item for item in items if not modifier.applies_to or item.component in modifier.applies_to]
            work = _Work(plan, modifier, scope, rounding)
            if isinstance(modifier, Kicker):
                made = self._kick(work, modifier, seen)
            elif isinstance(modifier, EarningsCap):
                made = self._cap(work, modifier, period, runs)
            elif isinstance(modifier, EarningsFloor):
                made = self._floor(work, modifier, period, runs)
            else:
                made = self._scale(work, modifier, seen, period)
            yield from made
            items += work.extras

    def _scale(
        self, work: _Work, modifier: Gate | Multiplier | Coefficient, seen: Sequence[Measurement], period: Period
    ) -> Iterator[Adjustment]:
        observed, factor = self._factor(work, modifier, seen, period)
        parts = rescale(
            work.scope, work.level, work.rounding, lambda item: {"value": item.value * factor, "factor": factor}
        )
        yield from work.adjustment(AdjustmentKind(modifier.kind), _parts(parts), observed)

    def _factor(
        self, work: _Work, modifier: Gate | Multiplier | Coefficient, seen: Sequence[Measurement], period: Period
    ) -> tuple[Fraction, Fraction]:
        """What a modifier saw, and the factor that follows."""
        if isinstance(modifier, Coefficient):
            score = self._score(modifier, work, period)
            factor = Fraction(score) if modifier.factors is None else Fraction(modifier.factors.at(score).value)
            return Fraction(score), factor
        observed = _observe([m for m in seen if m.component == modifier.component], modifier.observe)
        if isinstance(modifier, Multiplier):
            return observed, Fraction(modifier.factors.at(observed).value)
        is_open = reaches(observed, modifier.threshold, modifier.side)
        return observed, Fraction(1) if is_open else Fraction(modifier.otherwise.value)

    def _score(self, modifier: Coefficient, work: _Work, period: Period) -> Decimal:
        for score in self._scores:
            if score.subject == modifier.subject and period.start in score.span:
                return score.score
        if work.scope:
            self._on_fault(
                "no_score",
                f"{modifier.id} of plan {work.plan.id} needs a score of {modifier.subject} for {period.label}",
                "give one for the period, also where it is 1",
                period.label,
            )
        return Decimal(1)

    def _kick(self, work: _Work, modifier: Kicker, seen: Sequence[Measurement]) -> Iterator[Adjustment]:
        own = [m for m in seen if m.component == modifier.component]
        observed = _observe(own, modifier.observe)
        if modifier.share is not None and reaches(observed, modifier.threshold, modifier.side):
            parts = work.on_top(Fraction(modifier.share.value))
            yield from work.adjustment(AdjustmentKind.KICKER, parts, observed)
        if modifier.amount is None:
            return
        for measurement in own:
            observed = _observe([measurement], modifier.observe)
            is_due = reaches(observed, modifier.threshold, modifier.side)
            due = modifier.amount.amount if is_due else Decimal(0)
            key = (work.plan.family, modifier.id, measurement.label, measurement.start)
            change = EXACT.subtract(due, self._kicked[key])
            self._kicked[key] = due
            if change:
                yield from work.adjustment(AdjustmentKind.KICKER, [work.extra(change)], observed)

    def _cap(self, work: _Work, modifier: EarningsCap, period: Period, runs: Sequence[PlanRun]) -> Iterator[Adjustment]:
        limit = work.limit(modifier.amount, modifier.per, runs, period)
        self._open(work.plan, modifier, period)
        carried = self._carried[work.plan.family, modifier.id]
        for by, amount in sorted(carried.items()):
            yield from work.adjustment(AdjustmentKind.CARRIED_IN, [work.extra(amount, by)])
        carried.clear()
        start = _span_start(self._calendar, modifier.per, period)
        keys: dict[str, _Limit] = {}
        given: dict[_Limit, Fraction] = {}
        cut: dict[str, Decimal] = defaultdict(Decimal)
        per_transaction = modifier.per is LimitSpan.TRANSACTION
        running: dict[_Limit, Fraction] = defaultdict(Fraction) if per_transaction else self._used
        lower = -limit if per_transaction else None

        def limited(item: Item) -> Mapping[str, Fraction | None]:
            by = item.by(modifier.by)
            key = keys.setdefault(by, (work.plan.family, modifier.id, start, by))
            if per_transaction:
                key = (item.transaction, item.role, None, by)
            before = running[key]
            let = given.get(key, clamp(before, lower, limit))
            value = clamp(before + item.value, lower, limit) - let
            running[key] = before + item.value
            given[key] = let + value
            return {"value": value, "before": before, "given": let, "lower": lower, "upper": limit}

        parts = rescale(work.scope, work.level, work.rounding, limited)
        if modifier.excess is Excess.CARRIED:
            for item, part in parts:
                by = item.by(modifier.by)
                cut[by] = EXACT.subtract(cut[by], part.amount)
            for key in keys.values():
                running[key] = given[key]
            carried.update({by: amount for by, amount in cut.items() if amount > 0})
        yield from work.adjustment(AdjustmentKind.CAP, _parts(parts), carried=exact_sum(carried.values()))

    def _open(self, plan: Plan, modifier: EarningsCap, period: Period) -> None:
        """What was earned before computing began, on the day that it began."""
        for opening in self._openings:
            if opening.policy == modifier.id and opening.day == period.start:
                start = _span_start(self._calendar, modifier.per, period)
                self._used[plan.family, modifier.id, start, opening.by] = Fraction(opening.used.amount)
                if opening.carried:
                    self._carried[plan.family, modifier.id][opening.by] = opening.carried.amount

    def _floor(
        self, work: _Work, modifier: EarningsFloor, period: Period, runs: Sequence[PlanRun]
    ) -> Iterator[Adjustment]:
        limit = work.limit(modifier.amount, modifier.per, runs, period)
        if modifier.per is not LimitSpan.TRANSACTION:
            earned = sum((item.value for item in work.scope), _NOTHING)
            if earned < limit:
                yield from work.adjustment(AdjustmentKind.FLOOR, [work.lift(earned, limit)])
            return
        running: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        given: dict[tuple[str, str], Fraction] = defaultdict(Fraction)

        def lifted(item: Item) -> Mapping[str, Fraction | None]:
            key = (item.transaction, item.role)
            lower, upper = (None, -limit) if item.kind is TransactionKind.RETURN else (limit, None)
            before, let = running[key], given[key]
            value = clamp(before + item.value, lower, upper) - let
            running[key] = before + item.value
            given[key] = let + value
            return {"value": value, "before": before, "given": let, "lower": lower, "upper": upper}

        lines = [item for item in work.scope if item.transaction]
        yield from work.adjustment(AdjustmentKind.FLOOR, _parts(rescale(lines, work.level, work.rounding, lifted)))

    def _returned(self, lines: Iterable[StatementLine]) -> Iterator[Adjustment]:
        """A return at original terms takes back its share of what modifiers added to its original's line."""
        for line in lines:
            reversal = line.reversal
            changed = None if reversal is None else self._changed.get(reversal.line)
            if reversal is None or not changed:
                continue
            before, after = (
                line.rounding(Fraction(changed) * share) for share in (reversal.share_before, reversal.share_after)
            )
            amount = Money(EXACT.subtract(before, after), line.amount.currency)
            part = AdjustmentPart(
                line=line.id,
                base=Fraction(changed),
                factor=-reversal.share_after,
                value=-Fraction(changed) * reversal.share_after,
                paid=EXACT.minus(before),
                amount=amount.amount,
            )
            if amount:
                yield Adjustment(
                    kind=AdjustmentKind.RETURNED,
                    policy=reversal.line,
                    plan=line.plan,
                    parts=[part],
                    rounding=line.rounding,
                    carried=Money.zero(amount.currency),
                    amount=amount,
                )


class _Work:
    """One modifier in one period: the items in its scope, and what it adds beside them."""

    def __init__(self, plan: Plan, modifier: Modifier, scope: list[Item], rounding: Rounding) -> None:
        self.plan = plan
        self.modifier = modifier
        self.scope = scope
        self.rounding = rounding
        self.level = plan.rounding.level
        self.extras: list[Item] = []

    def limit(self, amount: Money, per: LimitSpan, runs: Sequence[PlanRun], period: Period) -> Fraction:
        """The limit in force: one per period shrinks with the days of a plan that prorates."""
        if per is not LimitSpan.PERIOD:
            return Fraction(amount.amount)
        return Fraction(prorated(amount, share_of_period(runs, period.span), self.rounding.digits).amount)

    def extra(self, amount: Decimal, by: str = "") -> AdjustmentPart:
        """An amount of its own, which later modifiers work on too."""
        item = Item(value=Fraction(amount), paid=amount, attribute=by)
        self.extras.append(item)
        self.scope.append(item)
        return AdjustmentPart(base=Fraction(amount), factor=Fraction(1), value=Fraction(amount), amount=amount)

    def lift(self, earned: Fraction, limit: Fraction) -> AdjustmentPart:
        """What is missing from a floor."""
        paid = exact_sum(item.paid for item in self.scope)
        amount = EXACT.subtract(self.rounding(limit), paid)
        self.extras.append(Item(value=limit - earned, paid=amount))
        return AdjustmentPart(base=earned, lower=limit, value=limit, paid=paid, amount=amount)

    def on_top(self, share: Fraction) -> list[AdjustmentPart]:
        """A share of every item, rounded on its own."""
        found, running, paid = [], _NOTHING, Decimal(0)
        for item in self.scope:
            value = item.value * share
            amount = EXACT.subtract(self.rounding(running + value), paid)
            found.append(
                AdjustmentPart(
                    line=item.id, base=item.value, factor=share, value=value, running=running, paid=paid, amount=amount
                )
            )
            if self.level is RoundingLevel.CUMULATIVE:
                running, paid = running + value, EXACT.add(paid, amount)
            item.add(value, amount)
        return found

    def adjustment(
        self,
        kind: AdjustmentKind,
        parts: Sequence[AdjustmentPart],
        observed: Fraction | None = None,
        carried: Decimal = Decimal(0),
    ) -> Iterator[Adjustment]:
        """The adjustment that parts make; none without parts."""
        if parts:
            currency = self.plan.currency
            yield Adjustment(
                kind=kind,
                policy=self.modifier.id,
                plan=self.plan.id,
                parts=parts,
                rounding=self.rounding,
                observed=observed,
                carried=Money(carried, currency),
                amount=Money(exact_sum(part.amount for part in parts), currency),
            )


def _parts(pairs: Iterable[tuple[Item, AdjustmentPart]]) -> list[AdjustmentPart]:
    return [part for _, part in pairs]


def _observe(measurements: Sequence[Measurement], observed: Observed) -> Fraction:
    """A component's measure, or its attainment, over all its spans that touch the period; zero where it has none."""
    measured = sum((Fraction(m.measured) for m in measurements), _NOTHING)
    if observed is Observed.MEASURED:
        return measured
    quota = sum((Fraction(m.quota) for m in measurements if m.quota is not None), _NOTHING)
    return measured / quota if quota else _NOTHING


def _span_start(calendar: FiscalCalendar, per: LimitSpan, period: Period) -> date | None:
    """Where the span of a cap began: cap and period together name one running total."""
    if per is LimitSpan.PLAN:
        return None
    kind = _KINDS.get(per)
    return period.start if kind is None else calendar.at(kind, period.start).start
