"""What a firm sets about complaints: kinds, severities, escalation, causes and remedies."""

from __future__ import annotations

from decimal import Decimal

import attrs

from salesrules.core import Deadline, DeadlineKind, InvalidValue, WordEnum, as_tuple, hours_as_duration, to_decimal
from salesrules.service.policy.entries import find_entry
from salesrules.service.policy.limits import HourLimit

__all__ = ["ComplaintKind", "ComplaintPolicy", "CustomerSilence", "EscalationLevel", "SeverityRule"]


@attrs.frozen(kw_only=True)
class SeverityRule:
    """What a severity owes: a response (the investigation begins) and a resolution, both counted from the receipt.

    A reopened complaint owes its resolution anew, counted from the reopening.
    """

    id: str
    response: HourLimit
    resolution: HourLimit


@attrs.frozen(kw_only=True)
class ComplaintKind:
    """A kind of complaint: who takes it in (a role), which unit owns it, and which departments look into it too."""

    id: str
    intake: str
    owner: str
    joint: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


def _hours(instance: object, attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
    hours_as_duration(value, attribute.name)


@attrs.frozen(kw_only=True)
class EscalationLevel:
    """So many hours after a missed deadline the next head up the line must know; 0 is at once."""

    id: str
    hours_after: Decimal = attrs.field(converter=to_decimal, validator=_hours)
    counted: DeadlineKind = attrs.field(default=DeadlineKind.WORKING, converter=DeadlineKind)


class CustomerSilence(WordEnum):
    """What it means when the customer does not say in time whether the remedy helped."""

    CONFIRMED = "confirmed"
    OPEN = "open"


@attrs.frozen(kw_only=True)
class ComplaintPolicy:
    """How complaints are taken in, deadlined, escalated and closed.

    `causes` and `remedies` are the codes that may be recorded; without any, every text may. `confirmation` is how long
    the customer has to answer a remedy; then `silence` counts. After more than `maximum_reopenings` a case warns.
    """

    id: str
    kinds: tuple[ComplaintKind, ...] = attrs.field(converter=as_tuple)
    severities: tuple[SeverityRule, ...] = attrs.field(converter=as_tuple)
    escalation: tuple[EscalationLevel, ...] = attrs.field(default=(), converter=as_tuple)
    causes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    remedies: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    reopening_reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    confirmation: HourLimit | None = None
    silence: CustomerSilence = attrs.field(default=CustomerSilence.OPEN, converter=CustomerSilence)
    maximum_reopenings: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.maximum_reopenings is not None and self.maximum_reopenings < 0:
            raise InvalidValue("maximum_reopenings", self.maximum_reopenings, "give zero or more, or nothing")
        if self.silence is CustomerSilence.CONFIRMED and self.confirmation is None:
            raise InvalidValue("confirmation", None, "silence confirms only after a time; give it")

    def kind(self, id: str) -> ComplaintKind:
        """The kind of that id; raises `UnknownName` with the nearest ones."""
        return find_entry("kind of complaint", id, self.kinds)

    def severity(self, id: str) -> SeverityRule:
        """The severity of that id; raises `UnknownName` with the nearest ones."""
        return find_entry("severity", id, self.severities)

    def answer_deadline(self) -> Deadline | None:
        """The deadline of the customer's answer, firing `lapse` where silence confirms."""
        limit = self.confirmation
        if limit is None:
            return None
        fires = "lapse" if self.silence is CustomerSilence.CONFIRMED else None
        return Deadline(after=limit.duration, kind=limit.counted, side=limit.side, fires=fires)
