"""Claims: every finding with its path, and each at both of its edges."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import attrs
import pytest
from expense_kit import (
    DAY,
    STOP,
    TREE,
    approval,
    claim,
    claim_line,
    codes,
    control,
    eur,
    line,
    make_policy,
    paths,
    tolerances,
)

from salesrules.core import (
    ALLOW,
    ExchangeRate,
    ExchangeRates,
    InvalidValue,
    Money,
    Rate,
    WeekdayHours,
    WorkingHours,
    WorkingTime,
)
from salesrules.core import DateRange as Days
from salesrules.expenses import (
    Advance,
    DuplicatePolicy,
    EvidencePolicy,
    ExpenseCategory,
    ExpenseLimit,
    LatePolicy,
    Usage,
    check_claim,
)


def check(*lines, policy=None, as_of=DAY, options=None, **changes):
    return check_claim(claim(*lines, **changes), policy or make_policy(), as_of, **(options or {}))


def with_claims(**claims):
    return make_policy(claims=claims)


def test_a_right_claim_is_allowed_plainly():
    assert check() is ALLOW


def test_a_claim_has_a_purpose_and_lines_with_ids_of_their_own():
    found = check_claim(attrs.evolve(claim(), purpose=" ", lines=()), make_policy(), DAY)
    assert (codes(found), paths(found)) == (["without_purpose", "without_lines"], ["purpose", "lines"])
    found = check(claim_line("a"), claim_line("a"))
    assert (codes(found), paths(found)) == (["duplicate_line"], ["lines[1].id"])


def test_the_total_matches_the_lines():
    assert check(claim_line("a", "1.10"), claim_line("b", 2), total=eur("3.10")) is ALLOW
    found = check(claim_line("a", "1.10"), claim_line("b", 2), total=eur("3.11"))
    assert (codes(found), paths(found)) == (["total_differs"], ["total"])
    assert found.reasons[0].parameters["lines"] == eur("3.10")


def test_a_total_over_several_currencies_is_refused():
    found = check(claim_line("a"), claim_line("b", amount=Money(1, "USD")), total=eur(101))
    assert codes(found) == ["total_mixed", "rate_missing"]


def test_advances_are_in_the_currency_of_claims():
    found = check(advances=[Advance(id="a", amount=eur(5)), Advance(id="b", amount=Money(5, "USD"))])
    assert (codes(found), paths(found)) == (["advance_currency"], ["advances[1].amount"])
    with pytest.raises(InvalidValue):
        Advance(id="a", amount=eur(-1))


@pytest.mark.parametrize("amount", [0, "-0.01"])
def test_an_expense_is_above_zero(amount):
    found = check(claim_line(amount=amount))
    assert (codes(found), paths(found)) == (["not_positive"], ["lines[0].amount"])


@pytest.mark.parametrize("field", ["heads", "days"])
def test_heads_and_days_are_at_least_one(field):
    found = check(claim_line(**{field: 0}))
    assert (codes(found), paths(found)) == (["count_not_positive"], [f"lines[0].{field}"])
    assert check(claim_line(**{field: 1})) is ALLOW
    with pytest.raises(InvalidValue):
        claim_line(**{field: 1.5})


def test_an_expense_covers_at_most_the_days_of_ten_years():
    assert codes(check(claim_line(days=3660))) == []
    with pytest.raises(InvalidValue, match="days: 3661 is not valid; give at most 3660"):
        claim_line(days=3661)


@pytest.mark.parametrize(
    ("day", "person", "code"), [(date.min, 85, "submitted_late"), (date.max, 95, "expense_in_future")]
)
def test_days_at_the_ends_of_the_calendar_are_judged(day, person, code):
    nightly = ExpenseLimit(id="l", categories=["lodging"], per="day", amount=eur(5), effective=Days(date.min))
    policy = with_claims(limits=[nightly], late=LatePolicy(id="late", days=60))
    found = check(claim_line(category="lodging", day=day, days=3), policy=policy)
    assert codes(found) == [code, "over_expense_limit"]
    assert found.reasons[1].parameters["person"] == eur(person)  # three days, or the last one three times


def test_an_unknown_category_is_told_its_neighbour():
    found = check(claim_line(category="travle"))
    assert codes(found) == ["unknown_category"]
    assert found.reasons[0].parameters["nearest"] == ("travel",)


# --- currencies and precision ----------------------------------------------------------------------------------------

RATES = ExchangeRates.of(
    [
        ExchangeRate(source="USD", target="EUR", effective=Days(date(2026, 3, 1), date(2026, 3, 12)), rate="0.9"),
        ExchangeRate(source="USD", target="EUR", effective=Days(date(2026, 3, 12), date(2026, 4, 1)), rate="0.8"),
    ]
)


def test_an_amount_finer_than_its_currency_is_refused_or_rounded():
    found = check(claim_line(amount="26.8512045"))
    assert (found.outcome.value, codes(found), paths(found)) == ("deny", ["too_precise"], ["lines[0].amount"])
    found = check(claim_line(amount="26.8550"), policy=with_claims(precision="round"))
    assert (found.outcome.value, codes(found)) == ("warn", ["amount_rounded"])
    assert found.reasons[0].parameters["rounded"] == eur("26.86")
    assert check(claim_line(amount="26.8500")) is ALLOW  # noughts are no decimals


def test_a_currency_that_nobody_knows_is_refused():
    found = check(claim_line(amount=Money(1, "EUX")))
    assert codes(found) == ["unknown_currency"]
    assert "EUR" in found.reasons[0].parameters["nearest"]


def test_a_foreign_expense_needs_one_rate_of_the_declared_day():
    foreign = claim_line(amount=Money(100, "USD"), day=date(2026, 3, 11))
    assert check(foreign, submitted_on=date(2026, 3, 12), as_of=date(2026, 3, 12), options={"rates": RATES}) is ALLOW
    found = check(foreign, submitted_on=date(2026, 3, 12), as_of=date(2026, 3, 12))
    assert (codes(found), found.reasons[0].parameters["day"]) == (["rate_missing"], date(2026, 3, 11))
    policy = with_claims(rate_day="submission")
    found = check(
        foreign,
        policy=policy,
        submitted_on=date(2026, 4, 1),
        as_of=date(2026, 4, 1),
        options={"rates": RATES},
    )
    assert (codes(found), found.reasons[0].parameters["day"]) == (["rate_missing"], date(2026, 4, 1))
    assert check(foreign, policy=policy, submitted_on=None, as_of=date(2026, 4, 1), options={"rates": RATES}) is ALLOW


def test_two_rates_for_one_day_are_no_rate():
    double = ExchangeRates.of([*RATES.rates, *RATES.rates])
    assert codes(check(claim_line(amount=Money(1, "USD")), options={"rates": double})) == ["rate_missing"]


# --- days ------------------------------------------------------------------------------------------------------------


def test_an_expense_after_the_submission_and_a_submission_in_the_future_are_refused():
    found = check(claim_line(day=date(2026, 3, 11)))
    assert (codes(found), paths(found)) == (["expense_in_future"], ["lines[0].day"])
    found = check(submitted_on=date(2026, 3, 11))
    assert (codes(found), paths(found)) == (["submitted_in_future"], ["submitted_on"])


@pytest.mark.parametrize(
    ("days", "side", "late"), [(30, "upper", False), (31, "upper", True), (29, "lower", False), (30, "lower", True)]
)
def test_a_claim_comes_in_time_by_the_side_of_the_last_day(days, side, late):
    policy = with_claims(late=LatePolicy(id="l", days=30, side=side))
    on = date(2026, 1, 1)
    found = check(claim_line(day=on), policy=policy, submitted_on=date.fromordinal(on.toordinal() + days))
    assert (codes(found) == ["submitted_late"]) is late
    if late:
        assert (found.outcome.value, found.reasons[0].parameters["days"]) == ("deny", days)


def test_a_firm_may_only_warn_of_lateness():
    policy = with_claims(late=LatePolicy(id="l", days=0, strictness="warn"))
    assert check(claim_line(day=date(2026, 3, 9)), policy=policy).outcome.value == "warn"


def test_a_claim_that_did_not_come_in_yet_is_judged_as_of_the_day():
    policy = with_claims(late=LatePolicy(id="l", days=5))
    draft = claim_line(day=date(2026, 3, 1))
    assert check(draft, policy=policy, submitted_on=None, as_of=date(2026, 3, 6)) is ALLOW
    assert codes(check(draft, policy=policy, submitted_on=None, as_of=date(2026, 3, 7))) == ["submitted_late"]


def test_lateness_may_count_working_days():
    office = WorkingTime(
        zone="Asia/Shanghai",
        week=[
            WeekdayHours(
                days=["monday", "tuesday", "wednesday", "thursday", "friday"],
                hours=[WorkingHours(opens=time(9), closes=time(17))],
            )
        ],
    )
    policy = with_claims(late=LatePolicy(id="l", days=1, day_count="working"))
    friday, given = date(2026, 3, 6), {"working_time": office}
    in_time = check(claim_line(day=friday), policy=policy, submitted_on=date(2026, 3, 9), options=given)
    assert in_time is ALLOW
    late = check(claim_line(day=friday), policy=policy, submitted_on=date(2026, 3, 10), options=given)
    assert (codes(late), late.reasons[0].parameters["days"]) == (["submitted_late"], 2)
    with pytest.raises(InvalidValue, match="working_time"):
        check(claim_line(day=friday), policy=policy)
    assert check(policy=policy) is ALLOW  # the same day needs no calendar


# --- papers and prior approval ---------------------------------------------------------------------------------------


PAPERS = [
    EvidencePolicy(
        id="all", required=tolerances((None, ()), (100, ("receipt",)), (1000, ("receipt", "contract"), "upper"))
    ),
    EvidencePolicy(id="rooms", categories=["lodging"], required=tolerances((None, ("invoice",))), strictness="warn"),
]


@pytest.mark.parametrize(
    ("amount", "given", "missing"),
    [
        ("99.99", (), None),
        ("100", (), ("receipt",)),
        ("100", ("receipt",), None),
        ("1000", ("receipt",), None),
        ("1000.01", ("receipt",), ("contract",)),
        ("1000.01", (), ("receipt", "contract")),
    ],
)
def test_papers_by_amount_at_each_bound(amount, given, missing):
    found = check(claim_line(amount=amount, evidence=given), policy=with_claims(evidence=PAPERS))
    if missing is None:
        assert found is ALLOW
        return
    assert (codes(found), paths(found)) == (["paper_missing"], ["lines[0].evidence"])
    assert found.reasons[0].parameters["missing"] == missing
    assert found.outcome.value == "deny"


def test_papers_of_a_category_instead_of_the_general_ones():
    found = check(claim_line(category="lodging", amount=5000), policy=with_claims(evidence=PAPERS))
    assert (found.outcome.value, found.reasons[0].parameters["missing"]) == ("warn", ("invoice",))


def test_papers_go_by_the_converted_amount():
    foreign = claim_line(amount=Money("111.10", "USD"))
    assert check(foreign, policy=with_claims(evidence=PAPERS), options={"rates": RATES}) is ALLOW
    foreign = claim_line(amount=Money("111.12", "USD"))
    found = check(foreign, policy=with_claims(evidence=PAPERS), options={"rates": RATES})
    assert found.reasons[0].parameters["amount"] == eur("100.01")


DINNERS = {"categories": [ExpenseCategory(id="dinner", prior_act="expense.dinner")]}


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        (approval("l1", "expense.dinner", on=DAY), True),
        (approval("c1", "expense.dinner", on=DAY), True),
        (None, False),
        (approval("l1", "expense.dinner", approver="ana"), False),
        (approval("l1", "expense.dinner", on=date(2026, 3, 11)), False),
        (approval("l2", "expense.dinner"), False),
        (approval("l1", "expense.gift"), False),
    ],
)
def test_some_spending_needs_somebody_elses_approval_before_it(given, passes):
    found = check(claim_line(category="dinner", prior_approval=given), policy=with_claims(**DINNERS))
    assert (found is ALLOW) is passes
    if not passes:
        assert (found.outcome.value, codes(found)) == ("warn", ["prior_approval_missing"])


def dinner(id, amount, given, **changes):
    return claim_line(id, amount, category="dinner", prior_approval=given, **changes)


@pytest.mark.parametrize(
    ("amounts", "subject", "approved", "exceeded"),
    [
        (["100"], "l0", eur(100), []),
        (["100.01"], "l0", eur(100), ["100.01"]),
        (["100"], "c1:l0", eur(100), []),
        (["100"], "c2:l0", eur(100), None),
        (["60", "40"], "c1", eur(100), []),
        (["60", "40.01"], "c1", eur(100), ["100.01", "100.01"]),  # together more than was approved
        (["100"], "l0", Money(200, "USD"), ["100"]),
    ],
)
def test_a_prior_approval_is_for_so_much(amounts, subject, approved, exceeded):
    given = attrs.evolve(approval(subject, "expense.dinner"), amount=approved)
    found = check(*(dinner(f"l{n}", amount, given) for n, amount in enumerate(amounts)), policy=with_claims(**DINNERS))
    if exceeded is None:
        assert codes(found) == ["prior_approval_missing"]
        return
    assert codes(found) == ["prior_approval_exceeded"] * len(exceeded)
    assert [reason.parameters["amount"] for reason in found.reasons] == [eur(amount) for amount in exceeded]
    assert paths(found) == [f"lines[{n}].prior_approval.amount" for n in range(len(exceeded))]
    assert found.outcome.value == ("warn" if exceeded else "allow")


def test_a_prior_approval_is_held_against_what_was_spent_in_its_currency():
    policy, options = with_claims(**DINNERS), {"rates": RATES}  # a dollar is 0.9
    given = attrs.evolve(approval("l1", "expense.dinner"), amount=eur(90))
    assert check(dinner("l1", Money(100, "USD"), given), policy=policy, options=options) is ALLOW
    over = check(dinner("l1", Money("100.02", "USD"), given), policy=policy, options=options)
    assert (codes(over), over.reasons[0].parameters["amount"]) == (["prior_approval_exceeded"], eur("90.02"))
    dollars = attrs.evolve(given, amount=Money(100, "USD"))
    assert check(dinner("l1", Money(100, "USD"), dollars), policy=policy, options=options) is ALLOW
    over = check(dinner("l1", Money("100.01", "USD"), dollars), policy=policy, options=options)
    assert codes(over) == ["prior_approval_exceeded"]


# --- duplicates ------------------------------------------------------------------------------------------------------

TWICE = with_claims(duplicates=DuplicatePolicy(id="d", days=3, tolerance=Rate.parse("1%")))


def other(*lines, id="c0", **changes):
    return claim(*lines, id=id, **changes)


def duplicates(mine, *history, **changes):
    return check(mine, policy=TWICE, options={"history": history}, **changes)


def test_one_invoice_claimed_twice_is_denied_however_it_is_spelled():
    mine = claim_line(party="Hotel Élan, Ltd.", invoice="INV-007/26")
    theirs = other(claim_line("x", 5, party="HOTEL ÉLAN LTD", invoice="inv 00726"), claimant="bo")
    found = duplicates(mine, theirs)
    assert (found.outcome.value, codes(found), paths(found)) == ("deny", ["same_invoice"], ["lines[0].invoice"])
    assert (found.reasons[0].parameters["claim"], found.reasons[0].parameters["line"]) == ("c0", "x")
    assert duplicates(mine, other(claim_line(party="Hotel Élan", invoice="INV-008/26"))) is ALLOW


def test_an_invoice_may_be_split_over_categories_of_one_claim_only():
    room, meal = (claim_line(name, 50, party="h", invoice="1", category=name) for name in ("lodging", "meals"))
    assert check(room, meal, policy=TWICE) is ALLOW
    again = attrs.evolve(room, id="again")
    assert (codes(check(room, again, policy=TWICE)), paths(check(room, again, policy=TWICE))) == (
        ["same_invoice"],
        ["lines[1].invoice"],
    )
    assert codes(duplicates(meal, other(room))) == ["same_invoice"]


@pytest.mark.parametrize(
    ("amount", "day", "near"),
    [
        (100, date(2026, 3, 7), True),
        (100, date(2026, 3, 6), False),
        ("99", date(2026, 3, 10), True),
        ("98.99", date(2026, 3, 10), False),
        ("101.01", date(2026, 3, 10), True),
        ("101.02", date(2026, 3, 10), False),
    ],
)
def test_near_duplicates_by_days_and_amount_at_their_bounds(amount, day, near):
    found = duplicates(claim_line(party="Taxi"), other(claim_line("x", amount, party="taxi", day=day)))
    assert (codes(found) == ["near_duplicate"]) is near
    assert found.outcome.value == ("warn" if near else "allow")


def test_what_is_no_near_duplicate():
    mine = claim_line(party="Taxi", invoice="1")
    assert duplicates(mine, other(claim_line(party="Taxi", invoice="2"))) is ALLOW  # two invoices
    assert duplicates(claim_line(party=""), other(claim_line(party=""))) is ALLOW  # nobody named
    assert duplicates(claim_line(party="Taxi"), other(claim_line(party="Bus"))) is ALLOW
    dollars = other(claim_line(party="Taxi", amount=Money(100, "USD")))
    assert duplicates(claim_line(party="Taxi"), dollars) is ALLOW
    assert duplicates(claim_line(party="Taxi"), claim(claim_line(party="Taxi"))) is ALLOW  # the claim itself
    assert check(claim_line("a", party="Taxi"), claim_line("b", party="Taxi")) is ALLOW  # no rule


def test_a_near_duplicate_without_a_number_is_asked_about_once():
    found = duplicates(
        claim_line(party="Taxi", invoice="1"),
        other(claim_line(party="Taxi", invoice="2"), claim_line("x", party="Taxi"), claim_line("y", party="Taxi")),
    )
    assert [reason.parameters["line"] for reason in found.reasons] == ["x"]


# --- budgets and approvals -------------------------------------------------------------------------------------------


def test_budgets_speak_with_the_paths_of_the_claim():
    lines = (claim_line("a", 50), claim_line("b", 400, budget="trips"), claim_line("c", 201, budget="trips"))
    options = {"book": TREE, "usage": {}}
    found = check(*lines, policy=make_policy(control(table=STOP)), options=options)
    assert (found.outcome.value, codes(found), paths(found)) == ("deny", ["over_budget"], ["lines[2].amount"])
    assert found.headroom == eur(600)
    found = check(claim_line(budget="tripz"), options=options)
    assert (codes(found), paths(found), found.headroom) == (["unknown_line"], ["lines[0].budget"], None)
    warned = check(claim_line(amount=599, budget="trips"), options=options)
    assert (warned.outcome.value, warned.headroom) == ("warn", eur(1))
    plain = check(claim_line(amount=1, budget="trips"), options=options)
    assert (plain.outcome.value, plain.headroom) == ("allow", eur(599))


def test_budgets_count_what_is_used():
    used = {"trips": Usage(committed=eur(550), actual=eur(0))}
    found = check(claim_line(amount=51, budget="trips"), options={"book": TREE, "usage": used})
    assert "over_budget" in codes(found)


def test_a_claim_without_budgets_asks_none():
    assert check(options={"book": TREE}) is ALLOW


def test_findings_of_claim_and_budget_come_together():
    found = check(claim_line(category="x", amount=700, budget="trips"), options={"book": TREE}, purpose="")
    assert codes(found) == ["without_purpose", "unknown_category", "over_budget", "tolerance_reached"]


def test_the_amount_of_a_line_without_rate_is_asked_no_papers():
    found = check(claim_line(amount=Money(5000, "USD")), policy=with_claims(evidence=PAPERS))
    assert codes(found) == ["rate_missing"]


def test_reasons_name_the_policy_that_decided():
    policy = with_claims(evidence=PAPERS, late=LatePolicy(id="soon", days=0))
    found = check(claim_line(day=date(2026, 1, 1), amount=100), policy=policy)
    assert [(reason.policy.type, reason.policy.id) for reason in found.reasons] == [
        ("LatePolicy", "soon"),
        ("EvidencePolicy", "all"),
    ]
    assert Decimal(100) == line("a", 100).amount.amount
