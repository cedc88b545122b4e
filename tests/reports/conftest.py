"""A real run to show, and one made by hand that holds what the real one lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from salesrules import company
from salesrules.reports import ReportContent


@pytest.fixture(scope="session")
def content() -> ReportContent:
    """The first quarter of 2020 of the sample company: 18 statements, 3,445 lines."""
    return company.load(company.sample_folder()).run("2020-Q1").content


@pytest.fixture(scope="session")
def pages(content: ReportContent) -> dict[str, str]:
    """The sample's report in every language."""
    from salesrules.messages import LOCALES
    from salesrules.reports import render_report

    return {locale: render_report(content, locale) for locale in LOCALES}
