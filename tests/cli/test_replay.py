"""`salesrules replay`: logs of other systems against every room's workflows, with all that can be wrong with them."""

from __future__ import annotations

import json
import re

import pytest

import salesrules
from salesrules import company
from salesrules.cli.diagrams import find_workflows
from salesrules.cli.replaying import build_from_rulebook
from salesrules.core import InvalidValue
from salesrules.wire import load_rulebook

MAP = """
zone = "Europe/Berlin"
[columns]
case = "id"
activity = "did"
instant = "at"
role = "as"
[activities]
"called" = "contact"
"yes" = "accept"
"came" = "check_in"
"note" = ""
[roles]
"rep" = "inviter"
"door" = "desk"
"robot" = ""
"""
LOG = """id,did,at,as
a,called,2026-03-01 10:00,rep
a,note,2026-03-01 10:05,rep
a,yes,2026-03-02 09:00,robot
a,came,2026-03-10T09:00:00+01:00,door
b,came,2026-03-10 09:05,door
b,danced,2026-03-10 09:06,
b,came,2026-03-10 08:00,rep
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    (tmp_path / "map.toml").write_text(MAP, "utf-8")
    return tmp_path


@pytest.fixture
def replay(cli, files):
    def replay(*more, room="invitations"):
        return cli("replay", room, files / "log.csv", "--map", files / "map.toml", *more)

    return replay


def test_each_deviation_is_listed_with_its_case_event_and_rule(replay) -> None:
    printed = replay()
    assert (printed.code, printed.err) == (1, "")
    first, *lines = printed.out.splitlines()
    assert first == "invitation: 0 of 2 cases keep to the workflow (7 events)"
    assert sorted(lines[:4]) == [
        "1 × workflow.out_of_order",
        "1 × workflow.unknown_activity",
        "2 × workflow.not_allowed",
        "2 × workflow.not_finished",
    ]
    assert any(line.startswith("b, event 2 (danced, Mar 10, 2026 09:06 UTC+01:00): ") for line in lines)
    assert "flowchart TD" in lines
    assert '    a0["called"]' in lines


def test_the_same_in_json_and_in_chinese(replay) -> None:
    found = json.loads(replay("--json").out)
    assert (found["cases"], found["events"], found["conformant_cases"]) == (2, 7, 0)
    assert sum(found["counts"].values()) == len(found["deviations"])
    assert found["deviations"][1]["case"] == "b"
    assert found["diagram"].startswith("flowchart TD")
    assert [variant["cases"] for variant in found["variants"]] == [1, 1]
    chinese = replay("--locale", "zh_CN").out
    assert chinese.startswith("invitation：2个案例中有0个符合流程（共7个事件）")


def test_a_log_that_keeps_to_the_workflow_is_fine(replay, files) -> None:
    (files / "log.csv").write_text(
        "id,did,at,as\na,called,2026-03-01,rep\na,yes,2026-03-02,\na,came,2026-03-10,door\n"
        "a,close,2026-03-11,\na,follow_up,2026-03-12,rep\na,nurture,2026-03-13,rep\n",
        "utf-8",
    )
    words = 'close = "close"\nfollow_up = "follow_up"\nnurture = "nurture"\n[roles]'
    (files / "map.toml").write_text(MAP.replace("[roles]", words), "utf-8")
    printed = replay()
    assert (printed.code, printed.err) == (0, "")
    assert printed.out.startswith("invitation: 1 of 1 cases keep to the workflow (6 events)\n\nflowchart")


def test_a_rulebook_brings_its_deadlines(replay, files) -> None:
    words = 'close = "close"\nfollow_up = "follow_up"\nnurture = "nurture"\n[roles]'
    (files / "map.toml").write_text(MAP.replace("[roles]", words), "utf-8")
    rows = "a,close,2026-03-10 18:00,\na,follow_up,2026-03-12 18:01,rep\na,nurture,2026-03-13,rep\n"
    (files / "log.csv").write_text("".join(LOG.splitlines(keepends=True)[:5]) + rows, "utf-8")
    assert replay().code == 0
    late = replay("--rulebook", company.starter_rulebook())
    assert late.code == 1
    assert "1 × workflow.deadline_missed" in late.out


def test_unfinished_cases_may_be_overdue_by_a_day(replay, files) -> None:
    words = 'close = "close"\n[roles]'
    (files / "map.toml").write_text(MAP.replace("[roles]", words), "utf-8")
    (files / "log.csv").write_text("".join(LOG.splitlines(keepends=True)[:5]) + "a,close,2026-03-10 18:00,\n", "utf-8")
    book = ("--rulebook", company.starter_rulebook(), "--as-of")
    assert "deadline_missed" not in replay(*book, "2026-03-12T18:00:00+01:00").out
    assert "deadline_missed" in replay(*book, "2026-03-12T18:00:01+01:00").out
    assert replay(*book, "2026-03-12T18:00:01").code == 2
    assert replay(*book, "yesterday").code == 2


def test_rows_may_be_put_in_order_by_their_instants(replay, files) -> None:
    (files / "map.toml").write_text("is_in_order = false\n" + MAP, "utf-8")
    assert "out_of_order" not in replay().out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"yes" = "accept"', '"yes" = "acept"'), ["acept", "accept"]),
        (('"door" = "desk"', '"door" = "dsk"'), ["dsk", "desk"]),
        (('zone = "Europe/Berlin"', 'zone = "Europe/Berln"'), ["Europe/Berln", "IANA"]),
        (('activity = "did"', 'activity = "dd"'), ["dd", "did"]),
        (('case = "id"', 'cse = "id"'), ["cse", "case"]),
    ],
)
def test_a_wrong_mapping_says_what_to_mend(replay, files, change, words) -> None:
    (files / "map.toml").write_text(MAP.replace(*change), "utf-8")
    printed = replay()
    assert (printed.code, printed.out) == (2, "")
    assert all(word in printed.err for word in words)


def test_all_faults_of_a_log_come_at_once_with_their_lines(replay, files) -> None:
    (files / "log.csv").write_text("id,did,at,as\na,,2026-03-01,\nb,yes,yesterday,\n,yes,2026-03-01,\n", "utf-8")
    printed = replay()
    assert printed.code == 2
    assert re.findall(r"log\.csv:(\d): log\.csv:(\w+)", printed.err) == [("2", "did"), ("3", "at"), ("4", "id")]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("nowhere",), "room with workflows"), (("service",), "service_request"), (("service", "--workflow", "x"), "x")],
)
def test_an_unknown_or_ambiguous_workflow_names_the_known(replay, arguments, word) -> None:
    room, *more = arguments
    printed = replay(*more, room=room)
    assert (printed.code, printed.out) == (2, "")
    assert word in printed.err


def test_hostile_names_are_shown_and_not_obeyed(replay, files) -> None:
    (files / "log.csv").write_text('id,did,at,as\n"a\x1b[2J","x""]; click a0",2026-03-01,\n', "utf-8")
    out = replay().out
    assert "\x1b" not in out
    assert "#34;#93;#59;" in out or "#34;]#59;" in out


EVERY = [(room, name) for room in salesrules.__all__ for name in getattr(getattr(salesrules, room), "WORKFLOWS", {})]


@pytest.mark.parametrize(("room", "name"), EVERY)
def test_every_workflow_of_every_room_can_be_replayed_with_the_starter_rulebook(cli, tmp_path, room, name) -> None:
    (build,) = find_workflows(room, name).values()
    table = build()
    command = table.commands_in(table.initial)[0]
    (tmp_path / "log.csv").write_text(f"c,a,t\n1,{command},2026-01-05\n", "utf-8")
    (tmp_path / "map.toml").write_text('columns = { case = "c", activity = "a", instant = "t" }', "utf-8")
    given = (room, tmp_path / "log.csv", "--map", tmp_path / "map.toml", "--workflow", name)
    starter = company.starter_rulebook()
    is_there = room in load_rulebook(starter).sections
    for more in ((), *([("--rulebook", starter)] if is_there else [])):
        printed = cli("replay", *given, *more)
        assert printed.err == ""
        assert "not_allowed" not in printed.out
        assert printed.out.startswith(f"{name}: ")


def test_a_part_that_the_rulebook_lacks_is_named() -> None:
    import attrs

    from salesrules.service import build_complaint_workflow

    section = attrs.evolve(load_rulebook(company.starter_rulebook()).section("service"), complaints=None)
    with pytest.raises(InvalidValue, match=r"service\.complaints"):
        build_from_rulebook(build_complaint_workflow, section, "service")


@pytest.mark.parametrize("room", ["leads", "invitations", "service"])
def test_the_workflows_of_a_room_are_drawn(cli, room) -> None:
    printed = cli("diagram", room)
    assert (printed.code, printed.err) == (0, "")
    assert printed.out.count("stateDiagram-v2") == len(getattr(salesrules, room).WORKFLOWS)
