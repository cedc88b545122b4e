"""Run every benchmark beside its peers; write the figures as JSON and the tables of docs/benchmarks.md.

A benchmark is a module `bench_<name>.py` with a function `run()` that gives a mapping of what JSON can hold. Where it
is nested, the inmost mappings are rows of a table: `{"chain": {"ours": 2.4, "bare": 2.3, "limit": 2.0}}`.
`python benchmarks/run.py` runs all but those whose names end in `_large`, `python benchmarks/run.py money workflow`
only these. A function `draw(results, folder)` draws figures as `<name>-<what>.svg`, which stand below the table.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
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
    module = load(FOLDER / f"bench_{name}.py")
    result = {"name": name, "machine": machine(), **module.run()}
    result.pop("python", None)  # the machine says it
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False, default=str)
    (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")
    if hasattr(module, "draw"):
        module.draw(RESULTS, PAGE.parent / "pictures")


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def rows(figures: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """The inmost mappings with the names that lead to them."""
    plain = {name: value for name, value in figures.items() if not isinstance(value, Mapping)}
    if plain and path:
        yield " · ".join(path), plain
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from rows(value, (*path, name))


def table(result: Mapping[str, Any]) -> str:
    """One benchmark as Markdown: what it says of itself, a table of its figures, and where they were measured."""
    figures = {name: value for name, value in result.items() if name not in {"machine", "name", "python"}}
    found = list(rows(figures))
    columns = list(dict.fromkeys(column for _, row in found for column in row))
    lines = [f"## {result['name']}", ""]
    lines += [f"- {name}: {shown(value)}" for name, value in figures.items() if not isinstance(value, Mapping)]
    lines += ["", f"| | {' | '.join(columns)} |", f"|{' --- |' * (len(columns) + 1)}"]
    lines += [f"| {name} | {' | '.join(shown(row.get(column, '')) for column in columns)} |" for name, row in found]
    if "machine" in result:
        lines += ["", "({implementation} {python}, {system}, {processors} processors)".format(**result["machine"])]
    for picture in sorted((PAGE.parent / "pictures").glob(f"{result['name']}-*.svg")):
        lines += ["", f"![{picture.stem.replace('-', ' ')}](pictures/{picture.name})"]
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def page(text: str, results: list[Mapping[str, Any]]) -> str:
    """The page with the tables below its mark instead of those that stood there."""
    tables = "\n\n".join(map(table, results)) or "No results yet."
    return f"{text.partition(MARK)[0]}{MARK}\n\n{tables}\n"


def main(names: list[str]) -> None:
    """Measure what is named, or everything, and write the page anew from all figures that are kept."""
    found = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    for name in names or [each for each in found if not each.endswith("_large")]:
        measure(name)
    results = [{"name": path.stem, **json.loads(path.read_text("utf-8"))} for path in sorted(RESULTS.glob("*.json"))]
    PAGE.write_text(page(PAGE.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
