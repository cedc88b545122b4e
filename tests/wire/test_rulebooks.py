"""Rulebooks from documents: what is read, and every fault with its path and line."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from sample_faults import BROKEN
from sample_policies import GOOD, REGISTRY, Plan, Small, Tiered
from sample_strategies import rulebooks

from salesrules.core import DateRange, Fault, InvalidDocument, InvalidValue, Money, Rate, Side
from salesrules.rulebook import Rulebook, SectionRegistry
from salesrules.wire import check_rulebook, dump_rulebook, find_lines, load_rulebook, parse_rulebook, render_json


@attrs.frozen(kw_only=True)
class Wrong:
    share: float


def faults_in(text: str) -> list[Fault]:
    with pytest.raises(InvalidDocument) as caught:
        parse_rulebook(text, registry=REGISTRY, file="a.toml")
    assert {fault.file for fault in caught.value.faults} == {"a.toml"}
    return list(caught.value.faults)


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_every_form_is_read() -> None:
    book = parse_rulebook(GOOD, registry=REGISTRY)
    assert (book.name, book.currencies.digits("XBT"), book.calendar.first_month) == ("Sample firm", 8, 4)
    pay = book.section("pay")
    plan: Plan = pay.plans[0]
    assert (plan.weight, plan.count, plan.is_open, plan.cap) == (Decimal("80.9"), 3, True, Money("1000.00", "CNY"))
    assert plan.effective == DateRange(date(2020, 1, 1))
    assert pay.life.effective == DateRange(date(2020, 1, 1), date(2021, 1, 1))
    assert isinstance(plan.pay, Tiered)
    assert plan.pay.rates.side is Side.UPPER
    assert [plan.pay.rates.at(Decimal(n)) for n in ("0.79", "0.8")] == [Rate.parse("1%"), Rate.parse("2%")]
    assert (pay.closes_at, pay.shares["south"]) == (time(12, 30), Rate.parse("60%"))
    assert pay.fee.at(date(2020, 7, 1)) == Money("6.50", "CNY")
    assert book.section("small") == Small(limit=7)


WORK = """
[rulebook]
name = "Sample firm"

[rulebook.working_time]
zone = "Europe/Berlin"
holidays = [2026-01-01]
special = [{ day = 2026-12-24, hours = [{ opens = "09:00", closes = "12:00" }] }]

[[rulebook.working_time.week]]
days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
hours = [{ opens = 09:00:00, closes = "12:00" }, { opens = "13:00", closes = "17:00" }]
"""


def test_working_time_stands_in_the_head() -> None:
    book = parse_rulebook(WORK, registry=REGISTRY)
    assert book.working_time is not None
    week = DateRange(date(2025, 12, 29), date(2026, 1, 5))
    assert [day.day for day in book.working_time.working_days(week)] == [29, 30, 31, 2]
    assert [str(hours) for hours in book.working_time.hours_on(date(2026, 1, 2))] == ["09:00-12:00", "13:00-17:00"]
    assert [str(hours) for hours in book.working_time.hours_on(date(2026, 12, 24))] == ["09:00-12:00"]
    again = parse_rulebook(render_json(dump_rulebook(book)), registry=REGISTRY, format="json")
    assert (again, again.version) == (book, book.version)
    assert parse_rulebook('rulebook.name = "A"').working_time is None


@pytest.mark.parametrize(
    ("old", "new", "path", "value"),
    [
        ("Europe/Berlin", "Europe/Berln", "rulebook.working_time.zone", "Europe/Berln"),
        ('"monday"', '"moonday"', "rulebook.working_time.week[0].days[0]", "moonday"),
        ('"monday"', '"friday"', "rulebook.working_time.week", "friday"),
        ("09:00:00", "9", "rulebook.working_time.week[0].hours[0].opens", 9),
        ('opens = "13:00"', 'opens = "11:00"', "rulebook.working_time.week[0].hours", "09:00-12:00, 11:00-17:00"),
        ("2026-01-01", "2026-12-24", "rulebook.working_time.special", date(2026, 12, 24)),
        ('zone = "Europe/Berlin"\n', "", "rulebook.working_time.zone", None),
        ("holidays", "holiday", "rulebook.working_time.holiday", [date(2026, 1, 1)]),
    ],
)
def test_faults_of_working_time(old: str, new: str, path: str, value: object) -> None:
    assert [(fault.path, fault.value) for fault in faults_in(WORK.replace(old, new, 1))] == [(path, value)]


@settings(max_examples=60)
@given(rulebooks)
def test_what_is_dumped_is_read_as_it_was(book: Rulebook) -> None:
    text = render_json(dump_rulebook(book))
    again = parse_rulebook(text, registry=REGISTRY, format="json")
    assert again == book
    assert again.version == book.version


def test_the_same_document_in_other_words_has_the_same_version() -> None:
    loose = GOOD.replace("weight = 80.9", "# how much\nweight =   80.900").replace('"1%"', '"0.01"')
    assert loose != GOOD
    assert parse_rulebook(loose, registry=REGISTRY).version == parse_rulebook(GOOD, registry=REGISTRY).version
    other = GOOD.replace("weight = 80.9", "weight = 80.91")
    assert parse_rulebook(other, registry=REGISTRY).version != parse_rulebook(GOOD, registry=REGISTRY).version


@pytest.mark.parametrize(("old", "new", "code", "path", "line", "remedy"), BROKEN)
def test_one_broken_place_is_one_fault_there(old: str, new: str, code: str, path: str, line: str, remedy: str) -> None:
    text = GOOD.replace(old, new, 1) if not old.startswith("until") else GOOD.replace(old, new)
    assert text != GOOD
    (fault,) = faults_in(text)
    assert (fault.code, fault.path) == (code, path)
    assert remedy in fault.remedy
    assert fault.line is not None
    assert text.splitlines()[fault.line - 1].startswith(line)


def test_all_faults_come_at_once_in_the_order_of_their_lines() -> None:
    text = GOOD
    replaced = {}
    for old, new, code, path, _, _ in BROKEN:
        if old in text and path.rsplit(".", 1)[0] not in str(replaced) and code != "pay.twin":
            text = text.replace(old, new, 1)
            replaced[path] = code
    found = faults_in(text)
    assert len(found) >= 10
    assert {fault.path: fault.code for fault in found}.items() >= {
        ("pay.shares.north", "wire.wrong_type"),
        ("pay.plans[0].count", "wire.wrong_type"),
        ("small.limit", "wire.invalid_value"),
        ("rulebook.currencies.XBTC", "wire.invalid_value"),
    }
    assert [fault.line for fault in found] == sorted(fault.line or 0 for fault in found)


def test_sections_that_fit_are_checked_though_others_do_not() -> None:
    text = GOOD.replace('id = "flat"', 'id = "base"').replace("limit = 7", "limit = 0")
    assert [fault.code for fault in faults_in(text)] == ["pay.twin", "wire.invalid_value"]


def test_fields_that_are_well_are_validated_beside_one_that_is_not() -> None:
    text = GOOD.replace("weight = 80.9", "weight = -1.5").replace("count = 3", "count = -3").replace("= true", "= 1")
    assert {fault.path for fault in faults_in(text)} == {
        f"pay.plans[0].{field}" for field in ("weight", "count", "is_open")
    }


def test_a_rulebook_table_is_needed() -> None:
    (fault,) = faults_in("[small]")
    assert (fault.path, fault.code) == ("rulebook.name", "wire.missing")


def test_warnings_do_not_keep_a_rulebook_from_loading(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(GOOD.replace('holders = ["cyd"]\n', ""), encoding="utf-8")
    assert load_rulebook(path, registry=REGISTRY).name == "Sample firm"
    (fault,) = check_rulebook(path, registry=REGISTRY)
    assert (fault.code, fault.severity, fault.path, fault.file) == (
        "pay.idle",
        "warning",
        "pay.plans[1].holders",
        str(path),
    )
    assert fault.line == [n for n, line in enumerate(GOOD.splitlines(), 1) if line == "[[pay.plans]]"][1]


def test_checking_gives_errors_and_warnings_together(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(GOOD.replace('holders = ["cyd"]\n', "").replace("limit = 7", "limit = 0"), encoding="utf-8")
    assert [(fault.code, fault.severity) for fault in check_rulebook(path, registry=REGISTRY)] == [
        ("pay.idle", "warning"),
        ("wire.invalid_value", "error"),
    ]
    path.write_text(GOOD, encoding="utf-8")
    assert check_rulebook(path, registry=REGISTRY) == ()
    (overdue,) = check_rulebook(path, date(2020, 12, 2), registry=REGISTRY)
    assert (overdue.code, overdue.line) == ("rulebook.review_overdue", line_of(GOOD, "next_review"))


def test_lines_of_paths_are_found_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(GOOD, encoding="utf-8")
    paths = ["pay.plans[1].trigger", "pay.plans[1].count", "nowhere"]
    assert find_lines(path, paths) == {
        "pay.plans[1].trigger": line_of(GOOD, "trigger"),
        "pay.plans[1].count": line_of(GOOD, "trigger") - 3,
        "nowhere": None,
    }


def test_a_document_may_name_its_schema() -> None:
    plain = parse_rulebook(GOOD, registry=REGISTRY)
    assert parse_rulebook('"$schema" = "rulebook.schema.json"\n' + GOOD, registry=REGISTRY) == plain


def test_json_and_yaml_say_the_same_as_toml(tmp_path: Path) -> None:
    book = parse_rulebook(GOOD, registry=REGISTRY)
    text = json.dumps(dump_rulebook(book))
    for name in ("a.json", "a.yaml", "a.yml", "a.JSON"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert load_rulebook(tmp_path / name, registry=REGISTRY) == book


def test_a_type_that_a_document_cannot_hold_is_the_programmers_error() -> None:
    registry = SectionRegistry(sections={"bad": Wrong})
    with pytest.raises(InvalidValue, match="cannot hold this type"):
        parse_rulebook("rulebook.name = 'A'\n[bad]\nshare = 0.5", registry=registry)


def test_the_house_reads_the_sample_company() -> None:
    sample = Path(__file__).parents[2] / "examples" / "adventureworks" / "rulebook.toml"
    book = load_rulebook(sample)
    assert set(book.sections) >= {"quotas", "commissions"}
    assert parse_rulebook(json.dumps(dump_rulebook(book)), format="json") == book
    assert [fault for fault in check_rulebook(sample) if fault.severity == "error"] == []


def test_a_check_that_names_a_place_inside_gets_the_line_around_it() -> None:
    def check(policy: Any) -> tuple[Fault, ...]:
        return (Fault(code="x.y", path="limit.deep[3]", problem="p", remedy="r"),)

    registry = SectionRegistry(sections={}).with_section("small", Small, check)
    with pytest.raises(InvalidDocument) as caught:
        parse_rulebook("rulebook.name = 'A'\n[small]\nlimit = 7", registry=registry)
    assert caught.value.faults[0].line == 3
