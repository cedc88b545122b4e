"""What a plan's modifiers look up, prepared once for all blocks: spans, quotas, limits, scores and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from math import lcm, prod

import attrs
import numpy as np

from salesrules.commissions import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Gate,
    Kicker,
    LimitSpan,
    Multiplier,
    OpeningUse,
    Plan,
    prorated,
    share_of_period,
)
from salesrules.core import DateRange, FiscalCalendar, Money, Period
from salesrules.frames.compiled import LIMIT, CompiledPlan
from salesrules.frames.credits import Credits
from salesrules.frames.kernel import Whole
from salesrules.frames.kernel.modifiers import Modifier, Modifying, Observing, Roster, Scores
from salesrules.frames.opened import opened_caps
from salesrules.frames.periods import EPOCH, Periods
from salesrules.frames.quotas import HeldAmounts
from salesrules.frames.standing import StandingCaps, span_start

__all__ = ["Holding", "Parts", "hold_throughout", "limits_of", "parts_of", "prepare_modifiers"]


#: Days of a pay period on which a plan version holds.
Parts = list[tuple[DateRange, Plan]]


@attrs.frozen(eq=False)
class Holding:
    """Where a plan version holds: its statements, each kind's pay period with the days, and what conditions see."""

    roster: Roster | None
    parts: Sequence[tuple[Period, Parts]]
    observing: Mapping[str, Observing]


def hold_throughout(
    plan: CompiledPlan, periods: Periods, spans: Mapping[str, Periods], quotas: Mapping[str, HeldAmounts]
) -> Holding:
    """A plan version that everybody has on all of its days, in the pay periods that there are.

    `spans` are those over which each component accumulates; all of them hold each day of the pay periods.
    """
    observing = _observing(plan.plan.modifiers, periods, spans, quotas) if plan.plan.modifiers else {}
    return Holding(None, parts_of(plan.plan, periods.found), observing)


def parts_of(plan: Plan, periods: Iterable[Period]) -> list[tuple[Period, Parts]]:
    """The days of each period on which a plan version holds."""
    held = [(period, plan.life.effective.intersection(period.span)) for period in periods]
    return [(period, [] if days is None else [(days, plan)]) for period, days in held]


def prepare_modifiers(
    plan: CompiledPlan,
    credits: Credits,
    holding: Holding,
    *,
    periods: Periods,
    scores: Mapping[str, Scores],
    calendar: FiscalCalendar,
    standing: StandingCaps | None = None,
    opened: Sequence[OpeningUse] = (),
) -> Modifying | None:
    """What the modifiers of a plan look up; `None` where it has none. `periods` are the pay periods.

    `standing` is what caps had come to under earlier versions of the plan, and takes what they come to under this one;
    `opened` is what they had come to when computing began. Raises `InvalidDocument` for such that is too fine.
    """
    modifiers = plan.plan.modifiers
    if not modifiers:
        return None
    limits = {
        each.id: limits_of(plan, each.amount, holding.parts, is_prorated=each.per is LimitSpan.PERIOD)
        for each in modifiers
        if isinstance(each, EarningsCap | EarningsFloor)
    }
    amounts = {
        each.id: _in_units(plan, each.amount)
        for each in modifiers
        if isinstance(each, Kicker) and each.amount is not None
    }
    fine = 10 ** (max(plan.statement_digits, standing.digits if standing else 0) - plan.rounding.digits)
    caps = {each.id for each in modifiers if isinstance(each, EarningsCap)}
    opened = [each for each in opened if each.policy in caps]
    used = [_in_units(plan, each.used) for each in opened]
    whole = lcm(fine, *(limit.denominator for found in (*limits.values(), used) for limit in found))
    factors = [_factors(each, scores) for each in modifiers]
    names = {each.by for each in opened} | (standing.names if standing else set())
    texts, by = _names(modifiers, credits, names)
    return Modifying(
        modifiers=modifiers,
        base=plan.plan.modifier_base,
        level=plan.level,
        mode=plan.rounding.mode,
        denominators=tuple(lcm(*(factor.denominator for factor in found)) for found in factors),
        growth=prod(max(1.0, *(float(abs(factor)) for factor in found)) for found in map(_grown, modifiers, factors)),
        whole=whole,
        fine=fine,
        last=len(periods.found) - 1,
        observing=holding.observing,
        limits={id: _whole(int(limit * whole) for limit in found) for id, found in limits.items()},
        spans={each.id: _spans_of(each.per, periods, calendar) for each in modifiers if isinstance(each, EarningsCap)},
        amounts={id: int(amount * fine) for id, amount in amounts.items()},
        scores=scores,
        by=by,
        names=texts,
        standing=standing.of(plan, modifiers, texts, periods, calendar, fine) if standing else {},
        keeps=standing is not None,
        roster=holding.roster,
        opened=opened_caps(plan, opened, credits.payees, texts, periods, fine),
        largest_opened=float(max([abs(_in_units(plan, money)) for money in _moneys(opened)], default=0)),
    )


def _moneys(opened: Iterable[OpeningUse]) -> list[Money]:
    return [money for each in opened for money in (each.used, each.carried) if money is not None]


def limits_of(
    plan: CompiledPlan, amount: Money, held: Iterable[tuple[Period, Parts]], *, is_prorated: bool
) -> list[Fraction]:
    """A limit in each pay period in units of the rounding; a prorated one is for the days on which the plan holds."""
    found = []
    for period, parts in held:
        share = share_of_period(parts, period.span) if is_prorated else Fraction(1)
        found.append(_in_units(plan, prorated(amount, share, plan.rounding.digits)))
    return found


def _in_units(plan: CompiledPlan, amount: Money) -> Fraction:
    return Fraction(amount.amount) * Fraction(10) ** plan.rounding.digits


def _factors(modifier: Modifier, scores: Mapping[str, Scores]) -> list[Fraction]:
    """All that a modifier may multiply by."""
    match modifier:
        case Gate(otherwise=rate):
            return [Fraction(rate.value)]
        case Kicker(share=rate):
            return [] if rate is None else [Fraction(rate.value)]
        case Multiplier(factors=bands):
            return [Fraction(band.value.value) for band in bands.bands]
        case Coefficient(id=id):
            return [Fraction(int(top), scores[id].denominator) for top in np.unique(scores[id].factors).tolist()]
        case _:
            return []


def _grown(modifier: Modifier, factors: list[Fraction]) -> list[Fraction]:
    """What a modifier may make of one; what is carried over comes in once more."""
    if isinstance(modifier, Kicker):
        return [1 + factor for factor in factors] or [Fraction(1)]
    return factors or [Fraction(2 if isinstance(modifier, EarningsCap) else 1)]


def _observing(
    modifiers: Iterable[Modifier],
    periods: Periods,
    spans: Mapping[str, Periods],
    quotas: Mapping[str, HeldAmounts],
) -> dict[str, Observing]:
    edges = [(period.start, period.end - timedelta(days=1)) for period in periods.found]
    first, last = (np.array([(day - EPOCH).days for day in days], dtype=np.int64) for days in zip(*edges, strict=True))
    found: dict[str, Observing] = {}
    for id in {each.component for each in modifiers if isinstance(each, Gate | Kicker | Multiplier)}:
        low, high = (spans[id].at(days).astype(np.int64) for days in (first, last))
        most = int((high - low).max(initial=0)) + 1
        each_span = tuple(np.where(low + offset <= high, low + offset, -1) for offset in range(most))
        found[id] = Observing(each_span, quotas.get(id))
    return found


def _spans_of(per: LimitSpan, periods: Periods, calendar: FiscalCalendar) -> Whole:
    """The number of the span of each pay period: that in which its first day lies."""
    starts = [span_start(per, period, calendar) for period in periods.found]
    number = {start: place for place, start in enumerate(dict.fromkeys(starts))}
    return np.array([number[start] for start in starts], dtype=np.int64)


def _names(
    modifiers: Iterable[Modifier], credits: Credits, others: Iterable[str]
) -> tuple[tuple[str, ...], dict[str, Whole]]:
    """The names that tell limits apart, in their order whichever attribute has them, and their numbers by attribute."""
    wanted = [each.by for each in modifiers if isinstance(each, EarningsCap) and each.by]
    texts = {name: [text or "" for text in credits.attributes[name].texts] for name in wanted}
    names = tuple(sorted({"", *others, *(text for each in texts.values() for text in each)}))
    number = {text: place for place, text in enumerate(names)}
    by = {name: np.array([number[text] for text in (*each, "")], dtype=np.int64) for name, each in texts.items()}
    return names, by


def _whole(values: Iterable[int]) -> Whole:
    found = list(values)
    return np.array(found, dtype=np.int64 if max(map(abs, found), default=0) <= LIMIT else object)
