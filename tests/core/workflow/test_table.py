from __future__ import annotations

import copy
import pickle
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    Choice,
    Deadline,
    DeadlineKind,
    InvalidDocument,
    InvalidValue,
    ReasonCode,
    Side,
    StateKind,
    Transition,
    UnknownName,
    WorkflowState,
    WorkflowTable,
)


def always(facts, policy, as_of):
    return True


def states(*named):
    """`"draft/initial"` is an initial state called draft."""
    made = []
    for name in named:
        id, _, kind = name.partition("/")
        made.append(WorkflowState(id=id, kind=kind or "normal"))
    return made


def move(source, command, target, **more):
    return Transition(sources=source.split(), command=command, target=target, **more)


GOOD = states("draft/initial", "sent/pending", "held", "done/final")
MOVES = [move("draft", "send", "sent"), move("sent", "hold", "held"), move("held sent", "close", "done")]


def table(states=GOOD, moves=MOVES, id="claim"):
    return WorkflowTable(id=id, states=states, transitions=moves)


def faults(states=GOOD, moves=MOVES, id="claim"):
    with pytest.raises(InvalidDocument) as caught:
        table(states, moves, id)
    return [(fault.code, fault.path, fault.value) for fault in caught.value.faults]


def with_state(**changes):
    """GOOD with another state `sent`."""
    return [attrs.evolve(state, **changes) if state.id == "sent" else state for state in GOOD]


def test_a_built_table_knows_its_initial_state_commands_and_steps():
    built = table()
    assert built.initial == "draft"
    assert built.commands == {"send", "hold", "close", "revise"}
    assert built.editing == frozenset()
    assert built.steps["draft"] == {"send": MOVES[0]}
    assert built.steps["sent"] == {"hold": MOVES[1], "close": MOVES[2], "revise": built.moves[-1]}
    assert built.steps["held"] == {"close": MOVES[2]}
    assert built.steps["done"] == {}
    assert built.states == tuple(GOOD)
    assert built.transitions == tuple(MOVES)


def test_editing_commands_are_known():
    assert table(moves=[*MOVES, move("draft", "edit", "draft", is_editing=True)]).editing == {"edit"}


def test_commands_in_a_state_stand_in_the_tables_order():
    assert table().commands_in("sent") == ("hold", "close", "revise")
    assert table().commands_in("done") == ()


def test_a_state_is_found_by_id_and_an_unknown_one_names_the_nearest():
    assert table().state("held") is GOOD[2]
    with pytest.raises(UnknownName) as caught:
        table().commands_in("helt")
    assert (caught.value.kind, caught.value.name, caught.value.nearest) == ("state", "helt", ("held",))
    with pytest.raises(UnknownName) as caught:
        table().state(None)
    assert caught.value.name is None


def test_every_pending_state_can_be_revised_back_to_the_initial_one():
    built = table(states("draft/initial", "a/pending", "b/pending", "done/final"), [
        move("draft", "send", "a"), move("a", "pass", "b"), move("b", "pass", "done"),
    ])  # fmt: skip
    assert built.moves[-1] == Transition(sources=("a", "b"), command="revise", target="draft")
    assert len(built.moves) == 4
    assert built.steps["a"]["revise"] is built.steps["b"]["revise"] is built.moves[-1]
    assert "revise" not in built.steps["draft"]


def test_a_declared_revise_replaces_the_implied_one_where_it_is_declared():
    declared = move("a", "revise", "b", role="clerk")
    built = table(states("draft/initial", "a/pending", "b/pending", "done/final"), [
        move("draft", "send", "a"), declared, move("b", "pass", "done"), move("a b", "stop", "done"),
    ])  # fmt: skip
    assert built.steps["a"]["revise"] is declared
    assert built.steps["b"]["revise"].target == "draft"
    assert built.moves[-1].sources == ("b",)


def test_a_table_without_pending_states_has_no_revise():
    built = table(states("a/initial", "b/final"), [move("a", "go", "b")])
    assert built.moves == built.transitions
    assert built.commands == {"go"}


def test_equal_tables_are_equal_and_survive_copy_and_pickle():
    built = table(moves=[*MOVES, move("draft", "drop", "done", guard=always)])
    for twin in (pickle.loads(pickle.dumps(built)), copy.deepcopy(built), attrs.evolve(built)):
        assert twin == built
        assert twin.steps == built.steps
        assert hash(twin) == hash(built)
    assert built != attrs.evolve(built, id="other")


# --- faults, each alone ---------------------------------------------------------------------------------------------


def test_duplicate_state():
    assert ("workflow.duplicate_state", "states[4].id", "held") in faults([*GOOD, WorkflowState(id="held")])


def test_missing_initial():
    assert faults(states("draft", "sent/pending", "held", "done/final")) == [("workflow.missing_initial", "states", [])]


def test_several_initial():
    assert faults(states("draft/initial", "sent/initial", "held", "done/final")) == [
        ("workflow.several_initial", "states", ["draft", "sent"])
    ]


def test_missing_final_is_one_fault_not_a_trap_for_every_state():
    assert faults(states("draft/initial", "sent/pending", "held", "done")) == [
        ("workflow.missing_final", "states", None)
    ]


@pytest.mark.parametrize("name", ["", "1st", "-x", "a b", "a.b", "a:b", "é" + chr(0xD7), "x×", "a\n", "µ", None, 3])
def test_names_that_scxml_cannot_hold(name):
    assert faults(id=name) == [("workflow.bad_name", "id", name)]
    changed = [Transition(sources=["draft"], command=name, target="sent"), *MOVES]
    assert faults(moves=changed) == [("workflow.bad_name", "transitions[0].command", name)]


def test_a_bad_state_name_is_named_by_place():
    named = states("draft/initial", "on hold", "done/final")
    moves = [
        Transition(sources=["draft"], command="hold", target="on hold"),
        Transition(sources=["on hold"], command="close", target="done"),
    ]
    assert faults(named, moves) == [("workflow.bad_name", "states[1].id", "on hold")]


@pytest.mark.parametrize("name", ["a", "_", "Z9", "in-review", "待审批", "état", "a·b", "ñ-1_"])
def test_names_that_are_fine(name):
    built = table(
        states(f"{name}/initial", "done/final"), [Transition(sources=[name], command=name, target="done")], name
    )
    assert built.commands == {name}


def test_the_opening_command_is_reserved():
    assert faults(moves=[*MOVES, move("draft", "start", "held")]) == [
        ("workflow.reserved_command", "transitions[3].command", "start")
    ]


def test_unknown_source_and_target():
    assert faults(moves=[*MOVES, move("draft nowhere", "go", "moon")]) == [
        ("workflow.unknown_state", "transitions[3].sources[1]", "nowhere"),
        ("workflow.unknown_state", "transitions[3].target", "moon"),
    ]


def test_a_source_listed_twice():
    assert faults(moves=[*MOVES, move("draft held draft", "drop", "done")]) == [
        ("workflow.duplicate_source", "transitions[3].sources[2]", "draft")
    ]


def test_a_final_state_is_not_left():
    assert faults(moves=[*MOVES, move("done", "reopen", "held")]) == [
        ("workflow.final_with_exit", "transitions[3].sources[0]", "done")
    ]


def test_a_pending_state_is_not_edited():
    assert faults(moves=[*MOVES, move("draft sent", "edit", "draft", is_editing=True)]) == [
        ("workflow.editing_when_frozen", "transitions[3].sources[1]", "sent")
    ]
    assert table(moves=[*MOVES, move("draft held", "edit", "draft", is_editing=True)])


def test_unreachable_state():
    named = [*GOOD, WorkflowState(id="island")]
    assert faults(named, [*MOVES, move("island", "close", "done")]) == [
        ("workflow.unreachable_state", "states[4]", "island")
    ]


def test_trap_state():
    named = [*GOOD, WorkflowState(id="limbo")]
    assert faults(named, [*MOVES, move("held", "lose", "limbo"), move("limbo", "wait", "limbo")]) == [
        ("workflow.trap_state", "states[4]", "limbo")
    ]


def test_a_loop_without_exit_traps_every_state_in_it():
    named = [*GOOD, *states("a", "b")]
    loop = [move("held", "lose", "a"), move("a", "go", "b"), move("b", "go", "a")]
    assert faults(named, [*MOVES, *loop]) == [
        ("workflow.trap_state", "states[4]", "a"),
        ("workflow.trap_state", "states[5]", "b"),
    ]


def test_all_faults_come_at_once_in_the_order_of_their_kinds():
    found = faults(
        [*GOOD, *states("held", "2x", "island")],
        [*MOVES, move("draft", "start", "nowhere"), move("draft", "send", "held"), move("done", "go", "held")],
        id="",
    )
    assert [code.removeprefix("workflow.") for code, _, _ in found] == [
        "duplicate_state", "bad_name", "bad_name", "reserved_command", "unknown_state", "final_with_exit", "ambiguous",
        "unreachable_state", "trap_state", "unreachable_state", "trap_state",
    ]  # fmt: skip


def test_a_fault_says_problem_and_remedy():
    with pytest.raises(InvalidDocument) as caught:
        table(moves=[*MOVES, move("done", "reopen", "held")])
    assert str(caught.value) == (
        "transitions[3].sources[0]: a final state is left (found 'done'); end there, or change its kind"
    )
    assert caught.value.faults[0].severity == "error"


def test_what_each_fault_says():
    """Every fault has a sentence for people: what is wrong, and what mends it."""
    broken = [
        WorkflowState(id="draft", kind="initial"),
        WorkflowState(id="draft", kind="initial"),
        WorkflowState(id="sent", kind="pending", deadline=Deadline(after=timedelta(days=1), fires="fly")),
        WorkflowState(id="2x"),
        WorkflowState(id="done", kind="final", deadline=Deadline(after=timedelta(days=1))),
        WorkflowState(id="island"),
        WorkflowState(id="limbo"),
    ]
    moves = [
        move("draft moon", "start", "sent"),
        move("draft draft", "send", "sent"),
        move("sent", "edit", "done", is_editing=True),
        move("done", "lose", "limbo"),
        move("draft", "ask", "sent"),
        move("draft", "ask", "done"),
    ]
    said = set()
    for states_given in (broken, [state for state in broken if state.id not in ("draft", "done")]):
        with pytest.raises(InvalidDocument) as caught:
            table(states_given, moves)
        said |= {(fault.code.removeprefix("workflow."), fault.problem, fault.remedy) for fault in caught.value.faults}
    assert said == {
        ("duplicate_state", "two states have one id", "rename one of them"),
        ("several_initial", "2 states are initial", "give exactly one the kind initial"),
        ("missing_initial", "0 states are initial", "give exactly one the kind initial"),
        ("missing_final", "no state is final", "give at least one the kind final"),
        ("bad_name", "this cannot be a name", "begin with a letter or _; go on with letters, digits, _ and -"),
        ("reserved_command", "this command opens every case", "name it otherwise"),
        ("unknown_state", "there is no such state", "add it to the states, or correct the name"),
        ("duplicate_source", "the state is listed twice", "list it once"),
        ("final_with_exit", "a final state is left", "end there, or change its kind"),
        ("editing_when_frozen", "a pending state is frozen, but this command edits", "let it be revised first"),
        (
            "ambiguous",
            "transitions share a state and a command without a declared choice",
            "declare all of them exclusive with guards, or ordered with at most the last unguarded",
        ),
        (
            "deadline_cannot_fire",
            "the state has no such command",
            "fire a command that leaves this state without role and reason",
        ),
        ("final_with_deadline", "a final state has a deadline", "take it away"),
        ("unreachable_state", "no case can come here", "add a transition to it, or remove it"),
        ("trap_state", "a case can never end from here", "add a transition that leads to a final state"),
    }


# --- several transitions for one state and command ------------------------------------------------------------------


def second(**more):
    """MOVES and two transitions from `draft` on the command `ask`, declared as given."""
    first_more = {name[:-1]: value for name, value in more.items() if name.endswith("1")}
    second_more = {name[:-1]: value for name, value in more.items() if name.endswith("2")}
    return [*MOVES, move("draft", "ask", "held", **first_more), move("draft", "ask", "done", **second_more)]


AMBIGUOUS = [("workflow.ambiguous", "transitions[4]", "ask in draft")]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"guard1": always, "guard2": always},
        {"role1": "a", "role2": "b"},
        {"choice1": "exclusive", "choice2": "ordered", "guard1": always, "guard2": always},
        {"choice1": "ordered", "guard1": always, "guard2": always},
        {"choice1": "exclusive", "choice2": "exclusive", "guard1": always},
        {"choice1": "exclusive", "choice2": "exclusive", "guard2": always},
        {"choice1": "ordered", "choice2": "ordered"},
        {"choice1": "ordered", "choice2": "ordered", "guard2": always},
    ],
)
def test_ambiguous(more):
    assert faults(moves=second(**more)) == AMBIGUOUS


@pytest.mark.parametrize(
    "more",
    [
        {"choice1": "exclusive", "choice2": "exclusive", "guard1": always, "guard2": always},
        {"choice1": "ordered", "choice2": "ordered", "guard1": always},
        {"choice1": "ordered", "choice2": "ordered", "guard1": always, "guard2": always},
        {"choice1": "ordered", "choice2": "ordered", "role1": "chief"},
    ],
)
def test_declared_alternatives_are_found_together(more):
    built = table(moves=second(**more))
    assert built.steps["draft"]["ask"] == (built.moves[3], built.moves[4])


def test_why_a_choice_is_ambiguous():
    def problem(more):
        with pytest.raises(InvalidDocument) as caught:
            table(moves=second(**more))
        return caught.value.faults[0].problem

    assert problem({}) == "transitions share a state and a command without a declared choice"
    assert problem({"choice1": "ordered", "choice2": "ordered"}) == (
        "an ordered transition before the last one always applies"
    )
    assert problem({"choice1": "exclusive", "choice2": "exclusive", "guard1": always}) == (
        "an exclusive transition has no guard"
    )


def test_three_ordered_alternatives_may_not_hide_the_third():
    more = {"choice": "ordered"}
    three = [
        move("draft", "ask", "held", guard=always, **more),
        move("draft", "ask", "sent", **more),
        move("draft", "ask", "done", **more),
    ]
    assert faults(moves=[*MOVES, *three]) == [("workflow.ambiguous", "transitions[5]", "ask in draft")]


def test_one_source_listed_twice_is_not_ambiguous_with_itself():
    assert [code for code, _, _ in faults(moves=[*MOVES, move("held held", "drop", "done")])] == [
        "workflow.duplicate_source"
    ]


def test_the_same_command_in_two_states_is_not_ambiguous():
    assert table(moves=[*MOVES, move("draft", "close", "done")]).commands_in("draft") == ("send", "close")


# --- deadlines ------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


def test_a_deadline_may_fire_a_command_of_its_state():
    assert table(with_state(deadline=Deadline(after=DAY, fires="close"))).state("sent").deadline.fires == "close"
    assert table(with_state(deadline=Deadline(after=DAY))).state("sent").deadline.fires is None


@pytest.mark.parametrize("fires", ["send", "nothing"])
def test_a_deadline_cannot_fire_a_command_that_its_state_lacks(fires):
    assert faults(with_state(deadline=Deadline(after=DAY, fires=fires))) == [
        ("workflow.deadline_cannot_fire", "states[1].deadline.fires", fires)
    ]


@pytest.mark.parametrize(
    ("more", "target"), [({"role": "boss"}, "done"), ({"reasons": ["late"]}, "done"), ({}, "sent")]
)
def test_a_deadline_cannot_fire_what_needs_somebody_or_leads_nowhere(more, target):
    moves = [*MOVES, move("sent", "expire", target, **more)]
    assert faults(with_state(deadline=Deadline(after=DAY, fires="expire")), moves) == [
        ("workflow.deadline_cannot_fire", "states[1].deadline.fires", "expire")
    ]
    assert table(moves=moves), "without the deadline the transition is fine"


def test_why_a_deadline_cannot_fire():
    def problem(fires, more=()):
        with pytest.raises(InvalidDocument) as caught:
            table(with_state(deadline=Deadline(after=DAY, fires=fires)), [*MOVES, *more])
        return caught.value.faults[0].problem

    assert problem("nothing") == "the state has no such command"
    assert problem("x", [move("sent", "x", "done", role="boss")]) == "nobody acts when a deadline fires"
    assert problem("x", [move("sent", "x", "sent")]) == "the command stays in the state"


def test_any_alternative_of_a_fired_command_must_be_able_to_fire():
    ask = [
        move("sent", "x", "held", choice="ordered", guard=always),
        move("sent", "x", "done", choice="ordered", role="boss"),
    ]
    assert faults(with_state(deadline=Deadline(after=DAY, fires="x")), [*MOVES, *ask]) == [
        ("workflow.deadline_cannot_fire", "states[1].deadline.fires", "x")
    ]


def test_a_final_state_has_no_deadline():
    ended = [*GOOD[:3], WorkflowState(id="done", kind="final", deadline=Deadline(after=DAY))]
    assert faults(ended) == [("workflow.final_with_deadline", "states[3].deadline", "done")]


@pytest.mark.parametrize("after", [timedelta(0), -DAY, 3, None])
def test_a_deadline_is_a_positive_duration(after):
    with pytest.raises(InvalidValue) as caught:
        Deadline(after=after)
    assert (caught.value.field, caught.value.value) == ("after", after)
    assert caught.value.remedy == "give a timedelta above zero"
    assert Deadline(after=timedelta(microseconds=1)).after == timedelta(microseconds=1)


def test_what_deadlines_states_and_transitions_are_by_default():
    deadline = Deadline(after=DAY)
    assert (deadline.kind, deadline.side, deadline.fires) == (DeadlineKind.ELAPSED, Side.LOWER, None)
    assert Deadline(after=DAY, kind="working", side="upper").kind is DeadlineKind.WORKING
    assert WorkflowState(id="a").kind is StateKind.NORMAL
    assert WorkflowState(id="a").deadline is None
    bare = Transition(sources=["a"], command="b", target="c")
    assert (bare.sources, bare.guard, bare.role, bare.reasons) == (("a",), None, None, ())
    assert (bare.refusal, bare.choice, bare.is_editing) == (None, None, False)
    assert Transition(sources=["a"], command="b", target="c", choice="ordered").choice is Choice.ORDERED


def test_a_transition_needs_a_source_and_a_fitting_refusal():
    with pytest.raises(InvalidValue) as caught:
        Transition(sources=[], command="b", target="c")
    assert (caught.value.field, caught.value.value) == ("sources", ())
    assert caught.value.remedy == "name at least one state"
    for names in ((), ("command",), ("command", "state", "more")):
        with pytest.raises(InvalidValue) as caught:
            Transition(sources=["a"], command="b", target="c", refusal=ReasonCode("x.y", names))
        assert (caught.value.field, caught.value.value) == ("refusal", names)
        assert caught.value.remedy == "give a code with the parameters command and state"
    fitting = ReasonCode("x.y", ("state", "command"))
    assert Transition(sources=["a"], command="b", target="c", refusal=fitting).refusal is fitting


# --- graphs at random against a transitive closure ------------------------------------------------------------------


@given(
    size=st.integers(2, 7),
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14, unique=True),
)
def test_unreachable_and_trap_states_are_those_of_the_transitive_closure(size, edges):
    last = size - 1
    edges = [(a, b) for a, b in edges if a < last and b < size]
    named = [
        WorkflowState(id=f"n{i}", kind="initial" if i == 0 else "final" if i == last else "normal") for i in range(size)
    ]
    moves = [Transition(sources=[f"n{a}"], command=f"to-n{b}", target=f"n{b}") for a, b in edges]
    closed = {(i, i) for i in range(size)} | set(edges)
    for k in range(size):
        closed |= {(a, c) for a in range(size) for c in range(size) if (a, k) in closed and (k, c) in closed}
    expected = {("workflow.unreachable_state", f"n{i}") for i in range(size) if (0, i) not in closed}
    expected |= {("workflow.trap_state", f"n{i}") for i in range(size) if (i, last) not in closed}
    if expected:
        with pytest.raises(InvalidDocument) as caught:
            table(named, moves)
        assert {(fault.code, fault.value) for fault in caught.value.faults} == expected
    else:
        assert len(table(named, moves).moves) == len(edges)


def test_a_very_long_chain_is_checked_without_recursion():
    length = 5000
    chain = [
        WorkflowState(id=f"n{i}", kind="initial" if i == 0 else "final" if i == length else "normal")
        for i in range(length + 1)
    ]
    built = table(chain, [move(f"n{i}", "go", f"n{i + 1}") for i in range(length)])
    assert built.steps["n4999"]["go"].target == "n5000"


def test_a_transition_that_asks_for_nothing_is_unconditional():
    assert move("a", "go", "b").is_unconditional is True
    assert [
        move("a", "go", "b", **asks).is_unconditional
        for asks in ({"guard": always}, {"role": "boss"}, {"reasons": ["late"]})
    ] == [False] * 3
