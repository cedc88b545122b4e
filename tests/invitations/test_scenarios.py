"""The scenarios of `scenarios/invitations`, written for a sales manager, run as tests."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from ruamel.yaml import YAML

from salesrules.core import WorkflowEvent, evolve_case
from salesrules.invitations import ReminderPolicy, calculate_reminder_at, check_reminder
from salesrules.storage import MemoryStorage

from .conftest import BERLIN, TARGETS
from .desks import Desks, event_of

FOLDER = Path(__file__).parents[2] / "scenarios" / "invitations"


def read(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text("utf-8"))


REMINDERS, SEATS = read("reminders"), read("seats")
ENDS = {"accepted": [], "reminded": ["remind"], "cancelled": ["cancel"]}


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=BERLIN)


def test_every_scenario_is_read() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {"reminders", "seats"}


@pytest.mark.parametrize("check", [pytest.param(check, id=check["say"]) for check in REMINDERS["checks"]])
def test_reminders(check, make_event, make_policy, make_invitation, guest) -> None:
    begins = berlin(check["begins"])
    event = make_event(zone="Europe/Berlin", starts_at=begins, ends_at=begins + timedelta(hours=30))
    at = time.fromisoformat(check["at"]) if "at" in check else None
    policy = make_policy(reminders=ReminderPolicy(id="r", at=at), contacts=None)
    if "reminded" in check:
        assert calculate_reminder_at(event, policy).replace(tzinfo=None) == berlin(check["reminded"]).replace(
            tzinfo=None
        )
        return
    invitation = make_invitation("i")
    commands = ["contact", *(["decline"] if check["guest"] == "declined" else ["accept", *ENDS[check["guest"]]])]
    for number, command in enumerate(commands):
        case = invitation.case
        step = WorkflowEvent(
            command=command, source=case.state, target=TARGETS[command], at=begins - timedelta(hours=90 - number)
        )
        invitation = attrs.evolve(invitation, case=evolve_case(case, step))
    assert check_reminder(invitation, event, guest, policy, berlin(check["now"])).is_allowed is check["sent"]


@pytest.mark.parametrize("story", [pytest.param(story, id=story["say"]) for story in SEATS["events"]])
def test_seats(story) -> None:
    desks = Desks(MemoryStorage(), event_of(story["seats"]))
    desks.open()
    known: set[str] = set()
    acts = {"registers": desks.register, "cancels": desks.cancel, "comes": desks.scan, "walks in": desks.walk_in}
    for number, step in enumerate(story["steps"]):
        who, what = next(iter(step.items()))
        if who == "desk":
            assert list(desks.promote(f"p{number}")) == step["who"]
            continue
        if who not in known and what != "walks in":
            desks.invite(who)
            known.add(who)
        decision = acts[what](who)
        if "becomes" in step:
            assert desks.state(who) == step["becomes"]
        else:
            assert [reason.code.rpartition(".")[2] for reason in decision.reasons] == [step["refused"]]
