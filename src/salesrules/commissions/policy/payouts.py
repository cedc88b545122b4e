"""When commission is paid out, and what is taken back: deferral, instalments, holdback, clawback."""

from __future__ import annotations

from typing import Literal

import attrs

from salesrules.core import BandTable, Rate, WordEnum, as_tuple

__all__ = [
    "Clawback",
    "ClawbackTenure",
    "Deferral",
    "DeferredPart",
    "Holdback",
    "Instalments",
    "Payout",
    "ProRataClawback",
]


@attrs.frozen(kw_only=True)
class DeferredPart:
    """A share of commission and how many months after its transaction it is paid."""

    after_months: int
    share: Rate


@attrs.frozen(kw_only=True)
class Deferral:
    """A curve on which commission is paid out, such as 40 % at once and 20 % after 12, 24 and 36 months.

    The parts sum to the whole by largest remainder. Shares total 100 %.
    """

    kind: Literal["deferral"] = "deferral"
    id: str
    parts: tuple[DeferredPart, ...] = attrs.field(converter=as_tuple)
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Instalments:
    """Commission is paid in `count` equal parts, the first at once, `every_months` apart; the first get spare cents."""

    kind: Literal["instalments"] = "instalments"
    id: str
    count: int
    every_months: int = 1
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Holdback:
    """A share of commission is held, and released after a number of pay periods or on an event of the transaction.

    Exactly one of `after_periods` and `on_event` is given. The share held is rounded by largest remainder.
    """

    kind: Literal["holdback"] = "holdback"
    id: str
    share: Rate
    after_periods: int | None = None
    on_event: str = ""
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


class ClawbackTenure(WordEnum):
    """How long a sale lasted: whole months from its day to the event, or instalments that the customer has paid."""

    MONTHS = "months"
    INSTALMENTS = "instalments"


@attrs.frozen(kw_only=True)
class Clawback:
    """On an event (a lapse, a cancellation, a leaving) a share by tenure of what was paid on a sale is taken back.

    The share is of what was really paid: less what is still held and what was taken back before. What is still held is
    forfeited, or kept for its day (`forfeits_held = false`). A tenure outside the bands takes back nothing.
    """

    kind: Literal["schedule"] = "schedule"
    id: str
    events: tuple[str, ...] = attrs.field(converter=as_tuple)
    tenure: ClawbackTenure = attrs.field(converter=ClawbackTenure)
    shares: BandTable[Rate]
    forfeits_held: bool = True


@attrs.frozen(kw_only=True)
class ProRataClawback:
    """On an event what was paid for months not served is taken back: of 12 months, after 9, three twelfths."""

    kind: Literal["pro_rata"] = "pro_rata"
    id: str
    events: tuple[str, ...] = attrs.field(converter=as_tuple)
    months: int
    forfeits_held: bool = True


Payout = Deferral | Instalments | Holdback
