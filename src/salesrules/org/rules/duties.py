"""Duties: exactly one position accountable, somebody responsible, nobody overloaded."""

from __future__ import annotations

from collections.abc import Iterator

from salesrules.core import Decision, PolicyReference, Reason, check_life, decide
from salesrules.org import reasons
from salesrules.org.policy import Duty, DutyLoad, DutyRole, OrgPolicy
from salesrules.org.rules.structure import Structure

__all__ = ["check_duties", "find_duties"]


def find_duties(structure: Structure, policy: OrgPolicy, position: str) -> tuple[tuple[Duty, DutyRole], ...]:
    """The duties of a position on the structure's day, each with its role, in the order of the policy."""
    structure.position(position)
    return tuple(
        (duty, assignment.role)
        for duty in policy.duties
        if structure.as_of in duty.effective
        for assignment in duty.assignments
        if assignment.position == position
    )


def check_duties(structure: Structure, policy: OrgPolicy) -> Decision:
    """Every gap, overlap and overload among the duties that hold on the structure's day.

    Without an accountable or a responsible position a duty has a gap; with two accountable ones, or more responsible
    ones than policy allows, it overlaps; positions that do not stand or that nobody holds are findings too.
    Source: the responsibility assignment matrix (RACI).
    """
    life = check_life(policy.life, structure.as_of, "OrgPolicy")
    if not life.is_allowed:
        return life
    found = [*life.reasons]
    duties = [(place, duty) for place, duty in enumerate(policy.duties) if structure.as_of in duty.effective]
    for place, duty in duties:
        found += _duty(f"duties[{place}]", duty, structure, policy.duty_load)
    if policy.duty_load is not None:
        found += _loads([duty for _, duty in duties], policy.duty_load)
    return decide(found)


def _duty(path: str, duty: Duty, structure: Structure, load: DutyLoad | None) -> Iterator[Reason]:
    where = PolicyReference("Duty", duty.id, "assignments")
    accountable = dict.fromkeys(duty.positions(DutyRole.ACCOUNTABLE))
    if not accountable:
        yield reasons.DUTY_WITHOUT_ACCOUNTABLE(duty=duty.id, path=path, policy=where)
    elif len(accountable) > 1:
        yield reasons.DUTY_SEVERAL_ACCOUNTABLE(duty=duty.id, positions=tuple(accountable), path=path, policy=where)
    responsible = dict.fromkeys(duty.positions(DutyRole.RESPONSIBLE))
    most = load.responsible_per_duty if load is not None else None
    if not responsible:
        yield reasons.DUTY_WITHOUT_RESPONSIBLE(duty=duty.id, path=path, policy=where)
    elif most is not None and len(responsible) > most:
        yield reasons.DUTY_SHARED_WIDELY(
            duty=duty.id, positions=tuple(responsible), maximum=most, path=path, policy=where
        )
    for place, assignment in enumerate(duty.assignments):
        here = f"{path}.assignments[{place}].position"
        if assignment.position not in structure.positions:
            yield reasons.DUTY_POSITION_UNKNOWN(duty=duty.id, position=assignment.position, path=here, policy=where)
        elif not structure.holders(assignment.position) and assignment.role in _CARRYING:
            yield reasons.DUTY_POSITION_VACANT(
                duty=duty.id, position=assignment.position, role=assignment.role.value, path=here, policy=where
            )


_CARRYING = (DutyRole.ACCOUNTABLE, DutyRole.RESPONSIBLE)


def _loads(duties: list[Duty], load: DutyLoad) -> Iterator[Reason]:
    bounds = (
        (DutyRole.ACCOUNTABLE, load.accountable_per_position, "accountable_per_position"),
        (DutyRole.RESPONSIBLE, load.responsible_per_position, "responsible_per_position"),
    )
    for role, maximum, field in bounds:
        carried: dict[str, list[str]] = {}
        for duty in duties:
            for position in dict.fromkeys(duty.positions(role)):
                carried.setdefault(position, []).append(duty.id)
        for position, ids in carried.items():
            if maximum is not None and len(ids) > maximum:
                yield reasons.POSITION_OVERLOADED(
                    position=position,
                    role=role.value,
                    duties=tuple(ids),
                    maximum=maximum,
                    policy=PolicyReference("OrgPolicy", "", f"duty_load.{field}"),
                )
