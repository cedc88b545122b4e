"""What is the same for every step of one request: who asks, in which organisation, when, and who is barred."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import attrs

from salesrules.approvals.model import ApprovalRequest, Directory
from salesrules.approvals.policy import ApprovalRule
from salesrules.core import InvalidValue, MissingDay, Money
from salesrules.org import Act, ChainEnd, Delegation, DelegationChain, Structure, covers_act, find_delegate

__all__ = ["Asking", "begin_asking", "check_day"]


@attrs.frozen(kw_only=True)
class Asking:
    """A request before a directory: the act as authority knows it, the delegations that cover it, the line above.

    `line` are the positions up from the requester's own, the nearest first.
    """

    request: ApprovalRequest
    rule: ApprovalRule
    directory: Directory
    act: Act
    delegations: tuple[Delegation, ...]
    line: tuple[str, ...]
    as_of: datetime

    @property
    def structure(self) -> Structure:
        """The structure of the day."""
        return self.directory.structure

    def chain_from(self, person: str) -> DelegationChain:
        """Who acts for a person, as far as their delegations cover the act."""
        policy = self.directory.policy
        if not self.delegations or policy is None or policy.delegation is None:
            return DelegationChain(people=(person,), delegations=(), end=ChainEnd.END)
        return find_delegate(person, self.act.kind, self.delegations, policy.delegation, as_of=self.as_of)

    def is_available(self, person: str) -> bool:
        """Whether a person is known and not away."""
        return self.structure.knows_person(person) and not self.structure.is_absent(person)

    def managers(self) -> Iterator[tuple[str, str]]:
        """The positions up the line that somebody other than the requester holds, each person once, nearest first."""
        seen = {self.request.requester}
        for position in self.line:
            for holder in self.structure.holders(position):
                if holder not in seen:
                    seen.add(holder)
                    yield position, holder


def begin_asking(
    request: ApprovalRequest, rule: ApprovalRule, directory: Directory, amount: Money | None, as_of: datetime
) -> Asking:
    """The request before a directory, `amount` being the one that counts.

    Raises `InvalidValue` where the structure is not that of the day of `as_of`, in its own time zone.
    """
    check_day(directory, as_of)
    structure = directory.structure
    act = Act(kind=request.act, amount=amount, unit=request.unit)
    policy = directory.policy
    covering = () if policy is None else [d for d in directory.delegations if covers_act(d, act, structure, policy)]
    return Asking(
        request=request,
        rule=rule,
        directory=directory,
        act=act,
        delegations=tuple(covering),
        line=_line_above(request.requester, structure),
        as_of=as_of,
    )


def check_day(directory: Directory, as_of: datetime) -> date:
    """The day of an instant, where the directory's structure is that of this day; else raises `InvalidValue`."""
    day = directory.structure.as_of
    if as_of.tzinfo is None:
        raise InvalidValue("as_of", as_of, "give an instant with its time zone")
    if as_of.date() != day:
        raise InvalidValue("as_of", as_of, f"the structure is that of {day}; resolve it for the same day")
    return day


def _line_above(person: str, structure: Structure) -> tuple[str, ...]:
    """The positions up from a person's own; none for who has no place on the day."""
    if not structure.knows_person(person):
        return ()
    try:
        own = structure.primary_position(person).id
    except MissingDay:
        return ()
    return structure.line.chain(own)
