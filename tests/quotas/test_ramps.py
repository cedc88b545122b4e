"""Ramps: what a share is taken of, which months it touches, and how it explains itself."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.core import (
    DateRange,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Outcome,
    PolicyLife,
    Rate,
    Rounding,
)
from salesrules.quotas import Quota, QuotaPolicy, Ramp, RampBase, apply_ramps, calculate_quota, check_ramps


def ramp(*shares: str, base: str = "own", starts: date = date(2020, 1, 1), **changes) -> Ramp:
    given = {"id": "r", "holders": ["ana"], "starts": starts, "shares": [Rate.parse(s) for s in shares], "base": base}
    return Ramp(**(given | changes))


def amounts(lines) -> dict[str, str]:
    return {line.id: str(line.amount) for line in lines}


def test_own_takes_shares_of_the_months_own_quota(make_line, make_policy, calendar) -> None:
    lines = [make_line(f"2020-M0{number}", "100.01") for number in (1, 2, 3)] + [make_line("2020-M01", holder="bo")]
    policy = make_policy(ramps=[ramp("50%", "75%")])
    for order in itertools.permutations(lines):
        ramped = apply_ramps(order, policy, calendar)
        assert amounts(ramped) == {
            "ana:2020-M01": "50.01",
            "ana:2020-M02": "75.01",
            "ana:2020-M03": "100.01",
            "bo:2020-M01": "100",
        }
        assert [line.origin is None for line in ramped] == [False, False, True, True]


def test_the_first_month_is_the_one_that_holds_the_start(make_line, make_policy, calendar) -> None:
    lines = [make_line("2020-M01"), make_line("2020-M02")]
    for start, expected in (
        (date(2020, 1, 31), ["50.00", "100"]),
        (date(2020, 2, 1), ["100", "50.00"]),
        (date(2019, 12, 31), ["100", "100"]),
    ):
        policy = make_policy(ramps=[ramp("50%", starts=start)])
        assert list(amounts(apply_ramps(lines, policy, calendar)).values()) == expected


def test_next_fills_months_without_a_quota_from_the_next_known_one(make_line, make_policy, calendar) -> None:
    lines = [make_line("2020-M03", "200"), make_line("2020-M04", "999")]
    policy = make_policy(ramps=[ramp("25%", "50%", "75%", base="next")])
    ramped = apply_ramps(lines, policy, calendar)
    assert amounts(ramped) == {
        "r:ana:2020-M01": "50.00",
        "r:ana:2020-M02": "100.00",
        "ana:2020-M03": "200",  # it has its own quota and keeps it
        "ana:2020-M04": "999",
    }
    assert ramped[0].span == calendar.period("2020-M01").span
    quarter = calculate_quota("ana", calendar.period("2020-Q1").span, ramped, policy, calendar)
    assert quarter.amount == 350
    assert quarter.derivation().recompute() == 350


def test_next_takes_the_month_of_a_longer_line_by_days(make_line, make_policy, calendar) -> None:
    policy = make_policy(ramps=[ramp("50%", starts=date(2020, 3, 9), base="next")])
    ramped = apply_ramps([make_line("2020-Q2", "910")], policy, calendar)
    assert amounts(ramped) == {"r:ana:2020-M03": "150.00", "ana:2020-Q2": "910"}


def test_next_skips_a_month_that_is_covered_in_part_only(make_line, make_policy, calendar) -> None:
    part = make_line("2020-M02", "40", span=DateRange(date(2020, 2, 10), date(2020, 2, 20)))
    lines = [part, make_line("2020-M03", "200")]
    policy = make_policy(ramps=[ramp("50%", base="next")])
    assert amounts(apply_ramps(lines, policy, calendar))["r:ana:2020-M01"] == "100.00"


def test_next_leaves_a_month_with_some_quota_and_one_without_any_later_quota(make_line, make_policy, calendar) -> None:
    part = make_line("2020-M01", "40", span=DateRange(date(2020, 1, 31), date(2020, 2, 1)))
    policy = make_policy(ramps=[ramp("50%", base="next")])
    assert len(apply_ramps([part, make_line("2020-M02")], policy, calendar)) == 2
    past = make_policy(ramps=[ramp("50%", base="next", starts=date(2020, 5, 1))])
    assert amounts(apply_ramps([make_line("2020-M02")], past, calendar)) == {"ana:2020-M02": "100"}


def test_own_cuts_a_longer_line_at_the_edges_of_its_months(make_line, make_policy, calendar) -> None:
    policy = make_policy(ramps=[ramp("0%", "50%", starts=date(2020, 2, 1))])
    ramped = apply_ramps([make_line("2020-Q1", "910")], policy, calendar)
    assert [(line.span.start, str(line.amount)) for line in ramped] == [
        (date(2020, 1, 1), "310.00"),
        (date(2020, 2, 1), "0.00"),
        (date(2020, 3, 1), "155.00"),
    ]
    held = calculate_quota("ana", calendar.period("2020-Q1").span, ramped, policy, calendar)
    assert held.derivation().recompute() == held.amount == 465


def test_own_takes_the_weeks_of_its_month_and_cuts_those_across_its_end(make_line, make_policy, calendar) -> None:
    inside = make_line("2020-W04", "70")  # 20 to 26 January
    across = make_line("2020-W05", "70")  # 27 January to 2 February
    ramped = apply_ramps([inside, across], make_policy(ramps=[ramp("50%")]), calendar)
    assert [(line.span.start.isoformat(), str(line.amount)) for line in ramped] == [
        ("2020-01-20", "35.00"),
        ("2020-01-27", "25.00"),
        ("2020-02-01", "20.00"),
    ]


def test_own_does_not_cut_where_policy_refuses_parts(make_line, make_policy, calendar) -> None:
    policy = make_policy(ramps=[ramp("50%")], proration="refuse")
    assert amounts(apply_ramps([make_line("2020-M01")], policy, calendar)) == {"ana:2020-M01": "50.00"}
    with pytest.raises(InvalidDocument) as caught:
        apply_ramps([make_line("2020-Q1"), make_line("2020-Q3")], policy, calendar)
    assert [fault.code for fault in caught.value.faults] == ["quotas.partial_line"]
    assert "2020-M01, which is only a part of the line ana:2020-Q1" in caught.value.faults[0].problem


def test_a_ramped_market_share_stays_exact(make_line, make_policy, calendar) -> None:
    line = make_line("2020-Q1", "0.125", unit="share", measure="market_share")
    policy = make_policy(ramps=[ramp("50%")], proration="refuse")
    ramped = apply_ramps([line], policy, calendar)
    assert [str(part.amount.normalize()) for part in ramped] == ["0.0625", "0.125"]
    held = calculate_quota("ana", line.span, ramped, policy, calendar, measure="market_share")
    assert held.derivation().recompute() == held.amount


def test_a_month_in_two_ramps_is_refused(make_line, make_policy, calendar) -> None:
    ramps = [ramp("50%", "60%"), ramp("70%", starts=date(2020, 2, 29), id="other")]
    with pytest.raises(InvalidDocument) as caught:
        apply_ramps([make_line("2020-M01")], make_policy(ramps=ramps), calendar)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path, fault.value) == ("quotas.ramps_overlap", "quotas.ramps[other]", "2020-M02")
    apart = [ramp("50%"), ramp("70%", starts=date(2020, 2, 1), id="other")]
    both = [make_line("2020-M01"), make_line("2020-M02")]
    assert list(amounts(apply_ramps(both, make_policy(ramps=apart), calendar)).values()) == ["50.00", "70.00"]


def test_a_ramped_line_tells_where_it_comes_from(make_line, make_policy, calendar) -> None:
    policy = make_policy(ramps=[ramp("33.33%", base="next")])
    filled = apply_ramps([make_line("2020-M02", "100.01")], policy, calendar)[0]
    derivation = filled.derivation()
    assert (str(filled.amount), derivation.recompute()) == ("33.33", Decimal("33.33"))
    assert derivation.label == "quotas.label.rounded_quota"
    (product,) = derivation.terms
    assert (product.parameters["ramp"], str(product.value)) == ("r", "33.333333")
    assert [term.label for term in product.terms] == ["quotas.label.ramp_share", "quotas.label.ramp_base"]
    assert product.terms[1].terms[0].parameters["quota"] == "ana:2020-M02"


@settings(deadline=None)
@given(
    cents=st.integers(0, 10**9),
    start=st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    shares=st.lists(st.just("100%"), min_size=1, max_size=6),
)
def test_a_ramp_of_full_shares_changes_no_cent(cents, start, shares) -> None:
    calendar = FiscalCalendar()
    policy = QuotaPolicy(
        life=PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1))),
        rounding=Rounding(digits=1, mode="half_up"),
        proration="prorate_by_days",
        ramps=[ramp(*shares, starts=start)],
    )
    year = calendar.period("2020").span
    line = Quota(id="q", holder="ana", span=year, amount=Decimal(cents).scaleb(-3), unit="USD")
    held = calculate_quota("ana", year, apply_ramps([line], policy, calendar), policy, calendar)
    assert held.amount == line.amount
    assert held.derivation().recompute() == line.amount


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"holders": []}, "holders"), ({"shares": []}, "shares"), ({"shares": [Rate(-1)]}, "shares[0]")],
)
def test_a_ramp_says_what_it_cannot_hold(changes, field) -> None:
    with pytest.raises(InvalidValue) as caught:
        ramp("50%", **changes)
    assert caught.value.field == field
    assert ramp("0%").base is RampBase.OWN


# Shares that change nothing

DAY = date(2020, 1, 1)


def idle(decision) -> list[tuple[str, str]]:
    return [(reason.code.removeprefix("quotas.ramp_"), reason.parameters["period"]) for reason in decision.reasons]


@pytest.mark.parametrize(
    ("base", "months", "expected"),
    [
        ("own", (1, 2, 3), []),
        ("own", (1, 3), [("without_quota", "2020-M02")]),
        ("next", (4,), []),
        ("next", (2, 4), [("share_unused", "2020-M02")]),
        ("next", (1, 2), [("share_unused", "2020-M01"), ("share_unused", "2020-M02"), ("without_quota", "2020-M03")]),
        ("next", (), [("without_quota", "2020-M01"), ("without_quota", "2020-M02"), ("without_quota", "2020-M03")]),
    ],
)
def test_a_share_that_changes_nothing_warns(make_line, make_policy, calendar, base, months, expected) -> None:
    policy = make_policy(ramps=[ramp("25%", "50%", "75%", base=base)])
    lines = [make_line(f"2020-M0{month}") for month in months]
    decision = check_ramps(lines, policy, calendar, DAY)
    assert idle(decision) == expected
    assert decision.outcome is (Outcome.WARN if expected else Outcome.ALLOW)
    untouched = {period for _, period in expected}
    changed = {calendar.period(f"2020-M0{month}").label for month in (1, 2, 3)} - untouched
    made = [line for line in apply_ramps(lines, policy, calendar) if line.origin is not None]
    assert {calendar.at("month", line.span.start).label for line in made} == changed


def test_each_measure_is_looked_at_by_itself(make_line, make_policy, calendar) -> None:
    lines = [make_line("2020-M02"), make_line("2020-M01", 5, unit="count", measure="quantity")]
    decision = check_ramps(lines, make_policy(ramps=[ramp("50%", base="next")]), calendar, DAY)
    (reason,) = decision.reasons
    assert dict(reason.parameters) == {"ramp": "r", "holder": "ana", "period": "2020-M01", "measure": "quantity"}
    assert (reason.path, reason.policy.id, reason.policy.field) == ("ramps[0].shares", "r", "shares")


def test_a_policy_that_is_not_in_force_ramps_nothing(make_line, make_policy, calendar) -> None:
    policy = make_policy(ramps=[ramp("50%")])
    assert check_ramps([], policy, calendar, date(2009, 12, 31)).outcome is Outcome.DENY
    assert check_ramps([], policy, calendar, date(2010, 1, 1)).outcome is Outcome.WARN


def test_a_longer_line_is_cut_by_the_days_that_policy_counts(make_line, make_policy, calendar) -> None:
    """The line is for Friday 31 January and Monday 3 February: one working day of two, one calendar day of four."""

    class Office:
        def working_days(self, span: DateRange) -> list[date]:
            days = (date.fromordinal(day) for day in range(span.start.toordinal(), span.end.toordinal()))
            return [day for day in days if day.weekday() < 5]

    line = make_line("2020-M01", 100, id="q", span=DateRange(date(2020, 1, 31), date(2020, 2, 4)))
    for day_count, expected in (("working", [25, 50]), ("calendar", [Decimal("12.5"), 75])):
        policy = make_policy(ramps=[ramp("50%")], day_count=day_count)
        ramped = apply_ramps([line], policy, calendar, working_time=Office())
        assert [made.amount for made in ramped] == expected
        assert [made.derivation().recompute() for made in ramped] == expected
