"""Splits, payments, days of delivery and invoice, average rates and payment currencies of a company's folder."""

from decimal import Decimal

import pytest
from company_folder import Folder

from salesrules.commissions import Payment, Split
from salesrules.core import Money, Rate

TABLES = """
[splits]
file = "data/splits.csv"
[splits.columns]
transaction = ["order"]
payee = "seller"
share = "share"

[payments]
file = "data/payments.csv"
[payments.columns]
transaction = ["order"]
day = "day"
amount = "paid"
due = "due"

[average_rates]
file = "data/averages.csv"
[average_rates.columns]
source = "from"
target = "to"
rate = "rate"
starts = "starts"
ends = "ends"
"""


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "firm")
    orders = (made.path / "data" / "orders.csv").read_text("utf-8").splitlines()
    head, first, *others = orders
    made.write(
        "data/orders.csv",
        "\n".join([f"{head},delivered,invoiced", f"{first},2026-02-03,", *(f"{o},," for o in others)]),
    )
    made.edit(
        "company.toml", 'amount = "amount"\n', 'amount = "amount"\ndelivered = "delivered"\ninvoiced = "invoiced"\n'
    )
    made.add("company.toml", TABLES)
    made.order = first.split(",")[head.split(",").index("order")]
    made.seller = first.split(",")[head.split(",").index("seller")]
    made.write("data/splits.csv", f"order,seller,share\n{made.order},{made.seller},60%\n{made.order},zz,0.4\n")
    made.write(
        "data/payments.csv",
        f"order,day,paid,due\n{made.order},2026-02-01,10.50,\n{made.order},2026-02-02,1,2026-03-01\n",
    )
    made.write("data/averages.csv", "from,to,rate,starts,ends\nUSD,EUR,0.9,2026-01-01,2026-02-01\n")
    return made


def test_each_table_becomes_a_fact_of_its_transaction(folder):
    facts = folder.load().facts.commissions
    found = {t.id: t for t in facts.transactions}
    sold = found.pop(folder.order)
    assert sold.splits == (
        Split(payee=folder.seller, share=Rate.parse("60%")),
        Split(payee="zz", share=Rate.parse("40%")),
    )
    assert [(p.amount, str(p.day), p.due and str(p.due)) for p in sold.payments] == [
        (Money("10.50", "EUR"), "2026-02-01", None),
        (Money("1", "EUR"), "2026-02-02", "2026-03-01"),
    ]
    assert isinstance(sold.payments[0], Payment)
    assert (str(sold.delivered), sold.invoiced) == ("2026-02-03", None)
    assert all(t.splits == t.payments == () and t.delivered is None for t in found.values())
    assert facts.average_rates.rate("USD", "EUR", sold.payments[0].day.replace(month=1)) == Decimal("0.9")


def test_faults_of_splits_and_payments_have_their_line(folder):
    folder.write(
        "data/splits.csv", f"order,seller,share\nnone,{folder.seller},60%\n{folder.order},zz,much\n{folder.order},zz,\n"
    )
    folder.write("data/payments.csv", f"order,day,paid,due\nnone,2026-02-01,1,\n{folder.order},soon,x,\n")
    assert folder.places() == [
        ("data/splits.csv", 2, "order"),
        ("data/splits.csv", 3, "share"),
        ("data/splits.csv", 4, "share"),
        ("data/payments.csv", 2, "order"),
        ("data/payments.csv", 3, "day"),
        ("data/payments.csv", 3, "paid"),
    ]


def test_faults_of_what_was_read_lead_to_the_line_of_the_sale(folder):
    assert ("data/orders.csv:2", "commissions.unknown_payee") in [(f.path, f.code) for f in folder.faults()]


def test_tables_may_be_given_alone(folder):
    text = (folder.path / "company.toml").read_text("utf-8")
    folder.write("company.toml", text.replace(TABLES, TABLES[: TABLES.index("[payments]")]))
    found = {t.id: t for t in folder.load().facts.commissions.transactions}
    assert len(found[folder.order].splits) == 2
    folder.write("company.toml", text.replace(TABLES, TABLES[TABLES.index("[payments]") :]))
    found = {t.id: t for t in folder.load().facts.commissions.transactions}
    assert (len(found[folder.order].splits), len(found[folder.order].payments)) == (0, 2)


def test_a_return_has_no_splits_of_its_own(folder):
    table = """
[[transactions]]
file = "data/returns.csv"
kind = "return"
[transactions.columns]
id = ["id"]
day = "day"
payee = "seller"
amount = "amount"
original = ["order"]
"""
    text = (folder.path / "company.toml").read_text("utf-8")
    folder.write("company.toml", text.replace(TABLES, table + TABLES))
    folder.write("data/returns.csv", f"id,day,seller,amount,order\nR1,2026-03-01,{folder.seller},-1,{folder.order}\n")
    folder.write("data/splits.csv", f"order,seller,share\nR1,{folder.seller},100%\n")
    (fault,) = folder.faults()
    assert (fault.file, fault.line, fault.path) == ("data/splits.csv", 2, "order")


def test_people_may_be_paid_in_a_currency_of_their_own(folder):
    people = (folder.path / "data" / "people.csv").read_text("utf-8").splitlines()
    folder.edit("company.toml", 'position = "position"\n', 'position = "position"\ncurrency = "paid_in"\n')
    rows = [f"{people[0]},paid_in", f"{people[1]},CHF", *(f"{row}," for row in people[2:])]
    folder.write("data/people.csv", "\n".join(rows))
    payees = list(folder.load().facts.commissions.payees.values())
    assert [payee.currency for payee in payees] == ["CHF", *([None] * (len(payees) - 1))]
    folder.write("data/people.csv", "\n".join([rows[0], f"{people[1]},francs", *rows[2:]]))
    assert folder.places() == [("data/people.csv", 2, "paid_in")]
