from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from salesrules.core import (
    Conformance,
    Deadline,
    Transition,
    Variant,
    WorkflowState,
    WorkflowTable,
    paths_to_mermaid,
    to_mermaid,
    to_scxml,
)

SCXML = "{http://www.w3.org/2005/07/scxml}"
OWN = "{urn:salesrules:workflow}"


def within_budget(facts, policy, as_of):
    return True


class Callable:
    def __call__(self, facts, policy, as_of):
        return True


def table(**deadline):
    return WorkflowTable(
        id="claim",
        states=[
            WorkflowState(id="end", kind="initial"),
            WorkflowState(id="审批中", kind="pending", deadline=Deadline(**deadline) if deadline else None),
            WorkflowState(id="held", kind="pending"),
            WorkflowState(id="paid", kind="final"),
            WorkflowState(id="rejected", kind="final"),
        ],
        transitions=[
            Transition(sources=["end"], command="edit", target="end", is_editing=True),
            Transition(sources=["end"], command="submit", target="审批中", guard=within_budget),
            Transition(sources=["审批中", "held"], command="pay", target="paid", role='cash: "desk"; 2'),
            Transition(
                sources=["审批中"],
                command="reject",
                target="rejected",
                guard=lambda facts, policy, as_of: True,
                role="boss",
                reasons=["late", "wrong"],
            ),
            Transition(sources=["审批中"], command="hold", target="held", guard=Callable()),
            Transition(sources=["审批中"], command="expire", target="rejected"),
        ],
    )


def test_the_whole_mermaid_diagram():
    assert to_mermaid(table(after=timedelta(days=2, hours=3), fires="expire")) == (
        "stateDiagram-v2\n"
        '    state "end" as s0\n'
        '    state "审批中" as s1\n'
        '    state "held" as s2\n'
        '    state "paid" as s3\n'
        '    state "rejected" as s4\n'
        "    [*] --> s0\n"
        "    s0 --> s0: edit\n"
        "    s0 --> s1: submit [within_budget]\n"
        "    s1 --> s3: pay / cash#58; #34;desk#34;#59; 2\n"
        "    s2 --> s3: pay / cash#58; #34;desk#34;#59; 2\n"
        "    s1 --> s4: reject [guard] / boss\n"
        "    s1 --> s2: hold [guard]\n"
        "    s1 --> s4: expire\n"
        "    s1 --> s0: revise\n"
        "    s2 --> s0: revise\n"
        "    s3 --> [*]\n"
        "    s4 --> [*]\n"
        "    note right of s1: 2 days, 3#58;00#58;00, then expire\n"
        "    classDef pending stroke-dasharray: 4 4\n"
        "    class s1,s2 pending"
    )


def test_the_note_of_a_deadline_in_working_time():
    note = "    note right of s1: 16#58;00#58;00 of working time"
    assert note in to_mermaid(table(after=timedelta(hours=16), kind="working")).splitlines()


def test_a_table_without_pending_states_and_deadlines_is_plain():
    plain = WorkflowTable(
        id="t",
        states=[WorkflowState(id="a", kind="initial"), WorkflowState(id="b", kind="final")],
        transitions=[Transition(sources=["a"], command="go", target="b")],
    )
    assert to_mermaid(plain).splitlines()[-1] == "    s1 --> [*]"
    assert re.search("note|class", to_mermaid(plain)) is None


def parsed(table):
    return ElementTree.fromstring(to_scxml(table))


def test_the_scxml_document_holds_the_whole_table():
    root = parsed(table())
    assert root.tag == f"{SCXML}scxml"
    assert root.attrib == {"version": "1.0", "name": "claim", "initial": "end"}
    assert [(child.tag.removeprefix(SCXML), child.attrib) for child in root] == [
        ("state", {"id": "end", f"{OWN}kind": "initial"}),
        ("state", {"id": "审批中", f"{OWN}kind": "pending"}),
        ("state", {"id": "held", f"{OWN}kind": "pending"}),
        ("final", {"id": "paid", f"{OWN}kind": "final"}),
        ("final", {"id": "rejected", f"{OWN}kind": "final"}),
    ]
    assert {element.tag for element in root.iterfind("*/*")} == {f"{SCXML}transition"}
    assert [[transition.attrib for transition in state] for state in root] == [
        [{"event": "edit"}, {"event": "submit", "target": "审批中", f"{OWN}guard": "within_budget"}],
        [
            {"event": "pay", "target": "paid", f"{OWN}role": 'cash: "desk"; 2'},
            {
                "event": "reject",
                "target": "rejected",
                f"{OWN}guard": "guard",
                f"{OWN}role": "boss",
                f"{OWN}reasons": "late wrong",
            },
            {"event": "hold", "target": "held", f"{OWN}guard": "guard"},
            {"event": "expire", "target": "rejected"},
            {"event": "revise", "target": "end"},
        ],
        [{"event": "pay", "target": "paid", f"{OWN}role": 'cash: "desk"; 2'}, {"event": "revise", "target": "end"}],
        [],
        [],
    ]


def test_the_scxml_document_reads_well():
    lines = to_scxml(table()).splitlines()
    assert lines[0] == (
        '<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:salesrules="urn:salesrules:workflow" version="1.0" '
        'name="claim" initial="end">'
    )
    assert lines[1:3] == ['  <state id="end" salesrules:kind="initial">', '    <transition event="edit" />']
    assert lines[-1] == "</scxml>"
    assert to_scxml(table()).endswith("</scxml>\n")


def test_an_elapsed_deadline_that_fires_is_a_delayed_event():
    state = parsed(table(after=timedelta(days=2), side="upper", fires="expire")).find(f"{SCXML}state[2]")
    assert state.attrib == {
        "id": "审批中",
        f"{OWN}kind": "pending",
        f"{OWN}deadline": "172800s",
        f"{OWN}deadline-kind": "elapsed",
        f"{OWN}deadline-side": "upper",
        f"{OWN}fires": "expire",
    }
    entry, leave, *transitions = state
    assert [(child.tag, child.attrib) for child in entry.iter()] == [
        (f"{SCXML}onentry", {}),
        (f"{SCXML}send", {"event": "expire", "id": "审批中.deadline", "delay": "172800s"}),
    ]
    assert [(child.tag, child.attrib) for child in leave.iter()] == [
        (f"{SCXML}onexit", {}),
        (f"{SCXML}cancel", {"sendid": "审批中.deadline"}),
    ]
    assert len(transitions) == 5


@pytest.mark.parametrize(
    ("deadline", "fires"),
    [
        ({"after": timedelta(hours=1)}, None),
        ({"after": timedelta(hours=1), "kind": "working"}, None),
        ({"after": timedelta(hours=1), "kind": "working", "fires": "expire"}, "expire"),
    ],
)
def test_what_scxml_cannot_fire_stands_in_attributes(deadline, fires):
    state = parsed(table(**deadline)).find(f"{SCXML}state[2]")
    assert state.get(f"{OWN}deadline") == "3600s"
    assert state.get(f"{OWN}deadline-kind") == deadline.get("kind", "elapsed")
    assert state.get(f"{OWN}fires") == fires
    assert {child.tag for child in state} == {f"{SCXML}transition"}


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (timedelta(seconds=90), "90s"),
        (timedelta(milliseconds=1500), "1.5s"),
        (timedelta(microseconds=1), "0.000001s"),
        (timedelta(days=999_999_999), "86399999913600s"),
        (timedelta(seconds=10, microseconds=20), "10.00002s"),
    ],
)
def test_seconds_are_exact(after, shown):
    assert parsed(table(after=after)).find(f"{SCXML}state[2]").get(f"{OWN}deadline") == shown


def test_paths_of_a_log_with_frequencies():
    variants = [
        Variant(activities=["call", "call", "visit"], cases=5),
        Variant(activities=["visit"], cases=1),
        Variant(activities=['"]; click a0'], cases=1),
    ]
    drawn = paths_to_mermaid(Conformance(cases=(), variants=variants)).splitlines()
    edges = {line.strip() for line in drawn if "-->" in line}
    assert edges == {
        "begin -->|5| a0", "a0 -->|5| a0", "a0 -->|5| a1", "a1 -->|6| finish", "begin -->|1| a1",
        "begin -->|1| a2", "a2 -->|1| finish",
    }  # fmt: skip
    assert next(line.strip() for line in drawn if "-->" in line) == "a1 -->|6| finish"  # the most frequent first
    assert '    a2["#34;]#59; click a0"]' in drawn
    assert drawn[-1].strip() == "linkStyle 0,1,2,3 stroke-width:3px"
    assert paths_to_mermaid(Conformance(cases=(), variants=())).splitlines()[1:] == [
        "    begin(( ))", "    finish((( )))"
    ]  # fmt: skip
