"""Random sample policies and rulebooks, within what a document can hold."""

from __future__ import annotations

from datetime import date

import attrs
from hypothesis import strategies as st
from sample_policies import Flat, PayPolicy, Plan, Small, Tiered, Trigger

from salesrules.core import (
    Band,
    BandTable,
    Dated,
    DatedValue,
    DateRange,
    FiscalCalendar,
    Money,
    PolicyLife,
    PolicyStatus,
    Rate,
    Rounding,
    RoundingMode,
    Side,
    Weekday,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.rulebook import Rulebook

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
names = words.filter(str.strip)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)
moneys = st.builds(Money, decimals, st.sampled_from(["CNY", "USD", "XBT"]))
rates = st.decimals(min_value=-10, max_value=10, places=6).map(Rate)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    first, second = sorted(draw(st.tuples(days, days)))
    return DateRange(first, None if first == second else second)


@st.composite
def band_tables(draw: st.DrawFn) -> BandTable[Rate]:
    bounds = sorted(draw(st.sets(decimals, min_size=1, max_size=5)))
    sides = st.none() | st.sampled_from(Side)
    bands = [Band(start=bound, value=draw(rates), side=draw(sides)) for bound in bounds]
    end = draw(st.none() | st.integers(1, 9).map(lambda more: bounds[-1] + more))
    if draw(st.booleans()):
        bands[0] = Band(start=None, value=draw(rates), side=draw(sides))
    return BandTable(bands=tuple(bands), side=draw(st.sampled_from(Side)), end=end)


@st.composite
def dated_fees(draw: st.DrawFn) -> Dated[Money]:
    starts = sorted(draw(st.sets(days, min_size=1, max_size=4)))
    ends = [*starts[1:], None]
    entries = [
        DatedValue(effective=DateRange(start, end), value=draw(moneys)) for start, end in zip(starts, ends, strict=True)
    ]
    return Dated(subject=draw(words), entries=tuple(entries))


plans = st.builds(
    Plan,
    id=names,
    effective=ranges(),
    pay=st.builds(Flat, amount=moneys) | st.builds(Tiered, rates=band_tables()),
    trigger=st.sampled_from(Trigger),
    holders=st.lists(words, max_size=3),
    cap=st.none() | moneys,
    weight=decimals.filter(lambda number: number > 0),
    count=st.integers(1, 10**12),
    is_open=st.booleans(),
)
lives = st.builds(
    PolicyLife,
    status=st.sampled_from([status for status in PolicyStatus if status is not PolicyStatus.SUPERSEDED]),
    scope=names,
    owner=names,
    effective=ranges(),
    approver=names,
    next_review=st.none() | days,
)
pay_policies = st.builds(
    PayPolicy,
    life=lives,
    plans=st.lists(plans, max_size=3, unique_by=lambda plan: plan.id),
    rounding=st.none() | st.builds(Rounding, digits=st.integers(-12, 12), mode=st.sampled_from(RoundingMode)),
    shares=st.dictionaries(words, rates, max_size=3),
    fee=st.none() | dated_fees(),
    closes_at=st.none() | st.times().map(lambda t: t.replace(fold=0)),
    starts=st.none() | days,
    note=words,
)
sections = st.fixed_dictionaries(
    {}, optional={"pay": pay_policies, "small": st.builds(Small, limit=st.integers(1, 100))}
)
working_hours = st.tuples(st.times(), st.times()).map(lambda pair: WorkingHours(opens=pair[0], closes=pair[1]))
working_times = st.builds(
    WorkingTime,
    zone=st.sampled_from(["Europe/Berlin", "Asia/Shanghai"]),
    week=st.builds(
        WeekdayHours,
        days=st.lists(st.sampled_from(list(Weekday)), min_size=1, unique=True),
        hours=st.tuples(working_hours),
    ).map(lambda hours: [hours]),
    holidays=st.lists(days, max_size=3, unique=True),
)
rulebooks = st.builds(
    Rulebook,
    name=names,
    sections=sections,
    currency_digits=st.dictionaries(st.sampled_from(["XBT", "CNY", "ABC"]), st.integers(0, 12)),
    calendar=st.builds(FiscalCalendar, first_month=st.integers(1, 12)),
    working_time=st.none() | working_times,
)


@st.composite
def rulebook_pairs(draw: st.DrawFn) -> tuple[Rulebook, Rulebook]:
    """Two rulebooks: one and another, or one and what a small revision of its plans makes of it."""
    old = draw(rulebooks)
    pay = old.sections.get("pay")
    if pay is None or draw(st.booleans()):
        return old, draw(rulebooks)
    kept = draw(st.permutations(pay.plans))[: draw(st.integers(0, len(pay.plans)))]
    revised = [attrs.evolve(plan, count=draw(st.integers(1, 3)), cap=draw(st.none() | moneys)) for plan in kept]
    plans = [plan if draw(st.booleans()) else other for plan, other in zip(kept, revised, strict=True)]
    return old, attrs.evolve(old, sections={**old.sections, "pay": attrs.evolve(pay, plans=plans)})
