"""`why`: what pay was, what it is, and each reason, in words, as JSON and in three languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from salesrules import company
from salesrules.messages import text

Cli = Callable[..., "object"]
PAYEE = "758596752"


def test_why_says_each_reason_with_its_amount(cli: Cli, ready_sample: company.Company) -> None:
    printed = cli("why", "demo", "--period", "2020-Q1", "--payee", PAYEE)
    assert (printed.code, printed.err) == (0, "")
    head, *lines = printed.out.splitlines()
    assert head == f"{PAYEE}: $4,733.61 in Q1 2020, $5,317.88 in Q4 2019"
    assert len(lines) == 5
    assert lines[1].startswith(f"{PAYEE}, quota: the quota went from $225,000.00 to $210,000.00, and the average rate")


def test_why_against_another_period_as_json(cli: Cli, ready_sample: company.Company) -> None:
    printed = cli("why", "demo", "--period", "2020-Q1", "--payee", PAYEE, "--against", "2019-Q3", "--json")
    found = json.loads(printed.out)
    assert (found["earlier_period"], found["period"]) == ("2019-Q3", "2020-Q1")
    amounts = [Decimal(change["amount"].removeprefix("USD ")) for change in found["changes"]]
    before, after = (Decimal(found[name].removeprefix("USD ")) for name in ("before", "after"))
    assert sum(amounts) == after - before


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_CN", "2019年第4季度为US$5,317.88"), ("zh_TW", "2019年第4季為US$5,317.88")]
)
def test_why_in_chinese(cli: Cli, ready_sample: company.Company, locale: str, words: str) -> None:
    printed = cli("why", "demo", "--period", "2020-Q1", "--payee", PAYEE, "--locale", locale)
    assert words in printed.out.splitlines()[0]


def test_why_nothing_changed(cli: Cli, firm: Path) -> None:
    period = company.STARTER_PERIOD
    printed = cli("why", firm, "--period", period, "--payee", "ben", "--against", period)
    assert printed.out.splitlines()[1:] == [text("cli.label.no_change")]


def test_why_of_nobody(cli: Cli, firm: Path) -> None:
    printed = cli("why", firm, "--period", company.STARTER_PERIOD, "--payee", "bem")
    assert (printed.code, printed.out) == (2, "")
    assert "ben" in printed.err
