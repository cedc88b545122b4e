"""Charges against budgets: every ancestor, every tolerance at its bound, accumulated months, batches, headroom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from expense_kit import (
    DAY,
    LADDER,
    STOP,
    TREE,
    WARN,
    book,
    charge,
    codes,
    control,
    eur,
    line,
    make_policy,
    months,
    paths,
    tolerances,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules.core import ALLOW, DateRange, FiscalCalendar, InvalidValue, Money
from salesrules.expenses import BudgetCharge, BudgetPolicy, Usage, check_charges


def usage(**used: object) -> dict[str, Usage]:
    return {account: Usage(committed=eur(0), actual=eur(amount)) for account, amount in used.items()}


def check(*charges: BudgetCharge, policy=None, tree=TREE, **used: object):
    return check_charges(charges, tree, usage(**used), policy or make_policy(), DAY)


@pytest.mark.parametrize(
    ("amount", "outcome", "found"),
    [
        ("419.99", "allow", []),
        ("420", "allow", ["tolerance_reached"]),  # 70 % of 600 informs
        ("509.99", "allow", ["tolerance_reached"]),
        ("510", "warn", ["tolerance_reached"]),  # 85 % warns
        ("600", "warn", ["tolerance_reached"]),  # all of it is within
        ("600.01", "deny", ["over_budget"]),
    ],
)
def test_tolerances_inform_warn_and_stop_at_their_bounds(amount, outcome, found):
    decision = check(charge("trips", amount), policy=make_policy(control(levels=[2])))
    assert (decision.outcome.value, codes(decision)) == (outcome, found)


def test_a_stop_whose_side_is_lower_owns_the_bound_itself():
    strict = make_policy(control(table=tolerances((None, "ignore"), (1, "stop", "lower")), levels=[2]))
    assert check(charge("trips", "600"), policy=strict).headroom == eur("599.99")
    assert codes(check(charge("trips", "600"), policy=strict)) == ["over_budget"]
    assert check(charge("trips", "599.99"), policy=strict).outcome.value == "allow"


def test_a_charge_must_fit_at_every_ancestor():
    decision = check(charge("trips", 500), policy=make_policy(control(table=STOP)), all=501, fairs=501)
    assert codes(decision) == ["over_budget"]
    reason = decision.reasons[0]
    assert (reason.parameters["line"], reason.parameters["headroom"], reason.path) == (
        "all",
        eur(499),
        "charges[0].amount",
    )
    assert reason.policy.id == "year"
    assert decision.headroom == eur(499)
    assert check(charge("trips", 499), policy=make_policy(control(table=STOP)), all=501).is_allowed


def test_every_account_that_is_overdrawn_is_named_at_once():
    decision = check(charge("trips", 1001), policy=make_policy(control(table=STOP)))
    assert [reason.parameters["line"] for reason in decision.reasons] == ["trips", "all"]


def test_commitments_count():
    used = {"trips": Usage(committed=eur(590), actual=eur(0)), "all": Usage(committed=eur(590), actual=eur(0))}
    decision = check_charges([charge("trips", 11)], TREE, used, make_policy(control(table=STOP)), DAY)
    assert codes(decision) == ["over_budget"]
    assert decision.reasons[0].parameters["committed"] == eur(590)


def test_without_a_control_nothing_stops():
    decision = check(charge("trips", 10**9), policy=make_policy(budgets=BudgetPolicy()))
    assert decision is ALLOW


def test_the_closest_control_decides():
    loose, strict = tolerances((None, "ignore")), STOP
    generic, mine = control("generic", strict), control("mine", loose, lines=["trips"])
    by_unit = control("unit", strict, units=["north"], categories=["travel"])
    only = {"policy": make_policy(generic, mine, by_unit, control("root", loose, levels=[1]))}
    assert check(charge("trips", 10**6), **only).outcome.value == "allow"
    assert check(charge("fairs", 601), **only).reasons[0].policy.id == "generic"
    only = {"policy": make_policy(generic, by_unit, control("root", loose, levels=[1]))}
    assert check(charge("trips", 601), **only).reasons[0].policy.id == "unit"


def test_a_budget_that_is_not_confirmed_blocks_itself_and_all_below():
    tree = book(line("all", 1000, status="draft"), line("trips", 600, "all", status="closed"))
    decision = check(charge("trips", 1), tree=tree)
    assert codes(decision) == ["not_confirmed", "not_confirmed"]
    assert [reason.parameters["status"].value for reason in decision.reasons] == ["closed", "draft"]


def test_everything_wrong_with_charges_is_said_at_once():
    decision = check(
        charge("tripz", 1),
        charge("trips", 1, date(2027, 1, 1)),
        BudgetCharge(line="trips", day=DAY, amount=Money(1, "USD")),
        charge("trips", "0.001"),
    )
    assert codes(decision) == ["unknown_line", "outside_span", "other_currency", "too_precise"]
    assert paths(decision) == ["charges[0].line", "charges[1].day", "charges[2].amount", "charges[3].amount"]
    assert decision.reasons[0].parameters["nearest"] == ("trips",)


def test_there_is_no_headroom_on_a_line_that_is_not_there():
    decision = check(charge("tripz", 1))
    assert (decision.outcome.value, decision.headroom) == ("deny", None)


def test_no_charges_are_allowed():
    assert check() is ALLOW


@pytest.mark.parametrize("amount", [0, -1])
def test_a_charge_is_above_zero(amount):
    with pytest.raises(InvalidValue):
        charge("trips", amount)


def test_a_batch_fits_whole_or_not_at_all():
    stop = make_policy(control(table=STOP))
    decision = check(charge("trips", 400), charge("trips", 201), policy=stop)
    assert (decision.outcome.value, paths(decision)) == ("deny", ["charges[1].amount"])
    assert decision.headroom == eur(600)  # nothing was taken
    assert decision.reasons[0].parameters["headroom"] == eur(200)
    assert check(charge("trips", 400), charge("trips", 200), policy=stop).headroom == eur(0)


def test_a_batch_counts_at_the_ancestor_that_its_charges_share():
    decision = check(charge("trips", 600), charge("fairs", 401), policy=make_policy(control(table=STOP)))
    assert [(reason.parameters["line"], reason.path) for reason in decision.reasons] == [("all", "charges[1].amount")]


def test_headroom_is_the_least_of_all_levels_and_never_below_zero():
    stop = make_policy(control(table=STOP))
    assert check(charge("trips", 100), policy=stop, trips=100, all=850).headroom == eur(50)
    assert check(charge("trips", 100), policy=stop, trips=700, all=850).headroom == eur(0)


def test_a_line_of_nothing_is_beyond_every_tolerance():
    tree = book(line("a", 0, plan=[]))
    assert codes(check(charge("a", 1), tree=tree)) == ["over_budget"]
    assert codes(check(charge("a", 1), tree=tree, policy=make_policy(control(table=WARN)))) == ["tolerance_reached"]


def test_a_control_that_stops_everything_leaves_no_room():
    never = make_policy(control(table=tolerances((None, "stop"))))
    decision = check(charge("trips", 1), policy=never)
    assert (codes(decision), decision.headroom) == (["over_budget", "over_budget"], eur(0))


def test_a_tolerance_names_what_is_used_of_what():
    reason = check(charge("trips", 100), trips=400).reasons[0]
    named = {name: reason.parameters[name] for name in ("line", "used", "budget", "tolerance")}
    assert named == {"line": "trips", "used": eur(500), "budget": eur(600), "tolerance": Decimal("0.7")}


# --- accumulated months ----------------------------------------------------------------------------------------------

YEARLY = book(line("a", 1200))


def monthly(amount, day, table=STOP, tree=YEARLY, **used):
    made = make_policy(months(table), control(table=STOP))
    given = {name.replace("_", "@2026-M", 1): value for name, value in used.items()}
    return check(charge("a", amount, day), policy=made, tree=tree, **given)


@pytest.mark.parametrize(
    ("day", "amount", "fits"),
    [
        (date(2026, 1, 31), "100", True),
        (date(2026, 1, 31), "100.01", False),
        (date(2026, 2, 1), "200", True),
        (date(2026, 2, 28), "200.01", False),
        (date(2026, 12, 1), "1200", True),
    ],
)
def test_months_add_up_until_the_month_of_the_charge(day, amount, fits):
    decision = monthly(amount, day)
    assert decision.is_allowed is fits
    if not fits:
        assert codes(decision) == ["over_months"]
        assert decision.reasons[0].parameters["month"].label == f"2026-M{day.month:02}"


def test_a_charge_dated_back_overdraws_no_later_month():
    decision = monthly("50", date(2026, 1, 5), a_01=0, a_02=160)
    assert codes(decision) == ["over_months"]
    assert decision.reasons[0].parameters["month"].label == "2026-M02"
    assert monthly("40", date(2026, 1, 5), a_01=0, a_02=160).is_allowed


def test_months_that_only_warn_warn():
    decision = monthly("150", date(2026, 1, 5), table=WARN)
    assert (decision.outcome.value, codes(decision)) == ("warn", ["months_reached"])
    assert decision.reasons[0].parameters["budget"] == eur(100)


def test_the_answer_changes_by_itself_in_the_first_month_with_room():
    assert monthly("250", date(2026, 1, 5)).changes_at == date(2026, 3, 1)
    assert monthly("1201", date(2026, 1, 5)).changes_at is None  # the year stops it too
    assert monthly("100", date(2026, 1, 5)).changes_at is None  # it fits
    assert monthly("100", date(2026, 12, 5), a_12=1101).changes_at is None  # no later month


def test_weights_spread_a_year_over_its_months():
    tree = book(line("a", 1200, weights=[0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2]))
    assert codes(monthly("0.01", date(2026, 2, 1), tree=tree)) == ["over_months"]
    assert monthly("300", date(2026, 3, 1), tree=tree).is_allowed
    assert not monthly("300.01", date(2026, 3, 1), tree=tree).is_allowed


def test_weights_are_as_many_as_months():
    with pytest.raises(InvalidValue, match=r"budgets\.a\.weights: 2 is not valid; give 12 weights"):
        monthly("1", DAY, tree=book(line("a", 1200, weights=[1, 1])))


def test_fiscal_months_are_those_of_the_calendar():
    fiscal = DateRange(date(2026, 4, 1), date(2027, 4, 1))
    tree = book(line("a", 1200, span=fiscal))
    made = make_policy(months())
    made = attrs.evolve(made, budgets=attrs.evolve(made.budgets, calendar=FiscalCalendar(first_month=4)))
    decision = check(charge("a", 101, date(2026, 4, 30)), policy=made, tree=tree)
    assert decision.reasons[0].parameters["month"].label == "2026-M01"
    assert check(charge("a", 200, date(2026, 5, 1)), policy=made, tree=tree).is_allowed


def test_a_part_of_a_cent_is_no_room():
    tree = book(line("a", 100))  # 8.333… a month
    assert monthly("8.33", date(2026, 1, 1), tree=tree).is_allowed
    assert monthly("8.34", date(2026, 1, 1), tree=tree).headroom == eur("8.33")


def test_months_are_controlled_at_every_ancestor():
    tree = book(line("all", 120, category="all"), line("trips", 1200, "all"))
    made = make_policy(months())
    decision = check(charge("trips", 50, date(2026, 1, 5)), policy=made, tree=tree)
    assert {reason.parameters["line"] for reason in decision.reasons} == {"all"}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(["trips", "fairs"]), st.integers(1, 40_000)), min_size=1, max_size=6),
    st.integers(0, 60_000),
)
def test_what_is_allowed_overdraws_nothing_and_what_is_denied_would(charges, before):
    stop = make_policy(control(table=STOP))
    used = {"trips": str(Decimal(before) / 100), "all": str(Decimal(before) / 100)}
    asked = [charge(name, Decimal(cents) / 100) for name, cents in charges]
    decision = check(*asked, policy=stop, **used)
    sums = {name: before if name == "trips" else 0 for name in ("trips", "fairs")}
    for name, cents in charges:
        sums[name] += cents
    fits = sums["trips"] <= 60_000 and sums["fairs"] <= 60_000 and sum(sums.values()) <= 100_000
    assert decision.is_allowed is fits
    if fits:
        last = charges[-1][0]
        assert Fraction(decision.headroom.amount) * 100 == min(60_000 - sums[last], 100_000 - sum(sums.values()))


def test_the_ladder_of_the_kit_is_the_published_one():
    assert [LADDER.at(Decimal(share)) for share in ("0.699", "0.7", "0.85", "1", "1.0001")] == [
        "ignore", "inform", "warn", "warn", "stop"
    ]  # fmt: skip
