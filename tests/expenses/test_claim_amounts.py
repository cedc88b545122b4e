"""What a claim comes to: conversion, limits, the excess split, sanctions, advances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from expense_kit import DAY, approval, claim, claim_line, codes, eur, make_policy, paths
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules.core import (
    CurrencyMismatch,
    DateRange,
    Denied,
    ExchangeRate,
    ExchangeRates,
    InvalidValue,
    MissingDay,
    Money,
    Rate,
    Rounding,
)
from salesrules.expenses import (
    Advance,
    ExcessPolicy,
    ExpenseCategory,
    ExpenseLimit,
    Sanction,
    assess_claim,
    calculate_charges,
    calculate_settlement,
    check_claim,
    check_sanctions,
    find_limits,
)

ALWAYS = DateRange(date(2020, 1, 1))


def limit(id, amount, per="line", categories=("travel",), **changes):
    given = {"effective": ALWAYS, **changes}
    return ExpenseLimit(id=id, amount=eur(amount), per=per, categories=categories, **given)


def with_limits(*limits, **claims):
    return make_policy(claims={"limits": limits, "cities": {"Paris": "capital"}, **claims})


def excess(policy, *lines, history=(), **changes):
    found = assess_claim(claim(*lines, **changes), policy, history=history)
    return [(line.excess, line.person, line.firm, line.limit) for line in found]


def excesses(policy, *lines, **rest):
    return [f"{one[0].amount.normalize():f}" for one in excess(policy, *lines, **rest)]


# --- which limit -----------------------------------------------------------------------------------------------------

LADDER = (
    limit("all", 80),
    limit("junior", 120, ranks=["junior"]),
    limit("capital", 100, city_classes=["capital"]),
    limit("junior-capital", 150, ranks=["junior"], city_classes=["capital"]),
)


@pytest.mark.parametrize(
    ("rank", "city", "found"),
    [
        (None, None, "all"),
        ("senior", "Lyon", "all"),
        ("junior", "Lyon", "junior"),
        ("senior", "Paris", "capital"),
        ("junior", "Paris", "junior-capital"),
    ],
)
def test_the_limit_that_says_most_closely_whom_it_is_for_counts(rank, city, found):
    for ladder in (LADDER, LADDER[::-1]):
        asked = claim(claim_line(city=city), rank=rank)
        policy = with_limits(*ladder).claims
        assert [one.id for one in find_limits(asked.lines[0], asked, policy)] == [found]


def test_a_policy_that_was_asked_for_many_ranks_still_tells_them_apart():
    policy = with_limits(*LADDER).claims
    for number in range(1_100):
        for rank, city, found in ((f"rank {number}", None, "all"), ("junior", "Paris", "junior-capital")):
            asked = claim(claim_line(city=city), rank=rank)
            assert [one.id for one in find_limits(asked.lines[0], asked, policy)] == [found]


def test_limits_are_for_categories_and_days():
    policy = with_limits(
        limit("old", 50, effective=DateRange(date(2020, 1, 1), DAY)), limit("meals", 1, categories=["meals"])
    )
    assert excesses(policy, claim_line(amount=60)) == ["0"]
    assert excesses(policy, claim_line(amount=60, day=date(2026, 3, 9))) == ["10"]


def test_limits_of_several_kinds_hold_at_once_and_the_largest_excess_counts():
    policy = with_limits(limit("line", 80), limit("day", 90, "day"))
    assert excesses(policy, claim_line("a", 100), claim_line("b", 50)) == ["20", "50"]


# --- how they cut ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "over"), [("79.99", "0"), ("80", "0"), ("80.01", "0.01")])
def test_a_limit_itself_is_within(amount, over):
    assert excesses(with_limits(limit("l", 80)), claim_line(amount=amount)) == [over]


def test_per_head_times_the_heads():
    assert excesses(with_limits(limit("l", 120, "head")), claim_line(amount="361", heads=3)) == ["1"]


def test_lines_of_a_day_share_its_limit_in_their_order():
    lines = claim_line("a", 70), claim_line("b", 50), claim_line("c", 50, day=date(2026, 3, 9)), claim_line("d", 5)
    assert excesses(with_limits(limit("l", 100, "day")), *lines) == ["0", "20", "0", "5"]


def test_an_amount_for_several_days_spreads_over_them():
    policy = with_limits(limit("l", 250, "day"))
    stay = claim_line("a", 900, days=3, day=date(2026, 3, 1))
    assert excesses(policy, stay) == ["150"]
    second = claim_line("b", 100, day=date(2026, 3, 2))
    assert excesses(policy, stay, second) == ["150", "100"]
    assert excesses(policy, second, stay) == ["0", "250"]


def test_the_claimants_other_claims_count_first_and_nobody_elses():
    policy = with_limits(limit("day", 100, "day"), limit("claim", 500, "claim"))
    before = claim(claim_line("x", 80), id="c0")
    assert excesses(policy, claim_line(amount=50), history=[before]) == ["30"]
    assert excesses(policy, claim_line(amount=50), history=[claim(claim_line("x", 80), id="c0", claimant="bo")]) == [
        "0"
    ]
    assert excesses(policy, claim_line(amount=50), history=[claim(claim_line("x", 80))]) == ["0"]  # itself


def test_a_limit_per_claim_is_shared_by_its_lines():
    policy = with_limits(limit("l", 100, "claim"))
    other_day = date(2026, 3, 2)
    assert excesses(policy, claim_line("a", 70), claim_line("b", 50, day=other_day)) == ["0", "20"]


# --- who bears it ----------------------------------------------------------------------------------------------------


def test_the_excess_is_split_and_the_parts_sum_to_it():
    policy = with_limits(limit("l", 10), excess=ExcessPolicy(id="e", firm_share=Rate.parse("33%")))
    ((over, person, firm, by),) = excess(policy, claim_line(amount="10.05"))
    assert (over, person, firm, by) == (eur("0.05"), eur("0.03"), eur("10.02"), "l")


def test_without_a_rule_the_person_bears_it_all_and_the_claim_says_so():
    found = check_claim(claim(claim_line("a", 5), claim_line("b", 100)), with_limits(limit("l", 80)), DAY)
    assert (found.outcome.value, codes(found), paths(found)) == ("warn", ["over_expense_limit"], ["lines[1].amount"])
    parameters = found.reasons[0].parameters
    found_amounts = [parameters[name] for name in ("limit", "excess", "firm", "person")]
    assert found_amounts == [eur(80), eur(20), eur(0), eur(20)]
    assert found.reasons[0].policy.id == "l"


def test_what_nobody_approved_before_is_the_persons():
    policy = make_policy(
        claims={
            "categories": [ExpenseCategory(id="gift", prior_act="expense.gift")],
            "limits": [limit("l", 50, categories=["gift"])],
            "excess": ExcessPolicy(id="e", firm_share=Rate(1)),
        }
    )
    gift = claim_line(category="gift", amount=80)
    assert excess(policy, gift) == [(eur(80), eur(80), eur(0), "")]
    assert codes(check_claim(claim(gift), policy, DAY)) == ["prior_approval_missing"]  # the limit has nothing to say
    approved = claim_line(category="gift", amount=80, prior_approval=approval("l1", "expense.gift"))
    assert excess(policy, approved) == [(eur(30), eur(0), eur(80), "l")]
    less = attrs.evolve(approval("l1", "expense.gift"), amount=eur("79.99"))
    assert excess(policy, attrs.evolve(approved, prior_approval=less)) == [(eur(80), eur(80), eur(0), "")]


def test_a_person_never_bears_more_than_was_claimed():
    up = make_policy(claims={"limits": [limit("l", 0)], "rounding": Rounding(digits=0, mode="up")})
    ((over, person, firm, _),) = excess(up, claim_line(amount=3))
    assert (over, person, firm) == (eur(3), eur(3), eur(0))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(1, 50_000), st.integers(1, 4), st.integers(1, 5)), min_size=1, max_size=4),
    st.sampled_from(["line", "head", "day", "claim"]),
    st.integers(0, 20_000),
    st.integers(0, 100),
)
def test_person_and_firm_sum_to_the_claim(lines, per, most, share):
    excess_rule = ExcessPolicy(id="e", firm_share=Rate(Decimal(share) / 100))
    policy = with_limits(limit("l", Decimal(most) / 100, per), excess=excess_rule)
    made = [
        claim_line(f"l{n}", Decimal(cents) / 100, heads=heads, days=days)
        for n, (cents, heads, days) in enumerate(lines)
    ]
    for one, found in zip(made, assess_claim(claim(*made), policy), strict=True):
        assert found.person + found.firm == found.claimed == one.amount
        assert Decimal(0) <= found.person.amount <= found.claimed.amount
        assert abs(Fraction(found.excess.amount) * (100 - share) / 100 - Fraction(found.person.amount)) < Fraction(
            1, 99
        )


# --- settlement ------------------------------------------------------------------------------------------------------

RATES = ExchangeRates.of([ExchangeRate(source="USD", target="EUR", effective=ALWAYS, rate="0.9123")])


def test_a_foreign_line_is_converted_exactly_and_rounded_as_declared():
    (found,) = assess_claim(claim(claim_line(amount=Money("10.05", "USD"))), make_policy(), rates=RATES)
    assert (found.exact, found.claimed) == (eur("9.168615"), eur("9.17"))
    with pytest.raises(MissingDay):
        assess_claim(claim(claim_line(amount=Money("10.05", "USD"))), make_policy())


@pytest.mark.parametrize("lines", [[claim_line(amount=-1)], [claim_line(), claim_line()]])
def test_only_what_is_right_can_be_assessed(lines):
    with pytest.raises(InvalidValue, match=r"lines\["):
        assess_claim(claim(*lines), make_policy())


def settle(*lines, sanctions=(), advances=(), **rest):
    given = claim(*lines, advances=[Advance(id=f"a{n}", amount=eur(one)) for n, one in enumerate(advances)])
    return calculate_settlement(given, rest.pop("policy", make_policy()), sanctions=sanctions, **rest)


@pytest.mark.parametrize(
    ("advances", "payable", "unsettled"), [((), 100, 0), ((30, 20), 50, 0), ((100,), 0, 0), ((130,), 0, 30)]
)
def test_advances_are_offset_and_what_is_left_of_them_is_owed(advances, payable, unsettled):
    found = settle(claim_line(), advances=advances)
    assert (found.payable, found.unsettled) == (eur(payable), eur(unsettled))
    assert found.payable + found.offset == found.total


def test_a_sanction_takes_the_place_of_what_the_firm_would_bear():
    policy = with_limits(limit("l", 80))
    lines = claim_line("a", 100), claim_line("b", 50)
    assert settle(*lines, policy=policy).total == eur(130)
    found = settle(*lines, policy=policy, sanctions=[Sanction(line="a", amount=eur(95))])
    assert (found.claimed, found.total, found.person) == (eur(150), eur(145), eur(5))
    assert settle(*lines, sanctions=[Sanction(line="b", amount=eur(0))]).total == eur(100)


def test_nothing_is_sanctioned_above_what_was_claimed():
    sanctions = [
        Sanction(line="a", amount=eur(100)),
        Sanction(line="b", amount=eur("50.01")),
        Sanction(line="c", amount=eur(1)),
        Sanction(line="a", amount=eur(-1)),
        Sanction(line="a", amount=eur("0.001")),
        Sanction(line="a", amount=Money(1, "USD")),
    ]
    given = claim(claim_line("a", 100), claim_line("b", 50))
    found = check_sanctions(given, sanctions, make_policy())
    assert codes(found) == [
        "sanction_above_claimed",
        "sanction_unknown_line",
        "sanction_negative",
        "too_precise",
        "other_currency",
    ]
    assert paths(found) == [
        "sanctions[1].amount",
        "sanctions[2].line",
        "sanctions[3].amount",
        "sanctions[4].amount",
        "sanctions[5].amount",
    ]
    assert check_sanctions(given, sanctions[:1], make_policy()).is_allowed
    with pytest.raises(Denied):
        settle(claim_line("a"), sanctions=[Sanction(line="a", amount=eur(101))])


def test_a_rejected_claim_comes_to_nothing_whatever_was_sanctioned():
    found = settle(
        claim_line("a", 300), sanctions=[Sanction(line="a", amount=eur(200))], advances=[50], is_rejected=True
    )
    assert (found.total, found.payable, found.unsettled, found.person) == (eur(0), eur(0), eur(50), eur(300))


def test_an_advance_in_another_currency_cannot_be_settled():
    given = claim(advances=[Advance(id="a", amount=Money(1, "USD"))])
    with pytest.raises(CurrencyMismatch):
        calculate_settlement(given, make_policy())


def test_the_settlement_explains_itself_and_computes_again():
    found = settle(
        claim_line("a", 100), claim_line("b", 50), sanctions=[Sanction(line="a", amount=eur(60))], advances=[70]
    )
    derivation = found.derivation()
    assert derivation.value == derivation.recompute() == 40
    assert [term.label for term in derivation.terms] == ["expenses.label.total", "expenses.label.offset"]
    empty = calculate_settlement(claim().__class__(id="e", claimant="a"), make_policy())
    assert empty.derivation().recompute() == 0


def test_budgets_bear_the_firms_part_of_lines_that_name_one():
    policy = with_limits(limit("l", 80))
    given = claim(claim_line("a", 100, budget="trips"), claim_line("b", 5), claim_line("c", 3, budget="trips"))
    found = calculate_charges(assess_claim(given, policy), given)
    assert [(one.line, one.amount) for one in found] == [("trips", eur(80)), ("trips", eur(3))]
    nothing = with_limits(limit("l", 0))
    assert calculate_charges(assess_claim(given, nothing), given) == ()
