"""Quotas of a folder: other measures, units and spans; working days; ramps that change nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from company_folder import Folder

from salesrules import company
from salesrules.core import DateRange

MORE = """
[[quotas]]
file = "data/more.csv"
{extra}

[quotas.columns]
holder = "who"
starts = "from"
ends = "to"
amount = "target"
measure = "what"
unit = "in"
"""
WORK = """[rulebook.working_time]
zone = "Europe/Berlin"
holidays = [2026-01-01]

[[rulebook.working_time.week]]
days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
hours = [{ opens = "09:00", closes = "17:00" }]

[quotas]
day_count = "working"
"""


@pytest.fixture
def more(folder: Folder) -> Folder:
    folder.add("company.toml", MORE.format(extra=""))
    return folder.write("data/more.csv", "who,from,to,target,what,in\n")


def rows(folder: Folder, text: str) -> Folder:
    return folder.write("data/more.csv", f"who,from,to,target,what,in\n{text}\n")


def test_measures_units_and_spans(more: Folder) -> None:
    rows(
        more,
        "ben,2026-01-15,2026-04-01,120,quantity,\n"
        "ben,2026-01-01,2027-01-01,0.12,market_share,\n"
        "cho,2026-01-01,2026-03-01,5000,bonus,\n"
        "cho,2026-01-01,2026-03-01,7,machines,t\n"
        "ada,2026-01-01,2026-03-01,9,,",
    )
    found = [quota for quota in more.load().facts.commissions.quotas if "-M0" not in quota.id]
    assert [(q.id, q.holder, q.amount, q.unit, q.measure) for q in found] == [
        ("ben-quantity-2026-01-15", "ben", Decimal(120), "count", "quantity"),
        ("ben-market_share-2026-01-01", "ben", Decimal("0.12"), "share", "market_share"),
        ("cho-bonus-2026-01-01", "cho", Decimal(5000), "EUR", "bonus"),
        ("cho-machines-2026-01-01", "cho", Decimal(7), "t", "machines"),
        ("ada-2026-01-01", "ada", Decimal(9), "EUR", "amount"),
    ]
    assert found[0].span == DateRange(date(2026, 1, 15), date(2026, 4, 1))


def test_a_tables_own_measure_stands_in_for_an_empty_cell(folder: Folder) -> None:
    folder.add("company.toml", MORE.format(extra='measure = "quantity"'))
    rows(folder, "ben,2026-01-01,2026-04-01,120,,\nben,2026-01-01,2026-04-01,3,amount,")
    found = [(q.measure, q.unit) for q in folder.load().facts.commissions.quotas[-2:]]
    assert found == [("quantity", "count"), ("amount", "EUR")]


def test_labels_of_any_kind_where_none_is_declared(folder: Folder) -> None:
    folder.edit("company.toml", 'period = "month"\n\n', "\n")
    folder.write("data/targets.csv", "id,month,target\nben,2026-Q1,60000\ncho,2026-01,15000\n")
    assert [q.id for q in folder.load().facts.commissions.quotas] == ["ben-2026-Q1", "cho-2026-M01"]


def test_a_quantity_quota_pays_by_its_attainment(more: Folder) -> None:
    """Each order is of two pieces; Ben's three are 150 % of his quota, Cho's three half of hers."""
    orders = (more.path / "data/orders.csv").read_text("utf-8").splitlines()
    more.write("data/orders.csv", "\n".join([f"{orders[0]},pieces", *(f"{line},2" for line in orders[1:])]) + "\n")
    more.edit("company.toml", 'amount = "amount"\n', 'amount = "amount"\nquantity = "pieces"\n')
    more.edit("rulebook.toml", 'measure = "amount"', 'measure = "quantity"')
    more.edit("rulebook.toml", 'kind = "attainment"', 'quota_measure = "quantity"\nkind = "attainment"')
    rows(more, "ben,2026-01-01,2026-04-01,4,quantity,\ncho,2026-01-01,2026-04-01,12,quantity,")
    found = {s.payee: [m.attainment for m in s.measurements] for s in more.run().commissions.statements}
    assert (found["ben"], found["cho"]) == ([Fraction(3, 2)], [Fraction(1, 2)])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("ben,2026-01-01,,5,,", [(2, "to", "it is not valid as span.end")]),
        ("ben,soon,2026-02-01,5,,", [(2, "from", "this is not a date in the declared format")]),
        ("ben,2026-02-01,2026-01-01,5,,", [(2, "to", "it is not valid as end")]),
        ("ben,2026-01-01,2026-02-01,-5,,", [(2, "target", "it is not valid as amount")]),
    ],
)
def test_faults_of_spans(more: Folder, row: str, expected: list[tuple[int, str, str]]) -> None:
    assert [(f.line, f.path, f.problem) for f in rows(more, row).faults()] == expected


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('starts = "from"\nends = "to"\n', "", "quotas[1].columns.period"),
        ('ends = "to"\n', "", "quotas[1].columns.ends"),
        ('starts = "from"\n', 'starts = "from"\nperiod = "x"\n', "quotas[1].columns.starts"),
        ('starts = "from"\n', 'period = "x"\n', "quotas[1].columns.ends"),
    ],
)
def test_days_are_named_once_and_whole(more: Folder, old: str, new: str, path: str) -> None:
    text = (more.path / "company.toml").read_text("utf-8")
    more.write("company.toml", text.replace(old, new))
    assert [fault.path for fault in more.faults()] == [path]


# --- working days ----------------------------------------------------------------------------------------------------


@pytest.fixture
def half_year(folder: Folder) -> Folder:
    """Ben's quota is one line of 128,000 from January to June."""
    folder.edit("company.toml", 'period = "month"\n\n', 'period = "half_year"\n\n')
    return folder.write("data/targets.csv", "id,month,target\nben,2026-H1,128000\ncho,2026-H1,128000\n")


def quota_of_ben(folder: Folder) -> Decimal | None:
    statement = folder.run().commissions.statement_of("ben")
    assert statement is not None
    return statement.measurements[0].quota


def test_quotas_are_prorated_by_the_days_that_the_rulebook_counts(half_year: Folder) -> None:
    """Of 181 days 90 lie in the first quarter; of 128 working days, New Year's Day being none, 63."""
    assert quota_of_ben(half_year) == Decimal("63646.41")
    half_year.edit("rulebook.toml", "[quotas]\n", WORK)
    assert quota_of_ben(half_year) == Decimal("63000.00")
    half_year.edit("rulebook.toml", "holidays = [2026-01-01]", "holidays = []")
    assert quota_of_ben(half_year) == Decimal("63503.88")  # 64 of 129


def ramp(folder: Folder, holder: str, starts: str, shares: str, base: str = "own", id: str = "new") -> Folder:
    """A ramp before the section of commissions, so that the latest stands last."""
    text = f'[[quotas.ramps]]\nid = "{id}"\nholders = ["{holder}"]\nstarts = {starts}\n'
    text += f'shares = [{shares}]\nbase = "{base}"\n\n'
    return folder.edit("rulebook.toml", "[commissions]\n", text + "[commissions]\n")


def test_ramps_cut_by_working_days_too(half_year: Folder) -> None:
    """In January half of its 21 working days' share of 128,000 counts, in February and March all of theirs, 42."""
    half_year.edit("rulebook.toml", "[quotas]\n", WORK)
    ramp(half_year, "ben", "2026-01-01", '"50%"')
    assert quota_of_ben(half_year) == Decimal("10500.00") + Decimal("42000.00")


def test_working_days_that_nobody_names_are_a_fault_of_the_rulebook(half_year: Folder) -> None:
    half_year.edit("rulebook.toml", "[quotas]\n", '[quotas]\nday_count = "working"\n')
    ramp(half_year, "ben", "2026-01-01", '"50%"')
    (fault,) = half_year.faults()
    assert (fault.file, fault.line, fault.path) == (str(half_year.path / "rulebook.toml"), 7, "quotas.day_count")
    assert "rulebook.working_time" in fault.remedy


# --- ramps -----------------------------------------------------------------------------------------------------------


def test_a_ramp_that_fits_is_no_fault(folder: Folder) -> None:
    ramp(folder, "ben", "2026-01-01", '"50%", "75%"')
    assert quota_of_ben(folder) == 10_000 + 15_000 + 20_000


@pytest.mark.parametrize(
    ("holder", "base", "code", "months"),
    [
        ("bem", "own", "quotas.ramp_without_quota", ["2026-M02", "2026-M03"]),
        ("ada", "next", "quotas.ramp_without_quota", ["2026-M02", "2026-M03"]),
        ("ben", "next", "quotas.ramp_share_unused", ["2026-M02", "2026-M03"]),
    ],
)
def test_a_ramp_that_changes_nothing_is_a_fault_at_its_line(
    folder: Folder, holder: str, base: str, code: str, months: list[str]
) -> None:
    """The ramp goes from February to April, in which there is no quota yet."""
    found = ramp(folder, holder, "2026-02-10", '"50%", "75%", "90%"', base).faults()
    file = str(folder.path / "rulebook.toml")
    assert [(f.code, f.file, f.line, f.path) for f in found] == [(code, file, 22, "quotas.ramps[0].shares")] * 2
    assert [month in fault.problem and holder in fault.problem for month, fault in zip(months, found, strict=True)] == [
        True,
        True,
    ]


@pytest.mark.parametrize("starts", ["2025-12-31", "2026-04-01"])
def test_months_outside_the_period_are_not_asked_about(folder: Folder, starts: str) -> None:
    ramp(folder, "bem", starts, '"50%"')
    assert folder.run().commissions.statements


def test_faults_of_ramps_and_of_facts_come_together(folder: Folder) -> None:
    ramp(folder, "bem", "2026-01-01", '"50%"').edit("data/orders.csv", "O-2,", "O-1,")
    assert [fault.path for fault in folder.faults()] == ["quotas.ramps[0].shares", "data/orders.csv:3"]


def test_ramps_that_meet_are_a_fault(folder: Folder) -> None:
    ramp(folder, "ben", "2026-01-01", '"50%"')
    ramp(folder, "ben", "2026-01-01", '"10%"', id="old")
    assert [fault.code for fault in folder.faults()] == ["quotas.ramps_overlap"]


def test_the_sample_has_ramps_that_fit(sample: company.Company) -> None:
    assert sample.run("2019-Q3").commissions.statements
