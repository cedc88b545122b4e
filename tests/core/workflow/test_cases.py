from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from salesrules.core import (
    InvalidValue,
    Transition,
    WorkflowCase,
    WorkflowEvent,
    WorkflowState,
    WorkflowTable,
    advance_case,
    evolve_case,
    restore_case,
    start_case,
)

T = [datetime(2020, 1, 6, hour, tzinfo=UTC) for hour in range(12)]
TABLE = WorkflowTable(
    id="claim",
    states=[
        WorkflowState(id="draft", kind="initial"),
        WorkflowState(id="sent", kind="pending"),
        WorkflowState(id="done", kind="final"),
    ],
    transitions=[
        Transition(sources=["draft"], command="send", target="sent"),
        Transition(sources=["sent"], command="remind", target="sent"),
        Transition(sources=["sent"], command="approve", target="done"),
    ],
)


def event(command, source, target, hour):
    return WorkflowEvent(command=command, source=source, target=target, at=T[hour])


OPENING = WorkflowEvent(command="start", source=None, target="draft", at=T[0], actor="li")
SEND = event("send", "draft", "sent", 1)


def test_a_case_opens_in_the_initial_state():
    case = start_case(TABLE, as_of=T[0], actor="li")
    assert case == WorkflowCase(state="draft", since=T[0], history=[OPENING])
    assert start_case(TABLE, as_of=T[0]).history[0].actor is None


def test_an_event_moves_the_case():
    case = start_case(TABLE, as_of=T[0], actor="li")
    after = evolve_case(case, SEND)
    assert (after.state, after.since, after.history) == ("sent", T[1], (OPENING, SEND))
    assert (case.state, case.since, case.history) == ("draft", T[0], (OPENING,))


def test_an_event_that_stays_leaves_the_time_running():
    sent = restore_case([OPENING, SEND])
    reminded = evolve_case(sent, event("remind", "sent", "sent", 2))
    assert (reminded.state, reminded.since, len(reminded.history)) == ("sent", T[1], 3)


def test_an_event_from_another_state_is_refused():
    with pytest.raises(InvalidValue) as caught:
        evolve_case(restore_case([OPENING]), event("approve", "sent", "done", 2))
    assert (caught.value.field, caught.value.value) == ("event.source", "sent")
    assert "draft" in caught.value.remedy


def test_an_event_before_the_last_one_is_refused():
    sent = restore_case([OPENING, SEND])
    with pytest.raises(InvalidValue) as caught:
        evolve_case(sent, event("approve", "sent", "done", 0))
    assert (caught.value.field, caught.value.value) == ("event.at", T[0])
    assert str(T[1]) in caught.value.remedy
    assert evolve_case(sent, event("approve", "sent", "done", 1)).state == "done"


def test_the_last_event_counts_not_the_entry():
    reminded = restore_case([OPENING, SEND, event("remind", "sent", "sent", 5)])
    with pytest.raises(InvalidValue):
        evolve_case(reminded, event("approve", "sent", "done", 4))


def test_replaying_the_events_gives_the_case():
    case = start_case(TABLE, as_of=T[0], actor="li")
    for hour, command in enumerate(("send", "remind", "revise", "send", "approve"), start=1):
        case = advance_case(TABLE, case, command, as_of=T[hour])
        assert restore_case(case.history) == case
        assert restore_case(iter(case.history)) == case
    assert case.state == "done"
    assert [e.command for e in case.history] == ["start", "send", "remind", "revise", "send", "approve"]


@pytest.mark.parametrize(
    "events",
    [
        (),
        (SEND,),
        (attrs.evolve(OPENING, source="draft"),),
        (attrs.evolve(OPENING, command="begin"),),
    ],
)
def test_a_history_begins_with_the_opening(events):
    with pytest.raises(InvalidValue) as caught:
        restore_case(events)
    assert (caught.value.field, caught.value.value) == ("events", events[0] if events else None)
    assert caught.value.remedy == "begin with the event that opened the case"


def test_a_history_without_a_link_is_refused():
    with pytest.raises(InvalidValue):
        restore_case([OPENING, event("approve", "sent", "done", 3)])
    with pytest.raises(InvalidValue):
        restore_case([OPENING, SEND, OPENING])


def test_a_round_begins_with_the_opening_or_the_last_revision():
    case = start_case(TABLE, as_of=T[0])
    assert [e.command for e in case.events_of_round] == ["start"]
    case = advance_case(TABLE, case, "send", as_of=T[1])
    assert [e.command for e in case.events_of_round] == ["start", "send"]
    for hour in (2, 4):
        case = advance_case(TABLE, case, "revise", as_of=T[hour])
        assert [e.command for e in case.events_of_round] == ["revise"]
        case = advance_case(TABLE, case, "send", as_of=T[hour + 1])
    assert [(e.command, e.at) for e in case.events_of_round] == [("revise", T[4]), ("send", T[5])]


def test_a_case_is_what_its_history_says():
    for state, history in (("sent", [OPENING]), ("draft", [])):
        with pytest.raises(InvalidValue) as caught:
            WorkflowCase(state=state, since=T[0], history=history)
        assert (caught.value.field, caught.value.value) == ("history", tuple(history))
        assert state in caught.value.remedy
    with pytest.raises(InvalidValue) as caught:
        WorkflowCase(state="draft", since=T[0].replace(tzinfo=None), history=[OPENING])
    assert caught.value.field == "since"


def test_cases_and_events_are_frozen_and_survive_pickle_and_copy():
    case = advance_case(TABLE, start_case(TABLE, as_of=T[0]), "send", as_of=T[1], actor="li")
    for value, field in ((case, "state"), (case.history[-1], "command")):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, field, "x")
        for twin in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
            assert twin == value
            assert hash(twin) == hash(value)
    assert evolve_case(case, event("remind", "sent", "sent", 2)) != case


def test_long_histories_need_no_recursion():
    case = restore_case([OPENING, SEND])
    remind = event("remind", "sent", "sent", 2)
    for _ in range(5000):
        case = evolve_case(case, remind)
    assert len(case.history) == 5002
    assert pickle.loads(pickle.dumps(case)) == case
    assert case.since == T[1]
    assert case.history[-1].at - case.since == timedelta(hours=1)
