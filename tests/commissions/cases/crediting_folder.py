"""A published case as a folder: a rulebook document and the rows that go in, both written out in the test."""

from __future__ import annotations

from textwrap import dedent

from salesrules import company

COMPANY = """
[company]
name = "Case"
rulebook = "rulebook.toml"
currency = "{currency}"

[people]
file = "people.csv"
[people.columns]
id = "person"
name = "person"
manager = "manager"
currency = "paid in"

[[transactions]]
file = "sales.csv"
kind = "sale"
[transactions.columns]
id = ["sale"]
day = "day"
payee = "seller"
amount = "amount"
quantity = "quantity"
currency = "currency"
[transactions.attributes]
discount = "discount"
"""

TABLES = {
    "splits.csv": ("splits", 'transaction = ["sale"]\npayee = "seller"\nshare = "share"'),
    "payments.csv": ("payments", 'transaction = ["sale"]\nday = "day"\namount = "amount"\ndue = "due"'),
    "rates.csv": ("exchange_rates", 'source = "from"\ntarget = "to"\nrate = "rate"\nstarts = "starts"\nends = "ends"'),
    "quotas.csv": ("quotas", 'holder = "person"\nperiod = "period"\namount = "quota"\ncurrency = "unit"'),
}

HEAD = """
[rulebook]
name = "Case"

[quotas]
rounding = { digits = 2, mode = "half_up" }
proration = "prorate_by_days"
[quotas.life]
status = "in_force"
scope = "sales"
owner = "operations"
approver = "head of sales"
effective = { from = 2020-01-01 }

[commissions]
pay_period = "month"
carry_shortfall = true
[commissions.life]
status = "in_force"
scope = "sales"
owner = "operations"
approver = "head of sales"
effective = { from = 2020-01-01 }
"""


def load(path, rules, currency="USD", **files):
    """The company in a folder made of `rules` (what follows the head of the rulebook) and of tables by name."""
    text = COMPANY.format(currency=currency)
    for name, rows in files.items():
        file = f"{name}.csv"
        (path / file).write_text(table(rows), "utf-8")
        if file in TABLES:
            section, columns = TABLES[file]
            kind = 'period = "year"\n' if section == "quotas" else ""
            head = "[[quotas]]" if section == "quotas" else f"[{section}]"
            text += f'\n{head}\nfile = "{file}"\n{kind}[{section}.columns]\n{columns}\n'
    (path / "company.toml").write_text(text, "utf-8")
    (path / "rulebook.toml").write_text(HEAD + dedent(rules), "utf-8")
    return company.load(path)


def table(rows):
    """Rows as a reader writes them, cells between bars, as a file."""
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines()]
    return "\n".join(",".join(row) for row in cells)
