"""Roll-ups: regions follow the line, managers the person; both tie to the total, computed anew from the files."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from company_folder import Folder

from salesrules import company
from salesrules.reports import RollUpKind, RollUpTable

DATA = company.sample_folder() / "data"


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sales_by(column: str) -> dict[str, Decimal]:
    """Net sales of the first quarter of 2020 by a column, straight from the files."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for name, day, amount in (
        ("order_lines.csv", "order_date", "sales"),
        ("returns_invented.csv", "return_date", "amount"),
    ):
        for row in table(name):
            if date(2020, 1, 1) <= date.fromisoformat(row[day]) < date(2020, 4, 1):
                found[row[column]] += Decimal(row[amount]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return found


@pytest.fixture
def regions(sample_run: company.CompanyResult) -> RollUpTable:
    return next(t for t in sample_run.content.tables if t.kind is RollUpKind.REGION)


@pytest.fixture
def managers(sample_run: company.CompanyResult) -> RollUpTable:
    return next(t for t in sample_run.content.tables if t.kind is RollUpKind.MANAGER)


def test_the_region_follows_the_line(regions: RollUpTable) -> None:
    own = {row.id.removeprefix("region:"): row.own_sales for row in regions.rows if row.id.startswith("region:")}
    expected = sales_by("region_id")
    assert {id: amount for id, amount in own.items() if amount} == {
        id: amount for id, amount in expected.items() if amount
    }
    groups = {row["region_id"]: row["group"] for row in table("regions.csv")}
    by_group: dict[str, Decimal] = defaultdict(Decimal)
    for id, amount in expected.items():
        by_group[groups[id]] += amount
    shown = {row.name: row.sales for row in regions.rows if row.depth == 0}
    assert shown == by_group


def test_the_manager_follows_the_person(managers: RollUpTable) -> None:
    own = {row.id: row.own_sales for row in managers.rows}
    expected = sales_by("person_id")
    assert {id: amount for id, amount in own.items() if amount} == expected
    managers_of = {row["person_id"]: row["manager_id"] for row in table("people.csv")}
    rolled: dict[str, Decimal] = defaultdict(Decimal)
    for person, amount in expected.items():
        above = person
        while above:
            rolled[above] += amount
            above = managers_of[above]
    assert {row.id: row.sales for row in managers.rows if row.sales} == rolled


def test_both_tie_to_the_total(sample_run: company.CompanyResult, regions: RollUpTable, managers: RollUpTable) -> None:
    sold = sum(sales_by("person_id").values())
    earned = sum(statement.earned.amount for statement in sample_run.commissions.statements)
    for roll_up in (regions, managers):
        assert (roll_up.sales, roll_up.earned) == (sold, earned)
        assert sum(row.own_sales for row in roll_up.rows) == sold
        assert sum(row.own_earned for row in roll_up.rows) == earned
        assert sum(row.sales for row in roll_up.rows if row.depth == 0) == sold
        assert sum(row.earned for row in roll_up.rows if row.depth == 0) == earned


def test_lines_without_a_known_region_stand_under_a_dash(folder: Folder) -> None:
    folder.edit("company.toml", 'category = "category"', 'region = "category"')
    folder.add("company.toml", '\n[regions]\nfile = "r.csv"\ncolumns = { id = "id", name = "name" }\n')
    folder.write("r.csv", "id,name\nParts,Teile\n")
    regions = next(t for t in folder.run().content.tables if t.kind is RollUpKind.REGION)
    assert [(row.name, row.depth, row.sales) for row in regions.rows] == [
        ("Teile", 0, Decimal("30550.75")),
        ("—", 0, Decimal("71000.00")),
    ]
    assert regions.sales == Decimal("101550.75")


def test_regions_and_groups_may_have_the_same_id(folder: Folder) -> None:
    folder.edit("company.toml", 'category = "category"', 'region = "category"')
    folder.add("company.toml", '\n[regions]\nfile = "r.csv"\ncolumns = { id = "id", name = "name", group = "group" }\n')
    folder.write("r.csv", "id,name,group\nParts,Parts,Machines\nMachines,Machines,Parts\n")
    regions = next(t for t in folder.run().content.tables if t.kind is RollUpKind.REGION)
    assert [(row.id, row.sales) for row in regions.rows] == [
        ("group:Machines", Decimal("30550.75")),
        ("region:Parts", Decimal("30550.75")),
        ("group:Parts", Decimal("71000.00")),
        ("region:Machines", Decimal("71000.00")),
    ]


def test_only_the_period_is_rolled_up(folder: Folder, tmp_path: Path) -> None:
    folder.add("data/orders.csv", "O-7,2026-04-01,ben,Parts,1000.00\n")
    for month in ("04", "05", "06"):
        folder.add("data/targets.csv", f"ben,2026-{month},20000\ncho,2026-{month},15000\n")
    assert {t.sales for t in folder.run("2026-Q1").content.tables} == {Decimal("101550.75")}
    assert {t.sales for t in folder.run("2026-Q2").content.tables} == {Decimal("1000.00")}


def test_a_company_without_regions_is_rolled_up_by_person_only(folder: Folder) -> None:
    assert [table.kind for table in folder.run().content.tables] == [RollUpKind.MANAGER]


MODIFIERS = """modifiers = [
  { kind = "gate", id = "gate", component = "quota", observe = "attainment", threshold = "1", otherwise = "50%" },
  { kind = "kicker", id = "kicker", component = "quota", observe = "attainment", threshold = "1", amount = "EUR 100" },
]
"""


def test_adjustments_go_with_their_lines_and_the_rest_under_a_dash(folder: Folder) -> None:
    folder.edit("company.toml", 'category = "category"', 'region = "category"')
    folder.add("company.toml", '\n[regions]\nfile = "r.csv"\ncolumns = { id = "id", name = "name" }\n')
    folder.write("r.csv", "id,name\nParts,Parts\nMachines,Machines\n")
    folder.edit("rulebook.toml", 'name = "Sales representatives 2026"\n', f'name = "Representatives"\n{MODIFIERS}')
    result = folder.run()
    by_person, by_region = ({row.name: row.own_earned for row in t.rows} for t in reversed(result.content.tables))
    # Ben is below his quota: half of 360.00, 640.00 and 192.01, rounded up. Cho is above it and gets 100 more.
    assert by_person == {
        "Ada Example": Decimal("507.75"),
        "Ben Example": Decimal("596.01"),
        "Cho Example": Decimal("1345.03"),
    }
    ada = {"Machines": Decimal("355.00"), "Parts": Decimal("152.75")}
    cho = {"Machines": Decimal("440.00"), "Parts": Decimal("805.03")}
    assert by_region["—"] == Decimal("100.00")
    assert by_region["Machines"] == ada["Machines"] + cho["Machines"] + Decimal("500.00")
    assert by_region["Parts"] == ada["Parts"] + cho["Parts"] + Decimal("96.01")
    earned = sum(statement.earned.amount for statement in result.commissions.statements)
    assert {table.earned for table in result.content.tables} == {earned}
    rows = [row for row in result.to_records() if row["entry"] in ("gate", "kicker")]
    assert [(row["payee"], row["entry"], row["component"], row["amount"]) for row in rows] == [
        ("ben", "gate", "gate", Decimal("-596.00")),
        ("cho", "kicker", "kicker", Decimal("100.00")),
    ]
    assert sum(row["amount"] for row in result.to_records()) == result.commissions.totals()["EUR"].amount
