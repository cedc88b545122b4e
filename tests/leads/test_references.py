"""Every policy entry that a reason of leads or customers refers to is found in the starter rulebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from salesrules import company, wire
from salesrules.leads import (
    Assignee,
    AssignmentState,
    Claimant,
    FormerOwner,
    LeadFacts,
    Opportunity,
    assign_leads,
    check_claim,
    check_deadlines,
    check_holding,
    check_lead,
    check_opportunity,
    find_skips,
)
from salesrules.leads.rules import find_unmet_conditions

BOOK = wire.load_rulebook(company.starter_rulebook())
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_every_reference_leads_to_its_place(make_lead) -> None:
    policy = BOOK.section("leads")
    held = make_lead(owned_since=NOON)
    pooled = make_lead(owner=None, pooled_at=NOON, former=[FormerOwner(owner="bo", until=NOON)])
    team = AssignmentState(people=[Assignee(person="bo", territories=["x"], capacity=0)])
    low = {"need": "none", "budget": "none", "competitor": "strong", "win_chance": 0}
    decisions = [
        *(check_holding(held, policy, NOON + days * DAY) for days in (0, 13, 40)),
        check_claim(pooled, Claimant(person="bo", owned=100, claimed_today=10), policy, NOON),
        check_deadlines(held, policy, NOON + 40 * DAY),
        check_lead(attrs.evolve(held, stage="never", captured_at=NOON), policy, NOON),
        check_opportunity(Opportunity(id="o", found=low), policy, NOON.date()),
        *(decision for _, decision in assign_leads([pooled], team, policy, NOON).unassigned),
    ]
    reasons = [reason for decision in decisions for reason in decision.reasons]
    reasons += find_skips(pooled, team, policy, NOON)
    reasons += find_unmet_conditions(LeadFacts(lead=held), policy.schemes[0].stages[5])
    references = {reason.policy for reason in reasons if reason.policy is not None}
    assert len(references) > 12
    assert {reference.type for reference in references} >= {
        "PoolLimit", "PoolPolicy", "ClaimLimits", "LeadDeadline", "HandlingScheme", "ScoringPolicy", "EntryCondition",
        "AssignmentRule",
    }  # fmt: skip
    for reference in references:
        assert BOOK.path_of(reference).startswith("leads."), reference
