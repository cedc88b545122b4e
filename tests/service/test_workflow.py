"""The lives of complaints, requests and feedback: their rows, their guards, their deadlines; beside other machines."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from core.workflow.machines import machine_for, read_rows, rows_of
from core.workflow.walks import check_walks

from salesrules.core import Denied, advance_case, decide_command, evolve_case, expire_case, find_due, start_case
from salesrules.service import (
    ComplaintPolicy,
    CustomerAnswer,
    Feedback,
    FeedbackRoute,
    HourLimit,
    JointFinding,
    ServicePolicy,
    build_complaint_workflow,
    build_feedback_workflow,
    build_request_workflow,
)

from .conftest import MONDAY

HOUR = timedelta(hours=1)
ALL = ["dispatcher", "handler", "customer", "receiver", "owner"]

COMPLAINT = """
received, reopened | assign / dispatcher [is_assigned_well] -> assigned
assigned, reopened | investigate / handler -> investigating
assigned, investigating | reassign / dispatcher [is_assigned_well] -> assigned
investigating | resolve / handler [is_resolvable] -> resolved
resolved | confirm / customer [has_customer_spoken] -> confirmed
resolved | lapse -> confirmed
resolved | reopen / customer (coded) -> reopened
received, assigned, investigating, resolved, reopened | withdraw / customer -> withdrawn
"""
REQUEST = """
opened | accept / handler -> accepted
accepted | begin / handler -> in_progress
accepted, in_progress | wait / handler -> waiting
waiting | resume -> in_progress
in_progress | finish / handler -> done
opened, accepted, in_progress, waiting | cancel / customer -> cancelled
"""
FEEDBACK = """
received | forward / receiver [is_sent_to_owner] -> forwarded
forwarded | return / owner -> received
forwarded | answer / owner -> answered
"""

RULES = ComplaintPolicy(
    id="c",
    kinds=[],
    severities=[],
    reopening_reasons=["came_back"],
    confirmation=HourLimit(hours=72, side="lower"),
    silence="confirmed",
)
TABLES = [
    (build_complaint_workflow(RULES), COMPLAINT),
    (build_request_workflow(), REQUEST),
    (build_feedback_workflow(), FEEDBACK),
]

TestComplaintMachine = machine_for(*TABLES[0])
TestRequestMachine = machine_for(*TABLES[1])
TestFeedbackMachine = machine_for(*TABLES[2])


@pytest.mark.parametrize(("table", "lines"), [pytest.param(*pair, id=pair[0].id) for pair in TABLES])
def test_the_tables_have_these_rows_and_no_other(table, lines) -> None:
    assert rows_of(table) == read_rows(lines)


@pytest.mark.parametrize("table", [pytest.param(table, id=table.id) for table, _ in TABLES])
def test_other_machines_walk_the_same_way(table) -> None:
    assert check_walks(table) > 20_000


def resolved(make_complaint, policy, **changes):
    """A complaint whose remedy was offered, six hours after it came."""
    finding = JointFinding(department="works", given_by="wu", given_at=MONDAY + 3 * HOUR)
    complaint = make_complaint(cause="material", remedy="refund", findings=[finding], **changes)
    table = build_complaint_workflow(policy.complaints)
    case = start_case(table, as_of=MONDAY)
    for hours, command in ((1, "assign"), (2, "investigate"), (6, "resolve")):
        case = advance_case(
            table, case, command, as_of=MONDAY + hours * HOUR, facts=complaint, policy=policy, roles=ALL
        )
    return table, attrs.evolve(complaint, resolved_at=case.since), case


def codes_of(decision) -> list[str]:
    return [reason.code.removeprefix("service.") for reason in decision.reasons]


def test_a_complaint_is_closed_by_the_customer_only(make_complaint, policy) -> None:
    table, complaint, case = resolved(make_complaint, policy)
    later = MONDAY + 8 * HOUR

    def confirm(answer, **changes):
        facts = attrs.evolve(complaint, answer=answer, **changes)
        return decide_command(table, case, "confirm", as_of=later, facts=facts, policy=policy, roles=["customer"])[0]

    assert codes_of(confirm(None)) == ["answer_missing"]
    by_us = CustomerAnswer(given_by="ann", given_at=later)
    assert codes_of(confirm(by_us)) == ["answer_not_by_customer"]
    to_handler = CustomerAnswer(given_by="acme", given_at=later, taken_by="ann")
    assert codes_of(confirm(to_handler)) == ["answer_taken_by_handler"]
    too_old = CustomerAnswer(given_by="acme", given_at=MONDAY + 5 * HOUR)
    assert codes_of(confirm(too_old)) == ["answer_older_than_remedy"]
    of_the_future = CustomerAnswer(given_by="acme", given_at=later + HOUR, taken_by="bo")
    assert codes_of(confirm(of_the_future)) == ["answer_not_yet"]
    good = CustomerAnswer(given_by="acme", given_at=later, taken_by="bo")
    assert confirm(good).is_allowed
    assert codes_of(confirm(good, speakers=["mr_acme"])) == ["answer_not_by_customer"]
    assert confirm(attrs.evolve(good, given_by="mr_acme"), speakers=["mr_acme"]).is_allowed
    every = CustomerAnswer(given_by="ann", given_at=MONDAY, taken_by="ann")
    assert codes_of(confirm(every)) == ["answer_not_by_customer", "answer_taken_by_handler", "answer_older_than_remedy"]
    handler = decide_command(table, case, "confirm", as_of=later, facts=complaint, policy=policy, roles=["handler"])[0]
    assert handler.reasons[0].code == "workflow.role_missing"


def test_or_reopened_with_one_of_the_firms_codes_and_assigned_again(make_complaint, policy) -> None:
    table, complaint, case = resolved(make_complaint, policy)
    later = MONDAY + 8 * HOUR
    decision, _ = decide_command(table, case, "reopen", as_of=later, roles=["customer"], reason="bad mood")
    assert decision.reasons[0].code == "workflow.reason_needed"
    case = advance_case(table, case, "reopen", as_of=later, roles=["customer"], reason="came_back")
    assert case.state == "reopened"
    case = advance_case(table, case, "assign", as_of=later, facts=complaint, policy=policy, roles=["dispatcher"])
    assert case.state == "assigned"


@pytest.mark.parametrize(
    ("silence", "seconds", "state"),
    [("confirmed", 0, "resolved"), ("confirmed", 1, "confirmed"), ("open", 1, "resolved")],
)
def test_a_customers_silence_counts_as_policy_says(
    make_complaint, policy, make_complaints, silence, seconds, state
) -> None:
    policy = attrs.evolve(policy, complaints=make_complaints(silence=silence))
    table, _, case = resolved(make_complaint, policy)
    assert find_due(table, case) == case.since + 72 * HOUR
    for event in expire_case(table, case, case.since + 72 * HOUR + timedelta(seconds=seconds))[1]:
        case = evolve_case(case, event)
    assert case.state == state


def test_without_a_policy_nothing_lapses_and_no_code_is_asked_for(make_complaint, policy) -> None:
    table = build_complaint_workflow()
    assert [state.id for state in table.states if state.deadline] == []
    assert "lapse" not in table.commands
    _, _, case = resolved(make_complaint, policy)
    assert advance_case(table, case, "reopen", as_of=MONDAY + 8 * HOUR, roles=["customer"]).state == "reopened"


def test_feedback_goes_to_the_department_that_owns_its_kind(life) -> None:
    route = FeedbackRoute(
        id="q", kinds=["quality"], owner="works", forward=HourLimit(hours=4), answer=HourLimit(hours=48)
    )
    policy = ServicePolicy(life=life, feedback=[route])
    table = build_feedback_workflow()
    case = start_case(table, as_of=MONDAY)
    feedback = Feedback(id="f1", kind="quality", given_by="li", department="sales")
    keywords = {"as_of": MONDAY + HOUR, "policy": policy, "roles": ["receiver"]}
    with pytest.raises(Denied) as caught:
        advance_case(table, case, "forward", facts=feedback, **keywords)
    (reason,) = caught.value.decision.reasons
    assert reason.code == "service.feedback_department_wrong"
    assert (reason.parameters["owner"], reason.policy.id, reason.path) == ("works", "q", "feedback.department")
    good = attrs.evolve(feedback, department="works")
    assert advance_case(table, case, "forward", facts=good, **keywords).state == "forwarded"
