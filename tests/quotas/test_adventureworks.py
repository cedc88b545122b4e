"""Real targets: Microsoft's AdventureWorks sample, 809 monthly targets of eighteen people."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from salesrules.core import DateRange, FiscalCalendar, InvalidDocument, Rate
from salesrules.quotas import Quota, Ramp, apply_ramps, calculate_quota, calculate_quotas

TARGETS = Path(__file__).parents[2] / "examples" / "adventureworks" / "data" / "targets.csv"
CARSON = "615389812"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with TARGETS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def targets(rows) -> list[Quota]:
    calendar = FiscalCalendar()
    return [
        Quota(
            id=f"{row['person_id']}:{row['month']}",
            holder=row["person_id"],
            span=calendar.period(row["month"]).span,
            amount=row["target"],
            unit="USD",
        )
        for row in rows
    ]


def test_every_target_is_a_line(rows, targets) -> None:
    assert len(targets) == 809
    assert sum(line.amount for line in targets) == sum(Decimal(row["target"]) for row in rows)


def test_every_quarter_of_every_holder_is_the_plain_sum_of_its_months(rows, targets, policy, calendar) -> None:
    sums: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        year, month = row["month"].split("-")
        sums.setdefault((row["person_id"], f"{year}-Q{(int(month) + 2) // 3}"), []).append(row["target"])
    whole = {key: amounts for key, amounts in sums.items() if len(amounts) == 3}
    assert len(whole) == 269
    for (person, label), amounts in whole.items():
        held = calculate_quota(person, calendar.period(label).span, targets, policy, calendar)
        assert held.amount == sum(map(Decimal, amounts))


def test_a_seller_without_a_target_is_told_how_to_mend_it(targets, policy, calendar) -> None:
    quarter = calendar.period("2017-Q3").span
    with pytest.raises(InvalidDocument) as caught:
        calculate_quota(CARSON, quarter, targets, policy, calendar)
    (fault,) = caught.value.faults
    assert f"{CARSON} has no quota" in fault.problem
    assert "missing: 2017-M07;" in str(fault)
    assert tomllib.loads(fault.remedy.split("\n", 1)[1])["quotas"]["ramps"] == [
        {
            "id": f"{CARSON}-2017-07-01",
            "holders": [CARSON],
            "starts": date(2017, 7, 1),
            "shares": ["50%"],
            "base": "next",
        }
    ]


def test_the_ramp_of_the_remedy_mends_it(targets, make_policy, calendar) -> None:
    ramp = Ramp(id="c", holders=[CARSON], starts=date(2017, 7, 1), shares=[Rate.parse("50%")], base="next")
    policy = make_policy(ramps=[ramp])
    ramped = apply_ramps(targets, policy, calendar)
    assert len(ramped) == 810
    quarter = calendar.period("2017-Q3").span
    held = calculate_quota(CARSON, quarter, ramped, policy, calendar)
    assert [str(piece.amount) for piece in held.pieces] == ["50000.00", "100000", "100000"]
    assert held.derivation().recompute() == held.amount == 250000
    others = sorted({line.holder for line in targets} - {CARSON})
    for person in others:
        assert [line for line in ramped if line.holder == person] == sorted(
            (line for line in targets if line.holder == person), key=lambda line: line.span.start
        )


def test_everyone_who_is_missing_is_named_at_once(targets, policy, calendar) -> None:
    everyone = sorted({line.holder for line in targets})
    with pytest.raises(InvalidDocument) as caught:
        calculate_quotas(everyone, DateRange(date(2017, 7, 1), date(2022, 1, 1)), targets, policy, calendar)
    complete = {"112432117", "139397894", "191644724", "234474252", "502097814", "61161660", "716374314", "841560125"}
    assert {fault.path for fault in caught.value.faults} == {f"quotas[{person}]" for person in set(everyone) - complete}
