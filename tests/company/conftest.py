"""A folder to be changed, and the sample company as it ran once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "company"))

from company_folder import Folder

from salesrules import company


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "firm")


@pytest.fixture(scope="session")
def sample() -> company.Company:
    return company.load(company.sample_folder())


@pytest.fixture(scope="session")
def sample_run(sample: company.Company) -> company.CompanyResult:
    return sample.run("2020-Q1")
