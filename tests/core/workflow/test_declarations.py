"""Real expense claims (BPI Challenge 2020, domestic declarations) held against a plausible workflow."""

from __future__ import annotations

import csv
import gzip
import os
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from salesrules.core import Deadline, Transition, WorkflowState, WorkflowTable, replay_log

SHARED = Path(os.environ.get("SALESRULES_SHARED") or Path(__file__).parents[3].parent / "shared")
LOG = SHARED / "data" / "bpic2020" / "domestic_declarations.csv.gz"

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is absent; it may not be copied into the project")

WEEK = Deadline(after=timedelta(days=7))
DECLARATIONS = WorkflowTable(
    id="declarations",
    states=[
        WorkflowState(id="draft", kind="initial"),
        WorkflowState(id="submitted", kind="pending"),
        WorkflowState(id="checked", kind="pending"),
        WorkflowState(id="budgeted", kind="pending"),
        WorkflowState(id="approved", deadline=WEEK),
        WorkflowState(id="requested", deadline=WEEK),
        WorkflowState(id="rejected"),
        WorkflowState(id="returned"),
        WorkflowState(id="paid", kind="final"),
        WorkflowState(id="dropped", kind="final"),
    ],
    transitions=[
        Transition(sources=["draft", "returned"], command="save", target="draft", role="EMPLOYEE", is_editing=True),
        Transition(sources=["draft", "returned"], command="submit", target="submitted", role="EMPLOYEE"),
        Transition(sources=["submitted"], command="check", target="checked", role="ADMINISTRATION"),
        Transition(sources=["submitted"], command="pre-approve", target="checked", role="PRE_APPROVER"),
        Transition(sources=["checked"], command="budget", target="budgeted", role="BUDGET OWNER"),
        Transition(
            sources=["submitted", "checked", "budgeted"], command="approve", target="approved", role="SUPERVISOR"
        ),
        Transition(sources=["submitted"], command="reject-check", target="rejected", role="ADMINISTRATION"),
        Transition(sources=["submitted"], command="reject-early", target="rejected", role="PRE_APPROVER"),
        Transition(sources=["checked"], command="reject-budget", target="rejected", role="BUDGET OWNER"),
        Transition(
            sources=["submitted", "checked", "budgeted"], command="reject", target="rejected", role="SUPERVISOR"
        ),
        Transition(sources=["rejected"], command="take-back", target="returned", role="EMPLOYEE"),
        Transition(sources=["returned"], command="drop", target="dropped", role="EMPLOYEE"),
        Transition(sources=["approved"], command="request", target="requested"),
        Transition(sources=["requested"], command="pay", target="paid"),
    ],
)
ACTIVITIES = {
    "Declaration SAVED by EMPLOYEE": "save",
    "Declaration SUBMITTED by EMPLOYEE": "submit",
    "Declaration APPROVED by ADMINISTRATION": "check",
    "Declaration APPROVED by PRE_APPROVER": "pre-approve",
    "Declaration APPROVED by BUDGET OWNER": "budget",
    "Declaration FINAL_APPROVED by SUPERVISOR": "approve",
    "Declaration REJECTED by ADMINISTRATION": "reject-check",
    "Declaration REJECTED by PRE_APPROVER": "reject-early",
    "Declaration REJECTED by BUDGET OWNER": "reject-budget",
    "Declaration REJECTED by SUPERVISOR": "reject",
    "Declaration REJECTED by EMPLOYEE": "take-back",
    "Request Payment": "request",
    "Payment Handled": "pay",
}
ROLES = {"UNDEFINED": None}


@pytest.fixture(scope="module")
def rows():
    with gzip.open(LOG, "rt", encoding="utf-8", newline="") as file:
        return [
            (row["case_id"], row["activity"], datetime.fromisoformat(row["timestamp"]), row["role"])
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def result(rows):
    return replay_log(DECLARATIONS, iter(rows), activities=ACTIVITIES, roles=ROLES)


@pytest.fixture(scope="module")
def cases(rows):
    """The log once more, grouped the simple way."""
    grouped = {}
    for case, activity, instant, _ in rows:
        grouped.setdefault(case, []).append((activity, instant))
    return grouped


def test_every_row_and_case_of_the_log_is_read(rows, result):
    assert len(rows) == 55_628
    assert len(result.cases) == 10_357
    assert sum(case.events for case in result.cases) == 55_628


def test_variants_are_those_of_a_plain_count(result, cases):
    expected = Counter(tuple(activity for activity, _ in events) for events in cases.values())
    assert {variant.activities: variant.cases for variant in result.variants} == expected
    assert len(result.variants) == 90
    assert result.variants[0].cases == max(expected.values()) == 4566


def test_deviations_are_those_of_the_directly_following_pairs(result, cases):
    """The table's paths, written as pairs of activities that may follow each other, judge the log a second time."""
    after = {
        "": {"save", "submit"},
        "save": {"save", "submit"},
        "submit": {"check", "pre-approve", "approve", "reject-check", "reject-early", "reject"},
        "check": {"budget", "approve", "reject-budget", "reject"},
        "pre-approve": {"budget", "approve", "reject-budget", "reject"},
        "budget": {"approve", "reject"},
        "approve": {"request"},
        "request": {"pay"},
        "take-back": {"save", "submit", "drop"},
        **{no: {"take-back"} for no in ("reject", "reject-check", "reject-early", "reject-budget")},
        "pay": set(),
    }
    expected = Counter()
    for events in cases.values():
        previous = ""
        for activity, _ in events:
            command = ACTIVITIES.get(activity)
            if command is None:
                expected["workflow.unknown_activity"] += 1
                continue
            expected["workflow.not_allowed"] += command not in after[previous]
            previous = command
        expected["workflow.not_finished"] += previous != "pay"
    counts = {code: count for code, count in result.counts.items() if code != "workflow.deadline_missed"}
    assert counts == dict(expected)
    assert counts["workflow.unknown_activity"] == 89


def test_missed_deadlines_are_those_of_the_waits_before_payment(result, cases):
    week = timedelta(days=7)
    late = set()
    for case, events in cases.items():
        names = [activity for activity, _ in events]
        if names[-3:] == ["Declaration FINAL_APPROVED by SUPERVISOR", "Request Payment", "Payment Handled"]:
            approved, requested, paid = (instant.timestamp() for _, instant in events[-3:])
            limit = week.total_seconds()
            late |= {(case, len(events) - 1)} if requested - approved >= limit else set()
            late |= {(case, len(events))} if paid - requested >= limit else set()
    found = {
        (deviation.case, deviation.position)
        for deviation in result.deviations
        if deviation.reason.code == "workflow.deadline_missed"
        and deviation.activity in ("Request Payment", "Payment Handled")
        and [activity for activity, _ in cases[deviation.case]][-3] == "Declaration FINAL_APPROVED by SUPERVISOR"
    }
    assert len(late) > 1000
    assert found == late


def test_the_log_is_replayed_fast(rows):
    begin = time.perf_counter()
    replay_log(DECLARATIONS, rows, activities=ACTIVITIES, roles=ROLES)
    assert time.perf_counter() - begin < 5, "about 0.2 s on a quiet machine"
