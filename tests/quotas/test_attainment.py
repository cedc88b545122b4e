"""Attainment and pace, with both edges of the threshold."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    Band,
    BandTable,
    DateRange,
    FiscalCalendar,
    InvalidValue,
    Outcome,
    PolicyLife,
    Rounding,
    Side,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.quotas import (
    PacePolicy,
    Quota,
    QuotaPolicy,
    calculate_attainment,
    calculate_pace,
    calculate_quota,
    check_pace,
)

LIFE = PolicyLife(status="in_force", scope="all", owner="ops", approver="boss", effective=DateRange(date(2019, 1, 1)))


def pace_policy(side: str = "lower", life: PolicyLife = LIFE, **changes) -> QuotaPolicy:
    bands = (
        Band(start=None, value="behind"),
        Band(start=Decimal("0.9"), value="on_pace"),
        Band(start=Decimal("1.1"), value="ahead"),
    )
    pace = PacePolicy(id="pace", status=BandTable(bands=bands, side=Side(side)), **changes)
    return QuotaPolicy(life=life, rounding=Rounding(digits=2, mode="half_up"), pace=pace)


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


def test_attainment_is_an_exact_fraction_with_its_derivation(make_held) -> None:
    attainment = calculate_attainment(make_held("2020-Q1", "300"), Decimal("100"))
    assert (attainment.ratio, attainment.variance) == (Fraction(1, 3), -200)
    derivation = attainment.derivation()
    assert derivation.recompute() == Fraction(1, 3)
    assert [term.label for term in derivation.terms] == ["quotas.label.achieved", "quotas.label.held_quota"]


def test_returns_can_make_attainment_negative_and_nothing_caps_it(make_held) -> None:
    held = make_held("2020-Q1", "300")
    assert calculate_attainment(held, Decimal("-30")).ratio == Fraction(-1, 10)
    assert calculate_attainment(held, Fraction(1000)).ratio == Fraction(10, 3)


def test_a_quota_of_zero_counts_as_reached(make_held) -> None:
    attainment = calculate_attainment(make_held("2020-Q1", 0), Decimal(0))
    assert (attainment.ratio, attainment.derivation().label) == (1, "quotas.label.attainment_of_zero")


@pytest.mark.parametrize("achieved", [1.5, True, Decimal("NaN"), None])
def test_only_exact_numbers_are_achieved(make_held, achieved) -> None:
    with pytest.raises(InvalidValue, match="achieved"):
        calculate_attainment(make_held("2020-Q1"), achieved)
    with pytest.raises(InvalidValue, match="achieved"):
        calculate_pace(make_held("2020-Q1"), achieved, pace_policy(), date(2020, 2, 1))


@pytest.mark.parametrize(
    ("as_of", "elapsed", "expected"),
    [
        (date(2019, 12, 31), 0, 0),
        (date(2020, 1, 1), 1, 1),
        (date(2020, 1, 31), 31, 31),
        (date(2020, 3, 31), 91, 91),
        (date(2020, 7, 1), 91, 91),
    ],
)
def test_the_day_itself_counts_as_gone(make_held, as_of, elapsed, expected) -> None:
    pace = calculate_pace(make_held("2020-Q1", 91), Decimal(10), pace_policy(), as_of)
    assert (pace.elapsed, pace.days, pace.expected) == (elapsed, 91, expected)
    assert pace.derivation().recompute() == (Fraction(10, expected) if expected else 0)


def test_run_rate_and_where_it_leads(make_held) -> None:
    pace = calculate_pace(make_held("2020-Q1", 910), Decimal(62), pace_policy(), date(2020, 1, 31))
    assert (pace.run_rate, pace.projected, pace.ratio) == (2, 182, Fraction(62, 310))
    before = calculate_pace(make_held("2020-Q1", 910), Decimal(62), pace_policy(), date(2019, 1, 31))
    assert (before.run_rate, before.projected, before.ratio) == (None, None, None)


@pytest.mark.parametrize(
    ("side", "achieved", "warns"),
    [
        ("lower", "27.89", True), ("lower", "27.90", False), ("lower", "27.91", False),
        ("upper", "27.89", True), ("upper", "27.90", True), ("upper", "27.91", False),
    ],
)  # fmt: skip
def test_below_the_threshold_warns_and_its_side_owns_the_bound(make_held, side, achieved, warns) -> None:
    policy = pace_policy(side)
    pace = calculate_pace(make_held("2020-Q1", 91), Decimal(achieved), policy, date(2020, 1, 31))
    decision = check_pace(pace, policy)
    assert decision.outcome is (Outcome.WARN if warns else Outcome.ALLOW)
    if warns:
        (reason,) = decision.reasons
        assert dict(reason.parameters) == {
            "holder": "ana",
            "achieved": Decimal(achieved),
            "expected": 31,
            "unit": "USD",
            "ratio": Fraction(Decimal(achieved)) / 31,
            "threshold": Decimal("0.9"),
        }
        assert (reason.policy.id, reason.policy.field) == ("pace", "status.bands[0]")


def test_before_the_first_day_and_for_nothing_expected_nobody_is_behind(make_held) -> None:
    policy = pace_policy()
    before = check_pace(calculate_pace(make_held("2020-Q1"), Decimal(0), policy, date(2019, 12, 31)), policy)
    assert (before.outcome, before.reasons[0].code) == (Outcome.ALLOW, "quotas.pace_not_started")
    zero = check_pace(calculate_pace(make_held("2020-Q1", 0), Decimal(0), policy, date(2020, 2, 1)), policy)
    assert (zero.outcome, zero.reasons) == (Outcome.ALLOW, ())


def test_ahead_is_fine(make_held) -> None:
    policy = pace_policy()
    pace = calculate_pace(make_held("2020-Q1", 91), Decimal(1000), policy, date(2020, 1, 31))
    assert check_pace(pace, policy).outcome is Outcome.ALLOW


def test_lines_are_expected_in_their_own_time_or_evenly(make_line, policy, calendar) -> None:
    lines = [make_line("2020-M01", 31), make_line("2020-M02", 290), make_line("2020-M03", 0)]
    held = calculate_quota("ana", calendar.period("2020-Q1").span, lines, policy, calendar)
    by_lines = calculate_pace(held, Decimal(0), pace_policy(), date(2020, 2, 10))
    assert by_lines.expected == 31 + 100
    evenly = calculate_pace(held, Decimal(0), pace_policy(expected_by="even"), date(2020, 2, 10))
    assert evenly.expected == Fraction(321 * 41, 91)
    assert evenly.derivation().recompute() == 0
    assert by_lines.derivation().terms[1].recompute() == 131


def test_working_days_leave_out_weekends_and_holidays(make_held) -> None:
    policy = pace_policy(day_count="working")
    # January 2020 has 23 weekdays, the first of them a holiday; by Sunday the 12th seven working days are gone.
    pace = calculate_pace(make_held("2020-M01", 22), Decimal(7), policy, date(2020, 1, 12), OFFICE)
    assert (pace.elapsed, pace.days, pace.expected, pace.run_rate) == (7, 22, 7, 1)
    before = calculate_pace(make_held("2020-M01", 22), Decimal(0), policy, date(2020, 1, 1), OFFICE)
    assert (before.elapsed, before.expected) == (0, 0)
    with pytest.raises(InvalidValue, match="working_time"):
        calculate_pace(make_held("2020-M01"), Decimal(0), policy, date(2020, 1, 12))


def test_a_line_without_a_working_day_is_expected_once_it_is_over(make_line, policy, calendar) -> None:
    week = DateRange(date(2020, 1, 3), date(2020, 1, 7))  # Friday to Monday
    lines = [
        make_line("2020-M01", amount, id=str(day), span=DateRange(date(2020, 1, day), date(2020, 1, day + length)))
        for day, length, amount in ((3, 1, 10), (4, 2, 5), (6, 1, 20))
    ]
    held = calculate_quota("ana", week, lines, policy, calendar)
    working = pace_policy(day_count="working")
    expected = [
        calculate_pace(held, Decimal(0), working, date(2020, 1, day), OFFICE).expected for day in (2, 3, 4, 5, 6)
    ]
    assert expected == [0, 10, 10, 15, 35]
    weekend = calculate_quota("ana", lines[1].span, lines, policy, calendar)
    with pytest.raises(InvalidValue, match="no working day"):
        calculate_pace(weekend, Decimal(0), working, date(2020, 1, 5), OFFICE)


def test_all_of_a_market_share_is_expected_from_the_first_day_on(make_held) -> None:
    held = make_held("2020-Q1", "0.2", unit="share", measure="market_share")
    for as_of, expected in ((date(2019, 12, 31), 0), (date(2020, 1, 1), Fraction(1, 5))):
        pace = calculate_pace(held, Decimal("0.1"), pace_policy(), as_of)
        assert (pace.expected, pace.run_rate, pace.projected) == (expected, None, None)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), st.dates(date(2019, 12, 1), date(2020, 4, 30)))
def test_expectation_grows_to_the_whole_quota(amounts, as_of) -> None:
    calendar = FiscalCalendar()
    lines = [
        Quota(id=str(n), holder="ana", span=calendar.period(f"2020-M0{n}").span, amount=amount, unit="USD")
        for n, amount in enumerate(amounts, start=1)
    ]
    held = calculate_quota("ana", calendar.period("2020-Q1").span, lines, pace_policy(), calendar)
    for basis in ("lines", "even"):
        one = pace_policy(expected_by=basis)
        now = calculate_pace(held, Decimal(0), one, as_of)
        earlier = calculate_pace(held, Decimal(0), one, date.fromordinal(as_of.toordinal() - 1))
        assert 0 <= earlier.expected <= now.expected <= held.amount
        if as_of >= date(2020, 3, 31):
            assert now.expected == held.amount


def test_a_policy_that_is_not_in_force_judges_no_pace(make_held) -> None:
    draft = pace_policy(life=PolicyLife(status="draft", scope="all", owner="ops", effective=LIFE.effective))
    pace = calculate_pace(make_held("2020-Q1", 91), Decimal(0), draft, date(2020, 1, 31))
    assert [reason.code for reason in check_pace(pace, draft).reasons] == ["core.policy_not_in_force"]
    assert [reason.code for reason in check_pace(pace, pace_policy()).reasons] == ["quotas.below_pace"]


def test_without_a_pace_in_the_policy_there_is_nothing_to_measure_by(make_held, policy) -> None:
    pace = calculate_pace(make_held("2020-Q1"), Decimal(0), pace_policy(), date(2020, 1, 31))
    for ask in (lambda: check_pace(pace, policy), lambda: calculate_pace(pace.quota, Decimal(0), policy, pace.as_of)):
        with pytest.raises(InvalidValue, match=r"^quotas.pace: None is not valid; the rulebook does not set this"):
            ask()
