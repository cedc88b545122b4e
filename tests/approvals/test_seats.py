"""Who stands behind a step: each kind of approver, and who stands in for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from approval_firm import (
    ALWAYS,
    NOON,
    add,
    board,
    directory_of,
    leave,
    lends,
    make_org_policy,
    make_organisation,
    request_for,
    with_steps,
)

from salesrules.approvals import (
    ApprovalStep,
    AuthorityApprover,
    BodyApprover,
    FunctionApprover,
    ManagerApprover,
    PersonApprover,
    PositionApprover,
    RankApprover,
    Route,
    UnitHeadApprover,
    route,
)
from salesrules.core import DateRange, InvalidValue, Outcome, Side
from salesrules.org import Absence, AmountLimit, Appointment, Deputy, Organisation, Position, Threshold, Unit

AWAY = DateRange(date(2026, 5, 25), date(2026, 6, 8))


def away(organisation: Organisation, *people: str) -> Organisation:
    return add(organisation, absences=[Absence(person=person, effective=AWAY) for person in people])


def ask(
    *approvers: Any,
    organisation: Organisation | None = None,
    rule: dict[str, Any] | None = None,
    quorum: Threshold | None = None,
    facts: dict[str, Any] | None = None,
    **directory: Any,
) -> Route:
    step = ApprovalStep(id="step", approvers=approvers, quorum=quorum)
    request = request_for("1", act="act", **(facts or {}))
    return route(request, with_steps(step, rule=rule), directory_of(organisation, **directory), as_of=NOON)


def seats(found: Route) -> list[tuple[str, ...]]:
    return [seat.people for routed in found.steps for seat in routed.seats]


def said(found: Route) -> list[str]:
    return [reason.code.removeprefix("approvals.") for reason in found.decision.reasons if "row" not in reason.code]


class TestKinds:
    """Whom each kind of approver means."""

    @pytest.mark.parametrize(
        ("approver", "expected"),
        [
            (PositionApprover(position="finance-head"), [("fay",)]),
            (PositionApprover(position="legal-clerk"), [("liv",), ("lev",)]),
            (ManagerApprover(level=1), [("lee",)]),
            (ManagerApprover(level=2), [("nia",)]),
            (ManagerApprover(level=3), [("sam",)]),
            (ManagerApprover(level=5), [("pam",)]),
            (RankApprover(rank="regional_director"), [("nia",)]),
            (RankApprover(rank="president"), [("pam",)]),
            (UnitHeadApprover(), [("lee",)]),
            (UnitHeadApprover(unit_kind="region"), [("nia",)]),
            (FunctionApprover(function="legal"), [("lou",)]),
            (FunctionApprover(function="legal", seat="members"), [("lev", "liv", "lou")]),
            (FunctionApprover(function="finance"), [("fay",)]),
            (FunctionApprover(function="company"), [("pam",)]),  # headquarters
            (PersonApprover(person="sol"), [("sol",)]),
            (PersonApprover(person="out"), [("out",)]),
        ],
    )
    def test_names_people(self, approver, expected) -> None:
        found = ask(approver)
        assert seats(found) == expected
        assert said(found) == ["seat_filled"] * len(expected)

    def test_the_unit_concerned_comes_before_the_requesters_own(self) -> None:
        assert seats(ask(UnitHeadApprover(), facts={"unit": "south"})) == [("sol",)]

    def test_a_line_that_is_too_short_ends_where_it_ends(self) -> None:
        found = ask(ManagerApprover(level=6))
        assert (seats(found), said(found)) == ([("pam",)], ["line_too_short", "seat_filled"])

    def test_managers_are_counted_by_people_and_vacancies_passed_over(self) -> None:
        both = add(leave(make_organisation(), "nia"), appointments=[])
        assert seats(ask(ManagerApprover(level=2), organisation=both)) == [("sam",)]
        doubled = add(
            leave(make_organisation(), "nia"),
            appointments=[Appointment(person="lee", position="north-head", effective=ALWAYS, is_primary=False)],
        )
        assert seats(ask(ManagerApprover(level=2), organisation=doubled)) == [("sam",)]

    def test_a_rank_that_the_line_lacks_is_exceeded_never_undercut(self) -> None:
        found = ask(RankApprover(rank="regional_director"), facts={"requester": "nia"})
        assert (seats(found), said(found)) == ([("sam",)], ["rank_not_in_line", "seat_filled"])
        found = ask(RankApprover(rank="regional_director"), facts={"requester": "pam"})
        assert (found.decision.outcome, said(found)[0]) == (Outcome.DENY, "nobody")
        found = ask(RankApprover(rank="regional_director"), facts={"requester": "nia"}, policy=None)
        assert found.decision.outcome is Outcome.DENY  # without ranks nobody knows which is more senior

    def test_the_nearest_unit_of_a_function_speaks(self) -> None:
        own = add(
            make_organisation(),
            units=[Unit(id="north-law", kind="legal", parent="north", effective=ALWAYS)],
            positions=[Position(id="nl", unit="north-law", rank="group_leader", is_head=True, effective=ALWAYS)],
            appointments=[Appointment(person="out", position="nl", effective=ALWAYS)],
        )
        assert seats(ask(FunctionApprover(function="legal"), organisation=own)) == [("out",)]
        assert seats(ask(FunctionApprover(function="legal"), organisation=own, facts={"requester": "sol"})) == [
            ("lou",)
        ]

    @pytest.mark.parametrize(("amount", "person"), [("199999", "nia"), ("200000", "sam"), ("1000000", "pam")])
    def test_authority_is_that_of_the_grants(self, amount, person) -> None:
        policy = with_steps(ApprovalStep(id="sign", approvers=[AuthorityApprover()]))
        rows = [attrs.evolve(policy.matrices[0], acts=["contract.sign"])]
        policy = attrs.evolve(policy, matrices=rows, rules=[attrs.evolve(policy.rules[0], acts=())])
        assert seats(route(request_for(amount), policy, directory_of(), as_of=NOON)) == [(person,)]
        found = route(request_for(amount, interested=[person]), policy, directory_of(), as_of=NOON)
        assert (seats(found) == []) is (person == "pam")
        assert said(route(request_for(amount), policy, directory_of(policy=None), as_of=NOON)) == [
            "nobody",
            "no_authority_in_line",
        ]

    @pytest.mark.parametrize(
        "approver",
        [
            PositionApprover(position="nowhere"),
            FunctionApprover(function="nowhere"),
            FunctionApprover(function="group", seat="head"),
            UnitHeadApprover(unit_kind="nowhere"),
            PersonApprover(person="nobody"),
            BodyApprover(body="nothing"),
        ],
    )
    def test_who_does_not_stand_is_a_fault(self, approver) -> None:
        headless = attrs.evolve(
            make_organisation(),
            positions=[
                attrs.evolve(held, is_head=held.is_head and held.unit != "n1") for held in make_organisation().positions
            ],
        )
        found = ask(approver, organisation=headless)
        assert found.decision.outcome is Outcome.DENY
        assert said(found)[0] == "approver_unknown"

    def test_a_function_without_people_is_a_fault(self) -> None:
        empty = add(make_organisation(), units=[Unit(id="lab", kind="lab", parent="company", effective=ALWAYS)])
        assert said(ask(FunctionApprover(function="lab", seat="members"), organisation=empty)) == ["approver_unknown"]


class TestStandIns:
    """Holder, delegate, deputy, up the line, last resort."""

    def test_an_absent_holder_is_followed_by_the_first_deputy_who_is_there(self) -> None:
        deputies = [
            Deputy(position="north-head", person=person, effective=ALWAYS, order=order)
            for order, person in enumerate(("bob", "sol"), 1)
        ]
        firm = add(away(make_organisation(), "nia"), deputies=deputies)
        found = ask(ManagerApprover(level=2), organisation=firm)
        assert (seats(found), said(found)) == ([("bob",)], ["holder_absent", "stood_in_as_deputy"])
        assert seats(ask(ManagerApprover(level=2), organisation=away(firm, "bob"))) == [("sol",)]

    def test_a_deputy_never_decides_their_own_request(self) -> None:
        deputy = Deputy(position="north-head", person="ann", effective=ALWAYS)
        firm = add(away(make_organisation(), "nia"), deputies=[deputy])
        found = ask(ManagerApprover(level=2), organisation=firm)
        assert seats(found) == [("sam",)]
        assert said(found) == ["holder_absent", "stood_in_from_above"]

    def test_without_a_deputy_it_goes_up_the_line_by_the_same_rules(self) -> None:
        firm = away(make_organisation(), "lee", "nia", "sam")
        found = ask(ManagerApprover(), organisation=firm)
        assert (seats(found), said(found)[-1]) == ([("vic",)], "stood_in_from_above")
        deputy = Deputy(position="sales-head", person="sol", effective=ALWAYS)
        assert seats(ask(ManagerApprover(), organisation=add(firm, deputies=[deputy]))) == [("sol",)]

    def test_a_vacant_position_goes_up_the_line(self) -> None:
        found = ask(PositionApprover(position="north-head"), organisation=leave(make_organisation(), "nia"))
        assert (seats(found), said(found)) == ([("sam",)], ["office_vacant", "stood_in_from_above"])

    def test_a_holder_with_an_interest_is_passed_over_with_their_deputies_and_delegates(self) -> None:
        deputy = Deputy(position="north-head", person="bob", effective=ALWAYS)
        found = ask(
            RankApprover(rank="regional_director"),
            organisation=add(make_organisation(), deputies=[deputy]),
            facts={"interested": ["nia"]},
            delegations=[lends("nia", "sol")],
        )
        assert (seats(found), said(found)) == ([("sam",)], ["holder_barred", "stood_in_from_above"])

    def test_who_has_left_is_followed_by_whoever_holds_their_last_position(self) -> None:
        left = leave(make_organisation(), "nia")
        found = ask(PersonApprover(person="nia"), organisation=left)
        assert (seats(found), said(found)) == ([("sam",)], ["approver_left", "office_vacant", "stood_in_from_above"])
        heir = add(left, appointments=[Appointment(person="out", position="north-head", effective=ALWAYS)])
        assert seats(ask(PersonApprover(person="nia"), organisation=heir)) == [("out",)]

    def test_who_has_left_with_their_position_leaves_nobody(self) -> None:
        left = leave(make_organisation(), "fay")
        closed = attrs.evolve(
            left,
            positions=[
                attrs.evolve(held, effective=DateRange(ALWAYS.start, date(2026, 5, 1)))
                if held.id == "finance-head"
                else held
                for held in left.positions
            ],
        )
        assert said(ask(PersonApprover(person="fay"), organisation=closed)) == [
            "nobody",
            "approver_left",
        ]

    def test_the_last_resort_decides_where_nobody_may(self) -> None:
        alone = ask(ManagerApprover(), facts={"requester": "pam"}, rule={"last_resort": PersonApprover(person="out")})
        assert (seats(alone), said(alone)[-1]) == ([("out",)], "stood_in_as_last_resort")
        own = ask(ManagerApprover(), facts={"requester": "pam"}, rule={"last_resort": PersonApprover(person="pam")})
        assert own.decision.outcome is Outcome.DENY
        with pytest.raises(InvalidValue, match="a body votes in a step of its own"):
            with_steps(
                ApprovalStep(id="s", approvers=[ManagerApprover()]), rule={"last_resort": BodyApprover(body="b")}
            )

    def test_two_offices_are_never_filled_by_one_person(self) -> None:
        firm = away(make_organisation(), "lee")
        found = ask(ManagerApprover(level=1), ManagerApprover(level=2), organisation=firm)
        assert seats(found) == [("nia",), ("sam",)]

    def test_one_office_named_twice_is_one_yes(self) -> None:
        assert seats(ask(ManagerApprover(level=2), RankApprover(rank="regional_director"))) == [("nia",)]


class TestDelegation:
    """Windows, chains, cycles, limits."""

    def test_the_chain_is_followed_and_who_lent_may_still_decide(self) -> None:
        found = ask(ManagerApprover(level=2), delegations=[lends("nia", "sol"), lends("sol", "fay")])
        assert seats(found) == [("fay", "sol", "nia")]
        assert said(found) == ["stood_in_by_delegation"]
        assert found.decision.reasons[-1].parameters["people"] == ("nia", "sol", "fay")

    @pytest.mark.parametrize(
        ("hours", "person"), [((0, 12), "nia"), ((12, 13), "sol"), ((0, 13), "sol"), ((13, 24), "nia")]
    )
    def test_windows_are_half_open(self, hours, person) -> None:
        found = ask(ManagerApprover(level=2), delegations=[lends("nia", "sol", hours=hours)])
        assert seats(found)[0][0] == person
        ends = found.decision.changes_at
        assert ends == (NOON + timedelta(hours=1) if person == "sol" else None)

    def test_a_cycle_is_said_and_ends(self) -> None:
        found = ask(ManagerApprover(level=2), delegations=[lends("nia", "sol"), lends("sol", "nia")])
        assert seats(found) == [("sol", "nia")]
        assert said(found) == ["delegation_cycle", "stood_in_by_delegation"]

    def test_nothing_comes_back_to_the_requester_nor_through_them(self) -> None:
        found = ask(ManagerApprover(level=2), delegations=[lends("nia", "ann"), lends("ann", "sol")])
        assert seats(found) == [("nia",)]

    def test_a_delegation_covers_its_acts_amounts_and_units_only(self) -> None:
        limit = AmountLimit(maximum=request_for("1").amount, side=Side.LOWER)
        for narrow in ({"acts": ["other"]}, {"limit": limit}, {"unit": "south"}):
            assert seats(ask(ManagerApprover(level=2), delegations=[lends("nia", "sol", **narrow)])) == [("nia",)]
        wide = AmountLimit(maximum=request_for("1").amount, side=Side.UPPER)
        assert seats(ask(ManagerApprover(level=2), delegations=[lends("nia", "sol", limit=wide)]))[0][0] == "sol"

    def test_without_a_rule_of_delegation_nobody_stands_in(self) -> None:
        for policy in (None, make_org_policy(delegation=None)):
            assert seats(ask(ManagerApprover(level=2), delegations=[lends("nia", "sol")], policy=policy)) == [("nia",)]

    def test_an_absent_delegate_leaves_it_to_who_comes_before(self) -> None:
        firm = away(make_organisation(), "sol")
        assert seats(ask(ManagerApprover(level=2), organisation=firm, delegations=[lends("nia", "sol")])) == [("nia",)]


class TestQuorums:
    """Several people behind a step."""

    def test_all_must_say_yes_unless_a_quorum_is_set(self) -> None:
        both = (PositionApprover(position="legal-head"), PositionApprover(position="finance-head"))
        assert ask(*both).steps[0].needed == 2
        assert ask(*both, quorum=Threshold(count=1, side="lower")).steps[0].needed == 1

    def test_a_quorum_out_of_reach_is_a_fault(self) -> None:
        found = ask(PositionApprover(position="legal-head"), quorum=Threshold(count=2, side="lower"))
        assert (found.decision.outcome, said(found)[0]) == (Outcome.DENY, "quorum_unreachable")


class TestBodies:
    """A committee as a step."""

    def test_its_voting_members_are_the_seats(self) -> None:
        found = ask(BodyApprover(body="board"), bodies=[board("sol", "fay", "lou")])
        assert (seats(found), found.steps[0].needed) == ([("sol",), ("fay",), ("lou",)], 2)

    def test_who_has_an_interest_does_not_sit(self) -> None:
        found = ask(BodyApprover(body="board"), bodies=[board("ann", "fay", "lou")])
        assert (seats(found), said(found)) == ([("fay",), ("lou",)], ["holder_barred", "seat_filled", "seat_filled"])

    def test_too_few_without_an_interest_is_a_fault(self) -> None:
        found = ask(BodyApprover(body="board"), bodies=[board("ann", "fay")])
        assert (found.decision.outcome, said(found)[0]) == (Outcome.DENY, "body_unable")

    def test_a_body_that_does_not_sit_is_a_fault(self) -> None:
        over = attrs.evolve(board("fay", "lou"), effective=DateRange(date(2020, 1, 1), date(2026, 6, 1)))
        assert said(ask(BodyApprover(body="board"), bodies=[over]))[0] == "body_unable"


class TestDistinctReviewers:
    """Nobody is behind two steps where the policy says so."""

    def test_who_is_expected_in_an_earlier_step_is_passed_over(self) -> None:
        steps = [
            ApprovalStep(id="one", approvers=[ManagerApprover(level=2)]),
            ApprovalStep(id="two", approvers=[RankApprover(rank="regional_director")]),
            ApprovalStep(id="three", approvers=[BodyApprover(body="board")]),
        ]
        bodies = [board("nia", "fay", "lou")]
        request = request_for("1", act="act")
        for word, expected in (
            ("distinct", ["nia", "sam", "fay", "lou"]),
            ("again", ["nia", "nia", "nia", "fay", "lou"]),
        ):
            policy = with_steps(*steps, rule={"same_reviewer": word})
            found = route(request, policy, directory_of(bodies=bodies), as_of=NOON)
            assert [seat.person for routed in found.steps for seat in routed.seats] == expected
