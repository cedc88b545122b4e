"""The pages are built without a warning, links between files lead somewhere, examples run, the commands are CI's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "examples").rglob("*.py"))
PAGES = [path for path in [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))] if "_build" not in path.parts]


def test_the_pages_build_without_a_warning(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", tmp_path / "trees"]
    result = subprocess.run([*command, root / "docs", tmp_path / "html"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "allocate" in (tmp_path / "html" / "reference" / "doors" / "core.html").read_text("utf-8")


@pytest.mark.parametrize("page", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in PAGES])
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    named = re.findall(r"`((?:docs|tests|changelog\.d|benchmarks|salesrules)/[\w./-]+)`", text)
    folders = [ROOT, ROOT / "src"]
    assert [target for target in targets if not (page.parent / target).exists()] == []
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []


@pytest.mark.parametrize("script", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in SCRIPTS])
def test_every_example_runs(script: Path, tmp_path: Path) -> None:
    result = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout


def test_ci_calls_the_second_command(root: Path) -> None:
    first, second = re.findall(r"```sh\n(.+)\n```", (root / "README.md").read_text("utf-8"))
    assert first.endswith("salesrules demo")
    assert "-m pytest" in second
    assert second in (root / ".ci" / "run").read_text("utf-8").splitlines()
    assert second in (root / "CONTRIBUTING.md").read_text("utf-8").splitlines()
