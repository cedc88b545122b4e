"""Cells: text, dates and numbers in declared formats; what was changed is counted, what is wrong is placed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.company.cells import MOST_FAULTS, CellReader
from salesrules.company.mapping import NumberFormat, TableSource
from salesrules.core import Rounding, RoundingMode


def reader(**options: object) -> CellReader:
    return CellReader(TableSource(file="a.csv", **options))  # type: ignore[arg-type]  # options of the test


def style(decimal: str = ".", group: str | None = None) -> dict[str, NumberFormat]:
    return {"number_format": NumberFormat(decimal=decimal, group=group)}


def number(text: str, **options: object) -> Decimal | None:
    cells = reader(**options)
    found = cells.number({"x": text}, 2, "x")
    assert (found is None) is bool(cells.faults())
    return found


def told(cells: CellReader) -> list[tuple[str, dict[str, object]]]:
    """What was changed, the count of rows and the file's name left out."""
    return [
        (reason.code.removeprefix("company."), {k: v for k, v in reason.parameters.items() if k != "file"})
        for reason in cells.changes()
        if reason.code != "company.rows_read"
    ]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("12.50", {}, "12.50"),
        ("-3", {}, "-3"),
        ("+3", {}, "3"),
        ("007", {}, "7"),
        ("12,50", style(","), "12.50"),
        ("1.234,50", style(",", "."), "1234.50"),
        ("1,234,567", style(".", ","), "1234567"),
        ("1234567", style(".", ","), "1234567"),
        ("-1'234.5", style(".", "'"), "-1234.5"),
        ("1 234,5", style(",", " "), "1234.5"),
        ("1\u00a0234,5", style(",", " "), "1234.5"),
        ("1 234,5", style(",", "\u202f"), "1234.5"),
        ("1\u202f234\u2009567,5", style(",", " "), "1234567.5"),
    ],
)
def test_numbers_in_their_declared_format(text: str, options: dict[str, NumberFormat], expected: str) -> None:
    found = number(text, **options)
    assert str(found) == expected


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("12,50", {}),
        ("12,50", style(".", ",")),  # a decimal comma read as a group mark would pay a hundredfold
        ("1,2345", style(".", ",")),
        (",123", style(".", ",")),
        ("1,,234", style(".", ",")),
        ("1234,567", style(".", ",")),
        ("1.5", style(",")),
        ("1.5,5", style(",")),
        ("1 234", {}),
        ("1.", {}),
        (".5", {}),
        ("1.234,567,8", style(".", ",")),
        ("1.23E+05", {}),
        ("1e3", {}),
        ("(5)", {}),
        ("€ 5", {}),
        ("5 EUR", {}),
        ("NaN", {}),
        ("Infinity", {}),
        ("-", {}),
        ("１２", {}),
        ("1_000", {}),
        ("0x10", {}),
        ("=1+1", {}),
        ("9" * 41, {}),
        ("0." + "0" * 40 + "1", {}),
        ("9" * 5000, {}),
    ],
)
def test_what_is_no_number_in_the_declared_format(text: str, options: dict[str, NumberFormat]) -> None:
    assert number(text, **options) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=3), st.sampled_from([".", ",", "٫"]))
def test_every_number_comes_back_from_its_writing(value: Decimal, mark: str) -> None:
    for group in (None, "'", " ", "." if mark == "," else ","):
        if group != mark:
            written = f"{value:,}" if group else f"{value}"
            text = written.translate({ord(","): group, ord("."): mark})
            assert number(text, **style(mark, group)) == value


def test_rounding_is_declared_and_counted_with_its_exact_sum() -> None:
    cells = reader(rounding=Rounding(digits=2, mode=RoundingMode.HALF_UP))
    found = []
    for line, text in enumerate(["1.005", "2.00", "3.333", "-1.005"], 2):
        cells.next_row()
        found.append(cells.number({"x": text}, line, "x"))
    assert found == [Decimal("1.01"), Decimal("2.00"), Decimal("3.33"), Decimal("-1.01")]
    # 0.005 up, 0.003 down, 0.005 down (away from zero)
    assert told(cells) == [("number_rounded", {"column": "x", "count": 3, "total": Decimal("-0.003")})]


def test_without_a_declared_rounding_every_digit_stays() -> None:
    cells = reader()
    cells.next_row()
    assert cells.number({"x": "1.00500"}, 2, "x") == Decimal("1.005")
    assert told(cells) == []


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%Y-%m-%d", "2026-03-05", date(2026, 3, 5)),
        ("%d.%m.%Y", "05.03.2026", date(2026, 3, 5)),
        ("%m/%d/%y", "03/05/26", date(2026, 3, 5)),
        ("%Y年%m月%d日", "2026年3月5日", date(2026, 3, 5)),
        ("%Y%m%d", "20260305", date(2026, 3, 5)),
        ("%Y-%m-%d %H:%M:%S", "2026-03-05 23:59:59", date(2026, 3, 5)),
    ],
)
def test_dates_in_their_declared_format(form: str, text: str, expected: date) -> None:
    cells = reader(date_format=form)
    cells.next_row()
    assert cells.day({"x": text}, 2, "x") == expected
    converted = [("date_converted", {"column": "x", "count": 1, "format": form})]
    assert told(cells) == ([] if form == "%Y-%m-%d" else converted)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "05.03.2026", "2026-3", "0000-01-01", "soon", "20260305"])
def test_what_is_no_date(text: str) -> None:
    cells = reader()
    for line in (2, 3):
        cells.next_row()
        assert cells.day({"x": text}, line, "x") is None
    assert [(fault.line, fault.value, fault.path) for fault in cells.faults()] == [(2, text, "x"), (3, text, "x")]
    assert all("%Y-%m-%d" in fault.remedy for fault in cells.faults())


def test_white_space_is_trimmed_and_counted_once_per_cell() -> None:
    cells = reader(date_format="%d.%m.%Y", rounding=Rounding(digits=0, mode=RoundingMode.DOWN))
    for line, row in enumerate(
        [{"x": " a\u3000", "n": "1.5", "d": "1.2.2026"}, {"x": "b", "n": "2", "d": "1.2.2026"}], 2
    ):
        cells.next_row()
        for _ in range(2):  # a column may serve two facts, an id and an attribute
            assert cells.text(row, line, "x") == row["x"].strip()
            cells.number(row, line, "n")
            cells.day(row, line, "d")
    assert told(cells) == [
        ("text_trimmed", {"column": "x", "count": 1}),
        ("date_converted", {"column": "d", "count": 2, "format": "%d.%m.%Y"}),
        ("number_rounded", {"column": "n", "count": 1, "total": Decimal("-0.5")}),
    ]


def test_empty_cells_are_faults_unless_they_are_optional() -> None:
    cells = reader()
    cells.next_row()
    row = {"x": "  ", "y": ""}
    assert cells.text(row, 2, "x", optional=True) == ""
    assert cells.day(row, 2, "y", optional=True) is None
    assert cells.number(row, 2, "y", optional=True) is None
    assert cells.faults() == ()
    assert cells.day(row, 2, "x") is None
    assert cells.number(row, 2, "x") is None
    assert cells.text(row, 2, "y") == ""
    assert [(fault.path, fault.problem) for fault in cells.faults()] == [
        ("x", "the cell is empty"),
        ("y", "the cell is empty"),
    ]


def test_rows_are_counted() -> None:
    cells = reader()
    for _ in range(3):
        cells.next_row()
    assert [dict(reason.parameters) for reason in cells.changes()] == [{"file": "a.csv", "count": 3}]


def test_ids_of_several_cells_are_joined() -> None:
    assert reader().joined({"a": "O-1 ", "b": "Parts"}, 2, ("a", "b")) == "O-1/Parts"


def test_many_faults_of_one_kind_are_counted_not_listed() -> None:
    cells = reader()
    asked = 0

    def remedy() -> str:
        nonlocal asked
        asked += 1
        return "mend it"

    for line in range(2, 2 + MOST_FAULTS + 7):
        cells.next_row()
        cells.fault(line, "x", "it is odd", line, remedy)
        cells.number({"y": "no"}, line, "y")
    cells.next_row()
    cells.day({"z": "no"}, 1, "z")
    found = cells.faults()
    assert [fault.line for fault in found if fault.path == "x"] == [*range(2, 2 + MOST_FAULTS), None]
    assert [fault.problem for fault in found if fault.line is None] == [
        "7 more: it is odd",
        "7 more: this is not a number in the declared format",
    ]
    assert asked == MOST_FAULTS
    assert sum(fault.path == "z" for fault in found) == 1
