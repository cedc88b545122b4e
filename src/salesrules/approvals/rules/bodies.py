"""A body as a step: who votes, whether it could say yes at all, and what the votes amount to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import attrs

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import ApprovalStep, RoutedStep, Seat
from salesrules.approvals.rules.asking import Asking
from salesrules.core import Decision
from salesrules.org import Body, BodyMember, Structure, Vote, check_resolution, find_body_seats

__all__ = ["find_chairs", "judge_votes", "seat_body", "without_barred"]


def without_barred(body: Body, structure: Structure, barred: Collection[str]) -> Body:
    """A body as it sits without those who are barred: they neither vote nor count towards quorum and majority."""
    members = [
        BodyMember(person=seat.person, effective=body.effective, is_chair=seat.is_chair, has_vote=seat.has_vote)
        for seat in find_body_seats(body, structure)
        if seat.person not in barred
    ]
    return attrs.evolve(body, members=members)


def seat_body(step: ApprovalStep, asking: Asking, reviewed: frozenset[str]) -> RoutedStep:
    """The voting members of a step's body, one seat each; a fault where it could not say yes if all of them did."""
    id = str(step.body)
    body = asking.directory.body(id)
    if body is None:
        unknown = codes.APPROVER_UNKNOWN(step=step.id, kind="body", name=id)
        return RoutedStep(step=step, seats=(), needed=0, faults=(unknown,))
    sitting = without_barred(body, asking.structure, asking.request.barred | reviewed)
    voting = [seat for seat in find_body_seats(sitting, asking.structure) if seat.has_vote]
    unanimous = check_resolution(sitting, {seat.person: Vote.FOR for seat in voting}, asking.structure)
    missing = [
        (codes.HOLDER_BARRED if seat.person in asking.request.barred else codes.HOLDER_REVIEWED)(
            office=id, person=seat.person
        )
        for seat in find_body_seats(body, asking.structure)
        if seat.person in asking.request.barred | reviewed
    ]
    return RoutedStep(
        step=step,
        seats=[Seat(office=f"{id}:{seat.person}", person=seat.person) for seat in voting],
        needed=sitting.quorum.needed(len(voting)),
        trace=(
            *missing,
            *(codes.SEAT_FILLED(step=step.id, office=f"{id}:{seat.person}", person=seat.person) for seat in voting),
        ),
        faults=() if unanimous.is_allowed else (codes.BODY_UNABLE(step=step.id, body=id),),
    )


def find_chairs(body: Body, structure: Structure) -> tuple[str, ...]:
    """Who chairs a body on the structure's day."""
    return tuple(seat.person for seat in find_body_seats(body, structure) if seat.is_chair)


def judge_votes(
    sitting: Body, votes: Mapping[str, Vote], structure: Structure, *, is_closed: bool
) -> tuple[bool | None, Decision]:
    """Whether a body has said yes or no, `None` while those who have not voted could still decide it.

    The decision is `check_resolution` on the votes given. While the vote is open, yes is final only if it would
    remain one with every vote that is missing against it, and no only if it would remain one with all of them for it.
    """
    given = check_resolution(sitting, votes, structure)
    if is_closed:
        return given.is_allowed, given
    open_seats = [
        seat.person for seat in find_body_seats(sitting, structure) if seat.has_vote and seat.person not in votes
    ]
    against = check_resolution(sitting, {**votes, **dict.fromkeys(open_seats, Vote.AGAINST)}, structure)
    if given.is_allowed and against.is_allowed:
        return True, given
    support = check_resolution(sitting, {**votes, **dict.fromkeys(open_seats, Vote.FOR)}, structure)
    return (None if support.is_allowed else False), given
