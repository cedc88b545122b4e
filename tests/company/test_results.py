"""Results: rows, documents, pages and files whose totals agree to the cent; written together or not at all."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from company_folder import Folder

from salesrules import company
from salesrules.company import results
from salesrules.company.results import COLUMNS
from salesrules.core import InvalidValue, UnknownName
from salesrules.reports import MissingExtra
from salesrules.wire import render_json

FILES = ["report.html", "statements.csv", "statements.json"]
HOSTILE = "<script>alert(1)</script>"


def amount(text: str) -> Decimal:
    """The figure that a page shows, its currency's sign taken off."""
    return Decimal(re.sub(r"[^0-9.\-]", "", text.replace("−", "-")))


def cells_of(table: BeautifulSoup) -> list[list[str]]:
    return [[cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]


@pytest.fixture(scope="module")
def written(sample_run: company.CompanyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    assert sample_run.write(folder) == tuple(
        folder / name for name in ("statements.csv", "statements.json", "report.html")
    )
    return folder


@pytest.fixture(scope="module")
def rows(written: Path) -> list[dict[str, str]]:
    with (written / "statements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def document(written: Path) -> dict:
    return json.loads((written / "statements.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def page(written: Path) -> BeautifulSoup:
    return BeautifulSoup((written / "report.html").read_text("utf-8"), "html.parser")


def test_the_totals_of_all_three_files_agree_with_the_sum_of_the_lines(
    sample_run: company.CompanyResult, rows: list[dict[str, str]], document: dict, page: BeautifulSoup
) -> None:
    lines = sum((line.amount.amount for line in sample_run.commissions.lines()), Decimal(0))
    balances = sum((e.amount.amount for s in sample_run.commissions.statements for e in s.balances), Decimal(0))
    paid = lines + balances
    assert lines > 0
    assert balances > 0
    in_csv = {
        kind: [Decimal(row["amount"]) for row in rows if (row["entry"] == "line") is kind] for kind in (True, False)
    }
    assert (sum(in_csv[True]), sum(in_csv[False])) == (lines, balances)
    assert document["totals"] == {"USD": str(paid)}
    statements = document["statements"]
    assert sum(Decimal(statement["paid"]) for statement in statements) == paid
    assert sum(Decimal(statement["earned"]) for statement in statements) == lines
    assert sum(Decimal(line["amount"]) for s in statements for line in s["lines"]) == lines
    assert sum(Decimal(entry["amount"]) for s in statements for entry in s["balances"]) == balances
    heads = {dl.dt.get_text(): amount(dl.dd.get_text()) for dl in page.select(".totals dl > div")}
    assert (heads["Paid"], heads["Earned"], heads["Draw or recovery"]) == (paid, lines, balances)


def test_every_statement_agrees_in_all_three_files(
    rows: list[dict[str, str]], document: dict, page: BeautifulSoup
) -> None:
    by_payee: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        by_payee[row["payee"]] += Decimal(row["amount"])
    stated = {s["payee"]: Decimal(s["paid"]) for s in document["statements"]}
    assert {payee: by_payee[payee] for payee in stated} == stated
    assert len(stated) == 18
    for statement in document["statements"]:
        line_sum = sum((Decimal(line["amount"]) for line in statement["lines"]), Decimal(0))
        balance_sum = sum((Decimal(entry["amount"]) for entry in statement["balances"]), Decimal(0))
        assert Decimal(statement["earned"]) == line_sum
        assert Decimal(statement["paid"]) == line_sum + balance_sum
    header, *body = cells_of(page.select_one("#payees table"))
    place = header.index("Paid")
    for name, paid in {s["name"]: Decimal(s["paid"]) for s in document["statements"]}.items():
        (cells,) = [cells for cells in body if cells[0].startswith(name)]
        assert amount(cells[place]) == paid


def test_the_roll_ups_of_the_page_tie_to_the_total(page: BeautifulSoup, document: dict) -> None:
    earned = sum(Decimal(s["earned"]) for s in document["statements"])
    tables = page.select("#roll-ups table")
    assert len(tables) == 2
    for table in tables:
        header, *body = cells_of(table)
        assert amount(body[-1][-1]) == earned, header
    totals = {tuple(map(amount, cells_of(table)[-1][-1:])) for table in tables}
    assert len(totals) == 1


def test_records_sum_to_what_is_paid(sample_run: company.CompanyResult) -> None:
    records = sample_run.to_records()
    assert {tuple(record) for record in records} == {COLUMNS}
    assert sum(record["amount"] for record in records) == sample_run.commissions.totals()["USD"].amount
    assert {record["currency"] for record in records} == {"USD"}
    summary = sample_run.summary_records()
    assert sum(record["paid"] for record in summary) == sample_run.commissions.totals()["USD"].amount
    assert sum(record["earned"] + record["balances"] for record in summary) == sum(r["paid"] for r in summary)
    assert [record["name"] for record in summary][:2] == ["Stephen Jiang", "Brian Welcker"]


def test_a_line_leads_back_to_its_row(sample_run: company.CompanyResult) -> None:
    record = next(
        r for r in sample_run.to_records() if r["transaction"] == "SO61225/Clothing" and r["role"] == "direct"
    )
    file, _, line = record["source"].rpartition(":")
    text = (company.sample_folder() / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert text.startswith("SO61225,")
    assert ",Clothing," in text


def test_the_document_is_whole_and_plain(sample_run: company.CompanyResult, document: dict) -> None:
    assert document == json.loads(render_json(sample_run.to_document()))
    assert document["format"] == "salesrules.statements/1"
    assert (document["company"], document["period"]) == ("Adventure Works Cycles", "2020-Q1")
    assert re.fullmatch("[0-9a-f]{64}", document["rulebook"]["version"])
    entry = next(s for s in document["statements"] if s["balances"])
    assert entry["balances"][0].keys() == {"kind", "amount", "policy"}
    assert entry["measurements"][0].keys() == {"plan", "component", "span", "measured", "unit", "quota"}
    own = {"payable", "payable_currency", "payment_rate", "payment_day"}
    assert set(entry["lines"][0]) == set(COLUMNS) - {"period", "name", "entry"} - own | {"component"}
    assert own <= set(entry)


def test_a_result_shows_itself(sample_run: company.CompanyResult, sample: company.Company) -> None:
    assert repr(sample_run) == (
        "<CompanyResult Adventure Works Cycles 2020-Q1: 18 statements, paid USD "
        f"{sample_run.commissions.totals()['USD'].amount}>"
    )
    assert len(repr(sample)) < 20_000
    assert "Transaction(" not in repr(sample)
    html = sample_run._repr_html_()
    assert html is not None
    assert "Lynn Tsoflias" in html


def test_without_the_extra_a_notebook_shows_plain_text(
    sample_run: company.CompanyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> str:
        raise MissingExtra("jinja2", "report")

    monkeypatch.setattr(results, "render_summary", missing)
    assert sample_run._repr_html_() is None


def test_explanations(sample_run: company.CompanyResult) -> None:
    statement = sample_run.commissions.statement_of("758596752")
    assert statement is not None
    (whole,) = sample_run.explain("758596752")
    assert whole.value == statement.paid.amount == whole.recompute()
    lines = sample_run.explain("758596752", "SO61225/Clothing")
    assert [line.value for line in lines] == [
        line.amount.amount for line in statement.lines if line.credit.transaction.id == "SO61225/Clothing"
    ]
    with pytest.raises(UnknownName) as caught:
        sample_run.explain("75859675")
    assert caught.value.nearest == ("758596752",)
    with pytest.raises(UnknownName) as caught:
        sample_run.explain("758596752", "SO61225/Clothin")
    assert caught.value.nearest[0] == "SO61225/Clothing"
    with pytest.raises(UnknownName) as caught:
        sample_run.explain("nobody like that")
    assert len(caught.value.nearest) == 3


def test_a_period_without_anybody_paid_is_a_result_of_nothing(folder: Folder, tmp_path: Path) -> None:
    result = folder.run("2027-Q1")
    assert result.to_records() == []
    assert repr(result).endswith("3 statements, paid EUR 0>") or repr(result).endswith("0 statements, paid nothing>")
    assert len(result.write(tmp_path / "out")) == 3


HOSTILE_NAMES = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1", HOSTILE, '"><img src=x onerror=alert(1)>']


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_ids_and_customers_do_nothing(folder: Folder, tmp_path: Path, name: str) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    folder.edit("company.toml", 'category = "category"', 'category = "category"\ncustomer = "customer"')
    folder.add("company.toml", '\n[customers]\nfile = "customers.csv"\ncolumns = { id = "id", name = "name" }\n')
    folder.write("customers.csv", f"id,name\nK1,{cell(name)}\n")
    folder.edit("company.toml", '"My company"', json.dumps(name))
    folder.edit("data/people.csv", "Ben Example", cell(name))
    orders = (folder.path / "data/orders.csv").read_text("utf-8").replace("Machines", cell(name))
    head, *lines = orders.replace("O-1,", f"{cell(name)},").splitlines()
    folder.write("data/orders.csv", "\n".join([f"{head},customer", *(f"{line},K1" for line in lines)]) + "\n")
    result = folder.run()
    result.write(tmp_path / "out")
    with (tmp_path / "out/statements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    plain_number = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
    assert any(name.strip() in value for row in rows for value in row)
    for value in (value for row in rows for value in row):
        assert value[:1] not in tuple("=+-@\t\r\n＝＋－＠") or plain_number.fullmatch(value)
    text = (tmp_path / "out/report.html").read_text("utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert not page.find_all("script")
    assert not page.find_all("img")
    assert not [tag for tag in page.find_all(True) for attribute in tag.attrs if attribute.startswith("on")]
    assert name.strip() in page.get_text()
    assert json.loads((tmp_path / "out/statements.json").read_text("utf-8"))["company"] == name


def test_files_are_replaced(folder: Folder, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b" / "out"
    folder.run().write(out)
    (out / "statements.csv").write_text("old", "utf-8")
    folder.run().write(out, "zh_TW")
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert (out / "statements.csv").read_text("utf-8").startswith("period,payee,")
    assert 'lang="zh-Hant"' in (out / "report.html").read_text("utf-8")


def block_with_file(out: Path) -> None:
    out.write_text("in the way", "utf-8")


def block_parent(out: Path) -> None:
    out.parent.write_text("in the way", "utf-8")


def block_last_file(out: Path) -> None:
    (out / "report.html").mkdir(parents=True)


@pytest.mark.parametrize("block", [block_with_file, block_parent, block_last_file])
def test_where_a_file_cannot_be_written_none_is(folder: Folder, tmp_path: Path, block: Callable[[Path], None]) -> None:
    out = tmp_path / "parent" / "out"
    if block is not block_parent:
        out.parent.mkdir()
    block(out)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InvalidValue) as caught:
        folder.run().write(out)
    assert caught.value.field == "folder"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("error", [OSError("disk full"), ValueError("embedded null byte")])
def test_folders_made_on_the_way_are_taken_away_again(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    calls = 0

    def fail(path: Path, text: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise error
        Path(path).write_text(text, "utf-8")

    result = folder.run()
    monkeypatch.setattr(results, "write_text", fail)
    with pytest.raises(InvalidValue, match=str(error)):
        result.write(tmp_path / "new" / "out")
    assert not (tmp_path / "new").exists()
    (tmp_path / "old").mkdir()
    calls = 0
    with pytest.raises(InvalidValue, match=str(error)):
        result.write(tmp_path / "old")
    assert list((tmp_path / "old").iterdir()) == []


def test_an_unknown_locale_writes_nothing(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        folder.run().write(tmp_path / "out", "fr")
    assert not (tmp_path / "out").exists()
