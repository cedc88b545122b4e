"""From the annual goal down the tree and over the periods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    DateRange,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    PeriodKind,
    PolicyLife,
    Rate,
    Rounding,
)
from salesrules.org import Hierarchy
from salesrules.quotas import Quota, QuotaPolicy, Seasonality, TableOrder, allocate_quotas, cascade_amount

PARENTS = {
    "firm": None,
    "north": "firm", "south": "firm",
    "n1": "north", "n2": "north", "s1": "south",
    "ana": "n1", "bo": "n1", "cy": "n2", "di": "s1", "ed": "s1", "flo": "s1",
}  # fmt: skip
FIRM = Hierarchy.from_parents(PARENTS)
YEAR = DateRange(date(2020, 1, 1), date(2021, 1, 1))
WEIGHTS = {id: 1 for id, parent in PARENTS.items() if parent}


def policy_with(**changes) -> QuotaPolicy:
    life = PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2010, 1, 1)))
    return QuotaPolicy(**({"life": life, "rounding": Rounding(digits=2, mode="half_up")} | changes))


def goal(amount: object = "1000", **changes) -> Quota:
    return Quota(**({"id": "g", "holder": "firm", "span": YEAR, "amount": amount, "unit": "USD"} | changes))


def test_every_level_sums_to_the_one_above() -> None:
    amounts = cascade_amount(Decimal("1000"), "firm", FIRM, {**WEIGHTS, "north": 2}, "USD", policy_with())
    assert list(map(str, (amounts["north"], amounts["south"]))) == ["666.67", "333.33"]
    assert list(map(str, (amounts["n1"], amounts["ana"], amounts["bo"]))) == ["333.34", "166.67", "166.67"]
    assert list(map(str, (amounts["di"], amounts["ed"], amounts["flo"]))) == ["111.11", "111.11", "111.11"]
    assert amounts.keys() == PARENTS.keys()


def test_a_subtree_can_be_cascaded_alone() -> None:
    assert cascade_amount(Decimal(10), "north", FIRM, WEIGHTS, "USD", policy_with()) == {
        "north": 10, "n1": 5, "n2": 5, "ana": Decimal("2.5"), "bo": Decimal("2.5"), "cy": 5
    }  # fmt: skip
    assert cascade_amount(Decimal(10), "ana", FIRM, {}, "USD", policy_with()) == {"ana": 10}


def test_buffers_raise_the_children_above_their_unit_by_level() -> None:
    policy = policy_with(level_buffers=[Rate.parse("10%"), Rate.parse("0%"), Rate.parse("5%")])
    amounts = cascade_amount(Decimal("1000"), "firm", FIRM, WEIGHTS, "USD", policy)
    assert amounts["north"] + amounts["south"] == 1100
    assert amounts["n1"] + amounts["n2"] == amounts["north"]
    assert amounts["di"] + amounts["ed"] + amounts["flo"] == Decimal("577.50")


def test_a_negative_buffer_is_refused() -> None:
    for changes in ({"level_buffers": [Rate(Decimal("-0.01"))]}, {"period_buffer": Rate(Decimal("-0.01"))}):
        with pytest.raises(InvalidValue, match="zero or more"):
            policy_with(**changes)


@pytest.mark.parametrize("nothing", [0, Decimal(0), Fraction(0)])
def test_a_weight_of_zero_gets_nothing(nothing) -> None:
    parts = cascade_amount(Decimal(100), "firm", FIRM, {**WEIGHTS, "south": nothing}, "USD", policy_with())
    assert (parts["north"], parts["south"]) == (100, 0)


def test_every_missing_weight_is_named_at_once() -> None:
    weights = {**WEIGHTS, "ana": Decimal("NaN"), "bo": -1, "di": 0, "ed": 0, "flo": 0, "south": True}
    del weights["n2"]
    with pytest.raises(InvalidDocument) as caught:
        cascade_amount(Decimal(1), "firm", FIRM, weights, "USD", policy_with())
    assert [fault.path for fault in caught.value.faults] == [
        "weights[south]", "weights[n2]", "weights[ana]", "weights[bo]", "weights[s1]"
    ]  # fmt: skip
    assert [fault.code for fault in caught.value.faults][-1] == "quotas.weights_all_zero"


@settings(max_examples=60, deadline=None)
@given(
    cents=st.integers(0, 10**9),
    weights=st.lists(st.one_of(st.integers(1, 9), st.fractions(1, 9)), min_size=11, max_size=11),
    seasons=st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any),
    order=st.sampled_from(list(TableOrder)),
    buffer=st.sampled_from(["0%", "5%", "33%"]),
)
def test_holders_and_periods_tie(cents, weights, seasons, order, buffer) -> None:
    entry = Seasonality(
        id="s", effective=DateRange(date(2010, 1, 1)), kind="quarter", weights=tuple(map(Decimal, seasons))
    )
    policy = policy_with(table=order, seasonalities=[entry], level_buffers=[Rate.parse(buffer)])
    by_id = dict(zip(WEIGHTS, weights, strict=True))
    whole = goal(Decimal(cents).scaleb(-2))
    lines = allocate_quotas(whole, FIRM, by_id, PeriodKind.QUARTER, FiscalCalendar(), policy)
    cells: dict[str, list[Decimal]] = {}
    for line in lines:
        cells.setdefault(line.holder, []).append(line.amount)
    assert sum(cells["firm"]) == whole.amount
    raised = policy.rounding_of("USD")(whole.amount + Rate.parse(buffer).of(whole.amount))
    tolerance = Decimal("0.01")
    for parent in ("firm", "north", "south", "n1", "n2", "s1"):
        children = [cells[child] for child in FIRM.children(parent)]
        total = sum(map(sum, children))
        if order is not TableOrder.COLUMNS_FIRST:
            assert total == (raised if parent == "firm" else sum(cells[parent]))
        if parent != "firm" or buffer == "0%":
            for quarter in range(4):
                gap = abs(sum(child[quarter] for child in children) - cells[parent][quarter])
                allowed = tolerance * len(children) if order is TableOrder.ROWS_FIRST else 0
                assert gap <= allowed


def test_with_both_margins_everyones_year_is_their_part_of_the_goal() -> None:
    policy = policy_with()
    lines = allocate_quotas(goal("1000.01"), FIRM, WEIGHTS, PeriodKind.MONTH, FiscalCalendar(), policy)
    years: dict[str, Decimal] = {}
    for line in lines:
        years[line.holder] = years.get(line.holder, Decimal(0)) + line.amount
    assert years == cascade_amount(Decimal("1000.01"), "firm", FIRM, WEIGHTS, "USD", policy)
    assert len(lines) == 12 * len(PARENTS)
    assert lines[-1].id == "g:flo:2020-M12"
    assert lines[-1].span == DateRange(date(2020, 12, 1), date(2021, 1, 1))


@pytest.mark.parametrize("order", list(TableOrder))
def test_the_exact_share_is_never_missed_by_a_cent_a_level(order) -> None:
    lines = allocate_quotas(goal("999.97"), FIRM, WEIGHTS, PeriodKind.MONTH, FiscalCalendar(), policy_with(table=order))
    month = next(line for line in lines if line.id == "g:flo:2020-M07")
    assert abs(Fraction(month.amount) - Fraction(99997, 100) / 72) < Fraction(4, 100)


def test_a_goal_of_zero_and_a_market_share() -> None:
    policy = policy_with(level_buffers=[Rate.parse("5%")])
    lines = allocate_quotas(goal(0), FIRM, WEIGHTS, PeriodKind.QUARTER, FiscalCalendar(), policy)
    assert {line.amount for line in lines} == {0}
    share = goal("0.2", measure="market_share", unit="share")
    with pytest.raises(InvalidValue, match="split_market_share"):
        allocate_quotas(share, FIRM, WEIGHTS, PeriodKind.QUARTER, FiscalCalendar(), policy)


def test_a_quantity_is_split_in_whole_pieces() -> None:
    policy = policy_with(unit_roundings={"count": Rounding(digits=0, mode="half_up")})
    pieces = goal(100, unit="count", measure="quantity")
    lines = allocate_quotas(pieces, FIRM, WEIGHTS, PeriodKind.QUARTER, FiscalCalendar(), policy)
    assert all(line.amount == int(line.amount) for line in lines)
    assert sum(line.amount for line in lines if not FIRM.children(line.holder)) == 100
