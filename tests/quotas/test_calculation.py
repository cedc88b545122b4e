"""What a holder has to sell over a span: sums, proration, and everything that is missing, at once."""

from __future__ import annotations

import itertools
import tomllib
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    DateRange,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    PolicyLife,
    Rounding,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.quotas import Quota, QuotaPolicy, calculate_quota, calculate_quotas


def faults_of(call) -> list:
    with pytest.raises(InvalidDocument) as caught:
        call()
    return list(caught.value.faults)


def test_whole_lines_are_summed_in_any_order(make_line, policy, calendar) -> None:
    lines = [make_line("2020-M01", "100.10"), make_line("2020-M02", "200"), make_line("2020-M03", "300.015")]
    lines += [make_line("2020-M01", "999", holder="bo"), make_line("2020-M01", "7", unit="count", measure="quantity")]
    quarter = calendar.period("2020-Q1").span
    for order in itertools.permutations(lines):
        held = calculate_quota("ana", quarter, order, policy, calendar)
        assert (held.amount, held.unit, held.measure) == (Decimal("600.115"), "USD", "amount")
        assert [piece.quota.id for piece in held.pieces] == ["ana:2020-M01", "ana:2020-M02", "ana:2020-M03"]
    assert (
        calculate_quota("ana", calendar.period("2020-01").span, lines, policy, calendar, measure="quantity").amount == 7
    )


def test_lines_outside_the_span_do_not_count(make_line, policy, calendar) -> None:
    lines = [make_line(f"2020-M0{month}", month) for month in (1, 2, 3)]
    assert calculate_quota("ana", calendar.period("2020-M02").span, lines, policy, calendar).amount == 2


def test_a_part_of_a_line_is_its_days_share(make_line, policy, calendar) -> None:
    span = DateRange(date(2020, 1, 31), date(2020, 2, 2))
    held = calculate_quota("ana", span, [make_line("2020-M01", "310"), make_line("2020-M02", "100")], policy, calendar)
    assert [str(piece.amount) for piece in held.pieces] == ["10.00", "3.45"]
    assert [(piece.before, piece.through, piece.days) for piece in held.pieces] == [(30, 31, 31), (0, 1, 29)]


@settings(deadline=None)
@given(
    cents=st.integers(0, 10**9),
    days=st.integers(1, 400),
    cuts=st.sets(st.integers(1, 399), max_size=8),
    mode=st.sampled_from(["half_up", "half_even", "up", "down", "ceiling", "floor"]),
)
def test_the_pieces_of_any_cutting_sum_to_the_line(cents, days, cuts, mode) -> None:
    policy = QuotaPolicy(
        life=PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1))),
        rounding=Rounding(digits=2, mode=mode),
        proration="prorate_by_days",
    )
    start = date(2020, 1, 1)
    line = Quota(
        id="q",
        holder="ana",
        span=DateRange(start, start + timedelta(days=days)),
        amount=Decimal(cents).scaleb(-3),
        unit="USD",
    )
    edges = [0, *sorted(cut for cut in cuts if cut < days), days]
    calendar = FiscalCalendar()
    pieces = [
        calculate_quota(
            "ana", DateRange(start + timedelta(days=a), start + timedelta(days=b)), [line], policy, calendar
        )
        for a, b in itertools.pairwise(edges)
    ]
    assert sum(piece.amount for piece in pieces) == line.amount
    for piece, (a, b) in zip(pieces, itertools.pairwise(edges), strict=True):
        assert abs(Fraction(piece.amount) - Fraction(line.amount) * (b - a) / days) < Fraction(2, 100)
        assert piece.derivation().recompute() == piece.amount
        assert piece.amount >= 0


def test_a_part_is_refused_where_policy_says_so(make_line, make_policy, calendar) -> None:
    policy, line = make_policy(proration="refuse"), make_line("2020-Q1")
    assert calculate_quota("ana", line.span, [line], policy, calendar).amount == 100
    for span in (DateRange(date(2020, 1, 2), line.span.end), DateRange(line.span.start, date(2020, 3, 31))):
        (fault,) = faults_of(lambda span=span: calculate_quota("ana", span, [line], policy, calendar))
        assert (fault.code, fault.path) == ("quotas.partial_line", "quotas[ana]")
        assert "90 of the 91 days of line ana:2020-Q1" in fault.problem


def test_missing_months_are_all_named_with_the_remedy(make_line, policy, calendar) -> None:
    lines = [make_line("2020-M02"), make_line("2020-M05"), make_line("2020-M01", holder="bo")]
    span = calendar.period("2020-H1").span
    (ana, bo) = faults_of(lambda: calculate_quotas(["ana", "bo"], span, lines, policy, calendar))
    assert ana.code == bo.code == "quotas.missing"
    assert "ana has no quota" in ana.problem
    assert "missing: 2020-M01, 2020-M03, 2020-M04, 2020-M06" in ana.problem
    document = tomllib.loads(ana.remedy.split("\n", 1)[1])
    assert document == {
        "quotas": {
            "ramps": [
                {
                    "id": "ana-2020-01-01",
                    "holders": ["ana"],
                    "starts": date(2020, 1, 1),
                    "shares": ["50%"],
                    "base": "next",
                },
                {
                    "id": "ana-2020-03-01",
                    "holders": ["ana"],
                    "starts": date(2020, 3, 1),
                    "shares": ["50%", "50%"],
                    "base": "next",
                },
            ]
        }
    }
    assert bo.remedy == "add a target line for the days that are missing"  # no later month, so no ramp could help


def test_a_month_with_a_line_for_some_days_only_is_missing_in_part(make_line, policy, calendar) -> None:
    half = make_line("2020-M01", span=DateRange(date(2020, 1, 10), date(2020, 1, 20)))
    (fault,) = faults_of(
        lambda: calculate_quota(
            "ana", calendar.period("2020-M01").span, [half, make_line("2020-M02")], policy, calendar
        )
    )
    assert "2020-M01 (in part: [2020-01-01, 2020-01-10), [2020-01-20, 2020-02-01))" in fault.problem
    assert "ramp" not in fault.remedy  # a ramp fills whole months only


def test_a_span_that_begins_within_a_missing_month_names_the_month(make_line, policy, calendar) -> None:
    span = DateRange(date(2020, 1, 17), date(2020, 3, 1))
    (fault,) = faults_of(lambda: calculate_quota("ana", span, [make_line("2020-M02")], policy, calendar))
    assert "missing: 2020-M01;" in str(fault)
    assert "starts = 2020-01-01" in fault.remedy


def test_names_are_escaped_in_the_remedy(make_line, policy, calendar) -> None:
    name = 'O"Hara\\\n\x7f李'
    lines = [make_line("2020-M02", holder=name)]
    (fault,) = faults_of(lambda: calculate_quota(name, calendar.period("2020-Q1").span, lines, policy, calendar))
    assert tomllib.loads(fault.remedy.split("\n", 1)[1])["quotas"]["ramps"][0]["holders"] == [name]


def test_overlapping_lines_are_named(make_line, policy, calendar) -> None:
    lines = [make_line("2020-Q1"), make_line("2020-M01"), make_line("2020-M03")]
    found = faults_of(lambda: calculate_quota("ana", calendar.period("2020-Q1").span, lines, policy, calendar))
    assert [fault.code for fault in found] == ["quotas.overlapping_lines"] * 2
    assert "ana:2020-M01 and ana:2020-Q1 both cover 2020-01-01" in found[0].problem
    assert "ana:2020-Q1 and ana:2020-M03 both cover 2020-03-01" in found[1].problem


def test_lines_in_two_units_are_refused(make_line, policy, calendar) -> None:
    lines = [make_line("2020-M01"), make_line("2020-M02", unit="EUR"), make_line("2020-M03")]
    (fault,) = faults_of(lambda: calculate_quota("ana", calendar.period("2020-Q1").span, lines, policy, calendar))
    assert (fault.code, fault.value) == ("quotas.mixed_units", "EUR, USD")


def test_an_open_span_is_refused(policy, calendar) -> None:
    with pytest.raises(InvalidValue, match="closed span"):
        calculate_quota("ana", DateRange(date(2020, 1, 1)), [], policy, calendar)


def test_market_shares_are_averaged_by_days_and_never_prorated(make_line, make_policy, calendar) -> None:
    policy = make_policy(proration="refuse")
    share = {"unit": "share", "measure": "market_share"}
    lines = [make_line("2020-M01", "0.10", **share), make_line("2020-M02", "0.20", **share)]
    span = DateRange(date(2020, 1, 22), date(2020, 2, 21))  # ten days of January, twenty of February
    held = calculate_quota("ana", span, lines, policy, calendar, measure="market_share")
    assert held.amount == Fraction(1, 6)
    assert held.derivation().recompute() == Fraction(1, 6)


def test_a_calendar_of_weeks_names_its_own_months(make_line, policy) -> None:
    retail = FiscalCalendar(pattern="4-4-5", first_month=2)
    months = [retail.period(f"2020-M{number:02}") for number in (1, 2, 3)]
    lines = [make_line("2020-M01", 10, id=str(month), span=month.span) for month in months]
    quarter = retail.period("2020-Q1").span
    assert calculate_quota("ana", quarter, lines, policy, retail).amount == 30
    (fault,) = faults_of(lambda: calculate_quota("ana", quarter, lines[1:], policy, retail))
    assert "missing: 2020-M01;" in str(fault)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "-0.01"),
        ("holder", " "),
        ("id", ""),
        ("span", DateRange(date(2020, 1, 1))),
        ("unit", ""),
        ("measure", ""),
    ],
)
def test_a_line_says_what_it_cannot_hold(make_line, field, value) -> None:
    with pytest.raises(InvalidValue, match=field):
        make_line("2020-M01", **{field: value}) if field != "amount" else make_line("2020-M01", value)
    assert make_line("2020-M01", 0).amount == 0


def test_a_part_never_passes_a_line_that_is_finer_than_the_smallest_unit(make_line, policy, calendar) -> None:
    span = DateRange(date(2020, 1, 1), date(2020, 1, 31))
    first = calculate_quota("ana", span, [make_line("2020-M01", "0.006")], policy, calendar)
    assert (str(first.amount), first.derivation().recompute()) == ("0.006", Decimal("0.006"))  # not 0.01
    rest = DateRange(date(2020, 1, 31), date(2020, 2, 1))
    assert calculate_quota("ana", rest, [make_line("2020-M01", "0.006")], policy, calendar).amount == 0


def test_a_holder_without_any_line_is_missing_and_nothing_else(make_line, policy, calendar) -> None:
    (fault,) = faults_of(lambda: calculate_quota("zoe", calendar.period("2020-M01").span, [], policy, calendar))
    assert (fault.code, fault.path) == ("quotas.missing", "quotas[zoe]")


# Working days

OFFICE = WorkingTime(
    zone="Asia/Shanghai",
    week=[
        WeekdayHours(
            days=["monday", "tuesday", "wednesday", "thursday", "friday"],
            hours=[WorkingHours(opens=time(9), closes=time(17))],
        )
    ],
    holidays=[date(2020, 1, 1)],
)


@pytest.mark.parametrize(
    ("start", "end", "amount"),
    [
        (date(2020, 1, 1), date(2020, 1, 2), 0),  # a holiday
        (date(2020, 1, 1), date(2020, 1, 3), 10),
        (date(2020, 1, 3), date(2020, 1, 6), 10),  # Friday to Sunday
        (date(2020, 1, 4), date(2020, 1, 6), 0),
        (date(2020, 1, 2), date(2020, 2, 1), 220),
        (date(2020, 1, 1), date(2020, 2, 1), 220),
    ],
)
def test_a_part_is_the_share_of_its_working_days(make_line, make_policy, calendar, start, end, amount) -> None:
    """January 2020 has 22 working days, so a quota of 220 is 10 for each."""
    policy = make_policy(day_count="working")
    span, lines = DateRange(start, end), [make_line("2020-M01", 220)]
    held = calculate_quota("ana", span, lines, policy, calendar, working_time=OFFICE)
    assert held.amount == held.derivation().recompute() == amount


def test_working_days_need_somebody_who_knows_them_only_where_a_line_is_cut(make_line, make_policy, calendar) -> None:
    policy, lines = make_policy(day_count="working"), [make_line("2020-M01", 220)]
    assert calculate_quota("ana", lines[0].span, lines, policy, calendar).amount == 220
    with pytest.raises(InvalidValue, match=r"^working_time: None is not valid; this policy counts working days"):
        calculate_quota("ana", DateRange(date(2020, 1, 1), date(2020, 1, 2)), lines, policy, calendar)


def test_a_line_without_a_working_day_is_cut_by_calendar_days(make_line, make_policy, calendar) -> None:
    weekend = make_line("2020-M01", 10, span=DateRange(date(2020, 1, 4), date(2020, 1, 6)))
    for days in (DateRange(date(2020, 1, 4), date(2020, 1, 5)), DateRange(date(2020, 1, 5), date(2020, 1, 6))):
        held = calculate_quota("ana", days, [weekend], make_policy(day_count="working"), calendar, working_time=OFFICE)
        assert held.amount == 5


def test_a_part_is_refused_whatever_days_count(make_line, make_policy, calendar) -> None:
    policy = make_policy(day_count="working", proration="refuse")
    almost = DateRange(date(2020, 1, 2), date(2020, 2, 1))  # all but a holiday
    (fault,) = faults_of(lambda: calculate_quota("ana", almost, [make_line("2020-M01")], policy, calendar))
    assert (fault.code, "30 of the 31 days" in fault.problem) == ("quotas.partial_line", True)


@settings(deadline=None)
@given(st.integers(0, 10**7), st.sets(st.integers(1, 90), max_size=6))
def test_pieces_by_working_days_sum_to_the_line_too(cents, cuts) -> None:
    quarter = DateRange(date(2020, 1, 1), date(2020, 4, 1))
    policy = QuotaPolicy(
        life=PolicyLife(status="draft", scope="all", owner="ops", effective=quarter),
        rounding=Rounding(digits=2, mode="half_up"),
        proration="prorate_by_days",
        day_count="working",
    )
    line = Quota(id="q", holder="ana", span=quarter, amount=f"{cents}e-2", unit="USD")
    edges = [quarter.start + timedelta(days=day) for day in (0, *sorted(cuts), 91)]
    parts = [
        calculate_quota("ana", DateRange(*pair), [line], policy, FiscalCalendar(), working_time=OFFICE).amount
        for pair in itertools.pairwise(edges)
    ]
    assert sum(parts) == line.amount


def test_a_part_that_rounds_to_the_whole_is_rounded_and_one_that_would_pass_it_is_capped(
    make_line, policy, calendar
) -> None:
    almost = DateRange(date(2020, 1, 1), date(2020, 1, 31))
    for amount, label in (("0.01", "quotas.label.rounded_quota"), ("0.009", "quotas.label.capped_quota")):
        held = calculate_quota("ana", almost, [make_line("2020-M01", amount)], policy, calendar)
        (piece,) = held.pieces
        assert (str(piece.amount), piece.derivation().terms[0].label) == (amount, label)
