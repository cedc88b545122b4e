"""Random plans and credits, on thresholds and a unit beside them: what the kernel pays is what paper says."""

from __future__ import annotations

import attrs
import pytest
from bulk_cases import as_case, differences, paid_by_the_rules
from campaign import TIMES
from hypothesis import given, settings

from salesrules.commissions import Accumulation, Measure, RateMode, needed_quota
from salesrules.core import SalesRulesError
from salesrules.frames import blocks, ordering
from salesrules.frames.kernel import curves
from salesrules.testing.drawn_cases import seeded_cases
from salesrules.testing.strategies import plan_cases


def seeded(seed, plans, **options):
    return [case for drawn in seeded_cases(seed, plans=plans, **options) if (case := as_case(drawn)) is not None]


@settings(max_examples=25)
@given(plan_cases())
def test_any_plan_pays_in_bulk_what_it_pays_on_paper(case):
    case = as_case(case)
    if case is not None:
        assert differences(case) in (None, [])


def campaign(seed=7, plans=110 * TIMES, **options):
    for case in seeded(seed, plans):
        found = differences(case, shuffle=3, **options)
        if found is not None:
            yield case, found


def test_many_seeded_plans_agree_in_every_mode_rounding_and_span():
    compared = [*campaign()]
    assert [found for _, found in compared if found] == []
    plans = [case.plan for case, _ in compared]
    components = [part for plan in plans for part in plan.components]
    assert {plan.rounding.mode.value for plan in plans} == {
        "half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"
    }  # fmt: skip
    assert {plan.rounding.level.value for plan in plans} == {"line", "cumulative"}
    assert {plan.returns.value for plan in plans} == {"original_terms", "current_measure"}
    assert {getattr(part.table, "mode", None) for part in components} == {*RateMode, None}
    assert {part.table.kind for part in components} == {
        "amount", "attainment", "fixed", "per_unit", "multiplier", "formula", "grid"
    }  # fmt: skip
    assert {part.accumulate for part in components} == set(Accumulation)
    assert {part.measure for part in components} == set(Measure)
    assert any(part.filters for part in components)
    assert any(plan.cap for plan in plans)
    assert any(needed_quota(part.table) for part in components)
    assert sum(len(case.credits) for case, _ in compared) > 4_000 * TIMES
    assert len(compared) > 95 * TIMES


def test_an_off_by_one_in_the_tier_search_is_caught(monkeypatch):
    real = curves.tiers_of
    monkeypatch.setattr(curves, "tiers_of", lambda curve, measures, quotas: real(curve, measures - 1, quotas))
    assert any(found for _, found in campaign(plans=40))


def test_numbers_of_any_size_pay_the_same():
    for case in seeded(5, 30, credits=12):
        assert differences(case, wide=True) == []


def test_rows_whose_keys_do_not_fit_into_one_number_pay_the_same(monkeypatch):
    monkeypatch.setattr(ordering, "_BITS", 8)
    assert [found for case in seeded(9, 20, credits=30) if (found := differences(case, shuffle=2))] == []


def test_blocks_of_any_size_pay_the_same(monkeypatch):
    monkeypatch.setattr(blocks, "_ROWS", 1)
    assert [found for case in seeded(9, 20, credits=30) if (found := differences(case, shuffle=2))] == []


@pytest.mark.parametrize(
    ("level", "residual"),
    [("line", "running"), ("tier", "running"), ("cumulative", "running"), ("cumulative", "largest_remainder")],
)
def test_the_scalar_rules_agree_in_every_rounding(level, residual):
    compared = 0
    for case in seeded(11, 20 * TIMES, credits=20):
        rounding = attrs.evolve(case.plan.rounding, level=level, residual=residual)
        case = attrs.evolve(case, plan=attrs.evolve(case.plan, rounding=rounding))
        try:
            expected = paid_by_the_rules(case)
        except SalesRulesError:  # what the rules themselves refuse is not for this test
            continue
        found = differences(case, expected=lambda _, paid=expected: paid)
        assert found in (None, [])
        compared += 0 if found is None else len(expected)
    assert compared > 260
