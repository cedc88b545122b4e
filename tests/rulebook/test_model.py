"""Rulebooks: sections, look-up by reference, what decides on a day."""

from __future__ import annotations

import pickle
from datetime import date

import attrs
import pytest
from sample_policies import PayPolicy, Plan, Small, book_of, life, plan

from salesrules.core import DateRange, FiscalCalendar, InvalidValue, PolicyReference, PolicyStatus, UnknownName
from salesrules.rulebook import Rulebook, Standing

DAY = date(2020, 6, 1)


def test_sections_by_name_and_by_class() -> None:
    book = book_of(plan("base"))
    assert book.policy(PayPolicy) is book.section("pay")
    assert (book.name, book.calendar, dict(book.currency_digits)) == ("Sample", FiscalCalendar(), {})
    with pytest.raises(UnknownName) as caught:
        book.section("pya")
    assert caught.value.nearest == ("pay",)


def test_a_class_that_no_section_or_several_hold_is_unknown() -> None:
    book = Rulebook(name="Sample", sections={"one": Small(), "two": Small()})
    for wanted in (Small, PayPolicy):
        with pytest.raises(UnknownName) as caught:
            book.policy(wanted)
        assert (caught.value.name, caught.value.nearest) == (wanted.__name__, ("one", "two"))


@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_rulebook_has_a_name(name: str) -> None:
    with pytest.raises(InvalidValue, match="name"):
        Rulebook(name=name)


@pytest.mark.parametrize("section", ["rulebook", "two words"])
def test_a_section_has_a_name_that_a_document_can_use(section: str) -> None:
    with pytest.raises(InvalidValue, match="sections"):
        Rulebook(name="Sample", sections={section: Small()})


@pytest.mark.parametrize(
    ("code", "digits"),
    [("xbt", 8), ("XBTC", 8), ("XB", 8), ("X1T", 8), ("ÄÖÜ", 2), ("XBT", -1), ("XBT", 13), ("XBT", True)],
)
def test_currencies_have_codes_and_digits_in_bounds(code: str, digits: int) -> None:
    with pytest.raises(InvalidValue) as caught:
        Rulebook(name="Sample", currency_digits={code: digits})
    assert caught.value.field == f"currencies.{code}"


@pytest.mark.parametrize("digits", [0, 12])
def test_a_firms_own_digits_win_over_iso(digits: int) -> None:
    book = Rulebook(name="Sample", currency_digits={"CNY": digits})
    assert (book.currencies.digits("CNY"), book.currencies.digits("JPY")) == (digits, 0)


def test_an_entry_is_found_by_type_and_id() -> None:
    book = book_of(plan("base"), plan("extra"))
    reference = PolicyReference("Plan", "extra", "cap")
    found = book.find(reference)
    assert (found.value.id, found.path, found.stable_path) == ("extra", "pay.plans[1]", "pay.plans[id=extra]")
    assert book.path_of(reference) == "pay.plans[1].cap"
    assert book.path_of(PolicyReference("Plan", "extra")) == "pay.plans[1]"
    assert found.reference == PolicyReference("Plan", "extra")


@pytest.mark.parametrize("id", ["", "pay"])
def test_a_sections_own_knobs_are_found_without_an_id(id: str) -> None:
    assert book_of().path_of(PolicyReference("PayPolicy", id, "note")) == "pay.note"


def test_an_unknown_entry_names_the_nearest_of_its_type() -> None:
    with pytest.raises(UnknownName) as caught:
        book_of(plan("base")).find(PolicyReference("Plan", "bass"))
    assert caught.value.nearest == ("base",)
    with pytest.raises(UnknownName):
        book_of(plan("base")).find(PolicyReference("Small", "base"))


@attrs.frozen(kw_only=True)
class Group:
    id: str
    plans: tuple[Plan, ...]


@attrs.frozen(kw_only=True)
class GroupPolicy:
    groups: tuple[Group, ...]


def test_an_id_that_is_unique_among_siblings_only_is_found_when_qualified() -> None:
    groups = tuple(Group(id=id, plans=(plan("quota"),)) for id in ("east", "west"))
    book = Rulebook(name="Sample", sections={"all": GroupPolicy(groups=groups)})
    with pytest.raises(InvalidValue, match=r"all.groups\[0\].plans\[0\], all.groups\[1\].plans\[0\]"):
        book.find(PolicyReference("Plan", "quota"))
    assert book.path_of(PolicyReference("Plan", "west/quota")) == "all.groups[1].plans[0]"


def test_entries_inside_mappings_are_found() -> None:
    book = Rulebook(name="Sample", sections={"all": GroupPolicy(groups=())})
    assert [entry.path for entry in book.entries] == ["all"]

    @attrs.frozen(kw_only=True)
    class Named:
        plans: dict[str, Plan]

    book = Rulebook(name="Sample", sections={"all": Named(plans={"first": plan("base")})})
    assert book.path_of(PolicyReference("Plan", "base")) == "all.plans.first"


APRIL, JULY = date(2020, 4, 1), date(2020, 7, 1)


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2020, 3, 31), Standing.NOT_YET),
        (APRIL, Standing.DECIDES),
        (date(2020, 6, 30), Standing.DECIDES),
        (JULY, Standing.ENDED),
    ],
)
def test_an_entry_decides_within_its_days(day: date, standing: Standing) -> None:
    book = book_of(plan("base", effective=DateRange(APRIL, JULY)))
    view = book.as_of(day)
    assert view.standing(PolicyReference("Plan", "base")) is standing
    assert ("base" in {entry.id for entry in book.deciding_entries(day)}) == (standing is Standing.DECIDES)
    assert view.deciding == book.deciding_entries(day)
    assert (view.day, view.rulebook) == (day, book)


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (PolicyStatus.DRAFT, Standing.NOT_APPROVED),
        (PolicyStatus.REVIEWED, Standing.NOT_APPROVED),
        (PolicyStatus.APPROVED, Standing.DECIDES),
        (PolicyStatus.IN_FORCE, Standing.DECIDES),
        (PolicyStatus.SUPERSEDED, Standing.DECIDES),
    ],
)
def test_an_unapproved_section_decides_nothing_nor_does_anything_in_it(
    status: PolicyStatus, standing: Standing
) -> None:
    book = book_of(plan("base"), life=life(status=status))
    view = book.as_of(DAY)
    assert [found for _, found in view.standings] == [standing, standing]


def test_the_life_of_a_section_bounds_what_is_in_it() -> None:
    book = book_of(plan("base"), life=life(effective=DateRange(date(2020, 1, 1), APRIL)))
    assert book.as_of(APRIL).deciding == ()
    assert len(book.as_of(date(2020, 3, 31)).deciding) == 2


def test_a_section_that_is_no_class_is_an_entry_all_the_same() -> None:
    book = Rulebook(name="Sample", sections={"words": ("a", "b")})
    assert [(entry.path, entry.type, entry.id) for entry in book.entries] == [("words", "tuple", "words")]


def test_a_rulebook_survives_pickling() -> None:
    book = book_of(plan("base"))
    again = pickle.loads(pickle.dumps(book))
    assert (again, again.version) == (book, book.version)
