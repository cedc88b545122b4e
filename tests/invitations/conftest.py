"""What the tests of the room share: a policy, an event, guests, and short ways to make invitations."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from salesrules.core import DateRange, PolicyLife, Rate, WorkflowEvent, restore_case
from salesrules.invitations import (
    ContactPolicy,
    EffectPolicy,
    Event,
    EventItem,
    FollowUpPolicy,
    ForbiddenPhrase,
    Guest,
    Invitation,
    InvitationPolicy,
    OutcomePolicy,
    QuietHours,
    RatioThreshold,
    ReadinessStep,
    ReminderPolicy,
    ScriptPolicy,
    SeatPolicy,
)

sys.path.append(str(Path(__file__).parents[1]))

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = datetime(2020, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
TARGETS = {
    "contact": "contacted", "accept": "accepted", "wait": "waitlisted", "decline": "declined", "hesitate": "undecided",
    "miss": "unreachable", "promote": "accepted", "remind": "reminded", "confirm": "confirmed", "cancel": "cancelled",
    "check_in": "checked_in", "walk_in": "checked_in", "follow_up": "followed_up", "sign": "deal",
    "nurture": "nurture",
}  # fmt: skip


def rate(text: str) -> RatioThreshold:
    return RatioThreshold(rate=Rate.parse(text))


@pytest.fixture
def life() -> PolicyLife:
    return PolicyLife(
        status="in_force", scope="all", owner="sales", approver="director", effective=DateRange(date(2000, 1, 1))
    )


@pytest.fixture
def draft() -> PolicyLife:
    return PolicyLife(status="draft", scope="all", owner="sales", effective=DateRange(date(2000, 1, 1)))


@pytest.fixture
def make_policy(life) -> Callable[..., InvitationPolicy]:
    def make(**changes: Any) -> InvitationPolicy:
        given: dict[str, Any] = {
            "life": life,
            "readiness": [
                ReadinessStep(id="list", owner="sales", days_before=30),
                ReadinessStep(id="kit", owner="marketing", days_before=7),
                ReadinessStep(id="venue", owner="administration", days_before=7, is_required=False),
                ReadinessStep(id="stand", owner="marketing", days_before=3, kinds=["exhibition"]),
            ],
            "script_rule": ScriptPolicy(
                id="scripts", required=["customer", "time", "place"], optional=["benefit"], longest_value=40
            ),
            "wording": [
                ForbiddenPhrase(id="p", phrase="last chance", fault="pushing"),
                ForbiddenPhrase(id="e", phrase="最佳", fault="exaggerating"),
            ],
            "contacts": ContactPolicy(
                id="manners",
                channels=["telephone", "email"],
                maximum_attempts=3,
                minimum_gap_hours=24,
                quiet_hours=[QuietHours(starts=time(20), ends=time(9))],
            ),
            "refusal_reasons": ["no_time", "no_need"],
            "reminders": ReminderPolicy(id="day-before"),
            "seats": SeatPolicy(id="seats"),
            "follow_up": FollowUpPolicy(id="follow-up", hours=48),
            "outcomes": OutcomePolicy(
                id="outcomes", conversion=rate("35%"), signing=rate("20%"), cost_share=rate("8%")
            ),
            "effects": EffectPolicy(id="effects", margin=Rate.parse("30%"), lift=rate("10%"), profit=rate("0%")),
        }
        return InvitationPolicy(**(given | changes))

    return make


@pytest.fixture
def policy(make_policy) -> InvitationPolicy:
    return make_policy()


@pytest.fixture
def make_event() -> Callable[..., Event]:
    def make(**changes: Any) -> Event:
        given: dict[str, Any] = {
            "id": "launch",
            "theme": "Spring range",
            "venue": "Hall 3",
            "zone": "UTC",
            "starts_at": MARCH,
            "ends_at": MARCH + 8 * HOUR,
            "capacity": 3,
            "budget_line": "2020/marketing",
            "items": [EventItem(id="mug", quantity=2), EventItem(id="flyer", quantity=10, per_guest=3)],
        }
        return Event(**(given | changes))

    return make


@pytest.fixture
def event(make_event) -> Event:
    return make_event()


@pytest.fixture
def guest() -> Guest:
    return Guest(id="wang", name="王芳", title="Ms", company="Acme", zone="UTC")


@pytest.fixture
def make_invitation() -> Callable[..., Invitation]:
    """An invitation whose commands were given so many hours before the event (`(-30, "contact")`) or after."""

    def make(id: str = "i1", *steps: tuple[float, str] | tuple[float, str, str], **changes: Any) -> Invitation:
        events = [WorkflowEvent(command="start", source=None, target="planned", at=MARCH - 2000 * HOUR)]
        for hours, command, *reason in steps:
            came = any(event.target == "checked_in" for event in events)
            closing = "attended" if came else "no_show" if events[-1].target in ("accepted", "reminded") else "lapsed"
            events.append(
                WorkflowEvent(
                    command="accept" if command == "wait" else command,
                    source=events[-1].target,
                    target=closing if command == "close" else TARGETS[command],
                    at=MARCH + hours * HOUR,
                    reason=reason[0] if reason else None,
                )
            )
        given: dict[str, Any] = {
            "id": id, "event": "launch", "guest": "wang", "inviter": "li", "channel": "telephone",
            "case": restore_case(events),
        }  # fmt: skip
        return Invitation(**(given | changes))

    return make


def codes_of(decision: Any) -> list[str]:
    return [reason.code.removeprefix("invitations.") for reason in decision.reasons]
