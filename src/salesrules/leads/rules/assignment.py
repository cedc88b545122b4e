"""Assignment of leads: to whom each may go, and who of these is next; fair in bulk as in single use."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

import attrs

from salesrules.core import Decision, InvalidValue, PolicyReference, Reason, check_instant, decide, demand
from salesrules.leads import reasons as codes
from salesrules.leads.model import AssignableLead, AssignedLead, Assignee, AssignmentResult, AssignmentState
from salesrules.leads.policy import AssignmentPick, AssignmentRule, LeadMatch, LeadPolicy
from salesrules.leads.rules.schemes import find_scheme_of

__all__ = ["assign_leads", "calculate_day_quota", "find_skips"]


def calculate_day_quota(monthly_capacity: int, assigned: int, policy: LeadPolicy) -> int:
    """How many more leads somebody gets today: the month's capacity over its days, less those assigned already.

    Policy says over how many days, and how the quotient is rounded; never below zero.
    """
    rule = demand(policy.capacity, "leads.capacity")
    for field, value in (("monthly_capacity", monthly_capacity), ("assigned", assigned)):
        if type(value) is not int or value < 0:
            raise InvalidValue(field, value, "give zero or more leads")
    return max(int(rule.rounding(Fraction(monthly_capacity, rule.days))) - assigned, 0)


def assign_leads(
    leads: Iterable[AssignableLead], state: AssignmentState, policy: LeadPolicy, as_of: datetime
) -> AssignmentResult:
    """Who gets each lead, one after the other, by the rule of its scheme; and the state for the next assignment.

    One lead after the other with the state handed on gives what all of them at once give. Those who are absent, not
    inducted yet, or without room in capacity or day quota are skipped. Among equals those go first who were served
    longest ago; those who were never served are drawn by the first lead's id. A lead that nobody can take goes to the
    rule `otherwise`, or stays unassigned with its reasons. The time grows with the number of leads.

    Raises `InvalidValue` where a lead comes twice, an instant has no time zone, or utilisation meets somebody without
    a capacity.
    """
    check_instant("as_of", as_of)
    given = list(leads)
    if not given:
        return AssignmentResult(assigned=(), unassigned=(), state=state)
    desk = _Desk(state, policy, as_of.astimezone(UTC), state.salt or given[0].id)
    assigned, unassigned = desk.serve(given)
    return AssignmentResult(assigned=assigned, unassigned=unassigned, state=desk.state())


def find_skips(lead: AssignableLead, state: AssignmentState, policy: LeadPolicy, as_of: datetime) -> tuple[Reason, ...]:
    """Why each person who cannot get a lead now cannot, by the rule of the lead's scheme."""
    check_instant("as_of", as_of)
    rule = _rule_named(_first_rule(lead, policy), policy)
    moment = as_of.astimezone(UTC)
    return tuple(reason for one in state.people for reason in _skips(lead, one, rule, moment))


def _skips(lead: AssignableLead, one: Assignee, rule: AssignmentRule, moment: datetime) -> Iterator[Reason]:
    for match in rule.match:
        if not _fits(lead, one, match):
            yield codes.DOES_NOT_FIT(
                lead=lead.id,
                person=one.person,
                match=match,
                path=f"people[{one.person}]",
                policy=PolicyReference("AssignmentRule", rule.id, "match"),
            )
    for absence in one.absences:
        if absence.start <= moment < absence.end:
            yield codes.ABSENT(
                lead=lead.id, person=one.person, until=absence.end, path=f"people[{one.person}].absences"
            )
    if one.inducted_at is not None and moment < one.inducted_at:
        yield codes.NOT_INDUCTED(
            lead=lead.id, person=one.person, since=one.inducted_at, path=f"people[{one.person}].inducted_at"
        )
    if one.capacity is not None and one.load >= one.capacity:
        yield codes.AT_CAPACITY(
            lead=lead.id, person=one.person, load=one.load, capacity=one.capacity, path=f"people[{one.person}].load"
        )
    if one.day_quota is not None and one.taken >= one.day_quota:
        yield codes.QUOTA_USED(
            lead=lead.id, person=one.person, taken=one.taken, quota=one.day_quota, path=f"people[{one.person}].taken"
        )


def _fits(lead: AssignableLead, one: Assignee, match: LeadMatch) -> bool:
    if match is LeadMatch.TERRITORY:
        return lead.territory in one.territories
    if match is LeadMatch.CUSTOMER_CLASS:
        return lead.customer_class in one.classes
    return one.skills.issuperset(lead.skills)


def _is_there(one: Assignee, moment: datetime) -> bool:
    if one.inducted_at is not None and moment < one.inducted_at:
        return False
    return not any(absence.start <= moment < absence.end for absence in one.absences)


def _first_rule(lead: AssignableLead, policy: LeadPolicy) -> str:
    scheme = find_scheme_of(lead.source, lead.kind, policy)
    rules = demand(policy.assignment, "leads.assignment")
    return scheme.assignment or rules[0].id


def _rule_named(id: str, policy: LeadPolicy) -> AssignmentRule:
    for rule in policy.assignment:
        if rule.id == id:
            return rule
    known = ", ".join(rule.id for rule in policy.assignment)
    raise InvalidValue("assignment", id, f"choose one of {known}")


class _Entry(NamedTuple):
    """A person's place in a queue: the measure of the pick, the turn of the last service, the draw, the number."""

    measure: int
    served: int
    draw: int
    number: int


class _Queue:
    """Those whom leads of one kind may go to, the next one first."""

    __slots__ = ("heap", "key", "otherwise", "pick", "rule")

    def __init__(
        self, rule: AssignmentRule, key: tuple[str, ...], heap: list[_Entry], otherwise: _Queue | None
    ) -> None:
        heapq.heapify(heap)
        self.rule, self.pick, self.key, self.heap, self.otherwise = rule.id, rule.pick, key, heap, otherwise


class _Desk:
    """The people as columns, so that a lead costs a few steps whatever their number."""

    def __init__(self, state: AssignmentState, policy: LeadPolicy, moment: datetime, salt: str) -> None:
        self.people, self.policy, self.salt, self.turn = state.people, policy, salt, state.turn
        people = state.people
        self.load = [one.load for one in people]
        self.given = [one.given for one in people]
        self.new = [0] * len(people)
        self.served = [one.served for one in people]
        self.room = [_room(one) for one in people]
        self.is_there = [_is_there(one, moment) for one in people]
        self.draws = [_draw(salt, one.person) for one in people]
        weights = [one.weight for one in people if one.weight]
        self.strides = _strides([one.weight for one in people], math.lcm(*weights) if weights else 1)
        self.shares: list[int] | None = None
        self.queues: dict[tuple[str, ...], _Queue] = {}
        self.by_lead: dict[tuple[object, ...], _Queue] = {}

    def state(self) -> AssignmentState:
        """How everybody stands now."""
        people = [
            attrs.evolve(one, load=one.load + new, taken=one.taken + new, given=one.given + new, served=served)
            if new
            else one
            for one, new, served in zip(self.people, self.new, self.served, strict=True)
        ]
        return AssignmentState(people=people, turn=self.turn, salt=self.salt)

    def serve(self, leads: Sequence[AssignableLead]) -> tuple[list[AssignedLead], list[tuple[str, Decision]]]:
        """Assign every lead in its turn."""
        assigned: list[AssignedLead] = []
        unassigned: list[tuple[str, Decision]] = []
        served, room, new, names = self.served, self.room, self.new, [one.person for one in self.people]
        seen, by_lead, made = set[str](), self.by_lead, tuple.__new__
        heapreplace, heappop = heapq.heapreplace, heapq.heappop
        turn = self.turn
        for lead in leads:
            id = lead.id
            if id in seen:
                raise InvalidValue("leads", id, "give each lead once")
            seen.add(id)
            key = (lead.source, lead.kind, lead.territory, lead.customer_class, lead.skills)
            queue: _Queue | None = by_lead.get(key)
            if queue is None:
                queue = by_lead[key] = self._queue(lead)
            while queue is not None:
                heap = queue.heap
                while heap:
                    top = heap[0]
                    number = top[3]
                    if not room[number]:
                        heappop(heap)
                    elif top[1] != served[number]:
                        heapreplace(heap, self._entry(queue.pick, number))
                    else:
                        break
                if heap:
                    break
                queue = queue.otherwise
            if queue is None:
                unassigned.append((id, self._refusal(lead)))
                continue
            turn += 1
            served[number] = turn
            room[number] -= 1
            new[number] += 1
            heapreplace(heap, self._entry(queue.pick, number))
            assigned.append(made(AssignedLead, (id, names[number], queue.rule)))
        self.turn = turn
        return assigned, unassigned

    def _entry(self, pick: AssignmentPick, number: int) -> _Entry:
        if pick is AssignmentPick.ROUND_ROBIN:
            measure = 0
        elif pick is AssignmentPick.LOAD:
            measure = self.load[number] + self.new[number]
        elif pick is AssignmentPick.WEIGHTED:
            measure = (2 * (self.given[number] + self.new[number]) + 1) * self.strides[number]
        else:
            measure = (self.load[number] + self.new[number]) * self._shares()[number]
        return tuple.__new__(_Entry, (measure, self.served[number], self.draws[number], number))

    def _shares(self) -> list[int]:
        """What one lead is of everybody's capacity, in equal parts so small that all are whole."""
        if self.shares is None:
            capacities = []
            for index, one in enumerate(self.people):
                if one.capacity is None:
                    raise InvalidValue(f"people[{index}].capacity", None, "utilisation needs the capacity of everybody")
                capacities.append(one.capacity)
            filled = [capacity for capacity in capacities if capacity]
            self.shares = _strides(capacities, math.lcm(*filled) if filled else 1)
        return self.shares

    def _queue(self, lead: AssignableLead) -> _Queue:
        """The queue for leads of this kind: shared with all leads that look alike to its rules."""
        return self._queue_of(_first_rule(lead, self.policy), lead)

    def _queue_of(self, id: str, lead: AssignableLead) -> _Queue:
        rule = _rule_named(id, self.policy)
        following = None if rule.otherwise is None else self._queue_of(rule.otherwise, lead)
        key = (id, *(_seen(lead, match) for match in rule.match), *(following.key if following else ()))
        found = self.queues.get(key)
        if found is None:
            heap = [
                self._entry(rule.pick, number)
                for number, one in enumerate(self.people)
                if self.is_there[number]
                and self.room[number]
                and (rule.pick is not AssignmentPick.WEIGHTED or one.weight)
                and all(_fits(lead, one, match) for match in rule.match)
            ]
            found = self.queues[key] = _Queue(rule, key, heap, following)
        return found

    def _refusal(self, lead: AssignableLead) -> Decision:
        rule = _first_rule(lead, self.policy)
        reference = PolicyReference("AssignmentRule", rule, "match")
        return decide([codes.NOBODY_FITS(lead=lead.id, rule=rule, policy=reference)])


def _seen(lead: AssignableLead, match: LeadMatch) -> str:
    if match is LeadMatch.TERRITORY:
        return lead.territory
    if match is LeadMatch.CUSTOMER_CLASS:
        return lead.customer_class
    return "\n".join(sorted(lead.skills))


def _room(one: Assignee) -> int:
    """How many more leads fit; without a limit more than there are."""
    limits = [10**18]
    if one.capacity is not None:
        limits.append(one.capacity - one.load)
    if one.day_quota is not None:
        limits.append(one.day_quota - one.taken)
    return max(min(limits), 0)


def _strides(parts: Sequence[int], whole: int) -> list[int]:
    """The whole over each part; 0 for none, which is never asked for."""
    return [whole // part if part else 0 for part in parts]


def _draw(salt: str, person: str) -> int:
    """A number that looks drawn by lot, the same for the same texts, on every machine."""
    return int.from_bytes(hashlib.blake2b(f"{salt}\n{person}".encode(), digest_size=7).digest())
