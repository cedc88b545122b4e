"""A ten-state walk with a guard and a history: our tables beside `transitions` and `python-statemachine`.

Each library walks nine steps of one chain through its ordinary API, asks one guard on the way (in a second
measurement: one at every step) and keeps a history of what happened (command, source, target, instant). Machines,
tables and cases are built before the clock starts; the rounds of the libraries alternate, and the fastest round of
each counts: many short ones, so that each library has its quiet moments on a busy machine. Our step is
`decide_command` and `evolve_case`.
"""

from __future__ import annotations

import gc
import json
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from statemachine import State, StateMachine
from transitions import Machine

from salesrules.core import Transition, WorkflowState, WorkflowTable, decide_command, evolve_case, start_case

STATES = [f"s{index}" for index in range(10)]
NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
LIMIT = 10
GUARDED = {"one guard": {4}, "a guard at every step": set(range(9))}
MUST = {"transitions": 4, "python-statemachine": 40}
AIM = {"transitions": 6, "python-statemachine": 60}

#: Makes as many walks as asked, ready to start; each returns what it made of its case.
Prepare = Callable[[int], list[Callable[[], Any]]]
#: Reads command, source, target and instant of every step from what a walk returned.
Read = Callable[[Any], list[Any]]


def ours(guarded: set[int]) -> tuple[Prepare, Read]:
    def within_limit(facts: Any, policy: Any, as_of: datetime) -> bool:
        return facts < LIMIT

    kinds = ["initial", *["normal"] * 8, "final"]
    table = WorkflowTable(
        id="walk",
        states=[WorkflowState(id=state, kind=kind) for state, kind in zip(STATES, kinds, strict=True)],
        transitions=[
            Transition(
                sources=[STATES[step]],
                command="advance",
                target=STATES[step + 1],
                guard=within_limit if step in guarded else None,
            )
            for step in range(9)
        ],
    )

    def prepare(count: int) -> list[Callable[[], Any]]:
        opened = start_case(table, as_of=NOON)

        def walk() -> Any:
            case = opened
            for _ in range(9):
                _, events = decide_command(table, case, "advance", facts=5, as_of=NOON)
                for event in events:
                    case = evolve_case(case, event)
            return case

        return [walk] * count

    def read(case: Any) -> list[Any]:
        return [(event.command, event.source, event.target, event.at) for event in case.history[1:]]

    return prepare, read


def theirs_transitions(guarded: set[int]) -> tuple[Prepare, Read]:
    class Model:
        def __init__(self) -> None:
            self.history: list[Any] = []

        def within_limit(self, event: Any) -> bool:
            return event.kwargs["amount"] < LIMIT

        def record(self, event: Any) -> None:
            transition = event.transition
            self.history.append((event.event.name, transition.source, transition.dest, event.kwargs["as_of"]))

    rows = [
        {
            "trigger": "advance",
            "source": STATES[step],
            "dest": STATES[step + 1],
            "conditions": ["within_limit"] if step in guarded else None,
        }
        for step in range(9)
    ]
    machine = Machine(
        model=None,
        states=STATES,
        transitions=rows,
        initial=STATES[0],
        auto_transitions=False,
        send_event=True,
        after_state_change="record",
    )

    def prepare(count: int) -> list[Callable[[], Any]]:
        def walker() -> Callable[[], Any]:
            model: Any = Model()
            machine.add_model(model)

            def walk() -> Any:
                for _ in range(9):
                    model.advance(amount=5, as_of=NOON)
                return model

            return walk

        for model in list(machine.models):
            machine.remove_model(model)
        return [walker() for _ in range(count)]

    return prepare, lambda walked: walked.history


def theirs_python_statemachine(guarded: set[int]) -> tuple[Prepare, Read]:
    nodes = [State(state, initial=index == 0, final=index == 9) for index, state in enumerate(STATES)]
    rows = [nodes[step].to(nodes[step + 1], cond="within_limit" if step in guarded else None) for step in range(9)]
    advance = rows[0]
    for row in rows[1:]:
        advance = advance | row

    def construct(self: Any) -> None:
        self.history = []
        StateMachine.__init__(self)

    def within_limit(self: Any, amount: int) -> bool:
        return amount < LIMIT

    def after_transition(self: Any, event: str, source: State, target: State, as_of: datetime) -> None:
        self.history.append((str(event), source.id, target.id, as_of))

    members = {**dict(zip(STATES, nodes, strict=True)), "advance": advance, "__init__": construct}
    walk_machine: Any = type(
        "WalkMachine", (StateMachine,), {**members, "within_limit": within_limit, "after_transition": after_transition}
    )

    def prepare(count: int) -> list[Callable[[], Any]]:
        def walker() -> Callable[[], Any]:
            machine = walk_machine()

            def walk() -> Any:
                for _ in range(9):
                    machine.advance(amount=5, as_of=NOON)
                return machine

            return walk

        return [walker() for _ in range(count)]

    return prepare, lambda walked: walked.history


def measure(prepare: Prepare, walks: int) -> float:
    """Microseconds per walk, over one round of so many."""
    prepared = prepare(walks)
    gc.disable()
    try:
        begin = time.perf_counter_ns()
        for walk in prepared:
            walk()
        return (time.perf_counter_ns() - begin) / walks / 1000
    finally:
        gc.enable()


def run(rounds: int = 200) -> dict[str, Any]:
    """Measure, print and return the figures: microseconds per walk and how many times faster ours is."""
    expected = [("advance", STATES[step], STATES[step + 1], NOON) for step in range(9)]
    results: dict[str, Any] = {}
    for name, guarded in GUARDED.items():
        contenders = {
            "salesrules": (*ours(guarded), 40),
            "transitions": (*theirs_transitions(guarded), 10),
            "python-statemachine": (*theirs_python_statemachine(guarded), 2),
        }
        for contender, (prepare, read, _) in contenders.items():
            history = read(prepare(1)[0]())
            if history != expected:
                raise AssertionError(f"{contender} walked otherwise: {history}")
        best = dict.fromkeys(contenders, float("inf"))
        for _ in range(rounds):
            for contender, (prepare, _, walks) in contenders.items():
                best[contender] = min(best[contender], measure(prepare, walks))
        results[name] = {
            **{f"{contender}_us": round(value, 2) for contender, value in best.items()},
            **{f"over_{peer}": round(best[peer] / best["salesrules"], 2) for peer in MUST},
        }
        print(f"{name}: {results[name]}")
    least = {f"over_{peer}": min(row[f"over_{peer}"] for row in results.values()) for peer in MUST}
    return {
        "what": "microseconds per walk of nine steps, and how many times as fast ours is",
        "versions": ", ".join(f"{peer} {version(peer)}" for peer in MUST),
        "rounds": rounds,
        "passed": all(least[f"over_{peer}"] >= MUST[peer] for peer in MUST),
        "at_aim": all(least[f"over_{peer}"] >= AIM[peer] for peer in AIM),
        **results,
        "least": least,
        "must": {f"over_{peer}": factor for peer, factor in MUST.items()},
        "aim": {f"over_{peer}": factor for peer, factor in AIM.items()},
    }


def main() -> None:
    """Run and keep the figures in `results/workflow.json` beside this file."""
    results = {"name": "workflow", "python": platform.python_version(), **run()}
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / "workflow.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if not results["passed"]:
        raise SystemExit("slower than required")


if __name__ == "__main__":
    main()
