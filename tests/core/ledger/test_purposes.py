"""What a batch is for: the payload of its key, whatever commands a service made of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import attrs
import pytest

from salesrules.core import (
    ApprovalEvidence,
    IdempotencyConflict,
    InvalidValue,
    Ledger,
    LedgerBatch,
    LimitLowering,
    Money,
    OpenAccount,
    advance_ledger,
    decide_ledger,
    describe_purpose,
    find_replay,
)
from salesrules.storage import MemoryStorage

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def opening(account: str, purpose: str = "", key: str = "k") -> LedgerBatch:
    command = OpenAccount(key=f"{key}:{account}", at=NOON, account=account, unit="EUR")
    return LedgerBatch(key=key, at=NOON, commands=[command], purpose=purpose)


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (Money("100.00", "EUR"), Money(100, "EUR"), Money(100, "USD")),
        (Decimal("0.10"), Decimal("0.1"), Decimal("0.01")),
        (Decimal("-0"), Decimal("0.0"), Decimal(10)),
        (Decimal(100), Decimal("1E2"), Decimal(1)),
        (NOON, NOON.astimezone(timezone(timedelta(hours=8))), NOON + timedelta(seconds=1)),
        (date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 6)),
        (["a", "b"], ("a", "b"), ["b", "a"]),
        (["a, b"], ["a, b"], ["a", "b"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2, "b": 1}),
        (LimitLowering.DENY, LimitLowering("deny"), LimitLowering.BLOCK),
        (True, True, False),
        (None, None, "None"),
        ("1", "1", 1),
    ],
)
def test_equal_values_are_one_purpose_and_others_are_not(one, same, other):
    assert describe_purpose("move", value=one) == describe_purpose("move", value=same)
    assert describe_purpose("move", value=one) != describe_purpose("move", value=other)
    assert describe_purpose("move", value=one) != describe_purpose("give", value=one)
    assert describe_purpose("move", value=one) != describe_purpose("move", other=one)


def test_a_frozen_value_is_what_its_fields_are():
    yes = ApprovalEvidence(approver="li", act="a", subject="s", route="r", at=NOON, amount=Money("1.0", "EUR"))
    assert describe_purpose("do", evidence=yes) == (
        'do {"evidence": {"act": "a", "amount": "EUR 1", "approver": "li", "at": "2026-01-05T12:00:00+00:00", '
        '"reviewers": [], "route": "r", "subject": "s"}}'
    )
    assert describe_purpose("do", evidence=yes) != describe_purpose("do", evidence=attrs.evolve(yes, approver="zoe"))


def test_a_value_without_a_form_of_its_own_is_refused_with_its_place():
    with pytest.raises(InvalidValue, match=r"lines\[1\]\.amount"):
        describe_purpose("do", lines=[{}, {"amount": 1.5}])


def test_a_purpose_is_the_payload_whatever_a_service_made_of_it():
    ledger = advance_ledger(Ledger(), opening("a", "open a"))
    decision, entries = decide_ledger(ledger, opening("b", "open a"))
    assert (decision.is_allowed, entries) == (True, ())
    for other in (opening("a", "open b"), opening("a")):
        with pytest.raises(IdempotencyConflict):
            decide_ledger(ledger, other)
    plain = advance_ledger(Ledger(), opening("a"))
    with pytest.raises(IdempotencyConflict):
        decide_ledger(plain, opening("a", "open a"))
    with pytest.raises(InvalidValue, match="purpose"):
        opening("a", None)


def test_a_service_hears_what_came_of_a_key_for_its_purpose():
    with MemoryStorage().begin() as work:
        assert find_replay(work.ledger, "k", "open a") is None
        first = work.ledger.execute(opening("a", "open a"))
        assert find_replay(work.ledger, "k", "open a") == first
        with pytest.raises(IdempotencyConflict, match="'k' came first with 'open a', now with 'open b'"):
            find_replay(work.ledger, "k", "open b")
        single = OpenAccount(key="k2", at=NOON, account="b", unit="EUR")
        work.ledger.execute(single)
        with pytest.raises(IdempotencyConflict) as caught:
            find_replay(work.ledger, "k2", "open b")
        assert caught.value.first == single
