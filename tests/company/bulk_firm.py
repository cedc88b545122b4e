"""A firm with everything that a run in bulk does: shared sales, returns, triggers, a pool, draws, openings, events."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from company_folder import Folder

PERIOD = "2026-M08"

_PEOPLE = [
    ("ada", "Ada Example", "Manager", "", ""),
    ("ben", "Ben Example", "Representative", "ada", ""),
    ("cho", "Cho Example", "Representative", "ada", "USD"),
    ("dee", "Dee Example", "Specialist", "ada", ""),
    ("eli", "Eli Example", "Trainee", "ada", ""),
]

_TABLES = """
[[transactions]]
file = "data/returns.csv"
kind = "return"
date_format = "%d.%m.%Y"
number_format = { decimal = ",", group = "." }

[transactions.columns]
id = ["return"]
day = "date"
payee = "seller"
amount = "amount"
original = ["order", "line"]

[splits]
file = "data/splits.csv"
columns = { transaction = ["order", "line"], payee = "seller", share = "share" }

[payments]
file = "data/payments.csv"
columns = { transaction = ["order", "line"], day = "day", amount = "paid", due = "due" }

[regions]
file = "data/regions.csv"
columns = { id = "id", name = "name" }

[territories]
file = "data/territories.csv"
columns = { person = "who", territory = "region" }

[exchange_rates]
file = "data/rates.csv"
columns = { source = "from", target = "to", rate = "rate", starts = "starts", ends = "ends" }

[opening_balances]
file = "data/owed.csv"
columns = { payee = "who", day = "day", owed = "owed" }

[[pay_events]]
file = "data/events.csv"
columns = { day = "day", payee = "who", event = "what", transaction = ["order", "line"] }
"""

_RULES = """
[[commissions.crediting]]
kind = "overlay"
id = "specialist"
role = "specialist"
positions = ["Specialist"]
effective = { from = 2026-01-01 }
share = "30%"
filters = [{ attribute = "category", one_of = ["Machines"] }]

[[commissions.plans]]
id = "specialist-2026"
family = "specialist"
name = "Specialists 2026"
currency = "EUR"
rounding = { level = "line", mode = "half_even" }
returns = "current_measure"
proration = "by_days"

[commissions.plans.life]
status = "in_force"
scope = "specialists"
owner = "sales operations"
approver = "head of sales"
effective = { from = 2026-01-01 }
next_review = 2026-12-31

[[commissions.plans.components]]
id = "machines"
credits = ["specialist"]
measure = "amount"
accumulate = "year"

[commissions.plans.components.table]
kind = "amount"
mode = "whole_amount"

[commissions.plans.components.table.tiers]
side = "upper"
bands = [{ from = "0", to = "20000", value = "1%" }, { from = "20000", value = "1.5%" }]

[[commissions.assignments]]
id = "specialists"
plan = "specialist"
effective = { from = 2026-01-01 }
positions = ["Specialist"]

[commissions.assignments.draw]
id = "specialist draw"
amount = "EUR 900"
recoverable = true
maximum_recovery = "50%"
effective = { from = 2026-02-01 }
"""

_POOL = """
[[commissions.pools]]
id = "team"
currency = "EUR"
effective = { from = 2026-01-01 }
split = "equal"
rounding = "half_up"

[commissions.pools.component]
id = "team"
credits = ["direct"]
measure = "amount"
accumulate = "quarter"

[commissions.pools.component.table]
kind = "amount"
mode = "marginal"

[commissions.pools.component.table.tiers]
side = "lower"
bands = [{ from = "0", value = "0.3%" }]

[[commissions.pools.members]]
id = "everybody"
positions = ["Representative", "Trainee"]
effective = { from = 2026-01-01 }
"""


def text_of(head: str, rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head.split(","))
    writer.writerows(rows)
    return out.getvalue()


def bulk_firm(path: Path, *, trigger: str = "booking", accumulate: str = "quarter", pool: bool = True) -> Folder:
    """A folder with eight months of sales, of which a run pays the last."""
    firm = Folder(path)
    chance = random.Random(f"{trigger} {accumulate}")
    orders, returns, splits, payments = _sold(chance)
    head = "order,line,date,seller,category,amount,region,delivered,invoiced"
    firm.write("data/orders.csv", text_of(head, orders))
    firm.write("data/returns.csv", text_of("return,date,seller,amount,order,line", returns))
    firm.write("data/splits.csv", text_of("order,line,seller,share", splits))
    firm.write("data/payments.csv", text_of("order,line,day,paid,due", payments))
    firm.write("data/people.csv", text_of("id,name,position,manager,currency", _PEOPLE))
    firm.write("data/regions.csv", text_of("id,name", [("n", "North"), ("s", "South")]))
    firm.write("data/territories.csv", text_of("who,region", [("ben", "n"), ("cho", "s")]))
    firm.write("data/rates.csv", text_of("from,to,rate,starts,ends", [("EUR", "USD", "1.1", "2026-01-01", "")]))
    firm.write("data/owed.csv", text_of("who,day,owed", [("ben", "2026-03-01", "150.5"), ("dee", "2026-01-01", "70")]))
    firm.write("data/events.csv", text_of("day,who,what,order,line", [("2026-08-20", "eli", "leaving", "", "")]))
    months = [f"2026-{month:02}" for month in range(1, 13)]
    firm.write("data/targets.csv", text_of("id,month,target", [(w, m, 2000) for w in ("ben", "cho") for m in months]))
    firm.edit("company.toml", 'id = ["order"]', 'id = ["order", "line"]')
    firm.edit("company.toml", 'manager = "manager"', 'manager = "manager"\ncurrency = "currency"')
    firm.edit("company.toml", 'amount = "amount"', 'amount = "amount"\ndelivered = "delivered"\ninvoiced = "invoiced"')
    firm.edit("company.toml", 'category = "category"', 'category = "category"\nregion = "region"')
    firm.add("company.toml", _TABLES)
    firm.edit("rulebook.toml", 'pay_period = "quarter"', 'pay_period = "month"')
    firm.edit("rulebook.toml", 'accumulate = "quarter"', f'accumulate = "{accumulate}"', every=True)
    firm.edit("rulebook.toml", 'id = "seller"\n', f'id = "seller"\ntrigger = {{ on = "{trigger}", safety_days = 0 }}\n')
    if trigger == "cash":  # a part of a sale is never taken back by its return at original terms in bulk
        firm.edit("rulebook.toml", 'returns = "original_terms"', 'returns = "current_measure"', every=True)
    firm.add("rulebook.toml", _RULES + (_POOL if pool else ""))
    return firm


def _sold(chance: random.Random) -> tuple[list[list[object]], ...]:
    orders: list[list[object]] = []
    returns: list[list[object]] = []
    splits: list[list[object]] = []
    payments: list[list[object]] = []
    for number in range(160):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(243))
        amount = chance.randrange(100, 90_000) / 8
        delivered = day + timedelta(days=chance.randrange(60)) if chance.random() < 0.9 else ""
        invoiced = day + timedelta(days=chance.randrange(40)) if chance.random() < 0.9 else ""
        seller = chance.choice(["ben", "cho", " ben"])  # a space that is trimmed
        cells = [f"O{number}", 1, day, seller, chance.choice(["Machines", "Parts"]), f"{amount:.3f}"]
        orders.append([*cells, chance.choice(["n", "s", ""]), delivered, invoiced])
        if chance.random() < 0.2:
            splits += [[f"O{number}", 1, "ben", "60%"], [f"O{number}", 1, "cho", "0.4"]]
        for part in range(chance.randrange(3)):
            paid = day + timedelta(days=chance.randrange(50))
            due = paid + timedelta(days=20) if part else ""
            payments.append([f"O{number}", 1, paid, f"{amount * 0.4:.2f}", due])
        if chance.random() < 0.2:
            back = day + timedelta(days=chance.randrange(120))
            part = f"{amount / 4:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
            returns.append([f"R{number}", f"{back:%d.%m.%Y}", "ben", f"-{part}", f"O{number}", 1])
    return orders, returns, splits, payments


def as_parquet(firm: Folder, name: str) -> None:
    """One of a firm's tables as Parquet, with days, decimals and text of few values."""
    import pyarrow as pa
    from pyarrow import parquet

    path = firm.path / f"data/{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = {"date": pa.date32(), "day": pa.date32(), "due": pa.date32(), "delivered": pa.date32()}
    kinds |= {"amount": pa.decimal128(18, 3), "paid": pa.decimal128(18, 2), "line": pa.int64()}
    columns = {column: pa.array([row[column] or None for row in rows]) for column in rows[0]}
    columns = {column: cells.cast(kinds.get(column, pa.string())) for column, cells in columns.items()}
    if "seller" in columns:
        columns["seller"] = columns["seller"].dictionary_encode()
    parquet.write_table(pa.table(columns), path.with_suffix(".parquet"))
    path.unlink()
    firm.edit("company.toml", f"{name}.csv", f"{name}.parquet")
