"""Replay of an event log against a workflow table, row by row, in one pass over the log."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from salesrules.core.decisions import Reason
from salesrules.core.errors import UnknownName
from salesrules.core.instants import check_instant, is_before
from salesrules.core.workflow import reasons as codes
from salesrules.core.workflow.conformance import Conformance, Deviation, ReplayedCase, Variant
from salesrules.core.workflow.deadlines import CountsWorkingTime, due_instant
from salesrules.core.workflow.model import StateKind
from salesrules.core.workflow.table import WorkflowTable

__all__ = ["replay_log"]


def replay_log(
    table: WorkflowTable,
    log: Iterable[tuple[str, str, datetime, str | None]],
    *,
    activities: Mapping[str, str | None] | None = None,
    roles: Mapping[str, str | None] | None = None,
    as_of: datetime | None = None,
    working_time: CountsWorkingTime | None = None,
) -> Conformance:
    """An event log held against a table: every case with its deviations, and the variants.

    `log` gives rows of case, activity, instant and role, such as `LogEntry`; cases may interleave, and rows are read
    once. `activities` says which command an activity stands for (`None`: it moves nothing; without the mapping, each
    is a command by its own name), `roles` which role of the table a role of the log is (`None`, also in the log: not
    recorded, so not checked). With `as_of`, unfinished cases that are overdue then are named too.

    A log cannot answer guards, so they count as passed; where that leaves several states possible, a case deviates
    only if it does from each of them. After an activity that its state does not allow, a case goes on from where the
    command leads elsewhere in the table, so that one missing step is one deviation. A row that lies before an earlier
    one of its case is named, and followed as if it happened at that one's instant. An expiry that the table fires is
    no missed deadline.

    Raises `UnknownName` where a mapping names a command that the table lacks, `InvalidValue` for an instant without a
    time zone, or a deadline in working time where none is given.

    Source: W. van der Aalst, Process Mining (2nd edition, 2016), chapter 8, conformance by replay.
    """
    for command in (activities or {}).values():
        if command is not None and command not in table.commands:
            raise UnknownName("command", command, tuple(difflib.get_close_matches(command, sorted(table.commands))))
    if as_of is not None:
        check_instant("as_of", as_of)
    replay = _Replay(table, {name: name for name in table.commands} if activities is None else activities, working_time)
    tracks: dict[str, _Track] = {}
    variants = _Variants()
    for case, activity, instant, role in log:
        track = tracks.get(case)
        if track is None:
            check_instant(f"log, case {case}", instant)
            track = tracks[case] = _Track(case, table.initial, instant)
        elif instant.tzinfo is None:
            check_instant(f"log, case {case}", instant)
        track.events += 1
        track.variant = variants.extended(track.variant, activity)
        replay.take(track, activity, instant, role if roles is None or role is None else roles.get(role, role))
    for track in tracks.values():
        replay.finish(track, as_of)
    places, found = variants.counted(track.variant for track in tracks.values())
    cases = [
        ReplayedCase(
            case=track.case,
            events=track.events,
            state=_shown(track.stays),
            is_finished=replay.is_finished(track),
            variant=places[track.variant],
            deviations=track.deviations,
        )
        for track in tracks.values()
    ]
    return Conformance(cases=cases, variants=found)


class _Track:
    """Where one case stands during the replay: possible states, each with the instant since when."""

    activity: str
    __slots__ = ("activity", "case", "deviations", "events", "last", "stays", "variant")

    def __init__(self, case: str, state: str, instant: datetime) -> None:
        self.case = case
        self.events = 0
        self.variant = 0
        self.last = instant
        self.stays = {state: instant}
        self.deviations: list[Deviation] = []


class _Variants:
    """Sequences of activities as a tree of prefixes, so that a case keeps one number whatever its length."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, str], int] = {}
        self._parents: list[tuple[int, str]] = [(0, "")]

    def extended(self, node: int, activity: str) -> int:
        """The number of a sequence with one more activity."""
        key = (node, activity)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = len(self._parents)
            self._parents.append(key)
        return found

    def counted(self, nodes: Iterable[int]) -> tuple[dict[int, int], list[Variant]]:
        """The place of every sequence that some case ended with, and the variants, the most frequent first."""
        variants = [(node, self._activities(node), count) for node, count in Counter(nodes).items()]
        variants.sort(key=lambda variant: (-variant[2], variant[1]))
        places = {node: place for place, (node, _, _) in enumerate(variants)}
        return places, [Variant(activities=activities, cases=count) for _, activities, count in variants]

    def _activities(self, node: int) -> tuple[str, ...]:
        activities = []
        while node:
            node, activity = self._parents[node]
            activities.append(activity)
        return tuple(reversed(activities))


class _Replay:
    """The table made ready: where commands lead, and who may give them."""

    def __init__(
        self, table: WorkflowTable, commands: Mapping[str, str | None], working_time: CountsWorkingTime | None
    ) -> None:
        self._commands = commands
        self._working_time = working_time
        self._deadlines = {state.id: state.deadline for state in table.states if state.deadline is not None}
        self._final = {state.id for state in table.states if state.kind is StateKind.FINAL}
        self._routes: dict[str, dict[str, list[tuple[str, str | None]]]] = {state.id: {} for state in table.states}
        self._elsewhere: dict[str, dict[str, None]] = {command: {} for command in table.commands}
        for move in table.moves:
            for source in move.sources:
                self._routes[source].setdefault(move.command, []).append((move.target, move.role))
                if move.target != source:
                    self._elsewhere[move.command].setdefault(move.target)

    def take(self, track: _Track, activity: str, instant: datetime, role: str | None) -> None:
        """Follow one row of the log."""
        track.activity = activity
        last = track.last
        if (instant < last or instant.fold != last.fold) and is_before(instant, last):
            self._note(track, instant, codes.OUT_OF_ORDER(instant=instant, last=last))
        else:
            track.last = last = instant
        try:
            command = self._commands[activity]
        except KeyError:
            self._note(track, instant, codes.UNKNOWN_ACTIVITY(activity=activity))
            return
        if command is None:
            return
        stays = track.stays
        reached, needed = self._lead(stays, command, last, role)
        if not reached and needed:
            expected = tuple(dict.fromkeys(needed))
            self._note(track, instant, codes.WRONG_ROLE(command=command, role=role, expected=expected))
            reached, _ = self._lead(stays, command, last, None)
        elif not reached:
            expected = self._expected(stays)
            self._note(track, instant, codes.NOT_ALLOWED(command=command, state=_shown(stays), expected=expected))
            reached = dict.fromkeys(self._elsewhere[command], last) or stays
        if self._deadlines and reached is not stays:
            self._check_stays(track, instant, last, command, reached)
        track.stays = reached

    def finish(self, track: _Track, as_of: datetime | None) -> None:
        """Name a case that the log leaves open, and one that is overdue by then."""
        if self.is_finished(track):
            return
        stays = track.stays
        self._note(track, track.last, codes.NOT_FINISHED(state=_shown(stays), expected=self._expected(stays)))
        if as_of is not None and self._deadlines:
            self._check_stays(track, track.last, as_of, None, {})

    def is_finished(self, track: _Track) -> bool:
        """Whether a case may have ended."""
        return not self._final.isdisjoint(track.stays)

    def _lead(
        self, stays: Mapping[str, datetime], command: str, moment: datetime, role: str | None
    ) -> tuple[dict[str, datetime], list[str]]:
        """The states that a command may lead to, with the latest instant since when, and the roles that lacked."""
        reached: dict[str, datetime] = {}
        lacking: list[str] = []
        for state, since in stays.items():
            for target, needed in self._routes[state].get(command, ()):
                if role is not None and needed is not None and role != needed:
                    lacking.append(needed)
                    continue
                start = since if target == state else moment
                if target not in reached or is_before(reached[target], start):
                    reached[target] = start
        return reached, lacking

    def _check_stays(
        self, track: _Track, instant: datetime, moment: datetime, command: str | None, reached: Mapping[str, datetime]
    ) -> None:
        """Name a missed deadline where every state that the case may have left was overdue at that moment."""
        missed: list[tuple[str, datetime]] = []
        # Where the command tells which of the possible states it was, the others were not.
        left = {state: since for state, since in track.stays.items() if command in self._routes[state]} or track.stays
        for state, since in left.items():
            if state in reached and reached[state] == since:
                return
            deadline = self._deadlines.get(state)
            if deadline is None or (command is not None and deadline.fires == command):
                return
            due = due_instant(deadline, since, self._working_time)
            if not deadline.is_missed(due, moment):
                return
            missed.append((state, due))
        state, due = missed[0]
        self._note(track, instant, codes.DEADLINE_MISSED(state=state, due=due))

    def _expected(self, stays: Mapping[str, datetime]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(command for state in stays for command in self._routes[state]))

    def _note(self, track: _Track, instant: datetime, reason: Reason) -> None:
        track.deviations.append(
            Deviation(
                case=track.case,
                position=track.events,
                state=_shown(track.stays),
                expected=self._expected(track.stays),
                activity=track.activity,
                instant=instant,
                reason=reason,
            )
        )


def _shown(stays: Mapping[str, datetime]) -> str:
    return " | ".join(stays)
