from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from salesrules.core import (
    ALLOW,
    Deadline,
    InvalidValue,
    Transition,
    UnknownName,
    WorkflowEvent,
    WorkflowState,
    WorkflowTable,
    advance_case,
    expire_case,
    find_due,
    is_overdue,
    restore_case,
    start_case,
)

START = datetime(2020, 1, 6, 9, tzinfo=UTC)
DAY, HOUR, TICK = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)


class Tripled:
    """Working time that passes at a third of the clock's pace."""

    def add(self, instant, duration):
        return instant + 3 * duration


def asked(facts, policy, as_of):
    return facts is None or (policy, as_of) == facts


def table(draft=None, sent=None, later=None):
    return WorkflowTable(
        id="claim",
        states=[
            WorkflowState(id="draft", kind="initial", deadline=draft),
            WorkflowState(id="sent", deadline=sent),
            WorkflowState(id="later", deadline=later),
            WorkflowState(id="expired", kind="final"),
        ],
        transitions=[
            Transition(sources=["draft"], command="send", target="sent"),
            Transition(sources=["sent"], command="remind", target="sent"),
            Transition(sources=["sent"], command="escalate", target="later"),
            Transition(sources=["later"], command="return", target="sent"),
            Transition(sources=["sent", "later"], command="expire", target="expired", guard=asked),
        ],
    )


def sent_case(table, at=START):
    return advance_case(table, start_case(table, as_of=at), "send", as_of=at)


def test_a_state_without_a_deadline_is_never_due():
    plain = table()
    case = sent_case(plain)
    assert find_due(plain, case) is None
    assert is_overdue(plain, case, START + 10_000 * DAY) is False
    assert expire_case(plain, case, START + 10_000 * DAY) == (ALLOW, ())


@pytest.mark.parametrize(("side", "at_due"), [("lower", True), ("upper", False)])
def test_the_side_owns_the_due_instant(side, at_due):
    timed = table(sent=Deadline(after=2 * DAY, side=side, fires="expire"))
    case = sent_case(timed)
    due = START + 2 * DAY
    assert find_due(timed, case) == due
    assert is_overdue(timed, case, due - TICK) is False
    assert is_overdue(timed, case, due) is at_due
    assert is_overdue(timed, case, due + TICK) is True
    assert [len(expire_case(timed, case, due + tick)[1]) for tick in (-TICK, 0 * TICK, TICK)] == [0, int(at_due), 1]


def test_the_time_runs_from_the_entry_into_the_state():
    timed = table(sent=Deadline(after=DAY))
    case = advance_case(timed, start_case(timed, as_of=START), "send", as_of=START + 5 * HOUR)
    assert find_due(timed, case) == START + 29 * HOUR
    assert find_due(timed, advance_case(timed, case, "remind", as_of=START + 9 * HOUR)) == START + 29 * HOUR


def test_elapsed_time_runs_through_a_change_of_the_clock():
    berlin = ZoneInfo("Europe/Berlin")
    timed = table(sent=Deadline(after=DAY))
    case = sent_case(timed, datetime(2020, 3, 28, 12, tzinfo=berlin))
    due = find_due(timed, case)
    assert due == datetime(2020, 3, 29, 13, tzinfo=berlin)
    assert due.tzinfo is berlin
    assert not is_overdue(timed, case, datetime(2020, 3, 29, 12, 59, tzinfo=berlin))
    autumn = sent_case(timed, datetime(2020, 10, 24, 2, 30, tzinfo=berlin))
    assert not is_overdue(timed, autumn, datetime(2020, 10, 25, 2, 29, tzinfo=berlin))
    assert is_overdue(timed, autumn, datetime(2020, 10, 25, 2, 10, tzinfo=berlin, fold=1))


def test_working_time_is_counted_by_the_firms_own():
    timed = table(sent=Deadline(after=8 * HOUR, kind="working", fires="expire"))
    case = sent_case(timed)
    assert find_due(timed, case, Tripled()) == START + DAY
    assert is_overdue(timed, case, START + DAY - TICK, Tripled()) is False
    assert is_overdue(timed, case, START + DAY, Tripled()) is True
    (event,) = expire_case(timed, case, START + 2 * DAY, working_time=Tripled())[1]
    assert event.at == START + DAY
    for call in (
        lambda: find_due(timed, case),
        lambda: is_overdue(timed, case, START),
        lambda: expire_case(timed, case, START),
    ):
        with pytest.raises(InvalidValue) as caught:
            call()
        assert (caught.value.field, caught.value.value) == ("working_time", None)
        assert caught.value.remedy == "this deadline counts working time; give the firm's"


def test_elapsed_time_does_not_ask_the_firms_working_time():
    timed = table(sent=Deadline(after=DAY))
    assert find_due(timed, sent_case(timed), Tripled()) == START + DAY


def test_an_expiry_happens_at_the_due_instant_whenever_it_is_asked_for():
    timed = table(sent=Deadline(after=DAY, fires="expire"))
    case = sent_case(timed)
    expected = WorkflowEvent(command="expire", source="sent", target="expired", at=START + DAY)
    for late in (0 * DAY, DAY, 300 * DAY):
        assert expire_case(timed, case, START + DAY + late) == (ALLOW, (expected,))


def test_a_deadline_that_fires_nothing_only_counts():
    timed = table(sent=Deadline(after=DAY))
    assert is_overdue(timed, sent_case(timed), START + 2 * DAY)
    assert expire_case(timed, sent_case(timed), START + 2 * DAY) == (ALLOW, ())


def test_one_expiry_leads_to_the_next():
    timed = table(
        draft=Deadline(after=DAY, fires="send"),
        sent=Deadline(after=2 * DAY, fires="escalate"),
        later=Deadline(after=3 * DAY, fires="expire"),
    )
    case = start_case(timed, as_of=START)
    seen = {
        days: [(e.command, (e.at - START) // DAY) for e in expire_case(timed, case, START + days * DAY)[1]]
        for days in (0, 1, 2, 3, 5, 6, 99)
    }
    everything = [("send", 1), ("escalate", 3), ("expire", 6)]
    assert seen == {
        0: [], 1: everything[:1], 2: everything[:1], 3: everything[:2], 5: everything[:2], 6: everything,
        99: everything,
    }  # fmt: skip
    decision, events = expire_case(timed, case, START + 99 * DAY)
    assert decision is ALLOW
    assert restore_case([*case.history, *events]).state == "expired"


def test_a_circle_of_deadlines_fires_until_the_instant_asked_for():
    timed = table(sent=Deadline(after=DAY, fires="escalate"), later=Deadline(after=DAY, fires="return"))
    _, events = expire_case(timed, sent_case(timed), START + 1000 * DAY)
    assert len(events) == 1000
    assert events[-1].at == START + 1000 * DAY


def test_an_expiry_never_lies_before_what_happened_already():
    timed = table(sent=Deadline(after=DAY, fires="expire"))
    case = advance_case(timed, sent_case(timed), "remind", as_of=START + 2 * DAY)
    (event,) = expire_case(timed, case, START + 3 * DAY)[1]
    assert event.at == START + 2 * DAY
    just = advance_case(timed, sent_case(timed), "remind", as_of=START + DAY - TICK)
    assert expire_case(timed, just, START + 3 * DAY)[1][0].at == START + DAY


def test_a_guard_may_hold_an_expiry_back():
    timed = table(draft=Deadline(after=DAY, fires="send"), sent=Deadline(after=DAY, fires="expire"))
    case = start_case(timed, as_of=START)
    decision, events = expire_case(timed, case, START + 9 * DAY, facts="no")
    assert [reason.code for reason in decision.reasons] == ["workflow.guard_refused"]
    assert [event.command for event in events] == ["send"]
    decision, events = expire_case(timed, case, START + 9 * DAY, facts=("P", START + 2 * DAY), policy="P")
    assert decision is ALLOW
    assert [event.command for event in events] == ["send", "expire"]


@pytest.mark.parametrize("as_of", [START.replace(tzinfo=None), None])
@pytest.mark.parametrize("deadline", [None, Deadline(after=DAY, fires="expire")])
def test_an_instant_needs_its_zone(as_of, deadline):
    timed = table(sent=deadline)
    for ask in (is_overdue, expire_case):
        with pytest.raises(InvalidValue) as caught:
            ask(timed, sent_case(timed), as_of)
        assert (caught.value.field, caught.value.value) == ("as_of", as_of)


def test_a_case_in_a_state_that_the_table_lacks():
    strange = restore_case([WorkflowEvent(command="start", source=None, target="drift", at=START)])
    for ask in (lambda: find_due(table(), strange), lambda: is_overdue(table(), strange, START)):
        with pytest.raises(UnknownName):
            ask()
