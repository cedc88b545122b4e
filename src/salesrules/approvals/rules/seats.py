"""Who fills the offices of a step: the holder or a delegate, else a deputy, else up the line; never who is barred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import attrs

from salesrules.approvals import reasons as codes
from salesrules.approvals.model import ApprovalStep, RoutedStep, Seat
from salesrules.approvals.rules.asking import Asking
from salesrules.approvals.rules.bodies import seat_body
from salesrules.approvals.rules.offices import Office, find_offices
from salesrules.core import Reason, Severity
from salesrules.org import ChainEnd

__all__ = ["seat_step"]


def seat_step(
    step: ApprovalStep, asking: Asking, *, reviewed: Iterable[str] = (), voted: Mapping[str, str] | None = None
) -> RoutedStep:
    """A step with the people behind it at an instant.

    An office belongs to its holder, or to the last person along the holder's delegations who may act. Where nobody
    there may, the first deputy who may stands in, then the nearest position up the line by the same rules, then the
    rule's last resort. Who is barred is passed over with all who would act in their name: their own deputies and
    delegates decide nothing for them. `reviewed` are people who decided other steps and may not decide this one;
    `voted` maps offices to those who voted in this step already.
    """
    if step.body is not None:
        return seat_body(step, asking, frozenset(reviewed))
    filling = _Filling(step=step.id, asking=asking, taken={*reviewed, *(voted or {}).values()})
    offices: dict[str, Office] = {}
    for approver in step.approvers:
        found, said = find_offices(approver, asking, step.id)
        filling.say(said)
        offices |= {office.id: office for office in found if office.id not in offices}
    seats: list[Seat] = []
    for office in offices.values():
        if voted and office.id in voted:
            seats.append(Seat(office=office.id, person=voted[office.id]))
            continue
        seat = filling.fill(office)
        if seat is not None:
            filling.taken.add(seat.person)
            seats.append(seat)
    whole = len(offices)
    needed = whole if step.quorum is None else step.quorum.needed(whole)
    if not filling.faults and (needed > whole or not whole):
        filling.say([codes.QUORUM_UNREACHABLE(step=step.id, needed=needed, seats=whole)])
    return RoutedStep(
        step=step, seats=seats, needed=needed, trace=filling.trace, faults=filling.faults, until=filling.until
    )


@attrs.define(kw_only=True)
class _Filling:
    """One step being filled: who is taken, what was said, when the first delegation in use ends."""

    step: str
    asking: Asking
    taken: set[str]
    trace: list[Reason] = attrs.field(factory=list)
    faults: list[Reason] = attrs.field(factory=list)
    until: datetime | None = None

    def say(self, reasons: Iterable[Reason]) -> None:
        for reason in reasons:
            (self.faults if reason.severity is Severity.ERROR else self.trace).append(reason)

    def fill(self, office: Office) -> Seat | None:
        """The seat of an office; where nobody may fill it, a fault."""
        seat = self._in_office(office) or self._above(office) or self._last_resort(office)
        if seat is None:
            self.say([codes.NOBODY(step=self.step, office=office.id)])
        return seat

    def _may(self, person: str) -> bool:
        asking = self.asking
        return person not in asking.request.barred and person not in self.taken and asking.is_available(person)

    def _in_office(self, office: Office, of: str | None = None) -> Seat | None:
        """A holder, whoever acts for one, or a deputy; `of` names the office that is to be filled from here."""
        barred = self.asking.request.barred
        holders = [person for person in (office.person, *office.alternatives) if person is not None]
        name = of or office.id
        seats = [seat for holder in holders if (seat := self._acting(office.id, holder, name)) is not None]
        if seats:
            first, *rest = seats
            others = dict.fromkeys([*first.others, *(person for seat in rest for person in seat.people)])
            others.pop(first.person, None)
            seat = Seat(office=name, person=first.person, others=tuple(others))
            if of is None and seat.person == office.person:
                self.say([codes.SEAT_FILLED(step=self.step, office=name, person=seat.person)])
            return seat
        if not holders and office.position is not None:
            self.say([codes.OFFICE_VACANT(office=office.id)])
        if office.position is None or not barred.isdisjoint(holders):
            return None
        for deputy in self.asking.structure.deputies(office.position):
            if self._may(deputy):
                self.say([codes.STOOD_IN_AS_DEPUTY(office=office.id, person=deputy)])
                return Seat(office=name, person=deputy)
        return None

    def _acting(self, office: str, holder: str, name: str) -> Seat | None:
        """The last one along a holder's delegations who may act, and those before as others."""
        asking = self.asking
        if holder in asking.request.barred:
            self.say([codes.HOLDER_BARRED(office=office, person=holder)])
            return None
        if holder in self.taken:
            self.say([codes.HOLDER_REVIEWED(office=office, person=holder)])
        elif not asking.is_available(holder):
            self.say([codes.HOLDER_ABSENT(office=office, person=holder)])
        chain = asking.chain_from(holder)
        if chain.end is ChainEnd.CYCLE:
            self.say([codes.DELEGATION_CYCLE(person=holder, people=chain.people)])
        people = list(chain.people)
        for place, person in enumerate(people):
            if person in asking.request.barred:  # what was lent through a barred hand is lent no further
                del people[place:]
                break
        able = [place for place, person in enumerate(people) if self._may(person)]
        if not able:
            return None
        last = able[-1]
        if last > 0:
            self.say(
                [codes.STOOD_IN_BY_DELEGATION(office=office, person=people[last], people=tuple(people[: last + 1]))]
            )
            self._ends(link.window.end for link in chain.delegations[:last])
        others = tuple(people[place] for place in reversed(able[:-1]))
        return Seat(office=name, person=people[last], others=others)

    def _above(self, office: Office) -> Seat | None:
        """The nearest position up the line from an office that somebody may act in."""
        structure = self.asking.structure
        for position in structure.line.chain(office.position) if office.position is not None else ():
            holders = structure.holders(position)
            first, *rest = holders or (None,)
            above = Office(id=position, person=first, position=position, alternatives=tuple(filter(None, rest)))
            seat = self._in_office(above, of=office.id)
            if seat is not None:
                self.say([codes.STOOD_IN_FROM_ABOVE(office=office.id, person=seat.person, position=position)])
                return seat
        return None

    def _last_resort(self, office: Office) -> Seat | None:
        resort = self.asking.rule.last_resort
        found = () if resort is None else find_offices(resort, self.asking, self.step)[0]
        for other in found:
            seat = self._in_office(other, of=office.id)
            if seat is not None:
                self.say([codes.STOOD_IN_AS_LAST_RESORT(office=office.id, person=seat.person)])
                return seat
        return None

    def _ends(self, ends: Iterable[datetime | None]) -> None:
        known = [end for end in (self.until, *ends) if end is not None]
        self.until = min(known, key=lambda end: end.astimezone(UTC), default=None)
