"""Facts of all tables: every optional table, every declared format, all faults of all files at once."""

from __future__ import annotations

import codecs
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from company_folder import Folder

from salesrules import company
from salesrules.commissions import TransactionKind
from salesrules.core import ExchangeRate, InvalidDocument, Money

ORDERS = "order,date,seller,category,amount\n"


def test_transactions_lead_back_to_their_line(folder: Folder) -> None:
    first = folder.load().facts.commissions.transactions[0]
    assert (first.id, first.day, first.payee, first.amount) == ("O-1", date(2026, 1, 12), "ben", Money("18000", "EUR"))
    assert (first.kind, first.cost, first.quantity, first.original) == (TransactionKind.SALE, None, Decimal(0), None)
    assert dict(first.attributes) == {"category": "Machines"}
    assert first.source == "data/orders.csv:2"


EXTRA = """
[[transactions]]
file = "data/returns.csv"
kind = "return"
encoding = "cp1252"
separator = ";"
date_format = "%d.%m.%Y"
number_format = { decimal = ",", group = "." }
rounding = { digits = 2, mode = "half_even" }

[transactions.columns]
id = ["Beleg", "Pos"]
day = "Datum"
payee = "Verkäufer"
amount = "Betrag"
cost = "Kosten"
quantity = "Menge"
currency = "Währung"
original = ["Auftrag"]

[transactions.attributes]
category = "Gruppe"
customer = "Kunde"

[customers]
file = "data/customers.csv"
columns = { id = "id", name = "name" }

[exchange_rates]
file = "data/rates.csv"
columns = { source = "von", target = "nach", rate = "kurs", starts = "ab", ends = "bis" }

[opening_balances]
file = "data/openings.csv"
columns = { payee = "wer", day = "tag", owed = "soll", currency = "in" }
"""
RETURNS = (
    "Beleg;Pos;Datum;Verkäufer;Betrag;Kosten;Menge;Währung;Auftrag;Gruppe;Kunde\n"
    "R1;1;03.03.2026;ben;-1.000,005;-800;-2;EUR;O-1;Maschinen;K1\n"
    "R2;1;04.03.2026; ben;-20,00;;;EUR;O-1;;\n"
)


@pytest.fixture
def whole(folder: Folder) -> Folder:
    """A folder with every optional table, in the formats of another country."""
    folder.add("company.toml", EXTRA).write("data/returns.csv", RETURNS, "cp1252")
    folder.write("data/customers.csv", "id,name\nK1,Müller & Söhne\n")
    folder.write(
        "data/rates.csv", "von,nach,kurs,ab,bis\nUSD,EUR,0.92,2026-01-01,2026-02-01\nUSD,EUR,0.95,2026-02-01,\n"
    )
    return folder.write("data/openings.csv", "wer,tag,soll,in\nben,2026-01-01,150.00,EUR\n")


def test_returns_in_the_formats_of_another_country(whole: Folder) -> None:
    first, second = (t for t in whole.load().facts.commissions.transactions if t.kind is TransactionKind.RETURN)
    assert (first.id, first.original, first.day) == ("R1/1", "O-1", date(2026, 3, 3))
    assert (first.amount, first.cost, first.quantity) == (Money("-1000.00", "EUR"), Money("-800", "EUR"), Decimal(-2))
    assert dict(first.attributes) == {"category": "Maschinen", "customer": "K1"}
    assert (second.amount, second.cost, second.quantity) == (Money("-20.00", "EUR"), None, Decimal(0))
    assert dict(second.attributes) == {"category": "", "customer": ""}


def test_sales_and_returns_in_one_file(folder: Folder) -> None:
    folder.edit("company.toml", 'kind = "sale"\n', "").edit(
        "company.toml", 'id = ["order"]', 'id = ["order"]\noriginal = ["of", "part"]'
    )
    folder.write(
        "data/orders.csv",
        f"{ORDERS.strip()},of,part\nO/1,2026-01-12,ben,Parts,100,,\nR-1,2026-02-12,ben,Parts,-40,O,1\n",
    )
    found = folder.load().facts.commissions.transactions
    assert [(t.kind.value, t.original, t.amount.amount) for t in found] == [("sale", None, 100), ("return", "O/1", -40)]
    folder.write(
        "data/orders.csv",
        f"{ORDERS.strip()},of,part\nO-1,2026-01-12,ben,Parts,-1,,\nO-2,2026-01-12,ben,Parts,1,O,1\nO-3,2026-01-12,ben,Parts,-1,O,\n",
    )
    assert [(f.line, f.path, f.problem) for f in folder.faults()] == [
        (2, "amount", "it is not valid as amount"),
        (3, "amount", "it is not valid as amount"),
        (4, "part", "the cell is empty"),
    ]


def test_what_was_changed_is_counted_exactly(whole: Folder) -> None:
    told = {
        (reason.code.removeprefix("company."), *reason.parameters.values())
        for reason in whole.load().facts.changes
        if reason.parameters["file"] in ("data/returns.csv", "data/customers.csv")
    }
    assert told == {
        ("rows_read", "data/returns.csv", 2),
        ("text_trimmed", "data/returns.csv", "Verkäufer", 1),
        ("date_converted", "data/returns.csv", "Datum", 2, "%d.%m.%Y"),
        ("number_rounded", "data/returns.csv", "Betrag", 1, Decimal("0.005")),
        ("rows_read", "data/customers.csv", 1),
    }


def test_customers_rates_and_openings(whole: Folder) -> None:
    facts = whole.load().facts
    assert facts.customers == {"K1": "Müller & Söhne"}
    rates = facts.commissions.exchange_rates
    assert [rates.rate("USD", "EUR", day) for day in (date(2026, 1, 31), date(2026, 2, 1))] == [
        Decimal("0.92"),
        Decimal("0.95"),
    ]
    assert all(isinstance(rate, ExchangeRate) for rate in rates.rates)
    opening = facts.commissions.opening_balances[0]
    assert (opening.payee, opening.day, opening.owed) == ("ben", date(2026, 1, 1), Money("150.00", "EUR"))


def test_the_tables_decide_the_pay(whole: Folder) -> None:
    ben = whole.run().commissions.statement_of("ben")
    assert ben is not None
    # Of a quota of 60,000: 48,000 at 2 %, then 4 %; O-3 goes from 18,000 to 49,000. Returns of O-1 at its own 2 %.
    assert [line.amount for line in ben.lines] == [
        Money("360.00", "EUR"),
        Money("640.00", "EUR"),
        Money("192.01", "EUR"),
        Money("-20.00", "EUR"),
        Money("-0.40", "EUR"),
    ]
    assert ben.earned == Money("1171.61", "EUR")
    assert ben.opening == Money("150.00", "EUR")


def test_amounts_in_their_own_currency(whole: Folder) -> None:
    whole.edit("company.toml", 'amount = "amount"', 'amount = "amount"\ncurrency = "currency"')
    whole.write(
        "data/orders.csv",
        f"{ORDERS.strip()},currency\nO-1,2026-01-31,ben,Parts,1000,USD\nO-2,2026-02-01,ben,Parts,1000,USD\n",
    )
    whole.write("data/returns.csv", RETURNS.partition("\n")[0] + "\n", "cp1252")
    run = whole.run()
    ben = run.commissions.statement_of("ben")
    assert ben is not None
    assert [line.measured for line in ben.lines] == [Decimal("920"), Decimal("950")]
    assert [table.sales for table in run.content.tables] == [Decimal("1870.00")]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("rates", "USD,EUR,0.9,2026-01-01,\nUSD,EUR,0.8,2026-05-01,", (3, "ab", "two rates of one pair on one day")),
        ("rates", "USD,EUR,0,2026-01-01,", (2, "kurs", "it is not valid as rate")),
        ("rates", "USD,EUR,,2026-01-01,", (2, "kurs", "the cell is empty")),
        ("rates", "USD,EUR,1,2026-01-02,2026-01-01", (2, "bis", "it is not valid as end")),
        ("rates", ",EUR,1,2026-01-02,", (2, "von", "the cell is empty")),
        ("openings", "ben,2026-01-01,150,euro", (2, "in", "it is not valid as currency")),
        ("openings", "ben,soon,150,EUR", (2, "tag", "this is not a date in the declared format")),
        ("openings", "ben,2026-01-01,,EUR", (2, "soll", "the cell is empty")),
        ("customers", "K1,One\nK1,Two", (3, "id", "this customer stands already above")),
        ("customers", "K1,", (2, "name", "the cell is empty")),
    ],
)
def test_faults_of_the_optional_tables(whole: Folder, name: str, text: str, expected: tuple[int, str, str]) -> None:
    path = f"data/{name}.csv"
    header = (whole.path / path).read_text("utf-8").partition("\n")[0]
    found = whole.write(path, f"{header}\n{text}\n").faults()
    assert [(fault.file, fault.line, fault.path, fault.problem) for fault in found] == [(path, *expected)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("O-1,2026-01-12,ben,Parts,-5", (2, "amount", "it is not valid as amount")),
        (",2026-01-12,ben,Parts,5", (2, "order", "the cell is empty")),
        ("O-1,,ben,Parts,5", (2, "date", "the cell is empty")),
        ("O-1,2026-01-12,,Parts,5", (2, "seller", "the cell is empty")),
        ("O-1,2026-01-12,ben,Parts,", (2, "amount", "the cell is empty")),
        ("O-1,2026-01-12,ben,Parts,5,6", (2, "orders.csv", "the row has 6 cells, the header 5")),
    ],
)
def test_faults_of_transactions(folder: Folder, row: str, expected: tuple[int, str, str]) -> None:
    found = folder.write("data/orders.csv", f"{ORDERS}{row}\n").faults()
    assert [(fault.line, fault.path, fault.problem) for fault in found] == [expected]


def test_the_column_of_a_refused_value_is_the_users_own(whole: Folder) -> None:
    whole.write("data/returns.csv", RETURNS.replace("-20,00", "20,00").replace(";EUR;O-1;;", ";euro;O-1;;"), "cp1252")
    assert [(f.line, f.path, f.value) for f in whole.faults()] == [(3, "Währung", "euro")]
    whole.write("data/returns.csv", RETURNS.replace("-20,00", "20,00"), "cp1252")
    assert [(f.line, f.path, f.value) for f in whole.faults()] == [(3, "Betrag", Decimal("20.00"))]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("ben,2026-13,5", [(2, "month", "it is not valid as label")]),
        ("ben,,5", [(2, "month", "the cell is empty")]),
        ("ben,2026-Q1,5", [(2, "month", "this is a quarter")]),
        ("ben,2026-01,-5", [(2, "target", "it is not valid as amount")]),
        ("ben,2026-01,", [(2, "target", "the cell is empty")]),
        (",2026-01,5", [(2, "id", "the cell is empty")]),
    ],
)
def test_faults_of_quotas(folder: Folder, row: str, expected: list[tuple[int, str, str]]) -> None:
    found = folder.write("data/targets.csv", f"id,month,target\n{row}\n").faults()
    assert [(fault.line, fault.path, fault.problem) for fault in found] == expected


def test_quotas_of_quarters_in_their_own_currency(folder: Folder) -> None:
    folder.edit("company.toml", 'period = "month"\n\n', 'period = "quarter"\n\n')
    folder.edit("company.toml", 'amount = "target"', 'amount = "target"\ncurrency = "in"')
    folder.write("data/targets.csv", "id,month,target,in\nben,2026-Q1,60000,EUR\ncho,2026-Q1,45000,EUR\n")
    quotas = folder.load().facts.commissions.quotas
    assert [(quota.id, quota.holder, quota.amount, quota.unit) for quota in quotas] == [
        ("ben-2026-Q1", "ben", Decimal(60000), "EUR"),
        ("cho-2026-Q1", "cho", Decimal(45000), "EUR"),
    ]
    assert folder.run().commissions.statement_of("ben").earned == Money("1192.01", "EUR")  # type: ignore[union-attr]  # it is there


def test_a_company_without_quotas_or_any_other_table(folder: Folder) -> None:
    mapping = (folder.path / "company.toml").read_text("utf-8")
    folder.write("company.toml", mapping[: mapping.index("[[quotas]]")])
    facts = folder.load().facts
    assert (facts.commissions.quotas, facts.commissions.opening_balances, facts.customers, facts.regions) == (
        (),
        (),
        {},
        {},
    )


def test_all_faults_of_all_files_come_at_once(whole: Folder) -> None:
    whole.edit("data/people.csv", "cho,Cho", "ben,Cho")
    whole.edit("data/orders.csv", "2026-01-12", "soon").edit("data/orders.csv", "9500.00", "much")
    whole.edit("data/targets.csv", "ben,2026-02,20000", "ben,2026-13,20000")
    whole.edit("data/rates.csv", "0.92", "cheap").edit("data/openings.csv", "150.00", "")
    whole.write("data/customers.csv", "id\nK1\n")
    (whole.path / "data/returns.csv").unlink()
    assert {(fault.file, fault.line, fault.path) for fault in whole.faults()} == {
        ("data/people.csv", 4, "id"),
        ("data/orders.csv", 2, "date"),
        ("data/orders.csv", 3, "amount"),
        ("data/targets.csv", 3, "month"),
        ("data/rates.csv", 2, "kurs"),
        ("data/openings.csv", 2, "soll"),
        ("data/customers.csv", 1, "customers.csv:name"),
        ("data/returns.csv", None, "document"),
    }


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("latin-1", "latin-1"),
        ("gb18030", "GB18030"),
        ("gbk", "gbk"),
        ("big5", "big5"),
        ("shift_jis", "Shift_JIS"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "UTF-16LE"),
    ],
)
def test_files_in_their_declared_encoding(folder: Folder, encoding: str, declared: str) -> None:
    name = {"cp1252": "Zoë Müller", "latin-1": "Zoë Müller", "shift_jis": "田中"}.get(encoding, "王小明")
    folder.edit("company.toml", 'file = "data/people.csv"', f'file = "data/people.csv"\nencoding = "{declared}"')
    people = (folder.path / "data/people.csv").read_text("utf-8").replace("Ben Example", name)
    folder.write("data/people.csv", people, encoding)
    assert folder.load().facts.commissions.payees["ben"].name == name


def test_a_byte_order_mark_is_dropped_in_every_encoding_that_has_one(folder: Folder) -> None:
    people = (folder.path / "data/people.csv").read_text("utf-8")
    folder.edit("company.toml", 'file = "data/people.csv"', 'file = "data/people.csv"\nencoding = "utf-16-le"')
    (folder.path / "data/people.csv").write_bytes(codecs.BOM_UTF16_LE + people.encode("utf-16-le"))
    assert len(folder.load().facts.commissions.payees) == 3


@pytest.mark.parametrize(
    ("declared", "content", "code", "line", "value"),
    [
        ("utf-8", "id,name,position,manager\nada,Zoë,,\n".encode("cp1252"), "wire.encoding", 2, "0xeb"),
        ("utf-8", b"id,name,position,manager\nada,Ada,,\nben,\xe4,,\n", "wire.encoding", 3, "0xe4"),
        ("gb18030", b"id,name,position,manager\n\nada,\xff,,\n", "wire.encoding", 3, "0xff"),
        ("ascii", "id,name,position,manager\nada,Zoë,,\n".encode(), "wire.encoding", 2, "0xc3"),
        ("utf-16-le", b"i\0d\0,\0x", "wire.encoding", 1, "0x78"),
        ("utf-8x", b"id\n", "wire.unknown_encoding", None, "utf-8x"),
        ("", b"id\n", "wire.unknown_encoding", None, ""),
        ("é", b"id\n", "wire.unknown_encoding", None, "é"),
        ("unicode_escape", b"id\n", "wire.unknown_encoding", None, "unicode_escape"),
        ("rot13", b"id\n", "wire.unknown_encoding", None, "rot13"),
        ("zlib", b"id\n", "wire.unknown_encoding", None, "zlib"),
        ("undefined", b"id\n", "wire.unknown_encoding", None, "undefined"),
        ("idna", b"id\n", "wire.unknown_encoding", None, "idna"),
        ("utf-7", b"+2AA-\n", "wire.unknown_encoding", None, "utf-7"),
    ],
)
def test_a_wrong_or_unknown_encoding(
    folder: Folder, declared: str, content: bytes, code: str, line: int | None, value: str
) -> None:
    folder.edit("company.toml", 'file = "data/people.csv"', f'file = "data/people.csv"\nencoding = "{declared}"')
    (folder.path / "data/people.csv").write_bytes(content)
    found = [fault for fault in folder.faults() if fault.file == "data/people.csv"]
    assert [(fault.code, fault.line, fault.value) for fault in found] == [(code, line, value)]
    assert "encoding" in found[0].remedy or "UTF-8" in found[0].remedy


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../outside.csv",
        "data/../../outside.csv",
        "link.csv",
        "linked/outside.csv",
        "",
        " ",
        "a\\u0000b",
        "circle",
    ],
)
def test_nothing_outside_the_folder_is_read(folder: Folder, name: str) -> None:
    outside = folder.path.parent / "outside.csv"
    outside.write_text("id,name,position,manager\nada,Ada,,\n", "utf-8")
    (folder.path / "link.csv").symlink_to(outside)
    (folder.path / "linked").symlink_to(folder.path.parent)
    (folder.path / "circle").symlink_to("circle")
    folder.edit("company.toml", "data/people.csv", name)
    found = [fault for fault in folder.faults() if fault.code == "company.path_outside"]
    assert [(fault.file, fault.value) for fault in found] == [("company.toml", name.replace("\\u0000", "\0"))]
    assert "folder" in found[0].remedy


@pytest.mark.parametrize("name", ["company.toml", "rulebook.toml"])
def test_documents_that_are_links_out_of_the_folder_are_refused(folder: Folder, name: str) -> None:
    (folder.path / name).rename(folder.path.parent / name)
    (folder.path / name).symlink_to(folder.path.parent / name)
    assert [(fault.code, fault.value) for fault in folder.faults()] == [("company.path_outside", name)]


def test_links_inside_the_folder_and_to_the_folder_are_followed(folder: Folder) -> None:
    (folder.path / "data/people.csv").rename(folder.path / "everybody.csv")
    (folder.path / "data/people.csv").symlink_to(folder.path / "everybody.csv")
    link = folder.path.parent / "link"
    link.symlink_to(folder.path)
    assert len(company.load(link).facts.commissions.payees) == 3


@pytest.mark.parametrize("name", ["nowhere", "a\0b", "x" * 5000])
def test_a_folder_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidDocument):
        company.load(tmp_path / name)


def test_faults_while_running_lead_to_the_line_of_the_rulebook(folder: Folder) -> None:
    folder.edit("rulebook.toml", 'status = "in_force" #', 'status = "draft" #')
    folder.load()
    assert folder.places() == [(str(folder.path / "rulebook.toml"), 11, "quotas.life.status")]


def test_faults_of_facts_while_running_lead_to_their_line(folder: Folder) -> None:
    folder.edit("data/orders.csv", "O-2,", "O-1,").edit("data/orders.csv", "O-3,2026-02-09,ben", "O-3,2026-02-09,bne")
    folder.load()
    assert [fault.path for fault in folder.faults()] == ["data/orders.csv:3", "data/orders.csv:4"]
