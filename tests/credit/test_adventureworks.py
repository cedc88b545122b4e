"""The credit desk on the sample company: what it prints agrees with sums made apart from the library."""

from __future__ import annotations

import csv
import importlib.util
import tomllib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from salesrules import wire
from salesrules.core import Outcome
from salesrules.credit import calculate_ageing, calculate_allowance, calculate_open_items

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "credit_desk"
PAGE = (ROOT / "docs" / "explanation" / "credit-desk.md").read_text("utf-8")


@pytest.fixture(scope="module")
def run() -> ModuleType:
    pytest.importorskip("rich")
    spec = importlib.util.spec_from_file_location("credit_desk", DESK / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rulebook():
    return wire.load_rulebook(DESK / "rulebook.toml").section("credit")


@pytest.fixture(scope="module")
def desk() -> dict:
    return tomllib.loads((DESK / "desk.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def resellers(run, desk):
    return [one for one in run.load_resellers(run.DATA, desk, "USD") if one.account.orders]


def rows(name: str, folder: Path = ROOT / "examples" / "adventureworks" / "data") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def open_by_hand(desk: dict) -> list[tuple[date, date, Decimal]]:
    """The invoices that are open on the last day: when issued, when due, how much."""
    kinds = {row["reseller_id"]: row["business_type"] for row in rows("resellers.csv")}
    payers = {row["reseller_id"]: row for row in rows("payers_invented.csv", DESK)}
    orders: dict[tuple[str, str, str], Decimal] = Counter()
    for row in rows("order_lines.csv"):
        orders[row["order_id"], row["order_date"], row["reseller_id"]] += Decimal(row["sales"])
    found = []
    for (_, day, reseller), amount in orders.items():
        issued = date.fromisoformat(day) + timedelta(days=desk["invoiced_after_days"])
        due = issued + timedelta(days=desk["payment_terms_days"])
        payer = payers.get(reseller, {})
        late = payer.get("pays_late_days") or desk["pays_late_days"][kinds[reseller]]
        paid = due + timedelta(days=int(late))
        never = payer.get("stops_paying_on") and paid >= date.fromisoformat(payer["stops_paying_on"])
        if issued <= desk["as_of"] and (never or paid > desk["as_of"]):
            found.append((issued, due, amount))
    return found


def test_what_is_owed_is_what_a_plain_sum_says(resellers, rulebook, desk) -> None:
    as_of, expected = desk["as_of"], open_by_hand(desk)
    items = [item for one in resellers for item in calculate_open_items(one.account, as_of)]
    assert len(items) == len(expected) == 208
    ageing = calculate_ageing(items, rulebook, as_of)
    assert ageing.total.amount == sum(amount for *_, amount in expected)
    assert ageing.overdue.amount == sum(amount for _, due, amount in expected if (as_of - due).days > 3)
    young = sum(amount for issued, _, amount in expected if issued > date(2019, 5, 31))
    old = sum(amount for *_, amount in expected) - young
    allowance = calculate_allowance(items, rulebook, as_of)
    assert allowance.amount.amount == sum(round(part, 2) for part in (young * 5 / 100, old * 20 / 100))
    for amount in (ageing.total.amount, allowance.amount.amount):
        assert f"{amount:,.2f}" in PAGE


@pytest.fixture(scope="module")
def replayed(run, resellers, rulebook, desk):
    reviews = {}
    for day in desk["reviews"]:
        found = {one.id: run.review_of(one, day, rulebook) for one in resellers}
        reviews[day] = {id: review for id, review in found.items() if review}
    return reviews, run.replay(resellers, reviews, rulebook, desk["from"])


def test_every_order_of_the_replay_has_one_answer(replayed, run) -> None:
    _, checked = replayed
    total = sum(one.amount.amount for one in checked)
    assert len(checked) == 2877
    assert total == sum(Decimal(row["sales"]) for row in rows("order_lines.csv") if row["order_date"] >= "2018-07-01")
    days = [one.order.day for one in checked]
    assert days == sorted(days)
    counts = Counter(one.decision.outcome for one in checked if not one.is_prepaid)
    for outcome in Outcome:
        amount = sum(one.amount.amount for one in checked if not one.is_prepaid and one.decision.outcome is outcome)
        assert f"| {outcome.value} | {counts[outcome]:,} | " in PAGE
        assert f"{amount:,.2f} |" in PAGE


def test_an_answer_follows_from_exposure_limit_and_lateness(replayed) -> None:
    _, checked = replayed
    for one in checked:
        if one.is_prepaid:
            assert not one.standing.limit or not one.standing.limit.amount
            continue
        ratio = one.standing.exposure.amount / one.standing.limit.amount.amount
        late = one.standing.overdue.days_late(one.order.day)
        expected = (
            "allow"
            if ratio <= Decimal("0.8")
            else "warn"
            if ratio <= 1
            else "refer"
            if ratio <= Decimal("1.5")
            else "deny"
        )
        marks = [expected, "deny" if late > 90 else "refer" if late > 30 else "warn" if late > 15 else "allow"]
        marks.append("refer" if one.amount.amount > 100_000 else "allow")
        assert one.decision.outcome.value == max(marks, key=["allow", "warn", "refer", "deny"].index)


def test_grades_and_limits_of_the_last_review_are_on_the_page(replayed, rulebook) -> None:
    reviews, _ = replayed
    last = reviews[max(reviews)]
    for grade in rulebook.grading.order:
        limits = [review.limit.amount.amount for review in last.values() if review.graded.grade == grade]
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| {grade} |"))
        assert f"| {grade} | {len(limits)} |" in line
        assert line.endswith(f" {sum(limits):,.0f} |")
