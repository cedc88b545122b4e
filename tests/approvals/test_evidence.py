"""Whether evidence carries an act."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from salesrules.approvals import check_evidence, find_evidence_faults
from salesrules.core import ApprovalEvidence, Money, PolicyReference

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVIDENCE = ApprovalEvidence(
    approver="sam",
    reviewers=["lou", "sam"],
    act="contract.sign",
    subject="C-1",
    route="r",
    at=AT,
    amount=Money(100, "CNY"),
)


def codes(evidence, **changes) -> list[tuple[str, str]]:
    given = {"act": "contract.sign", "subject": "C-1", "interested": ["ann"], "as_of": AT}
    decision = check_evidence(evidence, **(given | changes))
    return [(reason.code.removeprefix("approvals.evidence_"), reason.path) for reason in decision.reasons]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"act": "contract.change"}, [("other", "evidence")]),
        ({"subject": "C-2"}, [("other", "evidence")]),
        ({"interested": ["sam"]}, [("own", "evidence.approver")]),
        ({"interested": ["lou"]}, [("own", "evidence.reviewers")]),
        ({"interested": "lou"}, [("own", "evidence.reviewers")]),
        ({"interested": "l"}, []),
        ({"as_of": AT - timedelta(microseconds=1)}, [("not_yet", "evidence.at")]),
        ({"as_of": date(2026, 6, 1)}, []),
        ({"as_of": date(2026, 5, 31)}, [("not_yet", "evidence.at")]),
        ({"amount": Money(100, "CNY")}, []),
        ({"amount": Money("100.01", "CNY")}, [("exceeded", "evidence.amount")]),
        ({"amount": Money(1, "USD")}, [("exceeded", "evidence.amount")]),
        ({"subject": "C-2", "interested": ["lou", "sam"], "amount": Money(101, "CNY"), "path": "e"},
         [("other", "e"), ("own", "e.reviewers"), ("own", "e.approver"), ("exceeded", "e.amount")]),
    ],
)  # fmt: skip
def test_every_reason_against_it_is_named_with_its_path(change, found) -> None:
    assert codes(EVIDENCE, **change) == found


def test_no_evidence_is_one_reason() -> None:
    assert codes(None, amount=Money(5, "CNY")) == [("missing", "evidence")]


def test_evidence_without_an_amount_is_for_any() -> None:
    assert codes(attrs.evolve(EVIDENCE, amount=None), amount=Money(10**9, "CNY")) == []


def test_the_policy_that_asks_is_named() -> None:
    where = PolicyReference("QuotaPolicy", "", "act")
    faults = list(find_evidence_faults(None, act="a", subject="s", interested=(), as_of=AT, path="p", policy=where))
    faults += find_evidence_faults(EVIDENCE, act="a", subject="s", interested=(), as_of=AT, policy=where)
    assert [fault.policy for fault in faults] == [where, where]
