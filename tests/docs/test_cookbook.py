"""The cookbook is whole: every term has its recipe and words, and pictures show what the plans above them pay."""

from __future__ import annotations

import importlib.util
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from salesrules import company
from salesrules.core import RoundingMode, round_exactly

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "cookbook"
#: A heading, its Chinese words, and the rest up to the next heading.
RECIPE = re.compile(r"^## (.+)\n\n简体 \*\*(.+)\*\* · 繁體 \*\*(.+)\*\*\n\n((?:.+\n|\n(?!## ))*)", re.M)
#: What a reader of plans looks for, by the heading under which it stands.
TERMS = [
    *("Accelerator", "Decelerator", "SPIFF", "Draw", "Guarantee", "Clawback", "Override", "Overlay", "Split"),
    *("Holdback", "Deferral", "Instalments", "Gate", "Kicker", "Multiplier", "Cap", "Floor", "Minimum payment", "Pool"),
    *("Ramp", "Proration", "Restatement", "Marginal tiers", "Whole-amount tiers", "Interpolated rate", "Per unit"),
    *("Interpolated amount", "Single fixed amount", "Cumulative fixed amounts", "Target incentive", "Formula"),
    *("Sales credit", "Booking", "Delivery and invoice", "Cash", "Safety days", "Original terms", "Current measure"),
    *("Conversion", "Payment currency", "Accumulation", "Attainment", "Performance coefficient", "Rounding"),
]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


draw = load(PAGES / "draw.py")
PICTURES = list(draw.recipes())


def written() -> dict[str, tuple[str, str, str]]:
    """Every recipe by its heading: words in simplified and traditional Chinese, and its text."""
    texts = (page.read_text("utf-8") for page in sorted(PAGES.glob("*.md")))
    return {found[1]: (found[2], found[3], found[4]) for text in texts for found in RECIPE.finditer(text)}


def table(page: Path) -> dict[str, tuple[str, str]]:
    """The Chinese words of each first cell of a page's tables."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.read_text("utf-8").splitlines()]
    return {re.sub(r"^\[(.*)\]\(.*\)$", r"\1", row[0]).casefold(): (row[1], row[2]) for row in rows if len(row) >= 3}


def test_every_term_has_a_recipe() -> None:
    assert set(TERMS) - set(written()) == set()


def test_every_recipe_has_its_words_in_the_glossary_and_stands_in_the_index() -> None:
    glossary, index = table(PAGES.parent / "glossary.md"), table(PAGES / "index.md")
    for name, (simplified, traditional, _) in written().items():
        assert glossary.get(name.casefold()) == (simplified, traditional), name
        assert index.get(name.casefold()) == (simplified, traditional), name


def test_every_recipe_shows_its_lines_and_an_example() -> None:
    for name, (_, _, text) in written().items():
        assert "```toml" in text, name
        assert "```python" in text, name


def test_every_published_case_is_on_its_page() -> None:
    text = (PAGES / "published-cases.md").read_text("utf-8")
    cases = {path.name for path in (ROOT / "tests" / "commissions" / "cases").iterdir() if path.is_file()}
    assert set(re.findall(r"/cases/(\S+)$", text, re.M)) == cases


@pytest.mark.parametrize("recipe", [pytest.param(recipe, id=recipe.name) for recipe in PICTURES])
def test_a_picture_shows_the_plan_above_it(recipe) -> None:
    stale = "draw it again: python docs/cookbook/draw.py"
    assert draw.drawn_knots(recipe.name) == draw.knots(draw.curves_of(recipe.rulebook)), stale


def test_no_picture_stands_alone() -> None:
    assert {path.stem for path in (PAGES / "pictures").iterdir()} == {recipe.name for recipe in PICTURES}
    shown = [name for page in PAGES.glob("*.md") for name in re.findall(r"pictures/(.*)\.svg", page.read_text("utf-8"))]
    assert sorted(shown) == sorted(recipe.name for recipe in PICTURES)


@pytest.mark.parametrize("name", ["gate", "kicker", "kicker-as-a-share", "cap", "floor", "draw"])
def test_a_shaped_curve_is_what_a_month_pays(name: str, tmp_path: Path) -> None:
    """At every knot, a cent around it, and between knots."""
    recipe = next(recipe for recipe in PICTURES if recipe.name == name)
    [shown] = draw.curves_of(recipe.rulebook)
    starts = [Fraction(segment.start) for segment in shown.curve.segments]
    cent = Fraction(1, 100)
    places = {place for start in starts for place in (start, start / 2, start + 777)}
    probes = {place + shift for place in places for shift in (-cent, 0, cent)}
    firm = tmp_path / "firm"
    load(draw.FIRM / "pay.py").start(firm)
    (firm / "rulebook.toml").write_text(recipe.rulebook, "utf-8")
    for number, probe in enumerate(sorted(probe for probe in probes if probe > 0)):
        sold = round_exactly(probe, 2, RoundingMode.HALF_UP)
        (firm / "sales.csv").write_text(f"sale,day,seller,amount\nS1,2026-01-20,ana,{sold}\n", "utf-8")
        [statement] = [s for s in company.load(firm).run("2026-M01").commissions.statements if s.payee == "ana"]
        wanted = round_exactly(shown.curve.at(sold), 2, RoundingMode.HALF_UP)
        rounded_apart = Decimal("0.01") if name == "kicker-as-a-share" else Decimal(0)  # line and share, each alone
        assert abs(statement.paid.amount - wanted) <= rounded_apart, (number, sold)
