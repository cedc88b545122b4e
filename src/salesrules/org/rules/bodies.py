"""Bodies: who sits in them, whether they may decide, and whether they did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from salesrules.core import Decision, Outcome, Reason, decide
from salesrules.org import reasons
from salesrules.org.model import Body, BodyMember, BodySeat, Vote, VoteBase
from salesrules.org.rules.structure import Structure

__all__ = ["check_body", "check_quorum", "check_resolution", "find_body_seats"]


def find_body_seats(body: Body, structure: Structure) -> tuple[BodySeat, ...]:
    """Who sits in a body on the structure's day, each person once.

    A seat by office belongs to whoever acts in the position: its holder, or the deputy of an absent one; a vacant
    office leaves its seat empty. Who has two seats keeps the better of each right.
    """
    seats: dict[str, BodySeat] = {}
    for member, person in _people(body, structure):
        if person is not None:
            other = seats.get(person)
            seats[person] = BodySeat(
                person=person,
                office=member.office if other is None else other.office,
                is_chair=member.is_chair or (other is not None and other.is_chair),
                has_vote=member.has_vote or (other is not None and other.has_vote),
            )
    return tuple(seats.values())


def _people(body: Body, structure: Structure) -> Iterator[tuple[BodyMember, str | None]]:
    """Each member record that holds, with the person behind it: none for a vacant office or what is unknown."""
    for member in body.members:
        if structure.as_of in member.effective:
            if member.office is not None:
                known = member.office in structure.positions
                yield member, structure.acting_holder(member.office) if known else None
            else:
                yield member, member.person if structure.knows_person(str(member.person)) else None


def check_body(body: Body, structure: Structure) -> Decision:
    """Every finding about a body on the structure's day: purpose, end date, chair, members, a quorum in reach."""
    return decide(_body_findings(body, structure))


def _body_findings(body: Body, structure: Structure) -> Iterator[Reason]:
    if structure.as_of not in body.effective:
        yield reasons.BODY_NOT_SITTING(body=body.id, day=structure.as_of)
        return
    if not body.purpose.strip():
        yield reasons.BODY_WITHOUT_PURPOSE(body=body.id)
    if body.effective.end is None:
        yield reasons.BODY_WITHOUT_END(body=body.id)
    seen: set[str] = set()
    for member, person in _people(body, structure):
        if person is None:
            unknown = member.office is None or member.office not in structure.positions
            if unknown:
                yield reasons.BODY_MEMBER_UNKNOWN(body=body.id, member=member.office or member.person)
            else:
                yield reasons.BODY_OFFICE_VACANT(body=body.id, office=member.office)
        elif person in seen:
            yield reasons.BODY_MEMBER_TWICE(body=body.id, person=person)
        else:
            seen.add(person)
    seats = find_body_seats(body, structure)
    chairs = tuple(seat.person for seat in seats if seat.is_chair)
    if not chairs:
        yield reasons.BODY_WITHOUT_CHAIR(body=body.id)
    elif len(chairs) > 1:
        yield reasons.BODY_SEVERAL_CHAIRS(body=body.id, people=chairs)
    voting = sum(seat.has_vote for seat in seats)
    needed = body.quorum.needed(voting)
    if needed > voting:
        yield reasons.QUORUM_UNREACHABLE(body=body.id, members=voting, needed=needed)


def check_quorum(body: Body, present: Collection[str], structure: Structure) -> Decision:
    """Whether those present may decide: the body sits, enough voting members attend, the chair too where required.

    Who is present without a seat is named and does not count. `headroom` is how many voting members may still leave.
    """
    if structure.as_of not in body.effective:
        return decide([reasons.BODY_NOT_SITTING(body=body.id, day=structure.as_of)])
    seats = find_body_seats(body, structure)
    attending = [seat for seat in seats if seat.person in present]
    found = _strangers(body, present, seats)
    members, here = sum(seat.has_vote for seat in seats), sum(seat.has_vote for seat in attending)
    needed = body.quorum.needed(members)
    if here < needed:
        found.append(reasons.QUORUM_MISSED(body=body.id, present=here, needed=needed, members=members))
    if body.chair_must_attend and not any(seat.is_chair for seat in attending):
        found.append(reasons.CHAIR_ABSENT(body=body.id))
    decision = decide(found)
    if not decision.is_allowed:
        return decision
    return Decision(outcome=decision.outcome, reasons=decision.reasons, headroom=here - needed)


def check_resolution(body: Body, votes: Mapping[str, Vote], structure: Structure) -> Decision:
    """Whether a body has said yes, as a step of an approval: a quorum voted and the majority is for it.

    Those who vote, abstentions included, are those present; votes of people without a voting seat do not count.
    """
    quorum = check_quorum(body, votes.keys(), structure)
    if not quorum.is_allowed:
        return quorum
    voting = {seat.person for seat in find_body_seats(body, structure) if seat.has_vote}
    counted = [vote for person, vote in votes.items() if person in voting]
    base = body.majority.base
    abstained = counted.count(Vote.ABSTAIN)
    whole = {
        VoteBase.CAST: len(counted) - abstained,
        VoteBase.PRESENT: len(counted),
        VoteBase.MEMBERS: len(voting),
    }[base]
    votes_for, needed = counted.count(Vote.FOR), max(1, body.majority.threshold.needed(whole))
    result: dict[str, Any] = {"body": body.id, "votes_for": votes_for, "needed": needed, "base": base.value}
    if votes_for < needed:
        return decide([*quorum.reasons, reasons.MAJORITY_MISSED(**result)])
    outcome = Outcome.WARN if quorum.reasons else Outcome.ALLOW
    return Decision(outcome=outcome, reasons=(*quorum.reasons, reasons.BODY_RESOLVED(**result)))


def _strangers(body: Body, people: Collection[str], seats: tuple[BodySeat, ...]) -> list[Reason]:
    seated = {seat.person for seat in seats}
    return [reasons.NOT_A_MEMBER(body=body.id, person=person) for person in sorted(set(people) - seated)]
