"""Random tables walked side by side with `transitions` and `python-statemachine`, the latter fed our SCXML."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed
from statemachine.io import load
from transitions import Machine, MachineError

from salesrules.core import (
    Outcome,
    Transition,
    WorkflowState,
    WorkflowTable,
    decide_command,
    evolve_case,
    restore_case,
    start_case,
    to_scxml,
)

NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
COMMANDS = ["go", "back", "skip", "stay"]
SCXML = "{http://www.w3.org/2005/07/scxml}"
GUARD = "{urn:salesrules:workflow}guard"


def make_guard(number):
    def guard(facts, policy, as_of):
        return facts[number]

    guard.__name__ = f"guard_{number}"
    return guard


GUARDS = [make_guard(number) for number in range(3)]


@st.composite
def tables(draw, guarded=True):
    """A valid table: a chain through all states, and extra edges; alternatives are ordered, the last may be free."""
    size = draw(st.integers(3, 6))
    kinds = ["initial", *(draw(st.sampled_from(["normal", "pending"])) for _ in range(size - 2)), "final"]
    chosen: dict[tuple[int, str], list[int]] = {(i, "go"): [i + 1] for i in range(size - 1)}
    extra = st.tuples(st.integers(0, size - 2), st.sampled_from(COMMANDS), st.integers(0, size - 1))
    for source, command, target in draw(st.lists(extra, max_size=8)):
        if guarded or (source, command) not in chosen:
            chosen.setdefault((source, command), []).append(target)
    moves = []
    for (source, command), targets in chosen.items():
        several = len(targets) > 1
        for place, target in enumerate(targets):
            free = place == len(targets) - 1 and draw(st.booleans())
            moves.append(
                Transition(
                    sources=[f"s{source}"],
                    command=command,
                    target=f"s{target}",
                    guard=None if free or not guarded else draw(st.sampled_from(GUARDS)),
                    choice="ordered" if several else None,
                )
            )
    states = [WorkflowState(id=f"s{i}", kind=kind) for i, kind in enumerate(kinds)]
    return WorkflowTable(id="random", states=states, transitions=moves)


steps = st.lists(
    st.tuples(st.sampled_from([*COMMANDS, "revise"]), st.tuples(st.booleans(), st.booleans(), st.booleans())),
    min_size=1,
    max_size=12,
)


def walk_ours(table, walk):
    """After every command: whether it was allowed, and the state."""
    case, seen = start_case(table, as_of=NOON), []
    for hour, (command, facts) in enumerate(walk):
        decision, events = decide_command(table, case, command, facts=facts, as_of=NOON + timedelta(hours=hour))
        assert decision.outcome in (Outcome.ALLOW, Outcome.DENY)
        assert len(events) == decision.is_allowed
        for event in events:
            case = evolve_case(case, event)
        seen.append((decision.is_allowed, case.state))
    assert restore_case(case.history) == case
    return seen


def walk_transitions(table, walk):
    def condition(guard):
        return lambda facts: guard(facts, None, None)

    rows = [
        {
            "trigger": move.command,
            "source": list(move.sources),
            "dest": move.target,
            "conditions": [condition(move.guard)] if move.guard else [],
        }
        for move in table.moves
    ]
    states = [state.id for state in table.states]
    machine = Machine(states=states, transitions=rows, initial=table.initial, auto_transitions=False)
    seen = []
    for command, facts in walk:
        try:
            allowed = machine.trigger(command, facts)
        except (MachineError, AttributeError):
            allowed = False
        seen.append((allowed, machine.state))
    return seen


def machine_from(document):
    """A class of python-statemachine made from our SCXML, guards by their names in it."""
    root = ElementTree.fromstring(document)
    nodes = {
        node.get("id"): State(
            node.get("id"), initial=node.get("id") == root.get("initial"), final=node.tag == f"{SCXML}final"
        )
        for node in root
    }
    members, events = dict(nodes), {}
    for node in root:
        for row in node.iterfind(f"{SCXML}transition"):
            source = nodes[node.get("id")]
            made = source.to(nodes[row.get("target", node.get("id"))], cond=row.get(GUARD))
            name = row.get("event")
            events[name] = events[name] | made if name in events else made
    for number in range(3):
        members[f"guard_{number}"] = lambda self, facts, number=number: facts[number]
    return type("Made", (StateMachine,), {**members, **events}), set(events)


def walk_python_statemachine(table, walk):
    made, events = machine_from(to_scxml(table))
    machine = made()
    seen = []
    for command, facts in walk:
        allowed = command in events
        try:
            if allowed:
                machine.send(command, facts=facts)
        except TransitionNotAllowed:
            allowed = False
        (state,) = machine.configuration_values
        seen.append((allowed, state))
    return seen


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables(), walk=steps)
def test_transitions_walks_the_same_way(table, walk):
    assert walk_transitions(table, walk) == walk_ours(table, walk)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables(), walk=steps)
def test_python_statemachine_walks_the_same_way_by_our_scxml(table, walk):
    assert walk_python_statemachine(table, walk) == walk_ours(table, walk)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables(guarded=False), walk=steps)
def test_python_statemachine_loads_our_scxml_by_itself(table, walk):
    machine = load(to_scxml(table), format="scxml")()
    states = []
    for command, _ in walk:
        if not machine.is_terminated:
            machine.send(command)
        (state,) = machine.configuration_values
        states.append(state)
    assert states == [state for _, state in walk_ours(table, walk)]
    assert machine.is_terminated == (states[-1] == table.states[-1].id)


@pytest.mark.parametrize("walk", [[("go", (True,) * 3)], [("go", (False,) * 3)]])
def test_the_judges_do_see_guards(walk):
    table = WorkflowTable(
        id="t",
        states=[WorkflowState(id="s0", kind="initial"), WorkflowState(id="s1", kind="final")],
        transitions=[Transition(sources=["s0"], command="go", target="s1", guard=GUARDS[1])],
    )
    allowed = walk[0][1][1]
    expected = [(allowed, "s1" if allowed else "s0")]
    assert walk_transitions(table, walk) == walk_python_statemachine(table, walk) == walk_ours(table, walk) == expected
