"""The rules beside the literal oracle, on very many plans and credits that sit on thresholds, a step beside, anywhere.

`SALESRULES_CASES` says how many credits are paid twice; `nox -s campaign` sets a million.
"""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from salesrules.commissions import (
    Accumulation,
    Measure,
    RateMode,
    ReturnTerms,
    RoundingLevel,
)
from salesrules.core import Band, BandTable, Rate, RoundingMode, Side
from salesrules.testing import PlanCase, plan_cases, seeded_cases

CASES = int(os.environ.get("SALESRULES_CASES", "100000"))
SEED = int(os.environ.get("SALESRULES_SEED", "20200101"))
PER_PLAN = 80


def lines_of(case):
    """The lines that the rules pay."""
    run = case.run()
    return [line for statement in (*run.earlier, *run.statements) for line in statement.lines]


def by_rules(lines):
    """What the rules earn and pay, by transaction, component and role."""
    return {
        (line.credit.transaction.id, line.component, line.credit.role): (Fraction(line.earned), line.amount.amount)
        for line in lines
    }


def on_paper(case):
    """What the literal oracle earns and pays, likewise."""
    return {(line.transaction, line.component, line.role): (line.earned, line.amount) for line in case.literal()}


def differences(case, lines):
    """The first few lines that are not earned and paid alike."""
    ours, theirs = by_rules(lines), on_paper(case)
    keys = sorted(ours.keys() | theirs.keys())
    return [(key, ours.get(key), theirs.get(key)) for key in keys if ours.get(key) != theirs.get(key)][:3]


def many(credits: int, seed: int = SEED):
    """Plans until so many credits were drawn."""
    drawn = 0
    for case in seeded_cases(seed, plans=credits, credits=PER_PLAN):
        if drawn >= credits:
            return
        drawn += len(case.credits)
        yield case


def test_the_rules_agree_with_the_literal_oracle_on_a_hundred_thousand_credits():
    credits, on_threshold = 0, 0
    modes, spans, measures, terms, across = Counter(), Counter(), Counter(), Counter(), Counter()
    for number, case in enumerate(many(CASES)):
        lines = lines_of(case)
        assert differences(case, lines) == [], f"seed {SEED}, plan {number}: {case.plan}"
        credits += len(case.credits)
        for component in case.plan.components:
            modes[component.table.kind, getattr(component.table, "mode", None)] += 1
            spans[component.accumulate] += 1
            measures[component.measure] += 1
            across[getattr(getattr(component.table, "across", None), "kind", None)] += 1
        terms[case.plan.returns, case.plan.rounding.level] += 1
        terms["returns"] += sum(1 for credit in case.credits if credit.original)
        on_threshold += sum(is_near_a_bound(case, line) for line in lines)
    assert credits >= CASES
    # every corner was visited: seven modes in their tables, spans, measures, terms of returns, levels of rounding
    assert {mode for _, mode in modes if mode} == set(RateMode)
    assert {kind for kind, _ in modes} == {
        "amount", "attainment", "fixed", "per_unit", "multiplier", "grid", "formula",
    }  # fmt: skip
    assert set(across) == {None, "attribute", "number", "component"}
    assert set(spans) == set(Accumulation)
    assert set(measures) == set(Measure)
    levels = (RoundingLevel.LINE, RoundingLevel.CUMULATIVE)  # the oracle does not round by tier
    assert {pair for pair in terms if pair != "returns"} == {(a, b) for a in ReturnTerms for b in levels}
    assert terms["returns"] > credits / 10
    assert on_threshold > credits / 10


def is_near_a_bound(case, line):
    """Whether a line brings its measure onto one of its table's bounds, or a cent or a piece beside it."""
    table = next(part.table for part in case.plan.components if part.id == line.component)
    if line.reversal is not None or line.formula is not None:
        return False
    step = Fraction(1, 100) if line.unit else 1
    bounds = [Fraction(band.start or 0) * Fraction(line.quota or 1) for band in table.tiers.bands]
    return any(abs(Fraction(line.after) - bound) <= step for bound in bounds)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan_cases(credits=6))
def test_the_rules_agree_with_the_literal_oracle_on_what_hypothesis_draws(case):
    assert differences(case, lines_of(case)) == []


# --- faults planted in what the rules are given; the comparison must find each ---------------------------------------


def with_table(case: PlanCase, **changes) -> PlanCase:
    """The case with something else in each component's table."""
    parts = [attrs.evolve(part, table=attrs.evolve(part.table, **changes)) for part in case.plan.components]
    return attrs.evolve(case, plan=attrs.evolve(case.plan, components=parts))


def with_tiers(case: PlanCase, change) -> PlanCase:
    """The case with other tiers in each component's table."""
    parts = [
        attrs.evolve(part, table=attrs.evolve(part.table, tiers=change(part.table.tiers)))
        for part in case.plan.components
    ]
    return attrs.evolve(case, plan=attrs.evolve(case.plan, components=parts))


def with_plan(case: PlanCase, **changes) -> PlanCase:
    return attrs.evolve(case, plan=attrs.evolve(case.plan, **changes))


def other_side(tiers: BandTable) -> BandTable:
    bands = [Band(start=band.start, value=band.value) for band in tiers.bands]
    return BandTable(bands=bands, side=Side.UPPER if tiers.side is Side.LOWER else Side.LOWER)


def a_cent_higher(tiers: BandTable) -> BandTable:
    first, *others = tiers.bands
    return attrs.evolve(tiers, bands=[first, *(attrs.evolve(b, start=b.start + Decimal("0.01")) for b in others)])


def unpaid_at_first(tiers: BandTable) -> BandTable:
    return attrs.evolve(tiers, bands=[attrs.evolve(tiers.bands[0], value=Rate(0)), *tiers.bands[1:]])


WHOLE = {"kinds": ["amount"], "modes": [RateMode.WHOLE_AMOUNT]}
SLICES = {"kinds": ["amount"], "modes": [RateMode.MARGINAL]}
FIXED = {"kinds": ["fixed"], "modes": [RateMode.FIXED]}
FAULTS = {
    "a wrong side, on the whole amount": (WHOLE, lambda case: with_tiers(case, other_side)),
    "a wrong side, by fixed amounts": (FIXED, lambda case: with_tiers(case, other_side)),
    "a bound that is a cent too high": (SLICES, lambda case: with_tiers(case, a_cent_higher)),
    "whole for marginal": (SLICES, lambda case: with_table(case, mode=RateMode.WHOLE_AMOUNT)),
    "added up for single amounts": (FIXED, lambda case: with_table(case, mode=RateMode.CUMULATIVE_FIXED)),
    "no pay in the first tier": (SLICES, lambda case: with_tiers(case, unpaid_at_first)),
    "half even for half up": (
        SLICES,
        lambda case: with_plan(case, rounding=attrs.evolve(case.plan.rounding, mode=RoundingMode.HALF_EVEN)),
    ),
    "lines rounded alone": (
        SLICES,
        lambda case: with_plan(case, rounding=attrs.evolve(case.plan.rounding, level=RoundingLevel.LINE)),
    ),
    "a forgotten cap": (SLICES, lambda case: with_plan(case, cap=None)),
    "returns at other terms": (
        SLICES,
        lambda case: with_plan(case, returns=next(terms for terms in ReturnTerms if terms is not case.plan.returns)),
    ),
    "a forgotten opening": (SLICES, lambda case: attrs.evolve(case, openings=())),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_comparison_finds_planted_faults(fault):
    given, plant = FAULTS[fault]
    for case in seeded_cases(7, plans=100, credits=30, **given):
        assert differences(case, lines_of(case)) == [], "without the fault they agree"
        planted = plant(case)
        if planted != case and differences(case, lines_of(planted)):
            return
    pytest.fail("a hundred plans did not show the fault")


def test_the_comparison_is_not_of_nothing():
    cases = list(seeded_cases(7, plans=30, credits=30))
    assert sum(amount != 0 for case in cases for _, amount in on_paper(case).values()) > 400
