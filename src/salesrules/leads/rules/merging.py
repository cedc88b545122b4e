"""Captures merged into leads: which are one, which survives, and where each value comes from; explained."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from salesrules.core import Fault, InvalidDocument, demand, is_before
from salesrules.customers import Match, is_filled, match_keys
from salesrules.leads.model import Capture, FieldConflict, MergedLead
from salesrules.leads.policy import FieldSurvivors, LeadPolicy, MergePolicy

__all__ = ["merge_captures"]


def merge_captures(captures: Iterable[Capture], policy: LeadPolicy) -> tuple[MergedLead, ...]:
    """The leads that captures amount to, whatever their order: each with its survivor, values, origins and conflicts.

    Captures that match one another directly or over others are one lead. Leads come in the order of their first
    captures; equal instants are told apart by id. Raises `InvalidDocument` for every id that comes twice.
    """
    rule = demand(policy.merging, "leads.merging")
    given = sorted(captures, key=_by_time)
    faults = tuple(_duplicates(given))
    if faults:
        raise InvalidDocument(faults)
    leader = {capture.id: capture.id for capture in given}
    matches: list[Match] = []
    last: dict[tuple[str, Hashable], Capture] = {}
    for capture in given:
        for duplicate, key in match_keys(capture.values, rule.duplicates):
            other = last.get((duplicate.id, key))
            if other is not None and _in_window(other, capture, rule, policy.zone):
                names = tuple(matched.field for matched in duplicate.fields)
                matches.append(Match(first=other.id, second=capture.id, rule=duplicate.id, fields=names))
                _join(leader, other.id, capture.id)
            last[duplicate.id, key] = capture
    groups: dict[str, list[Capture]] = {}
    for capture in given:
        groups.setdefault(_find(leader, capture.id), []).append(capture)
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(_find(leader, match.first), []).append(match)
    return tuple(_merged(group, found.get(id, ()), rule) for id, group in groups.items())


def _by_time(capture: Capture) -> tuple[datetime, str]:
    return capture.at, capture.id


def _duplicates(captures: Sequence[Capture]) -> Iterator[Fault]:
    seen = set[str]()
    for capture in captures:
        if capture.id in seen:
            yield Fault(
                code="leads.duplicate_id",
                path=f"captures[{capture.id}].id",
                problem="two captures have this id",
                remedy="give every capture an id of its own",
                value=capture.id,
            )
        seen.add(capture.id)


def _in_window(earlier: Capture, later: Capture, rule: MergePolicy, zone: str) -> bool:
    return rule.window is None or is_before(later.at, rule.window.end(earlier.at, zone))


def _find(leader: dict[str, str], id: str) -> str:
    while leader[id] != id:
        leader[id] = leader[leader[id]]
        id = leader[id]
    return id


def _join(leader: dict[str, str], one: str, other: str) -> None:
    leader[_find(leader, other)] = _find(leader, one)


def _merged(group: Sequence[Capture], matches: Iterable[Match], rule: MergePolicy) -> MergedLead:
    members = _ranked(group, FieldSurvivors(rule.survivor.value), rule)
    own = {entry.field: entry.rule for entry in rule.fields}
    fields = dict.fromkeys(name for member in members for name in member.values)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    conflicts = []
    for field in fields:
        how = own.get(field, FieldSurvivors.SURVIVOR)
        ranked = members if how is FieldSurvivors.SURVIVOR else _ranked(group, how, rule)
        filled = [member for member in ranked if is_filled(member.values.get(field))]
        if not filled:
            continue
        values[field], origins[field] = filled[0].values[field], filled[0].id
        dropped = [(one.id, one.values[field]) for one in filled[1:] if one.values[field] != values[field]]
        if dropped:
            conflicts.append(FieldConflict(field=field, kept=filled[0].id, dropped=dropped))
    return MergedLead(
        survivor=members[0],
        members=[member.id for member in members],
        values=values,
        origins=origins,
        matches=matches,
        conflicts=conflicts,
    )


def _ranked(group: Sequence[Capture], how: FieldSurvivors, rule: MergePolicy) -> Sequence[Capture]:
    """The captures of one lead, which come by time, in the order of a survivor rule; equals by time."""
    if how is FieldSurvivors.LATEST:
        return sorted(group, key=lambda one: one.at, reverse=True)
    if how is FieldSurvivors.BEST_SOURCE:
        places = {source: place for place, source in enumerate(rule.sources)}
        return sorted(group, key=lambda one: places.get(one.source, len(places)))
    return group
