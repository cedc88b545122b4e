"""Opening, running and starting folders; the sample company."""

from __future__ import annotations

from decimal import Decimal, Inexact
from pathlib import Path

import pytest
from company_folder import Folder

from salesrules import company
from salesrules.company import loading, sample, starting
from salesrules.core import InvalidValue, UnknownName
from salesrules.reports import PlanCurve


def test_progress_is_told_after_each_payee(folder: Folder) -> None:
    told: list[tuple[int, int]] = []
    folder.load().run(company.STARTER_PERIOD, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_company_has_a_name_and_a_version(folder: Folder) -> None:
    opened = folder.load()
    assert opened.name == "My company"
    assert opened.run(company.STARTER_PERIOD).version == opened.rulebook.version


@pytest.mark.parametrize("period", ["2026-M01", "2026", "2026-Q5", "soon", ""])
def test_a_period_that_is_not_paid_by(folder: Folder, period: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        folder.run(period)
    assert caught.value.value == period


def test_a_rulebook_without_a_section_is_named(folder: Folder) -> None:
    text = (folder.path / "rulebook.toml").read_text("utf-8")
    folder.write("rulebook.toml", text[: text.index("[commissions]")])
    with pytest.raises(UnknownName, match="CommissionPolicy"):
        folder.run()


def test_the_starter_folder_runs_and_its_plan_has_curves(folder: Folder) -> None:
    result = folder.run()
    assert [curve.plan for curve in result.content.curves] == ["representative-2026", "manager-2026"]
    assert {file.name for file in folder.path.rglob("*") if file.is_file()} == {
        "company.toml",
        "orders.csv",
        "people.csv",
        "rulebook.toml",
        "targets.csv",
    }


TABLE = """kind = "amount"
mode = "marginal"

[commissions.plans.components.table.tiers]
side = "lower"
bands = [{ from = "0", value = "0.5%" }]"""


def curves_by(folder: Folder, table: str, measure: str = "amount") -> list[PlanCurve]:
    """The curves of the managers' plan with another table."""
    folder.edit("rulebook.toml", TABLE, table)
    override = 'credits = ["override_1"]\nmeasure = "amount"'
    folder.edit("rulebook.toml", override, override.replace('"amount"', f'"{measure}"'))
    return [curve for curve in folder.run().content.curves if curve.plan == "manager-2026"]


def test_a_table_with_columns_has_a_curve_for_each(folder: Folder) -> None:
    grid = """kind = "grid"
mode = "marginal"
across = { kind = "number", columns = { side = "lower", bands = [
  { from = "0", value = "small" }, { from = "100", value = "large" },
] } }
tiers = { side = "lower", bands = [{ from = "0", value = { small = "1%", large = "2%" } }] }"""
    assert [(c.column, c.mode, c.currency, c.proof.curve.at(Decimal(100))) for c in curves_by(folder, grid)] == [
        ("small", "marginal", "EUR", 1),
        ("large", "marginal", "EUR", 2),
    ]


def test_a_formula_of_one_measure_has_a_curve_without_a_mode(folder: Folder) -> None:
    [curve] = curves_by(folder, 'kind = "formula"\nformula = "min(quantity, 10) * 3"', "quantity")
    assert (curve.mode, curve.is_in_units, curve.proof.curve.at(Decimal(20))) == (None, True, 30)


def test_a_formula_of_several_measures_has_none(folder: Folder) -> None:
    assert curves_by(folder, 'kind = "formula"\nformula = "amount * 0.01 + quantity"') == []


@pytest.mark.parametrize("error", [Inexact(), InvalidValue("digits", 13, "give fewer")])
def test_what_cannot_be_proved_still_pays(folder: Folder, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(loading, "prove_plan", fail)
    result = folder.run()
    assert len(result.commissions.statements) == 3
    assert result.content.curves == ()


def test_a_starter_needs_a_new_or_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    made = company.start_folder(tmp_path / "empty")
    assert made == tuple(sorted(path for path in (tmp_path / "empty").rglob("*") if path.is_file()))
    file = tmp_path / "file"
    file.write_text("x", "utf-8")
    for used in (tmp_path / "empty", file):
        with pytest.raises(InvalidValue, match="new or empty"):
            company.start_folder(used)
    for unwritable in (file / "below", "a\0b"):
        with pytest.raises(InvalidValue, match="can be written"):
            company.start_folder(unwritable)


def test_a_starter_that_cannot_be_copied_whole_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = starting.shutil.copytree

    def fail(*arguments: object, **options: object) -> None:
        whole(*arguments, **options)  # type: ignore[arg-type]  # passed on as they are
        raise OSError("disk full")

    monkeypatch.setattr(starting.shutil, "copytree", fail)
    with pytest.raises(InvalidValue, match="disk full"):
        company.start_folder(tmp_path / "firm")
    assert not (tmp_path / "firm").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidValue, match="disk full"):
        company.start_folder(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_sample_is_found_in_the_package_or_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (company.sample_folder() / "company.toml").is_file()
    with pytest.raises(UnknownName) as caught:
        company.sample_folder("adventure")
    assert caught.value.nearest == ("adventureworks",)
    installed = tmp_path / "salesrules" / "samples" / "adventureworks"
    installed.mkdir(parents=True)
    (installed / "company.toml").touch()
    monkeypatch.setattr(sample, "_SHELVES", (tmp_path / "salesrules" / "samples",))
    assert company.sample_folder() == installed
