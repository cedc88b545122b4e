"""ruff and mypy find nothing, so that nothing lands which they would refuse; pyright runs in nox."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("ruff", "check", "--no-cache", "."), id="ruff check"),
        pytest.param(("ruff", "format", "--no-cache", "--check", "."), id="ruff format"),
        pytest.param(("mypy",), id="mypy"),
        pytest.param(("mypy", "typing_tests"), id="typing tests"),
    ],
)
def test_nothing_is_found(root: Path, arguments: tuple[str, ...]) -> None:
    result = run(root, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import date; day = date.today()",
        "import random",
        "from os import environ",
        "import time",
        "from pathlib import Path",
        "import uuid",
    ],
)
def test_the_banned_list_bites_in_rooms(root: Path, line: str) -> None:
    place = ("--stdin-filename", "src/salesrules/org/rules.py")
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", *place, "-"]
    result = subprocess.run(command, cwd=root, input=f"{line}\n", capture_output=True, text=True, check=False)
    assert "TID251" in result.stdout
    outside = [part.replace("/org/rules.py", "/company/load.py") for part in command]
    assert not subprocess.run(
        outside, cwd=root, input=f"{line}\n", text=True, capture_output=True, check=False
    ).returncode
