"""`salesrules sql`: a plan of a rulebook as a query."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from salesrules import company, frames

Cli = Callable[..., "object"]
SAMPLE = company.sample_folder() / "rulebook.toml"
ASKED = (SAMPLE, "--plan", "representative-2019", "--from", "2019-07-01", "--to", "2020-06-30")


def test_a_plan_of_the_sample_is_printed(cli: Cli) -> None:
    printed = cli("sql", *ASKED, "--dialect", "postgres")
    assert (printed.code, printed.err) == (0, "")
    head, _, body = printed.out.partition("WITH ")
    assert head.startswith("-- Plan representative-2019 (")
    assert "Credits from 2019-07-01 to 2020-06-30, paid by the quarter." in head
    assert body.rstrip().endswith(";")


def test_it_runs_where_it_is_for(cli: Cli, tmp_path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE deals (id, rep, day, amount, original, category)")
    connection.execute("CREATE TABLE goals (payee, period, goal)")
    connection.execute("INSERT INTO deals VALUES ('a', 'ana', '2019-07-01', 100, NULL, 'Clothing')")
    names = ("--credits", "deals", "--column", "payee=rep", "--quotas", "goals", "--quota-column", "amount=goal")
    file = tmp_path / "q.sql"
    common = (*ASKED, "--dialect", "sqlite", *names)
    assert cli("sql", *common, "--checks", "--output", file).out == f"{file}\n"
    findings = connection.execute(file.read_text("utf-8")).fetchall()
    assert {(finding, found) for finding, _, found, _ in findings} == {("missing_quota", 1)}
    connection.execute("INSERT INTO goals VALUES ('ana', '2019-Q3', 100)")
    assert connection.execute(file.read_text("utf-8")).fetchall() == []
    [statement] = connection.execute(cli("sql", *common, "--statements").out).fetchall()
    assert statement[:3] == ("ana", "2019-Q3", 1)
    [credit] = connection.execute(cli("sql", *common).out).fetchall()
    assert credit[5] == statement[3] > 0
    connection.close()


def test_options_reach_the_query(cli: Cli) -> None:
    decimal = cli("sql", *ASKED, "--dialect", "duckdb").out
    units = cli("sql", *ASKED, "--dialect", "duckdb", "--least-units", "--numeric-ids", "--pay-period", "month").out
    assert "* 100" in decimal
    assert "* 100 AS" not in units
    assert "paid by the month" in units


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((SAMPLE, "--dialect", "duckdb"), "name one of representative-2017"),
        ((SAMPLE, "--dialect", "duckdb", "--plan", "representative-2018"), "did you mean"),
        ((SAMPLE, "--dialect", "duckdb", "--plan", "representative-2019"), "say which days to pay"),
        ((*ASKED, "--dialect", "duckd"), "did you mean duckdb"),
        ((*ASKED, "--dialect", "duckdb", "--pay-period", "moon"), "moon"),
        ((*ASKED, "--dialect", "duckdb", "--column", "payee"), "write it as payee=rep_id"),
        ((*ASKED, "--dialect", "duckdb", "--column", "who=rep"), "no such column is read"),
        ((*ASKED, "--dialect", "duckdb", "--checks", "--statements"), "one of them at a time"),
        ((*ASKED, "--dialect", "duckdb", "--credits", "a b"), "give the name of a table"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_printed(arguments, words, cli: Cli) -> None:
    printed = cli("sql", *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert words in printed.err


def test_without_sqlglot_it_says_what_to_install(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sqlglot" or "frames.sql" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(frames, "sql", raising=False)
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    printed = cli("sql", *ASKED, "--dialect", "duckdb")
    assert printed.code == 2
    assert "pip install 'salesrules[frames]'" in printed.err
