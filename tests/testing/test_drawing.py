"""What is drawn is a plan without faults and credits that can be paid, on thresholds and returns included."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from salesrules.commissions import (
    AcrossAttribute,
    AcrossNumber,
    Filter,
    GridTable,
    PayoutCurve,
    RateMode,
    check_facts,
    check_policy,
)
from salesrules.core import Band, BandTable, Rate
from salesrules.testing import PlanCase, credit_lists, pay_literally, plan_cases, rate_tables, seeded_cases, simple_plan
from salesrules.testing.agreement_runs import facts_of
from salesrules.testing.drawn_credits import words_of_attributes
from salesrules.testing.drawn_tables import KINDS
from salesrules.testing.their_rows import read_rows

SLOW_MACHINE = [HealthCheck.too_slow]
FEW = settings(max_examples=30, deadline=None, suppress_health_check=SLOW_MACHINE)


@FEW
@given(plan_cases())
def test_cases_have_no_fault(case):
    assert [fault for fault in check_policy(case.policy()) if fault.severity == "error"] == []
    assert check_facts(case.facts()) == ()
    assert len(case.credits) <= 8
    assert [credit.day for credit in case.credits] == sorted(credit.day for credit in case.credits)


def test_the_same_seed_draws_the_same_and_another_another():
    first, again, other = (list(seeded_cases(seed, plans=5, credits=10)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({case.plan for case in first}) == 5


def test_rows_for_another_system_are_the_same_transactions():
    for case in seeded_cases(5, plans=20, credits=30):
        rows = [row | {"paid": 0} for row in case.rows()]
        read = facts_of(read_rows(rows, {}, (), None), case.plan.currency)
        theirs = {sold.id: attrs.evolve(sold, source="") for sold in read.transactions}
        assert theirs == {sold.id: sold for sold in case.facts().transactions}


def test_a_case_of_nothing_pays_nothing():
    case = PlanCase(plan=PLAN, pay_period="quarter")
    assert case.literal() == []
    assert case.run().statements[0].lines == ()


def test_kinds_and_modes_are_those_that_are_asked_for():
    for case in seeded_cases(3, plans=30, credits=1, kinds=["amount", "fixed"], modes=[RateMode.FIXED]):
        assert {(part.table.kind, part.table.mode) for part in case.plan.components} == {("fixed", RateMode.FIXED)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_has_its_modes(kind):
    seen = set()

    @FEW
    @given(rate_tables(kind, measure="quantity" if kind == "per_unit" else "amount"))
    def look(table):
        assert table.kind == kind
        seen.add(getattr(table, "mode", None))

    look()
    assert seen <= set(KINDS[kind]) | ({None} if kind == "formula" else set())
    assert find(rate_tables("amount", "whole_amount"), lambda table: True).mode is RateMode.WHOLE_AMOUNT


PLAN = simple_plan({0: "2%", 100: "4%", 300: "0%"}, mode="whole_amount")


def landings(credits):
    """Where each credit of a period brings the measure to."""
    reached, found = Fraction(0), []
    for credit in credits:
        reached += Fraction(credit.amount * credit.share)
        found.append(reached)
    return found


def test_credits_sit_on_the_bounds_of_ones_own_plan_and_a_step_beside():
    seen = Counter()

    @settings(max_examples=150, deadline=None, suppress_health_check=SLOW_MACHINE)
    @given(credit_lists(PLAN, pay_period="year", share=Decimal("0.5")))
    def look(credits):
        seen.update(landings(credits))

    look()
    cent = Fraction(1, 200)  # half of one, by the share
    assert all(seen[bound + step] for bound in (100, 300) for step in (-cent, 0, cent))


def test_credits_of_another_currency_have_its_least_coin():
    yen = attrs.evolve(PLAN, currency="JPY")

    @FEW
    @given(credit_lists(yen, pay_period="year"))
    def look(credits):
        assert all(credit.amount == int(credit.amount) for credit in credits)

    look()


@FEW
@given(st.data())
def test_credits_begin_on_their_day_and_returns_fit_their_sales(data):
    credits = data.draw(credit_lists(PLAN, pay_period="quarter", first=date(2023, 5, 1), most=20))
    assert all(date(2023, 5, 1) <= credit.day <= date(2023, 12, 31) for credit in credits)
    left = {credit.id: credit.amount for credit in credits if not credit.original}
    for credit in credits:
        if credit.original:
            left[credit.original] += credit.amount
            assert credit.amount <= 0
            assert left[credit.original] >= 0
    assert len(pay_literally(PLAN, credits, pay_period="quarter")) == len(credits)


def test_returns_are_drawn():
    credits = find(credit_lists(PLAN, pay_period="quarter"), lambda found: any(each.original for each in found))
    assert {each.original for each in credits} & {each.id for each in credits if not each.original}


def test_attributes_have_the_words_and_bounds_that_a_plan_looks_for():
    by_kind = GridTable(
        mode="marginal",
        tiers=BandTable(bands=[Band(start=0, value={"new": Rate(0), "old": Rate(0)})]),
        across=AcrossAttribute(attribute="business"),
    )
    bands = BandTable(bands=[Band(start=None, value="a"), Band(start=Decimal(5), value="b")])
    by_number = attrs.evolve(
        by_kind,
        tiers=BandTable(bands=[Band(start=0, value={"a": Rate(0), "b": Rate(0)})]),
        across=AcrossNumber(attribute="discount", columns=bands),
    )
    first = PLAN.components[0]
    only = [Filter(attribute="region", one_of=["north"], none_of=["sea"]), Filter(attribute="business", one_of=["new"])]
    parts = [attrs.evolve(first, table=by_kind, filters=only), attrs.evolve(first, id="b", table=by_number)]
    assert words_of_attributes(attrs.evolve(PLAN, components=parts)) == {
        "region": ["north", "sea", "something else"],
        "business": ["new", "old"],
        "discount": ["5", "5.01"],
    }


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW_MACHINE)
@given(rate_tables("amount", "marginal"))
def test_drawn_tables_are_ones_that_the_curve_takes(table):
    curve = PayoutCurve.of(table.tiers, table.mode)
    assert curve.at(Decimal(0)) == 0


def run(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return result.stdout + result.stderr


def test_the_oracle_and_the_assertion_need_no_extra_and_strategies_say_which_they_need():
    missing = "import sys; sys.modules['pytest'] = sys.modules['hypothesis'] = None\n"
    used = "from salesrules.testing import assert_agrees, pay_literally, seeded_cases, simple_plan, Disagreement"
    assert run(f"{missing}{used}; print('fine')") == "fine\n"
    assert "pip install 'salesrules[testing]'" in run(f"{missing}from salesrules.testing import plan_cases")


def test_the_oracle_loads_no_rule():
    used = "from salesrules.testing import pay_literally; import sys"
    assert run(f"{used}; print([name for name in sys.modules if 'commissions' in name])") == "[]\n"


def test_the_door_knows_its_names_and_no_others():
    import salesrules.testing as door

    assert all(getattr(door, name) for name in door.__all__)
    assert set(door.__all__) <= set(dir(door))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        door.nothing  # noqa: B018  # looking is the test
