"""Rule tables name functions and tests that exist; the glossary is whole; the figures' page is made from its files."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
TABLES = [path for path in sorted((DOCS / "rules").glob("*.md")) if path.stem != "index"]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without head and rule."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def is_there(function: str) -> bool:
    """Whether a dotted name leads from a module through its attributes to something that is there."""
    parts = function.split(".")
    for length in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            if not hasattr(value, name) and name not in getattr(value, "__annotations__", {}):
                return False
            value = getattr(value, name, None)
        return True
    return False


def has_test(root: Path, test: str) -> bool:
    """Whether a test such as `tests/org/test_checks.py::test_cycle` is in the syntax tree of its file."""
    file, *names = re.sub(r"\[.*\]$", "", test).split("::")
    if not names or not (root / file).is_file():
        return False
    node: ast.AST = ast.parse((root / file).read_text("utf-8"))
    for name in names:
        inside = {
            child.name: child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.ClassDef | ast.FunctionDef)
        }
        if name not in inside:
            return False
        node = inside[name]
    return True


def faults(root: Path, text: str) -> Iterator[str]:
    """What is wrong with a rule table."""
    for row in rows(text):
        if len(row) != 3 or not row[0]:
            yield f"{row}: a row has a rule, its function and its test"
            continue
        rule, functions, tests = row[0], quoted(row[1]), quoted(row[2])
        if not functions or not tests:
            yield f"{rule}: names no function or no test"
        yield from (f"{rule}: no function {function}" for function in functions if not is_there(function))
        yield from (f"{rule}: no test {test}" for test in tests if not has_test(root, test))


@pytest.mark.parametrize("table", [pytest.param(path, id=path.stem) for path in TABLES])
def test_every_rule_has_a_function_and_a_test(root: Path, table: Path) -> None:
    text = table.read_text("utf-8")
    assert rows(text), "a rule table has rows"
    assert list(faults(root, text)) == []


def test_every_room_has_a_rule_table(root: Path) -> None:
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    floors = [re.findall(r"\w+", floor) for floor in contracts[0]["layers"]]
    rooms = {room for floor in floors[floors.index(["rulebook"]) + 1 : floors.index(["analytics"])] for room in floor}
    standing = {room for room in rooms if (root / "src" / "salesrules" / room).is_dir()}
    assert standing - {path.stem for path in TABLES} == set()


def test_bad_rule_tables_are_found(root: Path) -> None:
    here = "tests/docs/test_tables.py::test_bad_rule_tables_are_found"
    head = "| rule | function | test |\n| --- | --- | --- |\n"
    good = f"{head}| the sum | `salesrules.core.total` | `{here}` |"
    assert list(faults(root, good)) == []
    assert list(faults(root, good.replace(".total", ".totals"))) == ["the sum: no function salesrules.core.totals"]
    assert list(faults(root, good.replace(here, f"{here}_too"))) == [f"the sum: no test {here}_too"]
    assert list(faults(root, good.replace("`", ""))) == ["the sum: names no function or no test"]
    assert len(list(faults(root, f"{head}| the sum | |"))) == 1


def test_a_method_and_a_field_count_as_functions() -> None:
    assert is_there("salesrules.core.Money.allocate")
    assert is_there("salesrules.core.PolicyLife.next_review")
    assert not is_there("salesrules.core.Money.split")


def test_the_glossary_is_whole_sorted_and_without_doubles() -> None:
    terms = rows((DOCS / "glossary.md").read_text("utf-8"))
    assert terms
    assert [row for row in terms if len(row) != 4 or not all(row)] == []
    names = [row[0] for row in terms]
    assert names == sorted(names, key=str.casefold)
    assert len({name.casefold() for name in names}) == len(names)


def test_benchmarks_page_is_made_from_the_figures(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "benchmarks.md").write_text("# Benchmarks\n\n<!-- results -->\n\nNo results yet.\n", "utf-8")
    (folder / "run.py").write_text((root / "benchmarks" / "run.py").read_text("utf-8"), "utf-8")
    bench = "def run():\n    return {'size': 9, 'sum': {'us': 2.0, 'them': 4.12345}, 'met': {'twice': True}}\n"
    (folder / "bench_sum.py").write_text(bench, "utf-8")
    subprocess.run([sys.executable, folder / "run.py"], check=True, capture_output=True)
    subprocess.run([sys.executable, folder / "run.py", "sum"], check=True, capture_output=True)
    assert json.loads((folder / "results" / "sum.json").read_text("utf-8"))["sum"] == {"us": 2.0, "them": 4.12345}
    page = (tmp_path / "docs" / "benchmarks.md").read_text("utf-8")
    assert page.startswith("# Benchmarks\n\n<!-- results -->\n\n## sum\n\n- size: 9\n\n| | us | them | twice |\n")
    assert "| --- | --- | --- | --- |\n| sum | 2 | 4.123 |  |\n| met |  |  | yes |\n" in page
    assert page.count("## sum") == 1


def test_large_benchmarks_run_when_they_are_named_and_what_they_draw_is_kept(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "benchmarks.md").write_text("# Benchmarks\n\n<!-- results -->\n", "utf-8")
    (folder / "run.py").write_text((root / "benchmarks" / "run.py").read_text("utf-8"), "utf-8")
    (folder / "bench_sum.py").write_text("def run():\n    return {'sum': {'us': 2.0}}\n", "utf-8")
    drawn = "def draw(results, pictures):\n    pictures.mkdir()\n    (pictures / 'sum_large-size.svg').write_text('')\n"
    (folder / "bench_sum_large.py").write_text(f"def run():\n    return {{'sum': {{'s': 9.0}}}}\n\n{drawn}", "utf-8")
    subprocess.run([sys.executable, folder / "run.py"], check=True, capture_output=True)
    assert [path.name for path in (folder / "results").iterdir()] == ["sum.json"]
    subprocess.run([sys.executable, folder / "run.py", "sum_large"], check=True, capture_output=True)
    page = (tmp_path / "docs" / "benchmarks.md").read_text("utf-8")
    assert "## sum\n" in page
    assert page.index("## sum_large\n") < page.index("![sum_large size](pictures/sum_large-size.svg)")
