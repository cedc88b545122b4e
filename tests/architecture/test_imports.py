"""Floors and shelves (import-linter), doors and walls (on the same graph); each check is shown to bite."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

#: Every library from outside, and who may use it; what is not listed may not be used at all.
ANYBODY = "anybody"
WALLS: dict[str, set[str]] = {
    "attr": {ANYBODY},
    "attrs": {ANYBODY},
    "dateutil": {ANYBODY},
    "altair": {"reports"},
    "babel": {"messages"},
    "cattrs": {"wire"},
    "cyclopts": {"cli"},
    "dask": {"frames"},
    "distributed": {"frames"},
    "duckdb": {"frames"},
    "hypothesis": {"testing"},
    "ibis": {"frames"},
    "immutables": {"core", "storage"},
    "jinja2": {"reports"},
    "markupsafe": {"reports"},
    "narwhals": {"frames", "simulation"},
    "numpy": {"frames", "simulation"},
    "plotext": {"cli"},
    "psycopg": {"storage"},
    "pymysql": {"storage"},
    "pandas": {"frames"},
    "polars": {"frames"},
    "pyarrow": {"frames", "simulation"},
    "pyspark": {"frames"},
    "pytest": {"testing"},
    "rich": {"cli"},
    "ruamel": {"wire"},
    "sqlalchemy": {"storage"},
    "sqlglot": {"frames"},
    "tenacity": {"storage"},
    "tree_sitter": {"wire"},
    "tree_sitter_toml": {"wire"},
    "vl_convert": {"reports"},
}

#: What core and the rooms may take from the standard library: values and arithmetic; no clock, file, network, chance.
INNER_STANDARD_LIBRARY = {
    "__future__", "abc", "array", "ast", "bisect", "calendar", "collections", "contextlib", "copy", "datetime",
    "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "itertools", "json",
    "keyword", "math", "numbers", "operator", "re", "string", "textwrap", "types", "typing", "unicodedata",
    "warnings", "weakref", "xml", "zoneinfo",
}  # fmt: skip


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def own_imports(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    return sorted(
        (importer, imported)
        for importer in graph.modules
        if importer.split(".")[0] == "salesrules"
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def broken_doors(graph: grimp.ImportGraph) -> list[str]:
    """Imports that enter a room through the window, or leave it through its own door."""
    broken = []
    for importer, imported in own_imports(graph):
        room = room_of(imported)
        if imported.split(".")[0] != "salesrules" or not room or importer == "salesrules":
            continue
        if room != room_of(importer) and imported != f"salesrules.{room}":
            broken.append(f"{importer} imports {imported}; enter through salesrules.{room}")
        if room == room_of(importer) and imported == f"salesrules.{room}" and not importer.endswith("__main__"):
            broken.append(f"{importer} imports its own door; import the defining module")
    return broken


def broken_walls(graph: grimp.ImportGraph, inner: set[str]) -> list[str]:
    """Imports of libraries where they do not belong, and of libraries that have no place yet."""
    broken = []
    for importer, imported in own_imports(graph):
        library, room = imported.split(".")[0], room_of(importer)
        if library == "salesrules":
            continue
        if library in sys.stdlib_module_names:
            if room in inner and library not in INNER_STANDARD_LIBRARY:
                broken.append(f"{importer} imports {library}, which core and the rooms do without")
        elif library not in WALLS:
            broken.append(f"{importer} imports {library}, which has no place in WALLS yet")
        elif not WALLS[library] & {ANYBODY, room}:
            broken.append(f"{importer} imports {library}, which belongs to {sorted(WALLS[library])}")
    return broken


def dynamic_imports(tree: ast.AST) -> Iterator[str]:
    """Imports by a name that is computed: the graph cannot see them."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="import_module" | "__import__" | "spec_from_file_location"):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.Name(id="__import__" | "import_module"):
                yield f"{node.lineno}: {node.id}"
            case ast.ImportFrom(module="importlib", names=names):
                yield from (f"{node.lineno}: {alias.name}" for alias in names if alias.name == "import_module")
            case _:
                pass


def shared_by_the_judge(tree: ast.Module) -> Iterator[str]:
    """What the literal oracle would share with the rules that it judges.

    When it runs it knows of this library only its own pages and the error for bad values; for its types it may name
    policies and facts. It asks no table of the library to find a band, nor anything else that the rules compute with.
    """
    for_types = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (f"{node.lineno}: {alias.name}" for alias in names if alias.name.startswith("salesrules"))
            case ast.ImportFrom(module=str() as module, names=names) if module.startswith("salesrules"):
                own = module.startswith("salesrules.testing.literal")
                for alias in names:
                    defined = getattr(getattr(importlib.import_module(module), alias.name, None), "__module__", "")
                    harmless = alias.name == "InvalidValue" or (id(node) in for_types and ".rules" not in defined)
                    if not own and not harmless:
                        yield f"{node.lineno}: {module}.{alias.name}"
            case ast.Attribute(attr="at" | "index_at" | "limits" | "room" | "pieces"):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case _:
                pass


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    arguments = ["--no-logo", "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(
        [sys.executable, "-c", command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_floors_and_shelves_are_kept(root: Path) -> None:
    result = lint(root)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 kept, 0 broken" in result.stdout


def test_every_room_is_entered_through_its_door(graph: grimp.ImportGraph) -> None:
    assert broken_doors(graph) == []


def test_every_library_stays_behind_its_wall(graph: grimp.ImportGraph, rooms: list[Path]) -> None:
    assert broken_walls(graph, {"core", *(room.name for room in rooms)}) == []


def test_only_the_root_door_and_the_rulebook_import_by_name(modules: dict[Path, ast.Module]) -> None:
    package = next(iter(modules)).parent
    found = {path.relative_to(package) for path, tree in modules.items() if list(dynamic_imports(tree))}
    assert {path for path in found if path.parts[0] not in {"__init__.py", "rulebook"}} == set()


def test_the_literal_oracle_shares_nothing_with_the_rules(modules: dict[Path, ast.Module]) -> None:
    oracle = {path.name: tree for path, tree in modules.items() if path.match("testing/literal*.py")}
    assert "literal.py" in oracle
    assert "literal_tables.py" in oracle
    assert [f"{name}:{found}" for name, tree in oracle.items() for found in shared_by_the_judge(tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        "from salesrules.commissions import PayoutCurve",
        "from salesrules.commissions import Plan",
        "from salesrules.core import round_exactly",
        "import salesrules.commissions",
        "if TYPE_CHECKING:\n    from salesrules.commissions import calculate_commissions",
        "rate = table.tiers.at(measure)",
    ],
)
def test_a_judge_that_shares_something_is_found(line: str) -> None:
    assert list(shared_by_the_judge(ast.parse(line)))
    types = "if TYPE_CHECKING:\n    from salesrules.commissions import Plan"
    assert list(shared_by_the_judge(ast.parse(types))) == []


def test_every_dependency_has_a_wall(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = project["dependencies"] + [
        line
        for name in ("cli", "yaml", "lines", "frames", "report", "storage", "sql", "postgresql", "mariadb", "testing")
        for line in extras[name]
        if not line.startswith("salesrules[")
    ]
    imported_as = {"python-dateutil": "dateutil", "ruamel.yaml": "ruamel", "vl-convert-python": "vl_convert"}
    names = {line.split(">")[0].split("[")[0] for line in needed} - {"tzdata"}  # data only, never imported
    assert {imported_as.get(name, name.replace("-", "_")) for name in names} <= WALLS.keys()


def make_house(folder: Path, root: Path, files: dict[str, str]) -> Path:
    """A small house of its own with our contracts."""
    config = (root / "pyproject.toml").read_text("utf-8").replace('"salesrules', '"badhouse')
    (folder / "pyproject.toml").write_text(config, "utf-8")
    for name, text in {"__init__.py": "", "core/__init__.py": "", **files}.items():
        path = folder / "badhouse" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"core/money.py": "import badhouse.org", "org/__init__.py": ""}, id="up"),
        pytest.param({"credit/rules.py": "import badhouse.orders", "orders/__init__.py": ""}, id="neighbour"),
        pytest.param({"attic/__init__.py": ""}, id="a folder without a floor"),
        pytest.param({"org/model.py": "import badhouse.org.rules", "org/rules.py": ""}, id="up inside a room"),
        pytest.param(
            {"org/reasons.py": "def f(): from badhouse.org.rules import spans", "org/rules/spans.py": ""},
            id="up inside a room, late and into a package",
        ),
        pytest.param(
            {
                "core/bands.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import badhouse.org",
                "org/__init__.py": "",
            },
            id="up for types only",
        ),
    ],
)
def test_contracts_bite(tmp_path: Path, root: Path, files: dict[str, str]) -> None:
    result = lint(make_house(tmp_path, root, files))
    assert result.returncode == 1
    assert "1 kept, 1 broken" in result.stdout


def test_contracts_let_a_good_house_stand(tmp_path: Path, root: Path) -> None:
    files = {"org/rules.py": "import badhouse.core\nfrom badhouse.org.model import x", "org/model.py": "x = 1"}
    assert "2 kept, 0 broken" in lint(make_house(tmp_path, root, files)).stdout


def drawn(importer: str, imported: str) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    graph.add_import(importer=importer, imported=imported)
    return graph


@pytest.mark.parametrize(
    ("importer", "imported", "is_broken"),
    [
        ("salesrules.quotas.rules", "salesrules.org.rules", True),
        ("salesrules.quotas.rules", "salesrules.core.money", True),
        ("salesrules.quotas.rules.ramps", "salesrules.quotas", True),
        ("salesrules.quotas.rules", "salesrules.org", False),
        ("salesrules.quotas.rules", "salesrules.quotas.model", False),
        ("salesrules.quotas", "salesrules.quotas.model", False),
        ("salesrules.cli.__main__", "salesrules.cli", False),
        ("salesrules", "salesrules.org", False),
        ("salesrules.org.model", "decimal", False),
    ],
)
def test_doors_bite(importer: str, imported: str, is_broken: bool) -> None:
    assert bool(broken_doors(drawn(importer, imported))) is is_broken


@pytest.mark.parametrize(
    ("importer", "imported", "is_broken"),
    [
        ("salesrules.org.rules", "cattrs", True),
        ("salesrules.company.load", "rich", True),
        ("salesrules.org.rules", "os", True),
        ("salesrules.core.periods", "time", True),
        ("salesrules.org.rules", "importlib", True),
        ("salesrules.reports.pages", "requests", True),
        ("salesrules.wire.read", "cattrs", False),
        ("salesrules.wire.read", "pathlib", False),
        ("salesrules.org.rules", "decimal", False),
        ("salesrules.org.model", "attrs", False),
    ],
)
def test_walls_bite(importer: str, imported: str, is_broken: bool) -> None:
    assert bool(broken_walls(drawn(importer, imported), {"core", "org"})) is is_broken


def test_dynamic_imports_are_found() -> None:
    for source in ("importlib.import_module(name)", "from importlib import import_module", "__import__(name)"):
        assert list(dynamic_imports(ast.parse(source)))
    assert not list(dynamic_imports(ast.parse("importlib.resources.files('salesrules')\nimport importlib.metadata")))
