"""No rule takes an instant without a time zone, which would mean the clock of the machine."""

from __future__ import annotations

from datetime import datetime

import pytest

from salesrules.core import InvalidValue, local_day
from salesrules.leads import (
    Assignee,
    AssignmentState,
    Claimant,
    assign_leads,
    calculate_funnel,
    check_claim,
    check_claim_quota,
    check_deadlines,
    check_holding,
    check_lead,
    find_escalation,
    find_owner,
    find_skips,
)

NAIVE = datetime(2024, 3, 2, 12)  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize(
    "ask",
    [
        lambda policy, lead: check_holding(lead, policy, NAIVE),
        lambda policy, lead: check_claim(lead, Claimant(person="bo"), policy, NAIVE),
        lambda policy, lead: check_claim_quota(Claimant(person="bo"), 1, policy, NAIVE),
        lambda policy, lead: check_deadlines(lead, policy, NAIVE),
        lambda policy, lead: find_escalation(lead, policy, NAIVE),
        lambda policy, lead: check_lead(lead, policy, NAIVE),
        lambda policy, lead: find_owner("l1", [], NAIVE),
        lambda policy, lead: calculate_funnel([], ["captured"], policy, NAIVE),
        lambda policy, lead: assign_leads([lead], AssignmentState(people=[Assignee(person="a")]), policy, NAIVE),
        lambda policy, lead: find_skips(lead, AssignmentState(people=[Assignee(person="a")]), policy, NAIVE),
        lambda policy, lead: local_day(NAIVE, "UTC"),
    ],
)
def test_an_instant_has_a_time_zone(policy, make_lead, ask) -> None:
    with pytest.raises(InvalidValue, match="time zone"):
        ask(policy, make_lead())
