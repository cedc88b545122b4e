"""Documents of any type: formats, limits, encodings; malformed text with the line where it is."""

from __future__ import annotations

import json
import os
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from sample_policies import Trigger

from salesrules.core import Fault, InvalidDocument, InvalidValue
from salesrules.wire import Format, load_document, parse_document
from salesrules.wire.findings import Finding, cap_faults, parse_path, render_path
from salesrules.wire.limits import MAX_BYTES, MAX_DEPTH, MAX_FAULTS_SHOWN, MAX_FINDINGS, MAX_ITEMS, MAX_KEY_PARTS


@attrs.frozen(kw_only=True)
class Node:
    inner: Node | None = None
    number: Decimal | None = None
    count: int | None = None
    text: str | None = None
    flag: bool | None = None
    trigger: Trigger | None = None
    items: tuple[Node, ...] = ()


def fault_in(text: str, format: Format) -> Fault:
    (fault,) = faults_in(text, format)
    return fault


def faults_in(text: str, format: Format) -> tuple[Fault, ...]:
    with pytest.raises(InvalidDocument) as caught:
        parse_document(text, Node, format=format, file="doc")
    return caught.value.faults


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", "number = 1.10\ncount = 2\ntext = '12:30'\nflag = true\ninner.text = 'é'"),
        ("a.json", '{"number": 1.10, "count": 2, "text": "12:30", "flag": true, "inner": {"text": "\\u00e9"}}'),
        ("a.yaml", "number: 1.10\ncount: 2\ntext: 12:30\nflag: true\ninner:\n  text: é\n"),
        ("a.yml", "%YAML 1.1\n---\nnumber: 1.10\ncount: 2\ntext: 12:30\nflag: true\ninner: {text: é}\n"),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_each_format_gives_the_same_exact_values(tmp_path: Path, name: str, text: str, mark: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(mark + text.encode())
    expected = Node(number=Decimal("1.10"), count=2, text="12:30", flag=True, inner=Node(text="é"))
    loaded = load_document(path, Node)
    assert loaded == expected
    assert str(loaded.number) == "1.10"
    assert load_document(str(path), Node) == expected


def test_the_format_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text('{"count": 2}', encoding="utf-8")
    assert load_document(path, Node, format=Format.JSON) == Node(count=2)
    with pytest.raises(InvalidDocument, match=r"no known format \(found '.txt'\)"):
        load_document(path, Node)


@pytest.mark.parametrize(
    ("format", "text", "line"),
    [
        (Format.TOML, "a = 1\nb = \n", 2),
        (Format.TOML, "a = 1\na = 2\n", 2),
        (Format.TOML, "a = [1,\n2\n", 3),
        (Format.TOML, "a = 2020-13-01\n", 1),
        (Format.JSON, '{"a": 1,\n"b" 2}', 2),  # Python 3.13 tells a comma before the end at its own place
        (Format.JSON, '{"a": 1', 1),
        (Format.YAML, "a: 1\n b: 2\n", 2),
        (Format.YAML, "a: 1\nb: 'x\n", 3),
        (Format.YAML, "a: 1\n---\na: 2\n", 2),
        (Format.YAML, "? [a]\n: 1\n", 1),
    ],
)
def test_malformed_text_is_one_fault_with_its_line(format: Format, text: str, line: int) -> None:
    fault = fault_in(text, format)
    assert (fault.code, fault.line, fault.file) == ("wire.malformed", line, "doc")


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "wire.empty", None),
        (b" \n\t\n", "wire.empty", None),
        (b"\xef\xbb\xbf", "wire.empty", None),
        ("count = 1\ntext = 'é'".encode("latin-1"), "wire.encoding", 2),
        ("count = 1".encode("utf-16"), "wire.encoding", 1),
        (b"#" * (MAX_BYTES + 1), "wire.too_large", None),
    ],
)
def test_files_that_cannot_be_text_are_refused(tmp_path: Path, content: bytes, code: str, line: int | None) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidDocument) as caught:
        load_document(path, Node)
    (fault,) = caught.value.faults
    assert (fault.code, fault.line, fault.file) == (code, line, str(path))


def test_a_document_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"count = 1\n" + b"#" * (MAX_BYTES - 10))
    assert load_document(path, Node) == Node(count=1)


@pytest.mark.parametrize("format", Format)
def test_a_text_has_the_same_limit_as_a_file(format: Format) -> None:
    assert fault_in("#" * (MAX_BYTES + 1), format).code == "wire.too_large"


@pytest.mark.parametrize("name", ["missing.toml", ".", "nul\0.toml", "a/b.toml"])
def test_paths_that_are_no_readable_file_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidDocument) as caught:
        load_document(str(tmp_path / name), Node, format=Format.TOML)
    assert caught.value.faults[0].code == "wire.unreadable_file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.toml")
    with pytest.raises(InvalidDocument, match="not a plain file"):
        load_document(tmp_path / "a.toml", Node)


def nested(format: Format, depth: int) -> str:
    """A document with `depth` tables inside each other."""
    if format is Format.TOML:
        return "".join(f"[{'.'.join(['inner'] * level)}]\n" for level in range(1, depth + 1))
    return '{"inner": ' * depth + "{}" + "}" * depth


@pytest.mark.parametrize("format", Format)
def test_depth_is_bounded(format: Format) -> None:
    node: Node | None = parse_document(nested(format, MAX_DEPTH - 1), Node, format=format)
    for _ in range(MAX_DEPTH - 1):
        assert node is not None
        node = node.inner
    assert node == Node()
    for depth in (MAX_DEPTH + 1, 500):
        assert fault_in(nested(format, depth), format).code == "wire.too_deep"


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("sign", ["[", '{"a":'])
def test_a_hundred_thousand_brackets_are_refused(format: Format, sign: str) -> None:
    text = sign * 100_000
    assert fault_in(f"a = {text}" if format is Format.TOML else text, format).code in (
        "wire.too_deep",
        "wire.malformed",
    )


@pytest.mark.parametrize("text", ["a-" * 400_000, "'a'" * 300_000, '"' * 900_000, "a " * 400_000, "-." * 400_000])
def test_hostile_lines_are_refused_at_once(text: str) -> None:
    started = time.process_time()
    assert fault_in(text, Format.TOML).line == 1
    assert time.process_time() - started < 5


def test_a_list_full_of_faults_is_not_read_to_its_end() -> None:
    text = json.dumps({"items": [{"count": "x"}] * 30_000})
    assert (
        faults_in(text, Format.JSON)[-1].problem
        == f"there are {MAX_FINDINGS - MAX_FAULTS_SHOWN} more faults, or more than that"
    )


@pytest.mark.parametrize("key", ["a", '"a"', "'a'"])
def test_dotted_keys_are_bounded_before_they_cost_time(key: str) -> None:
    assert fault_in("\n" + " . ".join([key] * 100_000) + " = 1", Format.TOML).line == 2
    assert faults_in(".".join([key] * MAX_KEY_PARTS) + " = 1", Format.TOML)[0].code == "wire.unknown_key"
    assert faults_in(".".join([key] * (MAX_KEY_PARTS + 1)) + " = 1", Format.TOML)[0].code == "wire.too_deep"


def test_the_number_of_values_is_bounded() -> None:
    assert faults_in(f'{{"a": [{"0," * (MAX_ITEMS - 2)}0]}}', Format.JSON)[0].code == "wire.unknown_key"
    assert fault_in(f'{{"a": [{"0," * (MAX_ITEMS - 1)}0]}}', Format.JSON).code == "wire.too_many_items"


@pytest.mark.parametrize(
    ("format", "text"), [(Format.JSON, "[1]"), (Format.JSON, "5"), (Format.YAML, "- 1"), (Format.YAML, "# x")]
)
def test_the_top_is_a_table(format: Format, text: str) -> None:
    assert fault_in(text, format).code == "wire.wrong_type"


@pytest.mark.parametrize("format", [Format.JSON, Format.YAML])
def test_keys_given_twice_are_all_found(format: Format) -> None:
    text = '{"count": 1, "count": 2,\n"inner": {"text": "a",\n"text": "b", "text": "c"}}'
    found = {(fault.code, fault.path) for fault in faults_in(text, format)}
    assert found == {("wire.duplicate_key", "count"), ("wire.duplicate_key", "inner.text")}


@pytest.mark.parametrize(
    ("format", "text"),
    [
        (Format.JSON, '{"number": NaN}'),
        (Format.JSON, '{"number": -Infinity}'),
        (Format.JSON, '{"number": 1e400}'),
        (Format.JSON, '{"number": ' + "9" * 5_000 + "}"),
        (Format.JSON, '{"number": 0.' + "9" * 5_000 + "}"),
        (Format.YAML, "number: .nan"),
        (Format.YAML, "number: -.inf"),
        (Format.YAML, "number: " + "9" * 5_000),
        (Format.YAML, "number: 1e400"),
        (Format.TOML, "number = nan"),
        (Format.TOML, "number = 1e99999999999999999999"),
    ],
)
@pytest.mark.parametrize("field", ["number", "count", "text", "flag", "trigger"])
def test_numbers_that_are_none_are_refused_wherever_they_stand(format: Format, text: str, field: str) -> None:
    fault = fault_in(text.replace("number", field), format)
    assert fault.path == field
    assert fault.code == ("wire.unknown_choice" if field == "trigger" else "wire.unreadable_number")


def test_a_whole_number_of_thousands_of_digits_is_refused_in_toml() -> None:
    assert fault_in("number = " + "9" * 5_000, Format.TOML).code == "wire.malformed"


def test_half_characters_are_refused() -> None:
    faults = faults_in('{"text": "\\ud800", "inner": {"\\udfff": 1, "text": "\\ud83d\\ude00"}}', Format.JSON)
    assert ("wire.invalid_text", "text") in {(fault.code, fault.path) for fault in faults}
    assert "".join(map(str, faults)).encode("utf-8").isascii()


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("inner: &x {count: 1}\n", "wire.yaml_anchor", 1),
        ("items:\n  - &x {count: 1}\n  - *x\n", "wire.yaml_anchor", 2),
        ("count: !!int '5'\n", "wire.yaml_tag", 1),
        ("text: !!python/object/apply:os.system [x]\n", "wire.yaml_tag", 1),
        ("text: !custom a\n", "wire.yaml_tag", 1),
    ],
)
def test_yaml_that_builds_things_is_refused(text: str, code: str, line: int) -> None:
    fault = faults_in(text, Format.YAML)[0]
    assert (fault.code, fault.line) == (code, line)


def test_a_thousand_laughs_cost_nothing() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    assert "wire.yaml_anchor" in {fault.code for fault in faults_in(bomb, Format.YAML)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("on", "on"),
        ("No", "No"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("|\n  5\n", "5\n"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_yaml_guesses_nothing(text: str, value: str) -> None:
    assert parse_document(f"text: {text}", Node, format=Format.YAML).text == value


@pytest.mark.parametrize("text", ["5", "-5", "1.5", "true", "FALSE", "[]", "{}"])
def test_yaml_text_that_reads_as_something_else_needs_quotes(text: str) -> None:
    assert fault_in(f"text: {text}", Format.YAML).remedy == "write it in quotes"


@pytest.mark.parametrize("text", ["~", "null", ""])
def test_yaml_nothing_is_none(text: str) -> None:
    assert parse_document(f"text: {text}\ncount: 1", Node, format=Format.YAML) == Node(count=1)


def test_yaml_faults_have_lines() -> None:
    text = "count: 1\nitems:\n  - count: 2\n  - count: x\n    flag: 5\n"
    assert [(fault.path, fault.line) for fault in faults_in(text, Format.YAML)] == [
        ("items[1].count", 4),
        ("items[1].flag", 5),
    ]


@pytest.mark.parametrize(
    ("text", "format", "missing", "named"),
    [("count: 1", Format.YAML, "ruamel.yaml", "salesrules[yaml]")],
)
def test_without_its_extra_yaml_names_it(
    monkeypatch: pytest.MonkeyPatch, text: str, format: Format, missing: str, named: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    fault = fault_in(text, format)
    assert (fault.code, named in fault.remedy) == ("wire.missing_extra", True)


def test_without_its_extra_toml_has_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_toml", None)
    fault = fault_in("text = 'a'\ncount = 'without the extra'", Format.TOML)
    assert (fault.path, fault.line) == ("count", None)


def test_many_faults_are_cut_and_counted() -> None:
    text = json.dumps({"items": [{"count": "x"} for _ in range(MAX_FAULTS_SHOWN + 7)]})
    faults = faults_in(text, Format.JSON)
    assert len(faults) == MAX_FAULTS_SHOWN + 1
    assert faults[-1].problem == "there are 7 more faults, or more than that"
    few = [Finding(code="a", problem="b", remedy="c").to_fault("f", None)] * MAX_FAULTS_SHOWN
    assert cap_faults(few) == tuple(few)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("a.b[0].c", ("a", "b", 0, "c")),
        ("[2].c", (2, "c")),
        ('a["x.y"].b', ("a", "x.y", "b")),
        ('a["q\\"\\\\"]', ("a", 'q"\\')),
        ("$schema", ("$schema",)),
        ("", ()),
    ],
)
def test_paths_and_places_are_the_same(path: str, place: tuple[Any, ...]) -> None:
    assert parse_path(path) == place
    assert render_path(place) == path


def test_what_is_no_path_ends_it() -> None:
    assert parse_path("a[b].c") == ("a",)


def test_a_programmers_type_is_refused_at_once() -> None:
    @attrs.frozen
    class Bad:
        raw: dict[int, str]

    with pytest.raises(InvalidValue, match="cannot hold this type"):
        parse_document("raw = {}", Bad)
