"""A run in bulk and one by one over the same folder: the same files, byte for byte, and the same faults."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from bulk_firm import PERIOD, as_parquet, bulk_firm
from company_folder import Folder

from salesrules import company
from salesrules.commissions import CommissionPolicy, OpeningBalance
from salesrules.company import bulk as bulk_module
from salesrules.company.window import rows_within_reach
from salesrules.core import Fault, InvalidDocument, Money
from salesrules.wire import render_csv, render_json

pa = pytest.importorskip("pyarrow")

from salesrules.frames import BulkDisagreement  # noqa: E402  # only where the extra is installed


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A firm that no test changes."""
    return bulk_firm(tmp_path_factory.mktemp("kept") / "firm")


@pytest.fixture
def firm(tmp_path: Path) -> Folder:
    return bulk_firm(tmp_path / "firm")


def in_bulk(firm: Folder) -> company.Company:
    """The firm, read in columns for sure."""
    opened = company.load(firm.path, in_bulk=True)
    assert opened.sold is not None
    assert isinstance(opened.sold.source[0], tuple), "it was read row by row"
    assert opened.facts.commissions.transactions == ()
    return opened


def texts(result: company.CompanyResult) -> dict[str, str]:
    """The tables of a result, and what its report is made from beside them."""
    content = result.content
    return {
        "statements.csv": render_csv(list(result.to_records()[0]), result.to_records()),
        "statements.json": render_json(result.to_document()),
        "tables": repr(content.tables),
        "curves": repr(content.curves),
        "told": repr((content.findings(), content.sales, content.people, content.customers)),
    }


@pytest.mark.parametrize(
    ("trigger", "accumulate"),
    [
        ("booking", "quarter"),
        ("booking", "transaction"),
        ("delivery", "quarter"),
        ("invoice", "transaction"),
        ("cash", "quarter"),
    ],
)
def test_results_are_the_same_to_the_byte(tmp_path: Path, trigger: str, accumulate: str) -> None:
    firm = bulk_firm(tmp_path / "firm", trigger=trigger, accumulate=accumulate)
    scalar, bulk = texts(firm.run(PERIOD)), texts(in_bulk(firm).run_in_bulk(PERIOD))
    for name, text in scalar.items():
        assert bulk[name] == text, name
    rows = scalar["statements.csv"]
    for entry in (",line,R", ",pool_part,", ",payment,"):
        assert entry in rows
    assert ",draw_paid," in rows or ",balance_recovered," in rows


def test_parquet_gives_what_csv_gives(kept: Folder, firm: Folder) -> None:
    for name in ("orders", "payments"):
        as_parquet(firm, name)
    found = texts(in_bulk(firm).run_in_bulk(PERIOD))
    assert found == texts(firm.run(PERIOD))
    changed = found["statements.csv"].replace(".parquet", ".csv")
    assert changed == texts(kept.run(PERIOD))["statements.csv"]


def test_columns_hold_what_rows_hold(kept: Folder) -> None:
    rows, columns = kept.load(), in_bulk(kept)
    assert columns.sold is not None
    found = columns.sold.transactions(range(len(columns.sold)))
    assert tuple(found) == rows.facts.commissions.transactions
    assert [each.source for each in found] == [each.source for each in rows.facts.commissions.transactions]
    assert columns.facts.changes == rows.facts.changes
    codes = {change.code for change in columns.facts.changes}
    assert codes == {"company.rows_read", "company.text_trimmed", "company.date_converted", "company.number_rounded"}
    assert columns.facts.commissions == attrs.evolve(rows.facts.commissions, transactions=())
    assert columns.transactions == rows.transactions == len(found)


def refused(act: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(InvalidDocument) as caught:
        act()
    return caught.value.faults


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/orders.csv", "O3,1,", "O3,,"),
        ("data/orders.csv", "O5,1,2026", "O5,1,26"),
        ("data/orders.csv", ",Machines,", ",Machines,x"),
        ("data/orders.csv", ",Machines,", ",Machines,-"),
        ("data/orders.csv", "order,line", "order,linie"),
        ("data/orders.csv", "O7,1,", "O7,1,,"),
        ("data/orders.csv", "O7,1,", '"O7,1,'),
        ("data/returns.csv", "-", ""),
        ("data/returns.csv", ".2026,", ".2026,,"),
        ("data/splits.csv", "60%", "six"),
        ("data/splits.csv", ",1,ben", ",2,ben"),
        ("data/payments.csv", ",1,2026", ",3,2026"),
        ("data/people.csv", "ben,", "cho,"),
        ("data/owed.csv", "150.5", "much"),
        ("company.toml", "data/orders.csv", "../orders.csv"),
        ("company.toml", "data/orders.csv", "data/nothing.csv"),
    ],
)
def test_what_cannot_be_read_has_the_same_faults(firm: Folder, name: str, old: str, new: str) -> None:
    firm.edit(name, old, new)
    firm.edit("data/targets.csv", "2000", "lots")  # in another file too, since all faults come at once
    assert refused(lambda: company.load(firm.path, in_bulk=True)) == refused(firm.load)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/orders.csv", "O3,1,", "O2,1,"),
        ("data/orders.csv", ",ben,", ",bob,"),
        ("data/returns.csv", ",O", ",Q"),
        ("data/splits.csv", "0.4", "0.5"),
        ("data/splits.csv", "ben", "bob"),
        ("data/targets.csv", "cho,2026-07,2000\n", ""),
        ("data/people.csv", "Representative", "Apprentice"),
        ("data/owed.csv", "2026-03-01", "2026-03-02"),
        ("data/owed.csv", "dee", "bob"),
        ("data/rates.csv", "EUR", "GBP"),
        ("data/payments.csv", "2026-", "2026-"),
    ],
)
def test_facts_that_do_not_fit_have_the_same_faults(firm: Folder, name: str, old: str, new: str) -> None:
    firm.edit(name, old, new)
    if name == "data/payments.csv":
        firm.edit(name, ".", "9.")
    assert refused(lambda: in_bulk(firm).run_in_bulk(PERIOD)) == refused(lambda: firm.run(PERIOD))


def test_what_the_engine_does_not_do_is_refused_by_name_all_at_once(firm: Folder) -> None:
    firm.edit("company.toml", 'category = "category"', 'category = "category"\ncost = "category"')
    opened = in_bulk(firm)
    facts = opened.facts.commissions
    owed = OpeningBalance(payee="ben", day=date(2026, 7, 1), owed=Money(1, "USD"))
    opened = attrs.evolve(
        opened, facts=attrs.evolve(opened.facts, commissions=attrs.evolve(facts, opening_balances=[owed]))
    )
    found = refused(lambda: opened.run_in_bulk(PERIOD))
    assert [fault.code for fault in found] == ["company.bulk_currencies", "company.bulk_attributes"]
    assert found == opened.find_bulk_faults()
    assert all("--no-bulk" in fault.remedy for fault in found)


def test_what_only_the_engine_refuses_names_the_way_around(kept: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*given: Any, **named: Any) -> None:
        raise InvalidDocument((Fault(code="frames.wide", path="transactions", problem="too large", remedy="lower it"),))

    monkeypatch.setattr("salesrules.frames.bulk.calculate", refuses)
    [found] = refused(lambda: in_bulk(kept).run_in_bulk(PERIOD))
    assert found.remedy == "lower it; or run it with --no-bulk, which does all of it"


def test_sales_in_another_currency_are_refused_by_name(firm: Folder) -> None:
    firm.edit("company.toml", 'amount = "amount"\n', 'amount = "amount"\ncurrency = "region"\n')
    path = firm.path / "data/orders.csv"
    lines = path.read_text("utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    rows = [cells[0], *([*row[:6], "USD" if place % 2 else "EUR", *row[7:]] for place, row in enumerate(cells[1:]))]
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    assert [fault.code for fault in refused(lambda: in_bulk(firm).run_in_bulk(PERIOD))] == ["company.bulk_currencies"]


def test_what_was_sold_long_before_is_left_to_the_engine(kept: Folder) -> None:
    opened = in_bulk(kept)
    assert opened.sold is not None
    policy, calendar = opened.rulebook.policy(CommissionPolicy), opened.rulebook.calendar
    policy = attrs.evolve(policy, plans=[plan for plan in policy.plans if plan.family != "specialist"])
    rows = rows_within_reach(policy, calendar, calendar.period(PERIOD), opened.sold)
    assert len(rows) < len(opened.sold)
    days = [opened.sold.day[row] for row in rows]
    assert {row for row, day in enumerate(opened.sold.day) if day >= date(2026, 7, 1)} <= {*rows}
    assert min(days) < date(2026, 7, 1)  # sales of returns, and the quarters in which they were paid


def test_a_reach_that_is_too_short_is_noticed(kept: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*given: Any) -> list[int]:
        return [row for row in rows_within_reach(*given) if given[3].day[row] >= date(2026, 8, 1)]

    monkeypatch.setattr(bulk_module, "rows_within_reach", short)
    opened = in_bulk(kept)
    with pytest.raises((BulkDisagreement, InvalidDocument)):
        opened.run_in_bulk(PERIOD)


@pytest.mark.parametrize(
    ("module", "act", "column"), [("bulk", "calculate", "commission"), ("balances", "settle_in_bulk", "opening")]
)
def test_an_engine_that_pays_a_cent_more_is_noticed(
    kept: Folder, monkeypatch: pytest.MonkeyPatch, module: str, act: str, column: str
) -> None:
    shelf = importlib.import_module(f"salesrules.frames.{module}")
    right = getattr(shelf, act)

    def wrong(*given: Any, **named: Any) -> Any:
        found = right(*given, **named)
        return (
            with_a_cent(found, column)
            if act == "settle_in_bulk"
            else attrs.evolve(found, credits=with_a_cent(found.credits, column))
        )

    monkeypatch.setattr(shelf, act, wrong)
    with pytest.raises(BulkDisagreement):
        in_bulk(kept).run_in_bulk(PERIOD)


def with_a_cent(table: Any, column: str) -> Any:
    """A table with a cent more in a column of the last row of the period that has anything there."""
    rows = table.to_pylist()
    last = max(place for place, row in enumerate(rows) if row["period"] == PERIOD and row[column])
    rows[last][column] += Decimal("0.01")
    return pa.Table.from_pylist(rows, table.schema)


def test_a_member_of_a_pool_whom_no_plan_pays_still_owes(firm: Folder) -> None:
    firm.edit("data/people.csv", "eli,Eli Example,Trainee", "eli,Eli Example,Specialist")
    text = (firm.path / "rulebook.toml").read_text("utf-8")
    head, specialists = text.split('id = "specialists"\n')
    firm.write(
        "rulebook.toml",
        head
        + 'id = "specialists"\n'
        + specialists.replace("{ from = 2026-01-01 }", "{ from = 2026-01-01, until = 2026-05-01 }", 1),
    )
    firm.edit("rulebook.toml", 'positions = ["Representative", "Trainee"]', 'positions = ["Specialist"]')
    scalar = firm.run(PERIOD)
    statements = {each.payee: each for each in scalar.commissions.statements}
    assert not statements["dee"].plans
    assert statements["dee"].closing.amount > 0
    assert texts(in_bulk(firm).run_in_bulk(PERIOD)) == texts(scalar)


def test_a_report_of_very_many_lines_says_what_it_leaves_out(kept: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    result = in_bulk(kept).run_in_bulk(PERIOD)
    lines = [len(statement.lines) for statement in result.commissions.statements]
    for most, shown in ((sum(lines), 5), (lines[0] + lines[1], 2), (lines[0] + lines[1] - 1, 1), (lines[0] - 1, 0)):
        content = attrs.evolve(result.content, most_lines=most, curves=())
        assert len(content.shown()) == shown
        page = company.results.render_report(content)
        assert page.count('<section id="statement-') == page.count('<a href="#statement-') == shown
        assert ("This page shows" in page) == (shown < 5)
    assert result.content.most_lines == company.REPORT_LINES
    assert f"shows 0 of 5 statements line by line, with 0 of {sum(lines)} lines" in page
