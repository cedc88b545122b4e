from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    Deadline,
    InvalidValue,
    LogEntry,
    Transition,
    UnknownName,
    Variant,
    WorkflowState,
    WorkflowTable,
    advance_case,
    replay_log,
    start_case,
)

NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def never(facts, policy, as_of):
    raise AssertionError("a log cannot answer guards")


def claim(sent=None, checked=None):
    return WorkflowTable(
        id="claim",
        states=[
            WorkflowState(id="draft", kind="initial"),
            WorkflowState(id="sent", kind="pending", deadline=sent),
            WorkflowState(id="checked", deadline=checked),
            WorkflowState(id="returned"),
            WorkflowState(id="paid", kind="final"),
            WorkflowState(id="dropped", kind="final"),
        ],
        transitions=[
            Transition(sources=["draft"], command="edit", target="draft"),
            Transition(sources=["draft", "returned"], command="send", target="sent", role="clerk"),
            Transition(sources=["sent"], command="check", target="checked", role="boss", guard=never),
            Transition(sources=["sent"], command="return", target="returned"),
            Transition(sources=["sent"], command="expire", target="dropped"),
            Transition(sources=["checked"], command="pay", target="paid"),
            Transition(sources=["returned"], command="drop", target="dropped"),
            Transition(sources=["sent", "checked"], command="remind", target="sent", choice="ordered", guard=never),
            Transition(sources=["sent", "checked"], command="remind", target="checked", choice="ordered"),
        ],
    )


TABLE = claim()


def log(text, case="c1", start=NOON):
    """`"send:clerk pay"` is an activity a clerk did, then another one hour later by nobody known."""
    rows = []
    for index, word in enumerate(text.split()):
        activity, _, role = word.partition(":")
        rows.append(LogEntry(case, activity, start + index * HOUR, role or None))
    return rows


def found(text, table=TABLE, **more):
    """The deviations as position, state and code."""
    (case,) = replay_log(table, log(text), **more).cases
    return [(d.position, d.state, d.reason.code.removeprefix("workflow.")) for d in case.deviations]


def test_a_case_that_keeps_to_the_table():
    result = replay_log(TABLE, log("edit send:clerk check:boss pay"))
    (case,) = result.cases
    assert (case.case, case.events, case.state, case.is_finished, case.variant) == ("c1", 4, "paid", True, 0)
    assert case.is_conformant
    assert result.deviations == ()
    assert result.counts == {}
    assert result.conformant_cases == 1
    assert result.variants == (Variant(activities=["edit", "send", "check", "pay"], cases=1),)
    assert result.to_records() == []


def test_an_empty_log_has_no_cases():
    result = replay_log(TABLE, [])
    assert (result.cases, result.variants, result.conformant_cases) == ((), (), 0)


def test_a_case_that_is_not_finished():
    result = replay_log(TABLE, log("send check"))
    (case,) = result.cases
    (deviation,) = case.deviations
    assert (case.state, case.is_finished, case.is_conformant) == ("checked", False, False)
    assert (deviation.case, deviation.position, deviation.state) == ("c1", 2, "checked")
    assert deviation.expected == ("pay", "remind")
    assert (deviation.activity, deviation.instant) == ("check", NOON + HOUR)
    assert deviation.reason.code == "workflow.not_finished"
    assert dict(deviation.reason.parameters) == {"state": "checked", "expected": ("pay", "remind")}
    assert result.conformant_cases == 0


def test_an_activity_that_the_state_does_not_allow():
    result = replay_log(TABLE, log("send pay"))
    (deviation,) = result.deviations
    assert (deviation.case, deviation.position, deviation.state, deviation.activity) == ("c1", 2, "sent", "pay")
    assert deviation.expected == ("check", "return", "expire", "remind", "revise")
    assert deviation.instant == NOON + HOUR
    assert deviation.reason.code == "workflow.not_allowed"
    assert dict(deviation.reason.parameters) == {"command": "pay", "state": "sent", "expected": deviation.expected}
    assert result.cases[0].is_finished, "the case goes on from where the command leads elsewhere"


def test_one_missing_step_is_one_deviation():
    assert found("send pay") == [(2, "sent", "not_allowed")]
    assert found("check pay") == [(1, "draft", "not_allowed")]
    assert found("send return send check send pay") == [
        (5, "checked", "not_allowed"),
        (6, "sent", "not_allowed"),
    ]


def test_a_command_that_only_stays_leads_nowhere_else():
    assert found("send edit check pay") == [(2, "sent", "not_allowed")]


def test_nothing_follows_a_final_state():
    result = replay_log(TABLE, log("send check pay pay"))
    assert [(d.position, d.state, d.expected) for d in result.deviations] == [(4, "paid", ())]
    assert found("send check pay send") == [(4, "paid", "not_allowed"), (4, "sent", "not_finished")]


def test_an_unknown_activity():
    result = replay_log(TABLE, log("send dance check pay"))
    (deviation,) = result.deviations
    assert (deviation.position, deviation.state, deviation.activity) == (2, "sent", "dance")
    assert deviation.instant == NOON + HOUR
    assert deviation.reason.code == "workflow.unknown_activity"
    assert dict(deviation.reason.parameters) == {"activity": "dance"}
    assert deviation.expected == ("check", "return", "expire", "remind", "revise")


def test_activities_stand_for_commands():
    activities = {"A": "send", "B": "check", "C": "pay", "print": None}
    assert found("A print B print C", activities=activities) == []
    assert found("A check B C", activities=activities) == [(2, "sent", "unknown_activity")]
    result = replay_log(TABLE, log("A print B C"), activities=activities)
    assert result.variants[0].activities == ("A", "print", "B", "C")
    assert result.cases[0].events == 4


def test_a_mapping_to_a_command_that_the_table_lacks():
    with pytest.raises(UnknownName) as caught:
        replay_log(TABLE, [], activities={"A": None, "B": "chek"})
    assert (caught.value.kind, caught.value.name, caught.value.nearest) == ("command", "chek", ("check",))


def test_a_wrong_role():
    result = replay_log(TABLE, log("send:boss check:boss pay:anyone"))
    (deviation,) = result.deviations
    assert (deviation.position, deviation.state) == (1, "draft")
    assert deviation.reason.code == "workflow.wrong_role"
    assert dict(deviation.reason.parameters) == {"command": "send", "role": "boss", "expected": ("clerk",)}
    assert result.cases[0].is_finished, "who did it was wrong, what was done counts"


def test_roles_of_the_log_stand_for_those_of_the_table():
    text = "send:EMPLOYEE check:UNDEFINED pay"
    assert [code for *_, code in found(text)] == ["wrong_role", "wrong_role"]
    assert found(text, roles={"EMPLOYEE": "clerk", "UNDEFINED": None}) == []
    assert found(text, roles={"UNDEFINED": None}) == [(1, "draft", "wrong_role")]
    assert found("send:clerk check pay", roles={None: "never asked"}) == []


def test_roles_choose_between_alternatives():
    table = WorkflowTable(
        id="t",
        states=[WorkflowState(id=id, kind=kind) for id, kind in
                {"a": "initial", "b": "normal", "c": "normal", "z": "final"}.items()],
        transitions=[
            Transition(sources=["a"], command="go", target="b", role="x", choice="ordered"),
            Transition(sources=["a"], command="go", target="c", role="y", choice="ordered"),
            Transition(sources=["a"], command="go", target="b", role="x", choice="ordered"),
            Transition(sources=["b", "c"], command="end", target="z"),
        ],
    )  # fmt: skip
    assert [replay_log(table, log(f"go{role}")).cases[0].state for role in (":x", ":y", ":z", "")] == [
        "b", "c", "b | c", "b | c",
    ]  # fmt: skip
    deviation = replay_log(table, log("go:z")).deviations[0]
    assert deviation.reason.parameters["expected"] == ("x", "y")


def test_what_a_log_cannot_tell_leaves_several_states_possible():
    result = replay_log(TABLE, log("send remind"))
    (case,) = result.cases
    assert (case.state, case.is_finished) == ("sent | checked", False)
    assert case.deviations[0].expected == ("check", "return", "expire", "remind", "revise", "pay")
    assert case.deviations[0].reason.parameters["state"] == "sent | checked"
    assert found("send remind pay") == []
    assert found("send remind return drop") == []
    assert found("send remind remind pay") == []
    assert found("send remind drop") == [(3, "sent | checked", "not_allowed")]


def test_rows_out_of_time_order():
    rows = log("send check pay")
    rows[1] = rows[1]._replace(instant=NOON - HOUR)
    result = replay_log(TABLE, rows)
    (deviation,) = result.deviations
    assert (deviation.position, deviation.state, deviation.instant) == (2, "sent", NOON - HOUR)
    assert deviation.reason.code == "workflow.out_of_order"
    assert dict(deviation.reason.parameters) == {"instant": NOON - HOUR, "last": NOON}
    assert result.cases[0].is_finished
    rows[2] = rows[2]._replace(instant=NOON - HOUR / 2)
    last = [d.reason.parameters["last"] for d in replay_log(TABLE, rows).deviations]
    assert last == [NOON, NOON], "the latest instant so far counts"
    assert replay_log(TABLE, [row._replace(instant=NOON) for row in rows]).deviations == ()


def test_the_hour_that_summer_times_end_repeats_is_in_order():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2020, 10, 25, 2, 30, tzinfo=berlin)
    again = datetime(2020, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    end = datetime(2020, 10, 26, tzinfo=berlin)
    rows = [("c", "send", first, None), ("c", "check", again, None), ("c", "pay", end, None)]
    assert replay_log(TABLE, rows).deviations == ()
    rows[0], rows[1] = ("c", "send", again, None), ("c", "check", first, None)
    assert replay_log(TABLE, rows).counts == {"workflow.out_of_order": 1}


def test_cases_interleave_and_stand_in_the_order_of_their_first_rows():
    rows = sorted(log("send check pay", "b") + log("send pay", "a"), key=lambda row: row.instant)
    result = replay_log(TABLE, iter(rows))
    assert [(case.case, case.events, case.is_conformant) for case in result.cases] == [("b", 3, True), ("a", 2, False)]
    assert result.conformant_cases == 1
    assert [d.case for d in result.deviations] == ["a"]


def test_variants_are_counted_the_most_frequent_first():
    rows = log("send pay", "x") + log("edit", "y") + log("send check pay", "z") + log("send check pay", "w")
    rows += log("send", "v") + log("", "nobody")
    result = replay_log(TABLE, rows)
    assert [(variant.activities, variant.cases) for variant in result.variants] == [
        (("send", "check", "pay"), 2),
        (("edit",), 1),
        (("send",), 1),
        (("send", "pay"), 1),
    ]
    assert [(case.case, case.variant) for case in result.cases] == [("x", 3), ("y", 1), ("z", 0), ("w", 0), ("v", 2)]


def test_deviations_are_counted_the_most_frequent_first():
    rows = log("send pay pay", "x") + log("send dance", "y")
    result = replay_log(TABLE, rows)
    assert result.counts == {
        "workflow.not_allowed": 2, "workflow.unknown_activity": 1, "workflow.not_finished": 1,
    }  # fmt: skip
    assert next(iter(result.counts)) == "workflow.not_allowed"


def test_deviations_as_records():
    assert replay_log(TABLE, log("send:boss check pay")).to_records() == [
        {
            "case": "c1",
            "position": 1,
            "state": "draft",
            "expected": "edit, send",
            "activity": "send",
            "instant": NOON,
            "code": "workflow.wrong_role",
        }
    ]


@pytest.mark.parametrize("bad", [0, 1])
def test_an_instant_needs_its_zone(bad):
    rows = log("send check")
    rows[bad] = rows[bad]._replace(instant=rows[bad].instant.replace(tzinfo=None))
    with pytest.raises(InvalidValue) as caught:
        replay_log(TABLE, rows)
    assert (caught.value.field, caught.value.value) == ("log, case c1", rows[bad].instant)
    with pytest.raises(InvalidValue) as caught:
        replay_log(TABLE, [], as_of=NOON.replace(tzinfo=None))
    assert caught.value.field == "as_of"


# --- deadlines ------------------------------------------------------------------------------------------------------

TIMED = claim(sent=Deadline(after=2 * HOUR, fires="expire"), checked=Deadline(after=HOUR, side="upper"))


def timed(*rows, table=TIMED, **more):
    """Rows of activity and hours after noon; the deviations as position, state and code."""
    made = [("c1", activity, NOON + hours * HOUR, None) for activity, hours in rows]
    return [
        (d.position, d.state, d.reason.code.removeprefix("workflow."))
        for d in replay_log(table, made, **more).deviations
    ]


def test_a_missed_deadline_is_named_when_the_state_is_left():
    assert timed(("send", 0), ("check", 1.99), ("pay", 2.99)) == []
    assert timed(("send", 0), ("check", 2), ("pay", 3)) == [(2, "sent", "deadline_missed")], "lower: too late at due"
    assert timed(("send", 0), ("check", 1), ("pay", 2.01)) == [(3, "checked", "deadline_missed")], "upper: in time"
    made = [("c1", "send", NOON, None), ("c1", "check", NOON + 5 * HOUR, None), ("c1", "pay", NOON + 5 * HOUR, None)]
    (deviation,) = replay_log(TIMED, made).deviations
    assert dict(deviation.reason.parameters) == {"state": "sent", "due": NOON + 2 * HOUR}
    assert (deviation.activity, deviation.instant) == ("check", NOON + 5 * HOUR)
    assert deviation.expected == ("check", "return", "expire", "remind", "revise")


def test_an_expiry_that_the_table_fires_is_no_missed_deadline():
    assert timed(("send", 0), ("expire", 2)) == []
    assert timed(("send", 0), ("expire", 9)) == []


def test_a_stay_runs_from_its_beginning_and_is_named_once():
    stays = WorkflowTable(
        id="t",
        states=[
            WorkflowState(id="a", kind="initial"),
            WorkflowState(id="b", deadline=Deadline(after=2 * HOUR)),
            WorkflowState(id="z", kind="final"),
        ],
        transitions=[
            Transition(sources=["a"], command="go", target="b"),
            Transition(sources=["b"], command="wait", target="b"),
            Transition(sources=["b"], command="end", target="z"),
        ],
    )
    rows = [("go", 0), ("wait", 1), ("wait", 3), ("wait", 4), ("end", 5)]
    assert timed(*rows, table=stays) == [(5, "b", "deadline_missed")]
    assert timed(*rows[:2], ("end", 1.5), table=stays) == []
    assert timed(*rows[:2], ("end", 2), table=stays) == [(3, "b", "deadline_missed")]


def test_an_unfinished_case_is_overdue_as_of_an_instant():
    left = (1, "sent", "not_finished")
    missed = (1, "sent", "deadline_missed")
    assert timed(("send", 0)) == [left]
    assert timed(("send", 0), as_of=NOON + 1.99 * HOUR) == [left]
    assert timed(("send", 0), as_of=NOON + 2 * HOUR) == [left, missed]
    assert timed(("edit", 0), as_of=NOON + 99 * HOUR) == [(1, "draft", "not_finished")]
    assert timed(("send", 0), ("check", 1), ("pay", 1), as_of=NOON + 99 * HOUR) == []
    assert timed(("send", 0), table=TABLE, as_of=NOON + 99 * HOUR) == [left]
    (_, deviation) = replay_log(TIMED, [("c1", "send", NOON, None)], as_of=NOON + 9 * HOUR).deviations
    assert deviation.instant == NOON


def test_a_deviating_step_may_be_late_too():
    assert timed(("send", 0), ("pay", 5)) == [(2, "sent", "not_allowed"), (2, "sent", "deadline_missed")]
    assert timed(("send", 0), ("edit", 5), ("expire", 5)) == [(2, "sent", "not_allowed")]


def test_after_a_deviating_step_the_time_runs_from_there():
    assert timed(("check", 1), ("pay", 2)) == [(1, "draft", "not_allowed")]
    assert timed(("check", 1), ("pay", 2.01)) == [(1, "draft", "not_allowed"), (2, "checked", "deadline_missed")]


def test_a_deadline_counts_as_missed_only_if_every_possible_state_missed_it():
    both = claim(sent=Deadline(after=2 * HOUR), checked=Deadline(after=4 * HOUR))
    rows = [("send", 0), ("remind", 1)]
    # Since the reminder: still sent (due at 2) or checked (due at 5).
    assert timed(*rows, ("drop", 4), table=both) == [(3, "sent | checked", "not_allowed")]
    assert timed(*rows, ("drop", 5), table=both) == [
        (3, "sent | checked", "not_allowed"),
        (3, "sent | checked", "deadline_missed"),
    ]
    made = [("c1", activity, NOON + hours * HOUR, None) for activity, hours in (*rows, ("drop", 6))]
    missed = replay_log(both, made).deviations[-1]
    assert dict(missed.reason.parameters) == {"state": "sent", "due": NOON + 2 * HOUR}
    only_sent = claim(sent=Deadline(after=2 * HOUR))
    assert timed(*rows, ("drop", 99), table=only_sent) == [(3, "sent | checked", "not_allowed")]
    only_checked = claim(checked=Deadline(after=2 * HOUR))
    assert timed(*rows, ("drop", 99), table=only_checked) == [(3, "sent | checked", "not_allowed")]


def test_the_latest_entry_counts_where_two_ways_lead_to_one_state():
    both = claim(sent=Deadline(after=2 * HOUR), checked=Deadline(after=2 * HOUR))
    # At hour 1 sent (since 0) or checked (since 1); at hour 2 either may just have been entered from the other.
    rows = [("send", 0), ("remind", 1), ("remind", 2)]
    assert timed(*rows, ("drop", 3.99), table=both) == [(4, "sent | checked", "not_allowed")]
    assert timed(*rows, ("drop", 4), table=both)[1:] == [(4, "sent | checked", "deadline_missed")]


def test_a_row_out_of_order_happens_at_the_instant_of_the_one_before():
    assert timed(("send", 1), ("check", 0), ("pay", 2.01)) == [
        (2, "sent", "out_of_order"),
        (3, "checked", "deadline_missed"),
    ]
    assert timed(("send", 1), ("check", 0), ("pay", 2)) == [(2, "sent", "out_of_order")]


def test_working_time_deadlines_need_the_firms_working_time():
    class Tripled:
        def add(self, instant, duration):
            return instant + 3 * duration

    slow = claim(sent=Deadline(after=HOUR, kind="working"))
    rows = [("send", 0), ("check", 3), ("pay", 4)]
    assert timed(*rows, table=slow, working_time=Tripled()) == [(2, "sent", "deadline_missed")]
    assert timed(rows[0], ("check", 2.9), rows[2], table=slow, working_time=Tripled()) == []
    with pytest.raises(InvalidValue) as caught:
        timed(*rows, table=slow)
    assert caught.value.field == "working_time"


# --- laws -----------------------------------------------------------------------------------------------------------


PLAIN = WorkflowTable(
    id="plain",
    states=[WorkflowState(id=id, kind=kind) for id, kind in
            {"a": "initial", "b": "pending", "c": "normal", "z": "final"}.items()],
    transitions=[
        Transition(sources=["a"], command="go", target="b"),
        Transition(sources=["a", "c"], command="wait", target="a"),
        Transition(sources=["b"], command="go", target="c"),
        Transition(sources=["b", "c"], command="end", target="z"),
    ],
)  # fmt: skip


@given(choices=st.lists(st.integers(0, 9), max_size=12))
def test_what_was_decided_by_the_table_conforms_to_it(choices):
    case = start_case(PLAIN, as_of=NOON)
    for hour, choice in enumerate(choices):
        commands = PLAIN.commands_in(case.state)
        if commands:
            case = advance_case(PLAIN, case, commands[choice % len(commands)], as_of=NOON + hour * HOUR)
    rows = [LogEntry("c", event.command, event.at) for event in case.history[1:]]
    result = replay_log(PLAIN, rows)
    finished = case.state == "z"
    assert result.counts == ({} if finished or not rows else {"workflow.not_finished": 1})
    assert [replayed.state for replayed in result.cases] == ([case.state] if rows else [])


@given(
    texts=st.lists(st.lists(st.sampled_from(["go", "wait", "end", "revise", "?"]), min_size=1, max_size=6), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_cases_do_not_touch_each_other(texts, order):
    logs = [log(" ".join(words), f"c{index}") for index, words in enumerate(texts)]
    alone = {case.case: case.deviations for rows in logs for case in replay_log(PLAIN, rows).cases}
    waiting = [turn for rows in logs for turn in [iter(rows)] * len(rows)]
    order.shuffle(waiting)
    mixed = replay_log(PLAIN, (next(rows) for rows in waiting))
    assert {case.case: case.deviations for case in mixed.cases} == alone
    assert sum(variant.cases for variant in mixed.variants) == len(logs)
    for case in mixed.cases:
        assert mixed.variants[case.variant].activities == tuple(texts[int(case.case[1:])])


def test_a_command_that_only_one_of_the_possible_states_takes_says_which_deadline_was_missed():
    table = claim(checked=Deadline(after=HOUR / 2))
    assert (3, "sent | checked", "deadline_missed") in found("send:clerk remind pay", table)
    assert found("send:clerk remind return drop", table) == []
