"""Modules stay short, exceptions from a check say why, nothing is left for later, and every test asserts."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST, MEDIAN = 400, 150
SILENCERS = re.compile(
    r"#\s*(?:type: ignore|noqa|pragma: no (?:cover|branch|mutate)|pyright: ignore)"
    r"(?:\[[^\]]*\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?(?P<rest>.*)$"
)
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def too_long(lengths: dict[str, int]) -> list[str]:
    """Modules over the limit, and the median where it is too high."""
    long = [f"{name} has {length} lines" for name, length in lengths.items() if length > LONGEST]
    median = statistics.median(lengths.values())
    return [*long, *([f"the median module has {median} lines"] if median >= MEDIAN else [])]


def unexplained(text: str) -> list[str]:
    """Lines that silence a check without a reason in a comment on the same line or on the line above."""
    lines = text.splitlines()
    found = []
    for index, line in enumerate(lines):
        match = SILENCERS.search(line)
        above = lines[index - 1].strip() if index else ""
        if match and not re.search(r"\w{3}", match["rest"]) and not above.startswith("#"):
            found.append(f"{index + 1}: {line.strip()}")
    return found


def left_for_later(text: str) -> list[str]:
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if LATER.search(line)]


def silent_tests(tree: ast.AST) -> Iterator[str]:
    """Test functions in which nothing is asserted, raised or checked by a helper whose name says that it does."""
    telling = ("assert", "check", "raises", "warns", "run_state_machine", "verify")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            calls = (ast.unparse(part.func) for part in ast.walk(node) if isinstance(part, ast.Call))
            asserts = any(isinstance(part, ast.Assert) for part in ast.walk(node))
            if not asserts and not any(word in call for call in calls for word in telling):
                yield f"{node.lineno}: {node.name}"


def own_files(root: Path, *suffixes: str) -> list[Path]:
    """Files of the project; what is hidden, built or measured is not judged."""
    folders = ("src", "tests", "typing_tests", "benchmarks", "examples", "scenarios", "docs", "changelog.d")
    found = [path for folder in folders for path in sorted((root / folder).rglob("*")) if "_build" not in path.parts]
    return [path for path in [*root.iterdir(), *found] if path.is_file() and path.suffix in suffixes]


def test_modules_are_short(modules: dict[Path, ast.Module]) -> None:
    assert too_long({str(path): len(path.read_text("utf-8").splitlines()) for path in modules}) == []


def test_what_silences_a_check_says_why(root: Path) -> None:
    files = own_files(root, ".py")
    assert [
        f"{path}:{line}" for path in files if path != Path(__file__) for line in unexplained(path.read_text("utf-8"))
    ] == []


def test_nothing_is_left_for_later(root: Path) -> None:
    files = own_files(root, ".py", ".md", ".toml", ".yaml")
    assert [
        f"{path}:{line}" for path in files if path != Path(__file__) for line in left_for_later(path.read_text("utf-8"))
    ] == []


def test_every_test_asserts(root: Path) -> None:
    files = sorted((root / "tests").rglob("*.py"))
    assert len(files) > 3
    assert [f"{path}:{test}" for path in files for test in silent_tests(ast.parse(path.read_text("utf-8")))] == []


def test_every_room_has_tests(root: Path, rooms: list[Path]) -> None:
    assert [room.name for room in rooms if not list((root / "tests" / room.name).rglob("test_*.py"))] == []


def test_every_list_of_words_says_what_it_knows(inner: dict[Path, ast.Module]) -> None:
    """A plain enumeration answers a wrong word with a bare `ValueError`; `WordEnum` names the known ones."""
    plain = [
        f"{path}:{node.name}"
        for path, tree in inner.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and path.stem != "word_enum"
        for base in node.bases
        if ast.unparse(base).rpartition(".")[2] in ("Enum", "StrEnum")
    ]
    assert plain == []


def test_long_modules_are_found() -> None:
    assert too_long({"a": 400, "b": 100, "c": 149}) == []
    assert too_long({"a": 401, "b": 100, "c": 149}) == ["a has 401 lines"]
    assert too_long({"a": 150, "b": 150, "c": 149}) == ["the median module has 150 lines"]


@pytest.mark.parametrize(
    "silencer", ["# type: ignore[attr-defined]", "# noqa: E501, F401", "# pragma: no cover", "# noqa"]
)
def test_unexplained_silence_is_found(silencer: str) -> None:
    assert unexplained(f"x = 1  {silencer}") == [f"1: x = 1  {silencer}"]
    assert unexplained(f"x = 1  {silencer}  # the stubs lack it") == []
    assert unexplained(f"# the stubs lack it\nx = 1  {silencer}") == []


def test_what_is_left_for_later_is_found() -> None:
    assert left_for_later("x = 1\ny = 2  # TO" + "DO: three") == ["2: y = 2  # TO" + "DO: three"]
    assert left_for_later("the method todolist") == []


@pytest.mark.parametrize("body", ["run()", "x = 1", "if run(): pass"])
def test_a_test_without_an_assertion_is_found(body: str) -> None:
    assert list(silent_tests(ast.parse(f"def test_it():\n    {body}")))


@pytest.mark.parametrize("body", ["assert run()", "with pytest.raises(ValueError): run()", "assert_agrees(a, b)"])
def test_a_test_with_an_assertion_is_not(body: str) -> None:
    assert not list(silent_tests(ast.parse(f"def test_it():\n    {body}")))
