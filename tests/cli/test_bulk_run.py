"""`run` in bulk: the same pay as one by one, which path ran and why, and refusals by name."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from salesrules import company, frames
from salesrules.commissions import OpeningBalance
from salesrules.core import InvalidDocument, InvalidValue, Money

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

Cli = Callable[..., "object"]
PERIOD = company.STARTER_PERIOD
BOTH = ("period", "payee", "name", "entry", "transaction", "day", "kind", "role", "plan", "currency", "payable",
        "payable_currency", "source")  # fmt: skip


def summed(rows: list[dict[str, str]]) -> dict[tuple[str, ...], Decimal]:
    """Amounts by what both kinds of run know; a balance entry's plan is known to the scalar run alone."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        key = {name: row[name] for name in BOTH}
        if row["entry"] != "line":
            key["plan"] = ""
        key["source"] = key["source"].replace(".parquet", ".csv")
        key["payable"] = str(Decimal(key["payable"]).normalize()) if key["payable"] else ""
        found[tuple(key.values())] += Decimal(row["amount"])
    return dict(found)


def as_parquet(folder: Path) -> None:
    """The sample company's order lines as Parquet, with days and decimals."""
    path = folder / "data/order_lines.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    for name, kind in (("order_date", pa.date32()), ("sales", pa.decimal128(18, 4)), ("quantity", pa.int64())):
        table = table.set_column(table.column_names.index(name), name, table[name].cast(kind))
    parquet.write_table(table, path.with_suffix(".parquet"))
    path.unlink()
    document = folder / "company.toml"
    document.write_text(document.read_text("utf-8").replace("order_lines.csv", "order_lines.parquet"), "utf-8")


def test_parquet_is_paid_in_bulk_to_the_same_cent(cli: Cli, tmp_path: Path, sample_run: company.CompanyResult) -> None:
    firm = Path(shutil.copytree(company.sample_folder(), tmp_path / "firm"))
    as_parquet(firm)
    printed = cli("run", str(firm), "--period", "2020-Q1", "--out", str(tmp_path / "out"))
    assert (printed.code, printed.err) == (0, "")
    assert printed.out.splitlines()[0] == "Paid in bulk, as transactions are Parquet."
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["statements.csv", "statements.json"]
    sample_run.write(tmp_path / "scalar")
    rows = {}
    for name in ("out", "scalar"):
        with (tmp_path / name / "statements.csv").open(encoding="utf-8-sig", newline="") as file:
            rows[name] = list(csv.DictReader(file))
    assert list(rows["out"][0]) == list(rows["scalar"][0])
    assert summed(rows["out"]) == summed(rows["scalar"])
    assert {row["entry"] for row in rows["out"]} > {"line", "payment"}  # balances are among them
    documents = [json.loads((tmp_path / name / "statements.json").read_text("utf-8")) for name in ("out", "scalar")]
    for name in ("company", "period", "rulebook", "totals"):
        assert documents[0][name] == documents[1][name]
    shared = ("payee", "name", "currency", "earned", "paid", "opening", "closing", "payable", "payable_currency")
    in_bulk, scalar = (
        {
            row["payee"]: [Decimal(row[n]) if n in shared[3:8] else row[n] for n in shared]
            for row in document["statements"]
        }
        for document in documents
    )
    assert in_bulk == scalar


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
    document = json.loads(cli("run", str(firm), "--period", PERIOD, "--json").out)
    assert document["format"] == "salesrules.bulk-statements/1"


def with_openings(opened: company.Company) -> company.Company:
    facts = opened.facts.commissions
    payee = next(iter(facts.payees))
    owed = OpeningBalance(payee=payee, day=date(2026, 1, 1), owed=Money(1, opened.document.company.currency))
    return attrs.evolve(
        opened, facts=attrs.evolve(opened.facts, commissions=attrs.evolve(facts, opening_balances=[owed]))
    )


def test_what_bulk_does_not_do_is_refused_by_name_or_paid_one_by_one(
    cli: Cli, firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = with_openings(company.load(firm))
    monkeypatch.setattr(company, "load", lambda folder: opened)
    refused = cli("run", str(firm), "--period", PERIOD, "--bulk", "--out", str(tmp_path / "out"))
    assert refused.code == 2
    assert "a run in bulk does not do opening balances" in refused.err
    assert "--no-bulk" in refused.err
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(company, "BULK_ROWS", 0)
    found = cli("run", str(firm), "--period", PERIOD)
    assert found.err == ""
    assert found.out.splitlines()[0] == (
        "Paid one by one, though there are many transactions: a run in bulk does not do opening_balances."
    )


def test_other_periods_and_a_missing_extra(firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = company.load(firm)
    with pytest.raises(InvalidValue):
        opened.run_in_bulk("2026-M01")
    monkeypatch.delitem(sys.modules, "salesrules.frames.company_tables", raising=False)
    monkeypatch.delattr(frames, "company_tables", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidDocument, match="salesrules\\[frames\\]"):
        opened.run_in_bulk(PERIOD)
