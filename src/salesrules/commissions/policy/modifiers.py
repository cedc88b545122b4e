"""Modifiers: what changes the commission of components after their rate tables, in the order of a plan's list.

Each looks at the lines of the components that it names (`applies_to`, empty: all of the plan) in one pay period.
A condition looks at a component's measure as it stands at the end of the period.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import attrs

from salesrules.core import BandTable, Money, Rate, Side, WordEnum, as_tuple, to_decimal

__all__ = [
    "Coefficient",
    "EarningsCap",
    "EarningsFloor",
    "Excess",
    "Gate",
    "Kicker",
    "LimitSpan",
    "Modifier",
    "ModifierBase",
    "Multiplier",
    "Observed",
]

_NOTHING = Rate(0)


class Observed(WordEnum):
    """What a condition looks at: the measure itself, or its attainment (0.9 is 90 % of the quota)."""

    MEASURED = "measured"
    ATTAINMENT = "attainment"


class LimitSpan(WordEnum):
    """Over what a cap or a floor counts; `plan` is the whole life of the plan family."""

    TRANSACTION = "transaction"
    PERIOD = "period"
    QUARTER = "quarter"
    YEAR = "year"
    PLAN = "plan"


class Excess(WordEnum):
    """What becomes of that which a cap cuts off: it is lost, or earned anew in the next period under the same cap."""

    FORFEITED = "forfeited"
    CARRIED = "carried"


class ModifierBase(WordEnum):
    """What modifiers compute with: the exact commission, or each line's rounded one.

    Half of 55.7475, rounded, is 27.87; half of 55.75 is 27.88.
    """

    UNROUNDED = "unrounded"
    ROUNDED = "rounded"


@attrs.frozen(kw_only=True)
class Gate:
    """Pays in full only once a component reaches the threshold, else the share `otherwise`.

    `side` says whether the threshold itself opens the gate: `lower` yes, `upper` only what is above.
    """

    kind: Literal["gate"] = "gate"
    id: str
    component: str
    observe: Observed = attrs.field(converter=Observed)
    threshold: Decimal = attrs.field(converter=to_decimal)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    otherwise: Rate = _NOTHING
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Kicker:
    """Pays something on top once a component reaches the threshold: a fixed amount, a share of the commission, or both.

    A fixed amount is paid once in the span over which the component accumulates, and taken back where a return brings
    the measure below the threshold again within it; a share is of the period's commission and rounded alone.
    """

    kind: Literal["kicker"] = "kicker"
    id: str
    component: str
    observe: Observed = attrs.field(converter=Observed)
    threshold: Decimal = attrs.field(converter=to_decimal)
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    amount: Money | None = None
    share: Rate | None = None
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Multiplier:
    """Multiplies commission by a factor that bands of another component's measure or attainment give."""

    kind: Literal["multiplier"] = "multiplier"
    id: str
    component: str
    observe: Observed = attrs.field(converter=Observed)
    factors: BandTable[Rate]
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Coefficient:
    """Multiplies commission by the payee's appraisal: the score itself, or the factor that bands of it give.

    The score is a fact; a period in which lines were earned and none is given is a fault.
    """

    kind: Literal["coefficient"] = "coefficient"
    id: str
    subject: str = "performance"
    factors: BandTable[Rate] | None = None
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class EarningsCap:
    """The most that the components pay per transaction, period, quarter, year or life of the plan, handed out in order.

    `by` names an attribute, so that the limit holds for each of its values alone (one contract, one customer). A cap
    per period shrinks with the days of a plan that prorates; one per transaction limits returns alike.
    """

    kind: Literal["cap"] = "cap"
    id: str
    amount: Money
    per: LimitSpan = attrs.field(converter=LimitSpan)
    excess: Excess = attrs.field(default=Excess.FORFEITED, converter=Excess)
    by: str = ""
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class EarningsFloor:
    """The least that the components pay per transaction that they count, or per period in which the plan holds."""

    kind: Literal["floor"] = "floor"
    id: str
    amount: Money
    per: LimitSpan = attrs.field(converter=LimitSpan)
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


Modifier = Gate | Kicker | Multiplier | Coefficient | EarningsCap | EarningsFloor
