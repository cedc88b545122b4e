"""Worked examples that others published, each with its source in `tests/cases/leads.json`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import attrs
import pytest

from salesrules.core import Outcome, TimeLimit, WeekdayHours, WorkingHours, WorkingTime
from salesrules.leads import (
    Claimant,
    ClaimLimits,
    FormerOwner,
    LeadDeadline,
    PoolLimit,
    PoolPolicy,
    PoolProtection,
    calculate_day_quota,
    calculate_dues,
    check_claim,
    check_claim_quota,
    check_holding,
    find_escalation,
    find_recall,
)

FILE = Path(__file__).parents[1] / "cases" / "leads.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text("utf-8"))}


def case(id: str):
    return CASES[id]["inputs"], CASES[id]["expected"]


def test_every_case_names_its_source() -> None:
    assert set(CASES) == {
        "ASSIGN-01", "LEAD-01", "LEAD-07", "LEAD-08", "POOL-01", "POOL-02", "POOL-08", "POOL-14", "POOL-15"
    }  # fmt: skip
    assert all(case["source"] for case in CASES.values())


def test_assign_01_the_quota_of_a_day(policy) -> None:
    inputs, expected = case("ASSIGN-01")
    assert [calculate_day_quota(capacity, 0, policy) for capacity in inputs["capacity"]] == expected["quota"]


def test_lead_01_the_response_lies_in_working_hours(policy, make_lead) -> None:
    inputs, expected = case("LEAD-01")
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    hours = [WorkingHours(opens=time(9), closes=time(17))]
    office = WorkingTime(zone="UTC", week=[WeekdayHours(days=days, hours=hours)])
    limit = TimeLimit(hours=inputs["target_s"] // 3600, counted="working")
    only = attrs.evolve(policy, deadlines=[LeadDeadline(id="d", subject="first_contact", limit=limit)])
    start = datetime.fromisoformat(inputs["start"].removesuffix(" (Mon)")).replace(tzinfo=UTC)
    (found,) = calculate_dues(make_lead(owned_since=start), only, office)
    assert found.due_at == datetime.fromisoformat(expected["response_by"]).replace(tzinfo=UTC)


def test_lead_07_more_than_fourteen_days_in_a_stage(policy, make_lead, at) -> None:
    inputs, expected = case("LEAD-07")
    days = TimeLimit(days=14, counted="calendar", side="upper")
    pool = PoolPolicy(id="p", limits=[PoolLimit(id="s", kind="stagnation", limit=days)], conflict="strictest")
    entered = at(f"{inputs['stage_entered']}T09:00")
    lead = make_lead(owned_since=entered, stage_entered=entered)
    found = [check_holding(lead, attrs.evolve(policy, pool=pool), at(f"{day}T23:59")) for day in inputs["today"]]
    assert ["claimable" if one.outcome is Outcome.DENY else "held" for one in found] == expected


def test_lead_08_the_ladder_of_escalation(policy, make_lead, at) -> None:
    inputs, expected = case("LEAD-08")
    start = at("2024-03-01T10:00")
    named = {("", ()): "none", ("remind_owner", ("owner",)): "remind_owner",
             ("remind_owner", ("owner", "manager")): "remind_owner+cc_manager",
             ("reassign", ("owner", "manager")): "high_risk/reassignable"}  # fmt: skip
    found = [
        find_escalation(make_lead(owned_since=start), policy, start + timedelta(days=day))
        for day in inputs["no_follow_up_on_days"]
    ]
    assert [named[one.action, one.tell] for one in found] == expected


@pytest.mark.parametrize("id", ["POOL-01", "POOL-02"])
def test_pool_01_and_02_an_activity_never_shortens_protection(policy, make_lead, at, id) -> None:
    inputs, expected = case(id)
    protection = PoolProtection(
        id="p", days=inputs["default_days"], extension_days=inputs["extend_days_on_activity"],
        cap_days=inputs["max_days"], counted="calendar", ends="recalls",
    )  # fmt: skip
    given = attrs.evolve(policy, pool=PoolPolicy(id="p", protections=[protection], conflict="strictest"))
    activities = [at(f"{day}T12:00") for day in inputs["activities"]]
    lead = make_lead(owned_since=at(f"{inputs['claimed']}T12:00"), activities=activities)
    assert find_recall(lead, given).at == at(f"{expected['recall_at']}T00:00")
    if "changed" in expected:
        assert (find_recall(attrs.evolve(lead, activities=[]), given) != find_recall(lead, given)) is expected[
            "changed"
        ]


def test_pool_08_a_stale_contact_does_not_recall_a_lead_at_once(policy, make_lead) -> None:
    inputs, expected = case("POOL-08")

    def instant(name):
        return datetime.fromisoformat(inputs[name]).replace(tzinfo=UTC)

    limits = [
        PoolLimit(id="deal", kind="no_deal", limit=TimeLimit(days=inputs["deal_expire_days"])),
        PoolLimit(id="contact", kind="no_follow_up", limit=TimeLimit(days=inputs["contact_expire_days"])),
    ]
    given = attrs.evolve(policy, pool=PoolPolicy(id="p", limits=limits, conflict="strictest"))
    lead = make_lead(owned_since=instant("owner_time"), last_follow_up=instant("last_contact"), is_won=inputs["won"])
    found = check_holding(lead, given, instant("now"))
    assert (found.outcome is Outcome.DENY) is expected["recalled"]
    assert found.changes_at == instant("owner_time") + timedelta(days=inputs["contact_expire_days"])


def test_pool_14_the_former_owner_waits_and_the_boundary_is_accepted(policy, make_lead) -> None:
    inputs, expected = case("POOL-14")
    end = datetime.fromisoformat(inputs["end_time"]).replace(tzinfo=UTC)
    wait = attrs.evolve(policy.pool, former_owner_wait=TimeLimit(days=inputs["days"]))
    lead = make_lead(owner=None, pooled_at=end, former=[FormerOwner(owner="bo", until=end)])
    for tried, said in zip(inputs["tries"], expected, strict=True):
        moment = datetime.fromisoformat(tried).replace(tzinfo=UTC)
        found = check_claim(lead, Claimant(person="bo"), attrs.evolve(policy, pool=wait), moment)
        assert found.is_allowed is (said == "accept")


def test_pool_15_what_does_not_count_is_left_out_of_what_is_left(policy) -> None:
    """Their own message forgets the leads that do not count and shows 0; ours shows what the rule gives."""
    inputs, expected = case("POOL-15")
    given = attrs.evolve(policy, pool=attrs.evolve(policy.pool, claims=ClaimLimits(id="c", owned=inputs["capacity"])))
    claimant = Claimant(person="bo", owned=inputs["owned"], excluded=inputs["filtered_out"])
    found = check_claim_quota(claimant, inputs["batch"], given, datetime(2024, 3, 1, tzinfo=UTC))
    assert (found.is_allowed, found.headroom) == (expected["ok"], expected["available"])
