from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import attrs
import pytest

from salesrules.core import (
    ALLOW,
    Decision,
    Denied,
    InvalidValue,
    Outcome,
    Reason,
    ReasonCode,
    RequiredApproval,
    Severity,
    Transition,
    UnknownName,
    WorkflowEvent,
    WorkflowState,
    WorkflowTable,
    advance_case,
    check_edit,
    decide_command,
    evolve_case,
    restore_case,
    start_case,
)

NINE = datetime(2020, 1, 6, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
WARNED = Decision(outcome="warn", reasons=[Reason("x.warned", Severity.WARNING)])
REFERRED = Decision(
    outcome="refer", reasons=[Reason("x.refer")], approvals=[RequiredApproval(approver="boss", act="claim")]
)
DENIED = Decision(outcome="deny", reasons=[Reason("x.no")])


def verdict(facts, policy, as_of):
    """A guard that answers with its facts."""
    return facts


def other_verdict(facts, policy, as_of):
    """A guard that answers with its policy."""
    return policy


TOO_MUCH = ReasonCode("x.too_much", ("command", "state"))
NAMES = {
    "draft": "initial", "sent": "pending", "open": "normal", "other": "normal", "done": "final", "rejected": "final",
}  # fmt: skip
TABLE = WorkflowTable(
    id="claim",
    states=[WorkflowState(id=id, kind=kind) for id, kind in NAMES.items()],
    transitions=[
        Transition(sources=["draft", "open"], command="edit", target="draft", is_editing=True),
        Transition(sources=["draft"], command="send", target="sent"),
        Transition(sources=["draft"], command="ask", target="open", guard=verdict),
        Transition(sources=["draft"], command="beg", target="open", guard=verdict, refusal=TOO_MUCH),
        Transition(sources=["sent"], command="approve", target="done", role="boss"),
        Transition(sources=["sent"], command="reject", target="rejected", role="boss", reasons=["late", "wrong"]),
        Transition(sources=["sent"], command="check", target="open", role="boss", reasons=["late"], guard=verdict),
        Transition(sources=["sent"], command="remind", target="sent"),
        Transition(sources=["open"], command="close", target="done"),
        Transition(sources=["other"], command="close", target="done"),
        Transition(sources=["draft"], command="pick", target="open", guard=verdict, choice="exclusive"),
        Transition(sources=["draft"], command="pick", target="other", guard=other_verdict, choice="exclusive"),
        Transition(sources=["draft"], command="try", target="open", guard=verdict, choice="ordered"),
        Transition(sources=["draft"], command="try", target="other", guard=other_verdict, choice="ordered"),
        Transition(sources=["draft"], command="try", target="sent", role="boss", choice="ordered"),
        Transition(sources=["draft"], command="else", target="open", guard=verdict, choice="ordered"),
        Transition(sources=["draft"], command="else", target="other", choice="ordered"),
    ],
)
DRAFT = start_case(TABLE, as_of=NINE, actor="li")
SENT = advance_case(TABLE, DRAFT, "send", as_of=NINE)
OPEN = advance_case(TABLE, DRAFT, "ask", as_of=NINE, facts=True)
DONE = advance_case(TABLE, OPEN, "close", as_of=NINE)


def refused(case, command, **more):
    """The reasons of a refusal, which makes no event."""
    decision, events = decide_command(TABLE, case, command, **{"as_of": TEN, **more})
    assert decision.outcome is Outcome.DENY
    assert events == ()
    return [(reason.code, dict(reason.parameters)) for reason in decision.reasons]


def test_an_allowed_command_makes_one_event_with_everything_that_was_said():
    decision, events = decide_command(TABLE, DRAFT, "send", as_of=TEN, actor="li", reason="ready", roles={"clerk"})
    assert decision is ALLOW
    assert events == (WorkflowEvent(command="send", source="draft", target="sent", at=TEN, actor="li", reason="ready"),)


def test_an_event_says_nothing_about_actor_and_reason_where_none_is_given():
    (event,) = decide_command(TABLE, DRAFT, "send", as_of=TEN)[1]
    assert (event.actor, event.reason) == (None, None)


def test_deciding_changes_nothing():
    before = DRAFT.history
    decide_command(TABLE, DRAFT, "send", as_of=TEN)
    assert DRAFT.state == "draft"
    assert DRAFT.history is before


def test_a_command_that_no_state_knows():
    assert refused(DRAFT, "aprove") == [("workflow.unknown_command", {"command": "aprove", "nearest": ("approve",)})]
    assert refused(DONE, "zzz") == [("workflow.unknown_command", {"command": "zzz", "nearest": ()})]
    assert refused(SENT, None) == [("workflow.unknown_command", {"command": None, "nearest": ()})]


def test_a_command_of_another_state_names_the_expected_ones():
    expected = ("approve", "reject", "check", "remind", "revise")
    assert refused(SENT, "send") == [
        ("workflow.not_allowed", {"command": "send", "state": "sent", "expected": expected})
    ]
    assert refused(OPEN, "send") == [
        ("workflow.not_allowed", {"command": "send", "state": "open", "expected": ("edit", "close")})
    ]


def test_a_closed_case_takes_no_command():
    for command in ("close", "edit", "revise"):
        assert refused(DONE, command) == [("workflow.final", {"command": command, "state": "done"})]


def test_a_pending_case_is_frozen_until_it_is_revised():
    assert refused(SENT, "edit") == [("workflow.frozen", {"command": "edit", "state": "sent"})]
    revised = advance_case(TABLE, SENT, "revise", as_of=TEN)
    assert (revised.state, revised.since) == ("draft", TEN)
    assert advance_case(TABLE, revised, "edit", as_of=TEN).state == "draft"


def test_whether_the_content_may_be_edited():
    assert check_edit(TABLE, DRAFT) is ALLOW
    assert check_edit(TABLE, OPEN) is ALLOW
    for case, code, state in ((SENT, "workflow.frozen", "sent"), (DONE, "workflow.final", "done")):
        decision = check_edit(TABLE, case)
        assert decision.outcome is Outcome.DENY
        assert [(r.code, dict(r.parameters)) for r in decision.reasons] == [(code, {"command": "edit", "state": state})]


@pytest.mark.parametrize("roles", [(), ["clerk"], {"bos"}, frozenset({"boss2"})])
def test_whoever_lacks_the_role_is_refused(roles):
    assert refused(SENT, "approve", roles=roles) == [("workflow.role_missing", {"command": "approve", "role": "boss"})]


@pytest.mark.parametrize("roles", [["boss"], ("clerk", "boss"), {"boss": 1}])
def test_whoever_holds_the_role_may(roles):
    assert decide_command(TABLE, SENT, "approve", as_of=TEN, roles=roles)[0] is ALLOW


def test_a_text_is_not_a_collection_of_roles():
    for roles in ("boss", "the boss himself"):
        with pytest.raises(InvalidValue) as caught:
            decide_command(TABLE, SENT, "approve", as_of=TEN, roles=roles)
        assert (caught.value.field, caught.value.value) == ("roles", roles)
        assert caught.value.remedy == "give a collection of roles, since a part of a text is not a role"


@pytest.mark.parametrize("reason", [None, "", "lat", "other"])
def test_a_transition_with_coded_reasons_needs_one_of_them(reason):
    assert refused(SENT, "reject", roles=["boss"], reason=reason) == [
        ("workflow.reason_needed", {"command": "reject", "codes": ("late", "wrong")})
    ]


@pytest.mark.parametrize("reason", ["late", "wrong"])
def test_the_coded_reason_is_kept_in_the_event(reason):
    (event,) = decide_command(TABLE, SENT, "reject", as_of=TEN, roles=["boss"], reason=reason)[1]
    assert event.reason == reason


def test_the_role_comes_before_the_reason_and_the_reason_before_the_guard():
    def explode(facts, policy, as_of):
        raise AssertionError("asked too early")

    assert refused(SENT, "reject")[0][0] == "workflow.role_missing"
    assert refused(SENT, "check", roles=["boss"], facts=False)[0][0] == "workflow.reason_needed"
    assert refused(SENT, "check", roles=["boss"], reason="late", facts=False)[0][0] == "workflow.guard_refused"
    states = [WorkflowState(id="a", kind="initial"), WorkflowState(id="b", kind="final")]
    guarded = Transition(sources=["a"], command="go", target="b", guard=explode, role="boss", reasons=["why"])
    table = WorkflowTable(id="t", states=states, transitions=[guarded])
    case = start_case(table, as_of=NINE)
    assert decide_command(table, case, "go", as_of=NINE)[0].reasons[0].code == "workflow.role_missing"
    assert decide_command(table, case, "go", as_of=NINE, roles=["boss"])[0].reasons[0].code == "workflow.reason_needed"
    with pytest.raises(AssertionError, match="asked too early"):
        decide_command(table, case, "go", as_of=NINE, roles=["boss"], reason="why")


def test_a_guard_gets_facts_policy_and_instant():
    seen = []

    def note(facts, policy, as_of):
        seen.append((facts, policy, as_of))
        return True

    states = [WorkflowState(id="a", kind="initial"), WorkflowState(id="b", kind="final")]
    for more in ({}, {"choice": "ordered"}):
        moves = [Transition(sources=["a"], command="go", target="b", guard=note, **more)] * (1 + bool(more))
        table = WorkflowTable(id="t", states=states, transitions=moves)
        decide_command(table, start_case(table, as_of=NINE), "go", as_of=TEN, facts="F", policy="P")
    assert seen == [("F", "P", TEN)] * 2


def test_a_guards_plain_no_has_a_code():
    assert refused(DRAFT, "ask", facts=False) == [("workflow.guard_refused", {"command": "ask", "state": "draft"})]
    assert refused(DRAFT, "beg", facts=False) == [("x.too_much", {"command": "beg", "state": "draft"})]


@pytest.mark.parametrize("given", [True, ALLOW, WARNED])
def test_what_a_guard_allows_goes_on_with_its_warnings(given):
    decision, events = decide_command(TABLE, DRAFT, "ask", as_of=TEN, facts=given)
    assert decision == (ALLOW if given is True else given)
    assert [event.target for event in events] == ["open"]


@pytest.mark.parametrize("given", [DENIED, REFERRED])
def test_a_guards_own_decision_comes_through(given):
    assert decide_command(TABLE, DRAFT, "ask", as_of=TEN, facts=given) == (given, ())


@pytest.mark.parametrize("given", [None, 1, 0, "yes", Outcome.ALLOW])
def test_a_guard_that_answers_neither_yes_nor_no_is_an_error_not_a_yes(given):
    with pytest.raises(InvalidValue) as caught:
        decide_command(TABLE, DRAFT, "ask", as_of=TEN, facts=given)
    assert (caught.value.field, caught.value.value) == ("guard", given)
    assert caught.value.remedy == "a guard returns a Decision, True or False"


def test_exclusive_guards_decide_by_the_one_that_allows():
    for facts, policy, target in ((True, False, "open"), (False, True, "other"), (WARNED, False, "open")):
        decision, (event,) = decide_command(TABLE, DRAFT, "pick", as_of=TEN, facts=facts, policy=policy)
        assert decision is (WARNED if facts is WARNED else ALLOW)
        assert event.target == target


def test_exclusive_guards_that_both_allow_are_not_trusted():
    assert refused(DRAFT, "pick", facts=True, policy=WARNED) == [
        ("workflow.ambiguous", {"command": "pick", "state": "draft", "targets": ("open", "other")})
    ]


def test_ordered_guards_decide_by_the_first_that_allows():
    for facts, policy, target in ((True, True, "open"), (False, True, "other"), (False, WARNED, "other")):
        decision, (event,) = decide_command(TABLE, DRAFT, "try", as_of=TEN, facts=facts, policy=policy)
        assert decision is (WARNED if policy is WARNED else ALLOW)
        assert (event.command, event.source, event.target) == ("try", "draft", target)
    (event,) = decide_command(TABLE, DRAFT, "try", as_of=TEN, facts=False, policy=False, roles=["boss"])[1]
    assert event.target == "sent"


def test_the_last_of_ordered_transitions_needs_no_guard():
    for facts, target in ((True, "open"), (False, "other"), (DENIED, "other")):
        (event,) = decide_command(TABLE, DRAFT, "else", as_of=TEN, facts=facts)[1]
        assert event.target == target


def test_coded_reasons_choose_between_alternatives():
    states = [WorkflowState(id="a", kind="initial"), *(WorkflowState(id=id, kind="final") for id in ("b", "c"))]
    moves = [
        Transition(sources=["a"], command="end", target="b", reasons=["won"], choice="ordered", guard=verdict),
        Transition(sources=["a"], command="end", target="c", reasons=["lost"], choice="ordered"),
    ]
    table = WorkflowTable(id="t", states=states, transitions=moves)
    case = start_case(table, as_of=NINE)
    ended = {
        reason: advance_case(table, case, "end", as_of=TEN, facts=True, reason=reason).state
        for reason in ("won", "lost")
    }
    assert ended == {"won": "b", "lost": "c"}
    decision, _ = decide_command(table, case, "end", as_of=TEN, facts=True)
    assert [reason.parameters["codes"] for reason in decision.reasons] == [("won",), ("lost",)]


def test_where_no_alternative_applies_each_distinct_reason_is_given_once():
    guard = ("workflow.guard_refused", {"command": "try", "state": "draft"})
    role = ("workflow.role_missing", {"command": "try", "role": "boss"})
    assert refused(DRAFT, "try", facts=False, policy=False) == [guard, role]
    assert refused(DRAFT, "try", facts=DENIED, policy=False) == [("x.no", {}), guard, role]


def test_where_an_alternative_is_referred_the_referral_stands():
    assert decide_command(TABLE, DRAFT, "try", as_of=TEN, facts=DENIED, policy=REFERRED) == (REFERRED, ())
    assert decide_command(TABLE, DRAFT, "pick", as_of=TEN, facts=REFERRED, policy=False) == (REFERRED, ())


def test_time_does_not_run_backwards():
    early = NINE - timedelta(microseconds=1)
    assert refused(DRAFT, "send", as_of=early) == [("workflow.out_of_order", {"instant": early, "last": NINE})]
    assert decide_command(TABLE, DRAFT, "send", as_of=NINE)[0] is ALLOW


def test_time_is_compared_with_the_last_event_not_with_the_entry_into_the_state():
    reminded = advance_case(TABLE, SENT, "remind", as_of=TEN)
    assert reminded.since == NINE
    between = NINE + timedelta(minutes=30)
    assert refused(reminded, "remind", as_of=between) == [("workflow.out_of_order", {"instant": between, "last": TEN})]


def test_other_time_zones_are_the_same_instants():
    there = timezone(timedelta(hours=8))
    assert decide_command(TABLE, DRAFT, "send", as_of=datetime(2020, 1, 6, 17, tzinfo=there))[0] is ALLOW
    early = datetime(2020, 1, 6, 16, 59, tzinfo=there)
    assert refused(DRAFT, "send", as_of=early)[0][0] == "workflow.out_of_order"


def test_the_hour_that_summer_times_end_repeats():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2020, 10, 25, 2, 30, tzinfo=berlin)
    again = datetime(2020, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    case = start_case(TABLE, as_of=first)
    later = advance_case(TABLE, case, "send", as_of=again)
    assert later.since is again
    case = start_case(TABLE, as_of=again)
    assert refused(case, "send", as_of=first) == [("workflow.out_of_order", {"instant": first, "last": again})]
    opening = case.history[0]
    with pytest.raises(InvalidValue):
        evolve_case(case, WorkflowEvent(command="send", source="draft", target="sent", at=first))
    sent = WorkflowEvent(command="send", source="draft", target="sent", at=again)
    assert restore_case([attrs.evolve(opening, at=first), sent]).since == again


@pytest.mark.parametrize("as_of", [TEN.replace(tzinfo=None), date(2020, 1, 7), None, "2020-01-07"])
def test_an_instant_needs_its_zone(as_of):
    for call in (
        lambda: decide_command(TABLE, DRAFT, "send", as_of=as_of),
        lambda: start_case(TABLE, as_of=as_of),
        lambda: WorkflowEvent(command="send", source="draft", target="sent", at=as_of),
    ):
        with pytest.raises(InvalidValue) as caught:
            call()
        assert caught.value.field in ("as_of", "at")
        assert caught.value.remedy == "give an instant with its time zone"
        assert caught.value.value == as_of


def test_a_case_in_a_state_that_the_table_lacks():
    strange = restore_case([WorkflowEvent(command="start", source=None, target="drift", at=NINE)])
    for call in (lambda: decide_command(TABLE, strange, "send", as_of=TEN), lambda: check_edit(TABLE, strange)):
        with pytest.raises(UnknownName) as caught:
            call()
        assert (caught.value.kind, caught.value.name, caught.value.nearest) == ("state", "drift", ("draft",))


def test_advancing_evolves_the_case_by_what_was_decided():
    keywords = {"as_of": TEN, "facts": "F", "policy": True, "actor": "wang", "reason": "late", "roles": ["boss"]}
    states = [WorkflowState(id="a", kind="initial"), WorkflowState(id="b", kind="final")]

    def strict(facts, policy, as_of):
        return facts == "F" and policy is True and as_of == TEN

    move = Transition(sources=["a"], command="go", target="b", guard=strict, role="boss", reasons=["late"])
    table = WorkflowTable(id="t", states=states, transitions=[move])
    case = start_case(table, as_of=NINE)
    after = advance_case(table, case, "go", **keywords)
    assert after.state == "b"
    assert after.history[-1] == WorkflowEvent(command="go", source="a", target="b", at=TEN, actor="wang", reason="late")


def test_advancing_raises_what_is_denied():
    with pytest.raises(Denied) as caught:
        advance_case(TABLE, SENT, "approve", as_of=TEN)
    assert caught.value.decision == decide_command(TABLE, SENT, "approve", as_of=TEN)[0]
    with pytest.raises(Denied):
        advance_case(TABLE, DRAFT, "ask", as_of=TEN, facts=REFERRED)
