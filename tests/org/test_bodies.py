"""Bodies: members by name and by office, chair, quorum, majority, and the end date."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from salesrules.core import DateRange, Decision, InvalidValue, Outcome, Rate
from salesrules.org import (
    Absence,
    Body,
    BodyMember,
    BodySeat,
    Deputy,
    Majority,
    Threshold,
    Vote,
    VoteBase,
    check_body,
    check_quorum,
    check_resolution,
    find_body_seats,
)

TERM = DateRange(date(2020, 1, 1), date(2021, 1, 1))
HALF = Rate.parse("50%")


def committee(**changes: Any) -> Body:
    """Sam chairs by office; Nia and Sol by name, Lee without a vote."""
    body = Body(
        id="prices",
        purpose="decide special prices",
        effective=TERM,
        members=[
            BodyMember(office="director", effective=TERM, is_chair=True),
            BodyMember(person="nia", effective=TERM),
            BodyMember(person="sol", effective=TERM),
            BodyMember(person="cy", effective=TERM),
            BodyMember(person="lee", effective=TERM, has_vote=False),
        ],
        quorum=Threshold(share=HALF, side="lower"),
        majority=Majority(threshold=Threshold(share=HALF, side="upper"), base="cast"),
        chair_must_attend=False,
    )
    return attrs.evolve(body, **changes)


def codes(decision: Decision) -> list[str]:
    return [reason.code.removeprefix("org.") for reason in decision.reasons]


def test_seats_by_name_and_by_office(firm: SimpleNamespace) -> None:
    seats = find_body_seats(committee(), firm.structure)
    assert seats[0] == BodySeat(person="sam", office="director", is_chair=True, has_vote=True)
    assert [seat.person for seat in seats] == ["sam", "nia", "sol", "cy", "lee"]
    assert not seats[-1].has_vote
    assert check_body(committee(), firm.structure).reasons == ()


def test_a_member_sits_on_their_own_days(firm: SimpleNamespace) -> None:
    for effective, sits in (
        (DateRange(date(2020, 1, 1), firm.day), False),
        (DateRange(firm.day, date(2020, 6, 2)), True),
        (DateRange(date(2020, 6, 2)), False),
    ):
        body = committee(members=[BodyMember(person="ann", effective=effective)])
        assert bool(find_body_seats(body, firm.structure)) is sits


def test_an_office_follows_its_holder_and_the_deputy_of_an_absent_one(firm: SimpleNamespace) -> None:
    away = firm.add(
        firm.organisation,
        absences=[Absence(person="sam", effective=TERM)],
        deputies=[Deputy(position="director", person="pam", effective=TERM)],
    )
    seats = find_body_seats(committee(), firm.resolve(away, firm.day))
    assert (seats[0].person, seats[0].is_chair) == ("pam", True)
    vacant = firm.resolve(firm.vacant(firm.organisation, "sam", "director", declared=True), firm.day)
    assert codes(check_body(committee(), vacant)) == ["body_office_vacant", "body_without_chair"]


def test_who_has_two_seats_sits_once_with_the_better_rights(firm: SimpleNamespace) -> None:
    twice = [
        BodyMember(person="sam", effective=TERM, has_vote=False),
        BodyMember(office="director", effective=TERM, is_chair=True),
    ]
    for members in (twice, twice[::-1]):
        body = committee(members=members)
        (seat,) = find_body_seats(body, firm.structure)
        assert (seat.person, seat.is_chair, seat.has_vote) == ("sam", True, True)
        assert codes(check_body(body, firm.structure)) == ["body_member_twice"]


def test_findings_about_a_body(firm: SimpleNamespace) -> None:
    def check(**changes: Any) -> list[str]:
        return codes(check_body(committee(**changes), firm.structure))

    chair, *others = committee().members
    assert check(purpose=" ") == ["body_without_purpose"]
    assert check(effective=DateRange(date(2020, 1, 1))) == ["body_without_end"]
    assert check(members=others) == ["body_without_chair"]
    assert check(members=[chair, *(attrs.evolve(other, is_chair=True) for other in others[:1])]) == [
        "body_several_chairs"
    ]
    assert check(members=[chair, BodyMember(person="zoe", effective=TERM)]) == ["body_member_unknown"]
    assert check(members=[chair, BodyMember(office="no-such", effective=TERM)]) == ["body_member_unknown"]
    assert check(quorum=Threshold(count=5, side="lower")) == ["quorum_unreachable"]
    assert check(quorum=Threshold(count=4, side="lower")) == []


def test_a_dissolved_body_no_longer_sits(firm: SimpleNamespace) -> None:
    present = ["sam", "nia", "sol", "cy"]
    for effective, sits in (
        (DateRange(date(2020, 1, 1), firm.day), False),
        (DateRange(firm.day, date(2020, 6, 2)), True),
        (DateRange(date(2020, 6, 2), date(2021, 1, 1)), False),
    ):
        body = committee(effective=effective)
        assert codes(check_body(body, firm.structure)) == ([] if sits else ["body_not_sitting"])
        assert check_quorum(body, present, firm.structure).is_allowed is sits
        assert check_resolution(body, dict.fromkeys(present, Vote.FOR), firm.structure).is_allowed is sits


@pytest.mark.parametrize(
    ("threshold", "whole", "needed"),
    [
        (Threshold(share=HALF, side="lower"), 4, 2),
        (Threshold(share=HALF, side="upper"), 4, 3),
        (Threshold(share=HALF, side="lower"), 5, 3),
        (Threshold(share=HALF, side="upper"), 5, 3),
        (Threshold(share=Rate.parse("100%"), side="lower"), 3, 3),
        (Threshold(share=Rate.parse("0%"), side="lower"), 3, 0),
        (Threshold(share=Rate.parse("0%"), side="upper"), 3, 1),
        (Threshold(share=Rate.parse("66.7%"), side="lower"), 3, 3),
        (Threshold(count=2, side="lower"), 9, 2),
        (Threshold(count=2, side="upper"), 9, 3),
        (Threshold(count=0, side="lower"), 9, 0),
    ],
)
def test_thresholds_declare_their_side(threshold: Threshold, whole: int, needed: int) -> None:
    assert threshold.needed(whole) == needed


def test_a_quorum_counts_voting_members_only(firm: SimpleNamespace) -> None:
    body = committee()
    enough = check_quorum(body, ["nia", "sol"], firm.structure)
    assert (enough.outcome, enough.headroom) == (Outcome.ALLOW, 0)
    assert check_quorum(body, ["sam", "nia", "sol"], firm.structure).headroom == 1
    too_few = check_quorum(body, ["nia", "lee"], firm.structure)
    assert dict(too_few.reasons[0].parameters) == {"body": "prices", "present": 1, "needed": 2, "members": 4}
    assert too_few.outcome is Outcome.DENY
    stranger = check_quorum(body, ["nia", "sol", "ann"], firm.structure)
    assert (stranger.outcome, codes(stranger)) == (Outcome.WARN, ["not_a_member"])
    assert codes(check_quorum(body, ["nia", "ann"], firm.structure)) == ["not_a_member", "quorum_missed"]


def test_the_chair_must_attend_where_the_body_says_so(firm: SimpleNamespace) -> None:
    strict = committee(chair_must_attend=True)
    assert codes(check_quorum(strict, ["nia", "sol"], firm.structure)) == ["chair_absent"]
    assert check_quorum(strict, ["nia", "sam"], firm.structure).is_allowed


@pytest.mark.parametrize(
    ("base", "votes", "passes"),
    [
        ("cast", "fa", False),
        ("cast", "ffa", True),
        ("cast", "fxxx", True),
        ("cast", "xxxx", False),
        ("present", "fxx", False),
        ("present", "ffx", True),
        ("members", "ff", False),
        ("members", "fff", True),
        ("members", "fffa", True),
    ],
)
def test_majorities_of_those_who_voted_attended_or_sit(
    firm: SimpleNamespace, base: str, votes: str, passes: bool
) -> None:
    kinds = {"f": Vote.FOR, "a": Vote.AGAINST, "x": Vote.ABSTAIN}
    cast = dict(zip(["sam", "nia", "sol", "cy"], [kinds[vote] for vote in votes], strict=False))
    body = committee(
        majority=Majority(threshold=Threshold(share=HALF, side="upper"), base=base),
        quorum=Threshold(count=1, side="lower"),
    )
    decision = check_resolution(body, cast, firm.structure)
    assert decision.is_allowed is passes
    assert codes(decision) == ["body_resolved" if passes else "majority_missed"]


def test_a_step_by_a_body_needs_a_quorum_first_and_ignores_votes_without_a_seat(firm: SimpleNamespace) -> None:
    assert codes(check_resolution(committee(), {"nia": Vote.FOR}, firm.structure)) == ["quorum_missed"]
    votes = {"nia": Vote.FOR, "sol": Vote.AGAINST, "ann": Vote.FOR, "lee": Vote.FOR}
    decision = check_resolution(committee(), votes, firm.structure)
    assert codes(decision) == ["not_a_member", "majority_missed"]
    assert decision.reasons[-1].parameters["votes_for"] == 1
    passed = check_resolution(committee(), {**votes, "sol": Vote.FOR}, firm.structure)
    assert (passed.outcome, codes(passed)) == (Outcome.WARN, ["not_a_member", "body_resolved"])
    plain = check_resolution(committee(), {"nia": Vote.FOR, "sol": Vote.FOR}, firm.structure)
    assert plain.outcome is Outcome.ALLOW


def test_nothing_is_carried_without_one_vote_for_it(firm: SimpleNamespace) -> None:
    free = Majority(threshold=Threshold(count=0, side="lower"), base=VoteBase.CAST)
    votes = dict.fromkeys(["nia", "sol"], Vote.ABSTAIN)
    assert not check_resolution(committee(majority=free), votes, firm.structure).is_allowed


def test_thresholds_and_members_are_either_or() -> None:
    for wrong in (
        {}, {"count": 1, "share": HALF}, {"count": -1}, {"count": True}, {"share": Rate.parse("100.1%")},
        {"share": Rate.parse("-1%")},
    ):  # fmt: skip
        with pytest.raises(InvalidValue):
            Threshold(side="lower", **wrong)
    for member in ({}, {"person": "ann", "office": "director"}):
        with pytest.raises(InvalidValue):
            BodyMember(effective=TERM, **member)
