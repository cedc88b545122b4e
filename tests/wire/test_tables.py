"""CSV files: strict rows with their lines, or all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import Fault, InvalidDocument, InvalidValue
from salesrules.wire import parse_table, read_table, render_csv
from salesrules.wire.limits import MAX_FAULTS_SHOWN, MAX_FIELD_CHARACTERS


def faults(text: str, *columns: str, **options: str) -> list[tuple[str, str, int | None]]:
    return [(fault.code, fault.path, fault.line) for fault in raised(text, *columns, **options)]


def raised(text: str, *columns: str, **options: str) -> tuple[Fault, ...]:
    with pytest.raises(InvalidDocument) as caught:
        parse_table(text, columns, file="dir/a.csv", **options)  # type: ignore[arg-type]  # options of the test
    assert {fault.file for fault in caught.value.faults} == {"dir/a.csv"}
    return caught.value.faults


def rows(
    text: str, *columns: str, optional: tuple[str, ...] = (), delimiter: str = ","
) -> list[tuple[int, dict[str, str]]]:
    table = parse_table(text, columns, optional=optional, delimiter=delimiter)
    return [(row.line, dict(row.values)) for row in table.rows]


def test_rows_are_text_with_their_lines() -> None:
    text = 'id,name,pay\n1,Ann, 2.50\n\n2,"Bob\nthe ""Best"", he",\n3,é,007\n'
    assert rows(text) == [
        (2, {"id": "1", "name": "Ann", "pay": " 2.50"}),
        (4, {"id": "2", "name": 'Bob\nthe "Best", he', "pay": ""}),
        (6, {"id": "3", "name": "é", "pay": "007"}),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_is_read(end: str) -> None:
    assert rows(end.join(["a,b", "1,2", "", "3,4"])) == [(2, {"a": "1", "b": "2"}), (4, {"a": "3", "b": "4"})]


def test_only_the_columns_that_are_asked_for_are_kept() -> None:
    assert rows("a,b,c\n1,2,3\n", "c", optional=("a", "d")) == [(2, {"a": "1", "c": "3"})]
    assert parse_table("a,b,c\n1,2,3\n", ["c"], optional=["a", "d"]).columns == ("a", "c")


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert rows("a,b\n") == []


def test_another_delimiter() -> None:
    assert rows("a;b\n1;2,5\n", "b", delimiter=";") == [(2, {"b": "2,5"})]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_a_delimiter_is_one_character(delimiter: str) -> None:
    with pytest.raises(InvalidValue, match="delimiter"):
        parse_table("a\n", delimiter=delimiter)


def test_missing_columns_name_the_nearest() -> None:
    first, second = raised("seler,amuont,day\n", "seller", "quantity")
    assert (first.code, first.path, first.line) == ("wire.missing_column", "a.csv:seller", 1)
    assert "'seler'" in first.remedy
    assert "'amuont', 'day', 'seler'" in second.remedy


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_header_with_another_delimiter_is_recognised(sign: str) -> None:
    (fault, _) = raised(f"a{sign}b\n1{sign}2\n", "a", "b")
    assert repr(sign) in fault.remedy


def test_columns_named_twice_are_refused() -> None:
    assert faults("a,b,a\n") == [("wire.duplicate_column", "a.csv:a", 1)]


def test_all_faults_of_the_rows_come_at_once() -> None:
    text = 'a,b\n1\n1,2\n1,2,3\nx\0,1\n1,"a"b\n1,2\n1,"open\n'
    assert faults(text) == [
        ("wire.wrong_cell_count", "a.csv", 2),
        ("wire.wrong_cell_count", "a.csv", 4),
        ("wire.nul", "a.csv", 5),
        ("wire.malformed", "a.csv", 6),
        ("wire.malformed", "a.csv", 8),
    ]


def test_a_broken_header_is_the_only_fault() -> None:
    assert faults('a,"b"c\n1,2\n', "z") == [("wire.malformed", "a.csv", 1)]


@pytest.mark.parametrize("extra", [0, 1])
def test_cells_are_bounded(extra: int) -> None:
    text = f"a\n{'x' * (MAX_FIELD_CHARACTERS + extra)}\n"
    if extra:
        assert faults(text) == [("wire.too_large", "a.csv", 2)]
    else:
        assert len(rows(text)) == 1
    assert faults(f"a\n{'x' * 200_000}\n")[0][0] == "wire.malformed"


def test_many_faults_are_cut_and_counted() -> None:
    found = raised("a,b\n" + "1\n" * (MAX_FAULTS_SHOWN + 3))
    assert (len(found), found[-1].problem) == (MAX_FAULTS_SHOWN + 1, "there are 3 more faults, or more than that")


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_text_is_refused(text: str) -> None:
    assert faults(text) == [("wire.empty", "document", None)]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "wire.empty"), ("a\né\n".encode("latin-1"), "wire.encoding"), ("a\n1\n".encode("utf-16"), "wire.encoding")],
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidDocument) as caught:
        read_table(path, ["a"])
    assert caught.value.faults[0].code == code


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfid\n1\n")
    table = read_table(path, ["id"])
    assert (table.columns, table.file) == (("id",), str(path))
    fault = table.fault(table.rows[0], "id", "x.y", "it is odd", "make it even")
    assert str(fault) == f"{path}:2: a.csv:id: it is odd (found '1'); make it even"


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0=+-@\t\r\n＝＋－＠"), max_size=5)
inner = st.text(st.sampled_from(["a", ",", '"', "\n", "\r", " ", "'"]), max_size=6)


@given(st.lists(st.fixed_dictionaries({"first": cells, "second": inner.map(lambda text: f"x{text}")}), max_size=5))
def test_what_is_written_is_read_as_it_was(given_rows: list[dict[str, str]]) -> None:
    text = render_csv(["first", "second"], given_rows)
    assert [dict(row.values) for row in parse_table(text, ["first", "second"]).rows] == given_rows


@given(st.lists(cells, max_size=5))
def test_a_single_column_keeps_its_empty_cells(values: list[str]) -> None:
    text = render_csv(["only"], [{"only": value} for value in values])
    assert [row.values["only"] for row in parse_table(text, ["only"]).rows] == values


def test_a_file_is_read_in_its_declared_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for encoding in ("gb18030", "utf-16", "big5"):
        path.write_bytes("id,name\n1,王\n".encode(encoding))
        assert read_table(path, ["name"], encoding=encoding).rows[0].values == {"name": "王"}


@pytest.mark.parametrize(
    ("encoding", "code", "line"),
    [
        ("utf-8", "wire.encoding", 2),
        ("nothing", "wire.unknown_encoding", None),
        ("rot13", "wire.unknown_encoding", None),
    ],
)
def test_a_wrong_encoding_is_a_fault(tmp_path: Path, encoding: str, code: str, line: int | None) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Zoë\n".encode("cp1252"))
    with pytest.raises(InvalidDocument) as caught:
        read_table(path, ["name"], encoding=encoding)
    assert [(fault.code, fault.line, fault.file) for fault in caught.value.faults] == [(code, line, str(path))]
