"""Random plans and credits, on thresholds and a unit beside them: what the kernel pays is what paper says."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import attrs
import pytest
from bulk_cases import as_case, differences, paid_by_the_rules
from campaign import TIMES
from hypothesis import given, settings

from salesrules.commissions import (
    Accumulation,
    AmountTable,
    Component,
    Measure,
    PerUnitTable,
    RateMode,
    StatementRounding,
    needed_quota,
)
from salesrules.core import Band, BandTable, Rate, SalesRulesError
from salesrules.frames import blocks, carrying, ordering, packing
from salesrules.frames.kernel import curves, together
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
    monkeypatch.setattr(
        curves, "tiers_of", lambda curve, measures, quotas, *bound: real(curve, measures - 1, quotas, *bound)
    )
    assert any(found for _, found in campaign(plans=40))


@pytest.mark.parametrize("planted", ["earn", "_earn_flat", "steps_of"])
def test_a_fault_in_the_totals_of_statements_is_caught(monkeypatch, planted):
    real = getattr(together, planted)

    def wrong(*args):
        found = real(*args)
        if planted == "earn":
            found.reached[:] += 10 * found.denominator
        else:
            found[-1:] += 10**9
        return found

    monkeypatch.setattr(together, planted, wrong)
    with pytest.raises(AssertionError):
        compare_together(12)


def together_only(case):
    """The case with more components, whose running total is rounded, so that totals are worked out without lines."""
    own = [part for part in case.plan.components if part.table.kind not in ("formula", "grid")]
    flat = AmountTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Rate.parse("1.5%"))]))
    a_unit = PerUnitTable(mode="marginal", tiers=BandTable(bands=[Band(start=0, value=Decimal("0.7"))]))
    components = [
        *case.plan.components,
        *(attrs.evolve(part, id=f"{part.id}-again", accumulate="period") for part in own),
        *(attrs.evolve(part, id=f"{part.id}-once", credits=["direct"], accumulate="quarter") for part in own),
        Component(id="flat", measure="amount", accumulate="period", credits=["direct", "overlay"], table=flat),
        Component(id="flat-units", measure="quantity", accumulate="period", credits=["direct"], table=a_unit),
        Component(id="flat-other", measure="amount", accumulate="month", credits=["overlay"], table=flat),
    ]
    rounding = StatementRounding(level="cumulative", mode=case.plan.rounding.mode)
    credits = [  # a return has the role of its sale
        attrs.evolve(credit, role="overlay" if (credit.original or credit.id) < "t0020" else credit.role)
        for credit in case.credits
    ]
    plan = attrs.evolve(case.plan, components=components, rounding=rounding)
    return attrs.evolve(case, plan=plan, credits=credits)


def compare_together(plans):
    return [(case, differences(case, shuffle=5)) for case in map(together_only, seeded(13, plans))]


def test_totals_without_lines_are_those_of_the_lines():
    compared = compare_together(30)
    assert [found for _, found in compared if found] == []
    assert sum(found is not None for _, found in compared) > 20


def test_numbers_of_any_size_pay_the_same():
    for case in seeded(5, 30, credits=12):
        assert differences(case, wide=True) == []


@pytest.mark.parametrize("places", [(packing, ordering, carrying), (carrying,)])
def test_rows_whose_numbers_do_not_fit_into_one_pay_the_same(monkeypatch, places):
    for each in places:
        monkeypatch.setattr(each, "BITS", 8)
    assert [found for case in seeded(9, 20, credits=30) if (found := differences(case, shuffle=2))] == []


def test_blocks_of_any_size_pay_the_same(monkeypatch):
    monkeypatch.setattr(blocks, "_ROWS", 1)
    assert [found for case in seeded(9, 20, credits=30) if (found := differences(case, shuffle=2))] == []


def compared_with_the_rules(cases, **rounding):
    """The plans that are paid alike in bulk and by the scalar rules, rounded as told, and what they pay."""
    for case in cases:
        case = attrs.evolve(case, plan=attrs.evolve(case.plan, rounding=attrs.evolve(case.plan.rounding, **rounding)))
        try:
            expected = paid_by_the_rules(case)
        except SalesRulesError:  # what the rules themselves refuse is not for this
            continue
        found = differences(case, expected=lambda _, paid=expected: paid)
        assert found in (None, [])
        if found is not None:
            yield case.plan, expected


@pytest.mark.parametrize(
    ("level", "residual"),
    [("line", "running"), ("tier", "running"), ("cumulative", "running"), ("cumulative", "largest_remainder")],
)
def test_the_scalar_rules_agree_in_every_rounding(level, residual):
    cases = seeded(11, 20 * TIMES, credits=20)
    compared = sum(len(lines) for _, lines in compared_with_the_rules(cases, level=level, residual=residual))
    assert compared > 260


def test_tables_in_two_dimensions_agree_in_the_parts_of_tiers():
    across = Counter()
    for plan, _ in compared_with_the_rules(seeded(17, 30, credits=20, kinds=("grid", "amount")), level="tier"):
        across.update(part.table.across.kind for part in plan.components if part.table.kind == "grid")
    assert min(across[kind] for kind in ("attribute", "number", "component")) >= 2, across
