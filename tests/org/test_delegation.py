"""Delegation: who acts for whom, and what may be delegated at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from salesrules.core import Decision, InvalidValue, Money, Outcome, PolicyLife
from salesrules.org import (
    Act,
    AmountLimit,
    ChainEnd,
    Delegation,
    DelegationRule,
    InstantRange,
    check_authority,
    check_delegation,
    find_delegate,
)

NOON = datetime(2020, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULE = DelegationRule(maximum_links=3)


def lend(grantor: str, delegate: str, start: int = 0, days: int | None = 7, **more: Any) -> Delegation:
    """A delegation that begins so many days after noon of 1 June and lasts so many days."""
    begin = NOON + start * DAY
    window = InstantRange(begin, None if days is None else begin + days * DAY)
    return Delegation(
        **{"id": f"{grantor}>{delegate}", "grantor": grantor, "delegate": delegate, "window": window, **more}
    )


def follow(*delegations: Delegation, rule: DelegationRule = RULE, at: datetime = NOON, kind: str = "x") -> Any:
    return find_delegate("a", kind, delegations, rule, as_of=at)


def test_chains_are_followed_to_their_end() -> None:
    found = follow(lend("a", "b"), lend("b", "c"))
    assert (found.people, found.end, found.delegate) == (("a", "b", "c"), ChainEnd.END, "c")
    assert [link.id for link in found.delegations] == ["a>b", "b>c"]
    assert follow().delegate == "a"


def test_a_window_is_half_open() -> None:
    given = lend("a", "b", days=1)
    tick = timedelta(microseconds=1)
    answers = [follow(given, at=at).delegate for at in (NOON - tick, NOON, NOON + DAY - tick, NOON + DAY)]
    assert answers == ["a", "b", "b", "a"]


def test_chains_end_at_the_bound_and_before_a_cycle() -> None:
    line = [lend("a", "b"), lend("b", "c"), lend("c", "d"), lend("d", "e")]
    found = follow(*line)
    assert (found.delegate, found.end) == ("d", ChainEnd.BOUND)
    assert follow(*line[:3]).end is ChainEnd.END
    assert follow(*line, rule=DelegationRule(maximum_links=0)).delegate == "a"
    around = follow(lend("a", "b"), lend("b", "a"))
    assert (around.people, around.end) == (("a", "b"), ChainEnd.CYCLE)


def test_what_may_not_be_passed_on_ends_the_chain() -> None:
    assert follow(lend("a", "b", may_be_passed_on=False), lend("b", "c")).delegate == "b"
    assert follow(lend("a", "b"), lend("b", "c", may_be_passed_on=False)).delegate == "c"


def test_only_delegations_for_the_act_are_followed() -> None:
    given = (lend("a", "b", acts=("x",)), lend("b", "c", acts=("y",)))
    assert follow(*given).delegate == "b"
    assert follow(*given, kind="y").delegate == "a"
    kept = DelegationRule(maximum_links=3, undelegable_acts=("x",))
    assert follow(*given, rule=kept).delegate == "a"


def test_of_several_the_one_that_began_first_counts_then_the_lower_id() -> None:
    late, early = lend("a", "late", 0), lend("a", "early", -1)
    assert follow(late, early).delegate == follow(early, late).delegate == "early"
    one, two = lend("a", "p", id="1"), lend("a", "q", id="2")
    assert follow(two, one).delegate == follow(one, two).delegate == "p"


def test_nobody_delegates_to_themselves() -> None:
    with pytest.raises(InvalidValue, match="nobody delegates to themselves"):
        lend("a", "a")


def check(firm: SimpleNamespace, new: Delegation, *others: Delegation, **changes: Any) -> Decision:
    return check_delegation(new, others, firm.structure, attrs.evolve(firm.policy, **changes))


def codes(decision: Decision) -> list[str]:
    return [reason.code.removeprefix("org.") for reason in decision.reasons]


def test_a_delegation_within_the_rules_passes(firm: SimpleNamespace) -> None:
    assert check(firm, lend("nia", "lee")).reasons == ()
    limit = AmountLimit(maximum=Money(200_000, "CNY"), side="upper")
    assert check(firm, lend("nia", "lee", acts=("contract.sign",), limit=limit, unit="n1")).reasons == ()


def test_windows_are_bounded(firm: SimpleNamespace) -> None:
    assert check(firm, lend("nia", "lee", days=30)).is_allowed
    assert codes(check(firm, lend("nia", "lee", days=31))) == ["delegation_window_too_long"]
    assert codes(check(firm, lend("nia", "lee", days=None))) == ["delegation_window_too_long"]
    free = DelegationRule(maximum_links=1)
    assert check(firm, lend("nia", "lee", days=None), delegation=free).is_allowed


def test_people_must_be_known_and_delegation_allowed(firm: SimpleNamespace) -> None:
    assert codes(check(firm, lend("nia", "zoe"))) == ["delegation_unknown_person"]
    assert codes(check(firm, lend("zoe", "nia"))) == ["delegation_unknown_person"]
    assert codes(check(firm, lend("nia", "lee"), delegation=None)) == ["delegation_not_allowed"]
    life = PolicyLife(status="draft", scope="sales", owner="hr", effective=firm.always)
    assert codes(check(firm, lend("nia", "lee"), life=life)) == ["core.policy_not_in_force"]


def test_cycles_are_refused_while_their_windows_meet(firm: SimpleNamespace) -> None:
    back = [lend("lee", "ann"), lend("ann", "nia")]
    refused = check(firm, lend("nia", "lee"), *back)
    assert codes(refused) == ["delegation_cycle"]
    assert refused.reasons[0].parameters["people"] == ("nia", "lee", "ann", "nia")
    assert codes(check(firm, lend("nia", "lee"), lend("lee", "ann"), lend("ann", "nia", 6))) == ["delegation_cycle"]
    assert check(firm, lend("nia", "lee"), lend("lee", "ann"), lend("ann", "nia", 7)).is_allowed
    # Both meet the new one, but never each other.
    assert check(firm, lend("nia", "lee"), lend("lee", "ann", 0, 3), lend("ann", "nia", 3, 3)).is_allowed
    other = [lend("lee", "ann", acts=("y",)), lend("ann", "nia", acts=("x",))]
    assert check(firm, lend("nia", "lee", acts=("contract.sign",)), *other).is_allowed


def test_chains_are_bounded_up_and_down(firm: SimpleNamespace) -> None:
    down = [lend("lee", "ann"), lend("ann", "bob")]
    assert check(firm, lend("nia", "lee"), down[0]).is_allowed
    refused = check(firm, lend("nia", "lee"), *down)
    assert codes(refused) == ["delegation_too_long"]
    assert dict(refused.reasons[0].parameters) == {"links": 3, "maximum": 2}
    assert codes(check(firm, lend("lee", "ann"), lend("sam", "nia"), lend("nia", "lee"))) == ["delegation_too_long"]
    assert codes(check(firm, lend("nia", "lee"), lend("sam", "nia"), lend("lee", "ann"))) == ["delegation_too_long"]
    assert check(firm, lend("nia", "lee", may_be_passed_on=False), *down).is_allowed
    kept = lend("sam", "nia", may_be_passed_on=False)
    assert check(firm, lend("nia", "lee"), kept, lend("lee", "ann")).is_allowed
    never_together = [lend("lee", "ann", 0, 3), lend("ann", "bob", 3, 3)]
    assert check(firm, lend("nia", "lee"), *never_together).is_allowed
    assert codes(check(firm, lend("nia", "lee"), delegation=DelegationRule(maximum_links=0))) == ["delegation_too_long"]


def test_a_cycle_elsewhere_does_not_hang(firm: SimpleNamespace) -> None:
    loop = [lend("lee", "ann"), lend("ann", "lee")]
    assert "delegation_too_long" in codes(check(firm, lend("nia", "lee"), *loop))


def test_a_second_delegation_of_the_same_acts_is_a_warning(firm: SimpleNamespace) -> None:
    decision = check(firm, lend("nia", "lee"), lend("nia", "ann"))
    assert (decision.outcome, codes(decision)) == (Outcome.WARN, ["delegation_overlap"])
    assert check(firm, lend("nia", "lee"), lend("nia", "ann", 7)).outcome is Outcome.ALLOW
    sign, other = lend("nia", "lee", acts=("contract.sign",)), lend("nia", "ann", acts=("other",))
    assert check(firm, sign, other).outcome is Outcome.ALLOW
    # Checking a delegation that is already among the others compares it with itself no further.
    assert check(firm, lend("nia", "lee"), lend("nia", "lee")).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    ("maximum", "side", "allowed"), [(200_000, "upper", True), (200_001, "upper", False), (200_001, "lower", False)]
)
def test_nobody_delegates_more_than_they_have(firm: SimpleNamespace, maximum: int, side: str, allowed: bool) -> None:
    limit = AmountLimit(maximum=Money(maximum, "CNY"), side=side)
    decision = check(firm, lend("nia", "lee", acts=("contract.sign",), limit=limit))
    assert decision.is_allowed is allowed
    assert codes(decision) == ([] if allowed else ["delegation_exceeds"])


def test_a_limit_without_its_end_lies_within_one_with_it_but_not_the_other_way(firm: SimpleNamespace) -> None:
    open_end = AmountLimit(maximum=Money(200_000, "CNY"), side="lower")
    closed = AmountLimit(maximum=Money(200_000, "CNY"), side="upper")
    assert check(firm, lend("nia", "lee", acts=("contract.sign",), limit=open_end)).is_allowed
    first, *others = firm.policy.authority_grants
    grants = [attrs.evolve(first, limit=open_end), *others]
    refused = check(firm, lend("nia", "lee", acts=("contract.sign",), limit=closed), authority_grants=grants)
    assert codes(refused) == ["delegation_exceeds"]
    same = check(firm, lend("nia", "lee", acts=("contract.sign",), limit=open_end), authority_grants=grants)
    assert same.is_allowed


def test_nobody_delegates_outside_their_reach_or_what_they_lack(firm: SimpleNamespace) -> None:
    sign = {"acts": ("contract.sign",)}
    assert codes(check(firm, lend("nia", "lee", unit="south", **sign))) == ["delegation_exceeds"]
    assert check(firm, lend("nia", "lee", unit="n1", **sign)).is_allowed
    assert codes(check(firm, lend("ann", "bob", **sign))) == ["delegation_exceeds"]
    assert codes(check(firm, lend("ann", "bob"))) == ["delegation_exceeds"]
    assert check(firm, lend("ann", "bob")).reasons[0].parameters["act"] == "*"
    hire = check(firm, lend("sam", "lee", acts=("person.hire",)))
    assert codes(hire) == ["delegation_excluded"]


def test_what_was_received_may_be_passed_on_unless_it_must_not(firm: SimpleNamespace) -> None:
    sign = {"acts": ("contract.sign",)}
    received = lend("nia", "lee", -1)
    assert check(firm, lend("lee", "ann", **sign), received).is_allowed
    assert check(firm, lend("lee", "ann"), received).is_allowed
    kept = lend("nia", "lee", -1, may_be_passed_on=False)
    assert codes(check(firm, lend("lee", "ann", **sign), kept)) == ["delegation_exceeds"]
    assert codes(check(firm, lend("lee", "ann"), kept)) == ["delegation_exceeds"]
    later = lend("nia", "lee", 1)
    assert codes(check(firm, lend("lee", "ann"), later)) == ["delegation_exceeds"]


def test_days_of_a_window_are_those_of_its_zone(firm: SimpleNamespace) -> None:
    """Thirty days from midnight to midnight, with the hour that the clock in Berlin shows twice among them."""
    berlin = ZoneInfo("Europe/Berlin")
    start, end = datetime(2020, 10, 1, tzinfo=berlin), datetime(2020, 10, 31, tzinfo=berlin)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(days=30, hours=1)
    for until in (end, end.astimezone(UTC)):
        month = attrs.evolve(lend("nia", "lee"), window=InstantRange(start, until))
        assert check(firm, month).is_allowed
        longer = attrs.evolve(month, window=InstantRange(start, until + timedelta(microseconds=1)))
        assert codes(check(firm, longer)) == ["delegation_window_too_long"]


def test_what_ends_first_changes_the_answer_first_whatever_the_clock_shows(firm: SimpleNamespace) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    ends = [datetime(2020, 10, 25, 2, minute, tzinfo=berlin, fold=fold) for minute, fold in ((30, 0), (10, 1))]
    assert ends[1] < ends[0]
    lent = [
        attrs.evolve(lend("nia", "lee"), window=InstantRange(firm.noon, ends[0])),
        attrs.evolve(lend("lee", "cy"), window=InstantRange(firm.noon, ends[1])),
    ]
    act = Act(kind="contract.sign", amount=Money(1, "CNY"), unit="north")
    decision = check_authority("cy", act, firm.structure, firm.policy, lent, as_of=firm.noon)
    assert decision.changes_at == ends[0]
    assert decision.changes_at.fold == 0
