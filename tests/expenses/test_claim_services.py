"""Claims as they are stored: what their budgets hold follows every step."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from expense_kit import DAY, NOON, STOP, TREE, Office, claim, claim_line, codes, control, eur, make_policy

from salesrules.core import DateRange, MissingAggregate
from salesrules.expenses import (
    ExpenseLimit,
    Sanction,
    calculate_settlement,
    refund_budget,
    review_claim,
    save_claim,
    submit_claim,
)

NOTHING = eur(0)
LINES = claim_line("a", 300, budget="trips"), claim_line("b", 100, budget="fairs"), claim_line("c", 7)


class Desk(Office):
    """An office with the tree of the kit, in which Ana claims."""

    def __init__(self, *lines, policy=None, storage=None, **rest):
        super().__init__(policy or make_policy(control(table=STOP)), storage, **rest)
        self.open(*TREE.lines)
        self.save(*(lines or LINES))
        self.hours = 12

    def save(self, *lines, actor="ana", **changes):
        given = claim(*lines, submitted_on=None, **changes)
        return self.run(save_claim, given, ports="claims policy", actor=actor)

    def submit(self, key="s1", actor="ana", id="c1", **rest):
        return self.run(submit_claim, id, ports="claims budgets ledger policy", key=key, actor=actor, **rest)

    def review(self, command, actor, role, key=None, id="c1", **rest):
        key = key or f"{id}-{command}"
        ports = "claims budgets ledger policy"
        return self.run(review_claim, id, command, ports=ports, key=key, actor=actor, roles=[role], **rest)

    @property
    def state(self):
        return self.file("c1").case.state

    @property
    def held(self):
        return tuple(self.used(account)[0] for account in ("trips", "fairs", "all"))

    @property
    def spent(self):
        return tuple(self.used(account)[1] for account in ("trips", "fairs", "all"))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_claim_holds_its_budgets_until_it_is_paid(desk):
    decision = desk.submit()
    assert (decision.outcome.value, desk.state) == ("allow", "submitted")
    assert desk.held == (eur(300), eur(100), eur(400))
    assert desk.file("c1").claim.submitted_on == DAY
    assert desk.review("supervisor_approve", "sue", "supervisor").is_allowed
    assert desk.review("finance_approve", "finn", "finance").is_allowed
    assert desk.held == (eur(300), eur(100), eur(400))
    assert desk.review("pay", "cash", "cashier").is_allowed
    assert (desk.held, desk.spent) == ((NOTHING, NOTHING, NOTHING), (eur(300), eur(100), eur(400)))
    posted = desk.file("c1").posted
    assert desk.run(refund_budget, posted, ports="ledger", key="f").is_allowed
    assert desk.spent == (NOTHING, NOTHING, NOTHING)


def test_a_wrong_claim_is_denied_with_everything_and_holds_nothing(desk):
    desk.save(claim_line("a", 700, budget="trips"), claim_line("b", category="x"), purpose="")
    decision = desk.submit()
    assert codes(decision) == ["without_purpose", "unknown_category", "over_budget"]
    assert (desk.state, desk.held) == ("draft", (NOTHING, NOTHING, NOTHING))


def test_a_wrong_amount_or_an_unknown_budget_is_denied_not_an_error(desk):
    desk.save(claim_line("a", -5, budget="trips"), claim_line("b", 5, budget="tripz"))
    assert codes(desk.submit()) == ["not_positive", "unknown_line"]


def test_somebody_else_cannot_save_or_submit_it(desk):
    assert codes(desk.save(claim_line(), actor="bo")) == ["not_claimant"]
    assert codes(desk.save(claim_line(), actor="bo", claimant="bo")) == ["not_claimant"]
    assert "not_claimant" in codes(desk.submit(actor="bo"))
    assert desk.file("c1").claim.lines == LINES


def test_a_claim_is_frozen_while_pending_and_closed_after(desk):
    desk.submit()
    assert [reason.code for reason in desk.save(claim_line("z", 1)).reasons] == ["workflow.frozen"]
    desk.review("revise", "ana", "claimant")
    assert desk.held == (NOTHING, NOTHING, NOTHING)
    assert desk.save(claim_line("z", 1, budget="trips")).is_allowed
    assert desk.submit(key="s2").is_allowed
    assert desk.held == (eur(1), NOTHING, eur(1))
    desk.review("supervisor_reject", "sue", "supervisor", reason="unclear")
    assert [reason.code for reason in desk.save(claim_line("z", 1)).reasons] == ["workflow.final"]


@pytest.mark.parametrize(
    ("command", "state"), [("finance_return", "draft"), ("finance_reject", "rejected"), ("revise", "draft")]
)
def test_what_leads_back_or_ends_gives_the_budget_up(desk, command, state):
    desk.submit()
    desk.review("supervisor_approve", "sue", "supervisor")
    actor, role = ("ana", "claimant") if command == "revise" else ("finn", "finance")
    assert desk.review(command, actor, role).is_allowed
    assert (desk.state, desk.held, desk.spent) == (state, (NOTHING,) * 3, (NOTHING,) * 3)
    assert desk.file("c1").reserved == ""


def test_a_refusal_gives_the_budget_up_before_the_claimant_takes_note():
    policy = make_policy(control(table=STOP))
    policy = attrs.evolve(policy, reviews=attrs.evolve(policy.reviews, refusal="acknowledged"))
    desk = Desk(policy=policy)
    desk.submit()
    desk.review("supervisor_reject", "sue", "supervisor", reason="unclear")
    assert (desk.state, desk.held, desk.file("c1").reserved) == ("refused", (NOTHING,) * 3, "")
    assert desk.review("acknowledge", "ana", "claimant").is_allowed
    assert desk.submit(key="s2").is_allowed
    assert desk.held == (eur(300), eur(100), eur(400))
    desk.review("supervisor_reject", "sue", "supervisor", key="again", reason="unclear")
    assert desk.review("acknowledge", "ana", "claimant", key="enough", gives_up=True).is_allowed
    assert (desk.state, desk.held) == ("withdrawn", (NOTHING,) * 3)


def test_a_partial_sanction_gives_the_rest_up_at_once_and_pays_the_part(desk):
    desk.submit()
    parts = [Sanction(line="a", amount=eur(120)), Sanction(line="b", amount=eur(0))]
    assert desk.review("supervisor_approve", "sue", "supervisor", sanctions=parts).is_allowed
    assert desk.held == (eur(120), NOTHING, eur(120))
    back = [Sanction(line="a", amount=eur(300))]
    assert desk.review("finance_approve", "finn", "finance", sanctions=back).is_allowed
    desk.review("pay", "cash", "cashier")
    assert desk.spent == (eur(300), NOTHING, eur(300))
    file = desk.file("c1")
    assert calculate_settlement(file.claim, desk.policy, sanctions=file.sanctions).payable == eur(307)


def test_a_sanction_of_nothing_holds_nothing(desk):
    desk.submit()
    none = [Sanction(line=one, amount=eur(0)) for one in ("a", "b")]
    desk.review("supervisor_approve", "sue", "supervisor", sanctions=none)
    assert (desk.held, desk.file("c1").reserved) == ((NOTHING,) * 3, "")
    desk.review("finance_approve", "finn", "finance")
    assert desk.review("pay", "cash", "cashier").is_allowed
    assert (desk.spent, desk.state) == ((NOTHING,) * 3, "paid")


def test_a_sanction_that_the_budget_has_no_room_for_is_denied(desk):
    desk.submit()
    desk.review("supervisor_approve", "sue", "supervisor", sanctions=[Sanction(line="a", amount=eur(10))])
    desk.save(claim_line("x", 590, budget="trips"), id="c2")
    assert desk.submit(key="s2", id="c2").is_allowed
    more = [Sanction(line="a", amount=eur(11))]
    decision = desk.review("finance_approve", "finn", "finance", sanctions=more)
    assert decision.outcome.value == "deny"
    assert (desk.state, desk.held[0]) == ("supervisor_approved", eur(600))
    assert desk.review("finance_approve", "finn", "finance", key="again").is_allowed


def test_only_the_firms_part_is_held():
    limit = ExpenseLimit(
        id="l", categories=["travel"], per="line", amount=eur(80), effective=DateRange(date(2020, 1, 1))
    )
    desk = Desk(policy=make_policy(control(table=STOP), claims={"limits": [limit]}))
    assert codes(desk.submit()) == ["over_expense_limit", "over_expense_limit"]
    assert desk.held == (eur(80), eur(80), eur(160))


def test_a_claim_without_budgets_or_a_firm_without_them_holds_none():
    desk = Desk(claim_line("a", 5))
    desk.submit()
    desk.review("supervisor_approve", "sue", "supervisor", sanctions=[Sanction(line="a", amount=eur(4))])
    desk.review("finance_approve", "finn", "finance")
    assert desk.review("revise", "ana", "claimant").is_allowed
    desk.submit(key="s2")
    desk.review("supervisor_approve", "sue", "supervisor", key="a2")
    desk.review("finance_approve", "finn", "finance", key="a3")
    assert desk.review("pay", "cash", "cashier").is_allowed
    office = Desk()
    office.policy = attrs.evolve(office.policy, budgets=None)
    assert office.submit().is_allowed
    assert office.review("supervisor_approve", "sue", "supervisor", sanctions=[Sanction(line="a", amount=eur(4))])
    assert office.review("supervisor_return", "sue", "supervisor").outcome.value == "deny"


def test_the_same_command_again_is_a_clear_denial(desk):
    desk.submit()
    assert desk.submit().reasons[0].code == "workflow.not_allowed"
    desk.review("supervisor_approve", "sue", "supervisor")
    again = desk.review("supervisor_approve", "sue", "supervisor")
    assert [reason.code for reason in again.reasons] == ["workflow.not_allowed"]
    assert desk.held == (eur(300), eur(100), eur(400))


def test_a_claim_that_is_not_there_is_named(desk):
    with pytest.raises(MissingAggregate):
        desk.submit(id="gone")
    with pytest.raises(MissingAggregate):
        desk.review("pay", "cash", "cashier", id="gone")


def test_others_claims_of_the_day_and_twins_are_history(desk):
    decision = desk.submit(history=[claim(*LINES, id="c0")])
    assert decision.is_allowed
    assert NOON.date() == DAY
