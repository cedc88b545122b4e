"""In a notebook: a result shows itself, and without the libraries that draw it says what to install."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator

import pytest
from html_reading import read_html
from made_content import curve_of, made_content

from salesrules.company import CompanyResult
from salesrules.reports import MissingExtra, ReportContent, draw_payout_curve, render_summary
from salesrules.reports.extras import environment


@pytest.fixture
def fresh_environment() -> Iterator[None]:
    environment.cache_clear()
    yield
    environment.cache_clear()


def test_a_result_shows_its_summary(content: ReportContent) -> None:
    result = CompanyResult(content=content, currency="USD", version=content.run.version)
    shown = result._repr_html_()
    assert shown == render_summary(content)
    tree = read_html(shown)
    assert "Paid in all: $66,058.63. Payees: 18." in tree.text
    assert len(tree.one("table", "payees").rows("tbody")) == 18
    assert tree.all("a") == []


@pytest.mark.usefixtures("fresh_environment")
def test_without_jinja_a_result_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    made = made_content()
    assert CompanyResult(content=made, currency="USD", version="")._repr_html_() is None
    with pytest.raises(MissingExtra, match=r"jinja2; install it with: pip install 'salesrules\[report\]'"):
        render_summary(made)


@pytest.mark.parametrize(("module", "library"), [("vl_convert", "vl-convert-python"), ("altair", "altair")])
def test_without_the_libraries_that_draw_a_picture_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, module: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as caught:
        draw_payout_curve(curve_of(("0", "1%")))
    assert (caught.value.library, caught.value.extra) == (library, "report")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
