"""What the architecture checks look at: the rooms, their modules as syntax trees, and the graph of imports."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "salesrules"


@pytest.fixture(scope="session")
def contracts(root: Path) -> list[dict[str, Any]]:
    """The contracts as pyproject.toml has them; the floors are declared there and nowhere else."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


@pytest.fixture(scope="session")
def floors(contracts: list[dict[str, Any]]) -> list[list[str]]:
    """The folders of each floor, the highest first."""
    return [re.findall(r"\w+", floor) for floor in contracts[0]["layers"]]


@pytest.fixture(scope="session")
def rooms(floors: list[list[str]]) -> list[Path]:
    """The folders of the rooms that stand already: all floors below the rulebook and above core."""
    names = [name for floor in floors[floors.index(["rulebook"]) + 1 : floors.index(["core"])] for name in floor]
    return [SOURCE / name for name in names if (SOURCE / name).is_dir()]


@pytest.fixture(scope="session")
def inner(rooms: list[Path]) -> dict[Path, ast.Module]:
    """The modules of core and of every room: the part of the house without clock, files, chance and floats."""
    return {path: parse(path) for folder in [SOURCE / "core", *rooms] for path in sorted(folder.rglob("*.py"))}


@pytest.fixture(scope="session")
def modules() -> dict[Path, ast.Module]:
    """Every module of the package."""
    return {path: parse(path) for path in sorted(SOURCE.rglob("*.py"))}


@pytest.fixture(scope="session")
def graph() -> grimp.ImportGraph:
    """Who imports whom, packages from outside included."""
    return grimp.build_graph("salesrules", include_external_packages=True, cache_dir=None)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))
