"""Whether the organisation stands as it must: one root, no cycle, heads or declared vacancies, spans, appointments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from salesrules.core import DateRange, Decision, PolicyReference, Reason, check_life, decide
from salesrules.org import reasons
from salesrules.org.model import DatedFinding, Organisation
from salesrules.org.policy import OrgPolicy, RootRule, SpanLimit
from salesrules.org.rules.hierarchy import Hierarchy
from salesrules.org.rules.records import Dated, DayRecords, select_records

__all__ = ["check_history", "check_structure"]


def check_structure(organisation: Organisation, policy: OrgPolicy, as_of: date) -> Decision:
    """Every finding about the organisation on a day; allow where there is none.

    A policy that is not in force decides nothing: its only finding says so.
    """
    life = check_life(policy.life, as_of, "OrgPolicy")
    if not life.is_allowed:
        return life
    records = select_records(organisation, as_of)
    found = [*life.reasons, *records.faults, *_roots(records, policy), *_kinds(records, policy)]
    found += [*_heads(records), *_seats(records), *_deputies(records)]
    if not records.faults:
        found += _line(records, policy)
    return decide(found)


def check_history(organisation: Organisation, policy: OrgPolicy, span: DateRange) -> tuple[DatedFinding, ...]:
    """Every finding of `check_structure` within a span, with the days on which it stands, in the order of these.

    The structure is checked on each day on which some record begins or ends, so no day goes unseen.
    """
    days = [span.start, *(day for day in _change_days(organisation, policy) if day in span and day != span.start)]
    standing: dict[Reason, date] = {}
    found: list[DatedFinding] = []
    for day in days:
        now = dict.fromkeys(check_structure(organisation, policy, day).reasons, day)
        ended = [reason for reason in standing if reason not in now]
        found += [DatedFinding(effective=DateRange(standing.pop(reason), day), reason=reason) for reason in ended]
        standing = {**now, **standing}
    found += [DatedFinding(effective=DateRange(day, span.end), reason=reason) for reason, day in standing.items()]
    return tuple(sorted(found, key=lambda finding: finding.effective.start))


def _change_days(organisation: Organisation, policy: OrgPolicy) -> list[date]:
    o = organisation
    tables: tuple[Iterable[Dated], ...] = (
        o.units,
        o.positions,
        o.appointments,
        o.vacancies,
        o.absences,
        o.deputies,
        policy.span_limits,
    )
    ranges = [policy.life.effective, *(entry.effective for table in tables for entry in table)]
    days = {day for effective in ranges for day in (effective.start, effective.end) if day is not None}
    if policy.life.next_review is not None:
        days.add(policy.life.next_review + timedelta(days=1))  # on the day of the review itself it is not yet overdue
    return sorted(days)


def _roots(records: DayRecords, policy: OrgPolicy) -> Iterator[Reason]:
    roots = sorted(unit.id for unit in records.units.values() if unit.parent is None)
    if not roots:
        yield reasons.NO_ROOT()
    elif len(roots) > 1 and policy.root_rule is RootRule.ONE:
        where = PolicyReference("OrgPolicy", "", "root_rule")
        yield reasons.SEVERAL_ROOTS(units=tuple(roots), policy=where)


def _kinds(records: DayRecords, policy: OrgPolicy) -> Iterator[Reason]:
    kinds = {kind.id: kind for kind in policy.unit_kinds}
    for unit in records.units.values():
        kind = kinds.get(unit.kind)
        if kind is None:
            yield reasons.UNKNOWN_UNIT_KIND(unit=unit.id, unit_kind=unit.kind)
        elif unit.parent is None:
            if not kind.may_be_root:
                where = PolicyReference("UnitKind", kind.id, "may_be_root")
                yield reasons.ROOT_MISPLACED(unit=unit.id, unit_kind=kind.id, policy=where)
        elif unit.parent in records.units:
            above = records.units[unit.parent].kind
            if above not in kind.under:
                where = PolicyReference("UnitKind", kind.id, "under")
                yield reasons.UNIT_MISPLACED(unit=unit.id, unit_kind=kind.id, parent_kind=above, policy=where)
    for position in records.positions.values():
        if policy.rank_level(position.rank) is None:
            yield reasons.UNKNOWN_RANK(position=position.id, rank=position.rank)


def _heads(records: DayRecords) -> Iterator[Reason]:
    for unit in records.units:
        heads = records.heads.get(unit, [])
        if not heads:
            yield reasons.NO_HEAD_POSITION(unit=unit)
        elif len(heads) > 1:
            yield reasons.SEVERAL_HEAD_POSITIONS(unit=unit, positions=tuple(heads))
        people = [(entry.person, position) for position in heads for entry in records.holders.get(position, ())]
        if len(people) > 1:
            yield reasons.SEVERAL_HEADS(unit=unit, people=tuple(person for person, _ in people))
        elif people:
            person, position = people[0]
            present = {deputy.person for deputy in records.deputies.get(position, ())} - records.absent
            if person in records.absent and not present:
                yield reasons.ABSENT_WITHOUT_DEPUTY(unit=unit, person=person)
        elif heads and not any(records.declared.get(position) for position in heads):
            yield reasons.HEAD_UNDECLARED(unit=unit, position=heads[0])


def _seats(records: DayRecords) -> Iterator[Reason]:
    for position in records.positions.values():
        people = tuple(entry.person for entry in records.holders.get(position.id, ()))
        if len(people) > position.seats:
            yield reasons.POSITION_OVERFILLED(position=position.id, people=people, seats=position.seats)
        elif len(people) + records.declared.get(position.id, 0) > position.seats:
            yield reasons.VACANCY_CONTRADICTED(position=position.id, people=people)
    for person, held in records.held.items():
        primary = tuple(entry.position for entry in held if entry.is_primary)
        if len(primary) > 1:
            yield reasons.PRIMARY_OVERLAP(person=person, positions=primary)
        elif not primary:
            yield reasons.NO_PRIMARY(person=person, positions=tuple(entry.position for entry in held))


def _deputies(records: DayRecords) -> Iterator[Reason]:
    for position, deputies in records.deputies.items():
        holders = {entry.person for entry in records.holders.get(position, ())}
        for deputy in deputies:
            if deputy.person in holders:
                yield reasons.OWN_DEPUTY(person=deputy.person, position=position)


def _line(records: DayRecords, policy: OrgPolicy) -> Iterator[Reason]:
    """Who is above themselves, and spans: reports count to the nearest position above that somebody else holds."""
    line = Hierarchy.from_parents(records.line)
    holders = {id: {entry.person for entry in held} for id, held in records.holders.items()}
    reports: dict[str, set[str]] = {}
    for person, held in records.held.items():
        for own in [entry.position for entry in held if entry.is_primary]:
            above = [id for id in line.chain(own) if id in holders]
            for id in above:
                if person in holders[id]:
                    yield reasons.OWN_MANAGER(person=person, position=own, managing_position=id)
            managing = next((id for id in above if holders[id] != {person}), None)
            if managing is not None:
                reports.setdefault(managing, set()).add(person)
    limits = [limit for limit in policy.span_limits if records.as_of in limit.effective]
    for position in records.positions.values():
        if position.id in holders and (position.is_head or position.id in reports):
            kind = records.units[position.unit].kind
            limit = next((limit for limit in limits if limit.applies_to(position.rank, kind)), None)
            if limit is not None:
                yield from _span(position.id, len(reports.get(position.id, ())), limit)


def _span(position: str, reports: int, limit: SpanLimit) -> Iterator[Reason]:
    if limit.minimum is not None and reports < limit.minimum:
        where = PolicyReference("SpanLimit", limit.id, "minimum")
        yield reasons.SPAN_TOO_NARROW(
            position=position, reports=reports, minimum=limit.minimum, policy=where, severity=limit.severity
        )
    if limit.maximum is not None and reports > limit.maximum:
        where = PolicyReference("SpanLimit", limit.id, "maximum")
        yield reasons.SPAN_TOO_WIDE(
            position=position, reports=reports, maximum=limit.maximum, policy=where, severity=limit.severity
        )
