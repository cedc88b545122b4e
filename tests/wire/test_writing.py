"""Files out: nothing a spreadsheet would run, a stable order, all or nothing."""

from __future__ import annotations

import os
import stat
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_policies import Trigger

from salesrules.core import InvalidValue, Money, Rate
from salesrules.wire import parse_table, render_csv, render_json, write_csv, write_json, write_text


def cell(value: Any) -> str:
    (row,) = parse_table(render_csv(["a", "b"], [{"a": value, "b": "x"}])).rows
    return row.values["a"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+SUM(A1)",
        "-2+3",
        "@cmd",
        "\tx",
        "\rx",
        "\nx",
        "=",
        "-",
        "+1,000",
        "＝1",
        "－",
        "＋",
        "＠x",
        "-1e5",
        "--1",
        "-1 ",
    ],
)
def test_formulas_are_neutralised(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert render_csv([text, "b"], []).lstrip('"').startswith("'")


@pytest.mark.parametrize("text", ["-1", "+1", "-2.50", "-5%", "1=1", "a-b", "", "'", " =1", "é"])
def test_plain_numbers_and_text_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_cell_begins_as_a_formula_unless_it_is_a_number(text: str) -> None:
    written = cell(text)
    assert written in (text, f"'{text}")
    if written.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        assert Decimal(written.rstrip("%")).is_finite()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (5, "5"),
        (True, "true"),
        (False, "false"),
        (Decimal("-1E+2"), "-100"),
        (Decimal("2.50"), "2.50"),
        (date(2020, 1, 2), "2020-01-02"),
        (time(12, 30), "12:30:00"),
        (Money("-2.5", "CNY"), "CNY -2.5"),
        (Rate.parse("1.5%"), "1.5%"),
        (Trigger.BOOKING, "booking"),
    ],
)
def test_values_have_one_form(value: Any, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize("value", [1.5, b"x", [1], {"a": 1}, object()])
def test_other_values_are_refused_with_their_place(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        render_csv(["a"], [{"a": 1}, {"a": value}])
    assert caught.value.field == "rows[1].a"


def test_a_column_that_the_header_lacks_is_refused_and_a_missing_one_is_empty() -> None:
    with pytest.raises(InvalidValue) as caught:
        render_csv(["a"], [{"a": 1, "c": 2, "b": 3}])
    assert (caught.value.field, caught.value.value) == ("rows[0]", ["b", "c"])
    assert render_csv(["a", "b"], [{"b": 1}]) == "a,b\n,1\n"


def test_json_has_sorted_keys_and_exact_numbers() -> None:
    value = {"b": Decimal("1.50"), "a": {"z": date(2020, 1, 1), "y": Money(1, "CNY")}, "é": (True, None, 3)}
    text = '{"a": {"y": "CNY 1", "z": "2020-01-01"}, "b": "1.50", "é": [true, null, 3]}'
    assert "".join(render_json(value).split()) == "".join(text.split())
    assert render_json({"a": 1, "b": 2}) == render_json({"b": 2, "a": 1})
    assert render_json({}).endswith("}\n")


@pytest.mark.parametrize("value", [1.5, float("nan"), {"a": object()}, {1, 2}, {(1, 2): 3}, "\ud800"])
def test_json_refuses_what_is_not_plain_and_exact(tmp_path: Path, value: Any) -> None:
    with pytest.raises(InvalidValue):
        write_json(tmp_path / "a.json", value)
    assert list(tmp_path.iterdir()) == []


def test_files_are_written_whole_and_replace_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, ["a"], [{"a": "é"}])
    assert path.read_bytes() == "a\né\n".encode()
    write_csv(path, ["a"], [{"a": "é"}], mark=True)
    assert path.read_bytes() == "\ufeffa\né\n".encode()
    write_json(tmp_path / "a.json", [1])
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "[\n  1\n]\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.json"]


def test_a_file_keeps_its_rights_and_a_new_one_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o600)
    write_text(path, "two")
    assert (stat.S_IMODE(path.stat().st_mode), path.read_text(encoding="utf-8")) == (0o600, "two")


def test_nothing_is_left_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidValue, match="No space left"):
        write_text(path, "new")
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("a.txt", "old")]


@pytest.mark.parametrize("name", ["missing/a.txt", "nul\0", "a/b.txt", "folder"])
def test_places_that_cannot_be_written_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidValue, match="path"):
        write_text(str(tmp_path / name), "x")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a", "folder"]
