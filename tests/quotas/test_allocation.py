"""Splitting: the parts sum to the whole, the table ties on both margins, ties go as declared."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import DateRange, InvalidValue, PolicyLife, Rounding, TieOrder
from salesrules.quotas import QuotaPolicy, TableOrder, split_amount, split_table
from salesrules.quotas.rules.allocation import table_units


def policy_with(**changes) -> QuotaPolicy:
    from datetime import date

    life = PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1)))
    return QuotaPolicy(**({"life": life, "rounding": Rounding(digits=2, mode="half_up")} | changes))


WEIGHTS = st.lists(st.one_of(st.integers(0, 50), st.decimals(0, 9, places=3)), min_size=1, max_size=7).filter(any)
CENTS = st.integers(0, 10**9).map(lambda units: Decimal(units).scaleb(-2))


def named(weights) -> dict:
    return {f"n{index}": weight for index, weight in enumerate(weights)}


@settings(deadline=None)
@given(CENTS, WEIGHTS, st.sampled_from(list(TieOrder)))
def test_parts_sum_to_the_whole_and_stay_within_one_cent_of_their_share(amount, weights, ties) -> None:
    parts = split_amount(amount, named(weights), "USD", policy_with(ties=ties))
    assert sum(parts.values()) == amount
    whole = sum(map(Fraction, weights))
    for weight, part in zip(weights, parts.values(), strict=True):
        assert abs(Fraction(part) - Fraction(amount) * Fraction(weight) / whole) < Fraction(1, 100)
        assert weight or not part


@settings(deadline=None)
@given(CENTS, st.permutations([3, 7, 11, 20, 24]))
def test_the_order_of_people_does_not_matter_where_their_weights_decide_ties(amount, weights) -> None:
    policy = policy_with(ties=TieOrder.LARGEST_WEIGHT)
    parts = split_amount(amount, {str(weight): weight for weight in weights}, "USD", policy)
    assert parts == split_amount(amount, {str(weight): weight for weight in sorted(weights)}, "USD", policy)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("first", ["0.02", "0.01", "0.02"]), ("last", ["0.01", "0.02", "0.02"]), ("largest_weight", None)],
)
def test_equal_remainders_go_in_the_declared_order(ties, expected) -> None:
    # 0.05 by 3 : 3 : 4 is 1.5, 1.5 and 2 cents: one cent is left for two equal remainders.
    parts = split_amount(Decimal("0.05"), {"a": 3, "b": 3, "c": 4}, "USD", policy_with(ties=ties))
    assert list(map(str, parts.values())) == (expected or ["0.02", "0.01", "0.02"])


def test_a_unit_of_its_own_rounding_is_split_in_its_own_smallest_unit() -> None:
    policy = policy_with(unit_roundings={"count": Rounding(digits=0, mode="half_up")})
    assert list(split_amount(Decimal(10), {"a": 1, "b": 1, "c": 1}, "count", policy).values()) == [4, 3, 3]
    assert str(split_amount(Decimal(10), {"a": 1, "b": 1, "c": 1}, "USD", policy)["b"]) == "3.33"


def test_an_amount_finer_than_the_smallest_unit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="round it to 2 digits"):
        split_amount(Decimal("1.001"), {"a": 1}, "USD", policy_with())
    assert split_amount(Decimal("1.010"), {"a": 1}, "USD", policy_with()) == {"a": Decimal("1.01")}


@pytest.mark.parametrize("weights", [{"a": 0}, {"a": -1, "b": 2}, {}])
def test_unusable_weights_are_refused(weights) -> None:
    with pytest.raises(InvalidValue):
        split_amount(Decimal(1), weights, "USD", policy_with())


@settings(deadline=None)
@given(CENTS, WEIGHTS, WEIGHTS, st.sampled_from(list(TieOrder)))
def test_a_table_ties_on_both_margins_and_rounds_each_cell_down_or_up(amount, rows, columns, ties) -> None:
    policy = policy_with(ties=ties, table=TableOrder.BOTH_MARGINS)
    table = split_table(amount, named(rows), named(columns), "USD", policy)
    row_totals = split_amount(amount, named(rows), "USD", policy)
    column_totals = split_amount(amount, named(columns), "USD", policy)
    assert {row: sum(cells.values()) for row, cells in table.items()} == row_totals
    assert {column: sum(cells[column] for cells in table.values()) for column in column_totals} == column_totals
    for row, cells in table.items():
        for column, cell in cells.items():
            share = Fraction(row_totals[row]) * Fraction(column_totals[column]) / Fraction(amount or 1)
            assert abs(Fraction(cell) - share) < Fraction(1, 100)


def literal_floor_and_ceiling_tables(rows, columns):
    """Every table with these margins whose cells are the share rounded down or up: by plain enumeration."""
    whole = sum(rows)

    def fill(i, left):
        if i == len(rows):
            yield [] if not any(left) else None
            return
        choices = [()]
        for column in columns:
            low, rest = divmod(rows[i] * column, whole)
            choices = [(*row, cell) for row in choices for cell in ((low, low + 1) if rest else (low,))]
        for row in choices:
            if sum(row) == rows[i] and all(cell <= room for cell, room in zip(row, left, strict=True)):
                for below in fill(i + 1, [room - cell for cell, room in zip(row, left, strict=True)]):
                    if below is not None:
                        yield [list(row), *below]

    return list(fill(0, list(columns)))


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=3), st.lists(st.integers(0, 6), min_size=1, max_size=3))
def test_the_table_is_one_of_those_that_enumeration_finds(rows, columns) -> None:
    difference = sum(rows) - sum(columns)
    rows, columns = ([*rows, -difference], columns) if difference < 0 else (rows, [*columns, difference])
    if sum(rows):
        assert table_units(rows, columns) in literal_floor_and_ceiling_tables(rows, columns)


def test_a_table_gives_the_left_over_units_to_the_largest_remainders() -> None:
    # Shares of 3 over rows 2, 1 and columns 2, 1: 4/3, 2/3; 2/3, 1/3. The two cells of 2/3 get the units left.
    assert table_units([2, 1], [2, 1]) == [[1, 1], [1, 0]]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([3, 4, 4], [4, 1, 6]),
        ([2, 2, 3, 2, 3], [6, 4, 2]),  # the first full column leads nowhere, the second one does
        ([4, 6, 6, 4], [4, 4, 4, 5, 3]),
    ],
)
def test_a_greedy_choice_that_leads_nowhere_is_mended_by_exchanges(rows, columns) -> None:
    cells = table_units(rows, columns)
    assert cells in literal_floor_and_ceiling_tables(rows, columns)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("first", [[1, 0], [0, 1]]),
        ("last", [[1, 0], [0, 1]]),
        ("largest_weight", [[1, 0], [0, 1]]),
        ("smallest_weight", [[1, 0], [0, 1]]),
    ],
)
def test_equal_cells_are_filled_along_the_diagonal(ties, expected) -> None:
    assert table_units([1, 1], [1, 1], TieOrder(ties)) == expected


def test_first_and_last_mirror_each_other_on_equal_cells() -> None:
    # One unit for each of two people over three equal periods: the first order fills from the front, the last from
    # the back; the third column's margin is zero or the first one's is, as largest remainder splits the columns.
    first, last = (
        split_table(Decimal("0.02"), {"a": 1, "b": 1}, {"x": 1, "y": 1, "z": 1}, "USD", policy_with(ties=ties))
        for ties in (TieOrder.FIRST, TieOrder.LAST)
    )
    assert [list(map(float, row.values())) for row in first.values()] == [[0.01, 0, 0], [0, 0.01, 0]]
    assert [list(map(float, row.values())) for row in last.values()] == [[0, 0.01, 0], [0, 0, 0.01]]


@settings(deadline=None)
@given(CENTS, WEIGHTS, WEIGHTS)
def test_rows_first_ties_each_row_and_columns_first_each_column(amount, rows, columns) -> None:
    rows_first, columns_first = (policy_with(table=order) for order in ("rows_first", "columns_first"))
    by_row = split_table(amount, named(rows), named(columns), "USD", rows_first)
    totals = split_amount(amount, named(rows), "USD", rows_first)
    assert by_row == {row: split_amount(totals[row], named(columns), "USD", rows_first) for row in totals}
    by_column = split_table(amount, named(rows), named(columns), "USD", columns_first)
    for column, total in split_amount(amount, named(columns), "USD", columns_first).items():
        assert {row: cells[column] for row, cells in by_column.items()} == split_amount(
            total, named(rows), "USD", columns_first
        )


def test_margins_of_different_sums_and_below_zero_are_refused() -> None:
    with pytest.raises(InvalidValue, match="they sum to 2, the rows to 1"):
        table_units([1], [2])
    with pytest.raises(InvalidValue, match="zero or more"):
        table_units([2, -1], [1])
    assert table_units([0, 0], [0]) == [[0], [0]]


def test_a_large_table_of_equal_weights_is_quick() -> None:
    rows = [8_000_000 + (index < 7) for index in range(400)]
    cells = table_units(rows, [sum(rows) // 52 + (index < sum(rows) % 52) for index in range(52)])
    assert [sum(row) for row in cells] == rows
