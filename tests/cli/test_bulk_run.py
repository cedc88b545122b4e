"""`run` in bulk: the same pay as one by one, which path ran and why, and refusals by name."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesrules import company, frames
from salesrules.cli import output
from salesrules.core import InvalidDocument, InvalidValue
from salesrules.wire import render_json

sys.path.insert(0, str(Path(__file__).parents[1] / "company"))

from bulk_firm import PERIOD as BULK_PERIOD  # beside the tests of company
from bulk_firm import as_parquet, bulk_firm  # the same

pytest.importorskip("pyarrow")

Cli = Callable[..., "object"]
PERIOD = company.STARTER_PERIOD


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_parquet_is_paid_in_bulk_with_the_same_files(cli: Cli, tmp_path: Path) -> None:
    firm = bulk_firm(tmp_path / "firm")
    as_parquet(firm, "orders")
    given = ("run", firm.path, "--period", BULK_PERIOD, "--locale", "zh_CN", "--out")
    printed = cli(*given, tmp_path / "bulk")
    assert (printed.code, printed.err) == (0, "")
    first, rest = printed.out.split("\n", 1)
    assert first == "交易为列式文件，已批量计算。"
    scalar = cli(*given, tmp_path / "scalar", "--no-bulk")
    assert rest.replace("/bulk/", "/scalar/") == scalar.out
    assert files(tmp_path / "bulk") == files(tmp_path / "scalar")
    assert sorted(files(tmp_path / "bulk")) == ["report.html", "statements.csv", "statements.json"]


def test_the_sample_is_paid_in_bulk_as_one_by_one(sample_run: company.CompanyResult) -> None:
    found = company.load(company.sample_folder(), in_bulk=True).run_in_bulk("2020-Q1")
    assert found.to_records() == sample_run.to_records()
    assert render_json(found.to_document()) == render_json(sample_run.to_document())
    assert found.content.tables == sample_run.content.tables
    assert found.content.findings() == sample_run.content.findings()


def test_bulk_is_asked_for_or_forbidden(cli: Cli, firm: Path) -> None:
    plain, asked, forbidden = (
        cli("run", str(firm), "--period", PERIOD, *option) for option in ((), ("--bulk",), ("--no-bulk",))
    )
    assert (asked.code, asked.out.splitlines()[0]) == (0, "Paid in bulk, as asked.")
    assert plain.out == forbidden.out
    assert "in bulk" not in plain.out
    total = next(line for line in plain.out.splitlines() if "Total" in line).split("│")[-2].strip()
    assert total in next(line for line in asked.out.splitlines() if "Total" in line)


def test_many_transactions_go_in_bulk_by_themselves(cli: Cli, firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = len(company.load(firm).facts.commissions.transactions)
    monkeypatch.setattr(company, "BULK_ROWS", rows)
    assert "in bulk" not in cli("run", str(firm), "--period", PERIOD).out
    monkeypatch.setattr(company, "BULK_ROWS", rows - 1)
    found = cli("run", str(firm), "--period", PERIOD)
    assert found.out.splitlines()[0] == f"Paid in bulk, as there are {rows} transactions."
    as_json = cli("run", str(firm), "--period", PERIOD, "--json").out
    assert json.loads(as_json)["format"] == "salesrules.statements/1"
    assert as_json == cli("run", str(firm), "--period", PERIOD, "--json", "--no-bulk").out
    monkeypatch.setattr(company, "BULK_ROWS", rows)  # as many lines again as there are rows, but not as many rows
    orders = firm / "data/orders.csv"
    orders.write_text(orders.read_text("utf-8") + "\n" * 9, "utf-8")
    assert "in bulk" not in cli("run", str(firm), "--period", PERIOD).out


def test_what_bulk_does_not_do_is_refused_by_name_or_paid_one_by_one(
    cli: Cli, firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = firm / "company.toml"
    text = document.read_text("utf-8")
    document.write_text(text.replace('category = "category"', 'category = "category"\ncost = "category"', 1), "utf-8")
    refused = cli("run", str(firm), "--period", PERIOD, "--bulk", "--out", str(tmp_path / "out"))
    assert refused.code == 2
    assert "a run in bulk does not do attributes with the names of fields" in refused.err
    assert "--no-bulk" in refused.err
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(company, "BULK_ROWS", 0)
    found = cli("run", str(firm), "--period", PERIOD)
    assert found.err == ""
    assert found.out.splitlines()[0] == (
        "Paid one by one, though there are many transactions: a run in bulk does not do attributes."
    )


def test_a_run_in_bulk_says_how_far_it_is(cli: Cli, firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int, int | None]] = []

    @contextlib.contextmanager
    def progress(label: str) -> Iterator[Callable[[int, int | None], None]]:
        yield lambda done, of: told.append((label, done, of))

    monkeypatch.setattr(output, "progress", progress)
    rows = len(company.load(firm).facts.commissions.transactions)
    people = len(company.load(firm).facts.commissions.payees)
    cli("run", str(firm), "--period", PERIOD, "--bulk")
    assert told[0] == ("Reading firm", rows, None)
    assert told[1:] == [(f"Paying {rows} transactions in bulk", done, people) for done in range(1, people + 1)]


def test_other_periods_and_a_missing_extra(firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = company.load(firm)
    with pytest.raises(InvalidValue):
        opened.run_in_bulk("2026-M01")
    monkeypatch.delitem(sys.modules, "salesrules.frames.company_tables", raising=False)
    monkeypatch.delattr(frames, "company_tables", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidDocument, match="salesrules\\[frames\\]"):
        opened.run_in_bulk(PERIOD)
