"""Sections of the starter rulebook with one line spoiled at random: they load, or the faults say what to mend."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules.company import starter_rulebook
from salesrules.core import InvalidDocument
from salesrules.wire import parse_rulebook

TEXT = starter_rulebook().read_text("utf-8")
HEAD = TEXT[: TEXT.index("# === ")]
ROOMS = ("pricing", "credit", "service", "invitations")
HOSTILE = [
    "-1", "0", "1e400", "nan", "10000000000000000000000000", "true", '""', '"\\u0000"', '"<b>"', '"${x}"', "[]", "{}",
    "[[]]", "2026-02-29", "24:00:00", '"Mars/Olympus"', '"99999%"', "[{}]", '{ hours = -1 }', "1979-05-27T07:32:00Z",
]  # fmt: skip


def section(room: str) -> list[str]:
    """The lines of a room's part of the starter rulebook."""
    (found,) = re.findall(rf"^# === [^\n]+\n(?:(?!^# === ).)*?^\[{room}[\].](?:(?!^# === ).)*", TEXT, re.M | re.S)
    return found.splitlines()


SECTIONS = {room: section(room) for room in ROOMS}


@pytest.mark.parametrize("room", ROOMS)
def test_the_part_of_a_room_loads_by_itself(room) -> None:
    assert parse_rulebook("\n".join([HEAD, *SECTIONS[room]])).section(room) is not None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(room=st.sampled_from(ROOMS), place=st.integers(0, 10**6), value=st.sampled_from(HOSTILE), kind=st.integers(0, 3))
def test_a_spoiled_line_is_a_fault_with_a_remedy_or_is_fine(room, place, value, kind) -> None:
    lines = list(SECTIONS[room])
    fields = [index for index, line in enumerate(lines) if re.match(r"\w[\w.]* = |\s+\{ ", line)]
    index = fields[place % len(fields)]
    line = lines[index]
    match kind:
        case 0:
            lines[index] = re.sub(r"= (.+)$", lambda _: f"= {value}", line)
        case 1:
            del lines[index]
        case 2:
            lines.insert(index, line)
        case _:
            lines[index] = re.sub(r"(\w+) =", r"\1x =", line, count=1)
    faults = ()
    try:
        parse_rulebook("\n".join([HEAD, *lines]))
    except InvalidDocument as error:
        faults = error.faults
    assert all(fault.remedy and fault.path for fault in faults)
