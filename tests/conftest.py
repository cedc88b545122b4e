"""Fixtures for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data and published cases: `SALESRULES_SHARED`, or `../shared` beside the repository."""
    folder = Path(os.environ.get("SALESRULES_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("../shared is absent")
    return folder
