"""A workflow driven at random, held against a model that keeps nothing but a state and a list of instants."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from salesrules.core import (
    Deadline,
    Denied,
    Transition,
    WorkflowState,
    WorkflowTable,
    advance_case,
    check_edit,
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


def within_limit(facts, policy, as_of):
    return facts <= policy


TABLE = WorkflowTable(
    id="claim",
    states=[
        WorkflowState(id="draft", kind="initial"),
        WorkflowState(id="submitted", kind="pending", deadline=Deadline(after=10 * HOUR, fires="expire")),
        WorkflowState(id="approved", kind="pending", deadline=Deadline(after=20 * HOUR)),
        WorkflowState(id="returned", kind="normal"),
        WorkflowState(id="paid", kind="final"),
        WorkflowState(id="expired", kind="final"),
    ],
    transitions=[
        Transition(sources=["draft", "returned"], command="edit", target="draft", is_editing=True),
        Transition(sources=["draft", "returned"], command="submit", target="submitted"),
        Transition(sources=["submitted"], command="approve", target="approved", role="boss", guard=within_limit),
        Transition(sources=["submitted", "approved"], command="return", target="returned", reasons=["unclear"]),
        Transition(sources=["submitted"], command="remind", target="submitted"),
        Transition(sources=["submitted"], command="expire", target="expired"),
        Transition(sources=["approved"], command="pay", target="paid"),
    ],
)

#: The same workflow, written down a second time as plain facts.
EDGES = {
    ("draft", "edit"): "draft",
    ("draft", "submit"): "submitted",
    ("returned", "edit"): "draft",
    ("returned", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("submitted", "remind"): "submitted",
    ("submitted", "expire"): "expired",
    ("submitted", "revise"): "draft",
    ("approved", "return"): "returned",
    ("approved", "pay"): "paid",
    ("approved", "revise"): "draft",
}
COMMANDS = sorted({command for _, command in EDGES})


class Claims(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.now = NOON
        self.case = start_case(TABLE, as_of=NOON)
        self.state, self.since, self.steps = "draft", NOON, 1

    @rule(
        command=st.sampled_from([*COMMANDS, "fly"]),
        facts=st.integers(0, 3),
        roles=st.sampled_from([(), ("clerk",), ("boss",)]),
        reason=st.sampled_from([None, "unclear", "other"]),
        wait=st.integers(0, 9),
    )
    def command(self, command, facts, roles, reason, wait):
        self.now += wait * HOUR
        keywords = {"as_of": self.now, "facts": facts, "policy": 2, "roles": roles, "reason": reason}
        decision, events = decide_command(TABLE, self.case, command, **keywords)
        target = EDGES.get((self.state, command))
        if command == "fly":
            code = "workflow.unknown_command"
        elif self.state in ("paid", "expired"):
            code = "workflow.final"
        elif command == "edit" and self.state in ("submitted", "approved"):
            code = "workflow.frozen"
        elif target is None:
            code = "workflow.not_allowed"
        elif command == "approve" and "boss" not in roles:
            code = "workflow.role_missing"
        elif command == "return" and reason != "unclear":
            code = "workflow.reason_needed"
        elif command == "approve" and facts > 2:
            code = "workflow.guard_refused"
        else:
            code = None
        assert [found.code for found in decision.reasons] == ([code] if code else [])
        assert decision.is_allowed == (code is None)
        assert len(events) == decision.is_allowed
        if code is None:
            self.moved(target, self.now)
            advanced = advance_case(TABLE, self.case, command, **keywords)
            self.case = evolve_case(self.case, events[0])
            assert advanced == self.case
        else:
            with pytest.raises(Denied):
                advance_case(TABLE, self.case, command, **keywords)

    def moved(self, target, at):
        self.steps += 1
        if target != self.state:
            self.state, self.since = target, at

    @precondition(lambda self: self.state == "submitted")
    @rule(wait=st.integers(0, 12))
    def expire(self, wait):
        self.now += wait * HOUR
        _, events = expire_case(TABLE, self.case, self.now)
        assert bool(events) == (self.now >= self.since + 10 * HOUR)
        for event in events:
            self.moved("expired", event.at)
            self.case = evolve_case(self.case, event)

    @rule()
    def too_early(self):
        as_of = self.case.history[-1].at - HOUR
        for command in TABLE.commands_in(self.state):
            decision, events = decide_command(TABLE, self.case, command, as_of=as_of)
            assert decision.reasons[0].code == "workflow.out_of_order"
            assert events == ()

    @invariant()
    def the_case_is_what_the_model_says(self):
        assert (self.case.state, self.case.since, len(self.case.history)) == (self.state, self.since, self.steps)

    @invariant()
    def replaying_the_events_gives_the_case(self):
        assert restore_case(self.case.history) == self.case

    @invariant()
    def the_history_is_a_chain_in_time(self):
        history = self.case.history
        for earlier, later in itertools.pairwise(history):
            assert earlier.target == later.source
            assert earlier.at <= later.at

    @invariant()
    def pending_and_closed_cases_are_not_edited(self):
        assert check_edit(TABLE, self.case).is_allowed == (self.state in ("draft", "returned"))

    @invariant()
    def deadlines_count_from_the_entry(self):
        hours = {"submitted": 10, "approved": 20}.get(self.state)
        due = None if hours is None else self.since + hours * HOUR
        assert find_due(TABLE, self.case) == due
        assert is_overdue(TABLE, self.case, self.now) == (due is not None and self.now >= due)


TestClaims = Claims.TestCase
TestClaims.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
