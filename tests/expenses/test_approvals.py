"""Who must approve a claim: its lines as requests to the firm's matrix, and what comes of it."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from expense_firm import DIRECTORY, row, with_rows
from expense_kit import DAY, NOON, Office, approval, claim, claim_line, codes, eur, make_policy

from salesrules import company
from salesrules.approvals import Review, make_evidence, open_request, review_request, submit_request
from salesrules.core import ALLOW, ExchangeRate, ExchangeRates, InvalidValue, Money
from salesrules.core import DateRange as Days
from salesrules.expenses import (
    ExpenseCategory,
    check_claim,
    find_approval_requests,
    review_claim,
    route_claim,
    save_claim,
    submit_claim,
)
from salesrules.wire import load_rulebook

CATEGORIES = [
    ExpenseCategory(id="travel", claim_act="expense.travel"),
    ExpenseCategory(id="lodging", claim_act="expense.travel"),
    ExpenseCategory(id="meals", claim_act="expense.travel", is_per_line=True),
    ExpenseCategory(id="fees"),
]
POLICY = make_policy(claims={"categories": CATEGORIES})
MATRIX = with_rows(row("any", upto={100: (), 300: ("max",), None: ("max", "gm")}), act="expense.travel")


def people(decision):
    return [approval.approver for approval in decision.approvals]


def routes(*lines, related=(), matrix=MATRIX, **changes):
    return route_claim(claim(*lines, **changes), POLICY, matrix, DIRECTORY, as_of=NOON, related=related)


def test_lines_of_one_act_are_asked_for_together_and_events_one_by_one():
    lines = (
        claim_line("a", 60),
        claim_line("b", 50, category="lodging"),
        claim_line("c", "100", category="meals", heads=3, party="Bistro"),
        claim_line("d", 7, category="fees"),
        claim_line("e", 7, category="unknown"),
    )
    event, trip = find_approval_requests(claim(*lines, rank="junior"), POLICY)
    assert (event.id, event.act, event.subject, event.requester) == ("c1:c", "expense.travel", "c1:c", "ana")
    assert (event.amount, event.amounts["per_head"], event.party) == (eur(100), eur("33.34"), "Bistro")
    assert dict(event.attributes) == {"category": "meals", "rank": "junior"}
    assert (trip.id, trip.subject, trip.amount, trip.day, trip.matter) == (
        "c1:expense.travel",
        "c1",
        eur(110),
        DAY,
        "visit",
    )
    assert dict(trip.attributes) == {"rank": "junior"}  # of two categories


def test_a_cost_a_head_never_slips_below_its_limit():
    per_head = [
        find_approval_requests(claim(claim_line("c", amount, category="meals", heads=3)), POLICY)[0].amounts["per_head"]
        for amount in ("360", "360.01")
    ]
    assert per_head == [eur("120.00"), eur("120.01")]


def test_amounts_are_converted_and_what_has_no_rate_is_left_to_the_check():
    rates = ExchangeRates.of([ExchangeRate(source="USD", target="EUR", effective=Days(date(2026, 1, 1)), rate="0.5")])
    dollars = claim(claim_line("a", Money(100, "USD")), claim_line("b", Money(3, "GBP")), claim_line("c", -1))
    (request,) = find_approval_requests(dollars, POLICY, rates=rates)
    assert request.amount == eur(50)
    assert find_approval_requests(dollars, POLICY) == ()


def test_a_draft_is_of_its_last_expense():
    lines = claim_line("a", day=date(2026, 3, 1)), claim_line("b", day=date(2026, 3, 4))
    (request,) = find_approval_requests(claim(*lines, submitted_on=None, purpose="", unit=""), POLICY)
    assert (request.day, request.matter, request.unit) == (date(2026, 3, 4), None, None)


@pytest.mark.parametrize(
    ("amount", "outcome", "approvers"),
    [("100", "allow", []), ("100.01", "refer", ["max"]), ("300", "refer", ["max"]), ("300.01", "refer", ["max", "gm"])],
)
def test_the_check_names_who_must_approve(amount, outcome, approvers):
    mine = claim(claim_line("a", amount))
    found = check_claim(mine, POLICY, DAY, routes=routes(claim_line("a", amount)))
    assert (found.outcome.value, people(found)) == (outcome, approvers)


def test_a_claim_split_over_lines_finds_the_band_of_its_sum():
    (route,) = routes(claim_line("a", 100), claim_line("b", 100), claim_line("c", 101))
    assert people(route.decision) == ["max", "gm"]


def test_events_of_one_party_and_day_add_up_where_the_rule_says_so():
    matrix = with_rows(
        row("any", upto={100: (), None: ("gm",)}), act="expense.travel", combine_by=["party", "matter", "day"]
    )
    halves = [claim_line(id, 60, category="meals", party="Bistro") for id in ("a", "b")]
    assert [people(route.decision) for route in routes(*halves, matrix=matrix)] == [["gm"], ["gm"]]
    before = find_approval_requests(claim(halves[0], id="c0"), POLICY)
    assert people(routes(halves[1], matrix=matrix, related=before)[0].decision) == ["gm"]
    assert people(routes(halves[1], matrix=matrix)[0].decision) == []


def test_a_wrong_claim_is_denied_whoever_might_approve_it():
    mine = claim(claim_line("a", 200), purpose=" ")
    found = check_claim(mine, POLICY, DAY, routes=routes(claim_line("a", 200)))
    assert (found.outcome.value, found.approvals) == ("deny", ())
    assert codes(found)[0] == "without_purpose"


def test_what_the_matrix_says_has_the_path_of_its_request():
    found = check_claim(claim(claim_line("a", 200)), POLICY, DAY, routes=routes(claim_line("a", 200)))
    assert all(reason.path.startswith("approvals[c1:expense.travel]") for reason in found.reasons)
    unknown = routes(claim_line("a", 200), claimant="nobody")
    found = check_claim(claim(claim_line("a", 200), claimant="nobody"), POLICY, DAY, routes=unknown)
    assert (found.outcome.value, found.reasons[0].path) == ("deny", "approvals[c1:expense.travel].requester")


def test_a_claim_of_which_nothing_is_asked_is_plainly_allowed():
    mine = claim(claim_line("a", category="fees"))
    assert check_claim(mine, POLICY, DAY, routes=routes(claim_line("a", category="fees"))) is ALLOW


def test_a_referred_claim_is_submitted_and_told_who_approves():
    office = Office(POLICY)
    office.run(save_claim, claim(claim_line("a", 200), submitted_on=None), ports="claims policy", actor="ana")
    ports = "claims budgets ledger policy"
    found = office.run(submit_claim, "c1", ports=ports, key="s", actor="ana", routes=routes(claim_line("a", 200)))
    assert (found.outcome.value, people(found)) == ("refer", ["max"])
    assert office.file("c1").case.state == "submitted"


@pytest.mark.parametrize(
    ("category", "amount", "heads", "approver"),
    [
        ("travel", 2999, 1, "max"),
        ("travel", 3000, 1, "hana"),
        ("entertainment", 800, 10, "max"),
        ("entertainment", 801, 11, "vic"),
        ("entertainment", 243, 3, "vic"),
        ("entertainment", 2001, 26, "gm"),
        ("entertainment", 363, 3, "gm"),
        ("gift", 10, 1, "gm"),
    ],
)
def test_the_starter_rulebook_names_the_approver(category, amount, heads, approver):
    starter = load_rulebook(company.starter_rulebook())
    mine = claim(claim_line("a", Money(amount, "CNY"), category=category, heads=heads))
    found = route_claim(mine, starter.section("expenses"), starter.section("approvals"), DIRECTORY, as_of=NOON)
    assert [people(route.decision) for route in found] == [[approver]]


PORTS = "claims budgets ledger policy"


class Desk:
    """A claim of 301, which Max and the general manager must approve, reviewed and waiting to be paid."""

    def __init__(self, *lines, policy=POLICY, matrix=MATRIX):
        self.office, self.matrix = Office(policy), matrix
        mine = claim(*(lines or (claim_line("a", 301),)), submitted_on=None)
        self.office.run(save_claim, mine, ports="claims policy", actor="ana")
        asked = route_claim(mine, policy, matrix, DIRECTORY, as_of=NOON)
        self.office.run(submit_claim, "c1", ports=PORTS, key="s", actor="ana", routes=asked)
        for step, actor in (("supervisor", "sue"), ("finance", "finn")):
            self.do(f"{step}_approve", actor, step)

    def do(self, command, actor, role, **given):
        return self.office.run(
            review_claim, "c1", command, ports=PORTS, key=command, actor=actor, roles=[role], **given
        )

    def pay(self, *evidence):
        return codes(self.do("pay", "cash", "cashier", evidence=evidence))

    @property
    def state(self):
        return self.office.file("c1").case.state


def approved(request, *reviewers):
    """The evidence of a request that went its whole way."""
    file = submit_request(open_request(request, as_of=NOON), MATRIX, DIRECTORY, actor="ana", as_of=NOON)[1]
    for who in reviewers:
        review = Review(id=who, step=file.case.state, reviewer=who, verdict="approve")
        file = review_request(file, review, MATRIX, DIRECTORY, as_of=NOON)[1]
    return make_evidence(file)


def test_a_claim_is_paid_only_with_the_approvals_that_the_matrix_asked_for():
    desk = Desk()
    assert (desk.pay(), desk.state) == (["evidence_missing"], "finance_approved")
    (request,) = find_approval_requests(claim(claim_line("a", 301)), POLICY)
    assert (desk.pay(approved(request, "max", "gm")), desk.state) == ([], "paid")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"approver": "ana"}, ["evidence_own"]),
        ({"reviewers": ["ana", "gm"]}, ["evidence_own"]),
        ({"amount": eur("300.99")}, ["evidence_exceeded"]),
        ({"amount": eur(301)}, []),
        ({"amount": Money(301, "USD")}, ["evidence_exceeded"]),
        ({"subject": "c2"}, ["evidence_missing"]),
        ({"act": "expense.goods"}, ["evidence_missing"]),
        ({"at": NOON + timedelta(seconds=1)}, ["evidence_not_yet"]),
        ({"at": NOON}, []),
    ],
)
def test_what_does_not_carry_a_claim_pays_nothing(change, found):
    desk = Desk()
    assert desk.pay(attrs.evolve(approval("c1", "expense.travel", approver="gm"), **change)) == found
    assert desk.state == ("finance_approved" if found else "paid")


def test_each_event_needs_its_own_approval_and_one_that_was_given_before_it_counts():
    events = [claim_line(id, 200, category="meals") for id in ("a", "b")]
    assert Desk(*events).pay() == ["evidence_missing", "evidence_missing"]
    first, second = (approval(f"c1:{id}", "expense.travel", approver="gm") for id in ("a", "b"))
    assert Desk(*events).pay(first) == ["evidence_missing"]
    assert Desk(*events).pay(first, second) == []
    asked_before = attrs.evolve(events[0], prior_approval=first)
    assert Desk(asked_before, events[1]).pay(second) == []


def test_of_several_approvals_one_that_carries_is_enough():
    small, enough = (attrs.evolve(approval("c1", "expense.travel"), amount=eur(amount)) for amount in (1, 301))
    assert Desk().pay(small, enough) == []
    assert Desk().pay(small, small) == ["evidence_exceeded", "evidence_exceeded"]


def test_parts_that_add_up_are_paid_with_an_approval_of_their_sum():
    matrix = with_rows(row("any", upto={100: (), None: ("gm",)}), act="expense.travel", combine_by=["party", "day"])
    halves = [claim_line(id, 60, category="meals", party="Bistro") for id in ("a", "b")]
    own = [attrs.evolve(approval(f"c1:{id}", "expense.travel"), amount=eur(60)) for id in ("a", "b")]
    assert Desk(*halves, matrix=matrix).pay(*own) == ["evidence_exceeded", "evidence_exceeded"]
    whole = [attrs.evolve(one, amount=eur(120)) for one in own]
    assert Desk(*halves, matrix=matrix).pay(*whole) == []


def test_a_route_of_something_else_is_an_error():
    office = Office(POLICY)
    office.run(save_claim, claim(submitted_on=None), ports="claims policy", actor="ana")
    with pytest.raises(InvalidValue, match="give the routes that route_claim finds for c1"):
        office.run(submit_claim, "c1", ports=PORTS, key="s", actor="ana", routes=routes(claim_line("a", 9), id="c2"))
    assert office.file("c1").case.state == "draft"
