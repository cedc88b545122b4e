"""The lint of a rulebook: rooms' checks with full paths, overdue and missing reviews, unapproved versions."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from sample_policies import REGISTRY, Small, book_of, life, plan

from salesrules.core import DateRange, Fault, InvalidDocument, InvalidValue, PolicyLife, PolicyStatus, UnknownName
from salesrules.rulebook import Rulebook, check, check_section

REVIEW = date(2020, 12, 1)


def codes(book: Rulebook, as_of: date | None = None) -> list[tuple[str, str]]:
    return [(fault.code, fault.path) for fault in check(book, as_of, REGISTRY)]


def test_faults_of_a_room_get_the_path_of_its_section() -> None:
    assert codes(book_of(plan("base"), plan("base"))) == [("pay.twin", "pay.plans[1].id")]


def test_a_section_without_a_check_and_a_clean_rulebook_have_no_faults() -> None:
    assert check(Rulebook(name="Sample", sections={"small": Small()}), registry=REGISTRY) == ()
    assert check(book_of(plan("base")), registry=REGISTRY) == ()


def test_a_section_that_is_not_in_the_registry_is_unknown() -> None:
    with pytest.raises(UnknownName):
        check(Rulebook(name="Sample", sections={"smalls": Small()}), registry=REGISTRY)


@pytest.mark.parametrize(("day", "overdue"), [(REVIEW, False), (date(2020, 12, 2), True)])
def test_a_review_is_overdue_from_the_day_after_it(day: date, overdue: bool) -> None:
    expected = [("rulebook.review_overdue", "pay.life.next_review")] if overdue else []
    assert codes(book_of(plan("base")), day) == expected
    assert [finding.code for finding in book_of().as_of(day).findings] == [code for code, _ in expected]


def test_a_superseded_version_needs_no_review() -> None:
    old = life(status=PolicyStatus.SUPERSEDED, next_review=None)
    assert codes(book_of(plan("base"), life=old), date(2020, 6, 1)) == []


def test_a_missing_review_is_found_on_any_day_and_without_one() -> None:
    book = book_of(plan("base"), life=life(next_review=None))
    found = [("rulebook.review_missing", "pay.life.next_review")]
    assert codes(book) == found
    assert codes(book, date(2020, 6, 1)) == found


@pytest.mark.parametrize("status", [PolicyStatus.DRAFT, PolicyStatus.REVIEWED])
@pytest.mark.parametrize(
    ("day", "found"),
    [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2020, 11, 30), True), (date(2021, 1, 1), False)],
)
def test_an_unapproved_version_is_found_on_the_days_it_would_hold(status: PolicyStatus, day: date, found: bool) -> None:
    book = book_of(plan("base"), life=life(status=status, next_review=date(2030, 1, 1)))
    assert codes(book, day) == ([("rulebook.not_approved", "pay.life.status")] if found else [])
    assert codes(book) == []


def test_findings_on_lives_are_warnings_and_say_whose_they_are() -> None:
    book = book_of(life=life(status=PolicyStatus.DRAFT, next_review=None))
    assert {fault.severity for fault in check(book, date(2020, 6, 1), REGISTRY)} == {"warning"}
    findings = book.as_of(date(2020, 6, 1)).findings
    assert {finding.parameters["owner"] for finding in findings} == {"head of sales"}
    assert {finding.parameters["place"] for finding in findings} == {"pay"}


def raising(error: Exception) -> object:
    def check_policy(policy: object) -> tuple[Fault, ...]:
        raise error

    return check_policy


def test_what_a_check_raises_becomes_faults() -> None:
    fault = Fault(code="x.y", path="", problem="p", remedy="r")
    (found,) = check_section("pay", None, raising(InvalidDocument((fault,))))  # type: ignore[arg-type]  # a test's check
    assert (found.code, found.path) == ("x.y", "pay")
    (found,) = check_section("pay", None, raising(InvalidValue("[0].id", 5, "mend it")))  # type: ignore[arg-type]  # as above
    assert (found.path, found.value, found.remedy) == ("pay[0].id", 5, "mend it")


def test_a_bug_in_a_check_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        check_section("pay", None, raising(ZeroDivisionError()))  # type: ignore[arg-type]  # a test's check


@attrs.frozen(kw_only=True)
class Version:
    id: str
    life: PolicyLife


def test_entries_with_a_life_of_their_own_are_reviewed_too() -> None:
    held = DateRange(date(2020, 1, 1))
    old, new = life(effective=held), life(effective=held, next_review=date(2030, 1, 1))
    book = Rulebook(name="Sample", sections={"versions": (Version(id="old", life=old), Version(id="new", life=new))})
    (finding,) = book.as_of(date(2025, 1, 1)).findings
    assert (finding.path, finding.parameters["place"]) == ("versions[0].life.next_review", "versions[id=old]")
