"""What a firm sets about events and invitations."""

from __future__ import annotations

from typing import TypeVar

import attrs

from salesrules.core import Deadline, InvalidValue, PolicyLife, as_tuple
from salesrules.invitations.model import ScriptTemplate
from salesrules.invitations.policy.running import (
    ConversionCount,
    DayCount,
    EffectPolicy,
    FollowUpPolicy,
    LateRegistrant,
    OutcomePolicy,
    ReadinessStep,
    ReminderPolicy,
    SeatPolicy,
    Threshold,
)
from salesrules.invitations.policy.talking import (
    ContactPolicy,
    ForbiddenPhrase,
    PhraseFault,
    QuietHours,
    ScriptPolicy,
    as_hours,
    folded,
)

__all__ = [
    "ContactPolicy",
    "ConversionCount",
    "DayCount",
    "EffectPolicy",
    "FollowUpPolicy",
    "ForbiddenPhrase",
    "InvitationPolicy",
    "LateRegistrant",
    "OutcomePolicy",
    "PhraseFault",
    "QuietHours",
    "ReadinessStep",
    "ReminderPolicy",
    "ScriptPolicy",
    "SeatPolicy",
    "Threshold",
    "as_hours",
    "folded",
]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class InvitationPolicy:
    """The section `invitations` of a rulebook.

    `refusal_reasons` are the codes with which a guest declines or cancels; without any, no code is asked for.
    """

    life: PolicyLife
    readiness: tuple[ReadinessStep, ...] = attrs.field(default=(), converter=as_tuple)
    script_rule: ScriptPolicy | None = None
    scripts: tuple[ScriptTemplate, ...] = attrs.field(default=(), converter=as_tuple)
    wording: tuple[ForbiddenPhrase, ...] = attrs.field(default=(), converter=as_tuple)
    contacts: ContactPolicy | None = None
    refusal_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    reminders: ReminderPolicy | None = None
    seats: SeatPolicy | None = None
    follow_up: FollowUpPolicy | None = None
    outcomes: OutcomePolicy | None = None
    effects: EffectPolicy | None = None

    @property
    def script_rules(self) -> ScriptPolicy:
        """What is set about scripts; raises `InvalidValue` where the rulebook says nothing, as do those below."""
        return _set(self.script_rule, "script_rule")

    @property
    def contact_rules(self) -> ContactPolicy:
        """What is set about contacts."""
        return _set(self.contacts, "contacts")

    @property
    def reminder_rules(self) -> ReminderPolicy:
        """What is set about reminders."""
        return _set(self.reminders, "reminders")

    @property
    def seat_rules(self) -> SeatPolicy:
        """What is set about seats."""
        return _set(self.seats, "seats")

    @property
    def follow_up_rules(self) -> FollowUpPolicy:
        """What is set about following up."""
        return _set(self.follow_up, "follow_up")

    @property
    def outcome_rules(self) -> OutcomePolicy:
        """What is set about outcomes."""
        return _set(self.outcomes, "outcomes")

    @property
    def effect_rules(self) -> EffectPolicy:
        """What is set about effects."""
        return _set(self.effects, "effects")

    def follow_up_deadline(self) -> Deadline | None:
        """The deadline of following up, counted from the event's end; `None` where nothing is set."""
        rule = self.follow_up
        return None if rule is None else Deadline(after=as_hours(rule.hours), side=rule.side)


def _set(part: T | None, name: str) -> T:
    if part is None:
        raise InvalidValue(f"invitations.{name}", None, "the rulebook does not set this; add the section")
    return part
