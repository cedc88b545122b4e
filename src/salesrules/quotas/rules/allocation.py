"""Splitting an amount exactly: by weights, and over a table of rows and columns that ties on both margins."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from salesrules.core import EXACT, InvalidValue, TieOrder, allocate_units, to_decimal
from salesrules.quotas.policy import QuotaPolicy, TableOrder

__all__ = ["from_units", "split_amount", "split_table", "table_units", "to_units"]

Weight = Decimal | Fraction | int


def to_units(amount: Decimal, unit: str, policy: QuotaPolicy) -> int:
    """The amount in the smallest units that policy splits; raises `InvalidValue` where it has more digits."""
    digits = policy.rounding_of(unit).digits
    units = to_decimal(amount).scaleb(digits, context=EXACT)
    if units != units.to_integral_value():
        raise InvalidValue("amount", amount, f"round it to {digits} digits before splitting it")
    return int(units)


def from_units(units: int, unit: str, policy: QuotaPolicy) -> Decimal:
    """The amount that a number of smallest units stands for."""
    return Decimal(units).scaleb(-policy.rounding_of(unit).digits, context=EXACT)


def split_amount(amount: Decimal, weights: Mapping[str, Weight], unit: str, policy: QuotaPolicy) -> dict[str, Decimal]:
    """The amount split by weights with the largest remainder; the parts sum to it, to the smallest unit.

    Equal remainders go by `policy.ties`, where first and last mean the order of `weights`. The smallest unit of
    `unit` has the digits of `policy.rounding_of(unit)`.
    Raises `InvalidValue` where the amount has more digits, a weight is negative, or all are zero.
    Source: Hamilton's method with the Hare quota.
    """
    parts = allocate_units(to_units(amount, unit, policy), list(weights.values()), policy.ties)
    return {name: from_units(part, unit, policy) for name, part in zip(weights, parts, strict=True)}


def split_table(
    amount: Decimal, rows: Mapping[str, Weight], columns: Mapping[str, Weight], unit: str, policy: QuotaPolicy
) -> dict[str, dict[str, Decimal]]:
    """The amount split over rows and columns (people and periods) by weights, as `table[row][column]`.

    With `policy.table` both margins, rows and columns each sum to the largest-remainder split of the amount, and
    every cell is its exact share rounded down or up. Rows first splits each row's part over the columns, columns
    first each column's over the rows; the other margin is then what the cells sum to.
    Raises `InvalidValue` as `split_amount` does.
    Source: L. H. Cox, "A constructive procedure for unbiased controlled rounding", JASA 82 (1987), for the existence
    of a table that ties on both margins.
    """
    units = to_units(amount, unit, policy)
    row_weights, column_weights = list(rows.values()), list(columns.values())
    if policy.table is TableOrder.COLUMNS_FIRST:
        parts = [
            allocate_units(part, row_weights, policy.ties)
            for part in allocate_units(units, column_weights, policy.ties)
        ]
        cells: Sequence[Sequence[int]] = list(zip(*parts, strict=True))
    else:
        row_totals = allocate_units(units, row_weights, policy.ties)
        column_totals = allocate_units(units, column_weights, policy.ties)
        cells = (
            table_units(row_totals, column_totals, policy.ties)
            if policy.table is TableOrder.BOTH_MARGINS
            else [allocate_units(part, column_weights, policy.ties) for part in row_totals]
        )
    return {
        row: {column: from_units(cell, unit, policy) for column, cell in zip(columns, line, strict=True)}
        for row, line in zip(rows, cells, strict=True)
    }


def table_units(rows: Sequence[int], columns: Sequence[int], ties: TieOrder = TieOrder.FIRST) -> list[list[int]]:
    """Whole units in a table with given row and column totals, each cell its proportional share, rounded down or up.

    The units left after rounding down go to the largest remainders while both margins have room; where that leaves
    some over, they are moved along the shortest chain of exchanges. Totals are zero or more and have one sum.
    Equal remainders go by `ties`, along diagonals so that they spread over both margins: from the first cell down and
    right, or from the last cell up and left; or first by the size of the share, then so.
    Raises `InvalidValue` where the totals differ or one is negative.

    >>> table_units([2, 1], [2, 1])
    [[1, 1], [1, 0]]
    """
    whole = sum(rows)
    if whole != sum(columns):
        raise InvalidValue("columns", list(columns), f"they sum to {sum(columns)}, the rows to {whole}")
    if min((*rows, *columns), default=0) < 0:
        raise InvalidValue("rows", [list(rows), list(columns)], "totals are zero or more; split an amount below zero")
    if not whole:
        return [[0] * len(columns) for _ in rows]
    cells = [[row * column // whole for column in columns] for row in rows]
    row_room = [row - sum(line) for row, line in zip(rows, cells, strict=True)]
    column_room = [column - sum(line) for column, line in zip(columns, zip(*cells, strict=True), strict=True)]
    given = [[False] * len(columns) for _ in rows]
    order = sorted(
        ((i, j) for i, row in enumerate(rows) for j, column in enumerate(columns) if row * column % whole),
        key=lambda cell: (
            -(rows[cell[0]] * columns[cell[1]] % whole),
            *_tie_key(ties, cell, (len(rows), len(columns)), rows[cell[0]] * columns[cell[1]]),
        ),
    )
    for i, j in order:
        if row_room[i] and column_room[j]:
            given[i][j] = True
            row_room[i] -= 1
            column_room[j] -= 1
    open_cells: list[list[int]] = [[] for _ in rows]
    for i, j in order:
        open_cells[i].append(j)
    for i in range(len(rows)):
        while row_room[i]:
            j = _exchange(i, open_cells, given, column_room)
            row_room[i] -= 1
            column_room[j] -= 1
    return [
        [cell + unit for cell, unit in zip(line, units, strict=True)] for line, units in zip(cells, given, strict=True)
    ]


def _tie_key(ties: TieOrder, cell: tuple[int, int], size: tuple[int, int], share: int) -> tuple[int, int, int]:
    (i, j), (height, width) = cell, size
    if ties is TieOrder.LAST:
        i, j = height - 1 - i, width - 1 - j
    first = {TieOrder.LARGEST_WEIGHT: -share, TieOrder.SMALLEST_WEIGHT: share}.get(ties, 0)
    return first, (j - i) % width, i


def _exchange(start: int, open_cells: list[list[int]], given: list[list[bool]], column_room: list[int]) -> int:
    """Give row `start` one more unit along the shortest chain of exchanges; the column that has one more then.

    A chain gives a unit in a column and takes one there from another row, which then looks on. One always ends in a
    column with room: the exact shares themselves are a fractional table with these margins.
    """
    came_from: dict[int, int] = {}  # column -> the row that would be given a unit there
    taken_in: dict[int, int] = {start: -1}  # row -> the column in which it would give its unit up
    full: deque[int] = deque()
    asked = _rows_to_ask(start, full, taken_in, given)
    while True:
        i = next(asked)
        for j in open_cells[i]:
            if given[i][j] or j in came_from:
                continue
            came_from[j] = i
            if column_room[j]:
                _settle(j, came_from, taken_in, given)
                return j
            full.append(j)


def _rows_to_ask(start: int, full: deque[int], taken_in: dict[int, int], given: list[list[bool]]) -> Iterator[int]:
    """The first row, then those that hold a unit in the columns found full; few are asked before a chain is found."""
    yield start
    while True:
        j = full.popleft()
        for k, units in enumerate(given):
            if units[j] and k not in taken_in:
                taken_in[k] = j
                yield k


def _settle(column: int, came_from: dict[int, int], taken_in: dict[int, int], given: list[list[bool]]) -> None:
    while column >= 0:
        row = came_from[column]
        given[row][column] = True
        column = taken_in[row]
        if column >= 0:
            given[row][column] = False
