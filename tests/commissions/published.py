"""A published case: a rulebook document and the rows that go in, opened as a company's folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ruamel.yaml import YAML

from salesrules import company

FOLDER = Path(__file__).parent / "cases"
#: What `company.toml` says of each table; a case leaves out the columns that it does not need.
TABLES = {
    "people": '[people.columns]\nid = "person"\nname = "person"\nmanager = "manager"\ncurrency = "paid in"',
    "sales": '[transactions.columns]\nid = ["sale"]\nday = "day"\npayee = "seller"\namount = "amount"\n'
    'quantity = "quantity"\ncurrency = "currency"',
    "returns": '[transactions.columns]\nid = ["return"]\nday = "day"\npayee = "seller"\namount = "amount"\n'
    'original = ["original"]\ncurrency = "currency"',
    "splits": '[splits.columns]\ntransaction = ["sale"]\npayee = "seller"\nshare = "share"',
    "payments": '[payments.columns]\ntransaction = ["sale"]\nday = "day"\namount = "amount"\ndue = "due"',
    "quotas": '[quotas.columns]\nholder = "holder"\nperiod = "period"\namount = "amount"\nunit = "unit"\n'
    'measure = "measure"',
    "events": '[pay_events.columns]\nday = "day"\npayee = "seller"\nevent = "event"\ntransaction = ["sale"]\n'
    'instalments = "instalments"',
    "rates": '[exchange_rates.columns]\nsource = "from"\ntarget = "to"\nrate = "rate"\nstarts = "starts"',
}

#: What a folder needs beside a document that speaks of commissions alone.
QUOTAS = """
[quotas]
rounding = { digits = 2, mode = "half_up" }
life = { status = "in_force", scope = "all", owner = "all", approver = "all", effective = { from = 2000-01-01 } }
"""


def read(name):
    """What a case's rows and expectations say."""
    return YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def rows(text):
    """Cells between bars, as a reader writes them, by column."""
    head, *cells = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(head, row, strict=True)) for row in cells]


def open_case(name, folder, leave_out=()):
    """The company that a case describes, in a folder of its own, without the tables that are left out.

    Where nobody is named, Ana sells and is there alone; amounts are in the plan's currency.
    """
    case, document = read(name), (FOLDER / f"{name}.toml").read_text("utf-8")
    tables = {"sales": []} | {table: rows(case[table]) for table in TABLES if table in case and table not in leave_out}
    names = {row[key] for table in tables.values() for row in table for key in ("seller", "holder") if key in row}
    tables.setdefault("people", [{"person": person} for person in sorted(names | {"ana"})])
    plans = tomllib.loads(document).get("commissions", {}).get("plans", [{}])
    currency = plans[0].get("currency", "USD")
    described = f'[company]\nname = "{name}"\nrulebook = "rulebook.toml"\ncurrency = "{currency}"\n'
    for table, given in tables.items():
        columns = dict.fromkeys(column for line in TABLES[table].splitlines()[1:] for column in line.split('"')[1::2])
        others = dict.fromkeys(column for row in given for column in row if column not in columns)
        filled = {"seller": "ana", "currency": currency, "unit": currency, "measure": "amount"}
        cells = [[row.get(column, filled.get(column, "")) for column in (*columns, *others)] for row in given]
        text = "\n".join(",".join(row) for row in [[*columns, *others], *cells])
        (folder / f"{table}.csv").write_text(f"{text}\n", "utf-8")
        described += section(table, others)
    (folder / "company.toml").write_text(described, "utf-8")
    (folder / "rulebook.toml").write_text(document if "\n[quotas]\n" in document else document + QUOTAS, "utf-8")
    return company.load(folder)


def section(table, attributes):
    """What `company.toml` says of a table."""
    name = TABLES[table].partition(".")[0].strip("[")
    head = f"\n[[{name}]]\n" if name in ("transactions", "quotas", "pay_events") else f"\n[{name}]\n"
    head += f'file = "{table}.csv"\n'
    if name == "transactions":
        head += f'kind = "{table.removesuffix("s")}"\n'
    mapped = "".join(f'{attribute} = "{attribute}"\n' for attribute in attributes)
    return f"{head}{TABLES[table]}\n" + (f"[transactions.attributes]\n{mapped}" if mapped else "")
