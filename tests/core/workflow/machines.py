"""A stateful machine for a room's table, held against the same table written down a second time as plain lines.

A line is `source, source | command / role [guard] (coded) -> target`; role, guard and `(coded)` may be missing, and
lines with one source and command are tried in their order. Each rule gives twenty commands, so that steps are cheap.
"""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from core.workflow.walks import stubbed
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from salesrules.core import (
    Denied,
    WorkflowTable,
    advance_case,
    decide_command,
    evolve_case,
    expire_case,
    find_due,
    is_overdue,
    restore_case,
    start_case,
)

NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINE = re.compile(r"(.+) \| (\w+)(?: / (\w+))?(?: \[(\w+)\])?( \(coded\))? -> (\w+)")
COMMANDS_A_RULE, RULES, EXAMPLES = 20, 25, 140


class Row(NamedTuple):
    """One way on: where to, who may, under which guard, and whether a coded reason is asked for."""

    target: str
    role: str | None
    guard: str | None
    is_coded: bool


Rows = dict[str, dict[str, list[Row]]]


def read_rows(text: str) -> Rows:
    """The lines by state and command."""
    rows: Rows = {}
    for line in text.strip().splitlines():
        sources, command, role, guard, coded, target = LINE.fullmatch(line.strip()).groups()
        for source in sources.split(", "):
            rows.setdefault(source, {}).setdefault(command, []).append(Row(target, role, guard, coded is not None))
            rows.setdefault(target, {})
    return rows


def rows_of(table: WorkflowTable) -> Rows:
    """The rows that a table has."""
    found: Rows = {state.id: {} for state in table.states}
    for move in table.moves:
        for source in move.sources:
            guard = move.guard.__name__ if move.guard else None
            row = Row(move.target, move.role, guard, bool(move.reasons))
            found[source].setdefault(move.command, []).append(row)
    return found


class Workflow(RuleBasedStateMachine):
    """A case driven at random; the model keeps a state, an instant and a count."""

    table: WorkflowTable
    rows: Rows
    given = 0

    @initialize()
    def open(self):
        self.now = NOON
        self.restart()

    def restart(self):
        self.case = start_case(self.table, as_of=self.now)
        self.state, self.since, self.events = self.table.initial, self.now, 1

    @rule(numbers=st.lists(st.integers(0, 2**20 - 1), min_size=COMMANDS_A_RULE, max_size=COMMANDS_A_RULE))
    def command(self, numbers):
        for number in numbers:
            if not self.rows[self.state] and number % 4:
                self.restart()
            self.give(number)
        assert restore_case(self.case.history) == self.case
        assert len(self.case.history) == self.events
        for earlier, later in itertools.pairwise(self.case.history):
            assert earlier.target == later.source
            assert earlier.at <= later.at

    def give(self, number):
        type(self).given += 1
        here = sorted(self.rows[self.state])
        number, is_local = divmod(number, 8)
        names = here if is_local and here else sorted({name for rows in self.rows.values() for name in rows})
        number, index = divmod(number, len(names))
        number, denials = divmod(number, 8)
        command, wait = names[index], number % 3
        self.now += wait * HOUR
        guards = {move.guard.__name__ for move in self.table.moves if move.guard}
        refused = sorted(guards)[number % max(1, len(guards)) :][:1] if denials & 1 else []
        verdicts = {name: name not in refused for name in guards}
        roles = [] if denials == 2 else ["inviter", "guest", *{move.role for move in self.table.moves if move.role}]
        codes = sorted({code for move in self.table.moves for code in move.reasons})
        reason = codes[0] if codes and denials != 4 else None
        keywords = {"as_of": self.now, "facts": verdicts, "roles": roles, "reason": reason}
        decision, events = decide_command(self.table, self.case, command, **keywords)
        row = next((r for r in self.rows[self.state].get(command, []) if self.may(r, verdicts, roles, reason)), None)
        assert decision.is_allowed is (row is not None), (self.state, command, decision)
        if row is None:
            assert not events
            assert decision.reasons
            with pytest.raises(Denied):
                advance_case(self.table, self.case, command, **keywords)
            return
        (event,) = events
        assert (event.source, event.target, event.at) == (self.state, row.target, self.now)
        self.case = evolve_case(self.case, event)
        self.events += 1
        if row.target != self.state:
            self.state, self.since = row.target, self.now
        assert (self.case.state, self.case.since) == (self.state, self.since)

    @staticmethod
    def may(row, verdicts, roles, reason):
        is_by_role = row.role is None or row.role in roles
        return is_by_role and (not row.is_coded or reason is not None) and (row.guard is None or verdicts[row.guard])

    @rule(wait=st.integers(0, 80))
    def wait(self, wait):
        """Time passes; what fires, fires at its due instant."""
        deadline = self.table.state(self.state).deadline
        self.now += wait * HOUR
        due = None if deadline is None else self.since + deadline.after
        assert find_due(self.table, self.case) == due
        late = due is not None and (self.now > due or (self.now == due and deadline.side.value == "lower"))
        assert is_overdue(self.table, self.case, self.now) is late
        _, events = expire_case(self.table, self.case, self.now)
        assert bool(events) is (late and deadline.fires is not None)
        for event in events:
            assert event.at == due
            self.case = evolve_case(self.case, event)
            self.events += 1
            self.state, self.since = event.target, event.at

    def teardown(self):
        assert self.case.state == self.state


def machine_for(table: WorkflowTable, text: str) -> type:
    """The test case that drives a table against its lines, at least 25,000 commands in a run."""
    ours = stubbed(table)
    machine = type(f"Machine_{table.id}", (Workflow,), {"table": ours, "rows": read_rows(text), "given": 0})
    case = machine.TestCase
    case.settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=RULES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )

    def test_it_took_enough_steps(self):
        # Chance says how many of the rules are waits, so that one run may fall a little short.
        while machine.given < 25_000:
            self.runTest()
        assert machine.given >= 25_000

    return type(f"Test_{table.id}", (case,), {"test_it_took_enough_steps": test_it_took_enough_steps})
