"""Who is credited for a sale, and who is paid by which plan from when until when."""

from __future__ import annotations

from typing import Literal

import attrs

from salesrules.commissions.policy.balances import Draw
from salesrules.core import DateRange, Rate, as_tuple

__all__ = ["Assignment", "DirectCredit", "OverrideCredit"]

_WHOLE = Rate(1)


@attrs.frozen(kw_only=True)
class DirectCredit:
    """The person who sold is credited."""

    kind: Literal["direct"] = "direct"
    id: str
    effective: DateRange
    share: Rate = _WHOLE


@attrs.frozen(kw_only=True)
class OverrideCredit:
    """The manager `level` steps above the person who sold, on the day of the sale, is credited too."""

    kind: Literal["override"] = "override"
    id: str
    effective: DateRange
    level: int
    share: Rate = _WHOLE


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
