"""Who is credited for a sale and when, and who is paid by which plan from when until when."""

from __future__ import annotations

from typing import Literal

import attrs

from salesrules.commissions.policy.balances import Draw
from salesrules.commissions.policy.plans import Filter
from salesrules.core import DateRange, Rate, WordEnum, as_tuple

__all__ = ["Assignment", "DirectCredit", "OverlayCredit", "OverrideBase", "OverrideCredit", "Trigger", "TriggerTerms"]

_WHOLE = Rate(1)


class Trigger(WordEnum):
    """What must have happened before a sale is credited."""

    BOOKING = "booking"
    DELIVERY = "delivery"
    INVOICE = "invoice"
    CASH = "cash"


@attrs.frozen(kw_only=True)
class TriggerTerms:
    """When a credit counts.

    Cash credits each payment's share of the sale, `safety_days` after the day on which it was made or its cheque is
    due; measures of parts are rounded half up to `digits`, cumulatively, so that they sum to the whole.
    """

    on: Trigger = attrs.field(default=Trigger.BOOKING, converter=Trigger)
    safety_days: int = 0
    digits: int = 2


_BOOKING = TriggerTerms()


class OverrideBase(WordEnum):
    """What a manager's share is taken of: the whole sale, or what the levels below were not credited."""

    WHOLE = "whole"
    REMAINING = "remaining"


@attrs.frozen(kw_only=True)
class DirectCredit:
    """The person who sold is credited; where several sold together, each for their split."""

    kind: Literal["direct"] = "direct"
    id: str
    effective: DateRange
    share: Rate = _WHOLE
    filters: tuple[Filter, ...] = attrs.field(default=(), converter=as_tuple)
    trigger: TriggerTerms = _BOOKING


@attrs.frozen(kw_only=True)
class OverrideCredit:
    """The manager `level` steps above the person who sold, on the day of the sale, is credited too."""

    kind: Literal["override"] = "override"
    id: str
    effective: DateRange
    level: int
    share: Rate = _WHOLE
    base: OverrideBase = attrs.field(default=OverrideBase.WHOLE, converter=OverrideBase)
    filters: tuple[Filter, ...] = attrs.field(default=(), converter=as_tuple)
    trigger: TriggerTerms = _BOOKING


@attrs.frozen(kw_only=True)
class OverlayCredit:
    """Specialists, named or by position, are credited besides for the sales that the filters let through."""

    kind: Literal["overlay"] = "overlay"
    id: str
    effective: DateRange
    payees: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    positions: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    role: str = "overlay"
    share: Rate = _WHOLE
    filters: tuple[Filter, ...] = attrs.field(default=(), converter=as_tuple)
    trigger: TriggerTerms = _BOOKING


@attrs.frozen(kw_only=True)
class Assignment:
    """Which payees are paid by a plan family on which days: named ones, or everybody in some positions.

    An assignment that names a payee goes before one by position. A `draw` is part of the terms of those it assigns.
    """

    id: str
    plan: str
    effective: DateRange
    payees: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    positions: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    draw: Draw | None = None
