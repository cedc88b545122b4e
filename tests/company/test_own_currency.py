"""Pay in a person's own currency: in rows, documents, explanations, and on the page; both sums hold."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from company_folder import Folder

from salesrules import company
from salesrules.core import Money

PAYMENT = ("payable", "payable_currency", "payment_rate", "payment_day")


def in_francs(folder: Folder) -> Folder:
    """Ben is paid in francs: of 1,192.01 euros, at 0.93 on the last day of the quarter, 1,108.57."""
    folder.edit("company.toml", 'manager = "manager"\n', 'manager = "manager"\ncurrency = "paid_in"\n')
    rates = 'columns = { source = "from", target = "to", rate = "rate", starts = "since", ends = "until" }\n'
    folder.add("company.toml", f'\n[exchange_rates]\nfile = "data/rates.csv"\n{rates}')
    folder.write(
        "data/rates.csv", "from,to,rate,since,until\nEUR,CHF,0.90,2026-01-01,2026-03-31\nEUR,CHF,0.93,2026-03-31,\n"
    )
    head, ada, ben, cho = (folder.path / "data/people.csv").read_text("utf-8").splitlines()
    return folder.write("data/people.csv", f"{head},paid_in\n{ada},\n{ben},CHF\n{cho},EUR\n")


@pytest.fixture
def francs(folder: Folder) -> company.CompanyResult:
    return in_francs(folder).run()


def sums(records: list[dict], amount: str, currency: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        if record[currency]:
            found[record[currency]] += Decimal(record[amount] or 0)
    return dict(found)


def test_what_is_handed_over_stands_once_for_each_payee(francs: company.CompanyResult) -> None:
    records = francs.to_records()
    payments = [record for record in records if record["entry"] == "payment"]
    assert [(r["payee"], r["amount"], r["currency"], *(r[name] for name in PAYMENT)) for r in payments] == [
        ("ada", 0, "EUR", Decimal("507.75"), "EUR", None, None),
        ("ben", 0, "EUR", Decimal("1108.57"), "CHF", Decimal("0.93"), date(2026, 3, 31)),
        ("cho", 0, "EUR", Decimal("1245.03"), "EUR", None, None),
    ]
    others = [record for record in records if record["entry"] != "payment"]
    assert {record[name] for record in others for name in PAYMENT} == {None}


def test_both_sums_hold_in_rows_and_documents(francs: company.CompanyResult, tmp_path: Path) -> None:
    francs.write(tmp_path)
    with (tmp_path / "statements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    document = json.loads((tmp_path / "statements.json").read_text("utf-8"))
    paid, handed = {"EUR": Decimal("2944.79")}, {"CHF": Decimal("1108.57"), "EUR": Decimal("1752.78")}
    for records in (francs.to_records(), rows):
        assert sums(records, "amount", "currency") == paid
        assert sums(records, "payable", "payable_currency") == handed
    assert {code: Decimal(amount) for code, amount in document["totals"].items()} == paid
    assert {code: Decimal(amount) for code, amount in document["payments"].items()} == handed
    assert sums(document["statements"], "paid", "currency") == paid
    assert sums(document["statements"], "payable", "payable_currency") == handed
    summary = francs.summary_records()
    assert sums(summary, "paid", "currency") == paid
    assert sums(summary, "payable", "payable_currency") == handed
    ben = next(statement for statement in document["statements"] if statement["payee"] == "ben")
    assert [ben[name] for name in PAYMENT] == ["1108.57", "CHF", "0.93", "2026-03-31"]
    ada = next(statement for statement in document["statements"] if statement["payee"] == "ada")
    assert [ada[name] for name in PAYMENT] == ["507.75", "EUR", None, None]


def test_who_is_paid_nothing_has_no_payment(folder: Folder) -> None:
    text = (folder.path / "data/orders.csv").read_text("utf-8")
    folder.write("data/orders.csv", "".join(line for line in text.splitlines(keepends=True) if ",cho," not in line))
    records = in_francs(folder).run().to_records()
    assert [record["payee"] for record in records if record["entry"] == "payment"] == ["ada", "ben"]


def test_the_explanation_leads_from_what_is_handed_over_to_the_sales(francs: company.CompanyResult) -> None:
    (found,) = francs.explain("ben")
    assert (found.value, found.unit, found.recompute()) == (Decimal("1108.57"), "CHF", found.value)
    assert found.terms[0].terms[0].value == Decimal("1192.01")
    (plain,) = francs.explain("ada")
    assert (plain.value, plain.unit) == (Decimal("507.75"), "EUR")


def figures(text: str) -> list[str]:
    return re.findall(r"(?:CHF|€)\s?[0-9.,]+", text)


def page_of(result: company.CompanyResult, folder: Path, locale: str = "en") -> BeautifulSoup:
    result.write(folder, locale)
    return BeautifulSoup((folder / "report.html").read_text("utf-8"), "html.parser")


def test_the_page_shows_what_is_handed_over(francs: company.CompanyResult, tmp_path: Path) -> None:
    page = page_of(francs, tmp_path)
    heads = {dl.dt.get_text(): figures(dl.dd.get_text()) for dl in page.select(".totals dl > div")}
    assert (heads["Paid"], heads["Handed over"]) == (["€2,944.79"], ["CHF\u00a01,108.57", "€1,752.78"])
    table = page.select_one("#payees table")
    assert table is not None
    place = [cell.get_text() for cell in table.select("thead th")].index("Handed over")
    assert [row.find_all(["th", "td"])[place].get_text() for row in table.select("tbody tr")] == [
        "€507.75",
        "CHF\u00a01,108.57",
        "€1,245.03",
    ]
    foot = [cell.get_text() for cell in table.select("tfoot tr > *")]
    assert figures(foot[place - 2]) == ["CHF\u00a01,108.57", "€1,752.78"]  # its first cell spans three columns
    statements = [section.select_one(".balances tfoot") for section in page.select("section[id^=statement-]")]
    rows = [
        ["".join(row.get_text(" ").split("\n")).strip() for row in foot.find_all("tr")] for foot in statements if foot
    ]
    assert [len(found) for found in rows] == [1, 2, 1]
    assert rows[1][1] == "Handed over CHF\u00a01,108.57 at 0.93 of Mar 31, 2026"


@pytest.mark.parametrize(("locale", "word"), [("zh_CN", "实际发放"), ("zh_TW", "實際發放")])
def test_the_page_in_chinese(francs: company.CompanyResult, tmp_path: Path, locale: str, word: str) -> None:
    text = page_of(francs, tmp_path, locale).get_text()
    assert text.count(word) == 3  # the head, the table of payees, and Ben's statement
    assert "Handed" not in text


def test_a_page_of_one_currency_has_no_such_column(folder: Folder, tmp_path: Path) -> None:
    assert "Handed over" not in page_of(folder.run(), tmp_path).get_text()


def test_a_notebook_shows_it_too(francs: company.CompanyResult) -> None:
    html = francs._repr_html_()
    assert html is not None
    assert "CHF\u00a01,108.57" in html


def test_a_missing_rate_is_a_fault(folder: Folder) -> None:
    in_francs(folder).write("data/rates.csv", "from,to,rate,since,until\nEUR,CHF,0.90,2026-01-01,2026-03-31\n")
    assert [(fault.code, fault.path) for fault in folder.faults()] == [
        ("commissions.unpayable", "payees[ben].currency")
    ]


def test_what_nobody_pays_in_another_currency_is_paid_as_it_is(folder: Folder) -> None:
    statements = folder.run().commissions.statements
    assert [statement.payable for statement in statements] == [statement.paid for statement in statements]
    assert statements[1].payable == Money("1192.01", "EUR")
