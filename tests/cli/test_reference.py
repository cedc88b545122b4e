"""The reference documents every field of every JSON format, and nothing that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from salesrules import company
from salesrules.cli.app import app
from salesrules.commissions import Adjustment, AdjustmentKind, BalanceKind, Restatement
from salesrules.company.results import COLUMNS
from salesrules.core import Money, Operation, Rounding, RoundingMode

Cli = Callable[..., "object"]
PERIOD = company.STARTER_PERIOD


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "reference" / "command-line.md").read_text("utf-8")


def fields(page: str, heading: str) -> set[str]:
    """The fields in the first table below a heading or a phrase."""
    rows = page[page.index(heading) :].split("\n| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    return {name for row in rows.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def restated(result: company.CompanyResult) -> company.CompanyResult:
    """The result with a restatement on its first statement."""
    first, *others = result.commissions.statements
    zero = Money.zero(first.currency)
    entry = Restatement(payee=first.payee, period=first.period, causes=["quota"], amount=zero, earned=zero, owed=zero)
    run = attrs.evolve(result.commissions, statements=[attrs.evolve(first, restatements=[entry]), *others])
    return attrs.evolve(result, content=attrs.evolve(result.content, run=run))


def test_statements(page: str, sample_run: company.CompanyResult) -> None:
    document = sample_run.to_document()
    assert fields(page, "### salesrules.statements/1") == document.keys()
    statement = next(s for s in document["statements"] if s["balances"])
    assert fields(page, "Each statement:") == statement.keys()
    assert fields(page, "Each measurement:") == statement["measurements"][0].keys()
    assert fields(page, "Each line:") == statement["lines"][0].keys()
    made = restated(sample_run).to_document()["statements"][0]["restatements"][0]
    assert fields(page, "Each restatement:") == made.keys()
    assert fields(page, "Each balance:") == statement["balances"][0].keys()
    assert set(document["rulebook"]) == {"name", "version"}
    listed = re.search(r"with the columns (.+?), `source`\.", page, re.S)
    assert listed is not None
    assert tuple(re.findall(r"`([a-z_]+)`", re.sub(r"\(.+?\)", "", listed[0], flags=re.S))) == COLUMNS


def test_adjustments_and_kinds(page: str) -> None:
    made = Adjustment(
        kind=AdjustmentKind.CAP,
        policy="cap",
        plan="plan",
        parts=[],
        rounding=Rounding(digits=2, mode=RoundingMode.HALF_UP),
        carried=Money("0.00", "USD"),
        amount=Money("-1.00", "USD"),
    )
    assert fields(page, "Each adjustment:") == made.to_record().keys()
    for heading, kinds in (("Each adjustment:", AdjustmentKind), ("Each balance:", BalanceKind)):
        row = next(row for row in page[page.index(heading) :].splitlines() if row.startswith("| `kind`"))
        assert set(re.findall(r"`([a-z_]+)`", row)) - {"kind"} == {kind.value for kind in kinds}


def test_explanations(page: str, cli: Cli, firm: Path) -> None:
    found = json.loads(cli("explain", firm, "--period", PERIOD, "--payee", "ben", "--json").out)
    assert fields(page, "### salesrules.explanation/1") == found.keys()
    nodes: list[dict[str, Any]] = list(found["derivations"])
    for node in nodes:
        assert fields(page, "Each derivation, and") == node.keys()
        nodes += node["terms"]
    row = page[page.index("| `operation` |") :].splitlines()[0]
    assert set(re.findall(r"`([a-z]+)`", row)) - {"operation", "value"} == {member.value for member in Operation}


def test_comparisons(page: str, cli: Cli, firm: Path) -> None:
    found = json.loads(cli("why", firm, "--period", PERIOD, "--payee", "ben", "--json").out)
    assert fields(page, "### salesrules.why/1") == found.keys()
    assert fields(page, "Each reason:") == found["changes"][0].keys()


def test_checks_and_differences(page: str, cli: Cli, firm: Path) -> None:
    other = firm / "other.toml"
    text = (firm / "rulebook.toml").read_text("utf-8")
    other.write_text(text.replace('value = "6%"', 'value = "7%"'), "utf-8")
    found = json.loads(cli("diff", firm / "rulebook.toml", other, "--json").out)
    assert fields(page, "### salesrules.diff/1") == found.keys()
    assert fields(page, "Each change:") == found["changes"][0].keys()
    other.write_text(text.replace('pay_period = "quarter"', 'pay_period = "moon"'), "utf-8")
    found = json.loads(cli("check", other, "--json").out)
    assert fields(page, "### salesrules.check/1") == found.keys()
    assert fields(page, "Each fault:") == found["faults"][0].keys()


def test_replays(page: str, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("c,a,t\n1,confirm,2026-01-05\n", "utf-8")
    (tmp_path / "map.toml").write_text('columns = { case = "c", activity = "a", instant = "t" }', "utf-8")
    given = ("service", tmp_path / "log.csv", "--map", tmp_path / "map.toml", "--workflow", "complaint", "--json")
    found = json.loads(cli("replay", *given).out)
    assert fields(page, "### salesrules.replay/1") == found.keys()
    assert fields(page, "Each deviation:") == found["deviations"][0].keys()


def test_every_command_is_in_the_reference(page: str) -> None:
    commands = {name for name in app if not name.startswith("-")}
    assert {
        "demo",
        "run",
        "explain",
        "why",
        "check",
        "solve",
        "diff",
        "schema",
        "sql",
        "diagram",
        "replay",
        "review",
        "init",
    } == commands
    assert commands <= set(re.findall(r"^\| `salesrules (\w+)", page, re.M))
