"""Random walks through a room's own table, side by side with `transitions` and `python-statemachine`.

Guards answer from the walk, so that every branch is taken; roles and coded reasons are those of the table.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree

import attrs
from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed
from transitions import Machine

from salesrules.core import Transition, WorkflowTable, decide_command, evolve_case, restore_case, start_case, to_scxml

NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OWN = "{urn:salesrules:workflow}"
SCXML = "{http://www.w3.org/2005/07/scxml}"


class Step(NamedTuple):
    """One command: what each guard says of it, the actor's roles, the coded reason given."""

    command: str
    verdicts: Mapping[str, bool]
    roles: Collection[str]
    reason: str | None


class Walk(NamedTuple):
    """The commands, and after each whether it was allowed and the state."""

    steps: list[Step]
    seen: list[tuple[bool, str]]


def answering(name: str) -> Callable[[Any, Any, datetime], bool]:
    """A guard of that name that says what the walk says."""

    def guard(facts: Any, policy: Any, as_of: datetime) -> bool:
        return facts[name]

    guard.__name__ = name
    return guard


def stubbed(table: WorkflowTable) -> WorkflowTable:
    """The table with its guards answering from the walk."""
    moves = [
        attrs.evolve(move, guard=answering(move.guard.__name__)) if move.guard else move for move in table.transitions
    ]
    return WorkflowTable(id=table.id, states=table.states, transitions=moves)


def walk_at_random(table: WorkflowTable, chance: random.Random, longest: int = 12, onward: float = 0.0) -> Walk:
    """A walk through a stubbed table, mostly by commands that its state has, decided by us.

    In the longest walks a state's first command, which leads on in most tables, comes with the chance `onward`.
    """
    guards = sorted({move.guard.__name__ for move in table.moves if move.guard})
    roles = sorted({move.role for move in table.moves if move.role})
    reasons = sorted({reason for move in table.moves for reason in move.reasons})
    commands = sorted(table.commands)
    case, walk = start_case(table, as_of=NOON), Walk([], [])
    length = chance.choice((2, 3, 3, 4, longest))  # most are short, since long ones take most of the time
    for number in range(length):
        here = table.commands_in(case.state)
        leads_on = here and length == longest and onward and chance.random() < onward
        command = (
            here[0] if leads_on else chance.choice(here) if here and chance.random() < 0.9 else chance.choice(commands)
        )
        step = Step(
            command,
            {name: chance.random() < 0.8 for name in guards},
            roles if chance.random() < 0.9 else roles[:1],
            chance.choice([None, *reasons]) if chance.random() < 0.2 or not reasons else chance.choice(reasons),
        )
        decision, events = decide_command(
            table,
            case,
            command,
            as_of=NOON + number * MINUTE,
            facts=step.verdicts,
            roles=step.roles,
            reason=step.reason,
        )
        assert len(events) == decision.is_allowed
        for event in events:
            case = evolve_case(case, event)
        walk.steps.append(step)
        walk.seen.append((decision.is_allowed, case.state))
        if not here:
            break
    assert restore_case(case.history) == case
    return walk


def permits(move: Transition, step: Step) -> bool:
    """What a row of the table asks of a step, said once more in plain words."""
    is_by_role = move.role is None or move.role in step.roles
    is_coded = not move.reasons or step.reason in move.reasons
    return is_by_role and is_coded and (move.guard is None or step.verdicts[move.guard.__name__])


class TransitionsJudge:
    """The table as a machine of `transitions`, made from its rows."""

    def __init__(self, table: WorkflowTable) -> None:
        rows = [
            {
                "trigger": move.command,
                "source": list(move.sources),
                "dest": move.target,
                "conditions": [lambda step, move=move: permits(move, step)],
            }
            for move in table.moves
        ]
        self.machine = Machine(
            states=[state.id for state in table.states],
            transitions=rows,
            initial=table.initial,
            auto_transitions=False,
            ignore_invalid_triggers=True,
        )
        self.initial = table.initial

    def walk(self, steps: list[Step]) -> list[tuple[bool, str]]:
        """After every step, whether it was allowed and the state."""
        self.machine.set_state(self.initial)
        return [(bool(self.machine.trigger(step.command, step)), self.machine.state) for step in steps]


class StatemachineJudge:
    """The table as a machine of `python-statemachine`, made from our SCXML alone."""

    def __init__(self, table: WorkflowTable) -> None:
        root = ElementTree.fromstring(to_scxml(table))
        nodes = {
            node.get("id"): State(
                node.get("id"), initial=node.get("id") == root.get("initial"), final=node.tag == f"{SCXML}final"
            )
            for node in root
        }
        members: dict[str, Any] = dict(nodes)
        events: dict[str, Any] = {}
        for node in root:
            for row in node.iterfind(f"{SCXML}transition"):
                conditions = self.conditions(row, members)
                made = nodes[node.get("id")].to(nodes[row.get("target", node.get("id"))], cond=conditions or None)
                name = row.get("event")
                events[name] = events[name] | made if name in events else made
        self.events = set(events)
        # A state and an event may have one name; the machine sends by name, so its events get names of their own.
        members |= {f"do_{name}": made for name, made in events.items()}
        self.machine = type("Made", (StateMachine,), members)()
        self.initial = table.initial

    @staticmethod
    def conditions(row: ElementTree.Element, members: dict[str, Any]) -> list[str]:
        """The names of what a row of the document asks, each made a member of the machine."""
        found = []
        if (role := row.get(f"{OWN}role")) is not None:
            found.append(f"is_{role}")
            members[f"is_{role}"] = lambda self, step, role=role: role in step.roles
        if (codes := row.get(f"{OWN}reasons")) is not None:
            name = f"coded_{len(members)}"
            found.append(name)
            known = frozenset(codes.split())
            members[name] = lambda self, step, known=known: step.reason in known
        if (guard := row.get(f"{OWN}guard")) is not None:
            found.append(f"guard_{guard}")
            members[f"guard_{guard}"] = lambda self, step, guard=guard: step.verdicts[guard]
        return found

    def walk(self, steps: list[Step]) -> list[tuple[bool, str]]:
        """After every step, whether it was allowed and the state."""
        machine, seen = self.machine, []
        # A new machine takes ten times as long as a walk, so this one is put back to the beginning.
        machine.current_state_value = self.initial
        machine._engine.running = True
        for step in steps:
            try:
                machine.send(f"do_{step.command}", step=step)
                allowed = True
            except TransitionNotAllowed:
                allowed = False
            (state,) = machine.configuration_values
            seen.append((allowed, state))
        return seen


def check_walks(
    table: WorkflowTable, walks: int = 10_000, seed: int = 1, *, longest: int = 12, onward: float = 0.0
) -> int:
    """Both judges agree with us on so many random walks; how many commands that were. Every state is come to."""
    ours = stubbed(table)
    judges = [TransitionsJudge(ours), StatemachineJudge(ours)]
    chance, commands, states = random.Random(seed), 0, set()
    for _ in range(walks):
        walk = walk_at_random(ours, chance, longest, onward)
        commands += len(walk.steps)
        states.update(state for _, state in walk.seen)
        for judge in judges:
            assert judge.walk(walk.steps) == walk.seen, (type(judge).__name__, walk)
    assert states | {table.initial} == {state.id for state in table.states}
    return commands
