"""What is wrong with a policy beyond its single fields."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from salesrules.core import Band, BandTable, DateRange, Rate
from salesrules.quotas import GoalPolicy, PacePolicy, Ramp, Seasonality, check_policy


def ramp(id: str, holders: list[str], starts: date, months: int) -> Ramp:
    return Ramp(id=id, holders=holders, starts=starts, shares=[Rate.parse("50%")] * months)


def season(id: str, effective: DateRange, *measures: str) -> Seasonality:
    weights = (Decimal(1), Decimal(2))
    return Seasonality(id=id, effective=effective, kind="half_year", weights=weights, measures=measures)


def found(policy) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("quotas."), fault.path) for fault in check_policy(policy)]


def test_a_plain_policy_has_no_fault(policy) -> None:
    assert check_policy(policy) == ()


def test_duplicate_ids(make_policy) -> None:
    first = DateRange(date(2020, 1, 1), date(2021, 1, 1))
    second = DateRange(date(2021, 1, 1))
    policy = make_policy(
        ramps=[ramp("r", ["ana"], date(2020, 1, 1), 1), ramp("r", ["bo"], date(2020, 1, 1), 1)],
        seasonalities=[season("s", first), season("s", second)],
    )
    assert found(policy) == [("duplicate_id", "ramps[1].id"), ("duplicate_id", "seasonalities[1].id")]


@pytest.mark.parametrize(
    ("starts", "clashes"),
    [(date(2020, 3, 31), True), (date(2020, 4, 1), False), (date(2019, 12, 1), True), (date(2019, 11, 30), False)],
)
def test_a_holder_is_in_one_ramp_a_month(make_policy, starts, clashes) -> None:
    policy = make_policy(ramps=[ramp("a", ["ana", "bo"], date(2020, 1, 15), 3), ramp("b", ["cy", "bo"], starts, 2)])
    assert found(policy) == ([("ramps_overlap", "ramps[1].holders[1]")] if clashes else [])


def test_a_holder_named_twice_in_a_ramp_is_one_fault(make_policy) -> None:
    policy = make_policy(ramps=[ramp("a", ["ana", "bo", "ana"], date(2020, 1, 15), 3)])
    assert found(policy) == [("duplicate_holder", "ramps[0].holders[2]")]


def test_seasonalities_hold_one_at_a_time(make_policy) -> None:
    early, late = DateRange(date(2020, 1, 1), date(2021, 1, 1)), DateRange(date(2020, 12, 31))
    policy = make_policy(seasonalities=[season("s", early), season("t", late)])
    assert found(policy) == [("seasonalities_overlap", "seasonalities[1].effective")]


def test_every_value_of_pace_and_growth_has_a_verdict(make_policy) -> None:
    def tables(start, end=None, side="lower"):
        return make_policy(
            pace=PacePolicy(id="p", status=BandTable(bands=[Band(start=start, value="behind")], end=end)),
            goals=GoalPolicy(
                id="g", measures=[], growth=BandTable(bands=[Band(start=start, value="stretch")], end=end, side=side)
            ),
        )

    assert found(tables(None)) == []
    assert found(tables(0)) == [("band_not_open", "pace.status.bands[0].from")]  # growth is never below zero
    assert found(tables(0, side="upper"))[-1] == ("band_not_open", "goals.growth.bands[0].from")
    assert found(tables(Decimal("0.1")))[-1] == ("band_not_open", "goals.growth.bands[0].from")
    assert found(tables(None, 2)) == [
        ("band_not_open", "pace.status.bands[0].to"),
        ("band_not_open", "goals.growth.bands[0].to"),
    ]


def test_verdicts_are_read_by_their_names() -> None:
    with pytest.raises(ValueError, match="sideways"):
        PacePolicy(id="p", status=BandTable(bands=[Band(start=None, value="sideways")]))


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [((), (), True), (("skis",), (), False), (("skis", "boots"), ("boots",), True), (("skis",), ("boots",), False)],
)
def test_seasonalities_of_other_measures_may_hold_at_once(make_policy, one, other, clash) -> None:
    year = DateRange(date(2020, 1, 1), date(2021, 1, 1))
    policy = make_policy(seasonalities=[season("s", year, *one), season("t", year, *other)])
    assert found(policy) == ([("seasonalities_overlap", "seasonalities[1].effective")] if clash else [])
