"""A real sales force: its hierarchy, and sales rolled up to the managers, against a literal sum."""

from __future__ import annotations

import csv
import pathlib
from decimal import Decimal

from salesrules.org import Hierarchy

DATA = pathlib.Path(__file__).parents[2] / "examples" / "adventureworks" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_sales_roll_up_to_managers_and_tie_to_the_total() -> None:
    people = {row["person_id"]: row for row in rows("people.csv")}
    tree = Hierarchy.from_parents({id: row["manager_id"] or None for id, row in people.items()})
    sales: dict[str, Decimal] = {}
    for row in rows("order_lines.csv"):
        sales[row["person_id"]] = sales.get(row["person_id"], Decimal(0)) + Decimal(row["sales"])
    sums = tree.roll_up(sales)
    assert people[tree.root]["title"] == "Director of Sales"
    managers = [id for id in people if tree.children(id)]
    assert len(people) == 18
    assert len(managers) == 4
    for manager in managers:
        below = [manager]
        for id in below:
            below += [other for other, row in people.items() if row["manager_id"] == id]
        assert sums.of(manager) == sum((sales.get(id, Decimal(0)) for id in below), Decimal(0))
    assert sums.total == sums.of(tree.root) == sum(sales.values(), Decimal(0))
