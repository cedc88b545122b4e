"""Authority: position x kind of act x size within a reach and a range; delegation on top, never more than granted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules.core import DateRange, Decision, InvalidValue, Money, Outcome, PolicyLife, Rate, UnknownName
from salesrules.org import (
    Absence,
    Act,
    AmountLimit,
    Appointment,
    AuthorityGrant,
    Delegation,
    DelegationRule,
    Deputy,
    InstantRange,
    NoLimit,
    OrgPolicy,
    RankLimit,
    RateLimit,
    Structure,
    check_authority,
    find_authorised_head,
    find_grants,
    find_limits,
    is_within_limits,
)

NOON = datetime(2020, 6, 1, 12, tzinfo=UTC)
WEEK = InstantRange.lasting(NOON - timedelta(days=1), timedelta(days=7))


def sign(amount: int | str, unit: str | None = "n1", currency: str = "CNY") -> Act:
    return Act(kind="contract.sign", amount=Money(amount, currency), unit=unit)


def lend(grantor: str, delegate: str, **more: Any) -> Delegation:
    return Delegation(
        **{"id": f"{grantor}>{delegate}", "grantor": grantor, "delegate": delegate, "window": WEEK, **more}
    )


def ask(
    firm: SimpleNamespace,
    person: str,
    act: Act,
    *delegations: Delegation,
    policy: OrgPolicy | None = None,
    structure: Structure | None = None,
    as_of: datetime = NOON,
) -> Decision:
    return check_authority(person, act, structure or firm.structure, policy or firm.policy, delegations, as_of=as_of)


def codes(decision: Decision) -> list[str]:
    return [reason.code.removeprefix("org.") for reason in decision.reasons]


@pytest.mark.parametrize(
    ("amount", "side", "allowed"),
    [
        ("199999.99", "upper", True), ("200000", "upper", True), ("200000.01", "upper", False),
        ("199999.99", "lower", True), ("200000", "lower", False),
    ],
)  # fmt: skip
def test_a_grant_reaches_to_its_limit_and_says_who_owns_the_limit_itself(
    firm: SimpleNamespace, amount: str, side: str, allowed: bool
) -> None:
    first, *others = firm.policy.authority_grants
    limit = AmountLimit(maximum=Money(200_000, "CNY"), side=side)
    policy = attrs.evolve(firm.policy, authority_grants=[attrs.evolve(first, limit=limit), *others])
    decision = ask(firm, "nia", sign(amount), policy=policy)
    assert decision.is_allowed is allowed
    assert decision.headroom == Money(200_000, "CNY")
    assert decision.reasons[0].policy is not None
    assert decision.reasons[0].policy.id == "regional"


def test_limits_found_once_say_what_the_whole_answer_says_of_own_positions(firm: SimpleNamespace) -> None:
    said = set()
    for person in ("nia", "ann", "sam", "pam", "lee"):
        for unit in ("north", "n1", "south", "sales", "no-such-unit", None):
            for kind in ("contract.sign", "prices.change"):
                limits = find_limits(person, kind, unit, firm.structure, firm.policy)
                for amount in (Money("200000", "CNY"), Money("200000.01", "CNY"), Money(10**9, "CNY"), Money(1, "EUR")):
                    act = Act(kind=kind, amount=amount, unit=unit)
                    allowed = ask(firm, person, act).is_allowed
                    assert is_within_limits(act, limits, firm.policy) is allowed
                    said.add(allowed)
    assert said == {True, False}
    assert find_limits("nobody", "contract.sign", "n1", firm.structure, firm.policy) == ()
    life = attrs.evolve(firm.policy.life, effective=DateRange(date(2030, 1, 1)))
    later = attrs.evolve(firm.policy, life=life)
    assert find_limits("nia", "contract.sign", "n1", firm.structure, later) == ()


def test_a_grant_names_the_position_that_decided(firm: SimpleNamespace) -> None:
    decision = ask(firm, "nia", sign(1))
    assert (decision.outcome, decision.changes_at, decision.approvals) == (Outcome.ALLOW, None, ())
    assert dict(decision.reasons[0].parameters) == {"person": "nia", "position": "head-north", "act": "contract.sign"}


def test_too_much_refers_to_the_nearest_head_who_may(firm: SimpleNamespace) -> None:
    decision = ask(firm, "nia", sign(200_001))
    assert decision.outcome is Outcome.REFER
    assert [(a.approver, a.act) for a in decision.approvals] == [("sam", "contract.sign")]
    assert dict(decision.reasons[0].parameters) == {
        "asked": Money(200_001, "CNY"), "limit": Money(200_000, "CNY"),
    }  # fmt: skip
    assert ask(firm, "nia", sign(500_001)).approvals[0].approver == "pam"
    assert ask(firm, "ann", sign(200_000)).approvals[0].approver == "nia"
    assert ask(firm, "lee", sign(10**9)).approvals[0].approver == "pam"


def test_nobody_above_leaves_a_plain_no(firm: SimpleNamespace) -> None:
    decision = ask(firm, "ann", Act(kind="prices.change", unit="n1"))
    assert (decision.outcome, decision.approvals, decision.headroom) == (Outcome.DENY, (), None)
    assert codes(decision) == ["no_authority"]


def test_reach_is_the_own_unit_with_all_below_a_named_one_or_anywhere(firm: SimpleNamespace) -> None:
    assert ask(firm, "nia", sign(1, "north")).is_allowed
    assert ask(firm, "nia", sign(1, "n1")).is_allowed
    beside = ask(firm, "nia", sign(1, "south"))
    assert codes(beside) == ["authority_out_of_reach"]
    assert dict(beside.reasons[0].parameters) == {"unit": "south", "within": "north"}
    assert beside.reasons[0].policy is not None
    assert beside.reasons[0].policy.field == "reach"
    assert beside.headroom is None
    for unit in (None, "no-such-unit", "sales"):
        assert not ask(firm, "nia", sign(1, unit)).is_allowed
    assert ask(firm, "pam", sign(1, None)).is_allowed
    named = AuthorityGrant(
        id="x", act="contract.sign", position="rep-n1", limit=NoLimit(), reach="named_unit", unit="south",
        effective=firm.always,
    )  # fmt: skip
    policy = attrs.evolve(firm.policy, authority_grants=[named])
    assert ask(firm, "ann", sign(1, "south"), policy=policy).is_allowed
    assert not ask(firm, "ann", sign(1, "n1"), policy=policy).is_allowed
    gone = attrs.evolve(firm.policy, authority_grants=[attrs.evolve(named, unit="no-such-unit")])
    assert not ask(firm, "ann", sign(1, "no-such-unit"), policy=gone).is_allowed


def test_a_grant_holds_on_its_days(firm: SimpleNamespace) -> None:
    (first, *_) = firm.policy.authority_grants
    for effective, holds in (
        (DateRange(date(2020, 1, 1), firm.day), False),
        (DateRange(date(2020, 1, 1), date(2020, 6, 2)), True),
        (DateRange(firm.day), True),
        (DateRange(date(2020, 6, 2)), False),
    ):
        policy = attrs.evolve(firm.policy, authority_grants=[attrs.evolve(first, effective=effective)])
        assert ask(firm, "nia", sign(1), policy=policy).is_allowed is holds


@pytest.mark.parametrize(("rank", "allowed"), [("representative", True), ("leader", True), ("regional", False)])
def test_acts_on_people_go_up_to_a_rank(firm: SimpleNamespace, rank: str, allowed: bool) -> None:
    assert ask(firm, "sam", Act(kind="person.hire", rank=rank, unit="n1")).is_allowed is allowed


def test_a_rank_limit_may_exclude_its_own_rank(firm: SimpleNamespace) -> None:
    *_, hire = firm.policy.authority_grants
    below = attrs.evolve(hire, limit=RankLimit(maximum="leader", side="lower"))
    policy = attrs.evolve(firm.policy, authority_grants=[below])
    assert ask(firm, "sam", Act(kind="person.hire", rank="representative", unit="n1"), policy=policy).is_allowed
    assert not ask(firm, "sam", Act(kind="person.hire", rank="leader", unit="n1"), policy=policy).is_allowed


def test_rates_are_sizes_too(firm: SimpleNamespace) -> None:
    limit = RateLimit(maximum=Rate.parse("10%"), side="upper")
    grant = AuthorityGrant(id="d", act="discount", rank="leader", limit=limit, reach="anywhere", effective=firm.always)
    policy = attrs.evolve(firm.policy, authority_grants=[grant])
    for rate, allowed in (("9.99%", True), ("10%", True), ("10.01%", False)):
        act = Act(kind="discount", rate=Rate.parse(rate))
        decision = ask(firm, "lee", act, policy=policy)
        assert (decision.is_allowed, decision.headroom) == (allowed, None)


@pytest.mark.parametrize(
    "act",
    [
        Act(kind="contract.sign", unit="n1"),
        Act(kind="contract.sign", amount=Money(1, "USD"), unit="n1"),
        Act(kind="contract.sign", rate=Rate.parse("1%"), unit="n1"),
        Act(kind="contract.sign", rank="leader", unit="n1"),
    ],
)
def test_sizes_that_cannot_be_compared_are_within_no_limit_but_the_unlimited_one(
    firm: SimpleNamespace, act: Act
) -> None:
    decision = ask(firm, "nia", act)
    assert codes(decision) == ["authority_other_size"]
    assert decision.approvals[0].approver == "pam"
    assert ask(firm, "pam", act).is_allowed


def test_ranks_that_the_policy_does_not_know_are_not_compared(firm: SimpleNamespace) -> None:
    assert codes(ask(firm, "sam", Act(kind="person.hire", rank="wizard", unit="n1"))) == ["authority_other_size"]


def test_several_grants_fail_with_a_reason_each_and_headroom_is_the_largest(firm: SimpleNamespace) -> None:
    both = firm.add(
        firm.organisation,
        appointments=[Appointment(person="nia", position="director", effective=firm.always, is_primary=False)],
    )
    structure = firm.resolve(firm.without(both, "appointments", person="sam"), firm.day)
    decision = ask(firm, "nia", sign(500_001), structure=structure)
    assert codes(decision) == ["authority_exceeded"] * 2
    assert decision.headroom == Money(500_000, "CNY")
    assert [position for _, position in find_grants(structure, firm.policy, "nia")] == ["head-north"] + ["director"] * 2


def test_a_deputy_has_the_authority_of_the_position_while_acting(firm: SimpleNamespace) -> None:
    facts = firm.add(
        firm.organisation,
        deputies=[Deputy(position="head-north", person="lee", effective=firm.always)],
    )
    assert not ask(firm, "lee", sign(1), structure=firm.resolve(facts, firm.day)).is_allowed
    away = firm.add(facts, absences=[Absence(person="nia", effective=firm.always)])
    structure = firm.resolve(away, firm.day)
    assert ask(firm, "lee", sign(1), structure=structure).is_allowed
    assert find_authorised_head("ann", sign(1), structure, firm.policy) == "lee"
    assert find_authorised_head("lee", sign(1), structure, firm.policy) == "sam"
    assert find_authorised_head("ann", sign(1), firm.structure, firm.policy) == "nia"
    assert find_authorised_head("pam", sign(1), firm.structure, firm.policy) is None


def test_a_delegate_may_while_the_window_is_open(firm: SimpleNamespace) -> None:
    given = lend("nia", "lee")
    decision = ask(firm, "lee", sign(200_000), given)
    assert decision.is_allowed
    assert decision.changes_at == WEEK.end
    assert dict(decision.reasons[0].parameters) == {
        "person": "lee", "grantor": "nia", "people": ("nia", "lee"), "act": "contract.sign",
    }  # fmt: skip
    assert decision.reasons[0].policy is not None
    assert decision.reasons[0].policy.id == "regional"
    assert not ask(firm, "ann", sign(1), given).is_allowed
    assert ask(firm, "lee", sign(1), lend("nia", "lee", window=InstantRange(NOON))).changes_at is None
    for window, allowed in (
        (InstantRange(NOON), True),
        (InstantRange(NOON + timedelta(microseconds=1)), False),
        (InstantRange(WEEK.start, NOON), False),
        (InstantRange(WEEK.start, NOON + timedelta(microseconds=1)), True),
    ):
        assert ask(firm, "lee", sign(1), lend("nia", "lee", window=window)).is_allowed is allowed


def test_a_delegate_never_gains_more_than_the_grantor_has(firm: SimpleNamespace) -> None:
    wide = lend("nia", "lee", limit=AmountLimit(maximum=Money(900_000, "CNY"), side="upper"))
    assert ask(firm, "lee", sign(200_000), wide).is_allowed
    assert codes(ask(firm, "lee", sign(200_001), wide)) == ["no_authority", "authority_exceeded"]
    assert not ask(firm, "lee", sign(1, "south"), wide).is_allowed
    nothing = lend("ann", "lee", limit=NoLimit())
    assert not ask(firm, "lee", sign(1), nothing).is_allowed
    gone = firm.resolve(firm.vacant(firm.organisation, "nia", "head-north", declared=True), firm.day)
    assert not ask(firm, "lee", sign(1), lend("nia", "lee"), structure=gone).is_allowed


def test_a_delegation_narrows_by_act_limit_and_unit(firm: SimpleNamespace) -> None:
    low = lend("sam", "lee", limit=AmountLimit(maximum=Money(50_000, "CNY"), side="upper"), unit="north")
    assert ask(firm, "lee", sign(50_000), low).is_allowed
    assert not ask(firm, "lee", sign(50_001), low).is_allowed
    assert codes(ask(firm, "lee", sign(1, "south"), low)) == ["no_authority", "authority_out_of_reach"]
    assert ask(firm, "lee", sign(1), lend("sam", "lee", acts=("contract.sign",))).is_allowed
    assert not ask(firm, "lee", sign(1), lend("sam", "lee", acts=("other",))).is_allowed


def test_chains_are_bounded_and_every_link_narrows(firm: SimpleNamespace) -> None:
    one, two, three = lend("nia", "lee"), lend("lee", "ann"), lend("ann", "bob")
    assert ask(firm, "ann", sign(1), one, two).reasons[0].parameters["people"] == ("nia", "lee", "ann")
    refused = ask(firm, "bob", sign(1), one, two, three)
    assert codes(refused)[-1] == "delegation_too_long"
    assert dict(refused.reasons[-1].parameters) == {"links": 3, "maximum": 2}
    longer = attrs.evolve(firm.policy, delegation=DelegationRule(maximum_links=3))
    assert ask(firm, "bob", sign(1), one, two, three, policy=longer).is_allowed
    low = lend("nia", "lee", limit=AmountLimit(maximum=Money(10, "CNY"), side="upper"))
    assert not ask(firm, "ann", sign(11), low, two).is_allowed
    assert ask(firm, "ann", sign(10), low, two).is_allowed
    kept = lend("nia", "lee", may_be_passed_on=False)
    assert ask(firm, "lee", sign(1), kept).is_allowed
    assert not ask(firm, "ann", sign(1), kept, two).is_allowed
    none = attrs.evolve(firm.policy, delegation=DelegationRule(maximum_links=0))
    assert not ask(firm, "lee", sign(1), one, policy=none).is_allowed


def test_the_first_end_in_a_chain_is_when_the_answer_changes(firm: SimpleNamespace) -> None:
    short = InstantRange(WEEK.start, NOON + timedelta(hours=1))
    for windows in ((short, WEEK), (WEEK, short)):
        first, second = lend("nia", "lee", window=windows[0]), lend("lee", "ann", window=windows[1])
        assert ask(firm, "ann", sign(1), first, second).changes_at == short.end


def test_cycles_end_and_give_nothing(firm: SimpleNamespace) -> None:
    around = [lend("lee", "ann"), lend("ann", "bob"), lend("bob", "lee")]
    policy = attrs.evolve(firm.policy, delegation=DelegationRule(maximum_links=99))
    assert codes(ask(firm, "lee", sign(1), *around, policy=policy))[0] == "no_authority"
    assert ask(firm, "ann", sign(1), *around, lend("nia", "bob"), policy=policy).is_allowed


def test_some_acts_stay_with_the_grantor_and_without_a_rule_all_do(firm: SimpleNamespace) -> None:
    hire = Act(kind="person.hire", rank="leader", unit="n1")
    refused = ask(firm, "lee", hire, lend("sam", "lee"))
    assert codes(refused) == ["no_authority", "delegation_excluded"]
    assert codes(ask(firm, "lee", hire)) == ["no_authority"]
    policy = attrs.evolve(firm.policy, delegation=None)
    assert codes(ask(firm, "lee", sign(1), lend("sam", "lee"), policy=policy)) == [
        "no_authority",
        "delegation_excluded",
    ]


def test_the_instant_belongs_to_the_day_of_the_structure(firm: SimpleNamespace) -> None:
    for wrong in (NOON + timedelta(days=1), NOON - timedelta(days=1), NOON.replace(tzinfo=None)):
        with pytest.raises(InvalidValue, match="as_of"):
            ask(firm, "nia", sign(1), as_of=wrong)
    with pytest.raises(UnknownName):
        ask(firm, "nobody", sign(1))


def test_the_life_of_the_policy_counts(firm: SimpleNamespace) -> None:
    draft = PolicyLife(status="draft", scope="sales", owner="hr", effective=firm.always)
    decision = ask(firm, "pam", sign(1), policy=attrs.evolve(firm.policy, life=draft))
    assert (decision.outcome, codes(decision)) == (Outcome.DENY, ["core.policy_not_in_force"])
    overdue = attrs.evolve(firm.policy.life, next_review=date(2020, 5, 31))
    warned = ask(firm, "pam", sign(1), policy=attrs.evolve(firm.policy, life=overdue))
    assert (warned.outcome, codes(warned)) == (Outcome.WARN, ["core.review_overdue", "authority_granted"])
    refused = ask(firm, "ann", Act(kind="x"), policy=attrs.evolve(firm.policy, life=overdue))
    assert (refused.outcome, codes(refused)) == (Outcome.DENY, ["core.review_overdue", "no_authority"])


def test_acts_and_limits_hold_sizes_of_zero_or_more_and_one_at_most() -> None:
    assert Act(kind="x", amount=Money(0, "CNY")).amount is not None
    for wrong in (
        {"amount": Money("-0.01", "CNY")},
        {"rate": Rate.parse("-1%")},
        {"amount": Money(1, "CNY"), "rank": "leader"},
        {"rate": Rate.parse("1%"), "rank": "leader"},
    ):
        with pytest.raises(InvalidValue):
            Act(kind="x", **wrong)
    with pytest.raises(InvalidValue):
        AmountLimit(maximum=Money(-1, "CNY"), side="upper")


PEOPLE = ("pam", "sam", "nia", "sol", "lee", "ann", "bob", "cy")


# The firm never changes, so every example may share it.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_decides_by_delegation_has_a_grantor_who_could(firm: SimpleNamespace, data: st.DataObject) -> None:
    """The law of delegation, on random webs of it: nobody decides what no first grantor may."""
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=8))
    limits = st.one_of(
        st.none(),
        st.builds(
            lambda n, side: AmountLimit(maximum=Money(n, "CNY"), side=side),
            st.sampled_from([0, 200_000, 500_000, 900_000]),
            st.sampled_from(["lower", "upper"]),
        ),
    )
    delegations = [
        lend(grantor, delegate, id=str(place), limit=data.draw(limits), may_be_passed_on=data.draw(st.booleans()))
        for place, (grantor, delegate) in enumerate(pairs)
        if grantor != delegate
    ]
    act = sign(data.draw(st.sampled_from([0, 199_999, 200_000, 200_001, 500_000, 500_001])), "n1")
    links = data.draw(st.integers(0, 3))
    policy = attrs.evolve(firm.policy, delegation=DelegationRule(maximum_links=links))
    could = {person for person in PEOPLE if ask(firm, person, act, policy=policy).is_allowed}
    assert could == {p for p, top in (("pam", 10**9), ("sam", 500_000), ("nia", 200_000)) if act.amount.amount <= top}

    def literal(person: str, left: int, seen: tuple[str, ...]) -> bool:
        return person in could or (
            left > 0
            and any(
                d.delegate == person
                and d.grantor not in seen
                and (len(seen) == 1 or d.may_be_passed_on)
                and (d.limit is None or act.amount.amount < d.limit.maximum.amount
                     or (act.amount == d.limit.maximum and d.limit.side == "upper"))
                and literal(d.grantor, left - 1, (*seen, d.grantor))
                for d in delegations
            )
        )  # fmt: skip

    for person in PEOPLE:
        decision = ask(firm, person, act, *delegations, policy=policy)
        assert decision.is_allowed is literal(person, links, (person,))
        if decision.is_allowed and person not in could:
            assert decision.reasons[0].parameters["grantor"] in could


def test_a_limit_may_be_nothing_but_not_less() -> None:
    assert RateLimit(maximum=Rate(0), side="upper").maximum == Rate(0)
    assert AmountLimit(maximum=Money(0, "CNY"), side="upper").maximum == Money(0, "CNY")
    with pytest.raises(InvalidValue, match="zero or more"):
        RateLimit(maximum=Rate.parse("-0.01%"), side="upper")
    with pytest.raises(InvalidValue, match="zero or more"):
        AmountLimit(maximum=Money("-0.01", "CNY"), side="upper")
