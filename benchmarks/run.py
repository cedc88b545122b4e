"""Run every benchmark beside its peers; write the figures as JSON and the tables of docs/benchmarks.md.

A benchmark is a module `bench_<name>.py` with a function `run()` that gives a mapping: `title`, and `rows`, each a
mapping of columns to numbers and text; where goals were set also `goals`, a mapping of each sentence to a bool.
`python benchmarks/run.py` runs all, `python benchmarks/run.py money workflow` only these.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results"
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
MARK = "<!-- results -->"


def load(path: Path) -> Any:
    """The benchmark's module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def machine() -> dict[str, Any]:
    """Where the figures were measured."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


def measure(name: str) -> None:
    """Run one benchmark and keep its figures."""
    print(f"{name} …", file=sys.stderr)
    result = {"name": name, "machine": machine(), **load(FOLDER / f"bench_{name}.py").run()}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False, default=str)
    (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")


def shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(result: Mapping[str, Any]) -> str:
    """One benchmark as Markdown: its rows, its goals, where it was measured."""
    rows = result["rows"]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    body = [f"| {' | '.join(shown(row.get(column, '')) for column in columns)} |" for row in rows]
    goals = [f"- {'met' if met else 'missed'}: {goal}" for goal, met in result.get("goals", {}).items()]
    place = "{implementation} {python}, {system}, {processors} processors".format(**result["machine"])
    return "\n".join([f"## {result['title']}", "", *head, *body, "", *goals, *([""] if goals else []), f"({place})"])


def page(text: str, results: list[Mapping[str, Any]]) -> str:
    """The page with the tables below its mark instead of those that stood there."""
    tables = "\n\n".join(map(table, results)) or "No results yet."
    return f"{text.partition(MARK)[0]}{MARK}\n\n{tables}\n"


def main(names: list[str]) -> None:
    """Measure what is named, or everything, and write the page anew from all figures that are kept."""
    for name in names or sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py")):
        measure(name)
    results = [json.loads(path.read_text("utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    PAGE.write_text(page(PAGE.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
