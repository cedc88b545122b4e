"""What a firm sets about events and invitations."""

from __future__ import annotations

import attrs

from salesrules.core import Deadline, PolicyLife, as_tuple, demand, hours_as_duration
from salesrules.invitations.model import ScriptTemplate
from salesrules.invitations.policy.running import (
    ConversionCount,
    DayCount,
    EffectPolicy,
    FollowUpPolicy,
    LateRegistrant,
    OutcomePolicy,
    RatioThreshold,
    ReadinessStep,
    ReminderPolicy,
    SeatPolicy,
)
from salesrules.invitations.policy.talking import (
    ContactPolicy,
    ForbiddenPhrase,
    PhraseFault,
    QuietHours,
    ScriptPolicy,
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
    "RatioThreshold",
    "ReadinessStep",
    "ReminderPolicy",
    "ScriptPolicy",
    "SeatPolicy",
    "folded",
]


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
        return demand(self.script_rule, "invitations.script_rule")

    @property
    def contact_rules(self) -> ContactPolicy:
        """What is set about contacts."""
        return demand(self.contacts, "invitations.contacts")

    @property
    def reminder_rules(self) -> ReminderPolicy:
        """What is set about reminders."""
        return demand(self.reminders, "invitations.reminders")

    @property
    def seat_rules(self) -> SeatPolicy:
        """What is set about seats."""
        return demand(self.seats, "invitations.seats")

    @property
    def follow_up_rules(self) -> FollowUpPolicy:
        """What is set about following up."""
        return demand(self.follow_up, "invitations.follow_up")

    @property
    def outcome_rules(self) -> OutcomePolicy:
        """What is set about outcomes."""
        return demand(self.outcomes, "invitations.outcomes")

    @property
    def effect_rules(self) -> EffectPolicy:
        """What is set about effects."""
        return demand(self.effects, "invitations.effects")

    def follow_up_deadline(self) -> Deadline | None:
        """The deadline of following up, counted from the event's end; `None` where nothing is set."""
        rule = self.follow_up
        return None if rule is None else Deadline(after=hours_as_duration(rule.hours), side=rule.side)
