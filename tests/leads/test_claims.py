"""Claims from the pool: waits, limits in all and a day, every reason at once, and the next date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from salesrules.core import InvalidValue, Outcome
from salesrules.leads import Claimant, ClaimLimits, FormerOwner, check_claim, check_claim_quota

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY, HOUR, MICRO = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
MIDNIGHT = datetime(2024, 3, 1, 16, tzinfo=UTC)  # of Shanghai


@pytest.fixture
def pooled(make_lead):
    return make_lead(owner=None, pooled_at=NOON - 30 * DAY)


def test_a_lead_in_the_pool_can_be_claimed_with_what_is_left(policy, pooled) -> None:
    found = check_claim(pooled, Claimant(person="bo", owned=97, claimed_today=2), policy, NOON)
    assert (found.outcome, found.headroom, found.changes_at) == (Outcome.ALLOW, 3, None)


def test_a_former_owner_waits_exactly_seven_days(policy, pooled, codes) -> None:
    left = NOON - 7 * DAY
    lead = attrs.evolve(pooled, former=[FormerOwner(owner="bo", until=left - DAY), FormerOwner(owner="bo", until=left)])
    early = check_claim(lead, Claimant(person="bo"), policy, NOON - MICRO)
    assert (codes(early), early.changes_at) == (["former_owner_waits"], NOON)
    assert check_claim(lead, Claimant(person="bo"), policy, NOON).outcome is Outcome.ALLOW
    assert check_claim(lead, Claimant(person="cy"), policy, NOON - DAY).outcome is Outcome.ALLOW


def test_a_new_lead_cools_down_first(policy, pooled, codes) -> None:
    new = attrs.evolve(pooled, pooled_at=NOON)
    early = check_claim(new, Claimant(person="bo"), policy, NOON + HOUR - MICRO)
    assert (codes(early), early.changes_at) == (["cooling_down"], NOON + HOUR)
    assert check_claim(new, Claimant(person="bo"), policy, NOON + HOUR).outcome is Outcome.ALLOW


def test_every_reason_comes_at_once_and_the_first_end_is_the_next_change(policy, make_lead, codes) -> None:
    lead = make_lead(owner=None, pooled_at=NOON, former=[FormerOwner(owner="bo", until=NOON)])
    found = check_claim(lead, Claimant(person="bo", owned=100, claimed_today=10), policy, NOON)
    assert codes(found) == ["former_owner_waits", "cooling_down", "owned_limit", "day_limit"]
    assert (found.headroom, found.changes_at) == (0, NOON + HOUR)
    owned = check_claim(make_lead(), Claimant(person="bo"), policy, NOON)
    assert (codes(owned), owned.reasons[0].path) == (["not_in_pool"], "owner")


def test_the_day_begins_anew_at_local_midnight(policy, pooled, codes) -> None:
    found = check_claim(pooled, Claimant(person="bo", claimed_today=10), policy, NOON)
    assert (codes(found), found.changes_at) == (["day_limit"], MIDNIGHT)


@pytest.mark.parametrize(
    ("owned", "excluded", "count", "allowed", "headroom"),
    [(95, 0, 5, True, 5), (95, 0, 6, False, 5), (110, 15, 5, True, 5), (110, 0, 1, False, 0), (0, 0, 11, False, 10)],
)
def test_a_batch_fits_whole_or_not_at_all(policy, owned, excluded, count, allowed, headroom) -> None:
    found = check_claim_quota(Claimant(person="bo", owned=owned, excluded=excluded), count, policy, NOON)
    assert (found.is_allowed, found.headroom) == (allowed, headroom)


def test_own_limits_and_none(policy, pooled) -> None:
    own = check_claim(pooled, Claimant(person="bo", owned=3, owned_limit=3), policy, NOON)
    assert (own.outcome, own.headroom) == (Outcome.DENY, 0)
    free = attrs.evolve(policy, pool=attrs.evolve(policy.pool, claims=None, former_owner_wait=None, cool_down=None))
    found = check_claim(pooled, Claimant(person="bo", owned=10**6), free, NOON)
    assert (found.outcome, found.headroom) == (Outcome.ALLOW, None)
    zero = attrs.evolve(policy, pool=attrs.evolve(policy.pool, claims=ClaimLimits(id="c", owned=0)))
    assert not check_claim(pooled, Claimant(person="bo"), zero, NOON).is_allowed


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Claimant(person="bo", owned=-1),
        lambda: Claimant(person="bo", owned=1, excluded=2),
        lambda: Claimant(person="bo", owned_limit=-1),
        lambda: ClaimLimits(id="c", owned=-1),
        lambda: ClaimLimits(id="c", per_day=True),
    ],
)
def test_impossible_claims_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue):
        wrong()


def test_nothing_cannot_be_claimed_and_a_draft_allows_nothing(policy, draft, pooled) -> None:
    with pytest.raises(InvalidValue, match="at least one"):
        check_claim_quota(Claimant(person="bo"), 0, policy, NOON)
    found = check_claim(pooled, Claimant(person="bo"), draft, NOON)
    assert found.reasons[0].code == "core.policy_not_in_force"
