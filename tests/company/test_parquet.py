"""Transactions from Parquet files: the same facts and the same pay as from CSV, and clear faults."""

from __future__ import annotations

import shutil
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from salesrules import company, frames
from salesrules.company import mapping
from salesrules.company.reading import is_parquet
from salesrules.core import Fault, InvalidDocument

pa = pytest.importorskip("pyarrow")
csv = pytest.importorskip("pyarrow.csv")
parquet = pytest.importorskip("pyarrow.parquet")

NUMBERS = {"sales": pa.decimal128(18, 4), "cost": pa.decimal128(18, 4), "quantity": pa.int64()}
KINDS = {**NUMBERS, "order_date": pa.date32()}


def as_parquet(folder: Path, name: str, kinds: dict[str, pa.DataType]) -> None:
    """Turn a CSV file of a folder into Parquet, with these kinds for its columns and text for all others."""
    path = folder / "data" / f"{name}.csv"
    header = path.read_text("utf-8-sig").splitlines()[0].split(",")
    options = csv.ConvertOptions(column_types={each: kinds.get(each, pa.string()) for each in header})
    parquet.write_table(csv.read_csv(path, convert_options=options), path.with_suffix(".parquet"))
    path.unlink()
    document = folder / "company.toml"
    document.write_text(document.read_text("utf-8").replace(f"{name}.csv", f"{name}.parquet"), "utf-8")


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    return Path(shutil.copytree(company.sample_folder(), tmp_path / "firm"))


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(InvalidDocument) as caught:
        company.load(folder)
    return caught.value.faults


def test_a_company_in_parquet_has_the_same_facts_and_the_same_pay(firm: Path) -> None:
    as_csv = company.load(firm)
    as_parquet(firm, "order_lines", KINDS)
    found = company.load(firm)
    assert not (firm / "data/order_lines.csv").exists()

    def without_file(text: str | None) -> str:
        return (text or "").replace(".parquet", ".csv")

    facts = [
        [(t.id, t.day, t.payee, t.kind, t.amount, t.cost, t.quantity, t.original, t.attributes, without_file(t.source))
         for t in each.facts.commissions.transactions]
        for each in (as_csv, found)
    ]  # fmt: skip
    assert facts[0] == facts[1]
    records = [
        [{**row, "source": without_file(row["source"])} for row in each.run("2018-Q1").to_records()]
        for each in (as_csv, found)
    ]
    assert records[0] == records[1]
    assert sum(row["amount"] for row in records[0]) > 0


def test_cells_of_every_exact_kind_become_their_text(tmp_path: Path) -> None:
    from datetime import date

    from salesrules.frames import parquet_as_csv

    table = pa.table(
        {
            "text": pa.array(['a,"b', None]).dictionary_encode(),
            "number": pa.array([1, None]),
            "money": pa.array([Decimal("-0.0000001"), None], pa.decimal128(20, 7)),
            "day": pa.array([date(2020, 2, 29), None]),
            "unread": pa.array([0.5, 1.5]),
        }
    )
    parquet.write_table(table, tmp_path / "all.parquet")
    found = parquet_as_csv(
        tmp_path / "all.parquet", ["day", "money", "text", "number"], date_format="%d.%m.%Y", decimal=";"
    )
    assert found == 'day,money,text,number\n29.02.2020,-0;0000001,"a,""b",1\n,,,\n'


def test_floats_are_refused_by_column(firm: Path) -> None:
    as_parquet(firm, "order_lines", {**KINDS, "sales": pa.float64(), "order_date": pa.timestamp("s")})
    found = faults_of(firm)
    assert [(fault.code, fault.path, fault.file) for fault in found] == [
        ("frames.column_kind", "order_lines.parquet:order_date", "data/order_lines.parquet"),
        ("frames.column_kind", "order_lines.parquet:sales", "data/order_lines.parquet"),
    ]


def test_missing_columns_and_other_files_are_named(firm: Path) -> None:
    as_parquet(firm, "order_lines", KINDS)
    path = firm / "data/order_lines.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table.rename_columns(["sale" if n == "sales" else n for n in table.column_names]), path)
    [fault] = faults_of(firm)
    assert fault.file == "data/order_lines.parquet"
    assert "sale" in str(fault)
    path.write_text("no parquet", "utf-8")
    assert [fault.code for fault in faults_of(firm)] == ["frames.not_parquet"]
    path.unlink()
    assert [fault.code for fault in faults_of(firm)] == ["frames.not_parquet"]


def test_a_missing_extra_says_how_to_install_it(firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_parquet(firm, "order_lines", KINDS)
    monkeypatch.delitem(sys.modules, "salesrules.frames.parquet", raising=False)
    monkeypatch.delattr(frames, "parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    [fault] = faults_of(firm)
    assert (fault.code, fault.file) == ("company.missing_extra", "data/order_lines.parquet")
    assert "pip install 'salesrules[frames]'" in fault.remedy


def test_parquet_is_told_by_the_name() -> None:
    assert is_parquet(mapping.tables.TableSource(file="data/Sales.PARQUET"))
    assert not is_parquet(mapping.tables.TableSource(file="parquet.csv"))
