"""What changed between two rulebooks: by stable ids, complete, and nothing where they are equal."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from sample_policies import Flat, PayPolicy, Small, Tiered, book_of, life, plan
from sample_strategies import rulebook_pairs

from salesrules.core import (
    Band,
    BandTable,
    Dated,
    DatedValue,
    DateRange,
    FiscalCalendar,
    Money,
    Rate,
    Rounding,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.rulebook import Change, Rulebook, diff
from salesrules.rulebook.reasons import REASONS

MIRROR = {
    "rulebook.entry_added": "rulebook.entry_removed",
    "rulebook.entry_removed": "rulebook.entry_added",
    "rulebook.section_added": "rulebook.section_removed",
    "rulebook.section_removed": "rulebook.section_added",
}
NEW_YEAR = date(2020, 1, 1)


def only(old: Rulebook, new: Rulebook) -> tuple[str, str, Any, Any]:
    (change,) = diff(old, new)
    return change.code, change.path, change.old, change.new


@settings(max_examples=60)
@given(rulebook_pairs())
def test_there_are_changes_exactly_where_rulebooks_differ(pair: tuple[Rulebook, Rulebook]) -> None:
    old, new = pair
    assert (diff(old, new) == ()) == (old == new)
    assert diff(old, old) == ()


@settings(max_examples=60)
@given(rulebook_pairs())
def test_the_way_back_undoes_the_way_there(pair: tuple[Rulebook, Rulebook]) -> None:
    old, new = pair

    def key(change: Change) -> tuple[str, str, str, str]:
        return change.code, change.path, repr(change.old), repr(change.new)

    there = [
        Change(code=MIRROR.get(change.code, change.code), path=change.path, old=change.new, new=change.old)
        for change in diff(old, new)
    ]
    assert sorted(map(key, there)) == sorted(map(key, diff(new, old)))


@settings(max_examples=60)
@given(rulebook_pairs())
def test_every_change_can_be_put_in_words(pair: tuple[Rulebook, Rulebook]) -> None:
    old, new = pair
    for change in diff(old, new):
        reason = change.to_reason()
        assert reason.code == change.code
        assert reason.path == reason.parameters["place"] == change.path
        assert change.code in {code.code for code in REASONS}


def test_the_head_of_the_document() -> None:
    old = Rulebook(name="Old")
    new = Rulebook(name="New", currency_digits={"XBT": 8}, calendar=FiscalCalendar(first_month=4))
    assert [(change.code, change.path, change.old, change.new) for change in diff(old, new)] == [
        ("rulebook.value_changed", "rulebook.name", "Old", "New"),
        ("rulebook.entry_added", "rulebook.currencies.XBT", None, 8),
        ("rulebook.value_changed", "rulebook.calendar.first_month", 1, 4),
    ]


def test_working_time_comes_changes_and_goes() -> None:
    hours = [WorkingHours(opens=time(9), closes=time(17))]
    work = WorkingTime(zone="Asia/Shanghai", week=[WeekdayHours(days=["monday"], hours=hours)])
    without, with_it = Rulebook(name="A"), Rulebook(name="A", working_time=work)
    feast = Rulebook(name="A", working_time=attrs.evolve(work, holidays=[NEW_YEAR]))
    assert only(without, with_it) == ("rulebook.value_changed", "rulebook.working_time", None, work)
    assert only(with_it, without) == ("rulebook.value_changed", "rulebook.working_time", work, None)
    assert only(with_it, feast) == ("rulebook.value_changed", "rulebook.working_time.holidays", (), (NEW_YEAR,))
    assert len({without.version, with_it.version, feast.version}) == 3


def test_sections_come_and_go() -> None:
    with_it, without = Rulebook(name="A", sections={"small": Small()}), Rulebook(name="A")
    assert only(without, with_it) == ("rulebook.section_added", "small", None, Small())
    assert only(with_it, without) == ("rulebook.section_removed", "small", Small(), None)


def test_entries_are_matched_by_id_wherever_they_stand() -> None:
    new = book_of(plan("zero"), plan("base", count=2))
    assert [(change.code, change.path) for change in diff(book_of(plan("base"), plan("gone")), new)] == [
        ("rulebook.value_changed", "pay.plans[id=base].count"),
        ("rulebook.entry_removed", "pay.plans[id=gone]"),
        ("rulebook.entry_added", "pay.plans[id=zero]"),
    ]


def test_another_order_of_the_same_entries_is_a_change() -> None:
    old, new = book_of(plan("a"), plan("b")), book_of(plan("b"), plan("a"))
    assert only(old, new) == ("rulebook.order_changed", "pay.plans", ("[id=a]", "[id=b]"), ("[id=b]", "[id=a]"))


def test_effective_days_and_status_have_codes_of_their_own() -> None:
    later = DateRange(date(2020, 7, 1))
    changed = only(book_of(plan("a")), book_of(plan("a", effective=later)))
    assert changed == ("rulebook.effective_changed", "pay.plans[id=a].effective", DateRange(NEW_YEAR), later)
    changed = only(book_of(life=life(status="approved")), book_of(life=life(status="in_force")))
    assert changed == ("rulebook.status_changed", "pay.life.status", "approved", "in_force")


def test_another_kind_is_one_change() -> None:
    tiered = Tiered(rates=BandTable(bands=(Band(start=0, value=Rate.parse("1%")),)))
    changed = only(book_of(plan("a")), book_of(plan("a", pay=tiered)))
    assert changed == ("rulebook.kind_changed", "pay.plans[id=a].pay", "flat", "tiered")


def test_classes_without_a_kind_are_told_by_their_name() -> None:
    old, new = (Rulebook(name="A", sections={"x": value}) for value in (Small(), PayPolicy(life=life())))
    assert only(old, new) == ("rulebook.kind_changed", "x", "Small", "PayPolicy")


def test_bands_are_known_by_where_they_start() -> None:
    def book(**rates: str) -> Rulebook:
        bands = tuple(Band(start=Decimal(start[1:]), value=Rate.parse(rate)) for start, rate in rates.items())
        return book_of(plan("a", pay=Tiered(rates=BandTable(bands=bands))))

    old, new = book(_0="1%", _100="2%"), book(_0="1%", _50="2%", _100="3%")
    assert [(change.code, change.path, change.new) for change in diff(old, new)] == [
        ("rulebook.value_changed", "pay.plans[id=a].pay.rates[from=100].value", Rate.parse("3%")),
        ("rulebook.entry_added", "pay.plans[id=a].pay.rates[from=50]", Band(start=Decimal(50), value=Rate.parse("2%"))),
    ]


def test_a_bound_written_otherwise_is_the_same_band() -> None:
    def book(rate: str, *starts: Decimal | int | None) -> Rulebook:
        bands = tuple(Band(start=start, value=Rate.parse(rate)) for start in starts)
        return book_of(plan("a", pay=Tiered(rates=BandTable(bands=bands))))

    old, new = book("1%", None, 0, Decimal(100)), book("2%", None, Decimal("0.0"), Decimal("1E+2"))
    path = "pay.plans[id=a].pay.rates"
    assert [change.path for change in diff(old, new)] == [f"{path}[from={n}].value" for n in ("-∞", "0", "100")]


def test_dated_values_are_known_by_their_days() -> None:
    def book(amount: int) -> Rulebook:
        entries = (DatedValue(effective=DateRange(NEW_YEAR), value=Money(amount, "CNY")),)
        return book_of(fee=Dated(subject="fee", entries=entries))

    path = "pay.fee.entries[effective=[2020-01-01, …)].value"
    assert only(book(1), book(2)) == ("rulebook.value_changed", path, Money(1, "CNY"), Money(2, "CNY"))


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("cap", None, Money(5, "CNY")),
        ("cap", Money(5, "CNY"), Money(6, "CNY")),
        ("holders", ("ann",), ("ann", "bob")),
        ("holders", ("ann", "bob"), ("bob", "ann")),
        ("weight", Decimal(1), Decimal("1.1")),
        ("is_open", False, True),
    ],
)
def test_plain_values_change_as_a_whole(field: str, old: Any, new: Any) -> None:
    changed = only(book_of(plan("a", **{field: old})), book_of(plan("a", **{field: new})))
    assert changed == ("rulebook.value_changed", f"pay.plans[id=a].{field}", old, new)


def test_a_rounding_is_one_value_and_a_value_that_appears_is_one_too() -> None:
    cents, whole = Rounding(digits=2, mode="half_up"), Rounding(digits=0, mode="half_up")
    assert only(book_of(rounding=cents), book_of(rounding=whole))[1] == "pay.rounding"
    assert only(book_of(), book_of(rounding=whole))[1] == "pay.rounding"


def test_an_equal_number_written_otherwise_is_no_change() -> None:
    assert diff(book_of(plan("a", weight=Decimal("1.50"))), book_of(plan("a", weight=Decimal("1.5")))) == ()


def test_mappings_change_by_name() -> None:
    old, new = book_of(shares={"n": Rate.parse("40%")}), book_of(shares={"n": Rate.parse("50%"), "s": Rate.parse("1%")})
    assert [(change.code, change.path) for change in diff(old, new)] == [
        ("rulebook.value_changed", "pay.shares.n"),
        ("rulebook.entry_added", "pay.shares.s"),
    ]


def test_twins_of_an_id_are_told_apart_by_their_count() -> None:
    old, new = book_of(plan("a"), plan("a")), book_of(plan("a"), plan("a", count=2))
    assert only(old, new)[1] == "pay.plans[id=a][2].count"


def test_records_without_id_are_matched_by_position() -> None:
    @attrs.frozen(kw_only=True)
    class Pair:
        pays: tuple[Flat, ...]

    old, new = (
        Rulebook(name="A", sections={"x": Pair(pays=tuple(Flat(amount=Money(n, "CNY")) for n in amounts))})
        for amounts in ((1, 2), (1, 3, 4))
    )
    assert [(change.code, change.path) for change in diff(old, new)] == [
        ("rulebook.value_changed", "x.pays[1].amount"),
        ("rulebook.entry_added", "x.pays[2]"),
    ]
